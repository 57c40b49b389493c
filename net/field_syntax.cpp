#include "net/field_syntax.hpp"

#include <algorithm>
#include <string>

namespace ingot::net {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

// unreserved / sub-delims / "%" of RFC 3986 3.2.2; an escape is checked for its two digits.
bool is_registered_name(std::string_view text) {
    constexpr std::string_view kOthers = "-._~!$&'()*+,;=";
    for (size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '%') {
            if (i + 2 >= text.size() || !is_hex(text[i + 1]) || !is_hex(text[i + 2])) return false;
            i += 2;
            continue;
        }
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!letter && !is_digit(c) && kOthers.find(c) == kOthers.npos) return false;
    }
    return !text.empty();
}

bool is_port(std::string_view text) {
    if (text.empty() || text.size() > 5 || !std::all_of(text.begin(), text.end(), is_digit)) return false;
    int port = std::stoi(std::string(text));
    return port >= 1 && port <= 65535;
}

// First item of a comma-separated list, removed from `rest`.
std::string_view take_item(std::string_view& rest) {
    size_t comma = rest.find(',');
    std::string_view item = trimmed(rest.substr(0, comma));
    rest = comma == rest.npos ? std::string_view{} : rest.substr(comma + 1);
    return item;
}

bool is_coding(std::string_view item) {
    std::string_view token = item.substr(0, item.find_first_of(" \t;"));
    return !token.empty() && std::all_of(token.begin(), token.end(), is_token_char);
}

}  // namespace

bool has_token(std::string_view list, std::string_view lower) {
    while (!list.empty())
        if (same_name(take_item(list), lower)) return true;
    return false;
}

bool is_host(std::string_view text) {
    if (text.empty() || text.size() > 255) return false;
    std::string_view rest;
    if (text.front() == '[') {
        size_t end = text.find(']');
        if (end == text.npos || end < 3) return false;
        auto in_address = [](char c) { return is_hex(c) || c == ':' || c == '.'; };
        if (!std::all_of(text.begin() + 1, text.begin() + static_cast<ptrdiff_t>(end), in_address)) return false;
        rest = text.substr(end + 1);
    } else {
        size_t colon = text.find(':');
        if (!is_registered_name(text.substr(0, colon))) return false;
        rest = colon == text.npos ? std::string_view{} : text.substr(colon);
    }
    return rest.empty() || (rest.front() == ':' && is_port(rest.substr(1)));
}

std::string_view without_port(std::string_view host) {
    if (!host.empty() && host.front() == '[') return host.substr(0, host.find(']') + 1);
    return host.substr(0, host.find(':'));
}

std::optional<uint64_t> decimal_length(std::string_view text) {
    if (text.empty() || text.size() > 19) return std::nullopt;
    uint64_t value = 0;
    for (char c : text) {
        if (!is_digit(c)) return std::nullopt;
        value = value * 10 + static_cast<uint64_t>(c - '0');
    }
    if (value >= uint64_t{1} << 63) return std::nullopt;
    return value;
}

TransferCoding transfer_coding(std::string_view value) {
    if (same_name(value, "chunked")) return TransferCoding::Chunked;
    std::string_view rest = value;
    std::string_view last;
    size_t items = 0;
    bool chunked_before_last = false;
    while (!rest.empty()) {
        chunked_before_last = chunked_before_last || same_name(last, "chunked");
        last = take_item(rest);
        if (!is_coding(last)) return TransferCoding::Bad;
        ++items;
    }
    bool list_ends_in_chunked = items > 1 && same_name(last, "chunked") && !chunked_before_last && value.back() != ',';
    return list_ends_in_chunked ? TransferCoding::OtherThenChunked : TransferCoding::Bad;
}

}  // namespace ingot::net
