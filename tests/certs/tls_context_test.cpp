#include "certs/tls_context.hpp"

#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <sys/stat.h>

#include <fstream>
#include <sstream>

#include "certs/development_ca.hpp"
#include "temporary_folder.hpp"

namespace ingot::certs {
namespace {

std::string text_of(std::string const& path) {
    std::ifstream in(path);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

struct TlsContextFiles : testing::Test {
    TlsContextFiles() {
        EXPECT_TRUE(make_development_pki(folder.path + "/a", {"a.example"}, clock, random));
        EXPECT_TRUE(make_development_pki(folder.path + "/b", {"b.example"}, clock, random));
    }
    std::string file(std::string const& name) { return folder.path + "/" + name; }
    Result<std::shared_ptr<TlsContext const>> load(std::string const& cert, std::string const& key) {
        return TlsContext::load(file(cert), file(key), tickets, clock.now());
    }
    TemporaryFolder folder;
    HeldClock clock;
    SystemRandom random;
    std::shared_ptr<TicketKeys> tickets = std::make_shared<TicketKeys>(clock, random);
};

TEST_F(TlsContextFiles, LoadsADevelopmentPairAndSaysSo) {
    auto loaded = load("a/server.pem", "a/server.key");
    ASSERT_TRUE(loaded) << loaded.error().detail;
    EXPECT_TRUE((*loaded)->development());
    EXPECT_TRUE((*loaded)->warnings().empty());
    ASSERT_EQ((*loaded)->certificates().size(), 1u);
    EXPECT_EQ((*loaded)->certificates()[0].dns_names[0], "a.example");
}

TEST_F(TlsContextFiles, OffersOnlyTls12And13WithTheListedSuites) {
    auto loaded = load("a/server.pem", "a/server.key");
    ASSERT_TRUE(loaded);
    SSL_CTX* context = (*loaded)->native();
    EXPECT_EQ(SSL_CTX_get_min_proto_version(context), TLS1_2_VERSION);
    EXPECT_EQ(SSL_CTX_get_max_proto_version(context), TLS1_3_VERSION);
    auto wanted =
        SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA;
    EXPECT_EQ(SSL_CTX_get_options(context) & wanted, wanted);
    std::vector<std::string> suites;
    auto* ciphers = SSL_CTX_get_ciphers(context);
    for (int i = 0; i < sk_SSL_CIPHER_num(ciphers); ++i)
        suites.emplace_back(SSL_CIPHER_get_name(sk_SSL_CIPHER_value(ciphers, i)));
    std::vector<std::string> expected = {"TLS_AES_256_GCM_SHA384",        "TLS_CHACHA20_POLY1305_SHA256",
                                         "TLS_AES_128_GCM_SHA256",        "ECDHE-ECDSA-AES256-GCM-SHA384",
                                         "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-ECDSA-AES128-GCM-SHA256"};
    EXPECT_EQ(suites, expected);
}

TEST_F(TlsContextFiles, RefusesAKeyOfAnotherCertificate) {
    auto loaded = load("a/server.pem", "b/server.key");
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().code, Code::Config);
    EXPECT_NE(loaded.error().detail.find("does not belong"), std::string::npos) << loaded.error().detail;
}

TEST_F(TlsContextFiles, RefusesAKeyFileThatOthersMayRead) {
    for (mode_t mode : {0640u, 0604u, 0660u}) {
        ASSERT_EQ(chmod(file("a/server.key").c_str(), mode), 0);
        auto loaded = load("a/server.pem", "a/server.key");
        ASSERT_FALSE(loaded) << mode;
        EXPECT_NE(loaded.error().detail.find("chmod 600"), std::string::npos) << loaded.error().detail;
    }
    ASSERT_EQ(chmod(file("a/server.key").c_str(), 0400), 0);
    EXPECT_TRUE(load("a/server.pem", "a/server.key"));
}

TEST_F(TlsContextFiles, AcceptsAChainInOrderOnly) {
    std::string leaf = text_of(file("a/server.pem"));
    std::ofstream(file("good.pem")) << leaf << text_of(file("a/ca.pem"));
    std::ofstream(file("foreign.pem")) << leaf << text_of(file("b/ca.pem"));
    std::ofstream(file("turned.pem")) << text_of(file("a/ca.pem")) << leaf;
    EXPECT_TRUE(load("good.pem", "a/server.key"));
    EXPECT_FALSE(load("foreign.pem", "a/server.key"));
    EXPECT_FALSE(load("turned.pem", "a/server.key"));
}

TEST_F(TlsContextFiles, RefusesWhatIsNoPemAndNamesTheFile) {
    std::ofstream(file("junk.pem")) << "hello\n";
    for (auto const* cert : {"junk.pem", "absent.pem", "a"}) {
        auto loaded = load(cert, "a/server.key");
        ASSERT_FALSE(loaded) << cert;
        EXPECT_NE(loaded.error().detail.find(cert), std::string::npos) << loaded.error().detail;
    }
}

TEST_F(TlsContextFiles, AnExpiredCertificateIsAWarning) {
    clock.wall += std::chrono::hours(24 * 400);
    auto loaded = load("a/server.pem", "a/server.key");
    ASSERT_TRUE(loaded) << loaded.error().detail;
    ASSERT_EQ((*loaded)->warnings().size(), 1u);
    EXPECT_NE((*loaded)->warnings()[0].find("expired"), std::string::npos);
}

}  // namespace
}  // namespace ingot::certs
