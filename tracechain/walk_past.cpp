// Records as they stood at an older as_of or at an earlier moment (spec/trace-semantics.md 3.11): account rows, custody
// and ownership are replayed from what was known then, never read from what is derived since.
#include <algorithm>

#include "storage/event_table.hpp"
#include "tracechain/capture_account.hpp"
#include "tracechain/capture_links.hpp"
#include "tracechain/capture_supplies.hpp"
#include "tracechain/custody.hpp"
#include "tracechain/flags.hpp"
#include "tracechain/walk_source.hpp"

namespace ingot::tracechain {

using storage::AccountRow;
using storage::EventSeq;
using storage::LinkInput;
using storage::LinkRow;
using storage::LotNumber;
using storage::LotRow;
using storage::RowKind;

bool WalkSource::take_back(LotRow& lot) {
    auto unknown = [&](AccountRow const& row) { return row.seq > as_of_ || late(row.time_us); };
    auto differs = [&](AccountRow const& row) { return unknown(row) || row.void_seq > as_of_; };
    bool const changed = lot.reorder_seq > as_of_ || std::any_of(lot.rows.begin(), lot.rows.end(), differs);
    bool const supplied = std::any_of(lot.rows.begin(), lot.rows.end(), is_supply_kind);
    std::erase_if(lot.rows, unknown);
    if (!lot.rows.empty()) {
        auto by_time = [](AccountRow const& a, AccountRow const& b) { return a.time_us < b.time_us; };
        auto const [first, last] = std::minmax_element(lot.rows.begin(), lot.rows.end(), by_time);
        lot.last_time_us = last->time_us;
        lot.first_time_us = first->time_us;
    }
    std::erase_if(lot.rows, [&](AccountRow const& row) { return !is_live(row, as_of_); });
    for (AccountRow& row : lot.rows) row.void_seq = 0;  // as far as is known here
    if (changed) {
        mark_supplies(lot.rows, lot.kind);
        AccountTerms terms;
        terms.tolerance = terms_.tolerance_lot;
        terms.late_supply_window_us = terms_.late_supply_window_us;
        auto replayed = replay(lot.rows, terms, as_of_);
        lot.rows = std::move(replayed.rows);
        lot.tail = std::move(replayed.tail);
        lot.flags = (lot.flags & ~kDerivedFlags) | derived_flags(lot.rows, lot);
    }
    if (supplied && std::none_of(lot.rows.begin(), lot.rows.end(), is_supply_kind)) {  // nobody had said what it is
        lot.material.clear();
        lot.origin = {};
        lot.origin_stated = false;
    }
    return take_back_holdings(lot, changed);
}

// As it is stored: what it says of its inputs may be of a later time.
std::optional<LinkRow> WalkSource::stored_link(EventSeq seq) {
    auto event = storage::find_link(*view_, seq);
    stats_.records_read += 1;
    if (event && !*event) {
        event = fail(Code::DataDamaged, "the graph names event " + std::to_string(seq) + ", which is not stored",
                     "血缘图引用了不存在的记录");
    }
    if (event) return std::move(*event);
    fail_with(event.error());
    return std::nullopt;
}

// Custody and ownership from the transfers known then; the changes of content by site from the rows, if those changed.
bool WalkSource::take_back_holdings(LotRow& lot, bool rows_changed) {
    auto const seqs = storage::mentioning_events(*view_, lot.lot, as_of_);
    if (!seqs) {
        fail_with(seqs.error());
        return false;
    }
    stats_.records_read += seqs->size();
    std::vector<storage::HoldingRow> const today = std::exchange(lot.holdings, {});
    for (storage::HoldingRow const& holding : today) {
        if (rows_changed) break;
        book(lot, holding.party, holding.booked);
        book_disposed(lot, holding.party, holding.disposed);
    }
    if (rows_changed && !book_rows(lot)) return false;
    for (EventSeq seq : *seqs) {
        auto const event = stored_link(seq);
        if (!event) return false;
        bool const known = !late(event->time_us);
        if (known) lot.first_time_us = std::min(lot.first_time_us, event->time_us);
        if (known) lot.last_time_us = std::max(lot.last_time_us, event->time_us);
        bool const counts = known && (event->void_seq == 0 || event->void_seq > as_of_);
        for (storage::LinkTransfer const& transfer : event->transfers) {
            if (counts && transfer.lot == lot.lot) book_transfer(lot, transfer, 1);
        }
    }
    uint32_t const gap = bit(storage::Flag::custody_gap);
    lot.flags = has_custody_gap(lot) ? lot.flags | gap : lot.flags & ~gap;
    return true;
}

bool WalkSource::book_rows(LotRow& lot) {
    storage::Basis const& primary = lot.tail.primary;
    for (size_t i = 0; i < lot.rows.size(); ++i) {
        AccountRow const& row = lot.rows[i];
        int64_t const after = (i + 1 < lot.rows.size() ? lot.rows[i + 1].before : lot.tail.content).value(primary);
        int64_t const change = after - row.before.value(primary);
        if (change == 0) continue;
        if (row.kind == RowKind::implicit) {  // from whoever held it outside
            book(lot, "", change);
            continue;
        }
        auto const event = stored_link(row.seq);
        if (!event) return false;
        book(lot, event->site, change);
        if (row.kind == RowKind::dispose) book_disposed(lot, event->site, -change);
    }
    return true;
}

// Derived fields of the inputs from their accounts as of this walk.
bool WalkSource::rebind(LinkRow& link) {
    uint32_t const derived = bit(storage::Flag::time_order) | bit(storage::Flag::overdraw);
    bool const drawn = link.kind == storage::LinkKind::draw || link.kind == storage::LinkKind::charge_draw;
    if (!drawn) link.flags &= ~derived;
    for (LinkInput& input : link.inputs) {
        bool const cached = lots_.contains(input.lot);
        LotRow const* account = lot(input.lot);
        if (account == nullptr) return false;
        for (AccountRow const& row : account->rows) {
            if (row.seq == link.seq && is_taking(row)) resolve_input(input, row, account->tail);
        }
        if (input.measured & kTakenEarly) link.flags |= bit(storage::Flag::time_order);
        if (input.shortfall > 0) link.flags |= bit(storage::Flag::overdraw);
        if (!cached) drop_lot(input.lot);
    }
    return true;
}

// A charge brings what its inputs gave, as known here.
bool WalkSource::restate(AccountRow& charge) {
    bool const cached = links_.contains(charge.seq);
    LinkRow const* event = link(charge.seq);
    if (event == nullptr) return false;
    charge.stated = input_total(*event);
    if (!cached) drop_link(charge.seq);
    return true;
}

}  // namespace ingot::tracechain
