#include "certs/tls_context.hpp"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <cstring>

#include "base/encoding.hpp"
#include "certs/handle.hpp"

namespace ingot::certs {
namespace {

using ContextHandle = Handle<SSL_CTX, SSL_CTX_free>;

constexpr char kEcdsaSuites[] =
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-GCM-SHA256";
constexpr char kRsaSuites[] = "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-CHACHA20-POLY1305:ECDHE-RSA-AES128-GCM-SHA256";
constexpr char kGroups[] = "X25519:P-256:P-384";
constexpr unsigned char kSessionIdContext[] = "ingot-https";

// The ticket keys hang on each SSL_CTX and live as long as it does, since connections may outlast a TlsContext.
int tickets_index() {
    auto free_tickets = [](void*, void* held, CRYPTO_EX_DATA*, int, long, void*) {
        delete static_cast<std::shared_ptr<TicketKeys>*>(held);
    };
    static int const index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, free_tickets);
    return index;
}

int init_ticket_crypto(TicketKey const& key, unsigned char const* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac,
                       bool seal) {
    char digest[] = "SHA256";
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, const_cast<uint8_t*>(key.mac_key.data()),
                                          key.mac_key.size()),
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end(),
    };
    if (EVP_MAC_CTX_set_params(mac, params) != 1) return -1;
    return EVP_CipherInit_ex(cipher, EVP_aes_256_cbc(), nullptr, key.cipher_key.data(), iv, seal ? 1 : 0) == 1 ? 1 : -1;
}

int on_ticket(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac, int seal) {
    auto* tickets =
        static_cast<std::shared_ptr<TicketKeys>*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), tickets_index()));
    if (seal == 1) {
        TicketKey key = (*tickets)->current();
        auto fresh = (*tickets)->make_iv();
        std::memcpy(name, key.name.data(), key.name.size());
        std::memcpy(iv, fresh.data(), fresh.size());
        return init_ticket_crypto(key, iv, cipher, mac, true);
    }
    auto found = (*tickets)->find(name);
    if (!found) return 0;  // full handshake
    int done = init_ticket_crypto(found->key, iv, cipher, mac, false);
    return done == 1 && found->renew ? 2 : done;
}

// A client that offers protocols must offer ours (RFC 7301 3.2: no_application_protocol otherwise).
int on_alpn(SSL*, unsigned char const** out, unsigned char* out_size, unsigned char const* in, unsigned in_size,
            void*) {
    constexpr std::string_view kHttp11 = "http/1.1";
    for (unsigned at = 0; at < in_size; at += 1u + in[at]) {
        std::string_view offered(reinterpret_cast<char const*>(in + at + 1), in[at]);
        if (offered != kHttp11) continue;
        *out = in + at + 1;
        *out_size = in[at];
        return SSL_TLSEXT_ERR_OK;
    }
    return SSL_TLSEXT_ERR_ALERT_FATAL;
}

bool certificate_covers(SSL_CTX* context, char const* host) {
    return X509_check_host(SSL_CTX_get0_certificate(context), host, 0, 0, nullptr) == 1;
}

using SniTable = std::vector<ContextHandle>;

int on_server_name(SSL* ssl, int*, void* table) {
    char const* host = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    if (host == nullptr) return SSL_TLSEXT_ERR_NOACK;
    for (auto const& context : *static_cast<SniTable*>(table)) {
        if (!certificate_covers(context.get(), host)) continue;
        if (SSL_get_SSL_CTX(ssl) != context.get()) SSL_set_SSL_CTX(ssl, context.get());
        return SSL_TLSEXT_ERR_OK;
    }
    return SSL_TLSEXT_ERR_OK;  // default certificate
}

bool set_protocol(SSL_CTX* context, bool rsa) {
    std::string suites = rsa ? std::string(kEcdsaSuites) + ":" + kRsaSuites : kEcdsaSuites;
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                     SSL_OP_PRIORITIZE_CHACHA);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_AUTO_RETRY);
    SSL_CTX_set_read_ahead(context, 1);  // one recv() for a record instead of two
    SSL_CTX_set_max_early_data(context, 0);
    return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
           SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) == 1 &&
           SSL_CTX_set_cipher_list(context, suites.c_str()) == 1 && SSL_CTX_set1_groups_list(context, kGroups) == 1;
}

bool set_resumption(SSL_CTX* context, std::shared_ptr<TicketKeys> const& tickets) {
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_timeout(context, std::chrono::duration_cast<std::chrono::seconds>(TicketKeys::kLifetime).count());
    SSL_CTX_set_num_tickets(context, 2);
    SSL_CTX_set_ex_data(context, tickets_index(), new std::shared_ptr<TicketKeys>(tickets));
    SSL_CTX_set_tlsext_ticket_key_evp_cb(context, on_ticket);
    return SSL_CTX_set_session_id_context(context, kSessionIdContext, sizeof kSessionIdContext - 1) == 1;
}

