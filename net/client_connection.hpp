// One TLS connection of the client, with every wait bounded.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "certs/tls_context.hpp"
#include "net/tls_socket.hpp"

namespace ingot::net {

class ClientConnection {
  public:
    static Result<std::unique_ptr<ClientConnection>> open(std::string const& host, std::string const& port,
                                                          std::shared_ptr<certs::ClientTlsContext const> tls,
                                                          std::chrono::milliseconds timeout);
    ~ClientConnection();
    ClientConnection(ClientConnection const&) = delete;
    ClientConnection& operator=(ClientConnection const&) = delete;

    Result<void> write(std::string_view bytes);
    // Appends what comes next; false at the proper end of the stream.
    Result<bool> read(std::string& out);
    // Nothing unasked has come and the peer has not closed.
    bool looks_alive();

  private:
    ClientConnection(int descriptor, std::shared_ptr<certs::ClientTlsContext const> tls,
                     std::chrono::milliseconds timeout);
    Result<void> wait(short events);
    Result<void> shake_hands(std::string const& host);

    int descriptor_;
    std::shared_ptr<certs::ClientTlsContext const> context_;
    std::chrono::milliseconds timeout_;
    TlsSocket tls_;
};

}  // namespace ingot::net
