#include "tracechain/capture_account.hpp"

#include <algorithm>
#include <limits>

#include "tracechain/capture_links.hpp"
#include "tracechain/custody.hpp"
#include "tracechain/flags.hpp"

namespace ingot::tracechain {

using storage::Amounts;
using storage::Flag;
using storage::LotKind;
using storage::RowKind;

namespace {

__extension__ typedef __int128 Int128;

bool is_taking(AccountRow const& row) { return row.kind == RowKind::consume || row.kind == RowKind::dispose; }
bool is_live_now(AccountRow const& row) { return row.void_seq == 0; }

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

// What each live row changed in the content, on the primary basis.
std::map<RowKey, int64_t> effects(std::vector<AccountRow> const& rows, AccountTail const& tail) {
    std::map<RowKey, int64_t> changes;
    AccountRow const* before = nullptr;
    for (AccountRow const& row : rows) {
        if (!is_live_now(row)) continue;
        if (before != nullptr)
            changes[key_of(*before)] = row.before.value(tail.primary) - before->before.value(tail.primary);
        before = &row;
    }
    if (before != nullptr)
        changes[key_of(*before)] = tail.content.value(tail.primary) - before->before.value(tail.primary);
    return changes;
}

// The account's rows with fresh derived fields, in replay order; rows that are not live keep none.
std::vector<AccountRow> derive(std::vector<AccountRow> const& rows, AccountTerms const& terms, AccountTail& tail) {
    Replayed replayed = replay(rows, terms);
    tail = std::move(replayed.tail);
    std::vector<AccountRow> out = std::move(replayed.rows);
    for (AccountRow const& row : rows) {
        if (is_live_now(row)) continue;
        AccountRow& dead = out.emplace_back(row);
        dead.sort_time_us = row.time_us;
        dead.sort_seq = row.seq;
        dead.before = dead.moved = {};
        dead.shortfall = dead.difference = dead.bound_time_us = 0;
        dead.bound_seq = 0;
        dead.layers.clear();
    }
    std::sort(out.begin(), out.end(),
              [&](AccountRow const& a, AccountRow const& b) { return storage::in_replay_order(a, b, terms.campaign); });
    return out;
}

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
    return flags;
}

constexpr uint32_t kDerivedFlags = bit(Flag::overdraw) | bit(Flag::restated_supply) | bit(Flag::implicit_supply) |
                                   bit(Flag::time_order) | bit(Flag::already_consumed) | bit(Flag::already_exists);

Result<void> book_change(Workspace& work, LotWork& lot, AccountRow const& row, int64_t change) {
    if (change == 0) return {};
    if (row.kind == RowKind::implicit) {  // from whoever held it outside
        book(lot.row, "", change);
        return {};
    }
    auto link = work.link(row.seq);
    if (!link) return tl::unexpected(link.error());
    book(lot.row, (*link)->site, change);
    if (row.kind == RowKind::dispose) book_disposed(lot.row, (*link)->site, -change);
    return {};
}

// Books the difference between what the rows did before and do now.
Result<void> book_changes(Workspace& work, LotWork& lot, std::vector<AccountRow> const& rows,
                          std::map<RowKey, int64_t> const& before) {
    std::map<RowKey, int64_t> const now = effects(rows, lot.row.tail);
    auto change_of = [](std::map<RowKey, int64_t> const& all, RowKey const& key) {
        auto found = all.find(key);
        return found == all.end() ? 0 : found->second;
    };
    for (AccountRow const& row : rows) {
        int64_t const change = change_of(now, key_of(row)) - change_of(before, key_of(row));
        if (auto booked = book_change(work, lot, row, change); !booked) return booked;
    }
    return {};
}

void note_shortage(Workspace& work, std::string const& id, AccountRow const& row, AccountTail const& tail,
                   int64_t before) {
    if (!is_taking(row) || row.shortfall <= before) return;
    int64_t const available = row.moved.value(tail.primary);
    work.shortages.push_back({id, row.seq, available, row.stated.get(tail.primary).value_or(available + row.shortfall),
                              tail.primary.kind == storage::BasisKind::gross_mass});
}

void spill(LotWork& lot, std::vector<AccountRow> rows) {
    lot.row.spilled_rows = static_cast<uint32_t>(rows.size());
    lot.row.rows.clear();
    for (AccountRow& row : rows) {
        RowKey const key = key_of(row);
        lot.changed.insert_or_assign(key, std::move(row));
    }
}

void store_appended(LotWork& lot, AccountRow row) {
    LotRow& record = lot.row;
    if (record.spilled_rows > 0) {
        record.spilled_rows += 1;
        RowKey const key = key_of(row);
        lot.changed.insert_or_assign(key, std::move(row));
        return;
    }
    record.rows.push_back(std::move(row));
    if (record.rows.size() > storage::kInlineRows) spill(lot, std::exchange(record.rows, {}));
}

// Writes back what the replay changed: rows, flags, links, holdings.
Result<void> store_derived(Workspace& work, LotWork& lot, std::vector<AccountRow> rows,
                           std::map<RowKey, AccountRow> const& before,
                           std::map<RowKey, int64_t> const& effects_before) {
    LotRow& record = lot.row;
    record.flags = (record.flags & ~kDerivedFlags) | derived_flags(rows, record);
    record.reorder_seq = reorder_of(rows);
    if (auto booked = book_changes(work, lot, rows, effects_before); !booked) return booked;
    for (AccountRow const& row : rows) {
        auto old = before.find(key_of(row));
        if (old != before.end() && old->second == row) continue;
        note_shortage(work, record.id, row, record.tail, old == before.end() ? 0 : old->second.shortfall);
        if (record.spilled_rows > 0) lot.changed.insert_or_assign(key_of(row), row);
        if (!is_taking(row)) continue;
        if (auto updated = update_link(work, record, row); !updated) return updated;
    }
    if (record.spilled_rows > 0) {
        record.spilled_rows = static_cast<uint32_t>(rows.size());
    } else if (rows.size() > storage::kInlineRows) {
        spill(lot, std::move(rows));
    } else {
        record.rows = std::move(rows);
    }
    return {};
}

std::map<RowKey, AccountRow> by_key(std::vector<AccountRow> const& rows) {
    std::map<RowKey, AccountRow> map;
    for (AccountRow const& row : rows) map.emplace(key_of(row), row);
    return map;
}

bool is_supply_kind(AccountRow const& row) {
    return row.kind == RowKind::commission || row.kind == RowKind::implicit || row.kind == RowKind::output;
}

// True when the new row cannot change which supplies count.
bool supplies_stay(LotRow const& lot, AccountRow const& row) {
    if (!is_supply_kind(row)) return true;
    if (lot.kind == LotKind::instance) return !lot.has_adds && !lot.has_outputs && !lot.has_implicit;
    if (row.kind == RowKind::output) return !lot.has_adds && !lot.has_implicit;
    if (row.kind == RowKind::commission) return !lot.has_outputs && !lot.has_implicit;
    return !lot.has_adds && !lot.has_outputs && !lot.has_implicit;
}

void remember_supply(LotRow& lot, AccountRow const& row) {
    lot.has_adds |= row.kind == RowKind::commission;
    lot.has_outputs |= row.kind == RowKind::output;
    lot.has_implicit |= row.kind == RowKind::implicit;
}

Result<void> append_row(Workspace& work, LotWork& lot, AccountRow row, AccountTerms const& terms) {
    LotRow& record = lot.row;
    int64_t const before = record.tail.content.value(record.tail.primary);
    append(record.tail, row, terms);
    int64_t const now = record.tail.content.value(record.tail.primary);
    if (auto booked = book_change(work, lot, row, now - before); !booked) return booked;
    note_shortage(work, record.id, row, record.tail, 0);
    if (row.seq < record.newest_seq) record.reorder_seq = std::max(record.reorder_seq, record.newest_seq);
    record.newest_seq = std::max(record.newest_seq, row.seq);
    if (is_taking(row))
        if (auto updated = update_link(work, record, row); !updated) return updated;
    store_appended(lot, std::move(row));
    uint32_t const overdraw = record.tail.debt > 0 ? bit(Flag::overdraw) : 0;
    if (record.spilled_rows > 0) {
        record.flags = (record.flags & ~bit(Flag::overdraw)) | overdraw;
    } else {
        record.flags = (record.flags & ~kDerivedFlags) | derived_flags(record.rows, record);
    }
    return {};
}

}  // namespace

