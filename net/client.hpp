// A small blocking HTTPS client for our command line and tests. Keeps its connection. One thread at a time.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace ingot::net {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct ClientAnswer {
    int status = 0;
    Headers headers;
    std::string body;
    // Value of the first header of this name, compared without case; empty if absent.
    std::string_view header(std::string_view name) const;
};

class Client {
  public:
    // `url`: https://HOST[:PORT]; a path after it is put before every target. `ca_file`: PEM authorities the server is
    // verified against, by name or address (empty: the system's). `timeout`: longest wait for the peer to do anything.
    // Errors of all calls: Usage (bad URL), Config (bad CA file), Unreachable (cannot connect, certificate refused,
    // connection lost, malformed answer), Timeout.
    Client(std::string url, std::string ca_file, std::chrono::milliseconds timeout = std::chrono::seconds(30));
    ~Client();
    Client(Client&&) noexcept;
    Client& operator=(Client&&) noexcept;

    // An answer of any status is a value. A request that may be repeated (GET, HEAD, PUT, DELETE, OPTIONS, or with an
    // Idempotency-Key) is sent again once if a kept connection turns out to be dead.
    Result<ClientAnswer> send(std::string_view method, std::string_view target, Headers const& headers = {},
                              std::string_view body = {});

    // The same, with the body handed over as it arrives (not kept); `sink` answers false to stop, which ends the
    // connection and is no error.
    using Sink = std::function<bool(std::string_view piece)>;
    Result<ClientAnswer> receive(std::string_view method, std::string_view target, Headers const& headers,
                                 std::string_view body, Sink const& sink);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace ingot::net
