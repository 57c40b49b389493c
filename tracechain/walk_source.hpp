// The records a walk reads, as they were at its as_of: one multi_get for many, cached only until they are used, every
// fetch counted (spec/trace-semantics.md 9 P3). What is derived from later events is replayed without them
// (walk_past.cpp): contents, amounts, custody, ownership, flags, times.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <unordered_set>

#include "storage/graph_table.hpp"
#include "tracechain/account.hpp"
#include "tracechain/query.hpp"
#include "tracechain/walk_basis.hpp"
#include "tracechain/walk_vessel.hpp"

namespace ingot::tracechain {

// A plain campaign pooled over all its events (3.5).
struct Pool {
    std::vector<storage::LinkInput> inputs;  // every input row, in event order
    std::vector<storage::EventSeq> input_events;
    std::vector<storage::LinkOutput> outputs;  // every output row
    std::vector<storage::EventSeq> output_events;
    int64_t earliest_output_us = 0, latest_input_us = 0;
    storage::EventSeq earliest_output_seq = 0, latest_input_seq = 0;
    std::vector<Digest> digests;
    storage::EventSeq last_seq = 0;
    std::string site;
    uint32_t flags = 0;
};

// What one charge of a campaign took of a lot.
struct Charged {
    storage::EventSeq seq = 0;
    int64_t time_us = 0;
    storage::Amounts amounts;
    int64_t shortfall = 0, bound_time_us = 0;
    storage::EventSeq bound_seq = 0;
};
using ChargedLots = std::map<storage::LotNumber, std::vector<Charged>>;

struct CampaignFacts {
    storage::CampaignRow row;
    bool pooled = false;  // at as_of it has no vessel
    std::unique_ptr<VesselRows> rows;
    std::optional<Pool> pool;
    std::optional<ChargedLots> charged;
    uint64_t states_visited = 0;
    double share = 0;
};

// An account has more rows than one read may take (WalkTerms::account_rows_max).
Error too_many_rows(std::string_view account, uint32_t rows_max);

// One thread. A failed read answers null and is kept in error(); after that every answer is null.
class WalkSource {
  public:
    WalkSource(WalkTerms const& terms, storage::EventSeq as_of, std::optional<int64_t> at_us, WalkStats& stats);

    // Up walks ask for single supplies: the spilled rows of a lot with many consumers are then left alone.
    void leave_spilled() { leave_spilled_ = true; }

    // The snapshot to read; a walk that goes on later gets a newer one and still answers for its as_of.
    void attach(storage::View const& view);
    storage::View const& view() const { return *view_; }
    storage::EventSeq as_of() const { return as_of_; }
    // Are there events that the answer must not know, or moments after the one it tells of?
    bool past() const { return as_of_ < newest_ || at_us_; }
    // Does the caller see the lot, by what is recorded now (docs/decisions/0018)? Of lots read before.
    bool shows(storage::LotNumber lot) const { return !hidden_.contains(lot); }

    struct Wanted {
        bool link = false;
        uint64_t number = 0;
    };
    bool has(Wanted const& wanted) const;
    void prefetch(std::span<Wanted const> wanted);

    // Rows live at as_of in replay order, derived fields true. The pointer lives until drop.
    storage::LotRow const* lot(storage::LotNumber lot);
    // The row that supplied this state; nothing: none is live, or a failed read.
    std::optional<storage::AccountRow> supply(storage::LotRow const& lot, int64_t time_us, storage::EventSeq seq);
    storage::LinkRow const* link(storage::EventSeq seq);
    CampaignFacts* campaign(storage::CampaignNumber campaign);
    Pool const* pool(storage::CampaignNumber campaign);
    // Every charge of a time-ordered campaign by lot, without fuel and reagents; read once.
    ChargedLots const* charged(CampaignFacts& campaign);
    void drop_lot(storage::LotNumber lot) { lots_.erase(lot); }
    void drop_link(storage::EventSeq seq) { links_.erase(seq); }

    std::optional<Error> const& error() const { return error_; }
    void fail_with(Error error);
    std::map<storage::CampaignNumber, CampaignFacts const*> campaigns_in_order() const;

  private:
    void take_lot(storage::LotNumber lot, storage::Bytes value);
    void take_link(storage::EventSeq seq, storage::Bytes value);
    bool true_at_as_of(storage::LotRow& lot);
    bool read_spilled(storage::LotRow& lot);
    bool late(int64_t time_us) const { return at_us_ && time_us > *at_us_; }
    bool take_back(storage::LotRow& lot);
    bool take_back_holdings(storage::LotRow& lot, bool rows_changed);
    bool book_rows(storage::LotRow& lot);
    std::optional<storage::LinkRow> stored_link(storage::EventSeq seq);
    bool rebind(storage::LinkRow& link);
    bool restate(storage::AccountRow& charge);
    bool fill(Pool& pool, storage::CampaignRow const& row);

    WalkTerms const& terms_;
    storage::EventSeq as_of_;
    std::optional<int64_t> at_us_;
    WalkStats& stats_;
    storage::View const* view_ = nullptr;
    storage::EventSeq newest_ = 0;
    std::unordered_set<storage::LotNumber> hidden_;
    bool leave_spilled_ = false;
    std::optional<Error> error_;
    std::unordered_map<storage::LotNumber, storage::LotRow> lots_;
    std::unordered_map<storage::EventSeq, storage::LinkRow> links_;
    std::unordered_map<storage::CampaignNumber, CampaignFacts> campaigns_;
};

}  // namespace ingot::tracechain
