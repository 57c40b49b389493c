// TLS directly on a non-blocking descriptor: no event library in between. Used by the server's sessions and by the
// client. One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

struct ssl_st;
struct ssl_ctx_st;

namespace ingot::net {

class TlsSocket {
  public:
    enum class Io {
        Done,       // something moved (or the handshake is complete)
        WantRead,   // call again when the descriptor is readable
        WantWrite,  // call again when it is writable
        Closed,     // the peer ended the stream properly
        Failed,     // protocol error or lost connection
    };
    enum class Side { Server, Client };

    // Does not own the descriptor. Writes never raise SIGPIPE.
    TlsSocket(ssl_ctx_st* context, int descriptor, Side side);
    ~TlsSocket();
    TlsSocket(TlsSocket const&) = delete;
    TlsSocket& operator=(TlsSocket const&) = delete;

    Io handshake();
    Io read(char* out, size_t size, size_t& got);
    // May take a part; call again with the rest.
    Io write(std::string_view bytes, size_t& put);
    // Tells the peer that nothing more will come; does not wait.
    void close_notify();

    // Bytes (decrypted or not) wait in memory, so readiness of the descriptor says nothing.
    bool has_buffered() const;
    // The last look at the descriptor took all there was.
    bool drained() const { return drained_; }

    // The context frees record buffers between records (SSL_MODE_RELEASE_BUFFERS), which costs two large allocations a
    // request. A busy connection may keep them and free them when it has become idle.
    void keep_buffers();
    void free_buffers();

    // Client: name for SNI and for checking the certificate. An address is checked as an address.
    bool expect_peer(char const* host);
    // Client: why the peer's certificate was refused; 0 = it was not.
    long verify_result() const;

    ssl_st* native() const { return ssl_; }

  private:
    struct Descriptor;
    Io outcome(int result);

    int descriptor_;
    bool drained_ = true;
    ssl_st* ssl_ = nullptr;
};

}  // namespace ingot::net
