// The derived fields of link records: what each input really gave, as the replay of its lot found it.
#pragma once

#include "tracechain/capture_workspace.hpp"

namespace ingot::tracechain {

using storage::kDryMeasured;
using storage::kElementsMeasured;
using storage::kPrimaryMeasured;
using storage::kTakenEarly;

// The row was taken before any supply of its lot, which got one later: flag time-order.
bool taken_early(AccountRow const& row, AccountTail const& tail);

// What the row gave to its event: amounts by 1.3, shortfall, the supply it was bound to.
void resolve_input(storage::LinkInput& input, AccountRow const& row, AccountTail const& tail);
// The amounts of it: stated or by assay, else estimated from the account, else everything that was there.
storage::Amounts resolved(AccountRow const& row);

// Brings the input of the row's event in line with the row; notes the event in work.totals_due when the amounts
// changed.
Result<void> update_link(Workspace& work, LotRow const& lot, AccountRow const& row);

// The same for a draw: whether the vessel could give what was drawn.
Result<void> update_draw(Workspace& work, AccountRow const& row);

}  // namespace ingot::tracechain
