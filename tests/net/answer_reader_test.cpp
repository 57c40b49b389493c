// What the client makes of answers no server of ours would send.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/client.hpp"
#include "test_server.hpp"

namespace ingot::net {
namespace {

using namespace testing_support;

// Answers every request of one connection with the same bytes, piece by piece, and then ends it.
class ScriptedServer {
  public:
    explicit ScriptedServer(std::vector<std::string> pieces) : pieces_(std::move(pieces)) {
        listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* plain = reinterpret_cast<sockaddr*>(&address);
        EXPECT_EQ(::bind(listener_, plain, size), 0);
        EXPECT_EQ(::listen(listener_, 1), 0);
        EXPECT_EQ(::getsockname(listener_, plain, &size), 0);
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this] { serve(); });
    }
    ~ScriptedServer() {
        thread_.join();
        ::close(listener_);
    }
    std::string url() const { return "https://127.0.0.1:" + std::to_string(port_); }

  private:
    void serve() {
        int const descriptor = ::accept(listener_, nullptr, nullptr);
        {
            TlsSocket tls(load_tls()->native(), descriptor, TlsSocket::Side::Server);
            char request[4096];
            size_t moved = 0;
            EXPECT_EQ(tls.handshake(), TlsSocket::Io::Done);
            EXPECT_EQ(tls.read(request, sizeof request, moved), TlsSocket::Io::Done);
            for (auto const& piece : pieces_) EXPECT_EQ(tls.write(piece, moved), TlsSocket::Io::Done);
            tls.close_notify();
        }
        ::close(descriptor);
    }

    std::vector<std::string> pieces_;
    int listener_ = -1;
    uint16_t port_ = 0;
    std::thread thread_;
};

TEST(AnswerReader, ReadsEveryFraming) {
    struct {
        char const* name;
        std::vector<std::string> pieces;
        int status;
        std::string body;
    } const rows[] = {
        {"length", {"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc"}, 200, "abc"},
        {"in crumbs", {"HTTP/1.1 2", "00 OK\r\nContent-Le", "ngth: 3\r\n\r", "\na", "bc"}, 200, "abc"},
        {"chunks",
         {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n", "1\r\nc\r\n0\r\n\r\n"},
         200,
         "abc"},
        {"until the end", {"HTTP/1.1 200 OK\r\n\r\nab", "c"}, 200, "abc"},
        {"interim first",
         {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 1\r\n\r\nx"},
         201,
         "x"},
        {"no content", {"HTTP/1.1 204 No Content\r\n\r\n"}, 204, ""},
    };
    for (auto const& row : rows) {
        ScriptedServer server(row.pieces);
        auto answer = Client(server.url(), Pki::shared().ca_file).send("GET", "/");
        ASSERT_TRUE(answer) << row.name << ": " << answer.error().detail;
        EXPECT_EQ(answer->status, row.status) << row.name;
        EXPECT_EQ(answer->body, row.body) << row.name;
    }
}

TEST(AnswerReader, RefusesWhatIsCutOffOrNoAnswer) {
    struct {
        char const* name;
        std::vector<std::string> pieces;
    } const rows[] = {
        {"no HTTP", {"SSH-2.0-OpenSSH\r\n\r\n"}},
        {"nothing", {}},
        {"half a head", {"HTTP/1.1 200 OK\r\nContent-Le"}},
        {"short of its length", {"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabc"}},
        {"length that is no number", {"HTTP/1.1 200 OK\r\nContent-Length: 3x\r\n\r\nabc"}},
        {"last chunk missing", {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n"}},
        {"bad chunk size", {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n0\r\n\r\n"}},
        {"header without a name", {"HTTP/1.1 200 OK\r\n: x\r\nContent-Length: 0\r\n\r\n"}},
        {"head too large", {"HTTP/1.1 200 OK\r\nX: " + std::string(70'000, 'x') + "\r\n\r\n"}},
    };
    for (auto const& row : rows) {
        ScriptedServer server(row.pieces);
        auto answer = Client(server.url(), Pki::shared().ca_file).send("GET", "/");
        ASSERT_FALSE(answer) << row.name << ": " << answer->status;
        EXPECT_EQ(answer.error().code, Code::Unreachable) << row.name;
        EXPECT_NE(answer.error().detail.find("node"), std::string::npos) << row.name << ": " << answer.error().detail;
    }
}

}  // namespace
}  // namespace ingot::net
