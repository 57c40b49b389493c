// Small grammars of header fields (RFC 9110 5.6, RFC 9112 6, RFC 3986 3.2). Pure functions.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace ingot::net {

// Token characters: !#$%&'*+-.^_`|~ digits letters.
inline constexpr auto kTokenChars = [] {
    std::array<bool, 256> table{};
    for (unsigned char c :
         std::string_view("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"))
        table[c] = true;
    return table;
}();
inline bool is_token_char(char c) { return kTokenChars[static_cast<unsigned char>(c)]; }

// Without spaces and tabs at both ends.
inline std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

// Equal without regard to ASCII case; `lower` is lower case already.
inline bool same_name(std::string_view text, std::string_view lower) {
    if (text.size() != lower.size()) return false;
    for (size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
        if (c != lower[i]) return false;
    }
    return true;
}

// Is `lower` among the comma-separated tokens of this field?
bool has_token(std::string_view list, std::string_view lower);

// host [":" port]: a name, an IPv4 address or "[" IPv6 "]"; at most 255 characters; port 1 to 65535. No user info.
bool is_host(std::string_view text);
std::string_view without_port(std::string_view host);

// 1 to 19 digits, below 2^63.
std::optional<uint64_t> decimal_length(std::string_view text);

enum class TransferCoding { Chunked, OtherThenChunked, Bad };
TransferCoding transfer_coding(std::string_view value);

}  // namespace ingot::net