AccountTerms terms_of(TraceSettings const& settings) {
    AccountTerms terms;
    terms.tolerance = settings.tolerance_lot;
    terms.late_supply_window_us = settings.late_supply_window_us;
    return terms;
}

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

Result<void> add_row(Workspace& work, LotWork& lot, AccountRow row) {
    LotRow& record = lot.row;
    AccountTerms const terms = terms_of(work.settings());
    bool const has_rows = !record.rows.empty() || record.spilled_rows > 0;
    bool const unbound = record.tail.states == 0 && has_rows;
    bool const appends =
        row.void_seq == 0 && supplies_stay(record, row) && can_append(record.tail, row, terms, unbound);
    remember_supply(record, row);
    if (appends) return append_row(work, lot, std::move(row), terms);

    auto rows = work.rows_of(lot);
    if (!rows) return tl::unexpected(rows.error());
    auto const before = by_key(*rows);
    auto const effects_before = effects(*rows, record.tail);
    record.newest_seq = std::max(record.newest_seq, row.seq);
    rows->push_back(std::move(row));
    mark_supplies(*rows, record.kind);
    std::vector<AccountRow> derived = derive(*rows, terms, record.tail);
    return store_derived(work, lot, std::move(derived), before, effects_before);
}

Result<void> void_rows(Workspace& work, LotWork& lot, EventSeq seq, EventSeq declaration) {
    auto rows = work.rows_of(lot);
    if (!rows) return tl::unexpected(rows.error());
    auto const before = by_key(*rows);
    auto const effects_before = effects(*rows, lot.row.tail);
    bool any = false;
    for (AccountRow& row : *rows)
        if (row.seq == seq && row.void_seq == 0) {
            row.void_seq = declaration;
            any = true;
        }
    if (!any) return {};
    mark_supplies(*rows, lot.row.kind);
    std::vector<AccountRow> derived = derive(*rows, terms_of(work.settings()), lot.row.tail);
    return store_derived(work, lot, std::move(derived), before, effects_before);
}

}  // namespace ingot::tracechain
