// Private keys and certificate chains as files: PEM in, checked, with every refusal saying which file and why.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"

struct evp_pkey_st;  // OpenSSL's EVP_PKEY
struct x509_st;      // OpenSSL's X509

namespace ingot::certs {

using PrivateKey = std::shared_ptr<evp_pkey_st>;
using Certificate = std::shared_ptr<x509_st>;

// What a certificate says, for `ingot cert show`, logs and start-up checks.
struct CertificateFacts {
    std::string subject, issuer;  // RFC 2253 text
    std::string serial;           // lower-case hex
    Time not_before, not_after;
    std::vector<std::string> dns_names;  // of subjectAltName
    std::vector<std::string> addresses;  // of subjectAltName, as text
    bool development = false;            // subject or issuer contains DEVELOPMENT
    bool rsa = false;
};

// Reads a private key. Refuses a file that group or others may read or write (Config), one that is no PEM key, and RSA
// keys under 2048 bits.
Result<PrivateKey> read_private_key(std::string const& path);

// Reads leaf, issuer, issuer's issuer ... in this order; refuses an empty file and a certificate that did not issue
// (by name and signature) the one before it.
Result<std::vector<Certificate>> read_chain(std::string const& path);

// Refuses a key that does not belong to the certificate.
Result<void> check_key_matches(Certificate const& leaf, PrivateKey const& key, std::string const& cert_path,
                               std::string const& key_path);

CertificateFacts facts_of(Certificate const& certificate);

// Writes a new file with these permissions and syncs it; `Exists` if there is one already.
Result<void> write_new_file(std::string const& path, std::string_view bytes, unsigned mode);

// The oldest error of this thread's OpenSSL queue as text; empties the queue.
std::string take_openssl_error();

}  // namespace ingot::certs
