// Child processes of the benchmarks: a node, nginx, wrk, PostgreSQL. Each is ended with the object that holds it.
#pragma once

#include <sys/types.h>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "app/node_client.hpp"
#include "base/result.hpp"

namespace ingot::app {

// A temporary folder, removed with everything in it.
class ScratchFolder {
  public:
    explicit ScratchFolder(std::string const& parent = "/tmp");
    ~ScratchFolder();
    ScratchFolder(ScratchFolder const&) = delete;
    ScratchFolder& operator=(ScratchFolder const&) = delete;
    std::string const& path() const { return path_; }

  private:
    std::string path_;
};

struct Finished {
    int exit_code = -1;
    std::string output;  // stdout and stderr
};

// Runs a program to its end. `cpu` pins it; `user` runs it as that user (for root only).
Finished run_program(std::vector<std::string> const& arguments, std::optional<int> cpu = {},
                     std::string const& user = {});

// True when the program is on the path.
bool has_program(std::string const& name);

class Child {
  public:
    // Starts a program; its output goes to `log`. Fails when it cannot be started.
    static Result<Child> start(std::vector<std::string> const& arguments, std::string const& log,
                               std::optional<int> cpu = {}, std::string const& user = {});
    Child(Child&& other) noexcept;
    ~Child();  // SIGTERM, then SIGKILL after 20 s

    pid_t pid() const { return pid_; }
    double cpu_seconds() const;       // user and system time of it and its living children
    uint64_t resident_bytes() const;  // of it and its living children
    int stop();                       // SIGTERM and wait; answers the exit code

  private:
    explicit Child(pid_t pid) : pid_(pid) {}
    pid_t pid_ = -1;
};

// A node of this very program in a scratch folder, with an operator of prefix 88.999.1.
class BenchNode {
  public:
    // `settings` are lines of TOML put after what `ingot init` writes.
    static Result<BenchNode> start(std::string const& folder, std::string const& settings, std::optional<int> cpu = {});
    NodeAddress admin() const;
    NodeAddress plant() const;
    std::string const& url() const { return url_; }
    int port() const;
    // Bytes in the write-ahead log of the node's store now; nothing is lost from it until the first flush.
    uint64_t wal_bytes() const;
    Child& process() { return *process_; }

  private:
    std::string folder_, url_;
    std::optional<Child> process_;
};

double seconds_since(std::chrono::steady_clock::time_point start);
double median(std::vector<double> values);

}  // namespace ingot::app
