#include "ident/epc_urn.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "ident/digits.hpp"
#include "ident/gs1_ai_table.hpp"

namespace ingot::ident {
namespace {

// The serial characters of a URN: CSET 82 (and "#"), some of them escaped. Nothing on any other character.
std::optional<std::string> decode_serial(std::string_view text, bool hash_allowed) {
    static constexpr std::string_view kPlain = "!'()*+,-.:;=_", kEscaped = "\"%&/<>?";
    std::string out;
    for (size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '%') {
            auto byte = from_hex(text.substr(i + 1, 2));
            if (i + 2 >= text.size() || !byte) return std::nullopt;
            c = byte->front();
            bool known = kEscaped.find(c) != std::string_view::npos || (hash_allowed && c == '#');
            if (!known || c == '\0') return std::nullopt;
            i += 2;
        } else if (!is_digit(c) && !(c >= 'A' && c <= 'Z') && !(c >= 'a' && c <= 'z') &&
                   kPlain.find(c) == std::string_view::npos) {
            return std::nullopt;
        }
        out += c;
    }
    return out;
}

// Where the parts of a scheme go.
struct Scheme {
    std::string_view name;
    std::string_view key;        // AI of the key
    size_t digits;               // company prefix and reference together; 0 = the reference is free text
    size_t parts;                // parts separated by dots, the last one free
    std::string_view qualifier;  // AI of the last part; empty = it belongs to the key, or there is none
    size_t last_max;             // longest last part
    bool pattern;                // urn:epc:idpat form with "*" as last part
};

constexpr Scheme kSchemes[] = {
    {"sgtin", "01", 13, 3, "21", 20, true},   {"lgtin", "01", 13, 3, "10", 20, false},
    {"upui", "01", 13, 3, "235", 28, true},   {"sscc", "00", 17, 2, "", 0, false},
    {"sgln", "414", 12, 3, "254", 20, false}, {"pgln", "417", 12, 2, "", 0, false},
    {"grai", "8003", 12, 3, "", 16, true},    {"giai", "8004", 0, 2, "", 30, false},
    {"gdti", "253", 12, 3, "", 17, true},     {"sgcn", "255", 12, 3, "", 12, true},
    {"gsrn", "8018", 17, 2, "", 0, false},    {"gsrnp", "8017", 17, 2, "", 0, false},
    {"ginc", "401", 0, 2, "", 30, false},     {"gsin", "402", 16, 2, "", 0, false},
    {"cpi", "8010", 0, 3, "8011", 12, true},  {"itip", "8006", 13, 5, "21", 20, true},
};

Scheme const* find_scheme(std::string_view name) {
    for (auto const& scheme : kSchemes)
        if (scheme.name == name) return &scheme;
    return nullptr;
}

// Cut at the first dots; the last part keeps its own.
std::vector<std::string_view> cut(std::string_view text, size_t parts) {
    std::vector<std::string_view> out;
    while (out.size() + 1 < parts) {
        size_t dot = text.find('.');
        if (dot == std::string_view::npos) return {};
        out.push_back(text.substr(0, dot));
        text.remove_prefix(dot + 1);
    }
    out.push_back(text);
    return out;
}

// Indicator or extension digit first, then company prefix, then the rest.
std::string indicator_first(std::string_view company, std::string_view reference) {
    return std::string(reference.substr(0, 1)) + std::string(company) + std::string(reference.substr(1));
}

std::string completed(std::string digits) {
    digits += gs1_check_digit(digits);
    return digits;
}

// The numeric key of company prefix and reference, check digit included.
std::string numeric_key(Scheme const& scheme, std::string_view company, std::string_view reference) {
    bool has_indicator = scheme.key == "01" || scheme.key == "00" || scheme.key == "8006";
    if (has_indicator) return completed(indicator_first(company, reference));
    std::string key = completed(std::string(company) + std::string(reference));
    return scheme.key == "8003" ? "0" + key : key;
}

// Company prefix and free reference: giai, ginc, cpi.
std::optional<std::string> text_key(Scheme const& scheme, std::string_view company, std::string_view reference) {
    auto decoded = decode_serial(reference, scheme.name == "cpi");
    if (!decoded || decoded->empty() || company.size() + decoded->size() > 30) return std::nullopt;
    return std::string(company) + *decoded;
}

// The key without a serial that belongs to it; nothing when the parts break the lengths.
std::optional<std::string> key_of(Scheme const& scheme, std::vector<std::string_view> const& parts) {
    std::string_view company = parts[0], reference = parts[1];
    if (!all_digits(company) || company.size() < 6 || company.size() > 12) return std::nullopt;
    if (scheme.digits == 0) return text_key(scheme, company, reference);
    if (!all_digits(reference) || company.size() + reference.size() != scheme.digits) return std::nullopt;
    std::string key = numeric_key(scheme, company, reference);
    if (scheme.name != "itip") return key;
    for (size_t i : {size_t(2), size_t(3)}) {
        if (parts[i].size() != 2 || !all_digits(parts[i])) return std::nullopt;
        key += parts[i];
    }
    return key;
}

// Puts the last part into its place: behind the key, or as a qualifier.
std::optional<std::vector<AiValue>> with_last_part(Scheme const& scheme, std::string key, std::string_view last) {
    std::vector<AiValue> out{{std::string(scheme.key), std::move(key)}};
    if (scheme.name == "sgln" && last == "0") return out;  // extension 0: the place itself
    auto serial = decode_serial(last, false);
    if (!serial || serial->empty() || serial->size() > scheme.last_max) return std::nullopt;
    bool numeric = scheme.name == "sgcn" || scheme.name == "cpi";
    if (numeric && !all_digits(*serial)) return std::nullopt;
    if (scheme.qualifier.empty())
        out[0].value += *serial;
    else
        out.push_back({std::string(scheme.qualifier), *std::move(serial)});
    return out;
}

}  // namespace

std::optional<std::vector<AiValue>> epc_urn_pairs(std::string_view urn) {
    constexpr std::string_view kStart = "urn:epc:";
    if (!equal_ignoring_ascii_case(urn.substr(0, kStart.size()), kStart)) return std::nullopt;
    std::string_view rest = urn.substr(kStart.size());
    size_t first = rest.find(':');
    size_t second = first == std::string_view::npos ? first : rest.find(':', first + 1);
    if (second == std::string_view::npos) return std::nullopt;
    std::string_view family = rest.substr(0, first);
    Scheme const* scheme = find_scheme(rest.substr(first + 1, second - first - 1));
    if (!scheme) return std::nullopt;
    bool is_lot = scheme->name == "lgtin";
    bool known = is_lot ? family == "class" : family == "id" || (family == "idpat" && scheme->pattern);
    if (!known) return std::nullopt;
    auto parts = cut(rest.substr(second + 1), scheme->parts);
    if (parts.empty()) return std::nullopt;
    auto key = key_of(*scheme, parts);
    if (!key) return std::nullopt;
    bool has_last = scheme->parts > 2;
    if (family == "idpat") {
        if (parts.back() != "*") return std::nullopt;
        has_last = false;
    }
    if (!has_last) return std::vector<AiValue>{{std::string(scheme->key), *std::move(key)}};
    return with_last_part(*scheme, *std::move(key), parts.back());
}

}  // namespace ingot::ident
