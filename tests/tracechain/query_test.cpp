// Trace answers: members and figures of spec/trace-semantics.md 4.3 and 4.4, times, filters, views, masks.
#include "tests/tracechain/chain_answers.hpp"
#include "tracechain/query_json.hpp"

namespace ingot::tracechain {
namespace {

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
    EXPECT_EQ(answer["quality"].dump(), R"({"assumed":0,"basis_used":{"gross_mass":4},"measured":1})");
    EXPECT_EQ(answer["stats"]["nodes_visited"], 12);
    EXPECT_EQ(answer["stats"]["records_read"], 12);
    EXPECT_TRUE(answer["next"].is_null());
    EXPECT_EQ(answer["graph_digest"].get<std::string>().substr(0, 7), "sha256:");
    EXPECT_EQ(answer["query"]["theta"], 1e-6);
}

TEST(QueryStart, IsToldOnEveryPageWithWhatIsOnHandNow) {
    Graph graph = diamond();
    auto query = asking("P");
    query.start.push_back(lot("C"));
    query.limit = 1;
    query.max_nodes = 1;
    auto run = begin(graph, Direction::up, query);
    bool more = true;
    for (int page = 0; more && page < 20; ++page) {
        Json answer = page_of(*run, graph, &more);
        ASSERT_EQ(answer["start"].size(), 2u) << page;
        EXPECT_EQ(answer["start"][0].dump(),
                  Json::parse(R"({"id":"88.999.1/C","uri":"https://ingot.example/88.999.1/C","kind":"batch",
                                  "quantity_kg":50000,"on_hand_kg":0})")
                      .dump());
        EXPECT_EQ(answer["start"][1]["on_hand_kg"], 20000);
    }
    EXPECT_FALSE(more);
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

// Toll work: the metal is shipped and stays the sender's; a warrant: it is sold and stays where it is.
TEST(QueryStopAt, TellsAChangeOfOwnerFromAChangeOfHolder) {
    Chain chain;
    auto without = [&](std::string const& line, std::string const& kind) {
        NotedEvent event = chain.notation.line(line);
        Json body = Json::parse(event.json);
        for (char const* list : {"sourceList", "destinationList"}) {
            Json kept = Json::array();
            for (auto const& party : body[list])
                if (party["type"] != kind) kept.push_back(party);
            body[list] = kept;
        }
        event.json = body.dump();
        store(chain, event);
    };
    chain.say({"C 88.999.2/ORE:90 /2", "X 88.999.2/ORE:90 > 88.999.2/TOLL:90 /2", "C RAW:10", "X RAW:10 > SOLD:10"});
    without("SH 88.999.2/TOLL:90 > 1 /2", "owning_party");
    without("RC 88.999.2/TOLL:90", "owning_party");
    without("SH SOLD:10 > 3", "possessing_party");
    chain.say({"X RAW2:10 > OWN:10", "X SOLD:10,OWN:10 > M:20"});
    auto beyond = [&](std::string const& name, bool owner, std::string const& start) {
        auto query = asking(start);
        query.stop_at.owner_change = owner;
        query.stop_at.custody_change = !owner;
        query.stop_at.texts = {name};
        return ask(chain, Direction::up, query)["closure"]["beyond_limit"];
    };
    EXPECT_EQ(beyond("owner_change", true, "M"), 0.5);
    EXPECT_EQ(beyond("custody_change", false, "M"), 0);
    chain.say({"X 88.999.2/TOLL:90 > T:90"});
    EXPECT_EQ(beyond("owner_change", true, "T"), 1);
    EXPECT_EQ(beyond("custody_change", false, "T"), 1);
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
