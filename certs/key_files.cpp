#include "certs/key_files.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>

#include "base/encoding.hpp"
#include "certs/handle.hpp"

namespace ingot::certs {
namespace {

using BioHandle = Handle<BIO, BIO_free_all>;

constexpr size_t kFileBytesMax = 1024 * 1024;

tl::unexpected<Error> system_failure(std::string const& doing, std::string const& path) {
    return fail(Code::Config, doing + " " + path + ": " + std::strerror(errno), "无法访问文件 " + path);
}

// The whole file, after `check` agreed with its mode.
Result<std::string> read_file(std::string const& path, bool secret) {
    int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return system_failure("cannot open", path);
    struct stat status {};
    if (::fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
        ::close(fd);
        return fail(Code::Config, path + " is not a regular file", path + " 不是普通文件");
    }
    if (secret && (status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        ::close(fd);
        return fail(Code::Config, "the key file " + path + " is open to group or others; run: chmod 600 " + path,
                    "密钥文件 " + path + " 对同组或其他用户开放，请执行 chmod 600");
    }
    std::string bytes;
    std::array<char, 16384> piece{};
    ssize_t got = 0;
    while ((got = ::read(fd, piece.data(), piece.size())) > 0 && bytes.size() <= kFileBytesMax)
        bytes.append(piece.data(), static_cast<size_t>(got));
    ::close(fd);
    if (got < 0) return system_failure("cannot read", path);
    if (bytes.size() > kFileBytesMax) return fail(Code::Config, path + " is larger than 1 MiB", path + " 超过 1 MiB");
    return bytes;
}

BioHandle memory_bio(std::string const& bytes) {
    return BioHandle(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
}

std::string name_text(X509_NAME const* name) {
    BioHandle out(BIO_new(BIO_s_mem()));
    X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
    char* text = nullptr;
    long size = BIO_get_mem_data(out.get(), &text);
    return std::string(text, static_cast<size_t>(size));
}

Time time_of(ASN1_TIME const* time) {
    std::tm parts{};
    if (ASN1_TIME_to_tm(time, &parts) != 1) return Time{};
    return from_micros(static_cast<int64_t>(timegm(&parts)) * 1'000'000);
}

std::string address_text(ASN1_OCTET_STRING const* bytes) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    int family = ASN1_STRING_length(bytes) == 4 ? AF_INET : AF_INET6;
    if (family == AF_INET6 && ASN1_STRING_length(bytes) != 16) return {};
    inet_ntop(family, ASN1_STRING_get0_data(bytes), text.data(), text.size());
    return text.data();
}

void add_names(X509* certificate, CertificateFacts& facts) {
    auto* names = static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
    if (names == nullptr) return;
    for (int i = 0; i < sk_GENERAL_NAME_num(names); ++i) {
        GENERAL_NAME const* name = sk_GENERAL_NAME_value(names, i);
        if (name->type == GEN_DNS)
            facts.dns_names.emplace_back(reinterpret_cast<char const*>(ASN1_STRING_get0_data(name->d.dNSName)),
                                         static_cast<size_t>(ASN1_STRING_length(name->d.dNSName)));
        if (name->type == GEN_IPADD) facts.addresses.push_back(address_text(name->d.iPAddress));
    }
    GENERAL_NAMES_free(names);
}

}  // namespace

std::string take_openssl_error() {
    std::array<char, 256> text{};
    unsigned long code = ERR_get_error();
    if (code == 0) return "no further detail";
    ERR_error_string_n(code, text.data(), text.size());
    ERR_clear_error();
    return text.data();
}

Result<PrivateKey> read_private_key(std::string const& path) {
    auto bytes = read_file(path, true);
    if (!bytes) return fail(bytes.error());
    auto bio = memory_bio(*bytes);
    auto refuse_prompt = [](char*, int, int, void*) { return -1; };
    PrivateKey key(PEM_read_bio_PrivateKey(bio.get(), nullptr, refuse_prompt, nullptr), EVP_PKEY_free);
    OPENSSL_cleanse(bytes->data(), bytes->size());
    if (!key)
        return fail(Code::Config, path + " holds no unencrypted PEM private key: " + take_openssl_error(),
                    path + " 中没有未加密的 PEM 私钥");
    if (EVP_PKEY_is_a(key.get(), "RSA") && EVP_PKEY_get_bits(key.get()) < 2048)
        return fail(Code::Config, path + ": RSA keys need at least 2048 bits", path + "：RSA 密钥至少 2048 位");
    return key;
}

Result<std::vector<Certificate>> read_chain(std::string const& path) {
    auto bytes = read_file(path, false);
    if (!bytes) return fail(bytes.error());
    auto bio = memory_bio(*bytes);
    std::vector<Certificate> chain;
    while (X509* next = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)) chain.emplace_back(next, X509_free);
    ERR_clear_error();
    if (chain.empty()) return fail(Code::Config, path + " holds no PEM certificate", path + " 中没有 PEM 证书");
    for (size_t i = 1; i < chain.size(); ++i) {
        bool issued = X509_check_issued(chain[i].get(), chain[i - 1].get()) == X509_V_OK &&
                      X509_verify(chain[i - 1].get(), X509_get0_pubkey(chain[i].get())) == 1;
        ERR_clear_error();
        if (!issued)
            return fail(Code::Config,
                        path + ": certificate " + std::to_string(i + 1) + " did not issue certificate " +
                            std::to_string(i) + "; wanted: the server's first, then its issuer",
                        path + "：证书链顺序或签发关系不对");
    }
    return chain;
}

Result<void> check_key_matches(Certificate const& leaf, PrivateKey const& key, std::string const& cert_path,
                               std::string const& key_path) {
    if (X509_check_private_key(leaf.get(), key.get()) == 1) return {};
    ERR_clear_error();
    return fail(Code::Config, "the key in " + key_path + " does not belong to the first certificate of " + cert_path,
                key_path + " 中的私钥与 " + cert_path + " 的首个证书不匹配");
}

CertificateFacts facts_of(Certificate const& certificate) {
    CertificateFacts facts;
    X509* x509 = certificate.get();
    facts.subject = name_text(X509_get_subject_name(x509));
    facts.issuer = name_text(X509_get_issuer_name(x509));
    Handle<BIGNUM, BN_free> serial(ASN1_INTEGER_to_BN(X509_get0_serialNumber(x509), nullptr));
    std::string raw(static_cast<size_t>(BN_num_bytes(serial.get())), '\0');
    BN_bn2bin(serial.get(), reinterpret_cast<unsigned char*>(raw.data()));
    facts.serial = to_hex(raw);
    facts.not_before = time_of(X509_get0_notBefore(x509));
    facts.not_after = time_of(X509_get0_notAfter(x509));
    add_names(x509, facts);
    facts.development =
        facts.subject.find("DEVELOPMENT") != std::string::npos || facts.issuer.find("DEVELOPMENT") != std::string::npos;
    facts.rsa = EVP_PKEY_is_a(X509_get0_pubkey(x509), "RSA") == 1;
    return facts;
}

Result<void> write_new_file(std::string const& path, std::string_view bytes, unsigned mode) {
    int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, static_cast<mode_t>(mode));
    if (fd < 0 && errno == EEXIST)
        return fail(Code::Exists, path + " exists already; it is not overwritten", path + " 已存在，不覆盖");
    if (fd < 0) return system_failure("cannot create", path);
    size_t done = 0;
    while (done < bytes.size()) {
        ssize_t put = ::write(fd, bytes.data() + done, bytes.size() - done);
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) break;
        done += static_cast<size_t>(put);
    }
    bool good = done == bytes.size() && ::fchmod(fd, static_cast<mode_t>(mode)) == 0 && ::fsync(fd) == 0;
    int error = errno;
    ::close(fd);
    errno = error;
    if (!good) return system_failure("cannot write", path);
    return {};
}

}  // namespace ingot::certs