bool set_certificates(SSL_CTX* context, std::vector<Certificate> const& chain, PrivateKey const& key) {
    if (SSL_CTX_use_certificate(context, chain.front().get()) != 1) return false;
    for (size_t i = 1; i < chain.size(); ++i)
        if (SSL_CTX_add1_chain_cert(context, chain[i].get()) != 1) return false;
    return SSL_CTX_use_PrivateKey(context, key.get()) == 1 && SSL_CTX_check_private_key(context) == 1;
}

Result<ContextHandle> make_context(KeyPairFiles const& pair, std::shared_ptr<TicketKeys> const& tickets,
                                   std::vector<Certificate>& chain_out) {
    auto chain = read_chain(pair.cert_file);
    if (!chain) return fail(chain.error());
    auto key = read_private_key(pair.key_file);
    if (!key) return fail(key.error());
    auto match = check_key_matches(chain->front(), *key, pair.cert_file, pair.key_file);
    if (!match) return fail(match.error());

    ContextHandle context(SSL_CTX_new(TLS_server_method()));
    bool rsa = facts_of(chain->front()).rsa;
    if (!context || !set_protocol(context.get(), rsa) || !set_resumption(context.get(), tickets) ||
        !set_certificates(context.get(), *chain, *key))
        return fail(Code::Config, "OpenSSL refuses " + pair.cert_file + ": " + take_openssl_error(),
                    "OpenSSL 拒绝证书 " + pair.cert_file);
    SSL_CTX_set_alpn_select_cb(context.get(), on_alpn, nullptr);
    chain_out = std::move(*chain);
    return context;
}

void add_date_warnings(std::string const& file, std::vector<Certificate> const& chain, Time now,
                       std::vector<std::string>& warnings) {
    for (auto const& certificate : chain) {
        CertificateFacts facts = facts_of(certificate);
        if (facts.not_after < now)
            warnings.push_back(file + ": " + facts.subject + " expired at " + format_time(facts.not_after, 0));
        if (facts.not_before > now)
            warnings.push_back(file + ": " + facts.subject + " is valid only from " + format_time(facts.not_before, 0));
    }
}

}  // namespace

struct TlsContext::Contexts {
    SniTable table;
};

TlsContext::TlsContext() : contexts_(std::make_unique<Contexts>()) {}
TlsContext::~TlsContext() = default;

ssl_ctx_st* TlsContext::native() const { return contexts_->table.front().get(); }

bool TlsContext::development() const {
    for (auto const& facts : facts_)
        if (facts.development) return true;
    return false;
}

Result<std::shared_ptr<TlsContext const>> TlsContext::load(std::vector<KeyPairFiles> const& pairs,
                                                           std::shared_ptr<TicketKeys> tickets, Time now) {
    if (pairs.empty())
        return fail(Code::Config, "no certificate is configured: set tls.cert_file and tls.key_file", "没有配置证书");
    std::shared_ptr<TlsContext> loaded(new TlsContext());
    for (auto const& pair : pairs) {
        std::vector<Certificate> chain;
        auto context = make_context(pair, tickets, chain);
        if (!context) return fail(context.error());
        loaded->facts_.push_back(facts_of(chain.front()));
        add_date_warnings(pair.cert_file, chain, now, loaded->warnings_);
        loaded->contexts_->table.push_back(std::move(*context));
    }
    SSL_CTX* first = loaded->native();
    if (pairs.size() > 1) {
        SSL_CTX_set_tlsext_servername_callback(first, on_server_name);
        SSL_CTX_set_tlsext_servername_arg(first, &loaded->contexts_->table);
    }
    return loaded;
}

Result<std::shared_ptr<TlsContext const>> TlsContext::load(std::string cert_file, std::string key_file,
                                                           std::shared_ptr<TicketKeys> tickets, Time now) {
    return load({{std::move(cert_file), std::move(key_file)}}, std::move(tickets), now);
}

Result<std::shared_ptr<ClientTlsContext const>> ClientTlsContext::load(std::string const& ca_file) {
    auto loaded = std::make_shared<ClientTlsContext>();
    loaded->context_.reset(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
    SSL_CTX* context = loaded->context_.get();
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_mode(context,
                     SSL_MODE_AUTO_RETRY | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    bool good =
        SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 && SSL_CTX_set1_groups_list(context, kGroups) == 1;
    good = good && (ca_file.empty() ? SSL_CTX_set_default_verify_paths(context) == 1
                                    : SSL_CTX_load_verify_locations(context, ca_file.c_str(), nullptr) == 1);
    if (!good)
        return fail(Code::Config, "cannot use the authority file " + ca_file + ": " + take_openssl_error(),
                    "无法使用 CA 文件 " + ca_file);
    return loaded;
}

}  // namespace ingot::certs
