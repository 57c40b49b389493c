#include "net/client_connection.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/x509_vfy.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace ingot::net {
namespace {

tl::unexpected<Error> unreachable(std::string const& detail) {
    return fail(Code::Unreachable, detail, "无法连接节点：" + detail);
}

tl::unexpected<Error> timed_out() { return fail(Code::Timeout, "the node did not answer in time", "节点未按时响应"); }

// 1 ready, 0 timed out, -1 errno.
int poll_one(int descriptor, short events, std::chrono::milliseconds timeout) {
    pollfd entry{descriptor, events, 0};
    int ready = 0;
    do ready = ::poll(&entry, 1, static_cast<int>(timeout.count()));
    while (ready < 0 && errno == EINTR);
    return ready;
}

int connect_one(addrinfo const& address, std::chrono::milliseconds timeout) {
    int descriptor = ::socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -1;
    int error = 0;
    socklen_t size = sizeof error;
    if (::connect(descriptor, address.ai_addr, address.ai_addrlen) != 0) error = errno;
    if (error == EINPROGRESS) {
        int ready = poll_one(descriptor, POLLOUT, timeout);
        if (ready == 1)
            getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size);
        else
            error = ready == 0 ? ETIMEDOUT : errno;
    }
    if (error == 0) {
        int on = 1;
        setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        return descriptor;
    }
    ::close(descriptor);
    errno = error;
    return -1;
}

}  // namespace

ClientConnection::ClientConnection(int descriptor, std::shared_ptr<certs::ClientTlsContext const> tls,
                                   std::chrono::milliseconds timeout)
    : descriptor_(descriptor),
      context_(std::move(tls)),
      timeout_(timeout),
      tls_(context_->native(), descriptor, TlsSocket::Side::Client) {}

ClientConnection::~ClientConnection() {
    tls_.close_notify();
    ::close(descriptor_);
}

Result<std::unique_ptr<ClientConnection>> ClientConnection::open(std::string const& host, std::string const& port,
                                                                 std::shared_ptr<certs::ClientTlsContext const> tls,
                                                                 std::chrono::milliseconds timeout) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    int error = getaddrinfo(host.c_str(), port.c_str(), &hints, &found);
    if (error != 0) return unreachable(host + ": " + gai_strerror(error));
    int descriptor = -1;
    for (addrinfo* at = found; at != nullptr && descriptor < 0; at = at->ai_next)
        descriptor = connect_one(*at, timeout);
    error = errno;
    freeaddrinfo(found);
    if (descriptor < 0) return unreachable(host + " port " + port + ": " + std::strerror(error));
    std::unique_ptr<ClientConnection> connection(new ClientConnection(descriptor, std::move(tls), timeout));
    if (auto done = connection->shake_hands(host); !done) return fail(done.error());
    return connection;
}

Result<void> ClientConnection::wait(short events) {
    int ready = poll_one(descriptor_, events, timeout_);
    if (ready == 0) return timed_out();
    if (ready < 0) return unreachable(std::strerror(errno));
    return {};
}

Result<void> ClientConnection::shake_hands(std::string const& host) {
    if (!tls_.expect_peer(host.c_str())) return fail(Code::Usage, "not a host name: " + host, "不是主机名：" + host);
    for (;;) {
        auto io = tls_.handshake();
        if (io == TlsSocket::Io::Done) return {};
        if (io != TlsSocket::Io::WantRead && io != TlsSocket::Io::WantWrite) {
            long refused = tls_.verify_result();
            if (refused != X509_V_OK)
                return unreachable("the certificate of " + host +
                                   " is refused: " + X509_verify_cert_error_string(refused));
            return unreachable("the TLS handshake with " + host + " failed");
        }
        if (auto ready = wait(io == TlsSocket::Io::WantRead ? POLLIN : POLLOUT); !ready) return ready;
    }
}

Result<void> ClientConnection::write(std::string_view bytes) {
    while (!bytes.empty()) {
        size_t put = 0;
        auto io = tls_.write(bytes, put);
        bytes.remove_prefix(put);
        if (io == TlsSocket::Io::Done) continue;
        if (io != TlsSocket::Io::WantRead && io != TlsSocket::Io::WantWrite)
            return unreachable("the connection was lost while sending");
        if (auto ready = wait(io == TlsSocket::Io::WantRead ? POLLIN : POLLOUT); !ready) return ready;
    }
    return {};
}

Result<bool> ClientConnection::read(std::string& out) {
    std::array<char, 16384> piece;
    for (;;) {
        size_t got = 0;
        auto io = tls_.read(piece.data(), piece.size(), got);
        if (io == TlsSocket::Io::Done) {
            out.append(piece.data(), got);
            return true;
        }
        if (io == TlsSocket::Io::Closed) return false;
        if (io == TlsSocket::Io::Failed) return unreachable("the connection was lost while receiving");
        if (auto ready = wait(io == TlsSocket::Io::WantRead ? POLLIN : POLLOUT); !ready) return fail(ready.error());
    }
}

// After the handshake a TLS 1.3 server may have sent tickets, so bytes in the socket alone prove nothing.
bool ClientConnection::looks_alive() {
    char byte = 0;
    ssize_t got = ::recv(descriptor_, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    if (got == 0) return false;
    if (got < 0) return errno == EAGAIN || errno == EINTR;
    size_t read_bytes = 0;
    auto io = tls_.read(&byte, 1, read_bytes);  // takes tickets in; data would be unasked
    return io == TlsSocket::Io::WantRead;
}

}  // namespace ingot::net
