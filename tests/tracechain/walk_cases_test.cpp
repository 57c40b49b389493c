// The acceptance examples of spec/trace-semantics.md 7.2 at the level of the walk, exact to 1e-9.
#include "tests/tracechain/walk_answers.hpp"

namespace ingot::tracechain {
namespace {

TEST(WalkT1, AWeightedDrawHoldsEveryChargeByAmount) {
    Graph graph;
    graph.add("C L1:30000").add("C L2:20000").add("C L3:30000");
    graph.add("V+ S L1:30000").add("V+ S L2:20000").add("V+ S L3:30000").add("V- S > OUT:30000");
    auto out = up(graph, "OUT");
    EXPECT_SHARE(out, "L1", 0.375);
    EXPECT_SHARE(out, "L2", 0.25);
    EXPECT_SHARE(out, "L3", 0.375);
    EXPECT_NEAR(out.closure.resolved, 1, 1e-9);
    for (std::string lot : {"L1", "L2", "L3"}) {
        auto spread = down(graph, lot);
        EXPECT_NEAR(spread.nodes["OUT"].start_share, 0.375, 1e-9) << lot;
        EXPECT_NEAR(spread.located.in_vessels, 0.625, 1e-9) << lot;
        EXPECT_NEAR(spread.closure.resolved, 1, 1e-9) << lot;
    }
}

TEST(WalkT2, FifoTakesTheOldestWellMixedHalf) {
    for (auto const& [policy, share] : {std::pair<std::string, double>{"P[fifo]", 2.0 / 3}, {"P", 0.5}}) {
        Graph graph;
        graph.add("C ABC:5000").add("C DIV:5000").add("V+ " + policy + " ABC:5000").add("V+ P DIV:5000");
        graph.add("V- P > D1:7500");
        auto out = up(graph, "D1");
        EXPECT_SHARE(out, "ABC", share);
        EXPECT_SHARE(out, "DIV", 1 - share);
        auto spread = down(graph, "DIV");
        EXPECT_NEAR(spread.nodes["D1"].start_share, (1 - share) * 7500 / 5000, 1e-9);
        EXPECT_NEAR(spread.located.in_vessels, 1 - (1 - share) * 1.5, 1e-9);
    }
}

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

Graph heel(int heats) {
    Graph graph;
    graph.add("C H0:20000").add("C S:10000").add("C K:800000000").add("V+ F H0:20000");
    for (int i = 1; i <= heats; ++i) {
        graph.add(i == 1 ? "V+ F S:10000,K:70000" : "V+ F K:80000");
        graph.add("V- F > T" + std::to_string(i) + ":80000");
    }
    return graph;
}

TEST(WalkT4, TheHeelDilutesAndTheCampaignsLengthCostsNothing) {
    for (int heats : {10, 10'000}) {
        Graph graph = heel(heats);
        double expected = 0.1;
        for (int i = 1; i <= 6; ++i, expected /= 5) {
            EXPECT_SHARE(up(graph, "T" + std::to_string(i), 1e-9), "S", expected);
        }
        auto out = down(graph, "S", 0.001);
        EXPECT_EQ(out.nodes.size(), 3u);
        EXPECT_SHARE(out, "T1", 0.1);
        EXPECT_SHARE(out, "T2", 0.02);
        EXPECT_SHARE(out, "T3", 0.004);
        EXPECT_NEAR(out.nodes["T1"].kg, 8000, 1e-6);
        EXPECT_NEAR(out.nodes["T2"].kg, 1600, 1e-6);
        EXPECT_NEAR(out.nodes["T3"].kg, 320, 1e-6);
        EXPECT_NEAR(out.closure.resolved, 0.992, 1e-9);
        EXPECT_NEAR(out.closure.pruned, 0.008, 1e-9);
        EXPECT_LE(out.stats.nodes_visited(), 16u);
        EXPECT_LE(out.stats.records_read, 1.2 * static_cast<double>(out.stats.nodes_visited()) + 64);

        auto query = every(1e-15);
        query.cutoff = Cutoff::share;
        auto all = walk(graph, Direction::down, {"S"}, query);
        EXPECT_NEAR(all.closure.resolved * 10'000, 10'000, 0.001);
    }
}

TEST(WalkT12, AnOverdrawIsUnknownUntilASurveyRepaysIt) {
    Graph graph;
    graph.add("C L:10000").add("X L:50000 > O:50000");
    auto out = up(graph, "O");
    EXPECT_SHARE(out, "L", 0.2);
    EXPECT_NEAR(out.closure.resolved, 0.2, 1e-9);
    EXPECT_NEAR(out.closure.unknown, 0.8, 1e-9);
    EXPECT_NEAR(out.gaps["short 88.999.1/L"], 0.8, 1e-9);
    EXPECT_EQ(graph.tail("L").debt, 40'000'000'000);
    graph.add("AJ L +40000");
    auto mended = up(graph, "O");
    EXPECT_SHARE(mended, "L", 1);
    EXPECT_NEAR(mended.closure.resolved, 1, 1e-9);
    EXPECT_EQ(graph.tail("L").debt, 0);
    auto before = up(graph, "O", 1e-6, 2);
    EXPECT_SHARE(before, "L", 0.2);
    EXPECT_NEAR(before.closure.unknown, 0.8, 1e-9);

    Graph near;
    near.add("C L:10000").add("X L:10040 > O2:10040");
    EXPECT_SHARE(up(near, "O2"), "L", 1);
    EXPECT_EQ(near.tail("L").debt, 0);
    EXPECT_EQ(near.tail("L").difference, 40'000'000);
}

TEST(WalkT15, AVoidedEventLeavesItsProductsWithoutOrigin) {
    Graph graph = diamond();
    graph.add("ER 6");
    auto out = up(graph, "Z");
    EXPECT_SHARE(out, "A", 0.3);
    EXPECT_SHARE(out, "B", 0.2);
    EXPECT_SHARE(out, "Q", 0.5);
    EXPECT_SHARE(out, "M", 0.5);
    EXPECT_SHARE(out, "R", 0.5);
    EXPECT_NEAR(out.closure.resolved, 0.5, 1e-9);
    EXPECT_NEAR(out.closure.unknown, 0.5, 1e-9);
    EXPECT_NEAR(out.gaps["no-origin 88.999.1/R"], 0.5, 1e-9);
    EXPECT_EQ(graph.tail("P").content.value({}), 70'000'000'000);
    EXPECT_EQ(graph.tail("C").content.value({}), 50'000'000'000);
    EXPECT_EQ(graph.tail("R").content.value({}), 0);
    auto before = up(graph, "Z", 1e-6, 7);
    EXPECT_SHARE(before, "A", 0.45);
    EXPECT_SHARE(before, "B", 0.3);
    EXPECT_SHARE(before, "C", 0.25);
}

TEST(WalkRoles, FuelIsAnEdgeWithoutWeight) {
    Graph graph;
    graph.add("C ORE:100").add("C COKE:20").add("X ORE:100,COKE:20 > METAL:90");
    graph.aux("COKE");
    auto out = up(graph, "METAL", 0);
    EXPECT_SHARE(out, "ORE", 1);
    EXPECT_SHARE(out, "COKE", 0);
    EXPECT_EQ(out.nodes.count("COKE"), 1u);
    auto spread = down(graph, "COKE", 0);
    EXPECT_SHARE(spread, "METAL", 0);
    EXPECT_NEAR(spread.located.loss, 1, 1e-9);
    EXPECT_SHARE(down(graph, "ORE", 0), "METAL", 1);
}

TEST(WalkT16, ACycleOfContradictingTimesEndsByItself) {
    Graph graph = diamond();
    graph.add("X Z:10000 > A:10000 @0.5");
    auto out = up(graph, "Z", 1e-12);
    EXPECT_SHARE(out, "A", 0.480916030534);
    EXPECT_SHARE(out, "B", 0.320610687023);
    EXPECT_SHARE(out, "C", 0.267175572519);
    EXPECT_SHARE(out, "Z", 0.0687022900763);
    EXPECT_LT(out.closure.pruned, 1e-11);
    EXPECT_NEAR(out.closure.resolved, 1 - out.closure.pruned, 1e-12);
    for (double theta : {1e-6, 1e-12, 0.0}) {
        auto again = up(graph, "Z", theta);
        EXPECT_TRUE(again.finished);
        auto spread = down(graph, "A", theta);
        EXPECT_TRUE(spread.finished);
        EXPECT_GT(spread.closure.resolved, 0.999) << theta;
    }
}

TEST(WalkT16, ALoopThatNothingEntersIsUnknown) {
    Graph graph;
    graph.add("X B:100 > A:100 @10").add("X A:100 > B:100 @9");
    auto out = up(graph, "A");
    EXPECT_TRUE(out.finished);
    EXPECT_NEAR(out.gaps["loop"], 1, 1e-9);
    EXPECT_LE(out.stats.re_expansions, 300u);
}

TEST(WalkT18, APlainCampaignIsPooledOverAllItsEvents) {
    Graph graph;
    graph.add("C AN1:1000").add("C AN2:1000").add("C AN3:1000").add("T C7 AN1:1000 >");
    graph.add("T C7 AN2:1000 > CATH1:900").add("T C7 AN3:1000 > CATH2:1950,SLIME:30");
    for (std::string cathode : {"CATH1", "CATH2"}) {
        auto out = up(graph, cathode);
        for (std::string anode : {"AN1", "AN2", "AN3"}) EXPECT_SHARE(out, anode, 1.0 / 3);
    }
    auto spread = down(graph, "AN1");
    EXPECT_NEAR(spread.nodes["CATH1"].start_share, 0.3, 1e-9);
    EXPECT_NEAR(spread.nodes["CATH2"].start_share, 0.65, 1e-9);
    EXPECT_NEAR(spread.nodes["SLIME"].start_share, 0.01, 1e-9);
    EXPECT_NEAR(spread.located.in_process, 0.04, 1e-9);
    graph.add("C AN4:1000").add("T C7 AN4:1000 >");
    auto later = up(graph, "CATH1");
    for (std::string anode : {"AN1", "AN2", "AN3", "AN4"}) EXPECT_SHARE(later, anode, 0.25);
    EXPECT_SHARE(up(graph, "CATH1", 1e-6, 6), "AN1", 1.0 / 3);
}

Graph cathodes(std::string const& campaign) {
    Graph graph;
    graph.add("C AN1:1000").add("C AN2:1000").add("C AN3:1000").add("V+ " + campaign + " AN1:1000");
    graph.add("T C7 AN2:1000 > CATH1:900").add("T C7 AN3:1000 > CATH2:1950,SLIME:30");
    return graph;
}

TEST(WalkT18, TheSameEventsWithAVesselAreReplayedInTime) {
    Graph graph = cathodes("C7");
    for (int late : {0, 1}) {
        if (late) graph.add("C AN4:1000").add("V+ C7 AN4:1000");
        auto first = up(graph, "CATH1");
        EXPECT_SHARE(first, "AN1", 0.5);
        EXPECT_SHARE(first, "AN2", 0.5);
        auto second = up(graph, "CATH2");
        EXPECT_SHARE(second, "AN1", 0.261904761905);
        EXPECT_SHARE(second, "AN2", 0.261904761905);
        EXPECT_SHARE(second, "AN3", 0.47619047619);
        auto spread = down(graph, "AN1");
        EXPECT_NEAR(spread.nodes["CATH1"].start_share, 0.45, 1e-9);
        EXPECT_NEAR(spread.nodes["CATH2"].start_share, 0.510714285714, 1e-9);
        EXPECT_NEAR(spread.nodes["SLIME"].start_share, 0.00785714285714, 1e-9);
        EXPECT_NEAR(spread.located.in_vessels, 0.0314285714286, 1e-9);
    }
    Graph fifo = cathodes("C7[fifo]");
    EXPECT_SHARE(up(fifo, "CATH1"), "AN1", 1);
    auto second = up(fifo, "CATH2");
    EXPECT_SHARE(second, "AN1", 0.0505050505051);
    EXPECT_SHARE(second, "AN2", 0.505050505051);
    EXPECT_SHARE(second, "AN3", 0.444444444444);
    auto spread = down(fifo, "AN1");
    EXPECT_NEAR(spread.nodes["CATH1"].start_share, 0.9, 1e-9);
    EXPECT_NEAR(spread.closure.resolved, 1, 1e-9);
}

TEST(WalkT19, ALateChargeChangesTheDrawsAfterIt) {
    Graph graph;
    graph.add("C A:100").add("C B:100").add("V+ V A:100 @10").add("V- V > X:50 @30");
    EXPECT_SHARE(up(graph, "X"), "A", 1);
    graph.add("V+ V B:100 @20");
    auto out = up(graph, "X");
    EXPECT_SHARE(out, "A", 0.5);
    EXPECT_SHARE(out, "B", 0.5);
    auto spread = down(graph, "A");
    EXPECT_NEAR(spread.nodes["X"].start_share, 0.25, 1e-9);
    EXPECT_NEAR(spread.located.in_vessels, 0.75, 1e-9);
    EXPECT_SHARE(up(graph, "X", 1e-6, 4), "A", 1);
}

TEST(WalkT20, AHeelUnderOneLotIdIsASpiralNotACycle) {
    Graph graph;
    graph.add("C ALI1:5000").add("X ALI1:5000,HEEL:500 > BIL1:5000,HEEL:500");
    graph.add("X BIL1:5000 > EXT1:4200,SCR1:800").add("X SCR1:800,HEEL:500 > BIL2:790,HEEL:510");
    graph.add("X BIL2:790 > EXT2:700");
    auto first = up(graph, "BIL1");
    EXPECT_SHARE(first, "ALI1", 0.909090909091);
    EXPECT_SHARE(first, "HEEL", 0.0909090909091);
    EXPECT_NEAR(first.gaps["no-origin 88.999.1/HEEL"], 0.0909090909091, 1e-9);
    auto second = up(graph, "BIL2");
    EXPECT_SHARE(second, "ALI1", 0.909090909091);
    EXPECT_SHARE(second, "SCR1", 0.615384615385);
    EXPECT_SHARE(second, "BIL1", 0.615384615385);
    EXPECT_SHARE(second, "HEEL", 0.475524475524);
    EXPECT_NEAR(second.closure.unknown, 0.0909090909091, 1e-9);
}

}  // namespace
}  // namespace ingot::tracechain
