// Keeps the derived fields of accounts true while events come in, late ones and voided ones included: rows of lots and
// campaigns, the links whose inputs they decide, and what each site holds (spec/trace-semantics.md 3.1, 5.5).
#pragma once

#include <vector>

#include "tracechain/capture_workspace.hpp"

namespace ingot::tracechain {

// Adds a stated row and derives whatever it changes. The link of its event must exist in the workspace. A row that
// sorts last costs O(1), a late one the rows after it, or the whole account where shortfalls, layers or supplies are
// concerned; CaptureLimit when that is more than Workspace::rows_left.
Result<void> add_row(Workspace& work, LotWork& lot, AccountRow row);
Result<void> add_row(Workspace& work, CampaignWork& campaign, AccountRow row);

// Gives a campaign without rows these, all at once.
Result<void> replace_rows(Workspace& work, CampaignWork& campaign, std::vector<AccountRow> rows);

// Marks the rows of an event void and derives what that changes. An account without such a row is left alone.
Result<void> void_rows(Workspace& work, LotWork& lot, LinkRow const& link, EventSeq declaration);
Result<void> void_rows(Workspace& work, CampaignWork& campaign, LinkRow const& link, EventSeq declaration);

// Brings totals of events (the M of 3.2) in line after their inputs changed: in the rows of every input lot, and in
// the charge row of the vessel they went into. Call after the rows of an event are added.
Result<void> settle_totals(Workspace& work);

// Sum per basis; a basis that some summand lacks is left out. 128-bit inside, held at the largest int64.
storage::Amounts common_sum(std::vector<storage::Amounts const*> const& summands);

// The M of 3.2: Σ over the inputs that are not aux.
storage::Amounts input_total(LinkRow const& link);
// Σ over the outputs, losses included.
storage::Amounts output_total(LinkRow const& link);

// Sums are held at the ends of int64 and refused beyond 4e18 base units, before anything is written: AmountRange.
void add_to(storage::Amounts& sum, storage::Amounts const& part, int sign);
Result<void> check_range(std::string const& account, storage::Amounts const& sum);
Result<void> check_range(std::string const& account, AccountTail const& tail, std::span<AccountRow const> rows);
Result<void> check_range(LotRow const& lot);  // what each party holds

AccountTerms terms_of(TraceSettings const& settings);
AccountTerms terms_of(TraceSettings const& settings, CampaignRow const& campaign);

}  // namespace ingot::tracechain
