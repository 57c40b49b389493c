#include "tracechain/walk_vessel.hpp"

#include <algorithm>

#include "tracechain/walk.hpp"
#include "tracechain/walk_source.hpp"

namespace ingot::tracechain {

using storage::AccountRow;
using storage::EventSeq;

namespace {
constexpr uint32_t kFirstChunk = 16, kChunkMax = 512;
}

VesselRows::VesselRows(storage::CampaignRow const& campaign, WalkTerms const& terms, EventSeq as_of,
                       std::optional<int64_t> at_us, WalkStats& stats, std::optional<Error>& error)
    : campaign_(campaign.campaign),
      id_(campaign.id),
      row_count_(campaign.row_count),
      rows_max_(terms.account_rows_max),
      as_of_(as_of),
      at_us_(at_us),
      stats_(stats),
      error_(error),
      tail_(campaign.tail) {
    account_terms_.campaign = true;
    account_terms_.policy = campaign.policy;
    account_terms_.residence_us = campaign.residence_us;
    account_terms_.window_us = campaign.window_us;
    account_terms_.tolerance = terms.tolerance_vessel;
    account_terms_.late_supply_window_us = terms.late_supply_window_us;
    must_replay_ = campaign.reorder_seq > as_of || campaign.dirty_from != 0 || at_us.has_value();
}

void VesselRows::load_all() {
    if (whole_ || error_) return;
    if (row_count_ > rows_max_) {
        error_ = too_many_rows(id_, rows_max_);
        return;
    }
    auto rows = storage::campaign_rows(*view_, campaign_, UINT32_MAX);
    if (!rows) {
        error_ = rows.error();
        return;
    }
    stats_.records_read += rows->size();
    if (at_us_) std::erase_if(*rows, [&](AccountRow const& row) { return row.time_us > *at_us_; });
    for (AccountRow& row : *rows) {
        bool const charge = row.kind == storage::RowKind::output && is_live(row, as_of_);
        if (charge && must_replay_ && restate_ && !restate_(row)) return;
    }
    auto replayed = replay(*rows, account_terms_, as_of_);
    rows_ = std::move(replayed.rows);
    tail_ = std::move(replayed.tail);
    whole_ = true;
}

std::vector<AccountRow> const& VesselRows::all() {
    load_all();
    return rows_;
}

AccountRow const* VesselRows::lookup(Order const& wanted) const {
    if (whole_) {  // replay order: a moved row does not stand at its own time
        auto found = std::find_if(rows_.begin(), rows_.end(),
                                  [&](AccountRow const& row) { return stored_order(row) == wanted; });
        return found == rows_.end() ? nullptr : &*found;
    }
    auto found = std::lower_bound(rows_.begin(), rows_.end(), wanted,
                                  [](AccountRow const& row, Order const& order) { return stored_order(row) < order; });
    return found == rows_.end() || stored_order(*found) != wanted ? nullptr : &*found;
}

// Begins a new part at `wanted`, which is not inside or next to the old one.
void VesselRows::start_at(Order const& wanted, bool upward) {
    rows_.clear();
    any_ = at_begin_ = at_end_ = false;
    chunk_ = kFirstChunk;
    auto page = storage::campaign_rows(*view_, campaign_, chunk_, std::pair(wanted.time_us, wanted.seq), upward);
    if (!page) {
        error_ = page.error();
        return;
    }
    stats_.records_read += page->size();
    if (page->empty()) return;
    if (upward) std::reverse(page->begin(), page->end());
    any_ = true;
    at_begin_ = upward && page->size() < chunk_;
    at_end_ = !upward && page->size() < chunk_;
    first_ = stored_order(page->front());
    last_ = stored_order(page->back());
    std::erase_if(*page, [&](AccountRow const& row) { return !keep(row); });
    rows_ = std::move(*page);
}

bool VesselRows::read_older() {
    if (at_begin_) return false;
    chunk_ = std::min(chunk_ * 2, kChunkMax);
    auto page = storage::campaign_rows(*view_, campaign_, chunk_, std::pair(first_.time_us, first_.seq), true);
    if (!page) {
        error_ = page.error();
        return false;
    }
    stats_.records_read += page->size();
    at_begin_ = page->size() < chunk_;
    std::erase_if(*page, [&](AccountRow const& row) { return stored_order(row) >= first_; });
    if (page->empty()) return false;
    std::reverse(page->begin(), page->end());
    first_ = stored_order(page->front());
    std::erase_if(*page, [&](AccountRow const& row) { return !keep(row); });
    rows_.insert(rows_.begin(), std::make_move_iterator(page->begin()), std::make_move_iterator(page->end()));
    return true;
}

bool VesselRows::read_newer() {
    if (at_end_) return false;
    chunk_ = std::min(chunk_ * 2, kChunkMax);
    auto page = storage::campaign_rows(*view_, campaign_, chunk_, std::pair(last_.time_us, last_.seq));
    if (!page) {
        error_ = page.error();
        return false;
    }
    stats_.records_read += page->size();
    at_end_ = page->size() < chunk_;
    std::erase_if(*page, [&](AccountRow const& row) { return stored_order(row) <= last_; });
    if (page->empty()) return false;
    last_ = stored_order(page->back());
    std::erase_if(*page, [&](AccountRow const& row) { return !keep(row); });
    rows_.insert(rows_.end(), std::make_move_iterator(page->begin()), std::make_move_iterator(page->end()));
    return true;
}

AccountRow const* VesselRows::find(int64_t time_us, EventSeq seq, uint8_t phase, bool upward) {
    if (must_replay_) load_all();
    Order wanted{time_us, seq, phase};
    if (whole_) return lookup(wanted);
    if (!any_ || wanted > last_ || (wanted < first_ && !upward)) start_at(wanted, upward);
    while (!error_ && any_ && wanted < first_ && read_older()) {
    }
    if (any_ && wanted > last_ && !error_) read_newer();
    return error_ ? nullptr : lookup(wanted);
}

AccountRow const* VesselRows::after(AccountRow const& row) {
    Order here = stored_order(row);
    if (whole_) {
        auto found = std::find_if(rows_.begin(), rows_.end(),
                                  [&](AccountRow const& other) { return stored_order(other) == here; });
        return found == rows_.end() || found + 1 == rows_.end() ? nullptr : &*(found + 1);
    }
    while (!error_) {
        auto found =
            std::upper_bound(rows_.begin(), rows_.end(), here,
                             [](Order const& order, AccountRow const& other) { return order < stored_order(other); });
        if (found != rows_.end()) return &*found;
        if (!read_newer()) break;
    }
    return nullptr;
}

std::vector<AccountRow> VesselRows::charges_before(AccountRow const& row) {
    int64_t const from_us = row.sort_time_us - account_terms_.window_us;
    Order const end = stored_order(row);
    std::vector<AccountRow> out;
    if (must_replay_) load_all();
    if (whole_) {
        for (AccountRow const& each : rows_) {
            if (stored_order(each) == end) break;
            if (each.sort_time_us >= from_us && made_state(each)) out.push_back(each);
        }
        return out;
    }
    Order here{from_us, 0, 0};
    for (bool more = true; more && !error_;) {
        auto page = storage::campaign_rows(*view_, campaign_, kChunkMax, std::pair(here.time_us, here.seq));
        if (!page) {
            error_ = page.error();
            break;
        }
        stats_.records_read += page->size();
        more = page->size() == kChunkMax;
        for (AccountRow& each : *page) {
            Order const at = stored_order(each);
            if (at >= end) return out;
            if (at <= here) continue;  // the end of the page before
            here = at;
            if (keep(each) && made_state(each)) out.push_back(std::move(each));
        }
    }
    return out;
}

std::vector<AccountRow> VesselRows::moved_behind(AccountRow const& first_charge) {
    std::vector<AccountRow> out;
    if (whole_) return out;  // replay order: they already follow it
    auto rows =
        storage::campaign_rows(*view_, campaign_, UINT32_MAX, std::pair(first_charge.time_us, first_charge.seq), true);
    if (!rows) {
        error_ = rows.error();
        return out;
    }
    stats_.records_read += rows->size();
    for (AccountRow& row : *rows) {
        if (keep(row) && row.kind == storage::RowKind::consume && row.bound_seq == first_charge.seq &&
            stored_order(row) < stored_order(first_charge)) {
            out.push_back(std::move(row));
        }
    }
    std::reverse(out.begin(), out.end());
    return out;
}

}  // namespace ingot::tracechain
