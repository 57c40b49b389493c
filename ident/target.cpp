#include "ident/target.hpp"

#include <algorithm>
#include <array>

#include "base/encoding.hpp"
#include "ident/digits.hpp"

namespace ingot::ident {
namespace {

constexpr std::array<std::string_view, 11> kFixed = {"v1",      "epcis", "api", "identity", "identityv2", "snms",
                                                     "console", "docs",  "pki", "healthz",  "readyz"};

bool is_fixed(std::string_view part, std::span<std::string const> more_fixed) {
    return part == "metrics" || std::find(kFixed.begin(), kFixed.end(), part) != kFixed.end() ||
           std::find(more_fixed.begin(), more_fixed.end(), part) != more_fixed.end();
}

// 1*DIGIT *("." 1*DIGIT) whose first arc is 0, 1 or 2. Finer OID rules are the reader's.
bool looks_like_oid(std::string_view part) {
    if (part.size() < 3 || part[0] < '0' || part[0] > '2' || part[1] != '.') return false;
    return std::all_of(part.begin(), part.end(), [](char c) { return is_digit(c) || c == '.'; });
}

bool holds_escaped_slash(std::string_view part) {
    for (size_t at = part.find('%'); at != std::string_view::npos; at = part.find('%', at + 1))
        if (part.substr(at + 1, 2) == "2F" || part.substr(at + 1, 2) == "2f") return true;
    return false;
}

Result<std::string> decode(std::string_view raw) {
    auto text = percent_decode(raw);
    if (text) return *std::move(text);
    return fail(Code::BadEncoding, "an escape is malformed, stands for NUL, or the bytes are not UTF-8",
                "百分号编码有误、包含 NUL，或解码后不是有效的 UTF-8");
}

}  // namespace

Result<std::string> decode_identifier_path(std::string_view raw_tail) { return decode(raw_tail); }
Result<std::string> decode_identifier_query(std::string_view raw_value) { return decode(raw_value); }

Result<std::string> decode_snms_handle(std::string_view raw_value) {
    auto once = decode(raw_value);
    if (!once || once->find('/') != std::string::npos || !holds_escaped_slash(*once)) return once;
    return decode(*once);
}

TargetKind classify_target(std::string_view raw_target, std::span<std::string const> more_fixed) {
    std::string_view path = raw_target.substr(0, raw_target.find('?'));
    if (path.empty() || path[0] != '/') return TargetKind::Other;
    if (path == "/openapi.json") return TargetKind::FixedRoute;
    path.remove_prefix(1);
    size_t slash = path.find('/');
    std::string_view part = path.substr(0, slash);
    if (part.empty()) return TargetKind::Other;
    if (is_fixed(part, more_fixed)) return TargetKind::FixedRoute;
    if (part == ".well-known") return TargetKind::WellKnown;
    if (part.substr(0, 4) == "did:") return TargetKind::Did;
    if (std::all_of(part.begin(), part.end(), is_digit)) return TargetKind::Gs1;
    size_t dot = part.find('.');
    if (dot == std::string_view::npos || dot == 0) return TargetKind::Other;
    if (slash != std::string_view::npos || holds_escaped_slash(part)) return TargetKind::Identifier;
    return looks_like_oid(part) ? TargetKind::Oid : TargetKind::PrefixRecord;
}

std::string emit_path(Identifier const& identifier) { return "/" + percent_encode(identifier.display(), "/"); }

}  // namespace ingot::ident
