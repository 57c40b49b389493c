// Rules of the walk that the acceptance examples do not reach: lots of several states, fuel in campaigns, instances
// made twice, raw depth, sums at the edge (spec/trace-semantics.md 1.2, 3.4 to 3.7, 3.10).
#include "tests/tracechain/chain_answers.hpp"
#include "tracechain/explain.hpp"
#include "tracechain/query_stream.hpp"
#include "tracechain/vessel_view.hpp"

namespace ingot::tracechain {
namespace {

Json explained(Chain const& chain, ExplainQuery const& query) {
    auto out = run_explain(*chain.view(), query, {});
    EXPECT_TRUE(out) << (out ? "" : out.error().detail);
    return out ? Json::parse(out->body) : Json();
}

// What the rows of a stream say in the end: the last row of a lot counts.
std::map<std::string, double> streamed(Chain const& chain, Direction direction, TraceQuery const& query,
                                       char const* member) {
    std::map<std::string, double> out;
    auto lines = TraceStream::begin(chain.view(), direction, query, {});
    EXPECT_TRUE(lines);
    std::string text, line;
    while ((*lines)->next(text)) {
    }
    std::istringstream in(text);
    while (std::getline(in, line)) {
        Json row = Json::parse(line);
        if (row["row"] == "node") out[row["id"].get<std::string>().substr(9)] = row[member];
    }
    return out;
}

// A's two parts of L are 0.45 of 100 kg and 0.5 of 100 kg; 1,000 kg of W went in between.
TEST(WalkStates, WhatWaitsBelowThetaCountsByItsPartOfTheLot) {
    Chain chain;
    chain.say({"C A:1000", "C B:1000", "C L:900", "X A:45,B:55 > L:100", "X L:1000 > W:1000", "X A:50,B:50 > L:100"});
    auto const whole = chain.down("A", UINT64_MAX, 0).share;
    EXPECT_NEAR(whole.at("L"), (45 + 50) / 1100.0, 1e-9);
    auto query = asking("A");
    query.theta = 0.4;
    query.min_share = 0;
    auto view = chain.view();
    WalkListing listing(Direction::down, query);
    WalkTerms const terms;
    Walk walk(Direction::down, query, terms, 6, listing);
    ASSERT_TRUE(walk.begin(*view, {{chain.lot("A").lot}}));
    ASSERT_TRUE(walk.run(*view, {}));
    ASSERT_TRUE(walk.credit_waiting());
    EXPECT_NEAR(listing.find(chain.lot("L").lot)->entered.f.value(), whole.at("L"), 1e-9);
}

TEST(WalkStates, AStreamEndsAtTheSharesOfThePagedAnswer) {
    Chain chain;
    chain.say({"C A:1000", "C B:1000", "C L:100", "X A:90,B:10 > L:100", "X L:100 > W:100", "X A:5,B:95 > L:100",
               "X L:150,B:50 > Z:200"});
    for (double theta : {0.0, 0.1, 0.3}) {
        for (auto const& [direction, start, member] :
             {std::tuple(Direction::down, "A", "exposure"), std::tuple(Direction::up, "Z", "share")}) {
            auto query = asking(start);
            query.theta = theta;
            EXPECT_EQ(streamed(chain, direction, query, member), shares_of(ask(chain, direction, query), member))
                << start << theta;
        }
    }
}

TEST(WalkRoles, FuelIsAnEdgeWithoutWeight) {
    Chain chain;
    chain.say({"C ORE:100", "C COKE:20", "X ORE:100,COKE:20{aux} > METAL:90"});
    expect_shares(chain.up("METAL", UINT64_MAX, 0).share, {{"ORE", 1}, {"COKE", 0}});
    auto coke = chain.down("COKE", UINT64_MAX, 0);
    expect_shares(coke.share, {{"METAL", 0}});
    EXPECT_NEAR(coke.located.loss, 1, 1e-9);
    expect_shares(chain.down("ORE", UINT64_MAX, 0).share, {{"METAL", 1}});
}

TEST(WalkRoles, FuelOfAPlainCampaignIsUsedUpInIt) {
    Chain chain;
    chain.say({"C ORE:100", "C COKE:20", "C BOTH:50", "T P ORE:100,COKE:20{aux} > METAL:90", "T P BOTH:25{aux} >",
               "T P BOTH:25 >"});
    expect_shares(chain.up("METAL", UINT64_MAX, 0).share, {{"ORE", 0.8}, {"BOTH", 0.2}, {"COKE", 0}});
    auto coke = chain.down("COKE", UINT64_MAX, 0), both = chain.down("BOTH", UINT64_MAX, 0);
    expect_shares(coke.share, {{"METAL", 0}});
    EXPECT_NEAR(coke.located.loss, 1, 1e-9);
    expect_shares(both.share, {{"METAL", 0.2}});  // F.Qz = D.Qa: 0.2 of 90 kg is 0.36 of 50 kg
    expect_shares(both.of_start, {{"METAL", 0.2 * 90 / 50}});
    EXPECT_NEAR(both.located.loss, 0.5, 1e-9);
    EXPECT_NEAR(both.closure.resolved, 1, 1e-9);
}

TEST(WalkInstances, WhatIsMadeTwiceIsOfItsFirstMaker) {
    Chain chain;
    chain.say({"C A1:100", "C A2:100", "X A1:100 > Z!", "X A2:100 > Z!", "X Z! > N:90"});
    expect_shares(chain.up("N").share, {{"Z", 1}, {"A1", 1}});
    expect_shares(chain.down("A1").share, {{"Z", 1}, {"N", 1}});
    auto second = chain.down("A2", UINT64_MAX, 0);
    expect_shares(second.share, {});
    EXPECT_NEAR(second.located.loss, 1, 1e-9);
}

TEST(WalkRaw, DepthCountsEveryNodeOnce) {
    Chain chain;
    chain.say({"C A:100", "X A:100 > B:100", "X B:100 > D:100", "C K:10", "V+ F D:100", "V- F > E:50"});
    auto listed = [&](Direction direction, std::string const& name, uint32_t depth) {
        auto query = asking(name);
        query.raw = true;
        query.max_depth = depth;
        Json answer = ask(chain, direction, query);
        EXPECT_NEAR(answer["closure"]["resolved"].get<double>() + answer["closure"]["beyond_limit"].get<double>(), 1,
                    1e-9);
        return ids(answer["nodes"]).size();
    };
    // D (0), event (1), B (2), event (3), A (4).
    for (auto const& [depth, lots] : {std::pair(1, 1u), {2, 1u}, {3, 2u}})
        EXPECT_EQ(listed(Direction::up, "D", static_cast<uint32_t>(depth)), lots) << depth;
    for (auto const& [depth, lots] : {std::pair(1, 1u), {2, 1u}, {3, 2u}})
        EXPECT_EQ(listed(Direction::down, "A", static_cast<uint32_t>(depth)), lots) << depth;
    // E (0), draw (1), vessel state (2), charge (3), D (4), event (5).
    for (auto const& [depth, lots] : {std::pair(1, 0u), {2, 0u}, {3, 1u}, {4, 1u}, {5, 2u}})
        EXPECT_EQ(listed(Direction::up, "E", static_cast<uint32_t>(depth)), lots) << depth;
}

TEST(WalkLinks, ExplainKeepsTheCompositionOfEachOutput) {
    Chain chain;
    chain.say({"C A:100", "C B:100"});
    store(chain, edited(chain, "X A:100,B:100 > Y1:100,Y2:100", "\"type\":\"TransformationEvent\"",
                        R"("type":"TransformationEvent","ingot:links":[)"
                        R"({"ingot:output":"https://ingot.example/88.999.1/Y1",)"
                        R"("ingot:input":"https://ingot.example/88.999.1/A","ingot:share":1},)"
                        R"({"ingot:output":"https://ingot.example/88.999.1/Y2",)"
                        R"("ingot:input":"https://ingot.example/88.999.1/B","ingot:share":1}])"));
    chain.say({"X Y1:100,Y2:100 > Z:200"});
    for (auto const& [from, middle] : {std::pair("A", "Y1"), std::pair("B", "Y2")}) {
        Json answer = explained(chain, {lot(from), lot("Z"), 5, {}});
        EXPECT_EQ(answer["share"], 0.5);
        ASSERT_EQ(answer["paths"].size(), 1u) << answer.dump();
        EXPECT_EQ(answer["paths"][0]["weight"], 0.5);
        EXPECT_EQ(answer["paths"][0]["lots"][1], Notation::full(middle));
        EXPECT_EQ(answer["remaining"], 0);
    }
}

TEST(WalkDepth, ExplainsPathsAreAsDeepAsItsShare) {
    Chain chain;
    chain.say({"C A:60000", "C B:40000", "C C:50000", "X A:60000,B:40000 > M:100000", "X M:100000 > P:70000,Q:30000",
               "X P:50000,C:50000 > R:100000", "X Q:30000,R:30000 > Z:60000"});
    // Least hops count: the event that made M is the third from Z by Q, so the longer way is open as well.
    for (auto const& [depth, share, paths] : {std::tuple(2u, 0.0, 0u), {3u, 0.45, 2u}, {4u, 0.45, 2u}}) {
        ExplainQuery query{lot("A"), lot("Z"), 5, {}};
        query.walk.max_depth = depth;
        Json answer = explained(chain, query);
        EXPECT_EQ(answer["share"], share) << depth;
        EXPECT_EQ(answer["paths"].size(), paths) << depth;
        EXPECT_EQ(answer["remaining"], 0) << depth;
    }
}

// Three supplies of 4e18 base units, used up in between, are more than 64 bits hold together.
TEST(WalkSums, StayAtTheLargestNumberInsteadOfOverflowing) {
    Chain chain;
    std::string const most = "4000000000000";
    auto valued = [&](std::string const& line, std::string const& name, std::string const& side) {
        store(chain, edited(chain, line, "\"type\":\"TransformationEvent\"",
                            R"("type":"TransformationEvent","ingot:amounts":[{"ingot:id":")" + Notation::uri(name) +
                                R"(","ingot:side":")" + side + R"(","ingot:economic":)" + most + "}]"));
    };
    chain.say({"C A:300", "C COKE:30"});
    for (std::string n : {"1", "2", "3"}) {
        valued("X A:100 > L:100", "L", "output");
        chain.say({"X L:100 > W" + n + ":100"});
    }
    auto query = asking("A");
    query.basis = {storage::BasisKind::economic, {}};
    EXPECT_NEAR(ask(chain, Direction::down, query)["closure"]["resolved"].get<double>(), 1, 1e-9);
    for (int i = 0; i < 3; ++i) {
        store(chain, edited(chain, "T P COKE:10 >", "\"type\":\"TransformationEvent\"",
                            R"("type":"TransformationEvent","ingot:amounts":[{"ingot:id":")" + Notation::uri("COKE") +
                                R"(","ingot:side":"input","ingot:role":"aux","ingot:economic":)" + most + "}]"));
    }
    VesselQuery vessel;
    vessel.campaign = lot("P");
    auto read = read_vessel(*chain.view(), vessel, {});
    ASSERT_TRUE(read) << read.error().detail;
    EXPECT_GT(Json::parse(*read)["charged"]["economic"].get<double>(), 0);
}

}  // namespace
}  // namespace ingot::tracechain
