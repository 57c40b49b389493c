// The event loop of one thread: waits for descriptors, timers and work from other threads. Directly over epoll and
// edge-triggered: a descriptor is registered once and costs no system call a request after that (docs/performance.md);
// a library's reactor arms it anew for every wait.
#pragma once

#include <sys/epoll.h>

#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

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
    using Steady = std::chrono::steady_clock::time_point;

    // An open, non-blocking descriptor in this loop. Made, used and destroyed in the loop's thread or before it runs;
    // destroying closes the descriptor and forgets waits. Throws std::system_error if it cannot be watched; the
    // descriptor is then still the caller's.
    class Watch {
      public:
        Watch(EventLoop& loop, int descriptor);
        ~Watch();
        Watch(Watch const&) = delete;
        Watch& operator=(Watch const&) = delete;
        int descriptor() const { return descriptor_; }
        // Calls `ready` once when something *new* came: wait only after a call has taken all there was (EAGAIN, or less
        // than asked for). At most one wait in each direction at a time; the wait keeps `ready` alive.
        void wait_readable(std::shared_ptr<Ready> ready);
        void wait_writable(std::shared_ptr<Ready> ready);

      private:
        friend class EventLoop;
        void became(uint32_t events);
        void read_now();

        EventLoop& loop_;
        int descriptor_;
        std::shared_ptr<Ready> reader_, writer_;
        bool readable_ = false;  // something came while nobody waited
        bool ended_ = false;     // the peer has ended or the descriptor has failed: there will be no further news
        bool due_ = false;       // stands in the loop's list of readers to call
    };

    EventLoop();  // throws std::system_error
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
    void after(std::chrono::milliseconds delay, Task task);
    void every(std::chrono::milliseconds interval, Task task);

  private:
    int time_to_wait();
    void wait_once();
    void run_due_readers();
    void run_due_timers();
    void run_tasks();
    void forget(Watch& watch);

    int epoll_, wake_;
    std::array<epoll_event, 256> events_;
    size_t event_ = 0, events_end_ = 0;  // of events_: those not told yet
    std::vector<Watch*> due_readers_;
    std::multimap<Steady, Task> timers_;
    bool stopping_ = false;
    std::mutex mutex_;  // guards the rest
    std::vector<Task> tasks_;
    bool asleep_ = false, ended_ = false;
};

}  // namespace ingot::net
