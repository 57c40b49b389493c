// Listening sockets: "127.0.0.1:8443", "[::]:8443". Plain descriptors, no event library.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "net/event_loop.hpp"

namespace ingot::net {

struct ListenAddress {
    std::string host;  // numeric, without brackets
    uint16_t port = 0;
    // Refuses (Config) anything but ADDRESS:PORT with a numeric address.
    static Result<ListenAddress> parse(std::string const& text);
};

// `count` sockets on one address and port that share its connections (SO_REUSEPORT). Refuses a port another process
// listens on, also one that would share it. The caller owns the descriptors; `port` is the one in use.
Result<std::vector<int>> open_listeners(ListenAddress const& address, unsigned count, uint16_t& port);

// What to do after accept() failed: wait for news of the queue, take the next connection, or pause.
enum class AfterAccept : uint8_t { Empty, Next, Pause };
AfterAccept after_accept_error(int error);

// Accepts in one loop. When descriptors run out it pauses 100 ms instead of spinning.
class Listener final : public Ready, public std::enable_shared_from_this<Listener> {
  public:
    struct Events {
        std::function<void(int descriptor, std::string address, bool loopback)> accepted;
        std::function<void()> paused;
    };
    Listener(EventLoop& loop, int descriptor, Events events);

    void start();
    void on_ready(bool readable) override;
    // Takes what waits in the queue and closes.
    void stop();

  private:
    enum class Queue { Empty, More, NoDescriptors };
    Queue accept_waiting();

    EventLoop& loop_;
    std::unique_ptr<EventLoop::Watch> watch_;
    Events events_;
};

}  // namespace ingot::net
