// GS1 identifiers of event data in one canonical form (spec/epcis-rest.md 4).
#include "ident/event_id.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "ident/digits.hpp"
#include "ident/epc_urn.hpp"
#include "ident/gs1_ai_table.hpp"

namespace ingot::ident {
namespace {

constexpr std::string_view kHost = "https://id.gs1.org";
constexpr std::string_view kKept = "';=";  // beside the unreserved characters

// The keys of event data with the qualifiers that survive, finest first; others of the key are dropped.
struct EventKey {
    std::string_view ai;
    std::vector<std::string_view> surviving;
};

std::vector<EventKey> const& event_keys() {
    static std::vector<EventKey> const keys = {
        {"00", {}},
        {"01", {"21", "235", "10"}},
        {"253", {}},
        {"255", {}},
        {"401", {}},
        {"402", {}},
        {"414", {"254"}},
        {"417", {}},
        {"8003", {}},
        {"8004", {}},
        {"8006", {"21", "10"}},
        {"8010", {"8011"}},
        {"8017", {}},
        {"8018", {}},
    };
    return keys;
}

EventKey const* find_event_key(std::string_view ai) {
    for (auto const& key : event_keys())
        if (key.ai == ai) return &key;
    return nullptr;
}

std::string_view numeric_ai(std::string_view segment) {
    auto numeric = removed_short_name(segment);
    return numeric ? *numeric : segment;
}

// Lengths and digits of a value; its characters and check digits are not verified.
bool has_right_length(AiRow const& row, std::string_view value) {
    if (value.empty() || value.size() < row.min_length() || value.size() > row.max_length()) return false;
    for (auto const& component : row.components) {
        std::string_view part = value.substr(0, component.max);
        if (component.set == 'N' && !std::all_of(part.begin(), part.end(), is_digit)) return false;
        if (part.size() < component.min && !(component.optional && part.empty())) return false;
        value.remove_prefix(part.size());
    }
    return true;
}

std::optional<std::string> decode(std::string_view segment) {
    std::string out;
    for (size_t i = 0; i < segment.size(); ++i) {
        auto byte = segment[i] == '%' ? from_hex(segment.substr(i + 1, 2)) : std::nullopt;
        if (segment[i] == '%' && (!byte || byte->size() != 1 || byte->front() == '\0')) return std::nullopt;
        if (uint8_t(segment[i]) <= 0x20 || segment[i] == 0x7F) return std::nullopt;  // no character of a URI
        out += byte ? byte->front() : segment[i];
        if (byte) i += 2;
    }
    return out;
}

std::optional<AiValue> read_key(std::string_view ai, std::string_view segment) {
    auto value = decode(segment);
    if (!value) return std::nullopt;
    size_t size = value->size();
    bool short_gtin = ai == "01" && (size == 8 || size == 12 || size == 13);
    bool four_digits = size >= 4 && std::all_of(value->begin(), value->begin() + 4, is_digit);
    if (short_gtin) value->insert(0, 14 - size, '0');
    if (!four_digits || !has_right_length(*find_ai(ai), *value)) return std::nullopt;
    return AiValue{std::string(ai), *std::move(value)};
}

std::vector<std::string_view> path_segments(std::string_view uri) {
    size_t colon = uri.find("://");
    if (colon == std::string_view::npos) return {};
    std::string_view scheme = uri.substr(0, colon);
    if (!equal_ignoring_ascii_case(scheme, "http") && !equal_ignoring_ascii_case(scheme, "https")) return {};
    uri = uri.substr(0, uri.find_first_of("?#"));
    size_t at = uri.find('/', colon + 3);
    if (at == std::string_view::npos) return {};
    std::string_view path = uri.substr(at + 1);
    if (!path.empty() && path.back() == '/') path.remove_suffix(1);
    std::vector<std::string_view> out;
    for (size_t from = 0; from <= path.size();) {
        size_t end = std::min(path.find('/', from), path.size());
        out.push_back(path.substr(from, end - from));
        from = end + 1;
    }
    return out;
}

// Key and all its qualifiers, as they stand in the path.
std::optional<std::vector<AiValue>> link_pairs(std::string_view uri) {
    auto segments = path_segments(uri);
    size_t start = segments.size();
    for (size_t i = segments.size(); i >= 2; i -= 2) {
        if (!find_event_key(numeric_ai(segments[i - 2]))) continue;
        start = i - 2;
        break;
    }
    if (start == segments.size()) return std::nullopt;
    std::string_view key_ai = numeric_ai(segments[start]);
    auto key = read_key(key_ai, segments[start + 1]);
    if (!key) return std::nullopt;
    std::vector<AiValue> out{*std::move(key)};
    KeyRow const& row = *find_key(key_ai);
    for (size_t i = start + 2; i < segments.size(); i += 2) {
        std::string_view ai = numeric_ai(segments[i]);
        auto has = [&](auto const& sequence) {
            return std::find(sequence.begin(), sequence.end(), ai) != sequence.end();
        };
        bool repeated = std::any_of(out.begin(), out.end(), [&](AiValue const& pair) { return pair.ai == ai; });
        if (repeated || std::none_of(row.alternatives.begin(), row.alternatives.end(), has)) return std::nullopt;
        auto value = decode(segments[i + 1]);
        if (!value || !has_right_length(*find_ai(ai), *value)) return std::nullopt;
        out.push_back({std::string(ai), *std::move(value)});
    }
    return out;
}

std::optional<std::vector<AiValue>> pairs_of(std::string_view uri) {
    if (auto pairs = epc_urn_pairs(uri)) return pairs;
    return link_pairs(uri);
}

AiValue const* find_pair(std::vector<AiValue> const& pairs, std::string_view ai) {
    for (auto const& pair : pairs)
        if (pair.ai == ai) return &pair;
    return nullptr;
}

void append(std::string& out, AiValue const& pair) { out += '/' + pair.ai + '/' + percent_encode(pair.value, kKept); }

}  // namespace

std::optional<std::string> epc_canonical(std::string_view uri) {
    auto pairs = pairs_of(uri);
    if (!pairs) return std::nullopt;
    std::string out(kHost);
    append(out, pairs->front());
    for (std::string_view ai : find_event_key(pairs->front().ai)->surviving) {
        AiValue const* qualifier = find_pair(*pairs, ai);
        if (!qualifier) continue;
        append(out, *qualifier);
        break;
    }
    return out;
}

std::optional<std::string> epc_lot_of(std::string_view uri) {
    auto pairs = pairs_of(uri);
    if (!pairs) return std::nullopt;
    AiValue const* lot = find_pair(*pairs, "10");
    bool has_finer = find_pair(*pairs, "21") || find_pair(*pairs, "235");
    if (!lot || !has_finer) return std::nullopt;
    std::string out(kHost);
    append(out, pairs->front());
    append(out, *lot);
    return out;
}

}  // namespace ingot::ident
