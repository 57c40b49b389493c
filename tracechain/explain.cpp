#include "tracechain/explain.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <queue>
#include <tuple>

#include "base/encoding.hpp"
#include "tracechain/basis.hpp"
#include "tracechain/query_json.hpp"

namespace ingot::tracechain {
namespace {

constexpr size_t kPartialPathsMax = 200'000;

// Explain needs edges only.
class Silent final : public WalkSink {
  public:
    void lot(LotVisit const&) override {}
    void event(EventVisit const&) override {}
    void gap(GapVisit const&) override {}
    bool listed(LotNumber) const override { return false; }
};

// Remembers the weight entering one lot.
class OneLot final : public WalkSink {
  public:
    explicit OneLot(LotNumber lot) : lot_(lot) {}
    void lot(LotVisit const& visit) override {
        ++rows;
        if (visit.row.lot == lot_) share.add(visit.entered.f);
    }
    void event(EventVisit const&) override { ++rows; }
    void gap(GapVisit const&) override {}
    bool listed(LotNumber lot) const override { return lot == lot_; }
    Sum share;
    uint64_t rows = 0;  // lots and events the caller sees

  private:
    LotNumber lot_;
};

struct Found {
    double weight = 0;
    std::vector<LotNumber> lots;
    std::vector<std::pair<EventSeq, int64_t>> events;  // seq and time
};

class Explainer {
  public:
    Explainer(storage::View const& view, ExplainQuery const& query, WalkTerms const& terms, AsOf const& as_of,
              LotNumber from, LotNumber to)
        : view_(view),
          query_(all_edges(query)),
          terms_(terms),
          from_(from),
          to_(to),
          walk_(Direction::up, query_.walk, terms, as_of.seq, silent_) {}

    Result<void> run(WalkBudget const& budget) {
        budget_ = budget;
        if (auto begun = walk_.begin(view_, {{to_}}); !begun) return begun;
        storage::LotRow const* row = walk_.source().lot(to_);
        if (row == nullptr) return fail(*walk_.source().error());
        NodeKey key{row->tail.bound_time_us, row->tail.bound_seq, 3};
        auto start = place(NodeId::lot(to_, row->tail.bound_seq), key, to_);
        if (!start) return fail(start.error());
        start_ = *start;
        nodes_[start_].depth = 0;
        if (auto found = discover(); !found) return found;
        hopes();
        return search();
    }

    std::vector<Found> const& paths() const { return paths_; }
    char const* stop() const { return stop_; }  // "nodes", "time", "paths", or null: nothing was cut
    bool more() const { return more_; }
    Walk& walk() { return walk_; }

  private:
    struct Edge {
        uint32_t to = 0;
        double share = 0;
    };
    struct Node {
        NodeId id;
        NodeKey key;
        LotNumber via = 0;
        std::vector<Edge> edges;
        double hope = 0;              // largest product to `from`
        uint32_t depth = UINT32_MAX;  // least hops from `to`
        bool discovered = false;
    };
    struct Partial {
        double bound = 0, weight = 0;
        uint32_t node = 0;
        uint32_t parent = UINT32_MAX;
        bool operator<(Partial const& other) const { return bound < other.bound; }
    };

    static ExplainQuery all_edges(ExplainQuery query) {
        query.walk.theta = 0;
        return query;
    }

    // Outputs of one event have one composition and share a node; where ingot:links says more each has its own.
    Result<uint32_t> place(NodeId id, NodeKey key, LotNumber via) {
        if (auto found = places_.find({id.a, id.b, 0}); found != places_.end()) return found->second;
        if (auto found = places_.find({id.a, id.b, via}); found != places_.end()) return found->second;
        bool of_its_own = false;
        if (id.kind() == NodeKind::event && !id.is_draw()) {
            storage::LinkRow const* link = walk_.source().link(id.number());
            if (link == nullptr) return fail(*walk_.source().error());
            of_its_own = !link->links.empty();
        }
        auto const number = static_cast<uint32_t>(nodes_.size());
        places_[{id.a, id.b, of_its_own ? via : 0}] = number;
        Node& node = nodes_.emplace_back();
        node.id = id;
        node.key = key;
        node.via = via;
        return number;
    }

