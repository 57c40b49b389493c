// The HTTPS listener of the node: accepts, speaks TLS and HTTP/1.1, keeps every limit of spec/security.md 13, and hands
// well-framed requests to the Application.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/crypto.hpp"
#include "base/limits.hpp"
#include "base/result.hpp"
#include "certs/tls_context.hpp"
#include "net/http.hpp"

namespace ingot::net {

struct ServerOptions {
    std::vector<std::string> listen = {"127.0.0.1:0"};  // "0.0.0.0:8443", "[::]:8443"; port 0 = a free one
    unsigned io_threads = 1;
    Limits limits;
    std::vector<std::string> hosts;  // Host values served, without port; empty = any
    bool hsts = false;               // not with a development certificate
    std::chrono::milliseconds lame_duck{2'000};
    std::chrono::milliseconds drain{25'000};
    // Runs work that may wait on another thread; used to pull streams. It must run what it accepts, or throw.
    std::function<void(std::function<void()>)> run_blocking;
};

class Server {
  public:
    // All references outlive the server. `application` is called on I/O threads.
    Server(ServerOptions options, std::shared_ptr<certs::TlsContext const> tls, Application& application, Clock& clock,
           Random& random);
    // Stops at once if shutdown() was not called.
    ~Server();
    Server(Server const&) = delete;
    Server& operator=(Server const&) = delete;

    // Opens the listeners and starts the threads. Refuses (Config) an address that is no address or already in use.
    Result<void> start();

    // Ports in the order of `listen`.
    std::vector<uint16_t> ports() const;

    // New connections use `tls`; running ones finish on theirs. From any thread.
    void reload(std::shared_ptr<certs::TlsContext const> tls);

    // Graceful stop (spec/security.md 16): goes on serving for `lame_duck`, stops accepting, says Connection: close,
    // ends idle connections, lets requests in progress finish for `drain`, answers the rest 503 shutting-down, returns
    // when all is closed. The caller has made /readyz answer 503 before. From any thread but an I/O thread; once.
    void shutdown();

    struct Stats {
        uint64_t handshaking = 0, idle = 0, reading = 0, handling = 0, writing = 0, lingering = 0;  // connections now
        uint64_t accepted = 0, refused = 0, handshakes_failed = 0, requests = 0;                    // since start
        uint64_t bytes_in = 0, bytes_out = 0;                                                       // before TLS
        uint64_t accept_pauses = 0;  // no descriptors left
        size_t connections_max = 0;  // as in force
        uint64_t connections() const { return handshaking + idle + reading + handling + writing + lingering; }
    };
    // A moment's picture, not exact across threads. From any thread.
    Stats stats() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace ingot::net
