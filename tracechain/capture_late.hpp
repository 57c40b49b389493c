// Deriving only what stands after a late or voided row, so that it costs the rows after it and not the whole account
// (docs/decisions/0009). The same numbers as a replay of all rows (property test); where that cannot be promised, the
// answer is "no" and the caller replays everything.
#pragma once

#include <functional>

#include "tracechain/capture_workspace.hpp"

namespace ingot::tracechain {

// Changes rows of an account: adds one, marks some void, restates one.
using Edit = std::function<void(std::vector<AccountRow>&)>;

struct Late {
    enum class Verdict : uint8_t { done, cannot, too_many } verdict = Verdict::cannot;
    AccountTail tail;                // done: where the account stands now
    std::vector<AccountRow> before;  // rows from the key on, as they were
    std::vector<AccountRow> rows;    // and as they are, live and void, in order of key
};

// Derives the rows from `from` on, with the edit done. too_many: more than `rows_max` stand there.
Result<Late> derive_from(Workspace& work, LotWork const& lot, AccountTerms const& terms, RowKey const& from,
                         Edit const& edit, size_t rows_max);
Result<Late> derive_from(Workspace& work, CampaignWork const& campaign, AccountTerms const& terms, RowKey const& from,
                         Edit const& edit, size_t rows_max);

// Every row of an account with fresh derived fields, in replay order; rows that are not live keep none.
std::vector<AccountRow> derive_rows(std::vector<AccountRow> const& rows, AccountTerms const& terms, AccountTail& tail);

// Notes in the workspace that a consumption or draw lacks more than `before`.
void note_shortage(Workspace& work, std::string const& account, AccountRow const& row, AccountTail const& tail,
                   int64_t before);

}  // namespace ingot::tracechain
