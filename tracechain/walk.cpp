#include "tracechain/walk.hpp"

#include <algorithm>
#include <tuple>

#include "tracechain/custody.hpp"

namespace ingot::tracechain {

using storage::Amounts;
using storage::LinkRow;
using storage::LotRow;

namespace {

// Weight below which a node of a complete closure is not expanded again.
constexpr double kAgainMin = 1e-15;
constexpr uint32_t kLoopExpansions = 64;

}  // namespace

bool Filter::allows(std::string_view text) const {
    if (std::find(exclude.begin(), exclude.end(), text) != exclude.end()) return false;
    return include.empty() || std::find(include.begin(), include.end(), text) != include.end();
}

bool sees(WalkTerms const& terms, LotRow const& row) {
    if (!terms.visible || terms.visible(row.owner_prefix)) return true;
    // Owner or custodian (6.1): what was made at its sites, and what another party shipped to it.
    return std::any_of(row.holdings.begin(), row.holdings.end(), [&](storage::HoldingRow const& holding) {
        return (holding.booked > 0 || was_sent(holding)) && terms.visible(holding.party);
    });
}

bool takes(storage::AccountRow const& row) {
    return row.kind == storage::RowKind::consume || row.kind == storage::RowKind::dispose;
}

bool made_state(storage::AccountRow const& row) {
    if (takes(row) || row.restated) return false;
    if (row.kind < storage::RowKind::adjust_count || row.kind > storage::RowKind::found_delta) return true;
    bool found = row.kind == storage::RowKind::found_count || row.kind == storage::RowKind::found_delta;
    bool grew = row.moved.value(primary_of(row.moved)) > 0;
    return grew && (found || row.bound_seq == 0);
}

Amounts const& asked(storage::AccountRow const& row) { return row.stated.empty() ? row.moved : row.stated; }

double short_part(int64_t shortfall, Amounts const& asked_amounts, storage::Basis const& primary) {
    if (shortfall <= 0) return 0;
    int64_t whole = asked_amounts.value(primary);
    return whole <= 0 ? 1 : std::min(1.0, static_cast<double>(shortfall) / static_cast<double>(whole));
}

Walk::Walk(Direction direction, TraceQuery const& query, WalkTerms const& terms, storage::EventSeq as_of,
           WalkSink& sink)
    : direction_(direction),
      query_(query),
      terms_(terms),
      sink_(sink),
      source_(terms, as_of, query.at_us, stats_),
      ladder_(ladder_of(query.basis)) {
    stats_.queue_ms = terms.queue_ms;
    if (direction == Direction::up) source_.leave_spilled();
}

Ladder const& Walk::ladder(LinkRow const& link) {
    if (!query_.as_reported) return ladder_;
    reported_ladder_ = ladder_of(link.allocation);
    return reported_ladder_;
}

// ---- frontier

// Smallest key first; up walks count time backwards. Heap order is the reverse of it.
bool Walk::later(HeapEntry const& a, HeapEntry const& b) {
    return std::tie(a.time, a.seq, a.rank, a.number) > std::tie(b.time, b.seq, b.rank, b.number);
}

void Walk::queue(Waiting& node, uint32_t slot) {
    if (node.queued) return;
    node.queued = true;
    HeapEntry entry{node.key.time_us, node.key.seq, node.id.number(), slot, node.key.rank};
    if (direction_ == Direction::up) {
        entry.time = ~entry.time;
        entry.seq = ~entry.seq;
        entry.rank = static_cast<uint8_t>(3 - entry.rank);
    }
    heap_.push_back(entry);
    std::push_heap(heap_.begin(), heap_.end(), later);
}

Walk::Waiting& Walk::reach(NodeId id, NodeKey key, uint32_t depth) {
    NodeMap::Entry& entry = nodes_.at(id);
    if (entry.slot == NodeMap::kNoSlot) {
        if (free_.empty()) {
            free_.push_back(static_cast<uint32_t>(slots_.size()));
            slots_.emplace_back();
        }
        entry.slot = free_.back();
        free_.pop_back();
        Waiting fresh;
        fresh.id = id;
        fresh.key = key;
        fresh.depth = depth;
        fresh.waiting = true;
        slots_[entry.slot] = std::move(fresh);
    }
    Waiting& node = slots_[entry.slot];
    node.depth = std::min(node.depth, depth);
    queue(node, entry.slot);
    return node;
}

void Walk::give(NodeId id, NodeKey key, Weight const& weight, bool inside, uint32_t depth, Arrival arrival) {
    if (edges_ != nullptr) return edges_->push_back({id, key, weight.f, depth_of(depth)});
    if (query_.theta > 0 && weight.f == 0 && weight.d == 0) return;
    Waiting& node = reach(id, key, depth_of(depth));
    Weight given = weight;
    if (direction_ == Direction::down && id.kind() == NodeKind::lot_state && start_state(id.number())) given.f = 0;
    (inside ? node.inside : node.outside).add(given);
    stats_.edges += 1;
    edges_in_run_ += 1;
    if (arrival.lot != 0) {
        arrival.weight = weight;
        node.arrivals.push_back(arrival);
    }
}

double Walk::cut_weight(Weight const& weight, bool again) const {
    if (direction_ == Direction::up) return weight.f;
    if (query_.cutoff == Cutoff::share) return weight.d;
    return again ? std::max(weight.f, weight.d) : weight.f;  // a remainder that came round carries its d
}

bool Walk::reaches_theta(Waiting const& node) const {
    Weight sum = node.outside.value();
    Weight more = node.inside.value();
    Weight whole{sum.f + more.f + node.seed, sum.d + more.d, sum.m + more.m};
    return cut_weight(whole, false) >= query_.theta;
}

// The record of `top` and of what comes soon after it, in one multi_get.
void Walk::fetch_ahead(Waiting const& top) {
    auto wanted_of = [](NodeId id) { return WalkSource::Wanted{id.kind() == NodeKind::event, id.number()}; };
    auto has_record = [](NodeId id) { return id.kind() == NodeKind::event || id.kind() == NodeKind::lot_state; };
    if (!has_record(top.id) || source_.has(wanted_of(top.id))) return;
    std::vector<WalkSource::Wanted> wanted{wanted_of(top.id)};
    for (size_t i = 0; i < heap_.size() && i < 2 * query_.batch && wanted.size() < query_.batch; ++i) {
        Waiting const& node = slots_[heap_[i].slot];
        if (!has_record(node.id) || !reaches_theta(node)) continue;
        auto next = wanted_of(node.id);
        bool twice = source_.has(next) || std::any_of(wanted.begin(), wanted.end(), [&](auto const& other) {
                         return other.link == next.link && other.number == next.number;
                     });
        if (!twice) wanted.push_back(next);
    }
    source_.prefetch(wanted);
}

// ---- the loop

char const* used_up(WalkBudget const& budget, Clock const* clock, uint64_t nodes, uint64_t edges) {
    if (nodes >= budget.nodes_max || edges >= budget.edges_max) return "nodes";
    return clock != nullptr && clock->steady() > budget.deadline ? "time" : nullptr;
}

// Looks at the clock at every 64th node.
char const* Walk::budget_ended(WalkBudget const& budget) const {
    Clock const* clock = nodes_in_run_ % 64 == 63 ? terms_.clock : nullptr;
    return used_up(budget, clock, nodes_in_run_, edges_in_run_);
}

void Walk::stop(char const* why) {
    stats_.stop = why;
    stats_.complete = false;
    ended_by_budget_ = true;
}

Result<bool> Walk::run(storage::View const& view, WalkBudget const& budget, uint64_t steps) {
    source_.attach(view);
    if (ended_by_budget_) {
        ended_by_budget_ = false;
        stats_.stop = nullptr;
        stats_.complete = true;
        nodes_in_run_ = edges_in_run_ = 0;
    }
    while (!heap_.empty() && steps > 0) {
        if (char const* why = budget_ended(budget)) {
            stop(why);
            return false;
        }
        uint32_t slot = heap_.front().slot;
        std::pop_heap(heap_.begin(), heap_.end(), later);
        heap_.pop_back();
        slots_[slot].queued = false;
        if (!reaches_theta(slots_[slot])) {
            NodeMap::Entry& entry = nodes_.at(slots_[slot].id);
            bool again = entry.expansions > 0 && direction_ == Direction::down;
            if (!again || slots_[slot].outside.value().d + slots_[slot].inside.value().d < query_.theta) continue;
        }
        fetch_ahead(slots_[slot]);
        if (source_.error()) return fail(*source_.error());
        uint32_t expansions = nodes_.at(slots_[slot].id).expansions;
        Weight weight = direction_ == Direction::up ? Weight{} : down_weight(slots_[slot]);
        if (direction_ == Direction::up) {
            Weight out = slots_[slot].outside.value(), in = slots_[slot].inside.value();
            weight = {out.f + in.f, out.d + in.d, out.m + in.m};
        }
        double cut = cut_weight(weight, expansions > 0);
        if (query_.theta > 0 ? cut < query_.theta : expansions > 0 && cut < kAgainMin) continue;
        Waiting node = std::move(slots_[slot]);
        slots_[slot] = Waiting{};
        NodeMap::Entry& entry = nodes_.at(node.id);
        entry.slot = NodeMap::kNoSlot;
        entry.expansions += 1;
        free_.push_back(slot);
        --steps;
        ++nodes_in_run_;
        if (looping(node, expansions, cut)) {
            end(End::unknown, weight, "loop");
            continue;
        }
        expand(node, weight, expansions);
        if (source_.error()) return fail(*source_.error());
    }
    return !heap_.empty();
}

// A loop that nothing enters keeps its weight: 64 rounds without loss are enough to say so.
bool Walk::looping(Waiting const& node, uint32_t expansions, double weight) {
    if (expansions == 0) return false;
    stats_.re_expansions += 1;
    uint64_t key = node.id.a * 0x9E3779B97F4A7C15ULL ^ node.id.b;
    auto [found, first] = loops_.emplace(key, weight);
    return !first && expansions >= kLoopExpansions && weight >= found->second * (1 - 1e-9);
}

void Walk::expand(Waiting const& node, Weight const& weight, uint32_t expansions) {
    if (expansions == 0) {
        switch (node.id.kind()) {
            case NodeKind::lot_state:
                stats_.lots_visited += 1;
                break;
            case NodeKind::vessel_state:
                stats_.vessel_states_visited += 1;
                break;
            default:
                break;  // events count when they are entered
        }
    }
    depth_ = node.depth;
    bool up = direction_ == Direction::up;
    switch (node.id.kind()) {
        case NodeKind::lot_state:
            up ? up_lot(node) : down_lot(node, weight);
            break;
        case NodeKind::event:
            if (up && node.id.is_draw()) {
                up_draw(node);
            } else {
                up ? up_event(node) : down_event(node, weight);
            }
            break;
        case NodeKind::vessel_state:
            up ? up_vessel(node) : down_vessel(node, weight);
            break;
        case NodeKind::pool:
            up ? up_pool(node) : down_pool(node, weight);
            break;
    }
}

Result<std::vector<WalkEdge>> Walk::edges(storage::View const& view, NodeId id, NodeKey key, LotNumber via,
                                          uint32_t depth) {
    source_.attach(view);
    std::vector<WalkEdge> out;
    Waiting node;
    node.id = id;
    node.key = key;
    node.depth = depth;
    node.outside.add({1, 0, 0});
    if (via != 0) node.arrivals.push_back({via, {1, 0, 0}, 1});
    nodes_.at(id).expansions += 1;
    edges_ = &out;
    expand(node, {1, 0, 0}, 0);
    edges_ = nullptr;
    if (source_.error()) return fail(*source_.error());
    return out;
}

}  // namespace ingot::tracechain
