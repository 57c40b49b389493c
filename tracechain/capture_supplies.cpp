#include "tracechain/capture_supplies.hpp"

#include <algorithm>

#include "tracechain/capture_links.hpp"
#include "tracechain/flags.hpp"

namespace ingot::tracechain {

using storage::Flag;
using storage::LotKind;
using storage::RowKind;

namespace {

bool same_supply(AccountRow const& output, AccountRow const& add) {
    constexpr int64_t kDay = 24LL * 3600 * 1'000'000;
    if (output.site_mark != add.site_mark || std::abs(output.time_us - add.time_us) > kDay) return false;
    if (output.stated.empty() || add.stated.empty()) return output.stated.empty() && add.stated.empty();
    return output.stated.lines().front() == add.stated.lines().front();
}

// An output whose event also consumed the lot (a heel) makes a next state; nothing before it can have restated it.
bool is_heel(std::vector<AccountRow> const& rows, AccountRow const& output) {
    return std::any_of(rows.begin(), rows.end(),
                       [&](AccountRow const& row) { return is_taking(row) && row.seq == output.seq; });
}

// Something was taken after the commission and before the output: the lot came back, it was not named twice.
bool was_used_between(std::vector<AccountRow> const& rows, AccountRow const& add, AccountRow const& output) {
    return std::any_of(rows.begin(), rows.end(), [&](AccountRow const& row) {
        return is_taking(row) && is_live_now(row) && key_of(add) < key_of(row) && key_of(row) < key_of(output);
    });
}

AccountRow const* earliest(std::vector<AccountRow> const& rows, RowKind kind) {
    AccountRow const* first = nullptr;
    for (AccountRow const& row : rows)
        if (is_live_now(row) && row.kind == kind && (first == nullptr || key_of(row) < key_of(*first))) first = &row;
    return first;
}

}  // namespace

bool is_taking(AccountRow const& row) { return row.kind == RowKind::consume || row.kind == RowKind::dispose; }

bool is_supply_kind(AccountRow const& row) {
    return row.kind == RowKind::commission || row.kind == RowKind::implicit || row.kind == RowKind::output;
}

void mark_supplies(std::vector<AccountRow>& rows, LotKind kind) {
    AccountRow const* output = earliest(rows, RowKind::output);
    AccountRow const* add = earliest(rows, RowKind::commission);
    AccountRow const* implicit = earliest(rows, RowKind::implicit);
    AccountRow const* only = output != nullptr ? output : add;  // of an instance
    for (AccountRow& row : rows) {
        if (!is_supply_kind(row)) continue;
        if (!is_live_now(row)) {
            row.restated = false;
        } else if (row.kind == RowKind::implicit) {
            row.restated = output != nullptr || add != nullptr || &row != implicit;
        } else if (kind == LotKind::instance) {
            row.restated = &row != only;
        } else {
            row.restated =
                row.kind == RowKind::commission && std::any_of(rows.begin(), rows.end(), [&](AccountRow const& other) {
                    return other.kind == RowKind::output && is_live_now(other) && same_supply(other, row) &&
                           !is_heel(rows, other) && !was_used_between(rows, row, other);
                });
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
    for (AccountRow const& row : rows)
        if (row.kind == RowKind::output && is_live_now(row) && first->time_us < row.time_us && !is_heel(rows, row))
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
