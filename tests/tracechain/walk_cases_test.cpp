// What a walk tells beyond the shares of the acceptance examples (acceptance_capture_test.cpp): counters, hops, loops.
#include "tests/tracechain/walk_answers.hpp"

namespace ingot::tracechain {
namespace {

TEST(WalkT3, TheDiamondSumsBeforeItExpands) {
    Graph graph = diamond();
    auto out = up(graph, "Z");
    for (auto const& [name, share] : std::map<std::string, double>{
             {"A", 0.45}, {"B", 0.3}, {"C", 0.25}, {"M", 0.75}, {"Q", 0.5}, {"R", 0.5}, {"P", 0.25}}) {
        EXPECT_SHARE(out, name, share);
    }
    EXPECT_EQ(out.nodes.size(), 7u);
    EXPECT_NEAR(out.closure.resolved, 1, 1e-9);
    EXPECT_NEAR(out.measured, 1, 1e-9);
    EXPECT_EQ(out.stats.lots_visited, 8u);
    EXPECT_EQ(out.stats.events_visited, 4u);
    EXPECT_EQ(out.stats.events_read, 4u);
    EXPECT_EQ(out.stats.records_read, 12u);
    EXPECT_EQ(out.stats.re_expansions, 0u);
    EXPECT_EQ(out.nodes["M"].hops, 2u);
    EXPECT_EQ(out.nodes["A"].hops, 3u);
    EXPECT_EQ(out.nodes["C"].hops, 2u);
    EXPECT_EQ(out.nodes["A"].terminal, "origin");
    EXPECT_NEAR(out.events[4].weight.value(), 0.75, 1e-9);
}

TEST(WalkT3, DownLocatesEveryKilogram) {
    Graph graph = diamond();
    auto a = down(graph, "A");
    EXPECT_SHARE(a, "M", 0.6);
    EXPECT_SHARE(a, "Z", 0.45);
    EXPECT_SHARE(a, "R", 0.3);
    EXPECT_NEAR(a.nodes["P"].start_share, 0.7, 1e-9);
    EXPECT_NEAR(a.nodes["R"].start_share, 0.5, 1e-9);
    EXPECT_NEAR(a.nodes["P"].attributed, 12'000, 1e-6);
    EXPECT_NEAR(a.nodes["R"].attributed, 21'000, 1e-6);
    EXPECT_NEAR(a.nodes["Z"].attributed, 27'000, 1e-6);
    EXPECT_NEAR(a.nodes["M"].on_hand, 0, 1e-6);
    auto b = down(graph, "B");
    EXPECT_NEAR(b.nodes["P"].attributed, 8'000, 1e-6);
    EXPECT_NEAR(b.nodes["R"].attributed, 14'000, 1e-6);
    EXPECT_NEAR(b.nodes["Z"].attributed, 18'000, 1e-6);
    auto c = down(graph, "C");
    EXPECT_NEAR(c.nodes["R"].attributed, 35'000, 1e-6);
    EXPECT_NEAR(c.nodes["Z"].attributed, 15'000, 1e-6);
    EXPECT_NEAR(c.located.on_hand, 1, 1e-9);
}

TEST(WalkT3, DepthTwoLeavesTheFirstMixBeyondTheLimit) {
    Graph graph = diamond();
    auto query = every();
    query.max_depth = 2;
    auto out = walk(graph, Direction::up, {"Z"}, query);
    EXPECT_EQ(out.nodes.size(), 5u);
    EXPECT_EQ(out.nodes.count("A"), 0u);
    EXPECT_SHARE(out, "M", 0.75);
    EXPECT_NEAR(out.closure.resolved, 0.25, 1e-9);
    EXPECT_NEAR(out.closure.beyond_limit, 0.75, 1e-9);
}

TEST(WalkT16, ALoopThatNothingEntersIsUnknown) {
    Graph graph;
    graph.add("X B:100 > A:100 @10").add("X A:100 > B:100 @9");
    auto out = up(graph, "A");
    EXPECT_TRUE(out.finished);
    EXPECT_NEAR(out.gaps["loop"], 1, 1e-9);
    EXPECT_LE(out.stats.re_expansions, 300u);
}

}  // namespace
}  // namespace ingot::tracechain
