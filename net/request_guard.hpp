// The framing guard of spec/security.md 7: reads the raw head of a request and refuses whatever leaves a doubt about
// where the request ends or what it means. Pure functions of the bytes: no sockets, no clock.
//
// Two steps. HeadScan looks at bytes as they arrive, once, and finds the end of the head (RFC 9112 2.2: every line ends
// in CRLF; no other control characters than HTAB). read_head() then takes the lines apart.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.hpp"
#include "net/refusal.hpp"

namespace ingot::net {

// Finds the end of a head in a growing buffer; each byte is looked at once.
class HeadScan {
  public:
    enum class State { Incomplete, Complete, Refused };

    explicit HeadScan(Limits const& limits) : limits_(&limits) {}

    // `buffer` is everything received since the end of the last request, and begins with the bytes of earlier calls.
    State look(std::string_view buffer);

    // After Complete: where the request line begins (after up to two empty lines) and where the body begins.
    size_t head_begin() const { return begin_; }
    size_t head_end() const { return at_; }
    // Positions of the CR of each line, without the last, empty one.
    std::vector<uint32_t> const& line_ends() const { return line_ends_; }
    Refusal const& refusal() const { return refusal_; }  // after Refused

    void restart();

  private:
    State refuse(Refusal refusal);
    State end_line(size_t carriage_return);
    State check_sizes(std::string_view buffer);

    Limits const* limits_;
    size_t begin_ = 0;       // first byte of the request line
    size_t line_begin_ = 0;  // first byte of the line being read
    size_t at_ = 0;          // bytes before this one are checked
    size_t empty_lines_ = 0;
    std::vector<uint32_t> line_ends_;
    Refusal refusal_;
};

// What the transport needs to know beside the Head.
struct Framing {
    bool chunked = false;
    bool gzip = false;  // Content-Encoding: gzip
    bool expect_continue = false;
    bool close = false;     // the client asked for it, or HTTP/1.0
    bool asterisk = false;  // OPTIONS *
};

// Takes apart a head that HeadScan found complete. `buffer` is the one given to look(); views of `head` point into it.
// `hosts`: the only Host values served (lower case, without port); empty serves any. On refusal `head` holds what could
// be read; method_text is set when the request line was good.
std::optional<Refusal> read_head(std::string_view buffer, HeadScan const& scan, Limits const& limits,
                                 std::vector<std::string> const& hosts, Head& head, Framing& framing);

// Value of the first Accept-Language line among the lines that `scan` found whole, also in a head that was refused or
// did not come to its end; empty if there is none. A refusal is told in the caller's language wherever it can be known.
std::string_view accept_language(std::string_view buffer, HeadScan const& scan);

}  // namespace ingot::net
