#include "net/session.hpp"

#include <algorithm>
#include <cstring>

namespace ingot::net {
namespace {

constexpr int kTurnsWaited = 3;  // handshake time-outs that an accepted connection waits for its turn
constexpr auto kTlsBuffersKept = std::chrono::seconds(1);
constexpr size_t kDroppedBodyMax = 64 * 1024;
constexpr uint64_t kBodyBytesPerSecondMin = 1024;
constexpr int kBodyGraceParts = 6;  // of its time a body may pass before its rate is judged: 5 s of 30 s
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

// The text of a UUIDv7 into `out`, whose memory is used again.
void write_uuid7(int64_t unix_ms, Random& random, std::string& out) {
    constexpr char kDigits[] = "0123456789abcdef";
    auto uuid = make_uuid7(unix_ms, random);
    out.resize(36);
    size_t at = 0;
    for (size_t i = 0; i < uuid.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) out[at++] = '-';
        out[at++] = kDigits[uuid[i] >> 4];
        out[at++] = kDigits[uuid[i] & 15];
    }
}

bool drops_body(Method method) { return method == Method::Get || method == Method::Head || method == Method::Options; }

}  // namespace

Session::Session(std::shared_ptr<IoThread> owner, int descriptor, Peer peer)
    : owner_(std::move(owner)),
      peer_(std::move(peer)),
      watch_(std::make_unique<EventLoop::Watch>(owner_->loop(), descriptor)),
      deadline_(now() + owner_->limits().handshake),
      scan_(owner_->limits()),
      room_(owner_->shared().body_bytes, owner_->limits().bodies_bytes_max) {}

void Session::await_turn() { deadline_ = now() + kTurnsWaited * owner_->limits().handshake; }

void Session::start() {
    if (state_ == State::Closed) return owner_->handshake_ended(*this);
    started_ = true;
    deadline_ = std::min(deadline_, now() + owner_->limits().handshake);
    keeps_tls_buffers_ = owner_->has_few_sessions();
    tls_context_ = owner_->tls();
    tls_ = std::make_unique<TlsSocket>(tls_context_->native(), watch_->descriptor(), TlsSocket::Side::Server);
    if (keeps_tls_buffers_) tls_->keep_buffers();
    run();
}

void Session::enter(State state, SessionState counted) {
    state_ = state;
    if (counted == counted_) return;
    owner_->state_changed(counted_, counted);
    counted_ = counted;
}

void Session::on_ready(bool readable) {
    (readable ? waits_read_ : waits_write_) = false;
    if (readable) maybe_readable_ = true;
    if (!asked_ && state_ != State::Closed) {
        asked_ = true;
        return owner_->wants_handshake(*this);
    }
    run();
}

// Goes on until it must wait. A client that pipelines gives way to others after a limited number of answers.
void Session::run() {
    if (running_ || state_ == State::Closed || !started_) return;
    auto self = shared_from_this();
    running_ = true;
    uint64_t const stop_after = requests_ + owner_->limits().pipelined_max;
    bool yields = false;
    try {
        while (!yields && step()) yields = state_ == State::Head && requests_ >= stop_after;
    } catch (std::exception const&) {  // out of memory, or a fault of the application: this connection only
        close();
    }
    running_ = false;
    if (yields) owner_->post([self] { self->run(); });
}

bool Session::step() {
    switch (state_) {
        case State::Handshake:
            return shake_hands();
        case State::Head:
            return await_head();
        case State::Body:
            return read_body();
        case State::Writing:
            return write_out();
        case State::Lingering:
            return drain_peer();
        case State::Handling:
        case State::Pulling:
        case State::Closed:
            break;
    }
    return false;
}

bool Session::wait(bool readable) {
    bool& waits = readable ? waits_read_ : waits_write_;
    if (waits) return false;
    waits = true;
    if (readable)
        watch_->wait_readable(shared_from_this());
    else
        watch_->wait_writable(shared_from_this());
    return false;
}

bool Session::shake_hands() {
    switch (tls_->handshake()) {
        case TlsSocket::Io::Done:
            break;
        case TlsSocket::Io::WantRead:
            return wait(true);
        case TlsSocket::Io::WantWrite:
            return wait(false);
        case TlsSocket::Io::Closed:
        case TlsSocket::Io::Failed:
            close();
            return false;
    }
    owner_->handshake_ended(*this);
    maybe_readable_ = true;
    enter(State::Head, SessionState::Idle);
    deadline_ = now() + owner_->idle_time();
    return true;
}

