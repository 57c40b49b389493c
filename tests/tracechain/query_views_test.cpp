// GET /v1/lots and /v1/vessels: every member of spec/trace-semantics.md 4.15.
#include "tests/tracechain/chain_answers.hpp"
#include "tracechain/lot_view.hpp"
#include "tracechain/vessel_view.hpp"

namespace ingot::tracechain {
namespace {

Json lot_of(storage::View const& view, LotQuery const& query) {
    auto text = read_lot(view, query, {});
    EXPECT_TRUE(text) << (text ? "" : text.error().detail);
    return text ? Json::parse(*text) : Json();
}

Json vessel_of(storage::View const& view, std::string const& name, std::optional<EventSeq> as_of = {},
               std::optional<int64_t> at_us = {}) {
    VesselQuery query;
    query.campaign = lot(name);
    query.as_of_seq = as_of;
    query.at_us = at_us;
    auto text = read_vessel(view, query, {});
    EXPECT_TRUE(text) << (text ? "" : text.error().detail);
    return text ? Json::parse(*text) : Json();
}

std::vector<std::string> members(Json const& object) {
    std::vector<std::string> out;
    for (auto const& [name, value] : object.items()) out.push_back(name);
    return out;
}

LotQuery about(std::string const& name) {
    LotQuery query;
    query.lot = lot(name);
    return query;
}

// Commissioned with material, origin and assay, assayed again, packed, shipped in part, used, short, surveyed.
class LotViewTest : public ::testing::Test {
  protected:
    Chain chain;
    void SetUp() override {
        store(chain, edited(chain, "C L:1000{dry 900, Cu 25}", R"("ilmd":{)",
                            R"("ilmd":{"ingot:material":"urn:x:copper","ingot:origin":{"ingot:originType":"mine",)"
                            R"("ingot:supplier":"https://ingot.example/88.999.8","ingot:country":"CL",)"
                            R"("ingot:mine":"El Abra"},)"));
        std::string const sensor = R"("bizStep":"inspecting","sensorElementList":[{"sensorReport":[{"type":)"
                                   R"("ingot:MassFraction","value":26.5,"uom":"P1","ingot:element":"Cu",)"
                                   R"("ingot:status":"umpire"}]}])";
        NotedEvent assay = edited(chain, "AJ L +1", R"("bizStep":"stock_taking")", sensor);
        size_t const adjust = assay.json.find(R"(,"ingot:adjust")");
        assay.json = assay.json.substr(0, adjust) + "}";
        store(chain, assay);
        chain.say({"SH L:300 > 3", "X L:900 > O:900", "AJ L +50"});
    }
};

TEST_F(LotViewTest, TellsEveryMember) {
    Json answer = lot_of(*chain.view(), about("L"));
    EXPECT_EQ(members(answer), (std::vector<std::string>{"adjusted_out_kg",
                                                         "as_of",
                                                         "as_of_seq",
                                                         "assays",
                                                         "consumed_kg",
                                                         "container",
                                                         "debt_kg",
                                                         "disposed_kg",
                                                         "events",
                                                         "flags",
                                                         "holds",
                                                         "id",
                                                         "kind",
                                                         "locks",
                                                         "material",
                                                         "next",
                                                         "on_hand",
                                                         "origin",
                                                         "owner",
                                                         "states",
                                                         "supplied_kg",
                                                         "uri",
                                                         "weighing_difference_kg"}));
    EXPECT_EQ(answer["id"], "88.999.1/L");
    EXPECT_EQ(answer["uri"], "https://ingot.example/88.999.1/L");
    EXPECT_EQ(answer["kind"], "batch");
    EXPECT_EQ(answer["material"], "urn:x:copper");
    EXPECT_EQ(answer["owner"], "88.999.1");
    EXPECT_EQ(answer["as_of_seq"], 5);
    EXPECT_EQ(answer["origin"].dump(),
              R"({"country":"CL","mine":"El Abra","supplier":"https://ingot.example/88.999.8","type":"mine"})");
    EXPECT_EQ(answer["supplied_kg"], 1000);
    EXPECT_EQ(answer["consumed_kg"], 900);
    EXPECT_EQ(answer["debt_kg"], 0);
    EXPECT_EQ(answer["adjusted_out_kg"], 0);
    EXPECT_EQ(answer["disposed_kg"], 0);
    EXPECT_EQ(answer["weighing_difference_kg"], 0);
    EXPECT_EQ(answer["holds"].dump(), "[]");
    EXPECT_EQ(answer["locks"].dump(), "[]");
    EXPECT_TRUE(answer["container"].is_null());
    int64_t sum = 0;
    for (auto const& row : answer["on_hand"]) {
        EXPECT_EQ(members(row), (std::vector<std::string>{"holder", "kg", "locked_kg", "owner", "state"}));
        sum += row["kg"].get<int64_t>();
    }
    EXPECT_EQ(sum, 150);
}

TEST_F(LotViewTest, AssaysAreCurrentOrSuperseded) {
    Json assays = lot_of(*chain.view(), about("L"))["assays"];
    ASSERT_EQ(assays.size(), 2u);
    EXPECT_EQ(assays[0].dump(), R"({"current":true,"element":"Cu","percent":26.5,"seq":2,"status":"umpire",)"
                                R"("time":"2026-01-01T00:02:00Z"})");
    EXPECT_EQ(assays[1].dump(), R"({"current":false,"element":"Cu","percent":25,"seq":1,"status":"provisional",)"
                                R"("time":"2026-01-01T00:01:00Z"})");
    auto query = about("L");
    query.as_of_seq = 1;
    assays = lot_of(*chain.view(), query)["assays"];
    ASSERT_EQ(assays.size(), 1u);
    EXPECT_EQ(assays[0]["current"], true);
}

TEST_F(LotViewTest, StatesAndEventsArePagedNewestFirst) {
    auto query = about("L");
    Json answer = lot_of(*chain.view(), query);
    ASSERT_EQ(answer["states"].size(), 1u);
    EXPECT_EQ(answer["states"][0].dump(),
              R"({"before_kg":0,"seq":1,"supplied_kg":1000,"time":"2026-01-01T00:01:00Z"})");
    std::vector<std::string> whole, paged;
    for (auto const& event : answer["events"]) whole.push_back(event.dump());
    EXPECT_EQ(answer["events"][0]["what"], "adjust");
    EXPECT_EQ(answer["events"][1]["what"], "consume");
    EXPECT_EQ(answer["events"].back()["what"], "commission");
    EXPECT_TRUE(answer["next"].is_null());
    query.limit = 1;
    for (int pages = 0; pages < 10; ++pages) {
        Json page = lot_of(*chain.view(), query);
        EXPECT_EQ(page["supplied_kg"], 1000);
        for (auto const& event : page["events"]) paged.push_back(event.dump());
        if (page["next"].is_null()) break;
        query.before = std::stoull(page["next"].get<std::string>());
    }
    EXPECT_EQ(paged, whole);
}

std::vector<std::string> words(Json const& answer) {
    std::vector<std::string> out;
    for (auto const& event : answer["events"]) out.push_back(event["what"]);
    return out;
}

TEST_F(LotViewTest, TellsOfAnEarlierMoment) {
    auto query = about("L"), older = query;
    query.at_us = Notation::kStart + 3 * Notation::kMinute;
    older.as_of_seq = 3;
    for (LotQuery const& then : {query, older}) {
        Json answer = lot_of(*chain.view(), then);
        EXPECT_EQ(answer["consumed_kg"], 0);
        EXPECT_EQ(answer["supplied_kg"], 1000);
        EXPECT_EQ(words(answer), (std::vector<std::string>{"ship", "observe", "commission"}));
        ASSERT_EQ(answer["on_hand"].size(), 2u);
        EXPECT_EQ(answer["on_hand"][0]["kg"], 700);
        EXPECT_EQ(answer["on_hand"][1]["state"], "in_transit");
        EXPECT_EQ(answer["on_hand"][1]["kg"], 300);
        EXPECT_EQ(answer["flags"].dump(), "[]");
    }
    older.as_of_seq = 2;
    Json const before = lot_of(*chain.view(), older);
    EXPECT_EQ(before["on_hand"].size(), 1u);
    EXPECT_EQ(before["on_hand"][0]["kg"], 1000);
}

// Everything that names it: moves, boxes, transfers, void events, each once.
TEST_F(LotViewTest, EventsAreAllThatNameTheLot) {
    chain.say({"PK BOX L:10", "UP BOX", "ER 3 did_not_occur"});
    Json answer = lot_of(*chain.view(), about("L"));
    EXPECT_EQ(words(answer), (std::vector<std::string>{"pack", "adjust", "consume", "ship", "observe", "commission"}));
    Json const& ship = answer["events"][3];
    EXPECT_EQ(ship["void_seq"], 8);
    EXPECT_EQ(ship["transferred_kg"], 300);
    EXPECT_EQ(ship["to"], "88.999.3");
    Chain moved;
    moved.say({"C S:10", "SH S:4 > 3", "SH S:5 > 4", "RC S:4 /3"});
    EXPECT_EQ(words(lot_of(*moved.view(), about("S"))),
              (std::vector<std::string>{"receive", "ship", "ship", "commission"}));
    auto seen = read_lot(*moved.view(), about("S"), seen_by("3"));
    ASSERT_TRUE(seen);
    EXPECT_EQ(words(Json::parse(*seen)), (std::vector<std::string>{"receive", "ship"}));
    EXPECT_EQ(seen->find("\"transferred_kg\":5"), std::string::npos);
}

TEST_F(LotViewTest, AnAccountOfMoreRowsThanAReadTakesIsRefused) {
    WalkTerms terms;
    terms.account_rows_max = 20;
    for (int i = 0; i < 16; ++i) chain.say({"X L:1 > S" + std::to_string(i) + ":1"});
    EXPECT_TRUE(read_lot(*chain.view(), about("L"), terms));
    terms.account_rows_max = 5;
    auto refused = read_lot(*chain.view(), about("L"), terms);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::Timeout);
    EXPECT_NE(refused.error().detail.find("more than 5"), std::string::npos);
    chain.say({"C A:100", "V+ V A:10", "V- V > X1:1", "V- V > X2:1", "V- V > X3:1", "V- V > X4:1", "V- V > X5:1"});
    VesselQuery vessel;
    vessel.campaign = lot("V");
    refused = read_vessel(*chain.view(), vessel, terms);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::Timeout);
    auto query = asking("X1");
    EXPECT_EQ(shares_of(ask(chain, Direction::up, query, terms))["A"], 1);
    query.at_us = Notation::kStart + 1000 * Notation::kMinute;
    auto run = TraceRun::begin(*chain.view(), Direction::up, query, terms);
    ASSERT_TRUE(run);
    EXPECT_EQ((*run)->page(*chain.view(), "").error().code, Code::Timeout);
}

TEST(LotView, TellsADebtUntilItIsRepaid) {
    Graph graph;
    graph.add("C L:10000").add("X L:50000 > O:50000");
    auto query = about("L");
    Json answer = lot_of(graph.view(), query);
    EXPECT_EQ(answer["supplied_kg"], 10000);
    EXPECT_EQ(answer["consumed_kg"], 50000);
    EXPECT_EQ(answer["debt_kg"], 40000);
    EXPECT_TRUE(answer["on_hand"].empty());
    EXPECT_EQ(answer["events"][0]["short_kg"], 40000);
    graph.add("AJ L +40000");
    EXPECT_EQ(lot_of(graph.view(), query)["debt_kg"], 0);
    query.as_of_seq = 2;
    EXPECT_EQ(lot_of(graph.view(), query)["debt_kg"], 40000);
    query.lot = lot("NONE");
    EXPECT_EQ(read_lot(graph.view(), query, {}).error().code, Code::NotFound);
}

TEST(LotView, ALotWithoutMaterialOrOriginHasNoSuchMembers) {
    Graph graph;
    graph.add("X L:10 > O:10");
    Json answer = lot_of(graph.view(), about("O"));
    EXPECT_FALSE(answer.contains("material"));
    EXPECT_FALSE(answer.contains("origin"));
    EXPECT_EQ(answer["on_hand"].dump(), R"([{"holder":"88.999.1","kg":10,"locked_kg":0,"state":"on_hand"}])");
}

TEST(VesselView, TellsContentsLayersAndTotals) {
    for (std::string policy : {"fifo", "well_mixed"}) {
        Chain chain;
        chain.say({"C ABC:5000{dry 4500, Cu 25 final}", "C DIV:5000{dry 4750, Cu 20 final}",
                   "V+ P[" + policy + "] ABC:5000", "V+ P DIV:5000", "V- P > D1:7500"});
        Json answer = vessel_of(*chain.view(), "P");
        EXPECT_EQ(members(answer),
                  (std::vector<std::string>{"adjusted_out_kg", "as_of", "as_of_seq", "charged_kg", "charges",
                                            "contents", "debt_kg", "drawn_kg", "draws", "id", "layers", "on_hand_kg",
                                            "policy", "uri", "vessel", "weighing_difference_kg"}));
        EXPECT_EQ(answer["id"], "88.999.1/P");
        EXPECT_EQ(answer["vessel"], "https://ingot.example/88.999.1/EQ.P");
        EXPECT_EQ(answer["policy"], policy);
        EXPECT_EQ(answer["charges"], 2);
        EXPECT_EQ(answer["draws"], 1);
        EXPECT_EQ(answer["charged_kg"], 10000);
        EXPECT_EQ(answer["drawn_kg"], 7500);
        EXPECT_EQ(answer["on_hand_kg"], 2500);
        EXPECT_EQ(answer["debt_kg"], 0);
        EXPECT_EQ(answer["contents"]["gross_mass"], 2500);
        if (policy == "fifo") {
            ASSERT_EQ(answer["layers"].size(), 1u);
            EXPECT_EQ(answer["layers"][0].dump(),
                      R"({"charge":4,"contents":{"dry_mass":2375,"element:Cu":475,"gross_mass":2500}})");
        } else {
            EXPECT_TRUE(answer["layers"].empty());
        }
        EXPECT_EQ(vessel_of(*chain.view(), "P", 4)["contents"]["gross_mass"], 10000);
        EXPECT_EQ(vessel_of(*chain.view(), "P", {}, Graph::kStart + 3 * Graph::kMinute)["on_hand_kg"], 5000);
    }
}

TEST(VesselView, APlainCampaignIsPooled) {
    Chain chain;
    chain.say({"C AN1:1000", "C AN2:1000", "T C7 AN1:1000 >", "T C7 AN2:1000 > CATH1:900"});
    Json answer = vessel_of(*chain.view(), "C7");
    EXPECT_TRUE(answer["vessel"].is_null());
    EXPECT_EQ(answer["policy"], "pooled");
    EXPECT_EQ(answer["charges"], 2);
    EXPECT_EQ(answer["draws"], 1);
    EXPECT_EQ(answer["charged"]["gross_mass"], 2000);
    EXPECT_EQ(answer["drawn"]["gross_mass"], 900);
}

// T19: the charge of minute 20 comes late, the vessel then holds 150.
TEST(VesselView, ALateChargeIsInTheContents) {
    Chain chain;
    chain.say({"C A:100", "C B:100", "V+ V A:100 @10", "V- V > X:50 @30"});
    EXPECT_EQ(vessel_of(*chain.view(), "V")["on_hand_kg"], 50);
    chain.say({"V+ V B:100 @20"});
    EXPECT_EQ(vessel_of(*chain.view(), "V")["on_hand_kg"], 150);
    EXPECT_EQ(vessel_of(*chain.view(), "V", 4)["on_hand_kg"], 50);
}

}  // namespace
}  // namespace ingot::tracechain
