#include "certs/development_ca.hpp"

#include <gtest/gtest.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <algorithm>
#include <fstream>

#include "certs/key_files.hpp"
#include "temporary_folder.hpp"

namespace ingot::certs {
namespace {

struct DevelopmentCa : testing::Test {
    TemporaryFolder folder;
    HeldClock clock;
    SystemRandom random;
    std::string dir = folder.path + "/pki";

    Result<DevelopmentPki> make(std::vector<std::string> hosts = {"node.example"}) {
        return make_development_pki(dir, hosts, clock, random);
    }
    Certificate leaf() { return read_chain(dir + "/server.pem")->front(); }
    Certificate authority() { return read_chain(dir + "/ca.pem")->front(); }
};

mode_t mode_of(std::string const& path) {
    struct stat status {};
    EXPECT_EQ(stat(path.c_str(), &status), 0) << path;
    return status.st_mode & 07777;
}

bool contains(std::vector<std::string> const& list, std::string const& wanted) {
    return std::find(list.begin(), list.end(), wanted) != list.end();
}

TEST_F(DevelopmentCa, ServerCertificateNamesHostAndLoopback) {
    ASSERT_TRUE(make({"node.example", "10.1.2.3"}));
    auto facts = facts_of(leaf());
    for (auto const* name : {"node.example", "localhost"}) EXPECT_TRUE(contains(facts.dns_names, name)) << name;
    for (auto const* address : {"10.1.2.3", "127.0.0.1", "::1"})
        EXPECT_TRUE(contains(facts.addresses, address)) << address;
    EXPECT_TRUE(facts.development);
    EXPECT_NE(facts.subject.find("DEVELOPMENT"), std::string::npos) << facts.subject;
    EXPECT_NE(facts.issuer.find("DEVELOPMENT"), std::string::npos) << facts.issuer;
}

TEST_F(DevelopmentCa, KeysAreReadableByTheOwnerOnly) {
    ASSERT_TRUE(make());
    EXPECT_EQ(mode_of(dir + "/ca.key"), 0600u);
    EXPECT_EQ(mode_of(dir + "/server.key"), 0600u);
    EXPECT_EQ(mode_of(dir), 0700u);
    EXPECT_TRUE(read_private_key(dir + "/server.key"));
}

TEST_F(DevelopmentCa, VerifiesForServersAndNotForClients) {
    ASSERT_TRUE(make());
    X509_STORE* store = X509_STORE_new();
    X509_STORE_add_cert(store, authority().get());
    for (auto [purpose, good] : {std::pair(X509_PURPOSE_SSL_SERVER, 1), {X509_PURPOSE_SSL_CLIENT, 0}}) {
        X509_STORE_CTX* context = X509_STORE_CTX_new();
        auto certificate = leaf();
        X509_STORE_CTX_init(context, store, certificate.get(), nullptr);
        X509_STORE_CTX_set_purpose(context, purpose);
        X509_STORE_CTX_set_time(context, 0, to_micros(clock.wall) / 1'000'000);
        EXPECT_EQ(X509_verify_cert(context), good) << X509_verify_cert_error_string(X509_STORE_CTX_get_error(context));
        X509_STORE_CTX_free(context);
    }
    X509_STORE_free(store);
}

TEST_F(DevelopmentCa, LeafCarriesTheExtensionsOfTheSpec) {
    ASSERT_TRUE(make());
    auto certificate = leaf();
    for (int nid : {NID_authority_key_identifier, NID_subject_key_identifier, NID_key_usage, NID_ext_key_usage,
                    NID_subject_alt_name, NID_basic_constraints})
        EXPECT_GE(X509_get_ext_by_NID(certificate.get(), nid, -1), 0) << OBJ_nid2sn(nid);
    X509_EXTENSION* usage = X509_get_ext(certificate.get(), X509_get_ext_by_NID(certificate.get(), NID_key_usage, -1));
    EXPECT_EQ(X509_EXTENSION_get_critical(usage), 1);
    EXPECT_EQ(X509_get_signature_nid(certificate.get()), NID_ecdsa_with_SHA256);
}

TEST_F(DevelopmentCa, SerialsAre128BitsAndDiffer) {
    ASSERT_TRUE(make());
    std::string server = facts_of(leaf()).serial;
    std::string ca = facts_of(authority()).serial;
    EXPECT_EQ(server.size(), 32u) << server;
    EXPECT_EQ(ca.size(), 32u) << ca;
    EXPECT_NE(server, ca);
}

TEST_F(DevelopmentCa, LivesFromTheGivenClock) {
    ASSERT_TRUE(make());
    auto facts = facts_of(leaf());
    EXPECT_LT(facts.not_before, clock.wall);
    EXPECT_EQ(facts.not_after, clock.wall + std::chrono::hours(24 * 397));
}

TEST_F(DevelopmentCa, NeverOverwritesAKey) {
    ASSERT_TRUE(make());
    std::string before = facts_of(leaf()).serial;
    auto again = make();
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, Code::Exists);
    EXPECT_EQ(facts_of(leaf()).serial, before);
}

TEST_F(DevelopmentCa, RefusesNamesThatWouldChangeTheExtension) {
    for (auto const* host : {"a,DNS:evil.example", "", "a b", "x:1"}) {
        auto made = make({host});
        ASSERT_FALSE(made) << host;
        EXPECT_EQ(made.error().code, Code::Usage);
    }
}

}  // namespace
}  // namespace ingot::certs
