// The first line of a request: method, target, version (RFC 9112 3; spec/security.md 7).
#pragma once

#include <optional>
#include <string_view>

#include "net/request_guard.hpp"

namespace ingot::net {

constexpr size_t kMethodBytesMax = 16;

// `line` without its CRLF, already free of control characters. Fills method, target, path, query and version of `head`;
// `authority` is the host of an absolute-form target, which then counts instead of the Host field (RFC 9112 3.2.2).
std::optional<Refusal> read_request_line(std::string_view line, Limits const& limits, Head& head, Framing& framing,
                                         std::string_view& authority);

}  // namespace ingot::net
