// The threads that run what may take longer than a point read (style.md 3): a bounded queue, a deadline for each job,
// and an honest estimate of when to come back. Thread safe.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "base/clock.hpp"

namespace ingot::api {

class WorkerPool {
  public:
    WorkerPool(size_t threads, size_t queue_max, Clock const& clock);
    ~WorkerPool();  // stop()
    WorkerPool(WorkerPool const&) = delete;
    WorkerPool& operator=(WorkerPool const&) = delete;

    struct Job {
        Steady deadline{};              // passed while queued: `expired` runs instead of `run`
        std::function<void()> run;      // must not throw
        std::function<void()> expired;  // short
    };
    // False when more than `share` of the queue is taken, or the pool has stopped; the job is then untouched.
    bool submit(Job job, double share = 1.0);
    // Jobs queued and waiting now.
    size_t queued() const;
    // Seconds until the queue should be worked off: 1 + length / measured rate, at most 30 (security.md 15).
    int retry_after_seconds() const;
    // Runs what is queued, then ends the threads. Idempotent.
    void stop();

  private:
    void work();
    void measure();
    bool take_wake();

    Clock const& clock_;
    size_t const queue_max_;
    mutable std::mutex mutex_;  // guards the members down to idle_
    std::condition_variable ready_;
    std::deque<Job> queue_;
    uint64_t done_ = 0, done_before_ = 0;
    Steady measured_{};
    double rate_ = 0;  // jobs a second, of the last full second
    bool stopping_ = false, waking_ = false;
    size_t idle_ = 0;
    std::vector<std::thread> threads_;
};

}  // namespace ingot::api
