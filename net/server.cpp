#include "net/server.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <thread>

#include "net/io_thread.hpp"
#include "net/listener.hpp"

namespace ingot::net {
namespace {

constexpr auto kPoll = std::chrono::milliseconds(5);
constexpr auto kLastWords = std::chrono::seconds(2);  // for the 503 of what was still in progress

// Connections may take half of the descriptors; the rest is the store's (spec/security.md 13).
size_t connections_in_force(size_t wanted) {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return wanted;
    if (limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
        getrlimit(RLIMIT_NOFILE, &limit);
    }
    return std::min<size_t>(wanted, static_cast<size_t>(limit.rlim_cur / 2));
}

ServerOptions with_defaults(ServerOptions options) {
    options.io_threads = std::max(1u, options.io_threads);
    options.limits.connections_max = connections_in_force(options.limits.connections_max);
    return options;
}

}  // namespace

struct Server::State {
    State(ServerOptions given, std::shared_ptr<certs::TlsContext const> tls_given, Application& application,
          Clock& clock, Random& random)
        : options(with_defaults(std::move(given))),
          tls(std::move(tls_given)),
          counts(options.limits.connections_max, options.limits.connections_per_address_max),
          shared{options, application, clock, random, counts, body_bytes} {}

    uint64_t open_connections() const {
        uint64_t open = 0;
        for (auto const& thread : threads)
            for (size_t state = 0; state < static_cast<size_t>(SessionState::Closed); ++state)
                open += thread->sessions_in(static_cast<SessionState>(state));
        return open;
    }

    void wait_until_closed(std::chrono::milliseconds at_most) const {
        auto const until = std::chrono::steady_clock::now() + at_most;
        while (open_connections() > 0 && std::chrono::steady_clock::now() < until) std::this_thread::sleep_for(kPoll);
    }

    void on_all(void (IoThread::*act)()) {
        for (auto& thread : threads) thread->post([raw = thread.get(), act] { (raw->*act)(); });
    }

    void end() {
        on_all(&IoThread::close_all);
        for (auto& thread : threads) thread->join();
    }

    ServerOptions const options;
    std::shared_ptr<certs::TlsContext const> tls;
    ConnectionCounts counts;
    std::atomic<size_t> body_bytes{0};
    Shared const shared;
    std::vector<std::shared_ptr<IoThread>> threads;
    std::vector<uint16_t> ports;
};

Server::Server(ServerOptions options, std::shared_ptr<certs::TlsContext const> tls, Application& application,
               Clock& clock, Random& random)
    : state_(std::make_unique<State>(std::move(options), std::move(tls), application, clock, random)) {}

Server::~Server() { state_->end(); }

Result<void> Server::start() {
    State& state = *state_;
    for (unsigned i = 0; i < state.options.io_threads; ++i)
        state.threads.push_back(std::make_shared<IoThread>(state.shared, state.tls));
    for (auto const& text : state.options.listen) {
        auto address = ListenAddress::parse(text);
        if (!address) return fail(address.error());
        uint16_t port = 0;
        auto descriptors = open_listeners(*address, state.options.io_threads, port);
        if (!descriptors) return fail(descriptors.error());
        for (size_t i = 0; i < descriptors->size(); ++i) state.threads[i]->listen((*descriptors)[i]);
        state.ports.push_back(port);
    }
    for (auto& thread : state.threads) thread->start();
    return {};
}

std::vector<uint16_t> Server::ports() const { return state_->ports; }

void Server::reload(std::shared_ptr<certs::TlsContext const> tls) {
    for (auto& thread : state_->threads) thread->post([raw = thread.get(), tls] { raw->set_tls(tls); });
}

void Server::shutdown() {
    State& state = *state_;
    std::this_thread::sleep_for(state.options.lame_duck);
    state.on_all(&IoThread::begin_drain);
    std::this_thread::sleep_for(kPoll);
    state.wait_until_closed(state.options.drain);
    state.on_all(&IoThread::refuse_the_rest);
    state.wait_until_closed(kLastWords);
    state.end();
}

Server::Stats Server::stats() const {
    Stats sum;
    sum.connections_max = state_->options.limits.connections_max;
    for (auto const& thread : state_->threads) {
        sum.handshaking += thread->sessions_in(SessionState::Handshaking);
        sum.idle += thread->sessions_in(SessionState::Idle);
        sum.reading += thread->sessions_in(SessionState::Reading);
        sum.handling += thread->sessions_in(SessionState::Handling);
        sum.writing += thread->sessions_in(SessionState::Writing);
        sum.lingering += thread->sessions_in(SessionState::Lingering);
        auto const& totals = std::as_const(*thread).totals();
        sum.accepted += totals.accepted;
        sum.refused += totals.refused;
        sum.handshakes_failed += totals.handshakes_failed;
        sum.requests += totals.requests;
        sum.bytes_in += totals.bytes_in;
        sum.bytes_out += totals.bytes_out;
        sum.accept_pauses += totals.accept_pauses;
    }
    return sum;
}

}  // namespace ingot::net
