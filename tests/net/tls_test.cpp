// The TLS rules of spec/security.md 10 as an OpenSSL client meets them.
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>

#include "test_server.hpp"

namespace ingot::net {
namespace {

using namespace testing_support;

// A blocking OpenSSL client with its own settings.
struct TlsClient {
    TlsClient() : context(SSL_CTX_new(TLS_client_method())) {
        SSL_CTX_load_verify_locations(context, Pki::shared().ca_file.c_str(), nullptr);
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
        SSL_CTX_set_security_level(context, 0);
    }
    ~TlsClient() {
        drop();
        SSL_SESSION_free(session);
        SSL_CTX_free(context);
    }
    TlsClient(TlsClient const&) = delete;
    TlsClient& operator=(TlsClient const&) = delete;

    bool connect_to(TestServer& server) {
        drop();
        descriptor = socket(AF_INET, SOCK_STREAM, 0);
        timeval timeout{5, 0};
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(server.server->ports()[0]);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        EXPECT_EQ(::connect(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
        ssl = SSL_new(context);
        SSL_set_fd(ssl, descriptor);
        if (session != nullptr) SSL_set_session(ssl, session);
        return SSL_connect(ssl) == 1;
    }

    std::string ask() {
        std::string request = get("/x");
        SSL_write(ssl, request.data(), static_cast<int>(request.size()));
        char bytes[4096];
        int got = SSL_read(ssl, bytes, sizeof bytes);
        return got > 0 ? std::string(bytes, static_cast<size_t>(got)) : std::string();
    }

    void keep_session() {
        SSL_SESSION_free(session);
        session = SSL_get1_session(ssl);
    }

    void drop() {
        if (ssl == nullptr) return;
        SSL_shutdown(ssl);
        SSL_free(ssl);
        ::close(descriptor);
        ssl = nullptr;
    }

    SSL_CTX* context;
    SSL* ssl = nullptr;
    SSL_SESSION* session = nullptr;
    int descriptor = -1;
};

TEST(Tls, Serves12And13AndNothingOlder) {
    TestServer server;
    for (auto const& [version, served] :
         {std::pair(TLS1_VERSION, false), {TLS1_1_VERSION, false}, {TLS1_2_VERSION, true}, {TLS1_3_VERSION, true}}) {
        TlsClient client;
        SSL_CTX_set_min_proto_version(client.context, version);
        SSL_CTX_set_max_proto_version(client.context, version);
        EXPECT_EQ(client.connect_to(server), served) << std::hex << version;
        if (served) {
            EXPECT_NE(client.ask().find("GET /x"), std::string::npos);
        }
    }
}

TEST(Tls, RefusesWeakSuitesAndForeignGroups) {
    TestServer server;
    for (auto const& [suite, served] : {std::pair("ECDHE-ECDSA-AES128-GCM-SHA256", true),
                                        {"ECDHE-ECDSA-CHACHA20-POLY1305", true},
                                        {"ECDHE-ECDSA-AES128-SHA", false},
                                        {"ECDHE-ECDSA-AES256-SHA384", false},
                                        {"AES128-GCM-SHA256", false},
                                        {"aNULL", false}}) {
        TlsClient client;
        SSL_CTX_set_max_proto_version(client.context, TLS1_2_VERSION);
        SSL_CTX_set_cipher_list(client.context, suite);
        EXPECT_EQ(client.connect_to(server), served) << suite;
    }
    for (auto const& [group, served] :
         {std::pair("X25519", true), {"P-256", true}, {"P-384", true}, {"P-521", false}, {"X448", false}}) {
        TlsClient client;
        SSL_CTX_set_min_proto_version(client.context, TLS1_3_VERSION);
        SSL_CTX_set1_groups_list(client.context, group);
        EXPECT_EQ(client.connect_to(server), served) << group;
    }
}

TEST(Tls, SpeaksHttp11OrNoAlpnAndRefusesOthers) {
    TestServer server;
    struct {
        std::string protocols;
        bool served;
    } const rows[] = {{"", true}, {"\x08http/1.1", true}, {"\x02h2\x08http/1.1", true}, {"\x02h2", false}};
    for (auto const& row : rows) {
        TlsClient client;
        SSL_CTX_set_alpn_protos(client.context, reinterpret_cast<unsigned char const*>(row.protocols.data()),
                                static_cast<unsigned>(row.protocols.size()));
        EXPECT_EQ(client.connect_to(server), row.served) << row.protocols;
        unsigned char const* chosen = nullptr;
        unsigned size = 0;
        SSL_get0_alpn_selected(client.ssl, &chosen, &size);
        EXPECT_EQ(size, row.served && !row.protocols.empty() ? 8u : 0u);
    }
}

TEST(Tls, ResumesInBothVersions) {
    TestServer server;
    for (int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        TlsClient client;
        SSL_CTX_set_min_proto_version(client.context, version);
        SSL_CTX_set_max_proto_version(client.context, version);
        ASSERT_TRUE(client.connect_to(server));
        ASSERT_FALSE(client.ask().empty());  // TLS 1.3 tickets come with the first data
        EXPECT_EQ(SSL_session_reused(client.ssl), 0);
        client.keep_session();
        ASSERT_TRUE(client.connect_to(server));
        EXPECT_EQ(SSL_session_reused(client.ssl), 1) << std::hex << version;
        EXPECT_FALSE(client.ask().empty());
    }
}

TEST(Tls, ResumesAfterAReloadThatKeepsTheTicketKeysAndNotWithOthers) {
    SystemClock clock;
    SystemRandom random;
    auto tickets = std::make_shared<certs::TicketKeys>(clock, random);
    TestServer server;
    auto reload = [&](std::shared_ptr<certs::TicketKeys> keys) {
        server.server->reload(load_tls(std::move(keys)));
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    };
    reload(tickets);
    TlsClient client;
    ASSERT_TRUE(client.connect_to(server));
    client.ask();
    client.keep_session();
    reload(tickets);
    ASSERT_TRUE(client.connect_to(server));
    EXPECT_EQ(SSL_session_reused(client.ssl), 1);
    reload(nullptr);
    ASSERT_TRUE(client.connect_to(server));
    EXPECT_EQ(SSL_session_reused(client.ssl), 0);
}

TEST(Tls, RefusesRenegotiation) {
    TestServer server;
    TlsClient client;
    SSL_CTX_set_max_proto_version(client.context, TLS1_2_VERSION);
    ASSERT_TRUE(client.connect_to(server));
    SSL_renegotiate(client.ssl);
    EXPECT_NE(SSL_do_handshake(client.ssl), 1);
}

TEST(Tls, AcceptsKeyUpdatesOfTls13) {
    TestServer server;
    TlsClient client;
    ASSERT_TRUE(client.connect_to(server));
    for (int i = 0; i < 5; ++i) {
        ASSERT_EQ(SSL_key_update(client.ssl, SSL_KEY_UPDATE_REQUESTED), 1);
        ASSERT_NE(client.ask().find("GET /x"), std::string::npos) << i;
    }
}

TEST(Tls, IdleConnectionsGiveTheirBuffersBack) {
    TestServer server;
    auto resident = [] {
        FILE* file = fopen("/proc/self/statm", "r");
        long pages = 0, held = 0;
        EXPECT_EQ(fscanf(file, "%ld %ld", &pages, &held), 2);
        fclose(file);
        return held * 4096;
    };
    long const before = resident();
    std::vector<std::unique_ptr<RawConnection>> idle;
    for (int i = 0; i < 300; ++i) {
        idle.push_back(std::make_unique<RawConnection>(server));
        idle.back()->send(get("/"));
        ASSERT_EQ(idle.back()->answer().status, 200);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(2'200));
    long const each = (resident() - before) / 300;
    RecordProperty("bytes_for_both_ends", std::to_string(each));
    EXPECT_EQ(server.server->stats().idle, 300u);
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    EXPECT_LT(each, 2 * 1024 * 1024);  // the sanitizer keeps freed memory
#else
    EXPECT_LT(each, 160 * 1024);  // server and client end, the client's buffers included
#endif
}

}  // namespace
}  // namespace ingot::net
