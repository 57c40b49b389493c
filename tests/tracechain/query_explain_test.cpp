// explain and rule=standard: paths, supersets, budgets (spec/trace-semantics.md 3.12, 4.5).
#include "tests/tracechain/query_answers.hpp"
#include "tracechain/explain.hpp"
#include "tracechain/standard_walk.hpp"

namespace ingot::tracechain {
namespace {

Json explain(Graph& graph, ExplainQuery const& query, WalkTerms const& terms = {}) {
    auto out = run_explain(graph.view(), query, terms);
    EXPECT_TRUE(out) << (out ? "" : out.error().detail);
    if (!out) return Json();
    Json answer = Json::parse(out->body);
    EXPECT_EQ(answer["complete"], out->complete);
    EXPECT_EQ(answer["stats"]["complete"], out->complete);
    EXPECT_EQ(answer.contains("truncated"), !out->complete);
    return answer;
}

std::unique_ptr<StandardRun> standard(Graph& graph, Direction direction, TraceQuery query, WalkTerms terms = {}) {
    query.standard = true;
    auto run = StandardRun::begin(graph.view(), direction, std::move(query), std::move(terms));
    EXPECT_TRUE(run) << (run ? "" : run.error().detail);
    return run ? std::move(*run) : nullptr;
}

// A chain of lots L0 > L1 > … and at every step a second input.
Graph ladder(int steps) {
    Graph graph;
    graph.add("C L0:1000");
    for (int i = 1; i <= steps; ++i) {
        std::string const n = std::to_string(i);
        graph.add("C S" + n + ":1000").add("X L" + std::to_string(i - 1) + ":500,S" + n + ":500 > L" + n + ":1000");
    }
    return graph;
}

TEST(QueryExplain, FindsBothPathsOfTheDiamond) {
    Graph graph = diamond();
    ExplainQuery query{lot("A"), lot("Z"), 5, {}};
    Json answer = explain(graph, query);
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
    EXPECT_TRUE(answer["stats"]["stop"].is_null());
    query.k = 1;
    answer = explain(graph, query);
    EXPECT_EQ(answer["paths"].size(), 1u);
    EXPECT_NEAR(answer["remaining"].get<double>(), 0.15, 1e-9);
    EXPECT_EQ(answer["path_count_at_least"], 2);
}

TEST(QueryExplain, EndsOnACycleAndThroughAVessel) {
    Graph graph = diamond();
    graph.add("X Z:10000 > A:10000 @0.5");
    ExplainQuery query{lot("B"), lot("Z"), 3, {}};
    Json answer = explain(graph, query);
    EXPECT_EQ(answer["paths"].size(), 3u);
    EXPECT_NEAR(answer["paths"][0]["weight"].get<double>(), 0.2, 1e-9);

    Graph heel;
    heel.add("C S:10").add("C K:100").add("V+ F S:10,K:40").add("V- F > T1:25").add("V+ F K:25").add("V- F > T2:25");
    query = {lot("S"), lot("T2"), 5, {}};
    answer = explain(heel, query);
    ASSERT_EQ(answer["paths"].size(), 1u);
    EXPECT_NEAR(answer["paths"][0]["weight"].get<double>(), 0.1, 1e-9);
    EXPECT_EQ(answer["paths"][0]["events"].dump(), "[3,6]");
}

TEST(QueryExplain, SaysWhichBudgetCutIt) {
    Graph graph = ladder(200);
    ExplainQuery query{lot("L150"), lot("L200"), 5, {}};
    EXPECT_EQ(explain(graph, query)["complete"], true);
    query.walk.max_nodes = 20;
    Json answer = explain(graph, query);
    EXPECT_EQ(answer["stats"]["stop"], "nodes");
    EXPECT_EQ(answer["paths"].size(), 0u);
    query.walk.max_nodes = 10'000;
    query.walk.max_edges = 20;
    EXPECT_EQ(explain(graph, query)["stats"]["stop"], "nodes");
    query.walk.max_edges = 0;
    LookedAtClock clock;
    clock.step = std::chrono::milliseconds(200);
    WalkTerms terms;
    terms.clock = &clock;
    answer = explain(graph, query, terms);
    EXPECT_EQ(answer["stats"]["stop"], "time");
    EXPECT_GE(answer["stats"]["elapsed_ms"], 500);
    query.walk.timeout = std::chrono::hours(10);
    EXPECT_EQ(explain(graph, query, terms)["complete"], true);
}

TEST(QueryExplain, EndsMustBeOneVisibleLotEach) {
    Graph graph = diamond();
    graph.add("C H:10 /2");
    for (auto const& [from, to] : {std::pair("H", "Z"), std::pair("A", "H"), std::pair("NONE", "Z")}) {
        auto out = run_explain(graph.view(), {lot(from), lot(to), 5, {}}, seen_by("1"));
        ASSERT_FALSE(out);
        EXPECT_EQ(out.error().code, Code::NotFound);
    }
}

TEST(QueryExplain, CountsOnlyWhatTheCallerSeesBehindAMask) {
    Graph graph;
    graph.add("C A:60 /2").add("C B:40").add("X A:60,B:40 > M:100");
    Json answer = explain(graph, {lot("B"), lot("M"), 5, {}}, seen_by("1"));
    EXPECT_EQ(answer["share"], 0.4);
    EXPECT_EQ(answer["stats"]["nodes_visited"], 3);  // M, its event, B
    EXPECT_FALSE(answer["stats"].contains("records_read"));
}

TEST(QueryStandard, IsBlindToTimeAndNeverListsTheStart) {
    Graph graph;
    graph.add("C ALI1:5000").add("X ALI1:5000,HEEL:500 > BIL1:5000,HEEL:500");
    graph.add("X BIL1:5000 > EXT1:4200,SCR1:800").add("X SCR1:800,HEEL:500 > BIL2:790,HEEL:510");
    graph.add("X BIL2:790 > EXT2:700");
    Json answer = page_of(*standard(graph, Direction::up, asking("BIL1")), graph);
    EXPECT_EQ(ids(answer["nodes"]), (std::vector<std::string>{"ALI1", "HEEL", "SCR1"}));
    EXPECT_TRUE(answer["nodes"][0]["share"].is_null());
    EXPECT_FALSE(answer.contains("closure"));
}

TEST(QueryStandard, PagesByLimitAndBytesWithoutLosingALot) {
    Graph graph = ladder(30);
    for (auto [limit, bytes] : {std::pair<uint32_t, size_t>(7, 1 << 20), std::pair<uint32_t, size_t>(1000, 2048)}) {
        auto query = asking("L30");
        query.limit = limit;
        query.page_bytes = bytes;
        auto run = standard(graph, Direction::up, query);
        std::vector<std::string> seen;
        bool more = true;
        int pages = 0;
        for (; more && pages < 100; ++pages) {
            Json answer = page_of(*run, graph, &more);
            EXPECT_LE(answer["nodes"].size(), limit);
            EXPECT_EQ(answer["stats"]["lots_visited"], 61);
            for (auto const& id : ids(answer["nodes"])) seen.push_back(id);
        }
        EXPECT_GT(pages, 4);
        EXPECT_EQ(seen.size(), 60u);
        EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
    }
}

TEST(QueryStandard, ABudgetCutsItAndTheNextPageGoesOn) {
    Graph graph = ladder(100);
    LookedAtClock clock;
    clock.step = std::chrono::milliseconds(20);
    WalkTerms terms;
    terms.clock = &clock;
    auto by_nodes = asking("L100"), by_edges = asking("L100"), by_time = asking("L100");
    by_nodes.max_nodes = 50;
    by_edges.max_edges = 50;
    by_time.timeout = std::chrono::milliseconds(500);
    for (auto const& [query, stop] :
         {std::pair(by_nodes, "nodes"), std::pair(by_edges, "nodes"), std::pair(by_time, "time")}) {
        auto run = standard(graph, Direction::up, query, std::string(stop) == "time" ? terms : WalkTerms());
        std::set<std::string> seen;
        bool more = true;
        int pages = 0;
        for (; more && pages < 100; ++pages) {
            Json answer = page_of(*run, graph, &more);
            EXPECT_EQ(answer["stats"]["complete"], !more) << pages;
            if (more) {
                EXPECT_EQ(answer["stats"]["stop"], stop);
            }
            for (auto const& id : ids(answer["nodes"])) EXPECT_TRUE(seen.insert(id).second) << id << " twice";
        }
        EXPECT_GT(pages, 2) << stop;
        EXPECT_EQ(seen.size(), 200u) << stop;
    }
}

TEST(QueryStandard, AHiddenLotIsNeitherListedNorCounted) {
    Graph graph;
    graph.add("C A:60 /2").add("C B:40").add("X A:60,B:40 > M:100");
    Json answer = page_of(*standard(graph, Direction::up, asking("M"), seen_by("1")), graph);
    EXPECT_EQ(ids(answer["nodes"]), std::vector<std::string>{"B"});
    EXPECT_EQ(answer["stats"]["nodes_visited"], 1);
    EXPECT_FALSE(answer["stats"].contains("lots_visited"));
    EXPECT_EQ(answer.dump().find("88.999.1/A"), std::string::npos);
}

}  // namespace
}  // namespace ingot::tracechain
