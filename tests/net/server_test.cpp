// What a well-behaved client sees.
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <fstream>

#include "test_server.hpp"

namespace ingot::net {
namespace {

using namespace testing_support;
using namespace std::chrono_literals;

size_t count(std::string const& text, std::string const& part) {
    size_t found = 0;
    for (size_t at = text.find(part); at != text.npos; at = text.find(part, at + part.size())) ++found;
    return found;
}

size_t resident_bytes() {
    std::ifstream in("/proc/self/statm");
    size_t pages = 0;
    in >> pages >> pages;
    return pages * 4096;
}

TEST(Server, AnswersManyRequestsOnOneConnection) {
    TestServer server;
    RawConnection connection(server);
    for (int i = 0; i < 100; ++i) {
        connection.send(get("/n" + std::to_string(i)));
        ASSERT_EQ(connection.answer().body, "GET /n" + std::to_string(i));
    }
    EXPECT_EQ(server.server->stats().accepted, 1u);
    EXPECT_EQ(server.server->stats().requests, 100u);
}

TEST(Server, EveryAnswerCarriesTheCommonHeadersOnce) {
    TestServer server([](ServerOptions& options) { options.hsts = true; });
    RawConnection connection(server);
    for (auto const* target : {"/a", "/rendered", "/slow?1", "/refused"}) {
        connection.send(get(target));
        std::string head = connection.answer().head;
        for (auto const* line : {"Date: ", "Request-Id: ", "X-Content-Type-Options: nosniff\r\n",
                                 "Strict-Transport-Security: max-age=31536000\r\n", "Referrer-Policy: no-referrer\r\n",
                                 "Content-Length: "})
            EXPECT_EQ(count(head, line), 1u) << target << line << head;
        EXPECT_EQ(head.find("Server:"), head.npos);
        EXPECT_EQ(head.find("Connection:"), head.npos);
    }
}

TEST(Server, RequestIdsDiffer) {
    TestServer server;
    RawConnection connection(server);
    auto id = [&] {
        connection.send(get("/"));
        std::string head = connection.answer().head;
        return head.substr(head.find("Request-Id: ") + 12, 36);
    };
    std::string first = id();
    EXPECT_NE(first, id());
    EXPECT_EQ(first[14], '7');
}

TEST(Server, AnswersPipelinedRequestsInOrder) {
    TestServer server;
    RawConnection connection(server);
    std::string bytes;
    for (int i = 0; i < 100; ++i) bytes += i % 10 == 3 ? get("/slow?1") : post("/echo", "body " + std::to_string(i));
    connection.send(bytes);
    for (int i = 0; i < 100; ++i)
        ASSERT_EQ(connection.answer().body, i % 10 == 3 ? "slow /slow" : "body " + std::to_string(i));
}

TEST(Server, TakesBodiesOfAnySizeAndStepUpToTheLimit) {
    TestServer server;
    RawConnection connection(server);
    for (size_t size : {1u, 16'000u, 16'384u, 40'000u, 1024u * 1024u}) {
        std::string body(size, 'x');
        body.back() = 'y';
        connection.send(post("/echo", body));
        EXPECT_EQ(connection.answer().body, body) << size;
    }
    std::string head = "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (char c : head + "4\r\nab") ASSERT_TRUE(connection.send({&c, 1}));
    connection.send("cd\r\n");
    connection.send("0\r\n\r\n");
    EXPECT_EQ(connection.answer().body, "abcd");
}

TEST(Server, SendsLargeAnswersWhole) {
    TestServer server;
    RawConnection connection(server);
    for (size_t size : {15'000u, 16'384u, 16'385u, 3'000'000u}) {
        connection.send(get("/big?" + std::to_string(size)));
        EXPECT_EQ(connection.answer().body, std::string(size, 'b')) << size;
    }
}

TEST(Server, RefusesATooLargeBodyBeforeReadingIt) {
    TestServer server;
    RawConnection fits(server);
    fits.send(post("/small", std::string(1'000, 'x')));
    EXPECT_EQ(fits.answer().status, 200);
    RawConnection over(server);
    over.send("POST /small HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n");
    RawAnswer answer = over.answer();
    EXPECT_EQ(answer.status, 413);
    EXPECT_NE(answer.head.find("Connection: close"), answer.head.npos);
    EXPECT_EQ(server.application.handled, 1);
}

TEST(Server, AClientThatIsStillSendingReadsIts413) {
    TestServer server;
    RawConnection connection(server);
    connection.send("POST /small HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n\r\n");
    std::string piece(64 * 1024, 'x');
    for (int i = 0; i < 20; ++i) connection.send(piece);
    EXPECT_EQ(connection.answer().status, 413);
}

TEST(Server, SaysContinueOnlyToWhatItWillRead) {
    TestServer server;
    auto ask = [&](std::string const& target, size_t length) {
        RawConnection connection(server);
        connection.send("POST " + target + " HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: " +
                        std::to_string(length) + "\r\n\r\n");
        RawAnswer first = connection.answer();
        if (first.status != 100) return first;
        connection.send(std::string(length, 'z'));
        return connection.answer();
    };
    EXPECT_EQ(ask("/echo", 3).body, "zzz");
    EXPECT_EQ(ask("/small", 1001).status, 413);
    EXPECT_EQ(ask("/refused", 3).status, 401);
}

TEST(Server, KeepsTheConnectionAfterARefusalThatAllowsIt) {
    TestServer server;
    RawConnection connection(server);
    connection.send(post("/refused", "three") + get("/second"));
    EXPECT_EQ(connection.answer().status, 401);
    EXPECT_EQ(connection.answer().body, "GET /second");
    connection.send(post("/refused-close", "three") + get("/third"));
    EXPECT_EQ(connection.answer().status, 401);
    EXPECT_EQ(connection.answer().status, 0);
    EXPECT_EQ(server.application.handled, 1);
}

TEST(Server, ARefusalStandsWhenTheBodyItDropsIsTooLarge) {
    TestServer server;
    RawConnection connection(server);
    std::string const chunks = "19000\r\n" + std::string(0x19000, 'x') + "\r\n0\r\n\r\n";
    connection.send("POST /refused HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks);
    auto const answer = connection.answer();
    EXPECT_EQ(answer.status, 401);
    EXPECT_NE(answer.head.find("Connection: close"), answer.head.npos);
}

TEST(Server, DropsBodiesOfReads) {
    TestServer server;
    RawConnection connection(server);
    connection.send("GET /a HTTP/1.1\r\nHost: x\r\nContent-Length: 65536\r\n\r\n" + std::string(65'536, 'q') +
                    get("/b"));
    EXPECT_EQ(connection.answer().body, "GET /a");
    EXPECT_EQ(connection.answer().body, "GET /b");
}

TEST(Server, HeadHasTheLengthAndNoBody) {
    TestServer server;
    RawConnection connection(server);
    connection.send("HEAD /big?5 HTTP/1.1\r\nHost: x\r\n\r\n" + get("/b"));
    RawAnswer head = connection.answer(true);
    EXPECT_NE(head.head.find("Content-Length: 5\r\n"), head.head.npos);
    EXPECT_EQ(connection.answer().body, "GET /b");
}

TEST(Server, ReadsGzipOnlyWhereAllowed) {
    std::string const gzip_hello(
        "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xcb\x48\xcd\xc9\xc9\x07\x00\x86\xa6\x10\x36\x05\x00\x00\x00", 25);
    TestServer server;
    RawConnection connection(server);
    connection.send(post("/gzip", gzip_hello, "Content-Encoding: gzip\r\n"));
    EXPECT_EQ(connection.answer().body, "hello");
    connection.send(post("/echo", gzip_hello, "Content-Encoding: gzip\r\n"));
    EXPECT_EQ(connection.answer().status, 415);
}

TEST(Server, AHeaderThatWouldSplitTheAnswerBecomes500) {
    TestServer server;
    RawConnection connection(server);
    connection.send(get("/split"));
    RawAnswer answer = connection.answer();
    EXPECT_EQ(answer.status, 500);
    EXPECT_EQ(answer.head.find("Set-Cookie"), answer.head.npos);
}

TEST(Server, AFaultOfTheApplicationCostsOneConnection) {
    TestServer server;
    RawConnection connection(server);
    connection.send(get("/throw"));
    EXPECT_EQ(connection.answer().status, 500);
    RawConnection other(server);
    other.send(get("/fine"));
    EXPECT_EQ(other.answer().body, "GET /fine");
}

TEST(Server, StreamsInChunks) {
    TestServer server;
    RawConnection connection(server);
    connection.send(get("/stream?7", "Connection: close\r\n"));
    std::string answer = connection.rest();
    EXPECT_NE(answer.find("Transfer-Encoding: chunked"), answer.npos);
    EXPECT_TRUE(answer.ends_with("\r\n0\r\n\r\n"));
    EXPECT_GT(answer.size(), 70'000u);
    RawConnection old(server);
    old.send("GET /stream?7 HTTP/1.0\r\n\r\n");
    answer = old.rest();
    EXPECT_EQ(answer.size() - answer.find("\r\n\r\n") - 4, 70'000u);
}

TEST(Server, ASlowReaderHoldsBackItsStream) {
    TestServer server;
    RawConnection connection(server);
    size_t const before = resident_bytes();
    connection.send(get("/stream?20000", "Connection: close\r\n"));  // 200 MB
    std::this_thread::sleep_for(700ms);
    int made = server.application.pieces_made;
    std::this_thread::sleep_for(300ms);
    EXPECT_EQ(server.application.pieces_made, made);
    EXPECT_LT(made, 2'000);  // what fits into socket buffers
    EXPECT_LT(resident_bytes(), before + 32 * 1024 * 1024);
    EXPECT_EQ(server.server->stats().writing, 1u);
}

TEST(Server, ReportsEveryAnswerOnce) {
    TestServer server;
    RawConnection connection(server);
    connection.send(get("/a") + get("/slow?5") + get("/refused") + get("/rendered") + "BAD\r\n\r\n");
    connection.rest();
    auto sent = server.application.sent_by_status();
    EXPECT_EQ(sent[200], 3);
    EXPECT_EQ(sent[401], 1);
    EXPECT_EQ(sent[400], 1);
    EXPECT_EQ(server.application.not_sent, 0);
}

TEST(Server, RefusesToStartOnATakenPortOrABadAddress) {
    TestServer first;
    Workers workers;
    EchoApplication application(workers);
    SystemClock clock;
    SystemRandom random;
    std::string const taken = "127.0.0.1:" + std::to_string(first.server->ports()[0]);
    for (std::string const& listen : {taken, std::string("localhost:1"), std::string("127.0.0.1"),
                                      std::string("::1:80"), std::string("127.0.0.1:70000")}) {
        ServerOptions options;
        options.listen = {listen};
        options.io_threads = 2;
        Server server(options, load_tls(), application, clock, random);
        auto started = server.start();
        ASSERT_FALSE(started) << listen;
        EXPECT_EQ(started.error().code, Code::Config);
    }
}

TEST(Server, ListensOnSeveralAddressesWithSeveralThreads) {
    TestServer server([](ServerOptions& options) {
        options.listen = {"127.0.0.1:0", "[::1]:0"};
        options.io_threads = 2;
    });
    ASSERT_EQ(server.server->ports().size(), 2u);
    for (int i = 0; i < 20; ++i) {
        RawConnection connection(server);
        connection.send(get("/x"));
        ASSERT_EQ(connection.answer().body, "GET /x");
    }
    EXPECT_EQ(server.server->stats().accepted, 20u);
}

}  // namespace
}  // namespace ingot::net
