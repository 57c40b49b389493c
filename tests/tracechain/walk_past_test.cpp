// An older as_of and an earlier moment answer as they would have been answered then (spec/trace-semantics.md 3.11):
// whatever is captured afterwards changes no byte of them.
#include "tests/tracechain/chain_answers.hpp"
#include "tracechain/explain.hpp"
#include "tracechain/lot_view.hpp"
#include "tracechain/vessel_view.hpp"

namespace ingot::tracechain {
namespace {

std::vector<std::string> const kDiamond{"C A:60000",
                                        "C B:40000",
                                        "C C:50000",
                                        "X A:60000,B:40000 > M:100000",
                                        "X M:100000 > P:70000,Q:30000",
                                        "X P:50000,C:50000 > R:100000",
                                        "X Q:30000,R:30000 > Z:60000"};

// Counters tell what was read, which may differ.
Json without_cost(Json answer) {
    answer.erase("stats");
    return answer;
}

Json lot_then(Chain const& chain, std::string const& name, AsAt const& then) {
    LotQuery query;
    query.lot = lot(name);
    query.limit = 100;
    static_cast<AsAt&>(query) = then;
    auto answer = read_lot(*chain.view(), query, {});
    EXPECT_TRUE(answer) << name << (answer ? "" : answer.error().detail);
    return answer ? Json::parse(*answer) : Json();
}

Json vessel_then(Chain const& chain, std::string const& name, AsAt const& then) {
    VesselQuery query;
    query.campaign = lot(name);
    static_cast<AsAt&>(query) = then;
    auto answer = read_vessel(*chain.view(), query, {});
    EXPECT_TRUE(answer) << name << (answer ? "" : answer.error().detail);
    return answer ? Json::parse(*answer) : Json();
}

Json walks_then(Chain const& chain, std::string const& name, AsAt const& then) {
    Json out;
    for (Direction direction : {Direction::up, Direction::down}) {
        for (storage::Basis const& basis : {storage::Basis{}, storage::Basis{storage::BasisKind::dry_mass, {}}}) {
            auto query = asking(name);
            query.theta = 0;
            query.basis = basis;
            static_cast<AsAt&>(query) = then;
            out.push_back(without_cost(ask(chain, direction, query)));
        }
    }
    return out;
}

TEST(WalkPast, ALotIsToldAsBeforeItsEventWasVoid) {
    Chain chain;
    chain.say(kDiamond);
    AsAt then;
    then.as_of_seq = 7;
    std::map<std::string, Json> before;
    for (std::string name : {"A", "C", "P", "R", "Z"}) before[name] = lot_then(chain, name, then);
    EXPECT_EQ(before["P"]["supplied_kg"], 70000);
    EXPECT_EQ(before["P"]["consumed_kg"], 50000);
    EXPECT_EQ(before["P"]["on_hand"][0]["kg"], 20000);
    chain.say({"ER 6 did_not_occur"});
    EXPECT_EQ(lot_then(chain, "P", {})["on_hand"][0]["kg"], 70000);
    for (auto const& [name, told] : before) EXPECT_EQ(lot_then(chain, name, then), told) << name;
}

TEST(WalkPast, WhereTheStartIsDoesNotMoveWithLaterShipments) {
    Chain chain;
    chain.say(kDiamond);
    AsAt then, moment;
    then.as_of_seq = 7;
    moment.at_us = Notation::kStart + 7 * Notation::kMinute;
    Json const before = walks_then(chain, "A", then), lot_before = lot_then(chain, "Z", then);
    chain.say({"SH Z:20000 > 3", "RC Z:20000 /3", "SH Z:10000 > https://x.example/party", "DI P:1000"});
    EXPECT_EQ(walks_then(chain, "A", then), before);
    EXPECT_EQ(lot_then(chain, "Z", then), lot_before);
    EXPECT_EQ(lot_then(chain, "Z", moment)["on_hand"], lot_before["on_hand"]);
    Json const now = walks_then(chain, "A", {});
    EXPECT_NE(now[2]["located"], before[2]["located"]);
    EXPECT_EQ(walks_then(chain, "A", moment)[2]["located"], before[2]["located"]);
    AsAt shipped;
    shipped.as_of_seq = 8;  // sent, not received
    EXPECT_EQ(lot_then(chain, "Z", shipped)["on_hand"][1]["state"], "in_transit");
    chain.say({"ER 8 did_not_occur"});
    EXPECT_EQ(lot_then(chain, "Z", shipped)["on_hand"][1]["state"], "in_transit");
}

// C A, C B, A used up by an event that states no amount; then a late event took half of A before it.
TEST(WalkPast, SumsAreThoseOfThatTime) {
    Chain chain;
    chain.say({"C A:100{dry 90}", "C B:100{dry 80}", "X A,B:100 > Z:200 @10"});
    AsAt then;
    then.as_of_seq = 3;
    Json const up = walks_then(chain, "Z", then), down = walks_then(chain, "B", then);
    chain.say({"X A:50 > Y:50 @5"});
    EXPECT_EQ(walks_then(chain, "Z", then), up);
    EXPECT_EQ(walks_then(chain, "B", then), down);
    expect_shares(shares_of(down[2], "exposure"), {{"Z", 0.5}});
    expect_shares(chain.down("B").share, {{"Z", 100.0 / 150}});
    expect_shares(chain.down("B", 3).share, {{"Z", 0.5}});
}

TEST(WalkPast, AChargeBroughtWhatItsInputsGaveThen) {
    Chain chain;
    chain.say({"C A:100", "C B:100", "V+ V A @10", "V+ V B:100 @11", "V- V > X:100 @12"});
    AsAt then;
    then.as_of_seq = 5;
    Json const vessel = vessel_then(chain, "V", then), up = walks_then(chain, "X", then);
    expect_shares(shares_of(up[0]), {{"A", 0.5}, {"B", 0.5}});
    chain.say({"X A:50 > Y:50 @5", "V+ V Y:50 @11.5", "V- V > W:10 @13"});
    EXPECT_EQ(vessel_then(chain, "V", then), vessel);
    EXPECT_EQ(walks_then(chain, "X", then), up);
}

// Captured one by one; every answer given on the way is given again from the whole by its as_of.
void expect_each_answer_again(std::vector<std::string> const& lines, std::vector<std::string> const& lots,
                              std::string const& vessel = {}) {
    Chain whole, growing;
    whole.say(lines);
    for (size_t i = 0; i < lines.size(); ++i) {
        growing.say({lines[i]});
        AsAt older;
        older.as_of_seq = i + 1;
        for (std::string const& name : lots) {
            if (!*storage::find_lot_number(*growing.view(), Chain::key(name))) continue;
            EXPECT_EQ(lot_then(whole, name, older), lot_then(growing, name, {})) << name << " after " << lines[i];
            EXPECT_EQ(walks_then(whole, name, older), walks_then(growing, name, {})) << name << " after " << lines[i];
        }
        if (vessel.empty() || !*storage::find_campaign_number(*growing.view(), Chain::key(vessel))) continue;
        EXPECT_EQ(vessel_then(whole, vessel, older), vessel_then(growing, vessel, {})) << " after " << lines[i];
    }
}

TEST(WalkPast, WhoMadeALotIsWhoWasKnownToThen) {
    expect_each_answer_again(
        {"C B:100", "X L:10 > N:10", "C L:100 @1", "X B:100 > L:100 @1.5", "X L:50 > O:50", "ER 4 did_not_occur"},
        {"B", "L", "N", "O"});
}

TEST(WalkPast, EveryKindOfEventLeavesOlderAnswersAlone) {
    expect_each_answer_again({"C A:100{dry 80} @1", "C B:100{dry 90} @2", "V+ V A:50 @20", "V- V > X:30 @30",
                              "V+ V B:40 @25", "X X:10 > Y:10 @40", "SH X:10 > 3 @41", "RC X:10 /3 @42",
                              "X A:70 > O:70 @43", "AJ A +30 @50", "ER 5 did_not_occur", "DI B:5 @60",
                              "X A,B:20 > W:40 @15", "V- V > X2:40 @70", "ER 7 did_not_occur", "PK BOX Y:10 @80"},
                             {"A", "B", "X", "Y", "O", "W", "X2"}, "V");
}

TEST(WalkPast, APlainCampaignIsPooledFromWhatWasKnown) {
    expect_each_answer_again({"C A:100", "C B:100", "T P A >", "T P B:50 > X:80 @20", "X A:40 > Y:40 @1.5",
                              "T P B:50 > Z:30 @30", "ER 4 did_not_occur"},
                             {"A", "B", "X", "Y", "Z"}, "P");
}

}  // namespace
}  // namespace ingot::tracechain
