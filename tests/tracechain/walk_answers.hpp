// Runs one walk over a Graph and keeps its figures by lot name.
#pragma once

#include "tests/tracechain/walk_fixture.hpp"
#include "tracechain/query_answer.hpp"
#include "tracechain/walk.hpp"

namespace ingot::tracechain {

// T3 of 7.2.
inline Graph diamond() {
    Graph graph;
    graph.add("C A:60000").add("C B:40000").add("C C:50000").add("X A:60000,B:40000 > M:100000");
    graph.add("X M:100000 > P:70000,Q:30000").add("X P:50000,C:50000 > R:100000").add("X Q:30000,R:30000 > Z:60000");
    return graph;
}

struct Figures {
    struct Node {
        double share = 0, start_share = 0, measured = 0;
        uint32_t hops = 0;
        double kg = 0;       // F * Q
        double on_hand = 0;  // kg
        double attributed = 0;
        std::string terminal;
    };
    std::map<std::string, Node> nodes;
    ClosureNumbers closure;
    LocatedNumbers located;
    std::map<std::string, double> gaps;
    std::map<EventSeq, ListedEvent> events;
    WalkStats stats;
    double measured = 0;
    bool finished = false;

    double share(std::string const& name) const {
        auto found = nodes.find(name);
        return found == nodes.end() ? 0 : found->second.share;
    }
};

inline TraceQuery every(double theta = 1e-6) {
    TraceQuery query;
    query.theta = theta;
    query.max_nodes = 5'000'000;
    query.max_edges = 0;
    query.max_depth = 100'000;
    return query;
}

inline Figures walk(Graph& graph, Direction direction, std::vector<std::string> const& starts, TraceQuery const& query,
                    EventSeq as_of = UINT64_MAX, WalkTerms const& terms = {}) {
    WalkListing listing(direction, query);
    Walk walk(direction, query, terms, std::min(as_of, graph.newest()), listing);
    std::vector<Start> numbers;
    for (auto const& start : starts) numbers.push_back({graph.number(start)});
    auto const& view = graph.view();
    Figures out;
    auto begun = walk.begin(view, numbers);
    EXPECT_TRUE(begun) << begun.error().detail;
    auto more = walk.run(view, {query.max_nodes, UINT64_MAX, Steady::max()});
    EXPECT_TRUE(more) << (more ? "" : more.error().detail);
    out.finished = walk.finished();
    out.closure = walk.closure();
    out.located = walk.located();
    out.measured = walk.measured();
    EXPECT_TRUE(walk.credit_waiting());
    out.stats = walk.stats();
    for (auto const* lot : listing.ranked()) {
        Figures::Node& node = out.nodes[graph.name(lot->lot)];
        node.share = lot->entered.f.value();
        node.start_share = lot->entered.d.value();
        node.measured = lot->entered.m.value();
        node.hops = lot->hops;
        node.terminal = lot->terminal;
        node.on_hand = static_cast<double>(lot->amounts.on_hand.value_or(0)) / 1e6;
        node.attributed = node.on_hand * lot->state_f;
        node.kg = node.share * static_cast<double>(lot->amounts.quantity.value_or(0)) / 1e6;
    }
    for (auto const& gap : listing.gaps())
        out.gaps[gap.reason + (gap.id.empty() ? "" : " " + gap.id)] += gap.share.value();
    for (auto const& event : listing.events()) out.events[event.seq] = event;
    return out;
}

inline Figures up(Graph& graph, std::string const& start, double theta = 1e-6, EventSeq as_of = UINT64_MAX) {
    auto out = walk(graph, Direction::up, {start}, every(theta), as_of);
    EXPECT_NEAR(out.closure.sum(), 1, 1e-9);
    return out;
}

inline Figures down(Graph& graph, std::string const& start, double theta = 1e-6, EventSeq as_of = UINT64_MAX) {
    auto out = walk(graph, Direction::down, {start}, every(theta), as_of);
    EXPECT_NEAR(out.closure.sum(), 1, 1e-9);
    return out;
}

#define EXPECT_SHARE(figures, name, expected) EXPECT_NEAR((figures).share(name), expected, 1e-9) << (name)

}  // namespace ingot::tracechain