// Reads more behind `filled_`. False: waits, or closed.
bool Session::fill() {
    if (!maybe_readable_) {
        if (filled_ == 0 && !in_exchange_) release_buffers();
        return wait(true);
    }
    if (!buffer_) buffer_ = owner_->buffers().take();
    size_t got = 0;
    switch (tls_->read(buffer_.bytes.get() + filled_, owner_->buffers().size() - filled_, got)) {
        case TlsSocket::Io::Done:
            break;
        case TlsSocket::Io::WantRead:
            maybe_readable_ = false;
            return fill();
        case TlsSocket::Io::WantWrite:
            return wait(false);
        case TlsSocket::Io::Closed:
        case TlsSocket::Io::Failed:
            close();
            return false;  // a request that is not complete has no effect
    }
    filled_ += got;
    IoThread::add(owner_->totals().bytes_in, got);
    // Otherwise the next wait says when there is more, and the system call that would find nothing is saved.
    maybe_readable_ = tls_->has_buffered() || !tls_->drained();
    return true;
}

bool Session::await_head() {
    if (filled_ == 0 && !fill()) return false;
    if (!in_exchange_) {
        begin_exchange();
        deadline_ = request_->received_steady + owner_->limits().head;
    }
    switch (scan_.look({buffer_.bytes.get(), filled_})) {
        case HeadScan::State::Complete:
            take_head();
            return true;
        case HeadScan::State::Refused:
            refuse(scan_.refusal());
            return true;
        case HeadScan::State::Incomplete:
            break;
    }
    return fill();
}

// The first byte of a request came: numbers the exchange and makes its Request ready.
void Session::begin_exchange() {
    in_exchange_ = true;
    ++exchange_;
    ++requests_;
    IoThread::add(owner_->totals().requests, 1);
    if (!request_ || request_kept_ || request_.use_count() != 1) request_ = std::make_shared<Request>();
    request_kept_ = false;
    Request& request = *request_;
    auto fields = std::move(request.head.fields);  // its memory is used again
    fields.clear();
    request.head = Head{};
    request.head.fields = std::move(fields);
    request.head.peer = peer_.address;
    request.head.peer_is_loopback = peer_.loopback;
    request.body = {};
    request.received = owner_->shared().clock.now();
    request.received_steady = recent_ = now();
    write_uuid7(to_millis(request.received), owner_->shared().random, request.request_id);
    framing_ = Framing{};
    body_bytes_out_ = 0;
    enter(state_, SessionState::Reading);
}

void Session::take_head() {
    head_end_ = next_begin_ = scan_.head_end();
    Head& head = request_->head;
    auto const& shared = owner_->shared();
    auto refusal =
        read_head({buffer_.bytes.get(), filled_}, scan_, owner_->limits(), shared.options.hosts, head, framing_);
    if (refusal && refusal->close) return refuse(*refusal);
    closing_ = framing_.close || requests_ >= owner_->limits().requests_per_connection_max;
    if (peer_.over_limit)
        return refuse({503, "busy", "the node has too many connections, all together or from this address",
                       "节点的连接过多（总数或来自此地址）"});

    Admission admission;
    if (refusal)
        admission.refusal = shared.application.refuse(*refusal, *request_);
    else if (framing_.asterisk)
        admission.refusal.emplace().status = 204;
    else
        admission = shared.application.admit(*request_);
    plan_body(std::move(admission));
}

// What happens with the body is decided from the head alone, before `100 Continue`.
void Session::plan_body(Admission admission) {
    Head const& head = request_->head;
    bool drop = drops_body(head.method) || admission.refusal;
    if (admission.refusal) {
        bool skippable = !framing_.expect_continue && head.content_length.value_or(0) <= kDroppedBodyMax;
        closing_ = closing_ || admission.refusal->close || (head.has_body && !skippable);
        if (closing_ || !head.has_body) return send(std::move(*admission.refusal));
        answer_after_body_ = std::move(admission.refusal);
    } else if (framing_.gzip && !admission.gzip_allowed) {
        return refuse(
            {415, "unsupported-media-type", "this route takes no Content-Encoding", "此路径不接受 Content-Encoding"});
    }
    size_t bytes_max = drop ? kDroppedBodyMax : admission.body_bytes_max;
    if (head.content_length.value_or(0) > bytes_max) return refuse(body_too_large(bytes_max));
    if (!head.has_body) return handle();
    begin_body(bytes_max, drop);
}

void Session::begin_body(size_t body_bytes_max, bool drop) {
    Head const& head = request_->head;
    size_t here = filled_ - head_end_;
    if (head.content_length && *head.content_length <= here && !framing_.gzip) {  // all of it came with the head
        size_t size = static_cast<size_t>(*head.content_length);
        if (!drop) request_->body = {buffer_.bytes.get() + head_end_, size};
        next_begin_ = head_end_ + size;
        return body_complete();
    }
    body_.emplace(BodyReader::Plan{head.content_length, body_bytes_max, framing_.gzip, drop});
    if (!room_.hold(body_->body().capacity())) return refuse(too_many_bodies());
    body_started_ = now();
    deadline_ = body_started_ + owner_->limits().body;
    enter(State::Body, SessionState::Reading);
    if (!framing_.expect_continue || here > 0) return;
    out_ = kContinue;
    out_done_ = 0;
    after_write_ = AfterWrite::ReadBody;
    enter(State::Writing, SessionState::Reading);
}