    // Every node above `to` within the budget, each read once and only after its least depth is known: a hop counts 1
    // and stands last in the queue, what counts 0 stands first.
    Result<void> discover() {
        std::deque<uint32_t> queue{start_};
        uint64_t read = 0, found = 0;
        while (!queue.empty()) {
            uint32_t const at = queue.front();
            queue.pop_front();
            if (std::exchange(nodes_[at].discovered, true)) continue;
            if (is_target(at) && at != start_) continue;
            stop_ = used_up(budget_, terms_.clock, read++, found);
            if (stop_ != nullptr) break;
            NodeId const id = nodes_[at].id;
            uint32_t const depth = nodes_[at].depth;
            auto edges = walk_.edges(view_, id, nodes_[at].key, nodes_[at].via, depth);
            if (!edges) return fail(edges.error());
            found += edges->size();
            for (WalkEdge const& edge : *edges) {
                auto next = place(edge.id, edge.key, id.kind() == NodeKind::lot_state ? id.number() : 0);
                if (!next) return fail(next.error());
                nodes_[at].edges.push_back({*next, edge.share});
                if (edge.depth >= nodes_[*next].depth) continue;
                nodes_[*next].depth = edge.depth;
                edge.depth == depth ? queue.push_front(*next) : queue.push_back(*next);
            }
        }
        return {};
    }

    // Largest product from each node down to `from`: Dijkstra backwards, as every share is at most 1.
    void hopes() {
        std::vector<std::vector<Edge>> back(nodes_.size());
        std::priority_queue<std::pair<double, uint32_t>> queue;
        for (uint32_t at = 0; at < nodes_.size(); ++at) {
            for (Edge const& edge : nodes_[at].edges) back[edge.to].push_back({at, edge.share});
            if (at != start_ && is_target(at)) {
                nodes_[at].hope = 1;
                queue.push({1, at});
            }
        }
        while (!queue.empty()) {
            auto [hope, at] = queue.top();
            queue.pop();
            if (hope < nodes_[at].hope) continue;
            for (Edge const& edge : back[at]) {
                double better = hope * edge.share;
                if (better <= nodes_[edge.to].hope) continue;
                nodes_[edge.to].hope = better;
                queue.push({better, edge.to});
            }
        }
    }

    bool is_target(uint32_t at) const {
        return nodes_[at].id.kind() == NodeKind::lot_state && nodes_[at].id.number() == from_;
    }

    Result<void> search() {
        std::priority_queue<std::pair<Partial, uint32_t>> queue;
        uint64_t popped = 0;
        auto push = [&](Partial partial) {
            partials_.push_back(partial);
            queue.push({partial, static_cast<uint32_t>(partials_.size() - 1)});
        };
        if (nodes_[start_].hope > 0) push({nodes_[start_].hope, 1, start_, UINT32_MAX});
        while (!queue.empty()) {
            auto [partial, self] = queue.top();
            queue.pop();
            if (partial.parent != UINT32_MAX && is_target(partial.node)) {
                if (paths_.size() == query_.k && !same_as_last(self)) {
                    more_ = true;
                    break;
                }
                finish(self);
                continue;
            }
            char const* cut = partials_.size() >= kPartialPathsMax ? "paths" : nullptr;
            if (cut == nullptr && ++popped % 64 == 0) cut = used_up(budget_, terms_.clock, 0, 0);
            if (cut != nullptr) {
                if (stop_ == nullptr) stop_ = cut;
                more_ = true;
                break;
            }
            for (Edge const& edge : nodes_[partial.node].edges) {
                double weight = partial.weight * edge.share;
                double bound = weight * nodes_[edge.to].hope;
                if (bound > 0) push({bound, weight, edge.to, self});
            }
        }
        return {};
    }

    Found path_of(uint32_t self) const {
        Found path;
        path.weight = partials_[self].weight;
        for (uint32_t at = self; at != UINT32_MAX; at = partials_[at].parent) {
            Node const& node = nodes_[partials_[at].node];
            if (node.id.kind() == NodeKind::lot_state) {
                if (path.lots.empty() || path.lots.back() != node.id.number()) path.lots.push_back(node.id.number());
            } else if (node.id.kind() == NodeKind::event || node.id.kind() == NodeKind::pool) {
                EventSeq seq = node.id.kind() == NodeKind::event ? node.id.number() : node.key.seq;
                path.events.emplace_back(seq, node.key.time_us);
            }
        }
        return path;
    }

    bool same_as_last(uint32_t self) const {
        if (paths_.empty()) return false;
        Found path = path_of(self);
        return std::any_of(paths_.begin(), paths_.end(),
                           [&](Found const& known) { return known.lots == path.lots && known.events == path.events; });
    }

