#include "tracechain/basis.hpp"

#include <algorithm>
#include <array>

namespace ingot::tracechain {

using storage::Amounts;
using storage::Basis;
using storage::BasisKind;

namespace {

constexpr std::array<std::string_view, 10> kNames{"",       "gross_mass", "dry_mass", "element", "economic",
                                                  "custom", "count",      "volume",   "length",  "area"};
constexpr std::string_view kElement = "element:";

}  // namespace

std::string basis_name(Basis const& basis) {
    std::string out(kNames[static_cast<size_t>(basis.kind)]);
    if (basis.kind == BasisKind::element) out += ":" + basis.element;
    return out;
}

std::optional<Basis> parse_basis(std::string_view text) {
    if (text.starts_with(kElement)) {
        auto const element = text.substr(kElement.size());
        if (!is_element_name(element)) return std::nullopt;
        return Basis{BasisKind::element, std::string(element)};
    }
    for (size_t kind = 1; kind < kNames.size(); ++kind)
        if (text == kNames[kind] && text != "element") return Basis{static_cast<BasisKind>(kind), {}};
    return std::nullopt;
}

Basis primary_of(Amounts const& amounts) {
    for (BasisKind kind : {BasisKind::gross_mass, BasisKind::count, BasisKind::volume, BasisKind::length,
                           BasisKind::area, BasisKind::dry_mass}) {
        if (amounts.get({kind, {}})) return {kind, {}};
    }
    return amounts.empty() ? Basis{} : amounts.lines().front().basis;
}

bool all_zero(storage::Amounts const& amounts) {
    return std::all_of(amounts.lines().begin(), amounts.lines().end(), [](auto const& line) { return !line.amount; });
}

bool is_element_name(std::string_view text) {
    if (text.empty() || text.size() > 32 || text[0] < 'A' || text[0] > 'Z') return false;
    return std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '(' || c == ')';
    });
}

}  // namespace ingot::tracechain
