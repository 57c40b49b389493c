// The rows of one vessel campaign around the place a walk passes: read in contiguous scans of growing size, so that a
// long campaign costs no more than the part whose weight matters (spec/trace-semantics.md 10, "Vessels").
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "storage/graph_table.hpp"
#include "tracechain/account.hpp"
#include "tracechain/query.hpp"

namespace ingot::tracechain {

class VesselRows {
  public:
    VesselRows(storage::CampaignRow const& campaign, WalkTerms const& terms, storage::EventSeq as_of,
               std::optional<int64_t> at_us, WalkStats& stats, std::optional<Error>& error);
    void attach(storage::View const& view) { view_ = &view; }
    // Brings what a charge states in line with an older as_of before it is replayed; false: a failed read.
    void restate_by(std::function<bool(storage::AccountRow&)> restate) { restate_ = std::move(restate); }

    // The row of this event and phase (0 charge, 1 draw, 2 adjust), or null: not live, or a failed read.
    // (error()). `upward` reads towards older rows, else towards newer ones. Pointers live until the next call.
    storage::AccountRow const* find(int64_t time_us, storage::EventSeq seq, uint8_t phase, bool upward);

    // The live row after this one in replay order, or null.
    storage::AccountRow const* after(storage::AccountRow const& row);

    // Draws before the first charge that were moved behind it (3.1) but are stored at their own time.
    std::vector<storage::AccountRow> moved_behind(storage::AccountRow const& first_charge);

    // Policy `window`: the charges of that long before a row, oldest first. They are not kept with each draw, since
    // draws times charges would be.
    std::vector<storage::AccountRow> charges_before(storage::AccountRow const& row);

    // Every live row, replayed if need be.
    std::vector<storage::AccountRow> const& all();
    storage::AccountTail const& tail() { return tail_; }
    AccountTerms const& terms() const { return account_terms_; }
    std::optional<Error> const& error() const { return error_; }

  private:
    struct Order {
        int64_t time_us;
        storage::EventSeq seq;
        uint8_t phase;
        auto operator<=>(Order const&) const = default;
    };
    static Order stored_order(storage::AccountRow const& row) { return {row.time_us, row.seq, row.phase}; }
    storage::AccountRow const* lookup(Order const& wanted) const;
    void load_all();
    void start_at(Order const& wanted, bool upward);
    bool read_older();
    bool read_newer();
    bool keep(storage::AccountRow const& row) const { return is_live(row, as_of_); }

    storage::CampaignNumber campaign_;
    std::string id_;
    uint64_t row_count_;
    uint32_t rows_max_;
    AccountTerms account_terms_;
    storage::EventSeq as_of_;
    std::optional<int64_t> at_us_;
    WalkStats& stats_;
    storage::View const* view_ = nullptr;
    std::function<bool(storage::AccountRow&)> restate_;
    std::optional<Error>& error_;  // the source's

    bool whole_ = false;  // rows_ is the whole campaign in replay order
    bool must_replay_ = false;
    std::vector<storage::AccountRow> rows_;  // live rows of the part read so far, in stored order
    Order first_{}, last_{};                 // the part read so far, void rows included
    bool any_ = false, at_begin_ = false, at_end_ = false;
    uint32_t chunk_ = 16;
    storage::AccountTail tail_;
};

}  // namespace ingot::tracechain
