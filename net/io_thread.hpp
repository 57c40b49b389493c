// One thread of the listener: its event loop, its listening sockets, its sessions, and one coarse sweep for all
// time-outs. Everything here belongs to this thread unless marked "any thread".
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "net/answer_writer.hpp"
#include "net/connection_counts.hpp"
#include "net/event_loop.hpp"
#include "net/handshake_slots.hpp"
#include "net/server.hpp"

namespace ingot::net {

class Session;
class Listener;

// What all threads of one server share; outlives them.
struct Shared {
    ServerOptions const& options;
    Application& application;
    Clock& clock;
    Random& random;
    ConnectionCounts& counts;
    std::atomic<size_t>& body_bytes;  // of all bodies in progress
};

// Read buffers of active sessions; idle sessions hold none.
struct ReadBuffer {
    std::unique_ptr<char[]> bytes;
    explicit operator bool() const { return bytes != nullptr; }
};

class BufferPool {
  public:
    explicit BufferPool(size_t size) : size_(size) {}
    size_t size() const { return size_; }
    ReadBuffer take();
    void give_back(ReadBuffer buffer);
    std::string take_text();
    void give_back(std::string text);

  private:
    size_t size_;
    std::vector<ReadBuffer> free_;
    std::vector<std::string> free_texts_;
};

// What a session is doing; also the index of its counter.
enum class SessionState : uint8_t { Handshaking, Idle, Reading, Handling, Writing, Lingering, Closed };

class IoThread : public std::enable_shared_from_this<IoThread> {
  public:
    IoThread(Shared const& shared, std::shared_ptr<certs::TlsContext const> tls);
    ~IoThread();

    // Before run(): listens on an already bound socket.
    void listen(int descriptor);
    void start();  // starts the thread
    void join();   // any thread

    // Any thread. Tasks run in order in this thread; false after the end.
    bool post(EventLoop::Task task) { return loop_.post(std::move(task)); }
    bool is_current() const { return loop_.is_current(); }

    // For post():
    void set_tls(std::shared_ptr<certs::TlsContext const> tls) { tls_ = std::move(tls); }
    void begin_drain();      // takes what waits in the accept queue, stops accepting, lets idle sessions end
    void refuse_the_rest();  // 503 shutting-down for requests in progress
    void close_all();

    // Any thread: counters.
    uint64_t sessions_in(SessionState state) const { return in_state_[static_cast<size_t>(state)]; }
    struct Totals {
        std::atomic<uint64_t> accepted{0}, refused{0}, handshakes_failed{0}, requests{0};
        std::atomic<uint64_t> bytes_in{0}, bytes_out{0}, accept_pauses{0};
    };
    Totals const& totals() const { return totals_; }

    // For Session:
    Shared const& shared() const { return shared_; }
    Limits const& limits() const { return shared_.options.limits; }
    EventLoop& loop() { return loop_; }
    BufferPool& buffers() { return buffers_; }
    FixedLines& fixed_lines() { return fixed_lines_; }
    std::shared_ptr<certs::TlsContext const> const& tls() const { return tls_; }
    bool draining() const { return draining_; }
    std::chrono::milliseconds idle_time() const;  // of a keep-alive connection; short while draining
    void state_changed(SessionState from, SessionState to);
    // One thread writes each counter, so no locked instruction is needed.
    static void add(std::atomic<uint64_t>& counter, uint64_t n) {
        counter.store(counter.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
    }
    Totals& totals() { return totals_; }
    // Few enough that their TLS buffers (34 KiB each) may stay between requests; they are freed after a second idle.
    bool has_few_sessions() const { return sessions_.size() <= 512; }
    void wants_handshake(Session& session);  // its first bytes came
    void handshake_ended(Session const& session);
    void forget(Session& session);  // it has closed

  private:
    void accepted(int descriptor, std::string address, bool loopback);
    void sweep();

    Shared const shared_;
    EventLoop loop_;
    std::shared_ptr<certs::TlsContext const> tls_;
    BufferPool buffers_;
    FixedLines fixed_lines_;
    std::vector<std::shared_ptr<Listener>> listeners_;
    std::vector<std::shared_ptr<Session>> sessions_;
    HandshakeSlots handshakes_;
    size_t refusing_ = 0;  // sessions over the limits that get a 503
    bool draining_ = false;
    std::array<std::atomic<uint64_t>, 7> in_state_{};
    Totals totals_;
    std::thread thread_;
};

}  // namespace ingot::net
