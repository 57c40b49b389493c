#include "app/bench_process.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

namespace ingot::app {
namespace {

using namespace std::chrono_literals;

void become(std::string const& user) {
    if (user.empty()) return;
    passwd const* entry = getpwnam(user.c_str());
    if (entry == nullptr || setgroups(0, nullptr) != 0 || setgid(entry->pw_gid) != 0 || setuid(entry->pw_uid) != 0)
        _exit(126);
}

void pin(std::optional<int> cpu) {
    if (!cpu) return;
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(unsigned(*cpu), &set);
    sched_setaffinity(0, sizeof set, &set);
}

// Forks; in the child stdout and stderr go to `descriptor`.
pid_t spawn(std::vector<std::string> const& arguments, int descriptor, std::optional<int> cpu,
            std::string const& user) {
    std::vector<char*> raw;
    for (auto const& argument : arguments) raw.push_back(const_cast<char*>(argument.c_str()));
    raw.push_back(nullptr);
    pid_t pid = fork();
    if (pid != 0) return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(descriptor, STDOUT_FILENO);
    dup2(descriptor, STDERR_FILENO);
    pin(cpu);
    become(user);
    execvp(raw[0], raw.data());
    _exit(127);
}

std::vector<pid_t> family(pid_t root) {
    std::vector<pid_t> pids{root};
    for (size_t i = 0; i < pids.size(); ++i) {
        std::string pid = std::to_string(pids[i]);
        std::ifstream children("/proc/" + pid + "/task/" + pid + "/children");
        for (pid_t child; children >> child;) pids.push_back(child);
    }
    return pids;
}

}  // namespace

ScratchFolder::ScratchFolder(std::string const& parent) {
    std::string pattern = parent + "/ingot-bench-XXXXXX";
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make a folder in " + parent);
    path_ = pattern;
    chmod(path_.c_str(), 0755);
}

ScratchFolder::~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

Finished run_program(std::vector<std::string> const& arguments, std::optional<int> cpu, std::string const& user) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return {};
    pid_t pid = spawn(arguments, ends[1], cpu, user);
    close(ends[1]);
    Finished finished;
    char buffer[4096];
    for (ssize_t count; (count = read(ends[0], buffer, sizeof buffer)) > 0;)
        finished.output.append(buffer, size_t(count));
    close(ends[0]);
    int status = 0;
    waitpid(pid, &status, 0);
    finished.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return finished;
}

bool has_program(std::string const& name) {
    if (name.find('/') != std::string::npos) return access(name.c_str(), X_OK) == 0;
    std::istringstream path(std::getenv("PATH") ? std::getenv("PATH") : "");
    for (std::string folder; std::getline(path, folder, ':');)
        if (access((folder + "/" + name).c_str(), X_OK) == 0) return true;
    return access(("/usr/sbin/" + name).c_str(), X_OK) == 0;
}

Result<Child> Child::start(std::vector<std::string> const& arguments, std::string const& log, std::optional<int> cpu,
                           std::string const& user) {
    int descriptor = open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (descriptor < 0) return fail(Code::Usage, "cannot write " + log);
    pid_t pid = spawn(arguments, descriptor, cpu, user);
    close(descriptor);
    if (pid < 0) return fail(Code::Usage, "cannot start " + arguments.front());
    return Child(pid);
}

Child::Child(Child&& other) noexcept : pid_(std::exchange(other.pid_, -1)) {}

Child::~Child() {
    if (pid_ > 0) stop();
}

double Child::cpu_seconds() const {
    double ticks = 0;
    for (pid_t pid : family(pid_)) {
        std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
        std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
        size_t end = text.rfind(')');
        if (end == std::string::npos) continue;
        std::istringstream fields(text.substr(end + 2));
        std::string field;
        for (int i = 3; i <= 15 && fields >> field; ++i)
            if (i >= 14) ticks += std::stod(field);
    }
    return ticks / double(sysconf(_SC_CLK_TCK));
}

