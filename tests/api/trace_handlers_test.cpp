// The trace routes end to end, below the transport: pages by cursor, streams, caching, visibility, lots and vessels.
#include "api/v1/trace_parameters.hpp"
#include "tests/api/trace_fixture.hpp"

namespace ingot {
namespace {

std::vector<Json> lines_of(std::string const& text) {
    std::vector<Json> out;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) out.push_back(Json::parse(line));
    return out;
}

TEST(TraceHandlers, ACursorAnswersTheSamePageAgain) {
    TraceNode node;
    node.say_the_diamond();
    Json page = node.answer("/v1/trace/upstream?start=88.999.1/Z&limit=2");
    std::vector<std::string> ids;
    int pages = 1;
    while (true) {
        for (auto const& row : page["nodes"]) ids.push_back(row["id"]);
        EXPECT_EQ(page["closure"]["resolved"], 1);
        EXPECT_EQ(page["stats"]["nodes_visited"], 12);
        if (page["next"].is_null()) break;
        std::string const next = "/v1/trace/upstream?cursor=" + page["next"].get<std::string>();
        Got const once = node.ask(next), twice = node.ask(next);
        EXPECT_EQ(once.status, 200) << once.body;
        EXPECT_EQ(once.body, twice.body);
        EXPECT_EQ(node.ask(next, node.smelter.get()).status, 404);
        std::string const down = "/v1/trace/downstream?cursor=" + page["next"].get<std::string>();
        EXPECT_EQ(node.ask(down).status, 404);
        page = Json::parse(once.body);
        ++pages;
    }
    EXPECT_EQ(pages, 4);
    EXPECT_EQ(ids.size(), 7u);
    EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), 7u);
}

TEST(TraceHandlers, ACursorEndsTenMinutesAfterItsWalkWasLastAsked) {
    TraceNode node;
    node.say_the_diamond();
    std::string const cursor = node.answer("/v1/trace/upstream?start=88.999.1/Z&limit=2")["next"];
    std::string const next = "/v1/trace/upstream?cursor=" + cursor;
    node.steps.at += std::chrono::minutes(9);
    EXPECT_EQ(node.ask(next).status, 200);
    node.steps.at += std::chrono::minutes(9);
    EXPECT_EQ(node.ask(next).status, 200);
    node.steps.at += std::chrono::minutes(11);
    Got const late = node.ask(next);
    EXPECT_EQ(late.status, 410);
    EXPECT_TRUE(late.says("cursor-expired"));
    EXPECT_TRUE(late.says("10 minutes"));
}

TEST(TraceHandlers, BothDirectionsGoOnAtTheirOwnRoutes) {
    TraceNode node;
    node.say_the_diamond();
    Json const both = node.answer("/v1/trace/both?start=88.999.1/M&limit=1");
    EXPECT_EQ(both["up"]["kind"], "upstream");
    EXPECT_EQ(both["down"]["kind"], "downstream");
    for (auto const& [member, route] : {std::pair("up", "upstream"), std::pair("down", "downstream")}) {
        std::string const next = both[member]["next"];
        Json const page = node.answer("/v1/trace/" + std::string(route) + "?cursor=" + next);
        EXPECT_EQ(page["kind"], route);
        EXPECT_EQ(page["nodes"].size(), 1u);
    }
    Json const sets = node.answer("/v1/trace/both?start=88.999.1/M&rule=standard");
    EXPECT_EQ(sets["up"]["nodes"].size(), 2u);
    EXPECT_EQ(sets["down"]["nodes"].size(), 4u);
}

TEST(TraceHandlers, StandardHasItsBudgetsAndPages) {
    TraceNode node;
    node.say_the_diamond();
    std::string const path = "/v1/trace/upstream?start=88.999.1/Z&rule=standard";
    Json page = node.answer(path + "&limit=3");
    EXPECT_EQ(page["nodes"].size(), 3u);
    page = node.answer("/v1/trace/upstream?cursor=" + page["next"].get<std::string>());
    EXPECT_EQ(page["nodes"].size(), 3u);
    page = node.answer(path + "&max_nodes=2");
    EXPECT_EQ(page["truncated"], true);
    EXPECT_EQ(page["stats"]["stop"], "nodes");
    node.steps.step = std::chrono::milliseconds(400);
    page = node.answer(path);
    EXPECT_EQ(page["stats"]["stop"], "time");
    EXPECT_GE(page["stats"]["elapsed_ms"], 500);
    EXPECT_FALSE(page["next"].is_null());
}

