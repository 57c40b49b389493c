// The quantity-weighted walk (spec/trace-semantics.md 3.3 to 3.7): outward from one or more lots in event-time order;
// every node is expanded after its weight is summed, so data whose times agree are expanded exactly once. Whatever the
// walk leaves is said: resolved + unknown + masked + beyond_limit + pruned = 1.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tracechain/query.hpp"
#include "tracechain/walk_node.hpp"
#include "tracechain/walk_source.hpp"

namespace ingot::tracechain {

// A state of a lot was expanded. `entered`: weight from nodes that are not states of the same lot; for down walks its f
// is weighted by the part of the lot that this supply is, so that the states of a lot add up to its exposure.
struct LotVisit {
    storage::LotRow const& row;
    Weight entered;
    double state_f = 0;  // whole weight of the state
    bool last_state = false;
    uint32_t hops = 0;
    bool start = false;
    std::string_view terminal;  // "origin", an unknown reason, or empty
};

struct EventVisit {
    storage::EventSeq seq = 0;
    std::string_view id, site, kind;
    int64_t time_us = 0;
    double weight = 0;
    std::string_view basis;
    std::vector<std::pair<LotNumber, double>> inputs;  // lot and its c, in lot-key order
    std::vector<LotNumber> outputs;                    // up: those the walk came from; down: all
    uint32_t flags = 0;
    std::span<Digest const> digests;  // of the events read for it
};

struct GapVisit {
    std::string_view reason;
    double share = 0;
    storage::LotRow const* lot = nullptr;  // null: no lot to name (masked, limits, vessels)
    std::string resolver;
    std::string_view enterprise;
};

// Receives what the walk meets, in walk order.
class WalkSink {
  public:
    virtual ~WalkSink() = default;
    virtual void lot(LotVisit const& visit) = 0;
    virtual void event(EventVisit const& visit) = 0;
    virtual void gap(GapVisit const& visit) = 0;
    // Was this lot told before? Weight left waiting at another of its states is then told as well.
    virtual bool listed(LotNumber lot) const = 0;
};

// One edge as explain needs it: where it leads and its composition.
struct WalkEdge {
    NodeId id;
    NodeKey key;
    double share = 0;
    uint32_t depth = 0;  // hops from the start
};

struct WalkBudget {
    uint64_t nodes_max = UINT64_MAX, edges_max = UINT64_MAX;
    Steady deadline = Steady::max();
};

// What of a budget is used up: "nodes" (or edges), "time", or null. Without a clock time does not count.
char const* used_up(WalkBudget const& budget, Clock const* clock, uint64_t nodes, uint64_t edges);

// Where a walk starts: a lot, or of what stands in a container the part that was packed.
struct Start {
    LotNumber lot = 0;
    storage::Amounts part = {};  // empty: the whole lot
};

class Walk {
  public:
    // `query` and `terms` are copied or kept: they outlive the walk. One thread.
    Walk(Direction direction, TraceQuery const& query, WalkTerms const& terms, storage::EventSeq as_of, WalkSink& sink);

    // Puts the weight on the starts (several: by the first basis of the ladder that all have). Failures: storage
    // errors, ClassOnly.
    Result<void> begin(storage::View const& view, std::vector<Start> const& starts);
    // Goes on for at most `steps` expansions. True: there is more to do and budget for it. False: finished, or the
    // budget is used up (stats().stop says which).
    Result<bool> run(storage::View const& view, WalkBudget const& budget, uint64_t steps = UINT64_MAX);
    // Ends the run from outside as a used-up budget does.
    void stop(char const* why);
    bool finished() const { return heap_.empty(); }
    // Credits what is left waiting to `pruned` or, when the budget ended, `beyond_limit`. The walk can still go on.
    ClosureNumbers closure();
    LocatedNumbers located() const;
    double measured() const { return measured_.value(); }
    WalkStats& stats() { return stats_; }
    WalkSource& source() { return source_; }
    size_t bytes() const { return slots_.size() * 256 + nodes_.bytes(); }  // estimate
    // Edges of one node of an up walk, without weights; `via` is the lot it was reached from, `depth` its least number
    // of hops: past max_depth there are none. Counts as a visit.
    Result<std::vector<WalkEdge>> edges(storage::View const& view, NodeId id, NodeKey key, LotNumber via,
                                        uint32_t depth);
    // Tells the sink about weight left at lots already listed. Once, at the very end, on the view of the last run.
    Result<void> credit_waiting();