uint64_t Child::resident_bytes() const {
    uint64_t pages = 0;
    for (pid_t pid : family(pid_)) {
        std::ifstream file("/proc/" + std::to_string(pid) + "/statm");
        uint64_t size = 0, resident = 0;
        file >> size >> resident;
        pages += resident;
    }
    return pages * uint64_t(sysconf(_SC_PAGESIZE));
}

int Child::stop() {
    int status = 0;
    kill(pid_, SIGTERM);
    for (int i = 0; i < 2000; ++i) {
        if (waitpid(pid_, &status, WNOHANG) == pid_) {
            pid_ = -1;
            return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        }
        std::this_thread::sleep_for(10ms);
    }
    kill(pid_, SIGKILL);
    waitpid(pid_, &status, 0);
    pid_ = -1;
    return 137;
}

Result<BenchNode> BenchNode::start(std::string const& folder, std::string const& settings, std::optional<int> cpu) {
    std::string self = std::filesystem::read_symlink("/proc/self/exe");
    BenchNode node;
    node.folder_ = folder;
    std::string data = folder + "/data", config = data + "/ingot.toml";
    if (!std::filesystem::exists(config)) {
        auto made = run_program({self, "init", "--data", data, "--name", "localhost", "--listen", "127.0.0.1:0"});
        if (made.exit_code != 0) return fail(Code::Usage, "ingot init: " + made.output);
        std::ofstream(config, std::ios::app) << "\n" << settings << "\n";
    }
    std::string log = folder + "/node.log";
    auto child = Child::start({self, "serve", "--config", config}, log, cpu);
    if (!child) return fail(child.error());
    node.process_.emplace(std::move(*child));
    for (int i = 0; i < 600 && node.url_.empty(); ++i) {
        std::this_thread::sleep_for(50ms);
        std::ifstream lines(log);
        for (std::string line; std::getline(lines, line);)
            if (line.starts_with("ingot: ready ")) node.url_ = line.substr(13);
    }
    if (node.url_.empty()) return fail(Code::Unreachable, "the node did not start; its log is " + log);
    if (!std::filesystem::exists(folder + "/operator.key")) {
        NodeAddress admin = node.admin();
        std::vector<std::string> to{"--node", admin.url, "--ca", admin.ca_file, "--key", admin.key_file};
        std::vector<std::string> prefix{self, "prefix", "add", "88.999.1", "--name", "Benchmark plant"};
        prefix.insert(prefix.end(), to.begin(), to.end());
        std::vector<std::string> key{self, "credential", "add", "--role", "operator", "--prefix", "88.999.1"};
        key.insert(key.end(), to.begin(), to.end());
        auto added = run_program(prefix);
        auto made = run_program(key);
        if (added.exit_code != 0 || made.exit_code != 0)
            return fail(Code::Unreachable, "preparing the node: " + added.output + made.output);
        std::ofstream(folder + "/operator.key") << made.output;
        chmod((folder + "/operator.key").c_str(), 0600);
    }
    return node;
}

NodeAddress BenchNode::admin() const {
    return {url_, folder_ + "/data/pki/ca.pem", folder_ + "/data/secrets/admin.key"};
}

uint64_t BenchNode::wal_bytes() const {
    uint64_t bytes = 0;
    for (auto const& file : std::filesystem::directory_iterator(folder_ + "/data/store"))
        if (file.path().extension() == ".log") bytes += file.file_size();
    return bytes;
}

NodeAddress BenchNode::plant() const { return {url_, folder_ + "/data/pki/ca.pem", folder_ + "/operator.key"}; }

int BenchNode::port() const { return std::stoi(url_.substr(url_.rfind(':') + 1)); }

double seconds_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double median(std::vector<double> values) {
    if (values.empty()) return 0;
    std::sort(values.begin(), values.end());
    size_t middle = values.size() / 2;
    return values.size() % 2 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

}  // namespace ingot::app
