// What a draw takes under each policy of spec/trace-semantics.md 1.5, up and down, by the rules of 3.2 and 3.4.
#include "tests/tracechain/chain_answers.hpp"

namespace ingot::tracechain {
namespace {

std::string const kDraw = R"("ingot:operation":"draw")";

// A charge that also says how long its charges rest, or how far its draws look back.
NotedEvent first_charge(Chain& chain, std::string const& line, std::string const& policy, std::string const& term) {
    std::string const words = R"("ingot:policy":")" + policy + '"';
    return edited(chain, line, words, words + "," + term);
}

NotedEvent selecting(Chain& chain, std::string const& line, std::map<std::string, int> const& lots) {
    std::string list;
    for (auto const& [name, kg] : lots) {
        list += (list.empty() ? "" : ",") + std::string(R"({"ingot:id":")") + Notation::uri(name) +
                R"(","ingot:gross":)" + std::to_string(kg) + "}";
    }
    return edited(chain, line, kDraw, kDraw + R"(,"ingot:selected":[)" + list + "]");
}

TEST(PolicyLifo, ADrawTakesTheNewestCharges) {
    Chain chain;
    chain.say({"C A:100", "C B:100", "V+ L[lifo] A:100", "V+ L B:100", "V- L > X:150", "V- L > Y:50"});
    expect_shares(chain.up("X").share, {{"A", 1.0 / 3}, {"B", 2.0 / 3}});
    expect_shares(chain.up("Y").share, {{"A", 1}});
    expect_shares(chain.down("A").of_start, {{"X", 0.5}, {"Y", 0.5}});
}

// PT20M: at minute 45 the charges of 10 and 20 are ripe, at 46 only what is left of them; then the youngest follows.
TEST(PolicyLine, RipeChargesGoFirstYoungerOnesFollow) {
    Chain chain;
    chain.say({"C A:100", "C B:100", "C D:100"});
    store(chain, first_charge(chain, "V+ L[line] A:100 @10", "line", R"("ingot:residence":"PT20M")"));
    chain.say({"V+ L B:100 @20", "V+ L D:100 @30", "V- L > X:150 @45", "V- L > Y:100 @46"});
    expect_shares(chain.up("X").share, {{"A", 2.0 / 3}, {"B", 1.0 / 3}});
    expect_shares(chain.up("Y").share, {{"B", 0.5}, {"D", 0.5}});
    auto b = chain.down("B"), d = chain.down("D");
    expect_shares(b.of_start, {{"X", 0.5}, {"Y", 0.5}});
    expect_shares(d.of_start, {{"Y", 0.5}});
    EXPECT_NEAR(d.located.in_vessels, 0.5, 1e-9);
    EXPECT_NEAR(d.closure.resolved, 1, 1e-9);
}

// PT15M: X at 22 sees the charges of 10 and 20, Y at 30 only that of 20, Z at 50 none.
TEST(PolicyWindow, ADrawSharesTheChargesOfItsWindowByAmount) {
    Chain chain;
    chain.say({"C A:100", "C B:300"});
    store(chain, first_charge(chain, "V+ W[window] A:100 @10", "window", R"("ingot:window":"PT15M")"));
    chain.say({"V+ W B:300 @20", "V- W > X:100 @22", "V- W > Y:50 @30", "V- W > Z:10 @50"});
    expect_shares(chain.up("X").share, {{"A", 0.25}, {"B", 0.75}});
    expect_shares(chain.up("Y").share, {{"B", 1}});
    auto z = chain.up("Z");
    EXPECT_TRUE(z.share.empty());
    EXPECT_NEAR(z.gaps["empty-window"], 1, 1e-9);
    // a(i,z) = F o_z; D = a / max(m, sum of a); what is left is in process while the window is open, then loss.
    auto a = chain.down("A"), b = chain.down("B");
    expect_shares(a.share, {{"X", 0.25}});
    expect_shares(a.of_start, {{"X", 0.25}});
    EXPECT_NEAR(a.located.loss, 0.75, 1e-9);
    expect_shares(b.share, {{"X", 0.75}, {"Y", 1}});
    expect_shares(b.of_start, {{"X", 0.25}, {"Y", 50.0 / 300}});
    EXPECT_NEAR(b.located.loss, 1 - 0.25 - 50.0 / 300, 1e-9);
    auto query = asking("A");
    for (auto const& [minute, open] : {std::pair(24, true), std::pair(25, true), std::pair(26, false)}) {
        query.at_us = Graph::kStart + minute * Graph::kMinute;
        Json then = ask(chain, Direction::down, query);
        EXPECT_EQ(then["located"]["in_process"], open ? 0.75 : 0) << minute;
        EXPECT_EQ(then["located"]["loss"], open ? 0 : 0.75) << minute;
        EXPECT_EQ(then["closure"]["resolved"], 1);
    }
}

