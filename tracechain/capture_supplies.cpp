#include "tracechain/capture_supplies.hpp"

#include <algorithm>

#include "tracechain/capture_links.hpp"
#include "tracechain/flags.hpp"

namespace ingot::tracechain {

using storage::Flag;
using storage::LotKind;
using storage::RowKind;

namespace {

// Events that took from the lot: their outputs into it (a heel) make a next state, nothing before can have restated
// those.
std::set<EventSeq> takers(std::vector<AccountRow> const& rows) {
    std::set<EventSeq> out;
    for (AccountRow const& row : rows)
        if (is_taking(row)) out.insert(row.seq);
    return out;
}

AccountRow const* earliest(std::vector<AccountRow> const& rows, RowKind kind) {
    AccountRow const* first = nullptr;
    for (AccountRow const& row : rows)
        if (is_live_now(row) && row.kind == kind && (first == nullptr || key_of(row) < key_of(*first))) first = &row;
    return first;
}

}  // namespace

bool same_supply(AccountRow const& a, AccountRow const& b) {
    if (a.site_mark != b.site_mark || std::abs(a.time_us - b.time_us) > kRestatedWithinUs) return false;
    if (a.stated.empty() || b.stated.empty()) return a.stated.empty() && b.stated.empty();
    return a.stated.lines().front() == b.stated.lines().front();
}

bool is_taking(AccountRow const& row) { return row.kind == RowKind::consume || row.kind == RowKind::dispose; }

bool is_supply_kind(AccountRow const& row) {
    return row.kind == RowKind::commission || row.kind == RowKind::implicit || row.kind == RowKind::output;
}

namespace {

// Outputs that a commission may restate: by site and amount, in order of time.
class Outputs {
  public:
    explicit Outputs(std::vector<AccountRow> const& rows) {
        auto const heels = takers(rows);
        for (AccountRow const& row : rows) {
            if (!is_live_now(row)) continue;
            if (row.kind == RowKind::output && !heels.contains(row.seq)) by_claim_[claim(row)].insert(key_of(row));
            if (is_taking(row)) taken_.insert(key_of(row));
        }
    }

    // An output within a day that says the same, with nothing taken between the commission and it: then the lot came
    // back, it was not named twice.
    bool restated_by(AccountRow const& add) const {
        auto same = by_claim_.find(claim(add));
        if (same == by_claim_.end()) return false;
        auto const taken = taken_.upper_bound(key_of(add));
        auto const output = same->second.lower_bound({add.time_us - kRestatedWithinUs, 0, 0});
        return output != same->second.end() && std::get<0>(*output) <= add.time_us + kRestatedWithinUs &&
               (taken == taken_.end() || *output < *taken);
    }

  private:
    using Claim = std::tuple<uint32_t, bool, storage::Basis, int64_t>;
    static Claim claim(AccountRow const& row) {
        if (row.stated.empty()) return {row.site_mark, false, {}, 0};
        auto const& line = row.stated.lines().front();
        return {row.site_mark, true, line.basis, line.amount};
    }

    std::map<Claim, std::set<RowKey>> by_claim_;
    std::set<RowKey> taken_;
};

}  // namespace

void mark_supplies(std::vector<AccountRow>& rows, LotKind kind) {
    AccountRow const* output = earliest(rows, RowKind::output);
    AccountRow const* add = earliest(rows, RowKind::commission);
    AccountRow const* implicit = earliest(rows, RowKind::implicit);
    AccountRow const* only = output != nullptr ? output : add;  // of an instance
    Outputs const outputs(rows);
    for (AccountRow& row : rows) {
        if (!is_supply_kind(row)) continue;
        if (!is_live_now(row)) {
            row.restated = false;
        } else if (row.kind == RowKind::implicit) {
            row.restated = output != nullptr || add != nullptr || &row != implicit;
        } else if (kind == LotKind::instance) {
            row.restated = &row != only;
        } else {
            row.restated = row.kind == RowKind::commission && outputs.restated_by(row);
        }
    }
}

EventSeq reorder_of(std::vector<AccountRow> const& rows) {
    EventSeq reorder = 0, least_after = UINT64_MAX, newest_supply = 0;
    bool restated = false;
    for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
        if (row->seq > least_after) reorder = std::max(reorder, row->seq);
        least_after = std::min(least_after, row->seq);
        reorder = std::max(reorder, row->void_seq);
        restated |= row->restated;
        if (is_supply_kind(*row)) newest_supply = std::max(newest_supply, row->seq);
    }
    return restated ? std::max(reorder, newest_supply) : reorder;
}

std::set<RowKey> reused_outputs(std::vector<AccountRow> const& rows, LotKind kind) {
    std::set<RowKey> reused;
    if (kind != LotKind::batch) return reused;
    AccountRow const* first = earliest(rows, RowKind::output);
    if (first == nullptr) return reused;
    auto const heels = takers(rows);
    for (AccountRow const& row : rows)
        if (row.kind == RowKind::output && is_live_now(row) && first->time_us < row.time_us && !heels.contains(row.seq))
            reused.insert(key_of(row));
    return reused;
}

uint32_t const kDerivedFlags = bit(Flag::overdraw) | bit(Flag::restated_supply) | bit(Flag::implicit_supply) |
                               bit(Flag::time_order) | bit(Flag::already_consumed) | bit(Flag::already_exists) |
                               bit(Flag::lot_reused);

uint32_t derived_flags(std::vector<AccountRow> const& rows, LotRow const& lot) {
    uint32_t flags = lot.tail.debt > 0 ? bit(Flag::overdraw) : 0;
    int takings = 0, outputs = 0, adds = 0;
    for (AccountRow const& row : rows) {
        if (!is_live_now(row)) continue;
        if (row.restated && row.kind == RowKind::commission) flags |= bit(Flag::restated_supply);
        if (!row.restated && row.kind == RowKind::implicit) flags |= bit(Flag::implicit_supply);
        if (is_taking(row) && taken_early(row, lot.tail)) flags |= bit(Flag::time_order);
        takings += is_taking(row);
        outputs += row.kind == RowKind::output;
        adds += row.kind == RowKind::commission;
    }
    if (lot.kind == LotKind::instance && takings > 1) flags |= bit(Flag::already_consumed);
    if (lot.kind == LotKind::instance && (outputs > 1 || adds > 1)) flags |= bit(Flag::already_exists);
    if (!reused_outputs(rows, lot.kind).empty()) flags |= bit(Flag::lot_reused);
    return flags;
}

}  // namespace ingot::tracechain
