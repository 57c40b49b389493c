#include "test_server.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>

#include "certs/development_ca.hpp"

namespace ingot::net::testing_support {
namespace {

Answer text_answer(int status, std::string body) {
    Answer answer;
    answer.status = status;
    answer.body = std::move(body);
    answer.header("Content-Type", "text/plain");
    return answer;
}

struct Pieces final : Stream {
    Pieces(int wanted, std::atomic<int>& counter) : left(wanted), made(counter) {}
    bool next(std::string& out) override {
        if (left == 0) return false;
        out.append(10'000, static_cast<char>('a' + left % 26));
        ++made;
        return --left > 0;
    }
    int left;
    std::atomic<int>& made;
};

}  // namespace

Pki const& Pki::shared() {
    struct Made : Pki {
        Made() {
            std::string pattern = (std::filesystem::temp_directory_path() / "ingot-net-XXXXXX").string();
            dir = mkdtemp(pattern.data());
            SystemClock clock;
            SystemRandom random;
            auto pki = certs::make_development_pki(dir, {"node.example"}, clock, random);
            if (!pki) std::abort();
            ca_file = pki->ca_file;
            cert_file = pki->server_file;
            key_file = pki->server_key_file;
        }
        ~Made() { std::filesystem::remove_all(dir); }
    };
    static Made const made;
    return made;
}

std::shared_ptr<certs::TlsContext const> load_tls(std::shared_ptr<certs::TicketKeys> tickets) {
    static SystemClock clock;
    static SystemRandom random;
    if (!tickets) tickets = std::make_shared<certs::TicketKeys>(clock, random);
    auto loaded = certs::TlsContext::load(Pki::shared().cert_file, Pki::shared().key_file, tickets, clock.now());
    EXPECT_TRUE(loaded);
    return *loaded;
}

Workers::Workers() {
    for (int i = 0; i < 2; ++i) threads_.emplace_back([this] { loop(); });
}

Workers::~Workers() {
    {
        std::lock_guard lock(mutex_);
        ending_ = true;
    }
    changed_.notify_all();
    for (auto& thread : threads_) thread.join();
}

void Workers::run(std::function<void()> work) {
    {
        std::lock_guard lock(mutex_);
        queue_.push_back(std::move(work));
    }
    changed_.notify_one();
}

void Workers::loop() {
    for (;;) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return ending_ || !queue_.empty(); });
        if (queue_.empty()) return;
        auto work = std::move(queue_.front());
        queue_.pop_front();
        lock.unlock();
        work();
    }
}

Admission EchoApplication::admit(Request const& request) {
    Head const& head = request.head;
    Admission admission;
    admission.body_bytes_max = head.path == "/small" ? 1'000 : 1024 * 1024;
    admission.gzip_allowed = head.path == "/gzip";
    if (head.path.starts_with("/refused")) {
        admission.refusal = text_answer(401, "who are you?");
        admission.refusal->close = head.path == "/refused-close";
    }
    return admission;
}

void EchoApplication::handle(std::shared_ptr<Request> request, Respond respond) {
    ++handled;
    if (on_handle) on_handle();
    std::string path(request->head.path);
    int number = request->head.query.empty() ? 0 : std::atoi(std::string(request->head.query).c_str());
    if (path == "/throw") throw std::runtime_error("a fault of the application");
    if (path == "/slow") {
        workers_.run([request, respond, number] {
            std::this_thread::sleep_for(std::chrono::milliseconds(number));
            respond(text_answer(200, "slow " + std::string(request->head.path) + std::string(request->body)));
        });
        return;
    }
    if (path == "/big") return respond(text_answer(200, std::string(static_cast<size_t>(number), 'b')));
    if (path == "/stream") {
        Answer answer = text_answer(200, "");
        answer.stream = std::make_shared<Pieces>(number, pieces_made);
        return respond(std::move(answer));
    }
    if (path == "/rendered") {
        static auto const rendered = std::make_shared<Rendered>(Rendered{200, "ETag: \"1\"\r\n", "prepared"});
        Answer answer;
        answer.rendered = rendered;
        return respond(std::move(answer));
    }
    if (path == "/split") {
        Answer answer = text_answer(200, "x");
        answer.header("Location", "/a\r\nSet-Cookie: stolen");
        return respond(std::move(answer));
    }
    if (path == "/echo" || path == "/gzip" || path == "/small")
        return respond(text_answer(200, std::string(request->body)));
    respond(text_answer(200, std::string(request->head.method_text) + " " + path));
}

