#include "tracechain/capture_account.hpp"

#include <algorithm>
#include <iterator>

#include "tracechain/amount.hpp"
#include "tracechain/capture_late.hpp"
#include "tracechain/capture_links.hpp"
#include "tracechain/capture_supplies.hpp"
#include "tracechain/custody.hpp"
#include "tracechain/flags.hpp"

namespace ingot::tracechain {

using storage::Amounts;
using storage::Flag;
using storage::LotKind;
using storage::RowKind;

namespace {

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

// What an account was before a change of its rows.
struct Before {
    std::map<RowKey, AccountRow> rows;
    std::map<RowKey, int64_t> effects;
    storage::Basis primary;
    bool supplied = false;
};

Before before_of(std::vector<AccountRow> const& rows, AccountTail const& tail) {
    Before out{{}, effects(rows, tail), tail.primary, tail.states > 0};
    for (AccountRow const& row : rows) out.rows.emplace(key_of(row), row);
    return out;
}

// The input of a link is a function of these alone.
bool same_for_link(AccountRow const& a, AccountRow const& b) {
    return a.stated == b.stated && a.moved == b.moved && a.shortfall == b.shortfall && a.void_seq == b.void_seq &&
           a.bound_seq == b.bound_seq && a.bound_time_us == b.bound_time_us && a.sort_seq == b.sort_seq &&
           a.sort_time_us == b.sort_time_us;
}

// Writes back what a derivation changed: rows of a spilled lot, links, holdings. The tail is the new one already.
Result<void> store_changed(Workspace& work, LotWork& lot, std::vector<AccountRow> const& rows, Before const& before) {
    LotRow& record = lot.row;
    if (auto fine = check_range(record.id, record.tail, rows); !fine) return fine;
    if (auto booked = book_changes(work, lot, rows, before.effects); !booked) return booked;
    bool const same_terms = before.primary == record.tail.primary && before.supplied == (record.tail.states > 0);
    for (AccountRow const& row : rows) {
        auto const old = before.rows.find(key_of(row));
        bool const known = old != before.rows.end();
        if (known && old->second == row) continue;
        note_shortage(work, record.id, row, record.tail, known ? old->second.shortfall : 0);
        if (record.spilled_rows > 0) lot.changed.insert_or_assign(key_of(row), row);
        if (!is_taking(row) || (known && same_terms && same_for_link(old->second, row))) continue;
        if (auto updated = update_link(work, record, row); !updated) return updated;
    }
    return {};
}

bool reused_in_another_lot(Workspace& work, LinkRow const& link, LotNumber but) {
    return std::any_of(link.outputs.begin(), link.outputs.end(), [&](storage::LinkOutput const& output) {
        if (output.lot == 0 || output.lot == but) return false;
        auto lot = work.lot(output.lot);
        if (!lot || !((*lot)->row.flags & bit(Flag::lot_reused))) return false;
        if ((*lot)->row.spilled_rows > 0) return true;
        auto const reused = reused_outputs((*lot)->row.rows, (*lot)->row.kind);
        return reused.contains(RowKey{link.time_us, link.seq, 1});
    });
}

// lot-reused of the other events follows what is true now, after a late or voided output.
Result<void> refresh_reused(Workspace& work, LotWork const& lot, std::vector<AccountRow> const& rows,
                            std::set<RowKey> const& before) {
    std::set<RowKey> const now = reused_outputs(rows, lot.row.kind);
    std::set<RowKey> changed;
    std::set_symmetric_difference(before.begin(), before.end(), now.begin(), now.end(),
                                  std::inserter(changed, changed.end()));
    for (RowKey const& key : changed) {
        EventSeq const seq = std::get<1>(key);
        if (seq == work.current) continue;
        auto link = work.link(seq);
        if (!link) return tl::unexpected(link.error());
        bool const reused = now.contains(key) || reused_in_another_lot(work, **link, lot.row.lot);
        uint32_t const flag = bit(Flag::lot_reused);
        (*link)->flags = reused ? (*link)->flags | flag : (*link)->flags & ~flag;
    }
    return {};
}

// Replays the whole account; `rows` with the change in them.
Result<void> derive_all(Workspace& work, LotWork& lot, std::vector<AccountRow> rows,
                        std::vector<AccountRow> const& stored) {
    LotRow& record = lot.row;
    Before const before = before_of(stored, record.tail);
    mark_supplies(rows, record.kind);
    std::vector<AccountRow> derived = derive_rows(rows, terms_of(work.settings()), record.tail);
    record.flags = (record.flags & ~kDerivedFlags) | derived_flags(derived, record);
    record.reorder_seq = reorder_of(derived);
    if (auto done = store_changed(work, lot, derived, before); !done) return done;
    if (auto done = refresh_reused(work, lot, derived, reused_outputs(stored, record.kind)); !done) return done;
    if (record.spilled_rows > 0) {
        record.spilled_rows = static_cast<uint32_t>(derived.size());
    } else if (derived.size() > storage::kInlineRows) {
        spill(lot, std::move(derived));
    } else {
        record.rows = std::move(derived);
    }
    return {};
}

// A lot with many rows: only those after a late or voided consumption or adjust are derived. False when that does not
// do, because supplies are concerned or shortfalls repaid.
Result<bool> derive_after(Workspace& work, LotWork& lot, RowKey const& from, Edit const& edit, bool adds) {
    LotRow& record = lot.row;
    if (record.spilled_rows == 0 || record.kind != LotKind::batch || (record.has_adds && record.has_outputs))
        return false;
    auto late = derive_from(work, lot, terms_of(work.settings()), from, edit, work.rows_left);
    if (!late) return tl::unexpected(late.error());
    if (late->verdict == Late::Verdict::cannot) return false;
    auto const looked_at = static_cast<size_t>(std::count_if(
        late->before.begin(), late->before.end(), [&](AccountRow const& row) { return row.seq != std::get<1>(from); }));
    if (auto spent = work.spend_rows(record.id, looked_at); !spent) return tl::unexpected(spent.error());
    Before const before = before_of(late->before, record.tail);
    record.tail = std::move(late->tail);
    if (auto done = store_changed(work, lot, late->rows, before); !done) return tl::unexpected(done.error());
    uint32_t const overdraw = record.tail.debt > 0 ? bit(Flag::overdraw) : 0;
    record.flags = (record.flags & ~bit(Flag::overdraw)) | overdraw;
    record.reorder_seq = std::max(record.reorder_seq, work.current);
    record.spilled_rows += adds ? 1 : 0;
    return true;
}

// Did a live supply of the batch that is no receiving make its current state? Then a receiving is none (2.2).
Result<bool> is_really_supplied(Workspace& work, LotWork const& lot) {
    AccountTail const& tail = lot.row.tail;
    if (lot.row.kind != LotKind::batch || tail.states == 0) return false;
    auto rows = work.rows_from(lot, {tail.bound_time_us, tail.bound_seq, 0}, 4);
    if (!rows) return tl::unexpected(rows.error());
    return std::any_of(rows->begin(), rows->end(), [&](AccountRow const& row) {
        return row.seq == tail.bound_seq && is_live_now(row) &&
               (row.kind == RowKind::commission || row.kind == RowKind::output);
    });
}

// Does some row of the day before the new supply name the same supply? Its own event's rows aside (a heel).
Result<bool> names_another(Workspace& work, LotWork const& lot, AccountRow const& row) {
    auto rows = work.rows_from(lot, {row.time_us - kRestatedWithinUs, 0, 0},
                               static_cast<uint32_t>(std::min<size_t>(work.rows_left, UINT32_MAX - 1)) + 1);
    if (!rows) return tl::unexpected(rows.error());
    if (auto spent = work.spend_rows(lot.row.id, lot.row.spilled_rows > 0 ? rows->size() : 0); !spent)
        return tl::unexpected(spent.error());
    return std::any_of(rows->begin(), rows->end(), [&](AccountRow const& other) {
        return is_supply_kind(other) && other.kind != row.kind && is_live_now(other) && same_supply(other, row);
    });
}

// True when the new row, the last one, cannot change which supplies count.
Result<bool> supplies_stay(Workspace& work, LotWork const& lot, AccountRow& row) {
    LotRow const& record = lot.row;
    if (!is_supply_kind(row)) return true;
    if (record.kind == LotKind::instance) return !record.has_adds && !record.has_outputs && !record.has_implicit;
    if (row.kind == RowKind::implicit) {
        if (!record.has_adds && !record.has_outputs && !record.has_implicit) return true;
        auto supplied = is_really_supplied(work, lot);
        row.restated = supplied && *supplied;
        return supplied;
    }
    if (record.flags & bit(Flag::implicit_supply)) return false;
    bool const others = row.kind == RowKind::output ? record.has_adds : record.has_outputs;
    if (!others) return true;
    if (row.kind == RowKind::output) {
        auto link = work.link(row.seq);
        if (!link) return tl::unexpected(link.error());
        auto const is_it = [&](storage::LinkInput const& input) { return input.lot == record.lot; };
        if (std::any_of((*link)->inputs.begin(), (*link)->inputs.end(), is_it)) return true;  // a heel
    }
    auto another = names_another(work, lot, row);
    if (!another) return another;
    return !*another;
}

void remember_supply(LotRow& lot, AccountRow const& row) {
    lot.has_adds |= row.kind == RowKind::commission;
    lot.has_outputs |= row.kind == RowKind::output;
    lot.has_implicit |= row.kind == RowKind::implicit;
}

Result<void> append_row(Workspace& work, LotWork& lot, AccountRow row, AccountTerms const& terms) {
    LotRow& record = lot.row;
    int64_t const before = record.tail.content.value(record.tail.primary);
    bool const stands_in = row.kind == RowKind::implicit && !row.restated;
    append(record.tail, row, terms);
    if (auto fine = check_range(record.id, record.tail, {&row, 1}); !fine) return fine;
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
        if (stands_in) record.flags |= bit(Flag::implicit_supply);
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

Result<void> add_row(Workspace& work, LotWork& lot, AccountRow row) {
    LotRow& record = lot.row;
    AccountTerms const terms = terms_of(work.settings());
    bool const has_rows = !record.rows.empty() || record.spilled_rows > 0;
    bool const unbound = record.tail.states == 0 && has_rows;
    bool appends = row.void_seq == 0 && can_append(record.tail, row, terms, unbound);
    if (appends) {
        auto stay = supplies_stay(work, lot, row);
        if (!stay) return tl::unexpected(stay.error());
        appends = *stay;
    }
    remember_supply(record, row);
    if (appends) return append_row(work, lot, std::move(row), terms);

    bool const newest = row.seq > record.newest_seq;
    record.newest_seq = std::max(record.newest_seq, row.seq);
    if (newest && row.void_seq == 0 && !is_supply_kind(row)) {
        auto const edit = [&row](std::vector<AccountRow>& rows) { rows.push_back(row); };
        auto done = derive_after(work, lot, key_of(row), edit, true);
        if (!done) return tl::unexpected(done.error());
        if (*done) return {};
    }
    if (auto spent = work.spend_rows(record.id, record.spilled_rows); !spent) return spent;
    auto stored = work.rows_of(lot);
    if (!stored) return tl::unexpected(stored.error());
    std::vector<AccountRow> rows = *stored;
    rows.push_back(std::move(row));
    return derive_all(work, lot, std::move(rows), *stored);
}

Result<void> void_rows(Workspace& work, LotWork& lot, LinkRow const& link, EventSeq declaration) {
    bool any = false, supplies = false;
    auto const edit = [&](std::vector<AccountRow>& rows) {
        for (AccountRow& row : rows) {
            if (row.seq != link.seq || row.void_seq != 0) continue;
            row.void_seq = declaration;
            any = true;
            supplies |= is_supply_kind(row);
        }
    };
    RowKey const from{link.time_us, link.seq, 0};
    if (lot.row.spilled_rows > 0) {
        auto own = work.rows_from(lot, from, 4);
        if (!own) return tl::unexpected(own.error());
        edit(*own);
        if (!any) return {};
        if (!supplies) {
            auto done = derive_after(work, lot, from, edit, false);
            if (!done) return tl::unexpected(done.error());
            if (*done) return {};
        }
        if (auto spent = work.spend_rows(lot.row.id, lot.row.spilled_rows); !spent) return spent;
    }
    auto stored = work.rows_of(lot);
    if (!stored) return tl::unexpected(stored.error());
    std::vector<AccountRow> rows = *stored;
    any = false;
    edit(rows);
    if (!any) return {};
    return derive_all(work, lot, std::move(rows), *stored);
}

}  // namespace ingot::tracechain
