// Account replay of spec/trace-semantics.md 3.1: what every consumption of a lot or campaign took, from which state,
// and what it lacked. Pure: rows in, rows with derived fields out. The capture uses it to keep the stored derived
// fields true, the walk to answer for an older as_of; both must get the same numbers.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "storage/graph_table.hpp"

namespace ingot::tracechain {

using storage::AccountRow;
using storage::AccountTail;
using storage::EventSeq;

struct AccountTerms {
    bool campaign = false;  // phases and tolerance of a campaign
    storage::Policy policy = storage::Policy::well_mixed;
    int64_t residence_us = 0, window_us = 0;
    double tolerance = 0.005;  // trace.tolerance.lot, .vessel; kept to 1e-9
    int64_t late_supply_window_us = 24LL * 3600 * 1'000'000;
};

// A row takes part when seq <= as_of and it is not void at as_of.
bool is_live(AccountRow const& row, EventSeq as_of);

// Does the row add to the content as a supply (commission, implicit, output; `found` when it adds)? Restated ones do
// not.
bool is_supply(AccountRow const& row);

// Sorts the live rows into replay order and fills their derived fields; rows that are not live are left out of the
// result. O(n log n). Sums in 128-bit integers, half to even where a rule divides.
//
// A survey that finds something where nothing was ever supplied is a supply of unknown origin, like `found`.
// `moved` is what a consumption took or a supply added, both positive, and the signed change of an adjust. A
// consumption of state 0 has moved = stated and bound_seq = 0. `bound` of a supply names the state before it. A basis
// is part of the content only while every supply since the account was last empty stated it: what is not known is
// absent, not zero. In the tail, `consumed` is what consumptions took, with shortfalls that an adjust repaid later;
// `difference` sums the rows' signed weighing differences: positive, more was taken than was booked; negative, a rest
// was written off by ingot:final.
struct Replayed {
    std::vector<AccountRow> rows;
    AccountTail tail;
};
Replayed replay(std::span<AccountRow const> rows, AccountTerms const& terms, EventSeq as_of = UINT64_MAX);

// True when `row` sorts after everything the tail has seen and cannot move an earlier row: append() is then allowed.
bool can_append(AccountTail const& tail, AccountRow const& row, AccountTerms const& terms, bool has_unbound_rows);

// Continues the replay with one row that sorts last; fills its derived fields. The same numbers as replay() of all rows
// (property test). Rows whose open shortfall an adjust repays need replay(), so can_append() refuses positive adjusts
// while there is debt, or while the account is empty (they take the composition of the last state).
void append(AccountTail& tail, AccountRow& row, AccountTerms const& terms);

// a * numerator / denominator, half to even, in 128 bits, held at the largest int64. denominator > 0.
int64_t scaled(int64_t a, int64_t numerator, int64_t denominator);

}  // namespace ingot::tracechain