  private:
    enum class End : uint8_t { resolved, unknown, masked, beyond };
    enum class Place : uint8_t { on_hand, in_vessels, in_process, disposed, loss, adjusted_out, in_transit, left };

    struct Arrival {
        LotNumber lot = 0;
        Weight weight;
        double share = 1;      // the c that is already in weight.f
        bool used_up = false;  // fuel or reagent of a pooled campaign
    };
    struct Waiting {
        NodeId id;
        NodeKey key;
        WeightSum outside, inside;
        double seed = 0;  // F of a start state
        uint32_t depth = 0;
        bool queued = false, waiting = false;
        std::vector<Arrival> arrivals;
    };
    struct HeapEntry {
        int64_t time;
        uint64_t seq;
        uint64_t number;
        uint32_t slot;
        uint8_t rank;
    };
    static bool later(HeapEntry const& a, HeapEntry const& b);

    // starts (walk_start.cpp)
    Result<storage::Amounts> amounts_of_start(Start const& start);
    void start_up(storage::LotRow const& row, double share);
    void start_down(storage::LotRow const& row, double share);

    // frontier (walk.cpp)
    Waiting& reach(NodeId id, NodeKey key, uint32_t depth);
    void give(NodeId id, NodeKey key, Weight const& weight, bool inside, uint32_t depth, Arrival arrival);
    void give(NodeId id, NodeKey key, Weight const& weight, bool inside, uint32_t depth) {
        give(id, key, weight, inside, depth, Arrival());
    }
    void queue(Waiting& node, uint32_t slot);
    void fetch_ahead(Waiting const& top);
    // raw counts every node, else hops are transformations.
    uint32_t depth_of(uint32_t hops) const { return query_.raw ? depth_ + 1 : hops; }
    bool reaches_theta(Waiting const& node) const;
    double cut_weight(Weight const& weight, bool again) const;
    void expand(Waiting const& node, Weight const& weight, uint32_t expansions);
    bool looping(Waiting const& node, uint32_t expansions, double weight);
    char const* budget_ended(WalkBudget const& budget) const;
    void end(End what, Weight const& weight, std::string_view reason = {}, storage::LotRow const* lot = nullptr);
    void locate(Place place, Weight const& weight);
    void locate_held(storage::LotRow const& row, Weight const& weight);
    double unit(Weight const& weight) const { return direction_ == Direction::up ? weight.f : weight.d; }
    bool outside_window(NodeKey const& key) const;
    bool stops_at(storage::LotRow const& row) const;
    bool hides(std::string_view prefix) const { return terms_.visible && !terms_.visible(prefix); }
    bool may_enter(Waiting const& node, Weight const& weight, std::string_view site, bool counted);
    Ladder const& ladder(storage::LinkRow const& link);
    // The event time the answer tells of: `at`, or when its newest event was recorded. Nothing: a failed read.
    std::optional<int64_t> moment();
    bool start_state(LotNumber lot) const { return starts_.contains(lot); }
    void visit_event(Waiting const& node, storage::LinkRow const& link, Weight const& weight, Parts const& parts,
                     std::span<Digest const> digests = {});

    Parts visit_pool(Waiting const& node, Pool const& pool, CampaignFacts const& campaign, Weight const& weight);
    Parts layered(storage::AccountRow const& draw) const;
    void down_window(CampaignFacts& campaign, storage::AccountRow const& charge, Waiting const& node,
                     Weight const& weight);

    // edges up (walk_up.cpp)
    void up_lot(Waiting const& node);
    void up_supply(Waiting const& node, storage::LotRow const& row, storage::AccountRow const& supply, Weight const& w,
                   std::string_view& terminal);
    void up_event(Waiting const& node);
    void up_inputs(std::span<storage::LinkInput const> inputs, Parts const& parts, Weight const& weight,
                   uint32_t depth);
    void up_explicit(storage::LinkRow const& link, Waiting const& node);
    void up_draw(Waiting const& node);
    void up_layers(storage::AccountRow const& row, CampaignFacts& campaign, Weight const& weight, uint32_t depth);
    void up_vessel(Waiting const& node);

