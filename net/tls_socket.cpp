#include "net/tls_socket.hpp"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <climits>
#include <new>

namespace ingot::net {

// What OpenSSL calls to move bytes.
struct TlsSocket::Descriptor {
    static TlsSocket& of(BIO* bio) { return *static_cast<TlsSocket*>(BIO_get_data(bio)); }
    static int read(BIO* bio, char* out, int size);
    static int write(BIO* bio, char const* bytes, int size);
    static long control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }
    static BIO_METHOD* method();
};

int TlsSocket::Descriptor::read(BIO* bio, char* out, int size) {
    BIO_clear_retry_flags(bio);
    TlsSocket& socket = of(bio);
    ssize_t got = 0;
    do got = ::recv(socket.descriptor_, out, static_cast<size_t>(size), 0);
    while (got < 0 && errno == EINTR);
    socket.drained_ = got < size;
    if (got < 0 && errno == EAGAIN) BIO_set_retry_read(bio);
    return static_cast<int>(got);
}

// MSG_NOSIGNAL: a peer that went away is an error value, not a signal.
int TlsSocket::Descriptor::write(BIO* bio, char const* bytes, int size) {
    BIO_clear_retry_flags(bio);
    ssize_t put = 0;
    do put = ::send(of(bio).descriptor_, bytes, static_cast<size_t>(size), MSG_NOSIGNAL);
    while (put < 0 && errno == EINTR);
    if (put < 0 && errno == EAGAIN) BIO_set_retry_write(bio);
    return static_cast<int>(put);
}

BIO_METHOD* TlsSocket::Descriptor::method() {
    static BIO_METHOD* const method = [] {
        BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK | BIO_TYPE_DESCRIPTOR, "descriptor");
        BIO_meth_set_read(made, read);
        BIO_meth_set_write(made, write);
        BIO_meth_set_ctrl(made, control);
        return made;
    }();
    return method;
}

TlsSocket::TlsSocket(ssl_ctx_st* context, int descriptor, Side side) : descriptor_(descriptor), ssl_(SSL_new(context)) {
    BIO* bio = BIO_new(Descriptor::method());
    if (ssl_ == nullptr || bio == nullptr) {
        SSL_free(ssl_);
        BIO_free(bio);
        throw std::bad_alloc();
    }
    BIO_set_data(bio, this);
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl_, bio, bio);
    if (side == Side::Server) {
        SSL_set_accept_state(ssl_);
        return;
    }
    constexpr std::array<unsigned char, 9> kHttp11{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
    SSL_set_alpn_protos(ssl_, kHttp11.data(), kHttp11.size());
    SSL_set_connect_state(ssl_);
}

TlsSocket::~TlsSocket() { SSL_free(ssl_); }

TlsSocket::Io TlsSocket::outcome(int result) {
    int error = SSL_get_error(ssl_, result);
    switch (error) {
        case SSL_ERROR_WANT_READ:
            return Io::WantRead;
        case SSL_ERROR_WANT_WRITE:
            return Io::WantWrite;
        case SSL_ERROR_ZERO_RETURN:
            return Io::Closed;
        default:
            break;
    }
    ERR_clear_error();
    return Io::Failed;
}

TlsSocket::Io TlsSocket::handshake() {
    int result = SSL_do_handshake(ssl_);
    return result == 1 ? Io::Done : outcome(result);
}

TlsSocket::Io TlsSocket::read(char* out, size_t size, size_t& got) {
    int result = SSL_read_ex(ssl_, out, size, &got);
    if (result == 1) return Io::Done;
    got = 0;
    return outcome(result);
}

TlsSocket::Io TlsSocket::write(std::string_view bytes, size_t& put) {
    int result = SSL_write_ex(ssl_, bytes.data(), bytes.size(), &put);
    if (result == 1) return Io::Done;
    put = 0;
    return outcome(result);
}

void TlsSocket::close_notify() {
    if (SSL_is_init_finished(ssl_) == 0) return;
    SSL_shutdown(ssl_);
    ERR_clear_error();
}

bool TlsSocket::has_buffered() const { return SSL_has_pending(ssl_) == 1; }

void TlsSocket::keep_buffers() { SSL_clear_mode(ssl_, SSL_MODE_RELEASE_BUFFERS); }

void TlsSocket::free_buffers() { SSL_free_buffers(ssl_); }

bool TlsSocket::expect_peer(char const* host) {
    std::array<unsigned char, 16> bytes{};
    bool address = inet_pton(AF_INET, host, bytes.data()) == 1 || inet_pton(AF_INET6, host, bytes.data()) == 1;
    if (address) return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl_), host) == 1;
    return SSL_set_tlsext_host_name(ssl_, host) == 1 && SSL_set1_host(ssl_, host) == 1;
}

long TlsSocket::verify_result() const { return SSL_get_verify_result(ssl_); }

}  // namespace ingot::net