TEST(TraceHandlers, ExplainIsCutByTimeAndNodesAndSaysSo) {
    TraceNode node;
    node.say_the_diamond();
    std::string const path = "/v1/trace/explain?from=88.999.1/A&to=88.999.1/Z";
    Json answer = node.answer(path);
    EXPECT_EQ(answer["share"], 0.45);
    EXPECT_EQ(answer["complete"], true);
    EXPECT_EQ(answer["stats"]["complete"], true);
    EXPECT_FALSE(answer.contains("truncated"));
    answer = node.answer(path + "&max_nodes=3");
    EXPECT_EQ(answer["complete"], false);
    EXPECT_EQ(answer["truncated"], true);
    EXPECT_EQ(answer["stats"]["stop"], "nodes");
    node.steps.step = std::chrono::milliseconds(200);
    EXPECT_EQ(node.answer(path)["stats"]["stop"], "time");
    EXPECT_EQ(node.answer(path + "&timeout_ms=60000")["complete"], true);
}

TEST(TraceHandlers, ACompleteClosureIsAStreamOfLines) {
    TraceNode node;
    node.say_the_diamond();
    for (auto const& [query, accept] : {std::pair("&format=ndjson", ""), std::pair("", "application/x-ndjson"),
                                        std::pair("", "application/x-ndjson;q=1, text/plain")}) {
        Got const got =
            node.ask("/v1/trace/downstream?start=88.999.1/A&theta=0" + std::string(query), nullptr, {}, accept);
        EXPECT_EQ(got.header("Content-Type"), "application/x-ndjson");
        auto const lines = lines_of(got.body);
        EXPECT_EQ(lines.front()["row"], "head");
        EXPECT_EQ(lines.front()["query"]["theta"], 0);
        EXPECT_EQ(lines.back()["row"], "tail");
        EXPECT_EQ(lines.back()["closure"]["resolved"], 1);
        EXPECT_EQ(lines.back()["located"]["on_hand"], 1);
        EXPECT_EQ(std::count_if(lines.begin(), lines.end(), [](Json const& line) { return line["row"] == "node"; }), 5);
    }
    EXPECT_EQ(node.ask("/v1/trace/upstream?start=88.999.1/A", nullptr, {}, "application/xml").status, 406);
}

TEST(TraceHandlers, OnlyAPinnedAnswerMayBeKept) {
    TraceNode node;
    node.say_the_diamond();
    std::string const path = "/v1/trace/upstream?start=88.999.1/Z&limit=3";
    Got const now = node.ask(path);
    EXPECT_EQ(now.header("Cache-Control"), "private, no-store");
    EXPECT_EQ(now.header("ETag"), "");
    Got const then = node.ask(path + "&as_of=%237");
    EXPECT_EQ(then.header("Cache-Control"), "private, max-age=300");
    EXPECT_EQ(then.header("ETag"), "\"" + Json::parse(then.body)["graph_digest"].get<std::string>() + "\"");
    Got const second = node.ask("/v1/trace/upstream?cursor=" + Json::parse(then.body)["next"].get<std::string>());
    EXPECT_EQ(second.header("Cache-Control"), "private, max-age=300");
    EXPECT_EQ(node.ask("/v1/lots/88.999.1/A").header("Cache-Control"), "private, no-store");
}

TEST(TraceHandlers, APinnedAnswerIsNotSentTwice) {
    TraceNode node;
    node.say_the_diamond();
    node.say({"V+ F Z:10"});
    std::set<std::string> etags;
    for (std::string const path : {"/v1/trace/upstream?start=88.999.1/Z", "/v1/trace/downstream?start=88.999.1/A",
                                   "/v1/trace/both?start=88.999.1/Q", "/v1/trace/explain?from=88.999.1/A&to=88.999.1/Z",
                                   "/v1/lots/88.999.1/Z?limit=9", "/v1/vessels?campaign=88.999.1/F"}) {
        Got const then = node.ask(path + "&as_of=%238");
        std::string const etag(then.header("ETag"));
        ASSERT_EQ(then.status, 200) << then.body;
        EXPECT_EQ(then.header("Cache-Control"), "private, max-age=300") << path;
        EXPECT_TRUE(etags.insert(etag).second) << path << etag;
        node.say({"X Z:1 > LATER" + std::to_string(etags.size()) + ":1"});  // changes nothing of what was known then
        Got const same = node.ask(path + "&as_of=%238", nullptr, {}, {}, etag);
        EXPECT_EQ(same.status, 304) << path;
        EXPECT_EQ(same.body, "") << path;
        EXPECT_EQ(same.header("ETag"), etag);
        EXPECT_EQ(node.ask(path + "&as_of=%238", nullptr, {}, {}, "\"other\"").status, 200) << path;
        EXPECT_EQ(node.ask(path, nullptr, {}, {}, etag).header("ETag"), "") << path;
    }
}