Answer EchoApplication::refuse(Refusal const& refusal, Request const& request) {
    {
        std::lock_guard lock(mutex_);
        refused_ = {refusal, request.request_id, std::string(request.head.field("Accept-Language")),
                    std::string(request.head.peer)};
    }
    return text_answer(refusal.status, std::string(refusal.code) + ": " + refusal.detail);
}

EchoApplication::Refused EchoApplication::last_refused() {
    std::lock_guard lock(mutex_);
    return refused_;
}

void EchoApplication::sent(Request const&, Answer const& answer, uint64_t, Steady) {
    if (answer.status == 0) ++not_sent;
    std::lock_guard lock(mutex_);
    ++sent_[answer.rendered ? answer.rendered->status : answer.status];
}

std::map<int, int> EchoApplication::sent_by_status() {
    std::lock_guard lock(mutex_);
    return sent_;
}

TestServer::TestServer(std::function<void(ServerOptions&)> adjust) {
    ServerOptions options;
    options.lame_duck = std::chrono::milliseconds(0);
    options.drain = std::chrono::milliseconds(3'000);
    options.run_blocking = [this](std::function<void()> work) { workers.run(std::move(work)); };
    if (adjust) adjust(options);
    server = std::make_unique<Server>(options, load_tls(), application, clock, random);
    auto started = server->start();
    EXPECT_TRUE(started) << started.error().detail;
}

TestServer::~TestServer() = default;

RawConnection::RawConnection(TestServer& server, std::chrono::milliseconds timeout) {
    auto tls = certs::ClientTlsContext::load(Pki::shared().ca_file);
    auto opened = ClientConnection::open("127.0.0.1", std::to_string(server.server->ports().at(0)), *tls, timeout);
    EXPECT_TRUE(opened) << opened.error().detail;
    if (opened) connection_ = std::move(*opened);
}

bool RawConnection::send(std::string_view bytes) { return connection_ && connection_->write(bytes).has_value(); }

bool RawConnection::more() {
    if (!connection_) return false;
    auto got = connection_->read(buffer_);
    timed_out_ = !got && got.error().code == Code::Timeout;
    return got && *got;
}

RawAnswer RawConnection::answer(bool head_request) {
    RawAnswer answer;
    size_t end = 0;
    while ((end = buffer_.find("\r\n\r\n")) == buffer_.npos)
        if (!more()) return answer.status = timed_out_ ? -1 : 0, answer;
    answer.head = buffer_.substr(0, end + 4);
    buffer_.erase(0, end + 4);
    answer.status = std::atoi(answer.head.c_str() + 9);
    size_t at = answer.head.find("Content-Length: ");
    size_t length =
        at == answer.head.npos || head_request ? 0 : std::strtoul(answer.head.c_str() + at + 16, nullptr, 10);
    while (buffer_.size() < length && more()) {
    }
    answer.body = buffer_.substr(0, length);
    buffer_.erase(0, length);
    return answer;
}

std::string RawConnection::rest() {
    while (more()) {
    }
    return std::exchange(buffer_, {});
}

bool RawConnection::closed_within(std::chrono::milliseconds limit) {
    auto const begin = std::chrono::steady_clock::now();
    rest();
    return !timed_out_ && std::chrono::steady_clock::now() - begin <= limit;
}

}  // namespace ingot::net::testing_support
