// Acceptance examples of spec/trace-semantics.md 7.2 through real capture, store and walk.
#include "tests/tracechain/capture_fixture.hpp"

namespace ingot::tracechain {
namespace {

std::vector<std::string> const kDiamond{"C A:60000",
                                        "C B:40000",
                                        "C C:50000",
                                        "X A:60000,B:40000 > M:100000",
                                        "X M:100000 > P:70000,Q:30000",
                                        "X P:50000,C:50000 > R:100000",
                                        "X Q:30000,R:30000 > Z:60000"};
std::map<std::string, double> const kDiamondShares{{"A", 0.45}, {"B", 0.3}, {"C", 0.25}, {"M", 0.75},
                                                   {"Q", 0.5},  {"R", 0.5}, {"P", 0.25}};

TEST(AcceptanceT1, WeightedDraw) {
    Chain chain;
    chain.say({"C L1:30000", "C L2:20000", "C L3:30000", "V+ S L1:30000", "V+ S L2:20000", "V+ S L3:30000",
               "V- S > OUT:30000"});
    auto up = chain.up("OUT");
    expect_shares(up.share, {{"L1", 0.375}, {"L2", 0.25}, {"L3", 0.375}});
    EXPECT_NEAR(up.closure.resolved, 1, 1e-9);
    for (std::string lot : {"L1", "L2", "L3"}) {
        auto down = chain.down(lot);
        expect_shares(down.of_start, {{"OUT", 0.375}});
        EXPECT_NEAR(down.located.in_vessels, 0.625, 1e-9) << lot;
        EXPECT_NEAR(down.closure.resolved, 1, 1e-9) << lot;
    }
}

TEST(AcceptanceT2, FifoAgainstWellMixedByGrossMass) {
    for (auto const& [policy, share] : {std::pair<std::string, double>{"fifo", 2.0 / 3}, {"well_mixed", 0.5}}) {
        Chain chain;
        chain.say({"C ABC:5000{dry 4500, Cu 25 final}", "C DIV:5000{dry 4750, Cu 20 final}",
                   "V+ P[" + policy + "] ABC:5000", "V+ P DIV:5000", "V- P > D1:7500"});
        expect_shares(chain.up("D1").share, {{"ABC", share}, {"DIV", 1 - share}});
        auto const now = chain.view();
        auto number = storage::find_campaign_number(*now, Chain::key("P"));
        ASSERT_TRUE(number && *number);
        auto campaign = *storage::find_campaign(*now, **number);
        auto left = [&](Basis const& basis) { return campaign->tail.content.value(basis); };
        EXPECT_EQ(left({BasisKind::gross_mass, {}}), 2'500'000'000);
        EXPECT_EQ(left({BasisKind::dry_mass, {}}), policy == "fifo" ? 2'375'000'000 : 2'312'500'000);
        EXPECT_EQ(left({BasisKind::element, "Cu"}), policy == "fifo" ? 475'000'000 : 518'750'000);
    }
}

TEST(AcceptanceT3, Diamond) {
    Chain chain;
    chain.say(kDiamond);
    auto up = chain.up("Z");
    expect_shares(up.share, kDiamondShares);
    EXPECT_NEAR(up.closure.resolved, 1, 1e-9);
    EXPECT_EQ(up.stats.lots_visited, 8u);
    EXPECT_EQ(up.stats.events_visited, 4u);
    auto down = chain.down("A");
    expect_shares(down.share, {{"M", 0.6}, {"P", 0.6}, {"Q", 0.6}, {"Z", 0.45}, {"R", 0.3}});
    double on_hand = 0;
    for (auto const& [name, exposure] : down.share) on_hand += exposure * down.on_hand_kg[name];
    EXPECT_NEAR(on_hand, 60'000, 1e-6);
    TraceQuery two = Chain::wide(1e-6);
    two.max_depth = 2;
    auto near = chain.ask(Direction::up, "Z", two);
    expect_shares(near.share, {{"M", 0.75}, {"Q", 0.5}, {"R", 0.5}, {"C", 0.25}, {"P", 0.25}});
    EXPECT_NEAR(near.closure.resolved, 0.25, 1e-9);
    EXPECT_NEAR(near.closure.beyond_limit, 0.75, 1e-9);
}

// One furnace, heel 20 %, `heats` charges and draws in documents.
void run_heats(Chain& chain, int heats) {
    chain.say({"C H0:20000", "C S:10000", "C K:800000000", "V+ F H0:20000"});
    std::vector<std::string> events;
    auto post = [&] {
        auto answer = chain.post(Notation::document(events), principal_of("1"));
        ASSERT_TRUE(answer) << answer.error().detail;
        events.clear();
    };
    for (int i = 1; i <= heats; ++i) {
        events.push_back(chain.notation.line(i == 1 ? "V+ F S:10000,K:70000" : "V+ F K:80000").json);
        events.push_back(chain.notation.line("V- F > T" + std::to_string(i) + ":80000").json);
        if (events.size() == 200 || i == heats) post();
    }
}

TEST(AcceptanceT4, HeelDilutesAndTheWalkStaysShort) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    constexpr int kMany = 400;  // the whole ten thousand take minutes under a sanitizer
#else
    constexpr int kMany = 10'000;
#endif
    for (int heats : {10, kMany}) {
        Chain chain;
        run_heats(chain, heats);
        double share = 0.1;
        for (int i = 1; i <= 6; ++i, share /= 5)
            EXPECT_NEAR(chain.up("T" + std::to_string(i), UINT64_MAX, 1e-9).share["S"], share, 1e-9) << i;
        auto down = chain.down("S", UINT64_MAX, 0.001);
        expect_shares(down.share, {{"T1", 0.1}, {"T2", 0.02}, {"T3", 0.004}});
        EXPECT_NEAR(down.closure.resolved, 0.992, 1e-9);
        EXPECT_NEAR(down.closure.pruned, 0.008, 1e-9);
        EXPECT_LE(down.stats.nodes_visited(), 16u);
        EXPECT_LE(down.stats.records_read, 1.2 * static_cast<double>(down.stats.nodes_visited()) + 64);
        auto query = Chain::wide(1e-15);
        query.cutoff = Cutoff::share;
        EXPECT_NEAR(chain.ask(Direction::down, "S", query).closure.resolved * 10'000, 10'000, 0.001);
    }
}

TEST(AcceptanceT12, OverdrawIsShortUntilItIsRepaid) {
    Chain chain;
    chain.say({"C L:10000"});
    NotedEvent const draw = chain.notation.line("X L:50000 > O:50000");
    auto refused = chain.post(draw, true);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::Overdraw);
    EXPECT_EQ(*storage::read_count(*chain.view(), "events"), 1u);
    EXPECT_EQ(chain.on_hand_kg("L"), 10'000);

    ASSERT_TRUE(chain.post(draw));
    auto up = chain.up("O");
    expect_shares(up.share, {{"L", 0.2}});
    EXPECT_NEAR(up.closure.resolved, 0.2, 1e-9);
    EXPECT_NEAR(up.gaps["short"], 0.8, 1e-9);
    EXPECT_EQ(chain.on_hand_kg("L"), 0);
    EXPECT_EQ(chain.lot("L").tail.debt, 40'000'000'000);

    chain.say({"AJ L +40000"});
    auto repaid = chain.up("O");
    expect_shares(repaid.share, {{"L", 1}});
    EXPECT_NEAR(repaid.closure.resolved, 1, 1e-9);
    EXPECT_EQ(chain.lot("L").tail.debt, 0);
    auto before = chain.up("O", 2);
    expect_shares(before.share, {{"L", 0.2}});
    EXPECT_NEAR(before.gaps["short"], 0.8, 1e-9);
}

TEST(AcceptanceT12, WithinToleranceIsAWeighingDifference) {
    Chain chain;
    chain.say({"C L:10000", "X L:10040 > O2:10040"});
    expect_shares(chain.up("O2").share, {{"L", 1}});
    EXPECT_EQ(chain.lot("L").tail.debt, 0);
    EXPECT_EQ(chain.lot("L").tail.difference, 40'000'000);
}

TEST(AcceptanceT15, VoidTakesTheOriginAway) {
    Chain chain;
    chain.say(kDiamond);
    chain.say({"ER 6 did_not_occur"});
    auto up = chain.up("Z");
    expect_shares(up.share, {{"A", 0.3}, {"B", 0.2}, {"Q", 0.5}, {"M", 0.5}, {"R", 0.5}});
    EXPECT_NEAR(up.closure.resolved, 0.5, 1e-9);
    EXPECT_NEAR(up.gaps["no-origin"], 0.5, 1e-9);
    EXPECT_EQ(chain.on_hand_kg("P"), 70'000);
    EXPECT_EQ(chain.on_hand_kg("C"), 50'000);
    EXPECT_EQ(chain.on_hand_kg("R"), 0);
    expect_shares(chain.up("Z", 7).share, kDiamondShares);
}

TEST(AcceptanceT16, CycleIsRefusedStrictAndConvergesTolerant) {
    Chain chain;
    chain.say(kDiamond);
    NotedEvent const loop = chain.notation.line("X Z:10000 > A:10000 @0.5");
    auto refused = chain.post(loop, true);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::LineageCycle);
    EXPECT_EQ(*storage::read_count(*chain.view(), "events"), 7u);
    EXPECT_EQ(chain.on_hand_kg("Z"), 60'000);
    EXPECT_EQ(chain.lot("A").tail.supplied, 60'000'000'000);

    auto taken = chain.post(loop);
    ASSERT_TRUE(taken);
    EXPECT_EQ((*taken)["results"][0]["flags"][0], "time-order");
    auto up = chain.up("Z", UINT64_MAX, 1e-12);
    expect_shares(up.share, {{"A", 0.480916030534},
                             {"B", 0.320610687023},
                             {"C", 0.267175572519},
                             {"M", 0.801526717557},
                             {"P", 0.267175572519},
                             {"Q", 0.534351145038},
                             {"R", 0.534351145038},
                             {"Z", 0.0687022900763}});
    EXPECT_NEAR(up.closure.resolved, 1 - up.closure.pruned, 1e-12);
    EXPECT_LT(up.closure.pruned, 1e-11);
    EXPECT_NEAR(up.closure.resolved - up.share["B"] - up.share["C"], 0.412213740458, 1e-9);  // A's own origin
    for (double theta : {1e-6, 1e-12, 0.0}) EXPECT_GT(chain.down("A", UINT64_MAX, theta).closure.resolved, 0.999);
    for (double theta : {1e-6, 0.0}) EXPECT_NEAR(chain.up("Z", UINT64_MAX, theta).closure.sum(), 1, 1e-9);
}

TEST(AcceptanceT18, PlainCampaignIsPooledAndAVesselOrdersIt) {
    std::vector<std::string> const anodes{"C AN1:1000", "C AN2:1000", "C AN3:1000"};
    Chain plain;
    plain.say(anodes);
    plain.say({"T C7 AN1:1000 >", "T C7 AN2:1000 > CATH1:900", "T C7 AN3:1000 > CATH2:1950,SLIME:30"});
    for (std::string out : {"CATH1", "CATH2"})
        expect_shares(plain.up(out).share, {{"AN1", 1.0 / 3}, {"AN2", 1.0 / 3}, {"AN3", 1.0 / 3}});
    auto down = plain.down("AN1");
    expect_shares(down.of_start, {{"CATH1", 0.3}, {"CATH2", 0.65}, {"SLIME", 0.01}});
    EXPECT_NEAR(down.located.in_process, 0.04, 1e-9);
    plain.say({"C AN4:1000", "T C7 AN4:1000 >"});
    expect_shares(plain.up("CATH1").share, {{"AN1", 0.25}, {"AN2", 0.25}, {"AN3", 0.25}, {"AN4", 0.25}});
    expect_shares(plain.up("CATH1", 6).share, {{"AN1", 1.0 / 3}, {"AN2", 1.0 / 3}, {"AN3", 1.0 / 3}});

    Chain mixed;
    mixed.say(anodes);
    mixed.say({"V+ C7 AN1:1000", "V+ C7 AN2:1000 > CATH1:900", "V+ C7 AN3:1000 > CATH2:1950,SLIME:30"});
    expect_shares(mixed.up("CATH1").share, {{"AN1", 0.5}, {"AN2", 0.5}});
    expect_shares(mixed.up("CATH2").share, {{"AN1", 0.261904761905}, {"AN2", 0.261904761905}, {"AN3", 0.47619047619}});
    auto spread = mixed.down("AN1");
    expect_shares(spread.of_start, {{"CATH1", 0.45}, {"CATH2", 0.510714285714}, {"SLIME", 0.00785714285714}});
    EXPECT_NEAR(spread.located.in_vessels, 0.0314285714286, 1e-9);

    Chain fifo;
    fifo.say(anodes);
    fifo.say({"V+ C7[fifo] AN1:1000", "V+ C7 AN2:1000 > CATH1:900", "V+ C7 AN3:1000 > CATH2:1950,SLIME:30"});
    expect_shares(fifo.up("CATH1").share, {{"AN1", 1}});
    expect_shares(fifo.up("CATH2").share, {{"AN1", 0.0505050505051}, {"AN2", 0.505050505051}, {"AN3", 0.444444444444}});
    EXPECT_NEAR(fifo.down("AN1").of_start["CATH1"], 0.9, 1e-9);
    EXPECT_NEAR(fifo.down("AN1").closure.resolved, 1, 1e-9);
}

TEST(AcceptanceT18, AVesselEventTurnsAPlainCampaign) {
    Chain chain;
    chain.say({"C AN1:1000", "C AN2:1000", "C AN3:1000", "T C7 AN1:1000 >", "T C7 AN2:1000 > CATH1:900"});
    expect_shares(chain.up("CATH1").share, {{"AN1", 0.5}, {"AN2", 0.5}});
    chain.say({"V+ C7 AN3:1000"});
    expect_shares(chain.up("CATH1").share, {{"AN1", 0.5}, {"AN2", 0.5}});
    expect_shares(chain.up("CATH1", 5).share, {{"AN1", 0.5}, {"AN2", 0.5}});
    EXPECT_NEAR(chain.down("AN3").located.in_vessels, 1, 1e-9);
}

TEST(AcceptanceT19, LateChargeChangesTheDrawAfterIt) {
    Chain chain;
    chain.say({"C A:100", "C B:100", "V+ V A:100 @10", "V- V > X:50 @30"});
    expect_shares(chain.up("X").share, {{"A", 1}});
    chain.say({"V+ V B:100 @20"});
    expect_shares(chain.up("X").share, {{"A", 0.5}, {"B", 0.5}});
    auto down = chain.down("A");
    expect_shares(down.of_start, {{"X", 0.25}});
    EXPECT_NEAR(down.located.in_vessels, 0.75, 1e-9);
    expect_shares(chain.up("X", 4).share, {{"A", 1}});
}

TEST(AcceptanceT20, HeelUnderOneLotId) {
    Chain chain;
    chain.say({"C ALI1:5000", "X ALI1:5000,HEEL:500 > BIL1:5000,HEEL:500", "X BIL1:5000 > EXT1:4200,SCR1:800",
               "X SCR1:800,HEEL:500 > BIL2:790,HEEL:510", "X BIL2:790 > EXT2:700"});
    auto first = chain.up("BIL1");
    expect_shares(first.share, {{"ALI1", 0.909090909091}, {"HEEL", 0.0909090909091}});
    EXPECT_NEAR(first.gaps["no-origin"], 0.0909090909091, 1e-9);
    auto second = chain.up("BIL2");
    expect_shares(
        second.share,
        {{"ALI1", 0.909090909091}, {"SCR1", 0.615384615385}, {"BIL1", 0.615384615385}, {"HEEL", 0.475524475524}});
    EXPECT_NEAR(second.gaps["no-origin"], 0.0909090909091, 1e-9);
}

TEST(AcceptanceT21, OrderOfArrivalDoesNotMatterAndRepetitionIsRecognised) {
    Chain chain;
    std::vector<NotedEvent> events;
    for (std::string const& line : kDiamond) events.push_back(chain.notation.line(line));
    for (auto event = events.rbegin(); event != events.rend(); ++event) ASSERT_TRUE(chain.post(*event));
    auto up = chain.up("Z");
    expect_shares(up.share, kDiamondShares);
    EXPECT_NEAR(up.closure.resolved, 1, 1e-9);
    EXPECT_EQ(chain.on_hand_kg("P"), 20'000);
    EXPECT_EQ(chain.on_hand_kg("Z"), 60'000);
    for (NotedEvent const& event : events) {
        auto again = chain.post(event);
        ASSERT_TRUE(again);
        EXPECT_EQ((*again)["duplicate"], 1);
    }
    EXPECT_EQ(*storage::read_count(*chain.view(), "events"), 7u);
    EXPECT_EQ(chain.on_hand_kg("Z"), 60'000);
    auto conflict = chain.post(chain.notation.line("X Q:30000,R:30000 > Z:59000", 7));
    ASSERT_FALSE(conflict);
    EXPECT_EQ(conflict.error().code, Code::EventConflict);
}

}  // namespace
}  // namespace ingot::tracechain