    // policy `selected` (walk_selected.cpp)
    struct Pick {
        LotNumber lot = 0;
        storage::Amounts amounts;
        std::vector<Charged const*> from;  // charges of the lot before the draw
        double share = 0, missing = 0;
        bool measured = false;
        std::string basis;
    };
    std::vector<Pick> picks(CampaignFacts& campaign, storage::AccountRow const& draw);
    static double part_of_pick(Pick const& pick, Charged const& charge);
    void up_selected(std::vector<Pick> const& picked, Weight const& weight, uint32_t depth);
    void down_selected(storage::LinkRow const& link, CampaignFacts& campaign, Waiting const& node);

    void up_pool(Waiting const& node);
    std::string_view unknown_origin(storage::LotRow const& row, std::string& resolver) const;

    // edges down (walk_down.cpp)
    Weight down_weight(Waiting const& node);
    storage::AccountRow const* down_supply(NodeId id, storage::LotRow const& row) const;
    Weight down_entered(Waiting const& node, storage::LotRow const& row) const;
    void down_lot(Waiting const& node, Weight const& weight);
    void down_unstated(storage::LotRow const& row, Waiting const& node, Weight const& weight);
    void down_consume(storage::LotRow const& lot, storage::AccountRow const& row, Weight const& weight, double share,
                      uint32_t depth);
    double input_share(LotNumber lot, storage::AccountRow const& row);
    bool is_used_up(storage::LinkInput const& input) const;
    Weight without_aux(std::span<storage::LinkInput const> inputs, Waiting const& node, Weight weight);
    void down_event(Waiting const& node, Weight const& all);
    void down_outputs(std::span<storage::LinkOutput const> outputs, std::span<storage::LinkInput const> inputs,
                      std::span<storage::EventSeq const> events, storage::LinkRow const* link, Waiting const& node,
                      Weight const& weight, Ladder const& steps, Place remainder, bool takes_all);
    void down_explicit(storage::LinkRow const& link, Waiting const& node);
    void down_charge(storage::LinkRow const& link, CampaignFacts& campaign, Waiting const& node, Weight const& weight);
    void down_layers(CampaignFacts& campaign, storage::AccountRow const& charge, Waiting const& node,
                     Weight const& weight);
    void down_vessel(Waiting const& node, Weight const& weight);
    void down_pool(Waiting const& node, Weight const& weight);

    Direction direction_;
    TraceQuery query_;
    WalkTerms const& terms_;
    WalkSink& sink_;
    WalkStats stats_;
    WalkSource source_;
    Ladder ladder_, reported_ladder_;

    NodeMap nodes_;
    std::vector<Waiting> slots_;
    std::vector<uint32_t> free_;
    std::vector<HeapEntry> heap_;
    std::unordered_map<LotNumber, bool> starts_;
    std::unordered_map<uint64_t, double> loops_;  // weight of the first re-expansion, by slot-independent node hash
    std::string home_;                            // owner of the first start: what "change" is measured against
    WeightSum ends_[4];
    Sum places_[8];
    Sum measured_;
    uint32_t depth_ = 0;                      // of the node that is being expanded
    std::vector<WalkEdge>* edges_ = nullptr;  // collects instead of walking on
    bool ended_by_budget_ = false;
    uint64_t nodes_in_run_ = 0, edges_in_run_ = 0;
    std::optional<int64_t> moment_us_;  // see moment()
};

// Own lots: reported first, held or owned by who asks (6.1); events by their site.
bool sees(WalkTerms const& terms, storage::LotRow const& row);

// Supply a row made, whatever its kind: everything but consumptions and adjusts that were no supply.
bool made_state(storage::AccountRow const& row);
bool takes(storage::AccountRow const& row);
// What a consumption asked for: stated, or when it stated nothing what it took.
storage::Amounts const& asked(storage::AccountRow const& row);
// Part of what was asked that was not there, 0 to 1. Both on the primary basis of the account.
double short_part(int64_t shortfall, storage::Amounts const& asked_amounts, storage::Basis const& primary);

}  // namespace ingot::tracechain
