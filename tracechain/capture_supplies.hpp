// What follows from the rows of a lot beside its amounts: which supplies count, flags, and from where on derived fields
// may be trusted. Pure functions of the rows.
#pragma once

#include <set>
#include <vector>

#include "tracechain/capture_workspace.hpp"

namespace ingot::tracechain {

bool is_taking(AccountRow const& row);
bool is_supply_kind(AccountRow const& row);
inline bool is_live_now(AccountRow const& row) { return row.void_seq == 0; }

// Do an output and a commission of a batch, no more than a day apart, say the same: site and amount?
inline constexpr int64_t kRestatedWithinUs = 24LL * 3600 * 1'000'000;
bool same_supply(AccountRow const& a, AccountRow const& b);

// Which supplies only restate another one or stand in for one (2.2): of an instance one output or, failing that, one
// commission counts; of a batch a commission that repeats an output of the same site and amount within 24 h does not;
// a receiving counts only while nothing else supplies the lot.
void mark_supplies(std::vector<AccountRow>& rows, storage::LotKind kind);

// Largest seq that came later than some row it stands before: from there on stored derived fields may be trusted.
EventSeq reorder_of(std::vector<AccountRow> const& rows_in_replay_order);

// Outputs into a batch that an earlier output had supplied already: flag lot-reused (3.10). A heel is none.
std::set<RowKey> reused_outputs(std::vector<AccountRow> const& rows, storage::LotKind kind);

// The flags of the lot that follow from its rows and its tail; kDerivedFlags are all of them.
uint32_t derived_flags(std::vector<AccountRow> const& rows, LotRow const& lot);
extern uint32_t const kDerivedFlags;

}  // namespace ingot::tracechain
