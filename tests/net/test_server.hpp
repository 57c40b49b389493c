// A real listener on a free port with a small echoing application, and raw TLS connections to it.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "net/client_connection.hpp"
#include "net/server.hpp"

namespace ingot::net::testing_support {

// One folder with a development authority and certificate for the whole test program.
struct Pki {
    std::string dir, ca_file, cert_file, key_file;
    static Pki const& shared();
};

// A second pair of the same authority's folder layout, for reloads.
std::shared_ptr<certs::TlsContext const> load_tls(std::shared_ptr<certs::TicketKeys> tickets = nullptr);

// Runs work on two threads, in order of arrival.
class Workers {
  public:
    Workers();
    ~Workers();
    void run(std::function<void()> work);

  private:
    void loop();
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::function<void()>> queue_;
    bool ending_ = false;
    std::vector<std::thread> threads_;
};

// Answers by path:
//   /slow?MS     200 from another thread after MS milliseconds      /big?N     N bytes
//   /stream?N    N pieces of 10,000 bytes                            /echo      the body
//   /throw       an exception                                        /split     a header with CRLF
//   /rendered    a prepared answer                                   anything   "METHOD path"
// Admits 1,000 bytes on /small, gzip on /gzip, refuses /refused with 401 (keep) and /refused-close with 401 (close).
class EchoApplication final : public Application {
  public:
    explicit EchoApplication(Workers& workers) : workers_(workers) {}
    Admission admit(Request const& request) override;
    void handle(std::shared_ptr<Request> request, Respond respond) override;
    Answer refuse(Refusal const& refusal, Request const& request) override;
    void sent(Request const& request, Answer const& answer, uint64_t body_bytes, Steady started) override;

    std::atomic<int> handled{0};
    std::atomic<int> pieces_made{0};
    std::atomic<int> not_sent{0};
    std::map<int, int> sent_by_status();
    std::function<void()> on_handle;  // set before the server starts
    // What the transport said of the last refused request.
    struct Refused {
        Refusal refusal;
        std::string request_id, accept_language, peer;
    };
    Refused last_refused();

  private:
    Workers& workers_;
    std::mutex mutex_;
    std::map<int, int> sent_;  // guarded by mutex_, as the next
    Refused refused_;
};

struct TestServer {
    explicit TestServer(std::function<void(ServerOptions&)> adjust = {});
    ~TestServer();
    std::string url() const { return "https://127.0.0.1:" + std::to_string(server->ports().at(0)); }

    SystemClock clock;
    SystemRandom random;
    Workers workers;
    EchoApplication application{workers};
    std::unique_ptr<Server> server;
};

struct RawAnswer {
    int status = 0;
    std::string head, body;
};

// One TLS connection that sends what it is told.
class RawConnection {
  public:
    explicit RawConnection(TestServer& server, std::chrono::milliseconds timeout = std::chrono::seconds(10));
    bool send(std::string_view bytes);
    // The next whole answer; status 0 when the connection ends first, -1 on time-out.
    RawAnswer answer(bool head_request = false);
    // Everything until the end of the connection.
    std::string rest();
    bool closed_within(std::chrono::milliseconds limit);

  private:
    bool more();
    std::unique_ptr<ClientConnection> connection_;
    std::string buffer_;
    bool timed_out_ = false;
};

inline std::string get(std::string const& target, std::string const& lines = {}) {
    return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n" + lines + "\r\n";
}
inline std::string post(std::string const& target, std::string const& body, std::string const& lines = {}) {
    return "POST " + target + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n" + lines + "\r\n" + body;
}

}  // namespace ingot::net::testing_support
