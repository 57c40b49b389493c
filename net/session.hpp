// One HTTPS connection: a state machine driven by readiness, one request at a time. Lives in its I/O thread; only
// respond() may be called elsewhere. Kept alive by the thread while open, and by the Respond of a request in progress
// (whose views point into its buffers).
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "net/body_reader.hpp"
#include "net/body_room.hpp"
#include "net/io_thread.hpp"
#include "net/request_guard.hpp"
#include "net/tls_socket.hpp"

namespace ingot::net {

class Session final : public Ready, public std::enable_shared_from_this<Session> {
  public:
    struct Peer {
        std::string address;
        bool loopback = false;
        bool over_limit = false;  // gets 503 and is closed
    };

    Session(std::shared_ptr<IoThread> owner, int descriptor, Peer peer);

    void await_hello() { wait(true); }  // accepted: no slot for a handshake is taken before the first bytes come
    void await_turn();                  // they came, and no slot is free
    void start();                       // its turn to begin the handshake
    void on_ready(bool readable) override;
    void sweep(Steady now);

    void begin_drain(Steady idle_until);
    void refuse_for_shutdown();
    void close();

    // Any thread.
    void respond(uint64_t exchange, Answer answer);

    Peer const& peer() const { return peer_; }
    size_t place = 0;  // in the thread's list

  private:
    enum class State : uint8_t { Handshake, Head, Body, Handling, Writing, Pulling, Lingering, Closed };
    enum class AfterWrite : uint8_t { NextRequest, ReadBody, PullStream };

    // session.cpp: the connection and what it receives
    void run();
    bool step();  // false: waits for something, or is closed
    bool wait(bool readable);
    bool shake_hands();
    bool fill();
    bool await_head();
    void begin_exchange();
    void take_head();
    void plan_body(Admission admission);
    void begin_body(size_t body_bytes_max, bool drop);
    bool read_body();
    void body_complete();
    void give_up_body(Refusal const& refusal);
    void next_request();
    bool body_too_slow(Steady now) const;
    void expire();

    // session_answer.cpp: what it sends
    void handle();
    void answered(uint64_t exchange, Answer answer);
    void refuse(Refusal const& refusal);
    void send(Answer answer);
    void send_answer();  // answer_
    void serialise();
    bool write_out();
    void written();
    void pull_stream();
    void pulled(uint64_t exchange, std::string const& piece, bool more, bool failed);
    void finish_exchange();
    void report(bool sent);
    void linger();
    bool drain_peer();

    void enter(State state, SessionState counted);
    void release_buffers();
    Steady now() const { return owner_->shared().clock.steady(); }

    std::shared_ptr<IoThread> const owner_;
    Peer const peer_;
    std::unique_ptr<EventLoop::Watch> watch_;
    std::shared_ptr<certs::TlsContext const> tls_context_;
    std::unique_ptr<TlsSocket> tls_;
    State state_ = State::Handshake;
    SessionState counted_ = SessionState::Handshaking;
    Steady deadline_;
    Steady recent_{};  // of the last clock reading; good enough for idle and write deadlines
    bool keeps_tls_buffers_ = false;
    bool asked_ = false, started_ = false, running_ = false, waits_read_ = false, waits_write_ = false,
         maybe_readable_ = true;

    // Bytes received: [0, filled_), of which the head of the current request ends at head_end_ and the next request
    // begins at next_begin_.
    ReadBuffer buffer_;
    size_t filled_ = 0, head_end_ = 0, next_begin_ = 0;

    // The request in progress.
    HeadScan scan_;
    Framing framing_;
    std::shared_ptr<Request> request_;
    std::optional<BodyReader> body_;
    BodyRoom room_;  // of body_
    std::optional<Answer> answer_after_body_;
    Steady body_started_{};
    uint64_t exchange_ = 0;     // number of the request in progress
    bool in_exchange_ = false;  // begun and not yet reported
    bool lent_ = false;         // the application may still look at our buffers
    bool in_handle_ = false;
    bool early_ = false;         // answered inside handle(), with answer_
    bool request_kept_ = false;  // another thread may hold request_: the next exchange needs a new one

    // The answer in progress.
    Answer answer_;
    std::string out_;
    size_t out_done_ = 0;
    std::string_view tail_;  // rest of the body, in answer_
    AfterWrite after_write_ = AfterWrite::NextRequest;
    bool chunked_out_ = false, stream_ended_ = false, closing_ = false;
    uint64_t body_bytes_out_ = 0;
    uint64_t requests_ = 0;
};

}  // namespace ingot::net
