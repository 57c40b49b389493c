#include "app/serve.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <iostream>
#include <thread>

#include "app/exit_code.hpp"
#include "app/log.hpp"
#include "app/node.hpp"

namespace ingot::app {
namespace {

// The signals a node answers to, taken by one thread only; made before any other thread.
sigset_t block_signals() {
    sigset_t set;
    sigemptyset(&set);
    for (int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, signal);
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    ::signal(SIGPIPE, SIG_IGN);
    return set;
}

Result<int> open_log(std::string const& file) {
    if (file.empty()) return STDERR_FILENO;
    int const descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
    if (descriptor >= 0) return descriptor;
    return fail(Code::Config, "logging.file: " + file + " cannot be opened", "logging.file：无法打开 " + file);
}

// Serves until a signal ends it. The graceful stop runs here; a second signal meanwhile ends the process at once.
void wait_for_end(Node& node, Log& log, sigset_t const& set) {
    while (true) {
        int got = 0;
        sigwait(&set, &got);
        if (got != SIGHUP) return;
        if (auto fine = node.reload(); !fine) log.event(Level::error, "tls-reload-failed", fine.error().detail);
    }
}

void end_at_second_signal(sigset_t set) {
    std::thread([set] {
        sigset_t ending = set;
        sigdelset(&ending, SIGHUP);
        int got = 0;
        sigwait(&ending, &got);
        _exit(kExitSecondSignal);
    }).detach();
}

}  // namespace

int serve(ServeOptions const& options) {
    sigset_t const set = block_signals();
    auto config = load_config(options.config_file, options.overrides);
    if (!config) return report_error(config.error());
    auto descriptor = open_log(config->logging_file);
    if (!descriptor) return report_error(descriptor.error());
    SystemClock clock;
    SystemRandom random;
    Log::Options log_options;
    log_options.level = parse_level(config->logging_level).value_or(Level::info);
    log_options.identifiers = config->logging_identifiers;
    log_options.descriptor = *descriptor;
    Log log(log_options, clock);

    auto node = Node::start(std::move(*config), log, clock, random);
    if (!node) return report_error(node.error());
    std::cout << "ingot: ready " << (*node)->url() << std::endl;

    wait_for_end(**node, log, set);
    end_at_second_signal(set);
    (*node)->stop();
    return kExitDone;
}

}  // namespace ingot::app
