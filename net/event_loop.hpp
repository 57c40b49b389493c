// The event loop of one thread: waits for descriptors, timers and work from other threads. The only part of the node
// that knows Boost.Asio, which here waits and nothing else; bytes are moved by TlsSocket.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

namespace ingot::net {

// Told when a descriptor is ready. Also called when it has failed: the next read or write says how.
class Ready {
  public:
    virtual ~Ready() = default;
    virtual void on_ready(bool readable) = 0;
};

class EventLoop {
  public:
    using Task = std::function<void()>;

    // An open descriptor in this loop. Used and destroyed in the loop's thread; destroying closes the descriptor and
    // forgets waits.
    class Watch {
      public:
        virtual ~Watch() = default;
        virtual int descriptor() const = 0;
        // Calls `ready` once. At most one wait in each direction at a time; the wait keeps `ready` alive.
        virtual void wait_readable(std::shared_ptr<Ready> ready) = 0;
        virtual void wait_writable(std::shared_ptr<Ready> ready) = 0;
    };

    EventLoop();
    ~EventLoop();
    EventLoop(EventLoop const&) = delete;
    EventLoop& operator=(EventLoop const&) = delete;

    // Runs until stop(). Once.
    void run();
    // From any thread. Tasks posted before are still run.
    void stop();
    // From any thread: runs `task` in the loop's thread. False (and the task is dropped) after the loop has ended.
    bool post(Task task);
    // Is this the loop's thread?
    bool is_current() const;

    // Before run() or in the loop's thread.
    std::unique_ptr<Watch> watch(int descriptor);  // owns the descriptor, which must be non-blocking
    void after(std::chrono::milliseconds delay, Task task);
    void every(std::chrono::milliseconds interval, Task task);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace ingot::net
