// Security.md test S1: the guard's table as raw bytes over TLS, each followed on the same connection by a second,
// recognisable request, which is answered only after rows that accept or keep.
#include <gtest/gtest.h>

#include "guard_rows.hpp"
#include "test_server.hpp"

namespace ingot::net {
namespace {

using namespace testing_support;

std::vector<int> statuses_in(std::string const& text) {
    std::vector<int> statuses;
    for (size_t at = text.find("HTTP/1.1 "); at != text.npos; at = text.find("HTTP/1.1 ", at + 1))
        if (std::isdigit(static_cast<unsigned char>(text[at + 9])) != 0)
            statuses.push_back(std::atoi(text.c_str() + at + 9));
    return statuses;
}

std::string const kSecond = "GET /second HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

TEST(GuardOnTheWire, AnswersTheSecondRequestOnlyWhereTheTableKeepsTheConnection) {
    TestServer server([](ServerOptions& options) { options.limits.head = std::chrono::milliseconds(700); });
    for (auto const& row : guard_rows()) {
        RawConnection connection(server);
        connection.send(row.bytes);
        connection.send(kSecond);
        std::string answers = connection.rest();
        auto statuses = statuses_in(answers);
        bool second = answers.find("GET /second") != answers.npos;
        EXPECT_EQ(second, !row.closes) << row.name << "\n" << answers;
        ASSERT_EQ(statuses.size(), row.closes ? 1u : 2u) << row.name << "\n" << answers;
        int wanted = row.status == 0 ? (row.name == "OPTIONS *" ? 204 : 200) : row.status;
        EXPECT_EQ(statuses[0], wanted) << row.name << "\n" << answers;
        EXPECT_NE(answers.find("Connection: close"), answers.npos) << row.name;
        if (row.status == 405) {
            EXPECT_NE(answers.find("Allow: GET"), answers.npos);
        }
    }
}

TEST(GuardOnTheWire, BadChunksCloseWithoutReadingOn) {
    TestServer server;
    std::string const head = "POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n";
    struct {
        char const* bytes;
        int status;
    } const rows[] = {
        {"3 \r\nabc\r\n0\r\n\r\n", 400},
        {"3\nabc\r\n0\r\n\r\n", 400},
        {"3\r\nabcd\r\n0\r\n\r\n", 400},
        {"0x3\r\nabc\r\n", 400},
        {"ffffffff\r\n", 413},
        {"0\r\nbad trailer\r\n\r\n", 400},
        {"3\r\nabc\r\n0\r\nA: b\r\n\r\n", 200},
    };
    for (auto const& row : rows) {
        RawConnection connection(server);
        connection.send(head + row.bytes);
        connection.send(kSecond);
        std::string answers = connection.rest();
        auto statuses = statuses_in(answers);
        ASSERT_FALSE(statuses.empty()) << row.bytes;
        EXPECT_EQ(statuses[0], row.status) << row.bytes;
        EXPECT_EQ(statuses.size(), row.status == 200 ? 2u : 1u) << row.bytes << "\n" << answers;
    }
}

TEST(GuardOnTheWire, ForeignHostIsMisdirectedAndTheConnectionStays) {
    TestServer server([](ServerOptions& options) { options.hosts = {"localhost"}; });
    RawConnection connection(server);
    connection.send(with_host("evil.example"));
    EXPECT_EQ(connection.answer().status, 421);
    connection.send("POST / HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 3\r\n\r\nabc");
    EXPECT_EQ(connection.answer().status, 421);
    connection.send(get("/second"));
    EXPECT_EQ(connection.answer().body, "GET /second");
}

TEST(GuardOnTheWire, Http10IsAnsweredAndClosed) {
    TestServer server;
    RawConnection connection(server);
    connection.send("GET /one HTTP/1.0\r\nConnection: keep-alive\r\n\r\n" + kSecond);
    std::string answers = connection.rest();
    EXPECT_NE(answers.find("GET /one"), answers.npos);
    EXPECT_EQ(answers.find("GET /second"), answers.npos);
}

TEST(GuardOnTheWire, ABodyThatEndsEarlyHasNoEffect) {
    TestServer server;
    {
        RawConnection connection(server);
        connection.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
    }
    RawConnection(server).send(get("/"));
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    EXPECT_EQ(server.application.handled, 1);
}

}  // namespace
}  // namespace ingot::net