    // Paths that differ only in vessel states count as one, weights added.
    void finish(uint32_t self) {
        Found path = path_of(self);
        for (Found& known : paths_) {
            if (known.lots == path.lots && known.events == path.events) {
                known.weight += path.weight;
                return;
            }
        }
        paths_.push_back(std::move(path));
    }

    storage::View const& view_;
    ExplainQuery query_;
    WalkTerms const& terms_;
    WalkBudget budget_;
    LotNumber from_, to_;
    Silent silent_;
    Walk walk_;
    uint32_t start_ = 0;
    std::map<std::tuple<uint64_t, uint64_t, LotNumber>, uint32_t> places_;  // by node and, of its own, by output
    std::vector<Node> nodes_;
    std::vector<Partial> partials_;
    std::vector<Found> paths_;
    char const* stop_ = nullptr;
    bool more_ = false;
};

// The one lot an end names.
Result<LotNumber> one_lot(storage::View const& view, StartLot const& end, TraceQuery query, WalkTerms const& terms,
                          AsOf const& as_of) {
    query.start = {end};
    auto lots = resolve_starts(view, query, terms, as_of);
    if (!lots) return fail(lots.error());
    if (lots->size() == 1) return lots->front().lot;
    return fail(Code::InvalidParameter, "from and to name one lot each, not a container",
                "from 与 to 必须各为一个批次");
}

Result<void> write_path(JsonText& json, Walk& walk, Found const& path) {
    json.object().name("weight").number(path.weight).name("lots").array();
    for (LotNumber lot : path.lots) {
        storage::LotRow const* row = walk.source().lot(lot);
        if (row == nullptr) return fail(*walk.source().error());
        json.text(row->id);
    }
    json.end_array().name("events").array();
    for (auto const& event : path.events) json.count(event.first);
    json.end_array().name("times").array();
    for (auto const& event : path.events) json.time(event.second, 0);
    json.end_array().end_object();
    return {};
}

}  // namespace

Result<Explained> run_explain(storage::View const& view, ExplainQuery const& query, WalkTerms const& terms) {
    RunTimer const timer(terms, query.walk);
    auto as_of = resolve_as_of(view, query.walk);
    if (!as_of) return fail(as_of.error());
    auto from = one_lot(view, query.from, query.walk, terms, *as_of);
    if (!from) return fail(from.error());
    auto to = one_lot(view, query.to, query.walk, terms, *as_of);
    if (!to) return fail(to.error());
    OneLot one(*from);
    TraceQuery whole = query.walk;
    whole.theta = 1e-12;
    Walk walk(Direction::up, whole, terms, as_of->seq, one);
    if (auto begun = walk.begin(view, {{*to}}); !begun) return fail(begun.error());
    auto done = walk.run(view, timer.budget());
    if (!done) return fail(done.error());
    if (auto credited = walk.credit_waiting(); !credited) return fail(credited.error());

    Explainer explainer(view, query, terms, *as_of, *from, *to);
    if (auto ran = explainer.run(timer.budget()); !ran) return fail(ran.error());
    double share = one.share.value(), listed = 0;
    JsonText json;
    json.object().name("kind").text("explain").name("from").text(query.from.text).name("to").text(query.to.text);
    json.name("basis").text(basis_name(query.walk.basis));
    json.name("as_of").time(as_of->record_time_us, 6).name("as_of_seq").count(as_of->seq);
    json.name("share").number(share).name("paths").array();
    for (Found const& path : explainer.paths()) {
        listed += path.weight;
        if (auto written = write_path(json, explainer.walk(), path); !written) return fail(written.error());
    }
    double remaining = share - listed;
    json.end_array().name("remaining").number(remaining < 1e-12 ? 0 : remaining);
    json.name("path_count_at_least").count(explainer.paths().size() + (explainer.more() ? 1 : 0));
    WalkStats& stats = walk.stats();
    if (stats.stop == nullptr) stats.stop = explainer.stop();
    stats.complete = stats.stop == nullptr;
    json.name("complete").boolean(stats.complete);
    std::optional<uint64_t> rows_only;
    if (walk.closure().masked > 0) rows_only = one.rows;
    size_t const told = json.size();
    write_stats(json, stats, timer.elapsed_ms(), rows_only);
    json.end_object();
    Explained out;
    out.body = json.take();
    out.digest = "sha256:" + to_hex(bytes_of(sha256(std::string_view(out.body).substr(0, told))));
    out.complete = stats.complete;
    return out;
}

}  // namespace ingot::tracechain
