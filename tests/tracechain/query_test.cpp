// Trace answers: members and figures of spec/trace-semantics.md 4.3 to 4.5, pages, streams, masks, views.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/tracechain/walk_answers.hpp"
#include "tracechain/cursor.hpp"
#include "tracechain/explain.hpp"
#include "tracechain/lot_view.hpp"
#include "tracechain/query_json.hpp"
#include "tracechain/query_stream.hpp"
#include "tracechain/standard_walk.hpp"
#include "tracechain/vessel_view.hpp"

namespace ingot::tracechain {
namespace {

using Json = nlohmann::json;

StartLot lot(std::string const& name) { return {"88.999.1/" + name, "88.999.1/" + name}; }

TraceQuery asking(std::string const& name) {
    TraceQuery query;
    query.start = {lot(name)};
    return query;
}

Graph diamond() {
    Graph graph;
    graph.add("C A:60000").add("C B:40000").add("C C:50000").add("X A:60000,B:40000 > M:100000");
    graph.add("X M:100000 > P:70000,Q:30000").add("X P:50000,C:50000 > R:100000").add("X Q:30000,R:30000 > Z:60000");
    return graph;
}

Json page_of(TraceRun& run, Graph& graph, std::string const& cursor = "next-one") {
    auto text = run.page(graph.view(), cursor);
    EXPECT_TRUE(text) << (text ? "" : text.error().detail);
    return text ? Json::parse(*text) : Json();
}

Json ask(Graph& graph, Direction direction, TraceQuery query, WalkTerms terms = {}) {
    auto run = TraceRun::begin(graph.view(), direction, std::move(query), std::move(terms));
    EXPECT_TRUE(run) << (run ? "" : run.error().detail);
    return run ? page_of(**run, graph) : Json();
}

std::vector<std::string> ids(Json const& nodes) {
    std::vector<std::string> out;
    for (auto const& node : nodes) out.push_back(node.at("id").get<std::string>().substr(9));
    return out;
}

TEST(QueryUpstream, AnswersTheDiamondAsTheSpecificationPrintsIt) {
    Graph graph = diamond();
    Json answer = ask(graph, Direction::up, asking("Z"));
    EXPECT_EQ(answer["kind"], "upstream");
    EXPECT_EQ(answer["as_of"], "2026-01-01T00:07:00.000000Z");
    EXPECT_EQ(answer["as_of_seq"], 7);
    EXPECT_EQ(answer["start"][0]["quantity_kg"], 60000);
    EXPECT_EQ(answer["start"][0]["on_hand_kg"], 60000);
    EXPECT_EQ(ids(answer["nodes"]), (std::vector<std::string>{"M", "Q", "R", "A", "B", "C", "P"}));
    Json const& m = answer["nodes"][0];
    EXPECT_EQ(m.dump(), Json::parse(R"({"id":"88.999.1/M","uri":"https://ingot.example/88.999.1/M","kind":"batch",
                "owner":"88.999.1","share":0.75,"share_measured":0.75,"mass_kg":45000,"hops":2,
                "first_time":"2026-01-01T00:04:00Z","last_time":"2026-01-01T00:05:00Z","terminal":null})")
                            .dump());
    ASSERT_EQ(answer["events"].size(), 4u);
    EXPECT_EQ(answer["events"][0]["seq"], 7);
    EXPECT_EQ(answer["events"][3]["inputs"].dump(), R"([{"c":0.6,"id":"88.999.1/A"},{"c":0.4,"id":"88.999.1/B"}])");
    EXPECT_EQ(answer["events"][2]["outputs"].dump(), R"(["88.999.1/P","88.999.1/Q"])");
    EXPECT_EQ(answer["closure"]["resolved"], 1);
    EXPECT_EQ(answer["quality"]["measured"], 1);
    EXPECT_EQ(answer["stats"]["nodes_visited"], 12);
    EXPECT_EQ(answer["stats"]["records_read"], 12);
    EXPECT_TRUE(answer["next"].is_null());
    EXPECT_EQ(answer["graph_digest"].get<std::string>().substr(0, 7), "sha256:");
    EXPECT_EQ(answer["query"]["theta"], 1e-6);
}

TEST(QueryDownstream, ListsExposureShareOfStartAndWhatIsOnHand) {
    Graph graph = diamond();
    Json answer = ask(graph, Direction::down, asking("A"));
    EXPECT_EQ(ids(answer["nodes"]), (std::vector<std::string>{"M", "P", "Q", "Z", "R"}));
    Json const& p = answer["nodes"][1];
    EXPECT_EQ(p["exposure"], 0.6);
    EXPECT_EQ(p["share_of_start"], 0.7);
    EXPECT_EQ(p["mass_kg"], 42000);
    EXPECT_EQ(p["on_hand_kg"], 20000);
    EXPECT_EQ(p["on_hand_attributed_kg"], 12000);
    EXPECT_FALSE(p.contains("share"));
    EXPECT_EQ(answer["located"]["on_hand"], 1);
}

TEST(QueryAsOf, AnOlderSeqAnswersAsThen) {
    Graph graph = diamond();
    graph.add("ER 6");
    auto query = asking("Z");
    query.as_of_seq = 7;
    EXPECT_EQ(ask(graph, Direction::up, query)["closure"]["resolved"], 1);
    query.as_of_seq.reset();
    query.as_of_us = Graph::record_time(7);
    EXPECT_EQ(ask(graph, Direction::up, query)["as_of_seq"], 7);
    EXPECT_EQ(ask(graph, Direction::up, asking("Z"))["closure"]["unknown"], 0.5);
    query.as_of_us = Graph::record_time(6);
    EXPECT_EQ(TraceRun::begin(graph.view(), Direction::up, query, {}).error().code, Code::NotFound);
}

TEST(QueryAt, AnEarlierMomentSeesOnlyWhatHadHappened) {
    Graph graph = diamond();
    auto query = asking("A");
    query.at_us = Graph::kStart + 5 * Graph::kMinute;
    Json answer = ask(graph, Direction::down, query);
    EXPECT_EQ(ids(answer["nodes"]), (std::vector<std::string>{"M", "P", "Q"}));
    EXPECT_EQ(answer["located"]["on_hand"], 1);
}

TEST(QueryPages, TogetherAreTheWholeAnswerAndEachTellsTheWholeWalk) {
    Graph graph = diamond();
    auto query = asking("Z");
    query.limit = 3;
    auto run = TraceRun::begin(graph.view(), Direction::up, query, {});
    ASSERT_TRUE(run);
    std::vector<std::string> seen;
    for (int pages = 1;; ++pages) {
        Json answer = page_of(**run, graph);
        for (auto const& id : ids(answer["nodes"])) seen.push_back(id);
        EXPECT_EQ(answer["closure"]["resolved"], 1);
        EXPECT_EQ(answer["stats"]["nodes_visited"], 12);
        if (!(*run)->more()) {
            EXPECT_TRUE(answer["next"].is_null());
            EXPECT_EQ(pages, 3);
            break;
        }
        EXPECT_EQ(answer["next"], "next-one");
    }
    EXPECT_EQ(seen, (std::vector<std::string>{"M", "Q", "R", "A", "B", "C", "P"}));
}

TEST(QueryBudget, APartialAnswerIsNotAnErrorAndGoesOn) {
    Graph graph = diamond();
    auto query = asking("Z");
    query.max_nodes = 4;
    auto run = TraceRun::begin(graph.view(), Direction::up, query, {});
    ASSERT_TRUE(run);
    Json first = page_of(**run, graph);
    EXPECT_EQ(first["truncated"], true);
    EXPECT_EQ(first["stats"]["stop"], "nodes");
    EXPECT_EQ(first["stats"]["complete"], false);
    EXPECT_GT(first["closure"]["beyond_limit"], 0);
    EXPECT_EQ(first["closure"]["pruned"], 0);
    ASSERT_TRUE((*run)->more());
    Json last;
    for (int pages = 0; (*run)->more() && pages < 10; ++pages) last = page_of(**run, graph);
    EXPECT_EQ(last["closure"]["resolved"], 1);
    EXPECT_FALSE(last.contains("truncated"));
}

TEST(QueryFilters, AreAppliedLast) {
    Graph graph = diamond();
    auto query = asking("Z");
    query.min_share = 0.4;
    EXPECT_EQ(ids(ask(graph, Direction::up, query)["nodes"]), (std::vector<std::string>{"M", "Q", "R", "A"}));
    query.owner.exclude = {"88.999.1"};
    EXPECT_TRUE(ask(graph, Direction::up, query)["nodes"].empty());
}

TEST(QueryWindow, EdgesOutsideAreBeyondTheLimit) {
    Graph graph = diamond();
    auto query = asking("Z");
    query.from_us = Graph::kStart + 5 * Graph::kMinute;
    Json answer = ask(graph, Direction::up, query);
    EXPECT_EQ(answer["closure"]["beyond_limit"], 0.75);
    EXPECT_EQ(answer["gaps"][0]["reason"], "time-window");
}

TEST(QueryMask, AHiddenOwnerStopsTheWalkWithoutBeingNamed) {
    Graph graph;
    graph.add("C A:60 /2").add("C B:40").add("X A:60,B:40 > M:100");
    WalkTerms terms;
    terms.visible = [](std::string_view prefix) { return prefix == "88.999.1"; };
    Json answer = ask(graph, Direction::up, asking("M"), terms);
    EXPECT_EQ(ids(answer["nodes"]), std::vector<std::string>{"B"});
    EXPECT_EQ(answer["closure"]["masked"], 0.6);
    EXPECT_EQ(answer["closure"]["resolved"], 0.4);
    EXPECT_EQ(answer["gaps"].dump(), R"([{"reason":"masked","share":0.6}])");
    EXPECT_FALSE(answer["stats"].contains("lots_visited"));
    EXPECT_EQ(answer.dump().find("88.999.1/A"), std::string::npos);
    EXPECT_EQ(TraceRun::begin(graph.view(), Direction::up, asking("A"), terms).error().code, Code::NotFound);
    EXPECT_EQ(TraceRun::begin(graph.view(), Direction::up, asking("NONE"), terms).error().code, Code::NotFound);
}

TEST(QueryStopAt, TheLotIsListedAndWhatLiesBehindIsSaid) {
    Graph graph;
    graph.add("C O:60 /2").add("X O:60 > A:60 /2").add("C B:40").add("X A:60,B:40 > M:100");
    auto query = asking("M");
    query.stop_at.owner_change = true;
    query.stop_at.texts = {"owner_change"};
    Json answer = ask(graph, Direction::up, query);
    EXPECT_EQ(ids(answer["nodes"]), (std::vector<std::string>{"A", "B"}));
    EXPECT_EQ(answer["closure"]["beyond_limit"], 0.6);
}

TEST(QueryTree, ExpandsEachLotOnceAndRefersLater) {
    Graph graph = diamond();
    auto query = asking("Z");
    query.view = ViewForm::tree;
    Json answer = ask(graph, Direction::up, query);
    std::string text = answer["tree"].dump();
    EXPECT_EQ(answer["tree"][0]["id"], "88.999.1/Z");
    EXPECT_NE(text.find(R"({"id":"88.999.1/M","ref":true})"), std::string::npos);
    query.view = ViewForm::table;
    EXPECT_FALSE(ask(graph, Direction::up, query).contains("events"));
}

TEST(QueryStream, IsHeadRowsAndTailWithTheSameShares) {
    Graph graph = diamond();
    auto query = asking("Z");
    query.theta = 0;
    auto stream = TraceStream::begin(std::make_unique<MemoryView>(graph.view()), Direction::up, query, {});
    ASSERT_TRUE(stream);
    std::string text;
    while ((*stream)->next(text)) {
    }
    std::istringstream in(text);
    std::vector<Json> lines;
    for (std::string line; std::getline(in, line);) lines.push_back(Json::parse(line));
    EXPECT_EQ(lines.front()["row"], "head");
    EXPECT_EQ(lines.back()["row"], "tail");
    EXPECT_EQ(lines.back()["closure"]["resolved"], 1);
    std::map<std::string, double> shares;
    for (auto const& line : lines) {
        if (line["row"] == "node") shares[line["id"]] = line["share"];
    }
    EXPECT_EQ(shares.size(), 7u);
    EXPECT_EQ(shares["88.999.1/A"], 0.45);
    EXPECT_EQ(lines.back()["graph_digest"], ask(graph, Direction::up, query)["graph_digest"]);
}

TEST(QueryExplain, FindsBothPathsOfTheDiamond) {
    Graph graph = diamond();
    ExplainQuery query{lot("A"), lot("Z"), 5, {}};
    auto text = run_explain(graph.view(), query, {});
    ASSERT_TRUE(text) << text.error().detail;
    Json answer = Json::parse(*text);
    EXPECT_EQ(answer["share"], 0.45);
    ASSERT_EQ(answer["paths"].size(), 2u);
    EXPECT_EQ(answer["paths"][0]["weight"], 0.3);
    EXPECT_EQ(answer["paths"][0]["lots"].dump(), R"(["88.999.1/A","88.999.1/M","88.999.1/Q","88.999.1/Z"])");
    EXPECT_EQ(answer["paths"][0]["events"].dump(), "[4,5,7]");
    EXPECT_EQ(answer["paths"][0]["times"][0], "2026-01-01T00:04:00Z");
    EXPECT_EQ(answer["paths"][1]["weight"], 0.15);
    EXPECT_EQ(answer["paths"][1]["events"].dump(), "[4,5,6,7]");
    EXPECT_EQ(answer["remaining"], 0);
    EXPECT_EQ(answer["path_count_at_least"], 2);
    EXPECT_EQ(answer["complete"], true);
    query.k = 1;
    answer = Json::parse(*run_explain(graph.view(), query, {}));
    EXPECT_EQ(answer["paths"].size(), 1u);
    EXPECT_NEAR(answer["remaining"].get<double>(), 0.15, 1e-9);
    EXPECT_EQ(answer["path_count_at_least"], 2);
}

TEST(QueryExplain, EndsOnACycleAndThroughAVessel) {
    Graph graph = diamond();
    graph.add("X Z:10000 > A:10000 @0.5");
    ExplainQuery query{lot("B"), lot("Z"), 3, {}};
    Json answer = Json::parse(*run_explain(graph.view(), query, {}));
    EXPECT_EQ(answer["paths"].size(), 3u);
    EXPECT_NEAR(answer["paths"][0]["weight"].get<double>(), 0.2, 1e-9);

    Graph heel;
    heel.add("C S:10").add("C K:100").add("V+ F S:10,K:40").add("V- F > T1:25").add("V+ F K:25").add("V- F > T2:25");
    query = {lot("S"), lot("T2"), 5, {}};
    answer = Json::parse(*run_explain(heel.view(), query, {}));
    ASSERT_EQ(answer["paths"].size(), 1u);
    EXPECT_NEAR(answer["paths"][0]["weight"].get<double>(), 0.1, 1e-9);
    EXPECT_EQ(answer["paths"][0]["events"].dump(), "[3,6]");
}

TEST(QueryStandard, IsBlindToTimeAndNeverListsTheStart) {
    Graph graph;
    graph.add("C ALI1:5000").add("X ALI1:5000,HEEL:500 > BIL1:5000,HEEL:500");
    graph.add("X BIL1:5000 > EXT1:4200,SCR1:800").add("X SCR1:800,HEEL:500 > BIL2:790,HEEL:510");
    graph.add("X BIL2:790 > EXT2:700");
    Json answer = Json::parse(*run_standard(graph.view(), Direction::up, asking("BIL1"), {}));
    EXPECT_EQ(ids(answer["nodes"]), (std::vector<std::string>{"ALI1", "HEEL", "SCR1"}));
    EXPECT_TRUE(answer["nodes"][0]["share"].is_null());
    EXPECT_FALSE(answer.contains("closure"));
}

TEST(QueryLot, TellsAmountsDebtStatesAndEvents) {
    Graph graph;
    graph.add("C L:10000").add("X L:50000 > O:50000");
    LotQuery query;
    query.lot = lot("L");
    Json answer = Json::parse(*read_lot(graph.view(), query, {}));
    EXPECT_EQ(answer["supplied_kg"], 10000);
    EXPECT_EQ(answer["consumed_kg"], 50000);
    EXPECT_EQ(answer["debt_kg"], 40000);
    EXPECT_TRUE(answer["on_hand"].empty());
    EXPECT_EQ(answer["states"].size(), 1u);
    EXPECT_EQ(answer["events"][0]["what"], "consume");
    graph.add("AJ L +40000");
    answer = Json::parse(*read_lot(graph.view(), query, {}));
    EXPECT_EQ(answer["debt_kg"], 0);
    query.as_of_seq = 2;
    EXPECT_EQ(Json::parse(*read_lot(graph.view(), query, {}))["debt_kg"], 40000);
    query.limit = 1;
    answer = Json::parse(*read_lot(graph.view(), query, {}));
    EXPECT_EQ(answer["events"].size(), 1u);
    query.before = std::stoull(answer["next"].get<std::string>());
    EXPECT_EQ(Json::parse(*read_lot(graph.view(), query, {}))["events"][0]["what"], "commission");
    query.lot = lot("NONE");
    EXPECT_EQ(read_lot(graph.view(), query, {}).error().code, Code::NotFound);
}

TEST(QueryVessel, TellsWhatIsLeft) {
    for (std::string policy : {"P[fifo]", "P"}) {
        Graph graph;
        graph.add("C ABC:5000").add("C DIV:5000").add("V+ " + policy + " ABC:5000").add("V+ P DIV:5000");
        graph.add("V- P > D1:7500");
        VesselQuery query;
        query.campaign = lot("P");
        auto text = read_vessel(graph.view(), query, {});
        ASSERT_TRUE(text) << text.error().detail;
        Json answer = Json::parse(*text);
        EXPECT_EQ(answer["contents"]["gross_mass"], 2500);
        EXPECT_EQ(answer["on_hand_kg"], 2500);
        EXPECT_EQ(answer["charges"], 2);
        EXPECT_EQ(answer["draws"], 1);
        EXPECT_EQ(answer["policy"], policy == "P" ? "well_mixed" : "fifo");
        query.as_of_seq = 4;
        EXPECT_EQ(Json::parse(*read_vessel(graph.view(), query, {}))["contents"]["gross_mass"], 10000);
    }
}

TEST(WalkStore, KeepsAWalkForItsOwnerForTenMinutes) {
    Graph graph = diamond();
    WalkStore store;
    SystemRandom random;
    Time now = from_micros(0);
    auto keep = [&] {
        auto run = TraceRun::begin(graph.view(), Direction::up, asking("Z"), {});
        std::string cursor = WalkStore::make_cursor(random);
        store.keep(cursor, "pr_1", "upstream", std::move(*run), now);
        return cursor;
    };
    std::string cursor = keep();
    EXPECT_EQ(store.take("nonsense", "pr_1", "upstream", now).error().code, Code::BadCursor);
    EXPECT_EQ(store.take(cursor, "pr_2", "upstream", now).error().code, Code::NotFound);
    EXPECT_EQ(store.take(cursor, "pr_1", "downstream", now).error().code, Code::NotFound);
    EXPECT_TRUE(store.take(cursor, "pr_1", "upstream", now + std::chrono::minutes(10)));
    EXPECT_EQ(store.take(cursor, "pr_1", "upstream", now).error().code, Code::CursorExpired);
    cursor = keep();
    EXPECT_EQ(store.take(cursor, "pr_1", "upstream", now + std::chrono::minutes(11)).error().code, Code::CursorExpired);
    std::string first = keep();
    for (int i = 0; i < 64; ++i) cursor = keep();
    EXPECT_EQ(store.take(first, "pr_1", "upstream", now).error().code, Code::CursorExpired);
    EXPECT_TRUE(store.take(cursor, "pr_1", "upstream", now));
}

TEST(WalkStore, RunsFourWalksOfAnAccountAtOnce) {
    WalkStore store;
    std::vector<WalkStore::Ticket> tickets;
    for (int i = 0; i < 4; ++i) tickets.push_back(std::move(*store.enter("pr_1")));
    EXPECT_EQ(store.enter("pr_1").error().code, Code::RateLimit);
    EXPECT_TRUE(store.enter("pr_2"));
    tickets.pop_back();
    EXPECT_TRUE(store.enter("pr_1"));
}

TEST(JsonNumbers, AreWrittenAsTheSpecificationSays) {
    EXPECT_EQ(share_text(1.0 / 3), "0.333333333333");
    EXPECT_EQ(share_text(1e-6), "1e-06");
    EXPECT_EQ(share_text(-0.0), "0");
    EXPECT_EQ(kg_text(1'500'000), "1.5");
    EXPECT_EQ(kg_text(-1), "-0.000001");
    EXPECT_EQ(part_of(0.5, 5), 2);  // half to even
    EXPECT_EQ(part_of(0.5, 7), 4);
}

}  // namespace
}  // namespace ingot::tracechain
