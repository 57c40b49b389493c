// What a TLS listener offers (spec/security.md 10): immutable, loaded whole, swapped whole at a reload; connections
// keep the one they began with.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "certs/key_files.hpp"
#include "certs/ticket_keys.hpp"

struct ssl_ctx_st;  // OpenSSL's SSL_CTX

namespace ingot::certs {

struct KeyPairFiles {
    std::string cert_file;  // PEM: the server's certificate, then its issuers without the root
    std::string key_file;   // PEM, not readable by group or others
};

// Server side: TLS 1.2 and 1.3, forward secret AEAD suites, X25519/P-256/P-384, ALPN http/1.1, stateless tickets under
// our own keys. Thread safe.
class TlsContext {
  public:
    // The first pair is the default; the others answer for the names in their certificates (SNI). Refuses unreadable
    // or open key files, keys that do not match, and broken chains; an expired or not yet valid certificate is a
    // warning, so that a node with a late renewal still starts.
    static Result<std::shared_ptr<TlsContext const>> load(std::vector<KeyPairFiles> const& pairs,
                                                          std::shared_ptr<TicketKeys> tickets, Time now);
    static Result<std::shared_ptr<TlsContext const>> load(std::string cert_file, std::string key_file,
                                                          std::shared_ptr<TicketKeys> tickets, Time now);
    ~TlsContext();
    TlsContext(TlsContext const&) = delete;
    TlsContext& operator=(TlsContext const&) = delete;

    std::vector<std::string> const& warnings() const { return warnings_; }
    std::vector<CertificateFacts> const& certificates() const { return facts_; }  // leaf of each pair
    bool development() const;  // a certificate of a development CA is among them
    ssl_ctx_st* native() const;

  private:
    struct Contexts;
    TlsContext();
    std::unique_ptr<Contexts> contexts_;
    std::vector<std::string> warnings_;
    std::vector<CertificateFacts> facts_;
};

// Client side: TLS 1.2 and 1.3, the peer verified against `ca_file` (empty: the system's authorities). Thread safe.
class ClientTlsContext {
  public:
    static Result<std::shared_ptr<ClientTlsContext const>> load(std::string const& ca_file);
    ssl_ctx_st* native() const { return context_.get(); }

  private:
    std::shared_ptr<ssl_ctx_st> context_;
};

}  // namespace ingot::certs
