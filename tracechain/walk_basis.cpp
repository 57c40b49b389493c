#include "tracechain/walk_basis.hpp"

#include <algorithm>
#include <array>

namespace ingot::tracechain {

using storage::Amounts;
using storage::Basis;
using storage::BasisKind;

namespace {

__extension__ typedef __int128 Int128;

Parts equal_parts(size_t members) {
    Parts out;
    out.equal = true;
    out.basis = "equal_parts";
    out.total = static_cast<double>(members);
    out.share.assign(members, members == 0 ? 0 : 1 / out.total);
    return out;
}

}  // namespace

Ladder ladder_of(Basis const& requested) {
    Ladder out{requested};
    for (BasisKind kind : {BasisKind::dry_mass, BasisKind::gross_mass, BasisKind::count, BasisKind::volume,
                           BasisKind::length, BasisKind::area}) {
        if (requested.kind != kind) out.push_back({kind, {}});
    }
    return out;
}

Parts parts_of(std::span<Amounts const* const> members, Ladder const& ladder) {
    for (Basis const& basis : ladder) {
        Int128 sum = 0;
        bool all = !members.empty();
        for (Amounts const* member : members) {
            auto amount = member->get(basis);
            all = amount.has_value();
            if (!all) break;
            sum += *amount;
        }
        if (!all) continue;
        Parts out;
        out.used = basis;
        out.basis = basis_name(basis);
        out.requested = basis == ladder.front();
        out.total = static_cast<double>(sum);
        out.zero = sum == 0;
        out.share.reserve(members.size());
        for (Amounts const* member : members) {
            out.share.push_back(out.zero ? 0 : static_cast<double>(member->value(basis)) / out.total);
        }
        return out;
    }
    return equal_parts(members.size());
}

Parts parts_of(std::span<storage::LinkInput const> inputs, Ladder const& ladder) {
    std::vector<Amounts const*> members;
    std::vector<size_t> places;
    bool element = ladder.front().kind == BasisKind::element;
    for (size_t i = 0; i < inputs.size(); ++i) {
        if (inputs[i].role == storage::InputRole::aux && !(element && inputs[i].amounts.get(ladder.front()))) continue;
        members.push_back(&inputs[i].amounts);
        places.push_back(i);
    }
    Parts parts = parts_of(members, ladder);
    if (members.size() == inputs.size()) return parts;
    std::vector<double> share(inputs.size(), 0);
    for (size_t i = 0; i < places.size(); ++i) share[places[i]] = parts.share[i];
    parts.share = std::move(share);
    return parts;
}

bool measured_on(std::span<storage::LinkInput const> inputs, Basis const& basis) {
    return std::all_of(inputs.begin(), inputs.end(), [&](storage::LinkInput const& input) {
        if (input.role == storage::InputRole::aux) return true;
        if (basis == primary_of(input.amounts)) return (input.measured & storage::kPrimaryMeasured) != 0;
        if (basis.kind == BasisKind::dry_mass) return (input.measured & storage::kDryMeasured) != 0;
        return basis.kind == BasisKind::element && (input.measured & storage::kElementsMeasured) != 0;
    });
}

std::string used_basis(Amounts const& amounts, Ladder const& ladder) {
    auto found = std::find_if(ladder.begin(), ladder.end(), [&](Basis const& basis) { return amounts.get(basis); });
    return found == ladder.end() ? "equal_parts" : basis_name(*found);
}

TwoParts split(Amounts const& part, Amounts const& rest, Ladder const& ladder) {
    if (all_zero(rest)) return {};
    std::array<Amounts const*, 2> members{&part, &rest};
    Parts parts = parts_of(members, ladder);
    return {parts.share[0], parts.share[1], parts.requested, parts.zero};
}

double fraction(Amounts const& taken, Amounts const& whole, Ladder const& ladder) {
    for (Basis const& basis : ladder) {
        auto part = taken.get(basis);
        auto all = whole.get(basis);
        if (!part || !all) continue;
        return *all == 0 ? 0 : static_cast<double>(*part) / static_cast<double>(*all);
    }
    return 1;
}

}  // namespace ingot::tracechain
