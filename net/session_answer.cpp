// The answering half of a session.
#include <sys/socket.h>

#include <array>
#include <cerrno>

#include "net/session.hpp"

namespace ingot::net {
namespace {

constexpr auto kLinger = std::chrono::seconds(1);
constexpr size_t kRecordBytes = 16 * 1024;  // plain bytes of one TLS record (RFC 8446 5.1)
constexpr auto kPieceTime = std::chrono::milliseconds(20);
constexpr std::string_view kAllowed = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";

// The callable the application answers with; any thread.
struct Responder {
    std::shared_ptr<Session> session;
    uint64_t exchange;
    void operator()(Answer answer) const { session->respond(exchange, std::move(answer)); }
};

// Pulls until there is a record's worth, or something and the source is slow. On a worker thread.
bool pull_piece(Stream& stream, std::string& piece) {
    auto const until = std::chrono::steady_clock::now() + kPieceTime;
    bool more = true;
    while (more && piece.size() < kRecordBytes && (piece.empty() || std::chrono::steady_clock::now() < until))
        more = stream.next(piece);
    return more;
}

}  // namespace

void Session::handle() {
    enter(State::Handling, SessionState::Handling);
    deadline_ = Steady::max();
    lent_ = true;
    in_handle_ = true;
    try {
        owner_->shared().application.handle(request_, Responder{shared_from_this(), exchange_});
    } catch (std::exception const&) {
        answer_ = owner_->shared().application.refuse(
            {500, "internal", "the request could not be handled", "请求无法处理"}, *request_);
        answer_.close = early_ = true;
    }
    in_handle_ = false;
    request_kept_ = !early_;
    if (!early_) return;  // respond() comes later
    early_ = false;
    send_answer();
}

void Session::respond(uint64_t exchange, Answer answer) {
    if (owner_->is_current()) return answered(exchange, std::move(answer));
    owner_->post([self = shared_from_this(), exchange, answer = std::move(answer)]() mutable {
        self->answered(exchange, std::move(answer));
    });
}

// In the session's thread. A second answer, or one that comes after the node gave up on the request, is dropped.
void Session::answered(uint64_t exchange, Answer answer) {
    if (exchange != exchange_) return;
    lent_ = false;
    if (state_ != State::Handling || early_) return;
    answer_ = std::move(answer);
    if (in_handle_) {
        early_ = true;
        return;
    }
    recent_ = now();
    send_answer();
    run();
}

void Session::refuse(Refusal const& refusal) {
    if (!in_exchange_) begin_exchange();
    recent_ = now();
    closing_ = closing_ || refusal.close;
    if (auto const language = accept_language({buffer_.bytes.get(), filled_}, scan_);
        !language.empty() &&
        !request_->head.has("Accept-Language"))  // the head was refused before its fields were read
        request_->head.fields.emplace_back("Accept-Language", language);
    Answer answer = owner_->shared().application.refuse(refusal, *request_);
    if (refusal.status == 405) answer.header("Allow", std::string(kAllowed));
    send(std::move(answer));
}

void Session::send(Answer answer) {
    answer_ = std::move(answer);
    send_answer();
}

void Session::send_answer() {
    serialise();
    deadline_ = recent_ + owner_->limits().write_stall;
    enter(State::Writing, SessionState::Writing);
}

// Head and, as far as one TLS record goes, body into `out_`: a small answer is one record and one system call.
void Session::serialise() {
    closing_ = closing_ || answer_.close || owner_->draining();
    AnswerContext context{owner_->fixed_lines().at(owner_->shared().clock.now()), request_->request_id,
                          request_->head.method == Method::Head, request_->head.http_1_0, closing_};
    if (out_.capacity() == 0) out_ = owner_->buffers().take_text();
    out_.clear();
    out_done_ = 0;
    tail_ = {};
    stream_ended_ = chunked_out_ = false;
    after_write_ = AfterWrite::NextRequest;
    auto form = write_head(answer_, context, out_);
    if (!form) {
        answer_ = owner_->shared().application.refuse({500, "internal", "the answer could not be sent", "应答无法发送"},
                                                      *request_);
        form = write_head(answer_, context, out_);
    }
    if (!form) {
        answer_ = Answer();
        answer_.status = 500;
        form = write_head(answer_, context, out_);
    }
    if (*form == BodyForm::Length) {
        std::string_view body = body_of(answer_);
        size_t with_head = std::min(body.size(), kRecordBytes - std::min(kRecordBytes, out_.size()));
        out_.append(body.substr(0, with_head));
        tail_ = body.substr(with_head);
        body_bytes_out_ = body.size();
    } else if (*form != BodyForm::None) {
        after_write_ = AfterWrite::PullStream;
        chunked_out_ = *form == BodyForm::Chunked;
        closing_ = closing_ || *form == BodyForm::UntilClose;
    }
}

bool Session::write_out() {
    bool moved = false;
    while (out_done_ < out_.size() || !tail_.empty()) {
        bool from_out = out_done_ < out_.size();
        std::string_view rest = from_out ? std::string_view(out_).substr(out_done_) : tail_;
        size_t put = 0;
        auto io = tls_->write(rest, put);
        if (io == TlsSocket::Io::Closed || io == TlsSocket::Io::Failed) {
            close();
            return false;
        }
        if (io != TlsSocket::Io::Done) {
            if (moved) deadline_ = (recent_ = now()) + owner_->limits().write_stall;
            return wait(io == TlsSocket::Io::WantRead);
        }
        moved = true;
        IoThread::add(owner_->totals().bytes_out, put);
        if (from_out)
            out_done_ += put;
        else
            tail_.remove_prefix(put);
    }
    written();
    return true;
}

void Session::written() {
    switch (after_write_) {
        case AfterWrite::NextRequest:
            return finish_exchange();
        case AfterWrite::ReadBody:
            return enter(State::Body, SessionState::Reading);
        case AfterWrite::PullStream:
            return stream_ended_ ? finish_exchange() : pull_stream();
    }
}

// One piece at a time, the next only after the peer took this one: a slow reader costs one piece of memory.
void Session::pull_stream() {
    enter(State::Pulling, SessionState::Writing);
    deadline_ = Steady::max();
    auto work = [self = shared_from_this(), exchange = exchange_, stream = answer_.stream]() mutable {
        std::string piece;
        bool more = false;
        bool failed = false;
        try {
            more = pull_piece(*stream, piece);
        } catch (std::exception const&) {
            failed = true;
        }
        stream.reset();
        auto owner = self->owner_;
        owner->post([self = std::move(self), exchange, piece = std::move(piece), more, failed] {
            self->pulled(exchange, piece, more, failed);
        });
    };
    auto const& run_blocking = owner_->shared().options.run_blocking;
    if (!run_blocking) return work();
    try {
        run_blocking(std::move(work));
    } catch (std::exception const&) {  // no worker takes it: the client sees the stream cut
        close();
    }
}

void Session::pulled(uint64_t exchange, std::string const& piece, bool more, bool failed) {
    if (exchange != exchange_ || state_ != State::Pulling) return;
    if (failed) return close();  // without the last chunk, so the client knows that it has not all
    out_.clear();
    out_done_ = 0;
    if (chunked_out_) {
        append_chunk(piece, out_);
        if (!more) append_last_chunk(out_);
    } else {
        out_ = piece;
    }
    body_bytes_out_ += piece.size();
    stream_ended_ = !more;
    deadline_ = (recent_ = now()) + owner_->limits().write_stall;
    enter(State::Writing, SessionState::Writing);
    run();
}

void Session::finish_exchange() {
    report(true);
    if (closing_) return linger();
    next_request();
}

void Session::report(bool sent) {
    in_exchange_ = false;
    if (!sent) {
        answer_.status = 0;
        answer_.rendered.reset();
    }
    owner_->shared().application.sent(*request_, answer_, body_bytes_out_, request_->received_steady);
}

// Nothing more is read or interpreted; what the peer still sends is thrown away for a second, so that it can read the
// answer before its own bytes meet a closed port (RFC 9112 9.6).
void Session::linger() {
    tls_->close_notify();
    ::shutdown(watch_->descriptor(), SHUT_WR);
    answer_ = Answer{};
    deadline_ = now() + kLinger;
    enter(State::Lingering, SessionState::Lingering);
}

bool Session::drain_peer() {
    std::array<char, 16384> nowhere;
    for (int i = 0; i < 16; ++i) {
        ssize_t got = ::recv(watch_->descriptor(), nowhere.data(), nowhere.size(), 0);
        if (got > 0 || (got < 0 && errno == EINTR)) continue;
        if (got < 0 && errno == EAGAIN) return wait(true);
        close();
        return false;
    }
    owner_->post([self = shared_from_this()] { self->run(); });
    return false;
}

}  // namespace ingot::net
