// Keeps the derived fields of accounts true while events come in, late ones and voided ones included: rows of lots and
// campaigns, the links whose inputs they decide, and what each site holds (spec/trace-semantics.md 3.1, 5.5).
#pragma once

#include <vector>

#include "tracechain/capture_workspace.hpp"

namespace ingot::tracechain {

// Adds a stated row and derives whatever it changes. The link of its event must exist in the workspace. A row that
// sorts last costs O(1); any other replays the account.
Result<void> add_row(Workspace& work, LotWork& lot, AccountRow row);
Result<void> add_row(Workspace& work, CampaignWork& campaign, AccountRow row);

// Marks the rows of an event void and replays. An account without such a row is left alone.
Result<void> void_rows(Workspace& work, LotWork& lot, EventSeq seq, EventSeq declaration);
Result<void> void_rows(Workspace& work, CampaignWork& campaign, EventSeq seq, EventSeq declaration);

// Brings totals of events (the M of 3.2) in line after their inputs changed: in the rows of every input lot, and in
// the charge row of the vessel they went into. Call after the rows of an event are added.
Result<void> settle_totals(Workspace& work);

// Which supplies only restate another one or stand in for one (2.2): of an instance one output or, failing that, one
// commission counts; of a batch a commission that repeats an output of the same site and amount within 24 h does not;
// a receiving counts only while nothing else supplies the lot. A pure function of the live rows.
void mark_supplies(std::vector<AccountRow>& rows, storage::LotKind kind);

// Largest seq that came later than some row it stands before: from there on stored derived fields may be trusted.
EventSeq reorder_of(std::vector<AccountRow> const& rows_in_replay_order);

// Sum per basis; a basis that some summand lacks is left out. 128-bit inside, held at the largest int64.
storage::Amounts common_sum(std::vector<storage::Amounts const*> const& summands);

// The M of 3.2: Σ over the inputs that are not aux.
storage::Amounts input_total(LinkRow const& link);

AccountTerms terms_of(TraceSettings const& settings);
AccountTerms terms_of(TraceSettings const& settings, CampaignRow const& campaign);

}  // namespace ingot::tracechain
