#include "certs/development_ca.hpp"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "base/encoding.hpp"
#include "certs/handle.hpp"
#include "certs/key_files.hpp"

namespace ingot::certs {
namespace {

using KeyHandle = Handle<EVP_PKEY, EVP_PKEY_free>;
using CertHandle = Handle<X509, X509_free>;
using BioHandle = Handle<BIO, BIO_free_all>;
using namespace std::chrono_literals;

constexpr auto kAuthorityLife = 24h * 3652;
constexpr auto kServerLife = 24h * 397;
constexpr auto kBackdate = 5min;  // a client whose clock is a little late still accepts it

tl::unexpected<Error> openssl_failure(char const* doing) {
    return fail(Code::Internal, std::string("OpenSSL cannot ") + doing + ": " + take_openssl_error(),
                "OpenSSL 操作失败");
}

bool is_address(std::string const& host) {
    std::array<unsigned char, 16> bytes{};
    return inet_pton(AF_INET, host.c_str(), bytes.data()) == 1 || inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1;
}

// A name that may stand in a certificate; keeps `,` and `:` out of the extension text.
bool is_host_name(std::string const& host) {
    auto allowed = [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '.' || c == '*'; };
    return !host.empty() && host.size() <= 253 && std::all_of(host.begin(), host.end(), allowed);
}

Result<std::string> alternative_names(std::vector<std::string> hosts) {
    for (char const* always : {"localhost", "127.0.0.1", "::1"})
        if (std::find(hosts.begin(), hosts.end(), always) == hosts.end()) hosts.emplace_back(always);
    std::string text;
    for (auto const& host : hosts) {
        bool address = is_address(host);
        if (!address && !is_host_name(host))
            return fail(Code::Usage, "not a host name or address: " + excerpt(host),
                        "不是主机名或地址：" + excerpt(host));
        text += (text.empty() ? "" : ",") + std::string(address ? "IP:" : "DNS:") + host;
    }
    return text;
}

bool set_serial(X509* certificate, Random& random) {
    std::string bytes = random.bytes(16);
    bytes[0] = static_cast<char>((bytes[0] & 0x3F) | 0x40);  // positive, always 16 bytes
    Handle<BIGNUM, BN_free> number(
        BN_bin2bn(reinterpret_cast<unsigned char const*>(bytes.data()), static_cast<int>(bytes.size()), nullptr));
    return BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

bool set_time(ASN1_TIME* out, Time time) {
    return ASN1_TIME_set(out, static_cast<time_t>(to_micros(time) / 1'000'000)) != nullptr;
}

bool add_name_part(X509_NAME* name, char const* part, std::string const& value) {
    return X509_NAME_add_entry_by_txt(name, part, MBSTRING_UTF8, reinterpret_cast<unsigned char const*>(value.data()),
                                      static_cast<int>(value.size()), -1, 0) == 1;
}

bool add_extension(X509* certificate, X509* issuer, int nid, std::string const& value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    Handle<X509_EXTENSION, X509_EXTENSION_free> extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
    return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

// Version, serial, dates, subject and key; issuer and extensions are added by the callers.
CertHandle start_certificate(EVP_PKEY* key, std::string const& common_name, Time now, Micros life, Random& random) {
    CertHandle certificate(X509_new());
    X509* x509 = certificate.get();
    bool good = X509_set_version(x509, X509_VERSION_3) == 1 && set_serial(x509, random) &&
                set_time(X509_getm_notBefore(x509), now - kBackdate) &&
                set_time(X509_getm_notAfter(x509), now + life) && X509_set_pubkey(x509, key) == 1 &&
                add_name_part(X509_get_subject_name(x509), "O", "Ingot DEVELOPMENT") &&
                add_name_part(X509_get_subject_name(x509), "CN", common_name);
    return good ? std::move(certificate) : nullptr;
}

CertHandle make_authority(EVP_PKEY* key, Time now, Random& random) {
    std::string name = "Ingot DEVELOPMENT CA " + to_hex(random.bytes(4));
    CertHandle certificate = start_certificate(key, name, now, kAuthorityLife, random);
    X509* x509 = certificate.get();
    bool good = x509 != nullptr && X509_set_issuer_name(x509, X509_get_subject_name(x509)) == 1 &&
                add_extension(x509, x509, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
                add_extension(x509, x509, NID_key_usage, "critical,keyCertSign,cRLSign") &&
                add_extension(x509, x509, NID_subject_key_identifier, "hash") &&
                add_extension(x509, x509, NID_authority_key_identifier, "keyid:always") &&
                X509_sign(x509, key, EVP_sha256()) > 0;
    return good ? std::move(certificate) : nullptr;
}

CertHandle make_server(EVP_PKEY* key, X509* authority, EVP_PKEY* authority_key, std::string const& common_name,
                       std::string const& names, Time now, Random& random) {
    CertHandle certificate = start_certificate(key, common_name, now, kServerLife, random);
    X509* x509 = certificate.get();
    bool good = x509 != nullptr && X509_set_issuer_name(x509, X509_get_subject_name(authority)) == 1 &&
                add_extension(x509, authority, NID_basic_constraints, "critical,CA:FALSE") &&
                add_extension(x509, authority, NID_key_usage, "critical,digitalSignature") &&
                add_extension(x509, authority, NID_ext_key_usage, "serverAuth") &&
                add_extension(x509, authority, NID_subject_key_identifier, "hash") &&
                add_extension(x509, authority, NID_authority_key_identifier, "keyid:always") &&
                add_extension(x509, authority, NID_subject_alt_name, names);
    good = good && X509_sign(x509, authority_key, EVP_sha256()) > 0;
    return good ? std::move(certificate) : nullptr;
}

std::string taken(BIO* bio) {
    char* text = nullptr;
    long size = BIO_get_mem_data(bio, &text);
    return std::string(text, static_cast<size_t>(size));
}

std::string pem_of(X509* certificate) {
    BioHandle bio(BIO_new(BIO_s_mem()));
    PEM_write_bio_X509(bio.get(), certificate);
    return taken(bio.get());
}

Result<void> write_key(std::string const& path, EVP_PKEY* key) {
    BioHandle bio(BIO_new(BIO_s_secmem()));
    PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
    std::string pem = taken(bio.get());
    auto written = write_new_file(path, pem, 0600);
    wipe(pem);
    return written;
}

Result<void> make_folder(std::string const& dir) {
    if (::mkdir(dir.c_str(), 0700) == 0 || errno == EEXIST) return {};
    return fail(Code::Config, "cannot make the folder " + dir + ": " + std::strerror(errno), "无法创建目录 " + dir);
}

// All four or the first failure; a half-made folder is completed by hand, never overwritten.
Result<void> write_all(DevelopmentPki const& files, X509* authority, EVP_PKEY* authority_key, X509* server,
                       EVP_PKEY* server_key) {
    if (auto done = write_key(files.ca_key_file, authority_key); !done) return done;
    if (auto done = write_key(files.server_key_file, server_key); !done) return done;
    if (auto done = write_new_file(files.ca_file, pem_of(authority), 0644); !done) return done;
    return write_new_file(files.server_file, pem_of(server), 0644);
}

}  // namespace

Result<DevelopmentPki> make_development_pki(std::string const& dir, std::vector<std::string> const& hosts,
                                            Clock const& clock, Random& random) {
    auto names = alternative_names(hosts);
    if (!names) return fail(names.error());
    if (auto made = make_folder(dir); !made) return fail(made.error());

    KeyHandle authority_key(EVP_EC_gen("P-256"));
    KeyHandle server_key(EVP_EC_gen("P-256"));
    if (!authority_key || !server_key) return openssl_failure("make a P-256 key");
    CertHandle authority = make_authority(authority_key.get(), clock.now(), random);
    if (!authority) return openssl_failure("make the authority's certificate");
    std::string common_name = (hosts.empty() ? std::string("localhost") : hosts.front()).substr(0, 50);
    CertHandle server =
        make_server(server_key.get(), authority.get(), authority_key.get(), common_name, *names, clock.now(), random);
    if (!server) return openssl_failure("make the server's certificate");

    DevelopmentPki files{dir + "/ca.pem", dir + "/ca.key", dir + "/server.pem", dir + "/server.key"};
    if (auto written = write_all(files, authority.get(), authority_key.get(), server.get(), server_key.get()); !written)
        return fail(written.error());
    return files;
}

}  // namespace ingot::certs
