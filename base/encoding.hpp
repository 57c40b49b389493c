// Bytes as text and back: hex, base64, percent-escapes, big-endian integers, UTF-8 checks. All thread safe, no state.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ingot {

std::string to_hex(std::string_view bytes);  // lower case
std::optional<std::string> from_hex(std::string_view text);

std::string to_base64(std::string_view bytes);     // RFC 4648 4, padded
std::string to_base64url(std::string_view bytes);  // RFC 4648 5, no padding
std::optional<std::string> from_base64(std::string_view text);
std::optional<std::string> from_base64url(std::string_view text);  // refuses padding and stray bits

// Percent-decodes once; `+` stays `+`. Nothing on a malformed escape, a decoded NUL, or bytes that are not UTF-8.
std::optional<std::string> percent_decode(std::string_view text);
// Escapes everything except A-Z a-z 0-9 - . _ ~ and the characters of `keep` (identifiers.md 4: "/").
std::string percent_encode(std::string_view text, std::string_view keep = "");

void put_u16be(std::string& out, uint16_t value);
void put_u32be(std::string& out, uint32_t value);
void put_u64be(std::string& out, uint64_t value);
// The caller has checked the length.
uint16_t get_u16be(std::string_view bytes, size_t at);
uint32_t get_u32be(std::string_view bytes, size_t at);
uint64_t get_u64be(std::string_view bytes, size_t at);
// Signed values with the sign bit flipped, so that byte order is number order.
void put_i64be(std::string& out, int64_t value);
int64_t get_i64be(std::string_view bytes, size_t at);

// Well-formed UTF-8 (no overlong forms, no surrogates, at most U+10FFFF).
bool is_utf8(std::string_view text);
// Decodes the code point at `at` and moves past it. The text must be well-formed.
char32_t next_code_point(std::string_view text, size_t& at);

std::string to_upper_ascii(std::string_view text);
std::string to_lower_ascii(std::string_view text);
bool equal_ignoring_ascii_case(std::string_view a, std::string_view b);

// At most `max` bytes of outside text for a message, cut at a code point, controls and quotes escaped.
std::string excerpt(std::string_view text, size_t max = 64);

}  // namespace ingot
