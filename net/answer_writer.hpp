// The head of an answer as bytes (RFC 9112 4). The one place that writes header lines: a name or value that could end a
// line early never leaves the node.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "net/http.hpp"

namespace ingot::net {

// Header lines every answer of one I/O thread gets: Date (renewed once a second), X-Content-Type-Options,
// Referrer-Policy and, if wanted, Strict-Transport-Security. One thread only.
class FixedLines {
  public:
    explicit FixedLines(bool hsts) : hsts_(hsts) {}
    std::string_view at(Time now);

  private:
    bool hsts_;
    int64_t second_ = -1;
    std::string lines_;
};

// How the end of the body is told.
enum class BodyForm { None, Length, Chunked, UntilClose };

struct AnswerContext {
    std::string_view fixed_lines;
    std::string_view request_id;
    bool head_request = false;  // HEAD: the lines of the GET answer, without its body
    bool http_1_0 = false;
    bool close = false;  // says Connection: close
};

// Appends the head to `out`. Nothing (and `out` as it was) if the answer names a header that belongs to the transport
// (Content-Length, Transfer-Encoding, Connection, Date, Request-Id), a header name is no token, or a value holds CR, LF
// or NUL: the caller answers 500.
std::optional<BodyForm> write_head(Answer const& answer, AnswerContext const& context, std::string& out);

std::string_view body_of(Answer const& answer);
int status_of(Answer const& answer);

// "1f\r\n" + data + "\r\n"; and the end, "0\r\n\r\n".
void append_chunk(std::string_view data, std::string& out);
void append_last_chunk(std::string& out);

std::string_view reason_phrase(int status);

}  // namespace ingot::net
