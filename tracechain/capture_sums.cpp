// Sums of amounts, and how far they may go (spec/trace-semantics.md 1.2).
#include <algorithm>
#include <limits>

#include "base/encoding.hpp"
#include "tracechain/amount.hpp"
#include "tracechain/capture_account.hpp"

namespace ingot::tracechain {

using storage::Amounts;

namespace {

__extension__ typedef __int128 Int128;

}  // namespace

Amounts common_sum(std::vector<Amounts const*> const& summands) {
    Amounts sum;
    if (summands.empty()) return sum;
    for (auto const& line : summands.front()->lines()) {
        Int128 total = 0;
        bool everywhere = true;
        for (Amounts const* each : summands) {
            auto const amount = each->get(line.basis);
            everywhere &= amount.has_value();
            total += amount.value_or(0);
        }
        constexpr int64_t kLargest = std::numeric_limits<int64_t>::max();
        if (everywhere) sum.append_sorted(line.basis, total > kLargest ? kLargest : static_cast<int64_t>(total));
    }
    return sum;
}

namespace {

bool in_range(int64_t amount) { return -kAmountMax <= amount && amount <= kAmountMax; }
bool in_range(Amounts const& amounts) {
    return std::all_of(amounts.lines().begin(), amounts.lines().end(),
                       [](Amounts::Line const& line) { return in_range(line.amount); });
}

tl::unexpected<Error> beyond_range(std::string const& account) {
    Error error{Code::AmountRange,
                "with this event a sum of " + excerpt(account) + " would be more than 4e18 base units (4e9 t)",
                excerpt(account) + " 的累计数量将超过 4e18 个基本单位（40 亿吨）"};
    error.with("lot", account);
    return fail(std::move(error));
}

}  // namespace

void add_to(Amounts& sum, Amounts const& part, int sign) {
    for (auto const& line : part.lines()) {
        int64_t const before = sum.value(line.basis);
        sum.set(line.basis, sign > 0 ? held_sum(before, line.amount) : held_difference(before, line.amount));
    }
}

Result<void> check_range(std::string const& account, Amounts const& sum) {
    if (in_range(sum)) return {};
    return beyond_range(account);
}

Result<void> check_range(std::string const& account, AccountTail const& tail, std::span<AccountRow const> rows) {
    bool fine = in_range(tail.content);
    for (int64_t sum : {tail.supplied, tail.consumed, tail.debt, tail.adjusted_out, tail.difference, tail.disposed})
        fine &= in_range(sum);
    for (AccountRow const& row : rows) fine &= in_range(row.before);
    if (fine) return {};
    return beyond_range(account);
}

Result<void> check_range(LotRow const& lot) {
    bool fine = true;
    for (storage::HoldingRow const& holding : lot.holdings) {
        fine &= in_range(holding.booked) && in_range(holding.disposed);
        for (auto const* sums : {&holding.custody, &holding.ownership})
            for (storage::TransferSum const& sum : *sums) fine &= in_range(sum.shipped) && in_range(sum.received);
    }
    if (fine) return {};
    return beyond_range(lot.id);
}

}  // namespace ingot::tracechain
