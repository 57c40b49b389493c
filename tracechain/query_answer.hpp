// What a walk has listed so far, ready to be sorted, filtered and paged (spec/trace-semantics.md 4.1 to 4.4).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "tracechain/query.hpp"
#include "tracechain/walk.hpp"

namespace ingot::tracechain {

// Amounts of a lot on the basis asked for, in base units; the basis is the lot's own dimension when it lacks that one.
struct LotAmounts {
    storage::Basis basis;
    std::optional<int64_t> quantity;  // everything supplied (a lot never supplied: everything consumed)
    std::optional<int64_t> on_hand;
};
LotAmounts amounts_of(storage::LotRow const& row, storage::Basis const& requested);

using FlagCounts = std::map<std::string_view, uint64_t>;
using BasisCounts = std::map<std::string, uint64_t>;  // basis by which an event was compared -> events

struct ListedLot {
    LotNumber lot = 0;
    std::string id, uri, material, owner, holder;
    storage::LotKind kind = storage::LotKind::batch;
    LotAmounts amounts;
    int64_t first_time_us = 0, last_time_us = 0;
    WeightSum entered;
    int64_t in_transit = 0, left = 0;  // of what is on hand in the account, primary basis
    bool apart = false;                // some of it is in transit or has left
    double state_f = 0;                // of the last state
    uint32_t hops = 0;
    std::string terminal;
    bool start = false, listed = false;
    double reported = -1;  // share or exposure already answered on an earlier page

    // On hand with its holders: what is in transit or has left is not. Nothing: no amount is known.
    std::optional<int64_t> here() const;
};

// What the books say of a lot, before any walk: names, amounts, holder, owner, times.
ListedLot list_lot(storage::LotRow const& row, storage::Basis const& asked);
// Amounts of several lots together; nothing when they are counted on different bases.
LotAmounts sum_of(std::vector<ListedLot> const& lots);
// Do the display filters let it through? The last thing applied (4.1).
bool shows(TraceQuery const& query, ListedLot const& lot);

struct ListedEvent {
    EventSeq seq = 0;
    std::string id, site, kind, basis;
    int64_t time_us = 0;
    Sum weight;
    std::vector<std::pair<LotNumber, double>> inputs;
    std::vector<LotNumber> outputs;
    uint32_t flags = 0;
};

struct ListedGap {
    std::string reason, id, resolver, enterprise;
    Sum share;
};

class WalkListing final : public WalkSink {
  public:
    WalkListing(Direction direction, TraceQuery const& query) : direction_(direction), query_(query) {}
    void lot(LotVisit const& visit) override;
    void event(EventVisit const& visit) override;
    void gap(GapVisit const& visit) override;
    bool listed(LotNumber lot) const override { return places_.contains(lot); }

    // Lots to show, share descending, then id: at least max(theta, min_share), filters passed, not answered before
    // with the same share.
    std::vector<ListedLot const*> ranked() const;
    ListedLot const* find(LotNumber lot) const;
    void mark_reported(LotNumber lot);
    std::vector<ListedEvent> const& events() const { return events_; }
    std::vector<ListedGap> gaps() const;  // largest first
    FlagCounts const& flags() const { return flag_counts_; }
    BasisCounts const& bases() const { return basis_counts_; }
    uint64_t rows() const { return lots_.size() + events_.size(); }
    size_t bytes() const;                                                   // estimate
    std::string digest(std::string_view query_line, EventSeq as_of) const;  // sha256:<hex>

  private:
    Direction direction_;
    TraceQuery const& query_;
    std::unordered_map<LotNumber, size_t> places_;
    std::vector<ListedLot> lots_;
    std::unordered_map<uint64_t, size_t> event_places_;
    std::vector<ListedEvent> events_;
    std::map<std::pair<std::string, std::string>, ListedGap> gaps_;
    std::vector<Digest> digests_;
    FlagCounts flag_counts_;
    BasisCounts basis_counts_;
};

void count_flags(FlagCounts& counts, uint32_t flags);

std::string digest_of(std::vector<Digest> digests, std::string_view query_line, EventSeq as_of);

}  // namespace ingot::tracechain
