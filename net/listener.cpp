#include "net/listener.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace ingot::net {
namespace {

constexpr int kQueue = 4096;  // cut by net.core.somaxconn
constexpr auto kPause = std::chrono::milliseconds(100);
constexpr int kAcceptsAtOnce = 64;

struct SocketAddress {
    sockaddr_storage storage{};
    socklen_t size = 0;
    sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

bool fill(ListenAddress const& from, SocketAddress& to) {
    auto* v4 = reinterpret_cast<sockaddr_in*>(&to.storage);
    auto* v6 = reinterpret_cast<sockaddr_in6*>(&to.storage);
    if (inet_pton(AF_INET, from.host.c_str(), &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons(from.port);
        to.size = sizeof *v4;
        return true;
    }
    if (inet_pton(AF_INET6, from.host.c_str(), &v6->sin6_addr) != 1) return false;
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(from.port);
    to.size = sizeof *v6;
    return true;
}

uint16_t port_of(int descriptor) {
    SocketAddress address;
    address.size = sizeof address.storage;
    getsockname(descriptor, address.get(), &address.size);
    return ntohs(reinterpret_cast<sockaddr_in*>(&address.storage)->sin_port);  // same place for both families
}

// A bound socket; -1 with errno.
int bound_socket(SocketAddress& address, bool share) {
    int descriptor = ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -1;
    int on = 1;
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (share) setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    if (address.storage.ss_family == AF_INET6) setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    if (::bind(descriptor, address.get(), address.size) == 0) return descriptor;
    int error = errno;
    ::close(descriptor);
    errno = error;
    return -1;
}

tl::unexpected<Error> cannot_listen(ListenAddress const& address) {
    std::string where = address.host + " port " + std::to_string(address.port);
    return fail(Code::Config, "cannot listen on " + where + ": " + std::strerror(errno),
                "无法监听 " + where + "：" + std::strerror(errno));
}

// Address as text; an IPv4 address seen through an IPv6 socket is written as IPv4.
std::string text_of(SocketAddress const& address, bool& loopback) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (address.storage.ss_family == AF_INET) {
        auto const* v4 = reinterpret_cast<sockaddr_in const*>(&address.storage);
        loopback = (ntohl(v4->sin_addr.s_addr) >> 24) == 127;
        return inet_ntop(AF_INET, &v4->sin_addr, text.data(), text.size());
    }
    auto const* v6 = reinterpret_cast<sockaddr_in6 const*>(&address.storage);
    if (IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr)) {
        loopback = v6->sin6_addr.s6_addr[12] == 127;
        return inet_ntop(AF_INET, v6->sin6_addr.s6_addr + 12, text.data(), text.size());
    }
    loopback = IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
    return inet_ntop(AF_INET6, &v6->sin6_addr, text.data(), text.size());
}

}  // namespace

// accept(2): an error of the connection at the head of the queue, or of its network, says nothing of the next one; and
// an edge-triggered queue that is not empty gives no further news.
AfterAccept after_accept_error(int error) {
    switch (error) {
        case EAGAIN:
            return AfterAccept::Empty;
        case EINTR:
        case ECONNABORTED:
        case EPERM:
        case EPROTO:
        case ENOPROTOOPT:
        case EOPNOTSUPP:
        case ENETDOWN:
        case ENETUNREACH:
        case EHOSTDOWN:
        case EHOSTUNREACH:
        case ENONET:
            return AfterAccept::Next;
        default:  // no descriptors, no memory
            return AfterAccept::Pause;
    }
}

Result<ListenAddress> ListenAddress::parse(std::string const& text) {
    auto refused = [&] {
        return fail(Code::Config,
                    "not an address to listen on: \"" + text + "\"; wanted e.g. 0.0.0.0:8443 or [::]:8443",
                    "不是监听地址：" + text);
    };
    size_t colon = text.rfind(':');
    if (colon == text.npos || colon == 0) return refused();
    ListenAddress address;
    address.host = text.substr(0, colon);
    bool bracketed = address.host.front() == '[' && address.host.back() == ']';
    if (bracketed) address.host = address.host.substr(1, address.host.size() - 2);
    std::string port = text.substr(colon + 1);
    bool digits = !port.empty() && port.size() <= 5 && port.find_first_not_of("0123456789") == port.npos;
    if (!digits || std::stoi(port) > 65535) return refused();
    address.port = static_cast<uint16_t>(std::stoi(port));
    SocketAddress filled;
    if (!fill(address, filled) || bracketed != (filled.storage.ss_family == AF_INET6)) return refused();
    return address;
}

Result<std::vector<int>> open_listeners(ListenAddress const& wanted, unsigned count, uint16_t& port) {
    ListenAddress at = wanted;
    SocketAddress address;
    if (!fill(at, address)) return fail(Code::Config, "not a numeric address: " + at.host, "不是数字地址：" + at.host);
    int probe = bound_socket(address, false);  // finds a listener that would have shared the port with us
    if (probe < 0) return cannot_listen(at);
    at.port = port = port_of(probe);
    ::close(probe);
    fill(at, address);
    std::vector<int> descriptors;
    for (unsigned i = 0; i < count; ++i) {
        int descriptor = bound_socket(address, count > 1);
        if (descriptor >= 0 && ::listen(descriptor, kQueue) == 0) {
            descriptors.push_back(descriptor);
            continue;
        }
        auto failure = cannot_listen(at);
        if (descriptor >= 0) ::close(descriptor);
        for (int open : descriptors) ::close(open);
        return failure;
    }
    return descriptors;
}

Listener::Listener(EventLoop& loop, int descriptor, Events events)
    : loop_(loop), watch_(std::make_unique<EventLoop::Watch>(loop, descriptor)), events_(std::move(events)) {}

void Listener::start() { watch_->wait_readable(shared_from_this()); }

void Listener::on_ready(bool) {
    if (!watch_) return;
    auto again = [self = shared_from_this()] { self->on_ready(true); };
    switch (accept_waiting()) {
        case Queue::Empty:
            return watch_->wait_readable(shared_from_this());
        case Queue::More:
            loop_.post(std::move(again));
            return;
        case Queue::NoDescriptors:
            events_.paused();
            loop_.after(kPause, std::move(again));
            return;
    }
}

Listener::Queue Listener::accept_waiting() {
    for (int i = 0; i < kAcceptsAtOnce; ++i) {
        SocketAddress peer;
        peer.size = sizeof peer.storage;
        int descriptor = ::accept4(watch_->descriptor(), peer.get(), &peer.size, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (descriptor < 0) {
            AfterAccept const after = after_accept_error(errno);
            if (after == AfterAccept::Next) continue;
            return after == AfterAccept::Empty ? Queue::Empty : Queue::NoDescriptors;
        }
        int on = 1;
        setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        bool loopback = false;
        std::string address = text_of(peer, loopback);
        events_.accepted(descriptor, std::move(address), loopback);
    }
    return Queue::More;
}

void Listener::stop() {
    if (!watch_) return;
    for (int i = 0; i < kQueue / kAcceptsAtOnce && accept_waiting() == Queue::More; ++i) {
    }
    watch_.reset();
}

}  // namespace ingot::net
