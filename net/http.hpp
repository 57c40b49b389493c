// The request and the answer as the rest of the node sees them: no Beast, no sockets. `api` includes this header of
// `net` and nothing else.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"

namespace ingot::net {

enum class Method : uint8_t { Get, Head, Post, Put, Patch, Delete, Options, Other };

std::string_view name(Method method);

// The head of a request that passed net/request_guard. Views live until the request is answered.
struct Head {
    Method method = Method::Get;
    std::string_view method_text;
    std::string_view target;  // raw, origin form (an absolute form is already reduced to it)
    std::string_view path;    // raw part of the target before the first `?`
    std::string_view query;   // raw part after it, without `?`; empty if there is none
    bool http_1_0 = false;
    std::vector<std::pair<std::string_view, std::string_view>> fields;  // in order, values trimmed
    std::optional<uint64_t> content_length;                             // nothing for chunked
    bool has_body = false;
    std::string_view peer;  // address of the client, without port
    bool peer_is_loopback = false;

    // Value of the first field of this name, compared without case; empty if absent.
    std::string_view field(std::string_view name) const;
    bool has(std::string_view name) const;
};

struct Request {
    Head head;
    std::string_view body;     // whole, decoded from chunks
    std::string request_id;    // UUIDv7 text, also sent as Request-Id
    Time received;             // wall time of the first byte
    Steady received_steady{};  // for deadlines and durations
};

// A body produced piece by piece on a worker thread. `next` appends to `out` and says whether more will come; it is
// never called again after it answered false, and not while the peer is slower than the data.
struct Stream {
    virtual ~Stream() = default;
    virtual bool next(std::string& out) = 0;
};

// An answer kept ready for many requests: header lines (each ended by CRLF, without Date, Request-Id, Content-Length)
// and body. Immutable.
struct Rendered {
    int status = 200;
    std::string header_lines;
    std::string body;
};

struct Answer {
    int status = 200;
    std::vector<std::pair<std::string, std::string>> headers;  // without Date, Request-Id, Content-Length, Connection
    std::string body;
    std::shared_ptr<Rendered const> rendered;  // if set: status, headers and body come from it; `headers` are added
    std::shared_ptr<Stream> stream;            // if set: chunked body from it
    bool close = false;                        // answer with Connection: close

    Answer& header(std::string name, std::string value) {
        headers.emplace_back(std::move(name), std::move(value));
        return *this;
    }
};

// Called exactly once for each request, from any thread.
using Respond = std::function<void(Answer)>;

// Why the transport does not pass a request on. The details never echo raw input.
struct Refusal {
    int status = 400;
    std::string_view code;  // slug of base/codes.inc
    std::string detail = {}, detail_zh = {};
    std::optional<uint64_t> limit = {};  // the limit that was passed, in the unit the detail names
    bool close = true;                   // answer, then interpret no further byte of the connection
};

// What is decided from the head alone, before a byte of the body is read or `100 Continue` is sent.
struct Admission {
    std::optional<Answer>
        refusal;                // answer this instead of reading on; `refusal->close` says whether to go on after it
    size_t body_bytes_max = 0;  // larger: 413, close
    bool gzip_allowed = false;  // Content-Encoding: gzip is decoded by net, counted decoded, ratio at most 100
};

// The application behind the listener. admit() and handle() are called on I/O threads and must not wait;
// handle() may answer at once or later from another thread. Thread safe.
class Application {
  public:
    virtual ~Application() = default;
    virtual Admission admit(Request const& request) = 0;  // body still empty
    virtual void handle(std::shared_ptr<Request> request, Respond respond) = 0;
    // The answer to a request that the guard, a limit or a time-out refused: a problem document in the caller's
    // language. `request` holds what is known of it: its id, its peer, and the fields that could be read.
    virtual Answer refuse(Refusal const& refusal, Request const& request) = 0;
    // Called once for every answer sent (or not sent: status 0), for logs and metrics.
    virtual void sent(Request const& request, Answer const& answer, uint64_t body_bytes, Steady started) = 0;
};

}  // namespace ingot::net
