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
    double tolerance = 0.005;  // trace.tolerance.lot, .vessel
    int64_t late_supply_window_us = 24LL * 3600 * 1'000'000;
};

// A row takes part when seq <= as_of and it is not void at as_of.
bool is_live(AccountRow const& row, EventSeq as_of);

// Sorts the live rows into replay order and fills their derived fields; rows that are not live are left out of the
// result. O(n log n). Sums in 128-bit integers, half to even where a rule divides.
struct Replayed {
    std::vector<AccountRow> rows;
    AccountTail tail;
};
Replayed replay(std::span<AccountRow const> rows, AccountTerms const& terms, EventSeq as_of = UINT64_MAX);

// True when `row` sorts after everything the tail has seen and cannot move an earlier row: append() is then allowed.
bool can_append(AccountTail const& tail, AccountRow const& row, AccountTerms const& terms, bool has_unbound_rows);

// Continues the replay with one row that sorts last; fills its derived fields. The same numbers as replay() of all rows
// (property test). Rows whose open shortfall an adjust repays need replay(), so can_append() refuses positive adjusts
// while there is debt.
void append(AccountTail& tail, AccountRow& row, AccountTerms const& terms);

}  // namespace ingot::tracechain
