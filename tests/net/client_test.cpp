// Our client against our server.
#include "net/client.hpp"

#include <gtest/gtest.h>

#include "test_server.hpp"

namespace ingot::net {
namespace {

using namespace testing_support;
using namespace std::chrono_literals;

TEST(Client, SendsAndReceivesBodiesOnOneConnection) {
    TestServer server;
    Client client(server.url(), Pki::shared().ca_file);
    std::string body(300'000, 'q');
    for (int i = 0; i < 3; ++i) {
        auto answer = client.send("POST", "/echo", {{"Content-Type", "text/plain"}}, body);
        ASSERT_TRUE(answer) << answer.error().detail;
        EXPECT_EQ(answer->status, 200);
        EXPECT_EQ(answer->body, body);
        EXPECT_EQ(answer->header("content-TYPE"), "text/plain");
    }
    EXPECT_EQ(server.server->stats().accepted, 1u);
}

TEST(Client, PutsThePathOfItsUrlBeforeTheTarget) {
    TestServer server;
    Client client(server.url() + "/base/", Pki::shared().ca_file);
    EXPECT_EQ(client.send("GET", "/x")->body, "GET /base/x");
}

TEST(Client, HandsAStreamOverAsItArrives) {
    TestServer server;
    Client client(server.url(), Pki::shared().ca_file);
    size_t bytes = 0, pieces = 0;
    auto answer = client.receive("GET", "/stream?100", {}, {}, [&](std::string_view piece) {
        bytes += piece.size();
        ++pieces;
        return true;
    });
    ASSERT_TRUE(answer) << answer.error().detail;
    EXPECT_EQ(bytes, 1'000'000u);
    EXPECT_GT(pieces, 10u);
    EXPECT_EQ(answer->body, "");
}

TEST(Client, StopsAStreamWhenAsked) {
    TestServer server;
    Client client(server.url(), Pki::shared().ca_file);
    auto answer = client.receive("GET", "/stream?20000", {}, {}, [](std::string_view) { return false; });
    ASSERT_TRUE(answer);
    EXPECT_EQ(client.send("GET", "/after")->body, "GET /after");
    EXPECT_LT(server.application.pieces_made, 5'000);
}

TEST(Client, HeadHasNoBody) {
    TestServer server;
    Client client(server.url(), Pki::shared().ca_file);
    auto head = client.send("HEAD", "/big?1000");
    ASSERT_TRUE(head);
    EXPECT_EQ(head->header("Content-Length"), "1000");
    EXPECT_EQ(client.send("GET", "/next")->body, "GET /next");
}

TEST(Client, ConnectsAgainWhenAKeptConnectionWasClosed) {
    TestServer server([](ServerOptions& options) { options.limits.idle = 100ms; });
    Client client(server.url(), Pki::shared().ca_file);
    ASSERT_TRUE(client.send("GET", "/"));
    std::this_thread::sleep_for(400ms);
    auto answer = client.send("POST", "/echo", {}, "again");
    ASSERT_TRUE(answer) << answer.error().detail;
    EXPECT_EQ(answer->body, "again");
    EXPECT_EQ(server.server->stats().accepted, 2u);
}

TEST(Client, ReadsARefusalOfABodyItCouldNotSendWhole) {
    TestServer server;
    Client client(server.url(), Pki::shared().ca_file);
    auto answer = client.send("POST", "/small", {}, std::string(100'000, 'x'));
    ASSERT_TRUE(answer) << answer.error().detail;
    EXPECT_EQ(answer->status, 413);
}

TEST(Client, VerifiesTheServer) {
    TestServer server;
    auto by_system = Client(server.url(), "").send("GET", "/");
    ASSERT_FALSE(by_system);
    EXPECT_EQ(by_system.error().code, Code::Unreachable);
    EXPECT_NE(by_system.error().detail.find("certificate"), std::string::npos) << by_system.error().detail;
    std::string const port = std::to_string(server.server->ports()[0]);
    EXPECT_TRUE(Client("https://localhost:" + port, Pki::shared().ca_file).send("GET", "/"));
    auto by_other_name = Client("https://127.0.0.2:" + port, Pki::shared().ca_file).send("GET", "/");
    EXPECT_FALSE(by_other_name);
}

TEST(Client, NamesWhatIsWrong) {
    struct {
        std::string url, ca;
        Code code;
    } const rows[] = {
        {"http://localhost", "", Code::Usage},          {"https://", "", Code::Usage},
        {"https://u@localhost", "", Code::Usage},       {"https://localhost", "/nowhere/ca.pem", Code::Config},
        {"https://127.0.0.1:1", "", Code::Unreachable}, {"https://no-such-host.invalid", "", Code::Unreachable}};
    for (auto const& row : rows) {
        auto answer = Client(row.url, row.ca).send("GET", "/");
        ASSERT_FALSE(answer) << row.url;
        EXPECT_EQ(answer.error().code, row.code) << row.url << ": " << answer.error().detail;
    }
}

TEST(Client, GivesUpOnASilentServer) {
    TestServer server;
    Client client(server.url(), Pki::shared().ca_file, 200ms);
    auto answer = client.send("GET", "/slow?1500");
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, Code::Timeout);
}

}  // namespace
}  // namespace ingot::net
