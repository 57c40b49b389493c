#include "net/event_loop.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <system_error>

namespace ingot::net {
namespace {

constexpr uint32_t kEnded = EPOLLRDHUP | EPOLLHUP | EPOLLERR;

thread_local EventLoop const* current_loop = nullptr;

int checked(int result, char const* what) {
    if (result < 0) throw std::system_error(errno, std::system_category(), what);
    return result;
}

void add_to(int epoll, int descriptor, uint32_t events, void* who) {
    epoll_event event{};
    event.events = events | EPOLLET;
    event.data.ptr = who;
    checked(epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event), "epoll_ctl");
}

}  // namespace

EventLoop::Watch::Watch(EventLoop& loop, int descriptor) : loop_(loop), descriptor_(descriptor) {
    add_to(loop_.epoll_, descriptor_, EPOLLIN | EPOLLOUT | EPOLLRDHUP, this);
}

EventLoop::Watch::~Watch() {
    loop_.forget(*this);
    ::close(descriptor_);
}

void EventLoop::Watch::wait_readable(std::shared_ptr<Ready> ready) {
    reader_ = std::move(ready);
    if ((!readable_ && !ended_) || due_) return;
    due_ = true;
    loop_.due_readers_.push_back(this);
}

void EventLoop::Watch::wait_writable(std::shared_ptr<Ready> ready) { writer_ = std::move(ready); }

// Told to locals: whoever is told may destroy this watch.
void EventLoop::Watch::became(uint32_t events) {
    ended_ = ended_ || (events & kEnded) != 0;
    std::shared_ptr<Ready> writer, reader;
    if ((events & (EPOLLOUT | kEnded)) != 0) writer = std::move(writer_);
    if ((events & (EPOLLIN | kEnded)) != 0) {
        reader = std::move(reader_);
        readable_ = !reader;
    }
    if (reader) reader->on_ready(true);
    if (writer) writer->on_ready(false);
}

void EventLoop::Watch::read_now() {
    due_ = readable_ = false;
    if (auto reader = std::move(reader_)) reader->on_ready(true);
}

EventLoop::EventLoop()
    : epoll_(checked(epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
      wake_(checked(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), "eventfd")) {
    add_to(epoll_, wake_, EPOLLIN, nullptr);  // edge-triggered: every write is news, nothing need be read
}

EventLoop::~EventLoop() {
    ::close(wake_);
    ::close(epoll_);
}

void EventLoop::run() {
    current_loop = this;
    while (!stopping_) wait_once();
    {
        std::lock_guard lock(mutex_);
        ended_ = true;
    }
    run_tasks();  // what was posted meanwhile
    current_loop = nullptr;
}

void EventLoop::wait_once() {
    int count = epoll_wait(epoll_, events_.data(), static_cast<int>(events_.size()), time_to_wait());
    {
        std::lock_guard lock(mutex_);
        asleep_ = false;
    }
    events_end_ = static_cast<size_t>(std::max(count, 0));
    for (event_ = 0; event_ < events_end_;) {
        epoll_event const event = events_[event_++];
        if (event.data.ptr != nullptr) static_cast<Watch*>(event.data.ptr)->became(event.events);
    }
    run_due_readers();
    run_due_timers();
    run_tasks();
}

// Milliseconds, -1 = until something happens. From here on a post() wakes the loop.
int EventLoop::time_to_wait() {
    {
        std::lock_guard lock(mutex_);
        asleep_ = tasks_.empty() && due_readers_.empty();
        if (!asleep_) return 0;
    }
    if (timers_.empty()) return -1;
    auto left = std::chrono::ceil<std::chrono::milliseconds>(timers_.begin()->first - std::chrono::steady_clock::now());
    return static_cast<int>(std::clamp<int64_t>(left.count(), 0, INT_MAX));
}

// By index: a reader may bring others into the list, or take itself or others out.
void EventLoop::run_due_readers() {
    size_t const count = due_readers_.size();
    for (size_t i = 0; i < count; ++i)
        if (Watch* watch = due_readers_[i]) watch->read_now();
    due_readers_.erase(due_readers_.begin(), due_readers_.begin() + static_cast<ptrdiff_t>(count));
}

void EventLoop::run_due_timers() {
    auto const now = std::chrono::steady_clock::now();
    while (!timers_.empty() && timers_.begin()->first <= now) {
        auto node = timers_.extract(timers_.begin());
        node.mapped()();
    }
}

void EventLoop::run_tasks() {
    std::vector<Task> tasks;
    {
        std::lock_guard lock(mutex_);
        tasks.swap(tasks_);
    }
    for (Task& task : tasks) {
        task();
        task = nullptr;  // what it holds goes before the next begins
    }
}

void EventLoop::stop() {
    post([this] { stopping_ = true; });
}

bool EventLoop::post(Task task) {
    bool wake = false;
    {
        std::lock_guard lock(mutex_);
        if (ended_) return false;
        tasks_.push_back(std::move(task));
        std::swap(wake, asleep_);
    }
    if (!wake || is_current()) return true;
    uint64_t const one = 1;
    [[maybe_unused]] ssize_t written = ::write(wake_, &one, sizeof one);
    return true;
}

bool EventLoop::is_current() const { return current_loop == this; }

void EventLoop::after(std::chrono::milliseconds delay, Task task) {
    timers_.emplace(std::chrono::steady_clock::now() + delay, std::move(task));
}

void EventLoop::every(std::chrono::milliseconds interval, Task task) {
    after(interval, [this, interval, task = std::move(task)]() mutable {
        task();
        every(interval, std::move(task));
    });
}

// What is still to be told of it is forgotten.
void EventLoop::forget(Watch& watch) {
    for (size_t i = event_; i < events_end_; ++i)
        if (events_[i].data.ptr == &watch) events_[i].data.ptr = nullptr;
    if (watch.due_) std::replace(due_readers_.begin(), due_readers_.end(), &watch, static_cast<Watch*>(nullptr));
}

}  // namespace ingot::net
