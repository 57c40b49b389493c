#include "net/event_loop.hpp"

// One thread runs every handler, and tasks from other threads come through the scheduler's mutex: the fence around each
// handler orders nothing that is not ordered already (and ThreadSanitizer does not understand fences).
#define BOOST_ASIO_DISABLE_FENCED_BLOCK 1

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <mutex>

namespace ingot::net {
namespace asio = boost::asio;
namespace {

using Executor = asio::io_context::executor_type;
using Descriptor = asio::posix::basic_stream_descriptor<Executor>;
using Timer =
    asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, Executor>;

thread_local EventLoop const* current_loop = nullptr;

struct OnReady {
    std::shared_ptr<Ready> ready;
    bool readable;
    void operator()(boost::system::error_code error) const {
        if (error != asio::error::operation_aborted) ready->on_ready(readable);
    }
};

class AsioWatch final : public EventLoop::Watch {
  public:
    AsioWatch(asio::io_context& context, int descriptor) : descriptor_(context.get_executor(), descriptor) {}
    int descriptor() const override { return const_cast<Descriptor&>(descriptor_).native_handle(); }
    void wait_readable(std::shared_ptr<Ready> ready) override {
        descriptor_.async_wait(Descriptor::wait_read, OnReady{std::move(ready), true});
    }
    void wait_writable(std::shared_ptr<Ready> ready) override {
        descriptor_.async_wait(Descriptor::wait_write, OnReady{std::move(ready), false});
    }

  private:
    Descriptor descriptor_;
};

// Keeps itself alive through its own waits, until the loop ends.
struct Ticker : std::enable_shared_from_this<Ticker> {
    Ticker(asio::io_context& context, std::chrono::milliseconds every_ms, EventLoop::Task what)
        : timer(context.get_executor()), interval(every_ms), task(std::move(what)) {}
    void start() {
        timer.expires_after(interval);
        timer.async_wait([self = shared_from_this()](boost::system::error_code error) {
            if (error) return;
            self->task();
            self->start();
        });
    }
    Timer timer;
    std::chrono::milliseconds interval;
    EventLoop::Task task;
};

}  // namespace

struct EventLoop::State {
    // One thread runs the loop, so the reactor needs no locks; posting from other threads stays safe.
    asio::io_context context{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO};
    asio::executor_work_guard<Executor> work{context.get_executor()};
    std::mutex mutex;  // guards ended
    bool ended = false;
};

EventLoop::EventLoop() : state_(std::make_unique<State>()) {}
EventLoop::~EventLoop() = default;

void EventLoop::run() {
    current_loop = this;
    state_->context.run();
    {
        std::lock_guard lock(state_->mutex);
        state_->ended = true;
    }
    state_->context.restart();
    state_->context.poll();  // what was posted meanwhile
    current_loop = nullptr;
}

void EventLoop::stop() {
    post([this] { state_->context.stop(); });
}

bool EventLoop::post(Task task) {
    std::lock_guard lock(state_->mutex);
    if (state_->ended) return false;
    asio::post(state_->context, std::move(task));
    return true;
}

bool EventLoop::is_current() const { return current_loop == this; }

std::unique_ptr<EventLoop::Watch> EventLoop::watch(int descriptor) {
    return std::make_unique<AsioWatch>(state_->context, descriptor);
}

void EventLoop::after(std::chrono::milliseconds delay, Task task) {
    auto timer = std::make_shared<Timer>(state_->context.get_executor());
    timer->expires_after(delay);
    timer->async_wait([timer, task = std::move(task)](boost::system::error_code error) {
        if (!error) task();
    });
}

void EventLoop::every(std::chrono::milliseconds interval, Task task) {
    std::make_shared<Ticker>(state_->context, interval, std::move(task))->start();
}

}  // namespace ingot::net