bool Session::read_body() {
    if (next_begin_ == filled_) {
        filled_ = next_begin_ = head_end_;  // what came is used; its place is free
        if (!fill()) return false;
    }
    size_t taken = 0;
    auto state = body_->feed({buffer_.bytes.get() + next_begin_, filled_ - next_begin_}, taken);
    next_begin_ += taken;
    if (state == BodyReader::State::Refused) {
        give_up_body(body_->refusal());
    } else if (!room_.hold(body_->body().capacity())) {
        refuse(too_many_bodies());
    } else if (state == BodyReader::State::Done) {
        request_->body = body_->body();
        recent_ = now();
        body_complete();
    }
    return true;
}

void Session::body_complete() {
    if (!answer_after_body_) return handle();
    Answer answer = std::move(*answer_after_body_);
    answer_after_body_.reset();
    send(std::move(answer));
}

// An answer decided from the head stays the answer, whatever becomes of a body that is only thrown away.
void Session::give_up_body(Refusal const& refusal) {
    if (!answer_after_body_) return refuse(refusal);
    answer_after_body_->close = true;
    body_complete();
}

void Session::next_request() {
    size_t rest = filled_ - next_begin_;
    if (rest > 0) std::memmove(buffer_.bytes.get(), buffer_.bytes.get() + next_begin_, rest);
    filled_ = rest;
    head_end_ = next_begin_ = 0;
    scan_.restart();
    body_.reset();
    room_.release();
    answer_ = Answer{};
    enter(State::Head, SessionState::Idle);
    deadline_ = recent_ + owner_->idle_time();
}

bool Session::body_too_slow(Steady at) const {
    auto elapsed = at - body_started_;
    auto grace = owner_->limits().body / kBodyGraceParts;
    auto seconds = std::chrono::duration<double>(elapsed).count();
    return elapsed > grace && static_cast<double>(body_->received()) < seconds * kBodyBytesPerSecondMin;
}

void Session::sweep(Steady at) {
    if (keeps_tls_buffers_ && counted_ == SessionState::Idle && at - recent_ > kTlsBuffersKept) tls_->free_buffers();
    if (at >= deadline_ || (state_ == State::Body && body_too_slow(at))) expire();
}

void Session::expire() {
    switch (state_) {
        case State::Head:
            if (scan_.head_begin() < filled_) {  // something of a request line came
                refuse(head_too_late(owner_->limits().head));
                return run();
            }
            if (tls_) tls_->close_notify();
            return close();
        case State::Body:
            give_up_body(now() >= deadline_
                             ? body_too_late(owner_->limits().body)
                             : body_below_rate(owner_->limits().body / kBodyGraceParts, kBodyBytesPerSecondMin));
            return run();
        case State::Handshake:
        case State::Writing:
        case State::Lingering:
            return close();
        case State::Handling:
        case State::Pulling:
        case State::Closed:
            return;  // the application keeps its own deadlines
    }
}

void Session::begin_drain(Steady idle_until) {
    if (state_ == State::Head && filled_ == 0) deadline_ = std::min(deadline_, idle_until);
}

void Session::refuse_for_shutdown() {
    bool owed = state_ == State::Handling || state_ == State::Body || (state_ == State::Head && filled_ > 0);
    if (!owed) return;
    bool const may_be_done = state_ == State::Handling && !drops_body(request_->head.method);
    refuse(may_be_done
               ? Refusal{503, "outcome-unknown", "the node stops and does not know yet whether the change was made",
                         "节点正在停止，尚不知更改是否已完成"}
               : Refusal{503, "shutting-down", "the node is shutting down; nothing was done",
                         "节点正在停止，未做任何更改"});
    run();
}

void Session::release_buffers() {
    if (lent_) return;
    if (buffer_) owner_->buffers().give_back(std::move(buffer_));
    if (out_.capacity() > 0) owner_->buffers().give_back(std::move(out_));
    buffer_ = {};
    out_ = {};
    filled_ = head_end_ = next_begin_ = out_done_ = 0;
}

void Session::close() {
    if (state_ == State::Closed) return;
    bool answer_owed = state_ == State::Handling || state_ == State::Pulling ||
                       (state_ == State::Writing && after_write_ != AfterWrite::ReadBody);
    bool in_handshake = state_ == State::Handshake;
    enter(State::Closed, SessionState::Closed);
    if (in_handshake) {
        IoThread::add(owner_->totals().handshakes_failed, 1);
        if (started_) owner_->handshake_ended(*this);
    }
    if (answer_owed) report(false);
    in_exchange_ = false;
    tls_.reset();
    tls_context_.reset();
    watch_.reset();
    answer_ = Answer{};
    release_buffers();
    owner_->forget(*this);
}

}  // namespace ingot::net