// Contents are depleted by amount only: two draws may each count the same charge, and then divide it.
TEST(PolicyWindow, AChargeSeenTooOftenIsDividedByWhatItsDrawsCount) {
    Chain chain;
    chain.say({"C A:100", "C B:100"});
    store(chain, first_charge(chain, "V+ W[window] A:100 @10", "window", R"("ingot:window":"PT10M")"));
    chain.say({"V- W > X:80 @12", "V+ W B:100 @25", "V- W > Y:110 @26"});
    expect_shares(chain.up("Y").share, {{"B", 1}});
    expect_shares(chain.down("B").of_start, {{"Y", 1}});  // 110 counted of 100 charged
    expect_shares(chain.down("A").of_start, {{"X", 0.8}});
}

TEST(PolicySelected, ADrawTakesTheLotsItNames) {
    Chain chain;
    chain.say({"C A:21000", "C B:19000", "C D:10000", "V+ S[selected] A:21000,D:10000", "V+ S B:19000"});
    store(chain, selecting(chain, "V- S > X:21000", {{"A", 21000}}));
    store(chain, selecting(chain, "V- S > Y:10000", {{"B", 6000}, {"D", 4000}}));
    expect_shares(chain.up("X").share, {{"A", 1}});
    auto y = chain.up("Y");
    expect_shares(y.share, {{"B", 0.6}, {"D", 0.4}});
    EXPECT_NEAR(y.closure.resolved, 1, 1e-9);
    auto a = chain.down("A"), b = chain.down("B"), d = chain.down("D");
    expect_shares(a.of_start, {{"X", 1}});
    expect_shares(a.share, {{"X", 1}});
    expect_shares(b.of_start, {{"Y", 6.0 / 19}});
    expect_shares(b.share, {{"Y", 0.6}});
    EXPECT_NEAR(b.located.in_vessels, 13.0 / 19, 1e-9);
    expect_shares(d.of_start, {{"Y", 0.4}});
    expect_shares(d.share, {{"Y", 0.4}});
    EXPECT_NEAR(d.located.in_vessels, 0.6, 1e-9);
    EXPECT_NEAR(d.closure.resolved, 1, 1e-9);
}

TEST(PolicySelected, EveryChargeOfTheLotBeforeTheDrawCounts) {
    Chain chain;
    chain.say({"C A:100", "X A:40 > B:40", "V+ S[selected] A:20", "V+ S A:30", "V+ S B:40"});
    store(chain, selecting(chain, "V- S > X:60", {{"A", 40}, {"B", 20}}));
    expect_shares(chain.up("X").share, {{"A", 1}, {"B", 1.0 / 3}});  // B was made of A
    auto a = chain.down("A");
    EXPECT_NEAR(a.of_start["X"], 0.4 + 0.2, 1e-9);
    EXPECT_NEAR(a.located.in_vessels, 0.1 + 0.2, 1e-9);
    EXPECT_NEAR(a.located.on_hand, 0.1 + 0.6, 1e-9);  // the rest of A, and X
    EXPECT_NEAR(a.share["X"], 1, 1e-9);
}

TEST(PolicySelected, WhatWasNeverChargedIsShort) {
    Chain chain;
    chain.say({"C A:100", "C B:300", "V+ S[selected] A:100,B:300"});
    store(chain, selecting(chain, "V- S > X:200", {{"A", 200}}));
    store(chain, selecting(chain, "V- S > Y:10", {{"NEVER", 10}}));
    auto x = chain.up("X");
    expect_shares(x.share, {{"A", 0.5}});
    EXPECT_NEAR(x.gaps["short"], 0.5, 1e-9);
    EXPECT_NEAR(chain.up("Y").gaps["short"], 1, 1e-9);
    auto a = chain.down("A");
    expect_shares(a.of_start, {{"X", 1}});
    expect_shares(a.share, {{"X", 0.5}});
}

// By dry mass 6,000 of B at 90 % and 4,000 of A at 80 % are 5,400 and 3,200.
TEST(PolicySelected, OtherBasesFollowTheLots) {
    Chain chain;
    chain.say({"C A:4000{dry 3200}", "C B:8000{dry 7200}", "V+ S[selected] A:4000", "V+ S B:8000"});
    store(chain, selecting(chain, "V- S > X:10000", {{"A", 4000}, {"B", 6000}}));
    auto query = asking("X");
    query.basis = {storage::BasisKind::dry_mass, {}};
    Json answer = ask(chain, Direction::up, query);
    expect_shares(shares_of(answer), {{"A", 3200.0 / 8600}, {"B", 5400.0 / 8600}});
    EXPECT_EQ(answer["events"][0]["basis_used"], "dry_mass");
    EXPECT_EQ(answer["vessels"][0]["policy"], "selected");
}

}  // namespace
}  // namespace ingot::tracechain
