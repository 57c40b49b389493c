// Pages, budgets and streams of trace answers (spec/trace-semantics.md 4.1 "Partial answers", "NDJSON").
#include "tests/tracechain/query_answers.hpp"
#include "tracechain/query_stream.hpp"

namespace ingot::tracechain {
namespace {

// One lot of n parts: n lots above it.
Graph fan(int parts) {
    Graph graph;
    std::vector<Graph::Amount> inputs;
    for (int i = 0; i < parts; ++i) inputs.push_back({"P" + std::to_string(1000 + i), 10 + i});
    int64_t sum = 0;
    for (auto const& input : inputs) {
        graph.event(storage::LinkKind::commission, Graph::kStart, {}, {input});
        sum += input.kg;
    }
    graph.event(storage::LinkKind::transform, Graph::kStart + Graph::kMinute, inputs, {{"WHOLE", sum}});
    return graph;
}

struct Paged {
    std::vector<std::string> nodes;
    size_t pages = 0, events = 0, largest = 0;
};

// Every page of a finished walk; its numbers must be the same on each.
Paged all_pages(Graph& graph, TraceQuery const& query) {
    auto run = begin(graph, Direction::up, query);
    Paged out;
    std::map<std::string, std::string> told;
    bool more = true;
    while (more && out.pages < 1000) {
        auto page = run->page(graph.view(), "next-one");
        EXPECT_TRUE(page);
        if (!page) break;
        Json answer = Json::parse(page->body);
        for (char const* member : {"query", "as_of", "as_of_seq", "start", "vessels", "closure", "quality", "gaps",
                                   "flags", "stats", "graph_digest"}) {
            auto [known, first] = told.emplace(member, answer.at(member).dump());
            EXPECT_EQ(known->second, answer.at(member).dump()) << member << " on page " << out.pages + 1;
        }
        for (auto const& id : ids(answer["nodes"])) out.nodes.push_back(id);
        out.events += answer["events"].size();
        out.largest = std::max(out.largest, page->body.size());
        more = page->more;
        ++out.pages;
    }
    return out;
}

TEST(QueryPages, TogetherAreTheWholeAnswerAndEachTellsTheWholeWalk) {
    Graph graph = diamond();
    auto query = asking("Z");
    query.limit = 3;
    auto paged = all_pages(graph, query);
    EXPECT_EQ(paged.pages, 3u);
    EXPECT_EQ(paged.events, 4u);
    EXPECT_EQ(paged.nodes, (std::vector<std::string>{"M", "Q", "R", "A", "B", "C", "P"}));
}

TEST(QueryPages, EndBeforeTheyGrowTooLarge) {
    Graph graph = fan(500);
    auto query = asking("WHOLE");
    query.limit = 10'000;
    EXPECT_EQ(all_pages(graph, query).pages, 1u);
    query.page_bytes = 64 * 1024;
    auto paged = all_pages(graph, query);
    EXPECT_GT(paged.pages, 2u);
    EXPECT_LE(paged.largest, 64u * 1024);
    EXPECT_EQ(paged.nodes.size(), 500u);
    EXPECT_EQ(std::set<std::string>(paged.nodes.begin(), paged.nodes.end()).size(), 500u);
    EXPECT_EQ(paged.events, 1u);
    query.page_bytes = 1;  // a row a page is the least
    EXPECT_EQ(all_pages(graph, query).nodes.size(), 500u);
    query.page_bytes = 64 * 1024;
    query.view = ViewForm::tree;
    Json answer = ask(graph, Direction::up, query);
    EXPECT_EQ(answer["tree_cut"], true);
    EXPECT_EQ(answer["tree"][0]["id"], "88.999.1/WHOLE");
}

TEST(QueryBudget, APartialAnswerIsNotAnErrorAndGoesOn) {
    Graph graph = diamond();
    auto query = asking("Z");
    query.max_nodes = 4;
    auto run = begin(graph, Direction::up, query);
    bool more = false;
    Json first = page_of(*run, graph, &more);
    EXPECT_EQ(first["truncated"], true);
    EXPECT_EQ(first["stats"]["stop"], "nodes");
    EXPECT_EQ(first["stats"]["complete"], false);
    EXPECT_GT(first["closure"]["beyond_limit"], 0);
    EXPECT_EQ(first["closure"]["pruned"], 0);
    ASSERT_TRUE(more);
    Json last;
    for (int pages = 0; more && pages < 10; ++pages) last = page_of(*run, graph, &more);
    EXPECT_EQ(last["closure"]["resolved"], 1);
    EXPECT_FALSE(last.contains("truncated"));
}

TEST(QueryBudget, AWalkThatHoldsTooMuchEndsAndSaysSo) {
    Graph graph = fan(5000);
    auto query = asking("WHOLE");
    query.max_nodes = 5'000'000;
    query.limit = 2000;
    query.walk_bytes = 1 << 20;
    auto run = begin(graph, Direction::up, query);
    bool more = true;
    size_t listed = 0, pages = 0;
    for (; more; ++pages) {
        Json answer = page_of(*run, graph, &more);
        EXPECT_LE(run->bytes(), 3u << 20);
        EXPECT_EQ(answer["stats"]["stop"], "nodes");
        EXPECT_EQ(answer["truncated"], true);
        EXPECT_NEAR(answer["closure"]["resolved"].get<double>() + answer["closure"]["beyond_limit"].get<double>(), 1,
                    1e-9);
        listed += answer["nodes"].size();
    }
    EXPECT_GT(listed, 500u);
    EXPECT_LT(listed, 5000u);
    EXPECT_LT(pages, 5u);
}

TEST(QueryBudget, TimeEndsAPageAndTheNextOneGoesOn) {
    Graph graph = fan(300);
    LookedAtClock clock;
    clock.step = std::chrono::milliseconds(300);
    WalkTerms terms;
    terms.clock = &clock;
    auto run = begin(graph, Direction::up, asking("WHOLE"), terms);
    bool more = false;
    Json first = page_of(*run, graph, &more);
    EXPECT_EQ(first["stats"]["stop"], "time");
    EXPECT_EQ(first["truncated"], true);
    EXPECT_GE(first["stats"]["elapsed_ms"], 500);
    EXPECT_NEAR(first["closure"]["resolved"].get<double>() + first["closure"]["beyond_limit"].get<double>(), 1, 1e-9);
    EXPECT_GT(first["closure"]["beyond_limit"], 0);
    ASSERT_TRUE(more);
    std::set<std::string> seen;
    Json answer = first;
    for (int pages = 0; pages < 50; ++pages) {
        for (auto const& id : ids(answer["nodes"])) seen.insert(id);
        if (!more) break;
        answer = page_of(*run, graph, &more);
    }
    EXPECT_EQ(seen.size(), 300u);
    EXPECT_EQ(answer["closure"]["resolved"], 1);
    EXPECT_EQ(answer["stats"]["complete"], true);
    EXPECT_TRUE(answer["stats"]["stop"].is_null());
}

std::vector<Json> lines_of(Graph& graph, Direction direction, TraceQuery query, WalkTerms terms = {}) {
    auto stream =
        TraceStream::begin(std::make_unique<MemoryView>(graph.view()), direction, std::move(query), std::move(terms));
    EXPECT_TRUE(stream) << (stream ? "" : stream.error().detail);
    std::string text;
    while (stream && (*stream)->next(text)) {
    }
    std::istringstream in(text);
    std::vector<Json> lines;
    for (std::string line; std::getline(in, line);) lines.push_back(Json::parse(line));
    return lines;
}

// Rows of a stream by what they are; a lot told again replaces what was said of it.
std::map<std::string, Json> nodes_of(std::vector<Json> const& lines) {
    std::map<std::string, Json> out;
    for (auto const& line : lines) {
        if (line["row"] != "node") continue;
        Json node = line;
        node.erase("row");
        node.erase("update");
        out[line["id"]] = node;
    }
    return out;
}

TEST(QueryStream, IsThePagedAnswerInWalkOrder) {
    Graph graph = diamond();
    graph.add("V+ F Z:30000").add("V- F > T:10000").add("X T:4000,K:6000 > U:10000").add("AJ R +100");
    for (auto [direction, start] : {std::pair(Direction::up, "U"), std::pair(Direction::down, "A")}) {
        auto query = asking(start);
        query.theta = 0;
        auto lines = lines_of(graph, direction, query);
        Json const page = ask(graph, direction, query);
        EXPECT_EQ(lines.front()["row"], "head");
        for (char const* member : {"kind", "query", "as_of", "as_of_seq", "start"}) {
            EXPECT_EQ(lines.front()[member], page[member]) << member;
        }
        Json tail = lines.back();
        EXPECT_EQ(tail["row"], "tail");
        for (char const* member : {"closure", "quality", "flags", "graph_digest", "next"}) {
            EXPECT_EQ(tail[member], page[member]) << member;
        }
        EXPECT_EQ(tail.value("located", Json()), page.value("located", Json()));
        tail["stats"].erase("elapsed_ms");
        Json stats = page["stats"];
        stats.erase("elapsed_ms");
        EXPECT_EQ(tail["stats"], stats);
        auto nodes = nodes_of(lines);
        EXPECT_EQ(nodes.size(), page["nodes"].size());
        for (Json node : page["nodes"]) {
            node.erase("update");
            EXPECT_EQ(nodes[node["id"]], node);
        }
        std::map<std::string, int> rows;
        for (auto const& line : lines) rows[line["row"]] += 1;
        EXPECT_EQ(rows["event"], static_cast<int>(page["events"].size()));
        std::map<std::string, std::pair<Json, Json>> sides, streamed;
        for (Json const& event : page["events"])
            sides[event["seq"].dump() + event["kind"].dump()] = {event["inputs"], event["outputs"]};
        for (Json const& line : lines)
            if (line["row"] == "event")
                streamed[line["seq"].dump() + line["kind"].dump()] = {line["inputs"], line["outputs"]};
        EXPECT_EQ(streamed, sides);
        EXPECT_EQ(rows["vessel"], static_cast<int>(page["vessels"].size()));
        EXPECT_EQ(rows["gap"], static_cast<int>(page["gaps"].size()));
        EXPECT_EQ(rows["head"] + rows["tail"], 2);
    }
}

TEST(QueryStream, AppliesEveryFilterOfThePagedAnswer) {
    Graph graph = diamond();
    graph.add("C F:10 /2").add("X Z:1000,F:10 > Y:1010");
    for (int which = 0; which < 3; ++which) {
        auto query = asking("Y");
        query.theta = 0;
        if (which == 0) query.owner.exclude = {"88.999.2"};
        if (which == 1) query.kind.include = {"instance"};
        if (which == 2) query.holder.include = {"88.999.7"};
        auto lines = lines_of(graph, Direction::up, query);
        EXPECT_EQ(nodes_of(lines).size(), ask(graph, Direction::up, query)["nodes"].size()) << which;
        EXPECT_EQ(nodes_of(lines).size(), which == 0 ? 8u : 0u);
    }
}

TEST(QueryStream, ASlowReaderCostsNoBudgetButAnEndedOneIsSaid) {
    Graph graph = fan(2000);
    LookedAtClock clock;
    WalkTerms terms;
    terms.clock = &clock;
    auto query = asking("WHOLE");
    query.theta = 0;
    auto stream = TraceStream::begin(std::make_unique<MemoryView>(graph.view()), Direction::up, query, terms);
    ASSERT_TRUE(stream);
    std::string text;
    while ((*stream)->next(text)) {  // between two pieces the reader waits longer than the whole budget
        clock.step = std::chrono::seconds(10);
        (void)clock.steady();
        clock.step = std::chrono::milliseconds(0);
    }
    EXPECT_NE(text.find(R"("complete":true)"), std::string::npos);

    clock.step = std::chrono::milliseconds(100);
    auto lines = lines_of(graph, Direction::up, query, terms);
    EXPECT_EQ(lines.back()["row"], "tail");
    EXPECT_EQ(lines.back()["stats"]["stop"], "time");
    EXPECT_EQ(lines.back()["truncated"], true);
    EXPECT_GT(lines.back()["closure"]["beyond_limit"], 0);
}

}  // namespace
}  // namespace ingot::tracechain
