// Time-outs and counts: at the value and past it (spec/security.md 13).
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>

#include "net/connection_counts.hpp"
#include "net/listener.hpp"
#include "test_server.hpp"

namespace ingot::net {
namespace {

using namespace testing_support;
using namespace std::chrono_literals;

// A TCP connection without TLS.
struct PlainConnection {
    // `from`: the last number of the loopback address it comes from.
    explicit PlainConnection(TestServer& server, uint32_t from = 1) : descriptor(socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl((INADDR_LOOPBACK & ~255u) | from);
        bind(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address);
        address.sin_port = htons(server.server->ports()[0]);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        connected = connect(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
        timeval timeout{5, 0};
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
    }
    ~PlainConnection() { ::close(descriptor); }
    PlainConnection(PlainConnection const&) = delete;
    PlainConnection& operator=(PlainConnection const&) = delete;
    bool ended() const {  // reads to the end; false if it does not come in 5 s
        char bytes[512];
        ssize_t got = 0;
        while ((got = recv(descriptor, bytes, sizeof bytes, 0)) > 0) {
        }
        return got == 0 || errno == ECONNRESET;
    }
    int descriptor;
    bool connected = false;
};

bool eventually(std::function<bool()> const& holds) {
    for (int i = 0; i < 600; ++i) {
        if (holds()) return true;
        std::this_thread::sleep_for(5ms);
    }
    return false;
}

TEST(TimeOuts, AHandshakeThatDoesNotComeIsCut) {
    TestServer server([](ServerOptions& options) { options.limits.handshake = 200ms; });
    PlainConnection silent(server);
    PlainConnection starting(server);
    ASSERT_EQ(::send(starting.descriptor, "\x16\x03\x01", 3, 0), 3);
    EXPECT_TRUE(silent.ended());
    EXPECT_TRUE(starting.ended());
    EXPECT_EQ(server.server->stats().handshakes_failed, 2u);
}

TEST(TimeOuts, PlainBytesOnTheTlsPortAreClosed) {
    TestServer server;
    PlainConnection plain(server);
    ::send(plain.descriptor, "GET / HTTP/1.1\r\n\r\n", 18, 0);
    EXPECT_TRUE(plain.ended());
}

TEST(TimeOuts, ASlowHeadGets408) {
    TestServer server([](ServerOptions& options) { options.limits.head = 200ms; });
    RawConnection connection(server);
    connection.send("GET / HTTP/1.1\r\nHo");
    RawAnswer answer = connection.answer();
    EXPECT_EQ(answer.status, 408);
    EXPECT_NE(answer.body.find("request-timeout"), answer.body.npos);
    EXPECT_TRUE(connection.closed_within(2s));
    auto const refused = server.application.last_refused();
    EXPECT_EQ(refused.refusal.limit, 200u);
    EXPECT_EQ(refused.refusal.detail, "the head of the request was not whole 200 ms after its first byte");
}

TEST(TimeOuts, ASlowHeadIsAnsweredInTheLanguageOfTheLinesThatCame) {
    TestServer server([](ServerOptions& options) { options.limits.head = 200ms; });
    RawConnection connection(server);
    connection.send("GET / HTTP/1.1\r\nAccept-Language: en\r\nHo");
    RawAnswer answer = connection.answer();
    EXPECT_EQ(answer.status, 408);
    auto const refused = server.application.last_refused();
    EXPECT_EQ(refused.accept_language, "en");
    EXPECT_NE(answer.head.find("Request-Id: " + refused.request_id + "\r\n"), answer.head.npos);
    EXPECT_EQ(refused.request_id.size(), 36u);
    EXPECT_EQ(refused.peer, "127.0.0.1");
}

TEST(TimeOuts, DripsDoNotExtendTheHead) {
    TestServer server([](ServerOptions& options) { options.limits.head = 300ms; });
    RawConnection connection(server);
    connection.send("GET /");
    for (int i = 0; i < 8; ++i) {
        std::this_thread::sleep_for(50ms);
        connection.send("a");
    }
    EXPECT_EQ(connection.answer().status, 408);
}

TEST(TimeOuts, ABodyThatStopsGets408AndHasNoEffect) {
    TestServer server([](ServerOptions& options) { options.limits.body = 300ms; });
    RawConnection connection(server);
    connection.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
    EXPECT_EQ(connection.answer().status, 408);
    EXPECT_EQ(server.application.handled, 0);
    EXPECT_EQ(server.application.last_refused().refusal.detail,
              "after 50 ms the body came at less than 1024 bytes a second");
}

TEST(TimeOuts, ABodyThatIsFastButNotWholeInItsTimeGets408) {
    TestServer server([](ServerOptions& options) { options.limits.body = 1'000ms; });
    RawConnection connection(server);
    connection.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10000\r\n\r\n" + std::string(5'000, 'a'));
    EXPECT_EQ(connection.answer().status, 408);
    auto const refused = server.application.last_refused();
    EXPECT_EQ(refused.refusal.detail, "the body of the request was not whole within 1 s");
    EXPECT_EQ(refused.refusal.limit, 1000u);
}

TEST(TimeOuts, ABodySlowerThanOneKibASecondGets408BeforeItsTime) {
    TestServer server([](ServerOptions& options) { options.limits.body = 6'000ms; });  // judged after a second
    RawConnection connection(server);
    connection.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n");
    auto const begin = std::chrono::steady_clock::now();
    for (int i = 0; i < 11; ++i) {
        connection.send("slow");
        std::this_thread::sleep_for(100ms);
    }
    EXPECT_EQ(connection.answer().status, 408);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 3s);
    auto const refused = server.application.last_refused();
    EXPECT_EQ(refused.refusal.detail, "after 1 s the body came at less than 1024 bytes a second");
    EXPECT_EQ(refused.refusal.limit, 1024u);
}

TEST(TimeOuts, AnIdleConnectionIsClosedWithoutAnAnswer) {
    TestServer server([](ServerOptions& options) { options.limits.idle = 200ms; });
    RawConnection connection(server);
    connection.send(get("/"));
    EXPECT_EQ(connection.answer().status, 200);
    EXPECT_EQ(connection.rest(), "");
    EXPECT_TRUE(connection.closed_within(1s));
}

TEST(TimeOuts, AReaderThatTakesNothingIsCut) {
    TestServer server([](ServerOptions& options) { options.limits.write_stall = 300ms; });
    RawConnection connection(server);
    connection.send(get("/big?30000000"));
    ASSERT_TRUE(eventually([&] { return server.server->stats().writing == 1; }));
    EXPECT_TRUE(eventually([&] { return server.server->stats().connections() == 0; }));
    EXPECT_EQ(server.application.not_sent, 1);
}

TEST(TimeOuts, ASlowHandlerIsNotCut) {
    TestServer server(
        [](ServerOptions& options) { options.limits.idle = options.limits.head = options.limits.write_stall = 100ms; });
    RawConnection connection(server);
    connection.send(get("/slow?500"));
    EXPECT_EQ(connection.answer().status, 200);
}

TEST(Counts, AConnectionServesItsNumberOfRequestsAndCloses) {
    TestServer server([](ServerOptions& options) { options.limits.requests_per_connection_max = 3; });
    RawConnection connection(server);
    connection.send(get("/1") + get("/2") + get("/3") + get("/4"));
    std::string answers = connection.rest();
    EXPECT_NE(answers.find("GET /3"), answers.npos);
    EXPECT_EQ(answers.find("GET /4"), answers.npos);
    EXPECT_LT(answers.find("GET /2"), answers.find("Connection: close"));
}

TEST(Counts, TheOneConnectionTooManyGets503AndOthersGoOn) {
    TestServer server([](ServerOptions& options) { options.limits.connections_max = 2; });
    RawConnection one(server);
    RawConnection two(server);
    one.send(get("/"));
    EXPECT_EQ(one.answer().status, 200);
    RawConnection three(server);
    three.send(get("/"));
    EXPECT_EQ(three.answer().status, 503);
    EXPECT_TRUE(three.closed_within(2s));
    two.send(get("/"));
    EXPECT_EQ(two.answer().status, 200);
    EXPECT_EQ(server.server->stats().refused, 1u);
}

TEST(Counts, LoopbackIsExemptFromTheLimitPerAddress) {
    TestServer server([](ServerOptions& options) { options.limits.connections_per_address_max = 1; });
    RawConnection one(server);
    RawConnection two(server);
    two.send(get("/"));
    EXPECT_EQ(two.answer().status, 200);
}

TEST(Counts, AnAddressIsCountedAndForgotten) {
    ConnectionCounts counts(10, 2);
    EXPECT_TRUE(counts.enter("192.0.2.1", false));
    EXPECT_TRUE(counts.enter("192.0.2.1", false));
    EXPECT_FALSE(counts.enter("192.0.2.1", false));
    EXPECT_TRUE(counts.enter("192.0.2.2", false));
    counts.leave("192.0.2.1", false);
    counts.leave("192.0.2.1", false);
    EXPECT_TRUE(counts.enter("192.0.2.1", false));
}

TEST(Counts, AnIpv6NetworkOfOneSubscriberIsOneAddress) {
    ConnectionCounts counts(10, 2);
    EXPECT_TRUE(counts.enter("2001:db8:1:2::1", false));
    EXPECT_TRUE(counts.enter("2001:db8:1:2:ffff::9", false));
    EXPECT_FALSE(counts.enter("2001:db8:1:2:1:2:3:4", false)) << "the same /64";
    EXPECT_TRUE(counts.enter("2001:db8:1:3::1", false)) << "the next /64";
    counts.leave("2001:db8:1:2:1:2:3:4", false);
    counts.leave("2001:db8:1:2::1", false);
    EXPECT_TRUE(counts.enter("2001:db8:1:2::7", false));
}

TEST(Counts, HandshakesBeyondTheLimitWaitTheirTurn) {
    TestServer server([](ServerOptions& options) {
        options.limits.handshakes_max = 1;
        options.limits.handshake = 500ms;
    });
    PlainConnection blocks(server);
    ASSERT_EQ(::send(blocks.descriptor, "\x16", 1, 0), 1);
    std::this_thread::sleep_for(50ms);
    auto const begin = std::chrono::steady_clock::now();
    RawConnection waits(server);  // its handshake ends after the first was cut
    waits.send(get("/"));
    EXPECT_EQ(waits.answer().status, 200);
    EXPECT_GT(std::chrono::steady_clock::now() - begin, 300ms);
    EXPECT_TRUE(blocks.ended());
}

TEST(Counts, ASilentConnectionTakesNoPlaceOfAHandshake) {
    TestServer server([](ServerOptions& options) { options.limits.handshakes_max = 1; });
    PlainConnection silent(server);
    std::this_thread::sleep_for(50ms);
    RawConnection connection(server, 2s);
    connection.send(get("/"));
    EXPECT_EQ(connection.answer().status, 200);
}

TEST(Counts, AnAddressThatStallsLeavesHandshakesToOthers) {
    TestServer server([](ServerOptions& options) { options.limits.handshakes_max = 16; });
    std::vector<std::unique_ptr<PlainConnection>> stalls;
    for (int i = 0; i < 20; ++i) {
        stalls.push_back(std::make_unique<PlainConnection>(server, 2));
        ASSERT_EQ(::send(stalls.back()->descriptor, "\x16", 1, 0), 1);
    }
    ASSERT_TRUE(eventually([&] { return server.server->stats().handshaking == 20; }));
    RawConnection connection(server, 2s);
    connection.send(get("/"));
    EXPECT_EQ(connection.answer().status, 200);
}

TEST(Counts, BodiesOfAllRequestsTogetherAreLimited) {
    TestServer server([](ServerOptions& options) { options.limits.bodies_bytes_max = 600'000; });
    std::string const head = "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500000\r\n\r\n";
    RawConnection first(server), second(server);
    first.send(head + std::string(300'000, 'a'));
    ASSERT_TRUE(eventually([&] { return server.server->stats().bytes_in > 300'000; }));
    second.send(head + std::string(500'000, 'b'));
    EXPECT_EQ(second.answer().status, 503);
    EXPECT_TRUE(second.closed_within(2s));
    first.send(std::string(200'000, 'a'));
    EXPECT_EQ(first.answer().status, 200);
    RawConnection third(server);
    third.send(head + std::string(500'000, 'c'));
    EXPECT_EQ(third.answer().status, 200) << "what the first two held is free again";
}

TEST(Counts, OnlyAnEmptyQueueEndsAccepting) {
    EXPECT_EQ(after_accept_error(EAGAIN), AfterAccept::Empty);
    for (int error : {EINTR, ECONNABORTED, EPROTO, ENETDOWN, EHOSTUNREACH, EPERM})
        EXPECT_EQ(after_accept_error(error), AfterAccept::Next) << error;
    for (int error : {EMFILE, ENFILE, ENOBUFS, ENOMEM, EINVAL})
        EXPECT_EQ(after_accept_error(error), AfterAccept::Pause);
}

TEST(Counts, WithoutDescriptorsAcceptPausesAndRecovers) {
#ifdef INGOT_UBSAN
    GTEST_SKIP() << "the sanitizer itself needs descriptors";
#endif
    TestServer server;
    rlimit before{};
    getrlimit(RLIMIT_NOFILE, &before);
    int const next = dup(0);
    ::close(next);
    PlainConnection waiting(server);  // made while there are descriptors; accepted later or now
    rlimit tight = before;
    tight.rlim_cur = static_cast<rlim_t>(next) + 3;
    int const spare = socket(AF_INET, SOCK_STREAM, 0);
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &tight), 0);
    std::vector<int> taken;
    for (int fd = dup(0); fd >= 0; fd = dup(0)) taken.push_back(fd);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(server.server->ports()[0]);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ASSERT_EQ(connect(spare, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_TRUE(eventually([&] { return server.server->stats().accept_pauses > 0; }));
    std::this_thread::sleep_for(250ms);
    EXPECT_LE(server.server->stats().accept_pauses, 8u);  // it does not spin
    for (int fd : taken) ::close(fd);
    setrlimit(RLIMIT_NOFILE, &before);
    EXPECT_TRUE(eventually([&] { return server.server->stats().accepted >= 2; }));
    RawConnection connection(server);
    connection.send(get("/"));
    EXPECT_EQ(connection.answer().status, 200);
    ::close(spare);
}

}  // namespace
}  // namespace ingot::net