TEST(TraceHandlers, LotsOfOtherNodesNameTheirResolver) {
    TraceNode node;
    node.add_prefix("88.999.9", "Away", false, "https://away.example");
    node.add_prefix("88.999.8", "Silent", false);
    Sent sent;
    sent.as = node.works.get();
    auto const request = node.request_of(sent);
    auto const call = node.call_of(sent, request);
    tracechain::WalkTerms const terms = api::v1::walk_terms(call, node.traced);
    EXPECT_EQ(terms.foreign("88.999.9/LOT"), "https://away.example");
    for (char const* lot : {"88.999.8/LOT", "88.999.1/LOT", "77.1/LOT", "01/06901234001013/10/MIX2"})
        EXPECT_FALSE(terms.foreign(lot)) << lot;
}

TEST(TraceHandlers, EverySpellingOfALotIsTheSameLot) {
    TraceNode node;
    node.say_the_diamond();
    Json const by_path = node.answer("/v1/lots/88.999.1/M");
    EXPECT_EQ(by_path["id"], "88.999.1/M");
    EXPECT_EQ(by_path["supplied_kg"], 100000);
    EXPECT_EQ(node.answer("/v1/lots?id=88.999.1/M"), by_path);
    EXPECT_EQ(node.answer("/v1/lots?id=https://ingot.example/88.999.1/M"), by_path);
    Json const page = node.answer("/v1/lots/88.999.1/M?limit=1");
    EXPECT_EQ(page["events"].size(), 1u);
    Json const rest = node.answer("/v1/lots/88.999.1/M?cursor=" + page["next"].get<std::string>());
    EXPECT_EQ(rest["events"].size(), 1u);
    EXPECT_TRUE(rest["next"].is_null());
    EXPECT_EQ(node.answer("/v1/lots/88.999.1/M?as_of=%234")["consumed_kg"], 0);
    EXPECT_EQ(node.answer("/v1/lots/88.999.1/M?at=2026-01-01T00:04:00Z")["consumed_kg"], 0);
}

TEST(TraceHandlers, StrangersFindNothing) {
    TraceNode node;
    node.say_the_diamond();
    node.say({"V+ F A:1"});
    for (std::string const& target :
         {std::string("/v1/lots/88.999.1/M"), std::string("/v1/lots?id=88.999.1/M"),
          std::string("/v1/trace/upstream?start=88.999.1/M"), std::string("/v1/trace/both?start=88.999.1/M"),
          std::string("/v1/trace/explain?from=88.999.1/A&to=88.999.1/M"),
          std::string("/v1/trace/downstream?rule=standard&start=88.999.1/M"),
          std::string("/v1/vessels?campaign=88.999.1/F")}) {
        EXPECT_EQ(node.ask(target).status, 200) << target;
        std::string absent = target;
        size_t const name = absent.find_last_of("MF");
        absent.replace(name, 1, "NOWHERE");
        Got hidden = node.ask(target, node.smelter.get()), none = node.ask(absent, node.smelter.get());
        EXPECT_EQ(hidden.status, 404) << target;
        EXPECT_EQ(hidden.body, none.body) << target;
    }
}

TEST(TraceHandlers, AVesselIsAnsweredByItsCampaign) {
    TraceNode node;
    node.say({"C ABC:5000", "C DIV:5000", "V+ P[fifo] ABC:5000", "V+ P DIV:5000", "V- P > D1:7500"});
    Json const answer = node.answer("/v1/vessels?campaign=88.999.1/P");
    EXPECT_EQ(answer["policy"], "fifo");
    EXPECT_EQ(answer["on_hand_kg"], 2500);
    EXPECT_EQ(node.answer("/v1/vessels?campaign=88.999.1/P&as_of=%234")["on_hand_kg"], 10000);
    EXPECT_EQ(node.answer("/v1/vessels?campaign=88.999.1/P&at=2026-01-01T00:03:00Z")["on_hand_kg"], 5000);
}

}  // namespace
}  // namespace ingot
