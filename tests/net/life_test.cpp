// Shutdown and reload under load: nothing accepted is lost (spec/security.md 16, tests S10 and S17).
#include <gtest/gtest.h>

#include "certs/development_ca.hpp"
#include "net/client.hpp"
#include "test_server.hpp"

namespace ingot::net {
namespace {

using namespace testing_support;
using namespace std::chrono_literals;

TEST(Shutdown, ClosesIdleConnectionsAndReturns) {
    TestServer server;
    RawConnection connection(server);
    connection.send(get("/"));
    EXPECT_EQ(connection.answer().status, 200);
    auto const begin = std::chrono::steady_clock::now();
    server.server->shutdown();
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 2500ms);
    EXPECT_EQ(connection.rest(), "");
    EXPECT_EQ(server.server->stats().connections(), 0u);
}

TEST(Shutdown, ServesDuringTheLameDuckTime) {
    TestServer server([](ServerOptions& options) { options.lame_duck = 500ms; });
    std::thread stopping([&] { server.server->shutdown(); });
    std::this_thread::sleep_for(200ms);
    {
        RawConnection connection(server);
        connection.send(get("/"));
        RawAnswer answer = connection.answer();
        EXPECT_EQ(answer.status, 200);
        EXPECT_EQ(answer.head.find("Connection: close"), answer.head.npos);
    }
    stopping.join();
}

TEST(Shutdown, LetsARequestInProgressFinishAndSaysClose) {
    TestServer server;
    RawConnection connection(server);
    connection.send(get("/slow?600"));
    std::this_thread::sleep_for(100ms);
    std::thread stopping([&] { server.server->shutdown(); });
    RawAnswer answer = connection.answer();
    EXPECT_EQ(answer.status, 200);
    EXPECT_NE(answer.head.find("Connection: close"), answer.head.npos);
    connection.rest();
    stopping.join();
}

TEST(Shutdown, AnswersTheRest503AfterTheDrain) {
    TestServer server([](ServerOptions& options) { options.drain = 200ms; });
    RawConnection connection(server);
    connection.send(get("/slow?1500"));
    std::this_thread::sleep_for(100ms);
    auto const begin = std::chrono::steady_clock::now();
    std::thread stopping([&] { server.server->shutdown(); });
    RawAnswer answer = connection.answer();
    EXPECT_EQ(answer.status, 503);
    EXPECT_NE(answer.body.find("shutting-down"), answer.body.npos);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 1s);
    connection.rest();
    stopping.join();
}  // the application's own, late answer comes now and is dropped

TEST(Shutdown, DoesNotSayOfAChangeInProgressThatNothingWasDone) {
    TestServer server([](ServerOptions& options) { options.drain = 200ms; });
    RawConnection connection(server);
    connection.send(post("/slow?1500", "x"));
    while (server.application.handled == 0) std::this_thread::sleep_for(5ms);
    std::thread stopping([&] { server.server->shutdown(); });
    RawAnswer answer = connection.answer();
    EXPECT_EQ(answer.status, 503);
    EXPECT_EQ(server.application.last_refused().refusal.code, "outcome-unknown") << answer.body;
    connection.rest();
    stopping.join();
}

TEST(Shutdown, LosesNothingThatWasAccepted) {
    TestServer server([](ServerOptions& options) { options.io_threads = 2; });
    std::atomic<int> answered{0}, refused_connect{0}, lost{0};
    std::vector<std::thread> clients;
    for (int i = 0; i < 8; ++i)
        clients.emplace_back([&, i] {
            Client client(server.url(), Pki::shared().ca_file, 10s);
            for (;;) {
                auto answer = client.send("POST", i % 2 == 0 ? "/echo" : "/slow?3", {}, "payload");
                if (answer) {
                    ++(answer->status == 200 ? answered : lost);
                    continue;
                }
                bool no_listener = answer.error().detail.find("refused") != std::string::npos;
                ++(no_listener ? refused_connect : lost);
                return;
            }
        });
    while (answered < 100 && lost == 0) std::this_thread::sleep_for(5ms);  // the load runs
    server.server->shutdown();
    for (auto& client : clients) client.join();
    EXPECT_EQ(server.application.handled, answered);  // every request the application saw was answered, and received
    EXPECT_EQ(lost, 0);
    EXPECT_EQ(refused_connect, 8);
}

TEST(Shutdown, ALateAnswerAfterTheServerIsGoneIsDropped) {
    Workers workers;
    EchoApplication application(workers);
    SystemClock clock;
    SystemRandom random;
    {
        ServerOptions options;
        Server server(options, load_tls(), application, clock, random);
        ASSERT_TRUE(server.start());
        auto tls = certs::ClientTlsContext::load(Pki::shared().ca_file);
        auto connection =
            ClientConnection::open("127.0.0.1", std::to_string(server.ports()[0]), *tls, std::chrono::seconds(5));
        ASSERT_TRUE(connection);
        ASSERT_TRUE((*connection)->write(get("/slow?400")));
        while (application.handled == 0) std::this_thread::sleep_for(5ms);
    }
    EXPECT_EQ(application.not_sent, 1);
    std::this_thread::sleep_for(500ms);
}

TEST(Reload, FailsNoRequest) {
    TestServer server;
    SystemClock clock;
    SystemRandom random;
    auto tickets = std::make_shared<certs::TicketKeys>(clock, random);
    std::atomic<bool> done{false};
    std::atomic<int> answered{0}, failed{0};
    std::vector<std::thread> clients;
    for (int i = 0; i < 4; ++i)
        clients.emplace_back([&, i] {
            Client client(server.url(), Pki::shared().ca_file, 10s);
            while (!done) {
                Headers headers;
                if (i % 2 == 0) headers.emplace_back("Connection", "close");  // half with a new handshake each
                auto answer = client.send("GET", "/x", headers);
                ++(answer && answer->status == 200 ? answered : failed);
            }
        });
    for (int i = 0; i < 50 || (answered < 500 && failed == 0); ++i) {
        server.server->reload(load_tls(tickets));
        std::this_thread::sleep_for(20ms);
    }
    done = true;
    for (auto& client : clients) client.join();
    EXPECT_EQ(failed, 0);
}

TEST(Reload, NewConnectionsGetTheNewCertificate) {
    std::string const dir = Pki::shared().dir + "/second";
    SystemClock clock;
    SystemRandom random;
    auto pki = certs::make_development_pki(dir, {"node.example"}, clock, random);
    ASSERT_TRUE(pki);
    auto tls = certs::TlsContext::load(pki->server_file, pki->server_key_file,
                                       std::make_shared<certs::TicketKeys>(clock, random), clock.now());
    ASSERT_TRUE(tls);
    TestServer server;
    Client running(server.url(), Pki::shared().ca_file);
    ASSERT_TRUE(running.send("GET", "/"));
    server.server->reload(*tls);
    std::this_thread::sleep_for(50ms);
    EXPECT_TRUE(running.send("GET", "/"));  // on the old one
    EXPECT_FALSE(Client(server.url(), Pki::shared().ca_file).send("GET", "/"));
    EXPECT_TRUE(Client(server.url(), pki->ca_file).send("GET", "/"));
}

}  // namespace
}  // namespace ingot::net
