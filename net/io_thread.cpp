#include "net/io_thread.hpp"

#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "net/listener.hpp"
#include "net/session.hpp"

namespace ingot::net {
namespace {

constexpr size_t kBodyRoom = 16 * 1024;  // a TLS record of body behind the largest head
constexpr size_t kFreeBuffersMax = 256;
constexpr size_t kFreeTextBytesMax = 64 * 1024;  // larger answers give their memory back
constexpr size_t kRefusingMax = 16;
constexpr auto kSweepMin = std::chrono::milliseconds(10);
constexpr auto kSweepMax = std::chrono::milliseconds(500);
constexpr auto kDrainIdleMax = std::chrono::milliseconds(1'000);

// Often enough that the shortest time-out is late by a quarter at most.
std::chrono::milliseconds sweep_interval(Limits const& limits) {
    auto shortest = std::min({limits.handshake, limits.head, limits.body / 6, limits.idle, limits.write_stall});
    return std::clamp(shortest / 4, kSweepMin, kSweepMax);
}

size_t buffer_bytes(Limits const& limits) {
    return std::max(limits.head_bytes_max, limits.target_bytes_max) + 64 + kBodyRoom;
}

}  // namespace

ReadBuffer BufferPool::take() {
    if (free_.empty()) return ReadBuffer{std::unique_ptr<char[]>(new char[size_])};
    ReadBuffer buffer = std::move(free_.back());
    free_.pop_back();
    return buffer;
}

void BufferPool::give_back(ReadBuffer buffer) {
    if (free_.size() < kFreeBuffersMax) free_.push_back(std::move(buffer));
}

std::string BufferPool::take_text() {
    if (free_texts_.empty()) return {};
    std::string text = std::move(free_texts_.back());
    free_texts_.pop_back();
    return text;
}

void BufferPool::give_back(std::string text) {
    if (free_texts_.size() < kFreeBuffersMax && text.capacity() <= kFreeTextBytesMax)
        free_texts_.push_back(std::move(text));
}

IoThread::IoThread(Shared const& shared, std::shared_ptr<certs::TlsContext const> tls)
    : shared_(shared),
      tls_(std::move(tls)),
      buffers_(buffer_bytes(shared.options.limits)),
      fixed_lines_(shared.options.hsts),
      handshakes_(shared.options.limits.handshakes_max / shared.options.io_threads) {}

IoThread::~IoThread() = default;

void IoThread::listen(int descriptor) {
    Listener::Events events{[this](int accepted_descriptor, std::string address, bool loopback) {
                                accepted(accepted_descriptor, std::move(address), loopback);
                            },
                            [this] { add(totals_.accept_pauses, 1); }};
    listeners_.push_back(std::make_shared<Listener>(loop_, descriptor, std::move(events)));
    listeners_.back()->start();
}

void IoThread::start() {
    loop_.every(sweep_interval(limits()), [this] { sweep(); });
    thread_ = std::thread([this] {
        pthread_setname_np(pthread_self(), "ingot-io");
        loop_.run();
    });
}

void IoThread::join() {
    loop_.stop();
    if (thread_.joinable()) thread_.join();
}

void IoThread::accepted(int descriptor, std::string address, bool loopback) {
    bool within = shared_.counts.enter(address, loopback);
    if (!within && refusing_ >= kRefusingMax) {  // a few are told why, the rest are closed
        shared_.counts.leave(address, loopback);
        add(totals_.refused, 1);
        ::close(descriptor);
        return;
    }
    if (!within) {
        ++refusing_;
        add(totals_.refused, 1);
    }
    std::shared_ptr<Session> session;
    try {
        session = std::make_shared<Session>(shared_from_this(), descriptor, Session::Peer{address, loopback, !within});
    } catch (std::exception const&) {  // no memory, or no epoll watches left: this connection only
        if (!within) --refusing_;
        shared_.counts.leave(address, loopback);
        ::close(descriptor);
        return;
    }
    add(totals_.accepted, 1);
    session->place = sessions_.size();
    sessions_.push_back(session);
    add(in_state_[static_cast<size_t>(SessionState::Handshaking)], 1);
    session->await_hello();
}

void IoThread::state_changed(SessionState from, SessionState to) {
    auto& left = in_state_[static_cast<size_t>(from)];
    left.store(left.load(std::memory_order_relaxed) - 1, std::memory_order_relaxed);
    if (to != SessionState::Closed) add(in_state_[static_cast<size_t>(to)], 1);
}

void IoThread::wants_handshake(Session& session) {
    if (handshakes_.take(ConnectionCounts::counted(session.peer().address), session.weak_from_this()))
        session.start();
    else
        session.await_turn();
}

void IoThread::handshake_ended(Session const& session) {
    handshakes_.give_back(ConnectionCounts::counted(session.peer().address));
    if (!handshakes_.anyone_waits()) return;
    post([this] {
        while (auto next = handshakes_.next()) next->start();
    });
}

void IoThread::forget(Session& session) {
    shared_.counts.leave(session.peer().address, session.peer().loopback);
    if (session.peer().over_limit) --refusing_;
    size_t place = session.place;
    sessions_.back()->place = place;
    std::swap(sessions_[place], sessions_.back());
    sessions_.pop_back();
}

// From the back, so that a session that closes swaps in only one that was looked at already.
void IoThread::sweep() {
    Steady now = shared_.clock.steady();
    for (size_t i = sessions_.size(); i-- > 0;) {
        if (i >= sessions_.size()) continue;
        auto session = sessions_[i];
        session->sweep(now);
    }
}

// While draining, a client in the middle of a conversation still gets its next answer, with Connection: close.
std::chrono::milliseconds IoThread::idle_time() const {
    if (!draining_) return limits().idle;
    return std::min({limits().idle, kDrainIdleMax, shared_.options.drain / 4});
}

void IoThread::begin_drain() {
    for (auto& listener : listeners_) listener->stop();
    listeners_.clear();
    draining_ = true;
    for (auto& session : sessions_) session->begin_drain(shared_.clock.steady() + idle_time());
}

void IoThread::refuse_the_rest() {
    auto sessions = sessions_;
    for (auto& session : sessions) session->refuse_for_shutdown();
}

void IoThread::close_all() {
    for (auto& listener : listeners_) listener->stop();
    listeners_.clear();
    auto sessions = sessions_;
    for (auto& session : sessions) session->close();
}

}  // namespace ingot::net
