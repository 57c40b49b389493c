// The table of T17 (spec/trace-semantics.md 7.2) for one length of history.
#pragma once

#include <chrono>

#include "tests/tracechain/plant_graph.hpp"
#include "tests/tracechain/walk_answers.hpp"

namespace ingot::tracechain {

struct PlantRow {
    double theta = 0;
    size_t listed = 0;
    uint64_t events = 0;
    double pruned = 0;
    size_t of_kind = 0;  // trucks up, bundles down
};

inline void expect_row(Graph& graph, Direction direction, std::string const& start, PlantRow const& row) {
    auto from = std::chrono::steady_clock::now();
    auto out = walk(graph, direction, {start}, every(row.theta));
    std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - from;
    std::printf("%s theta %g: %.1f ms, %llu nodes\n", direction == Direction::up ? "up" : "down", row.theta,
                took.count(), static_cast<unsigned long long>(out.stats.nodes_visited()));
    EXPECT_EQ(out.nodes.size(), row.listed) << row.theta;
    EXPECT_EQ(out.stats.events_visited, row.events) << row.theta;
    EXPECT_EQ(out.stats.lots_visited, row.listed + 1) << row.theta;
    EXPECT_NEAR(out.closure.pruned, row.pruned, 1e-9) << row.theta;
    EXPECT_NEAR(out.closure.sum(), 1, 1e-9) << row.theta;
    EXPECT_LE(out.stats.records_read, 1.2 * static_cast<double>(out.stats.nodes_visited()) + 64) << row.theta;
    EXPECT_EQ(out.stats.re_expansions, 0u) << row.theta;
    size_t count = 0;
    for (auto const& [name, node] : out.nodes) count += name[0] == (direction == Direction::up ? 'R' : 'Z');
    if (row.of_kind > 0) {
        EXPECT_EQ(count, row.of_kind) << row.theta;
    }
}

}  // namespace ingot::tracechain
