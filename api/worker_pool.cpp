#include "api/worker_pool.hpp"

#include <pthread.h>

#include <algorithm>

namespace ingot::api {

WorkerPool::WorkerPool(size_t threads, size_t queue_max, Clock const& clock)
    : clock_(clock), queue_max_(queue_max), measured_(clock.steady()) {
    threads_.reserve(threads);
    for (size_t i = 0; i < std::max<size_t>(threads, 1); ++i)
        threads_.emplace_back([this] {
            pthread_setname_np(pthread_self(), "ingot-worker");
            work();
        });
}

WorkerPool::~WorkerPool() { stop(); }

bool WorkerPool::submit(Job job, double share) {
    bool wake = false;
    {
        std::lock_guard lock(mutex_);
        auto const most = static_cast<size_t>(static_cast<double>(queue_max_) * share);
        if (stopping_ || queue_.size() >= most) return false;
        queue_.push_back(std::move(job));
        wake = take_wake();
    }
    if (wake) ready_.notify_one();
    return true;
}

size_t WorkerPool::queued() const {
    std::lock_guard lock(mutex_);
    return queue_.size();
}

int WorkerPool::retry_after_seconds() const {
    std::lock_guard lock(mutex_);
    double const rate = std::max(rate_, 1.0);
    return 1 + static_cast<int>(std::min(static_cast<double>(queue_.size()) / rate, 29.0));
}

void WorkerPool::measure() {
    Steady const now = clock_.steady();
    ++done_;
    auto const passed = std::chrono::duration<double>(now - measured_).count();
    if (passed < 1.0) return;
    rate_ = static_cast<double>(done_ - done_before_) / passed;
    done_before_ = done_;
    measured_ = now;
}

// One thread is woken at a time, and wakes the next if there is more: a burst of small jobs does not wake them all.
bool WorkerPool::take_wake() {
    if (waking_ || idle_ == 0 || queue_.empty()) return false;
    waking_ = true;
    return true;
}

void WorkerPool::work() {
    std::unique_lock lock(mutex_);
    while (true) {
        while (queue_.empty()) {
            if (stopping_) return;
            ++idle_;
            ready_.wait(lock);
            --idle_;
            waking_ = false;
        }
        Job job = std::move(queue_.front());
        queue_.pop_front();
        bool const wake = take_wake();
        lock.unlock();
        if (wake) ready_.notify_one();
        bool const late = job.deadline != Steady{} && clock_.steady() > job.deadline;
        (late ? job.expired : job.run)();
        job = {};  // what it holds is released before the lock is taken again
        lock.lock();
        measure();
    }
}

void WorkerPool::stop() {
    {
        std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    ready_.notify_all();
    for (auto& thread : threads_)
        if (thread.joinable()) thread.join();
}

}  // namespace ingot::api
