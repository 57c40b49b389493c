// The basis ladder of spec/trace-semantics.md 3.6: on which basis the members of one side of an event, or the two parts
// of a state, are compared.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "storage/graph_table.hpp"
#include "tracechain/basis.hpp"

namespace ingot::tracechain {

using Ladder = std::vector<storage::Basis>;

// Requested basis, dry_mass, gross_mass, count, volume, length, area; each once.
Ladder ladder_of(storage::Basis const& requested);

// Parts of a whole, on the first basis of the ladder that every member has; equal parts if there is none. The sum is
// exact and divided once for each part. `zero`: every amount is known and they sum to 0.
struct Parts {
    std::vector<double> share;
    double total = 0;        // base units of `basis`; number of members for equal parts
    std::string basis;       // name, "equal_parts"
    bool requested = false;  // `basis` is the first of the ladder
    bool zero = false;
    storage::Basis used{};
    bool equal = false;
};
Parts parts_of(std::span<storage::Amounts const* const> members, Ladder const& ladder);

// Inputs of an event: aux inputs weigh 0 (but on element:X when they state X).
Parts parts_of(std::span<storage::LinkInput const> inputs, Ladder const& ladder);

// Were the amounts of all inputs but aux ones stated or assayed (rules 1 and 2 of 1.3) on this basis? What the record
// does not mark as measured is taken as estimated.
bool measured_on(std::span<storage::LinkInput const> inputs, storage::Basis const& basis);

// Name of the first basis of the ladder on which the amounts are known; "equal_parts" if there is none.
std::string used_basis(storage::Amounts const& amounts, Ladder const& ladder);

// Share of `part` in `part` + `rest`; nothing known of `rest` (no lines, or all zero) means 1. Negative: zero basis.
struct TwoParts {
    double part = 1, rest = 0;
    bool requested = true, zero = false;
};
TwoParts split(storage::Amounts const& part, storage::Amounts const& rest, Ladder const& ladder);

// taken / whole on the first basis of the ladder that both have; 1 when none is known and 0 when whole is 0.
double fraction(storage::Amounts const& taken, storage::Amounts const& whole, Ladder const& ladder);

}  // namespace ingot::tracechain
