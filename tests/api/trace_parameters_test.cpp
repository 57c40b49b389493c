// Parameters of the trace routes: what is wrong is named together with what would be right; budgets and limits of the
// node are in force.
#include "tests/api/trace_fixture.hpp"

namespace ingot {
namespace {

struct Wrong {
    std::string target, code, says;
    int status = 400;
};

void expect_refused(TraceNode& node, Wrong const& wrong, registry::Principal const* as = nullptr,
                    std::string const& body = {}) {
    Got const got = node.ask(wrong.target, as, body);
    EXPECT_EQ(got.status, wrong.status) << wrong.target << " " << got.body;
    if (got.status == 200) return;
    Json const problem = Json::parse(got.body);
    EXPECT_EQ(problem["code"], wrong.code) << wrong.target;
    EXPECT_NE(problem.dump().find(wrong.says), std::string::npos)
        << wrong.target << " should say " << wrong.says << ": " << got.body;
}

TEST(TraceParameters, EachWrongOneNamesWhatWouldBeRight) {
    TraceNode node;
    node.say_the_diamond();
    std::string const walks[] = {"/v1/trace/upstream", "/v1/trace/downstream", "/v1/trace/both"};
    for (std::string const& path : walks) {
        std::string const with = path + "?start=88.999.1/Z&";
        for (Wrong const& wrong : std::vector<Wrong>{
                 {path, "invalid-parameter", "start: name at least one lot"},
                 {path + "?start=", "invalid-identifier", ""},
                 {path + "?start=https://id.gs1.org/01/09506000134352", "class-only", "lot or serial"},
                 {with + "basis=lead", "basis-unknown", "element:X"},
                 {with + "basis=element:pb", "basis-unknown", "gross_mass"},
                 {with + "rule=plain", "invalid-parameter", "shares or standard"},
                 {with + "theta=0.6", "invalid-parameter", "0, or from 1e-15 to 0.5"},
                 {with + "theta=1e-16", "invalid-parameter", "0, or from 1e-15 to 0.5"},
                 {with + "theta=nan", "invalid-parameter", "0, or from 1e-15 to 0.5"},
                 {with + "cutoff=mass", "invalid-parameter", "exposure or share"},
                 {with + "min_share=2", "invalid-parameter", "from 0 to 1"},
                 {with + "max_depth=0", "invalid-parameter", "max_depth: from 1 to"},
                 {with + "max_depth=two", "invalid-parameter", "max_depth: from 1 to"},
                 {with + "as_of=yesterday", "invalid-parameter", "#17"},
                 {with + "as_of=%23x", "invalid-parameter", "#17"},
                 {with + "at=2026-01-01", "invalid-parameter", "at: an RFC 3339 time with an offset"},
                 {with + "from=1", "invalid-parameter", "from: an RFC 3339 time with an offset"},
                 {with + "from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", "invalid-parameter", "before it begins"},
                 {with + "stop_at=owner", "invalid-parameter", "owner_change"},
                 {with + "view=list", "invalid-parameter", "graph, table or tree"},
                 {with + "limit=0", "invalid-parameter", "from 1 to 10000"},
                 {with + "limit=10001", "invalid-parameter", "from 1 to 10000"},
                 {with + "max_nodes=0", "invalid-parameter", "max_nodes: from 1 to"},
                 {with + "timeout_ms=60001", "invalid-parameter", "timeout_ms: from 1 to 60000"},
                 {with + "raw=maybe", "invalid-parameter", "true or false"},
                 {with + "format=xml", "invalid-parameter", "json or ndjson"},
                 {with + "format=csv", "not-acceptable", "application/x-ndjson", 406},
                 {with + "depth=3", "unknown-parameter", "max_depth"},
                 {path + "?start=88.999.1/NONE", "not-found", "no such lot", 404}}) {
            expect_refused(node, wrong);
        }
    }
    expect_refused(node, {"/v1/trace/both?start=88.999.1/Z&format=ndjson", "not-acceptable", "application/json", 406});
    expect_refused(node, {"/v1/trace/upstream?start=88.999.1/Z&rule=standard&format=ndjson", "not-acceptable",
                          "application/json", 406});
    expect_refused(node, {"/v1/trace/upstream?cursor=abc", "bad-cursor", "`next`"});
    expect_refused(node, {"/v1/trace/both?cursor=abc", "invalid-parameter", "/v1/trace/upstream"});
}

TEST(TraceParameters, ExplainLotsAndVesselsNameWhatWouldBeRight) {
    TraceNode node;
    node.say_the_diamond();
    std::string const explain = "/v1/trace/explain?from=88.999.1/A&to=88.999.1/Z&", lot = "/v1/lots/88.999.1/M?",
                      vessel = "/v1/vessels?campaign=88.999.1/P&";
    for (Wrong const& wrong :
         std::vector<Wrong>{{"/v1/trace/explain?from=88.999.1/A", "invalid-parameter", "to: name a lot"},
                            {"/v1/trace/explain?to=88.999.1/A", "invalid-parameter", "from: name a lot"},
                            {explain + "k=0", "invalid-parameter", "k: a whole number from 1 to 100"},
                            {explain + "k=101", "invalid-parameter", "k: a whole number from 1 to 100"},
                            {explain + "basis=lead", "basis-unknown", "element:X"},
                            {explain + "as_of=soon", "invalid-parameter", "#17"},
                            {explain + "timeout_ms=0", "invalid-parameter", "timeout_ms: from 1 to 60000"},
                            {explain + "theta=0", "unknown-parameter", "timeoutms"},
                            {"/v1/trace/explain?from=88.999.1/NONE&to=88.999.1/Z", "not-found", "no such lot", 404},
                            {lot + "limit=0", "invalid-parameter", "limit: a whole number from 1 to 1000"},
                            {lot + "cursor=x", "bad-cursor", ""},
                            {lot + "at=now", "invalid-parameter", "at: an RFC 3339 time with an offset"},
                            {lot + "basis=gross_mass", "unknown-parameter", "limit"},
                            {"/v1/lots", "invalid-parameter", "id: name a lot"},
                            {"/v1/lots?id=88.999.1/NONE", "not-found", "no such lot", 404},
                            {"/v1/vessels", "invalid-parameter", "campaign: name a transformationID"},
                            {vessel + "as_of=x", "invalid-parameter", "#17"},
                            {vessel + "limit=3", "unknown-parameter", "campaign"},
                            {"/v1/vessels?campaign=88.999.1/P", "not-found", "no such campaign", 404}}) {
        expect_refused(node, wrong);
    }
}

TEST(TraceParameters, APostTakesTheSameNamesAsMembers) {
    TraceNode node;
    node.say_the_diamond();
    Got const got = node.ask("/v1/trace/upstream", nullptr,
                             R"({"start":["88.999.1/P","88.999.1/R"],"minShare":0.1,"as_of":"#6","view":"table"})");
    ASSERT_EQ(got.status, 200) << got.body;
    Json const answer = Json::parse(got.body);
    EXPECT_EQ(answer["query"]["start"].size(), 2u);
    EXPECT_EQ(answer["query"]["min_share"], 0.1);
    EXPECT_EQ(answer["as_of_seq"], 6);
    expect_refused(node, {"/v1/trace/upstream", "invalid-parameter", "0, or from 1e-15 to 0.5"}, nullptr,
                   R"({"start":"88.999.1/Z","theta":0.7})");
    expect_refused(node, {"/v1/trace/upstream", "unknown-parameter", "min_share"}, nullptr,
                   R"({"starts":["88.999.1/Z"]})");
    expect_refused(node, {"/v1/trace/upstream", "bad-json", ""}, nullptr, "{");
}

TEST(TraceParameters, LiftedLimitsNeedExportRun) {
    TraceNode node;
    node.say_the_diamond();
    std::string const with = "/v1/trace/upstream?start=88.999.1/Z&";
    for (char const* lifted : {"max_nodes=10001", "timeout_ms=501"}) {
        EXPECT_EQ(node.ask(with + lifted).status, 200) << lifted;
        expect_refused(node, {with + lifted, "no-permission", "export.run", 403}, node.station.get());
    }
    EXPECT_EQ(node.ask(with + "max_nodes=10000&timeout_ms=500", node.station.get()).status, 200);
    EXPECT_EQ(node.ask(with + "max_depth=10001").status, 200);
}

TEST(TraceParameters, AStationLooksTwoHopsAroundIt) {
    TraceNode node;
    node.say_the_diamond();
    Json const answer = node.answer("/v1/trace/upstream?start=88.999.1/Z", node.station.get());
    EXPECT_EQ(answer["query"]["max_depth"], 2);
    EXPECT_EQ(answer["closure"]["beyond_limit"], 0.75);
    expect_refused(node, {"/v1/trace/upstream?start=88.999.1/Z&max_depth=3", "invalid-parameter", "from 1 to 2"},
                   node.station.get());
}

TEST(TraceParameters, TheLimitsOfTheNodeAreInForce) {
    Limits limits;
    limits.trace_depth_default = 2;
    limits.trace_nodes_max = 6;
    limits.trace_time = std::chrono::milliseconds(77);
    TraceNode node(limits);
    node.say_the_diamond();
    Json const answer = node.answer("/v1/trace/upstream?start=88.999.1/Z");
    EXPECT_EQ(answer["query"]["max_depth"], 2);
    EXPECT_EQ(answer["query"]["max_nodes"], 6);
    EXPECT_EQ(answer["query"]["timeout_ms"], 77);
    EXPECT_EQ(answer["truncated"], true);
    limits = {};
    limits.answer_bytes_max = 3000;
    TraceNode small(limits);
    small.say_the_diamond();
    Got const got = small.ask("/v1/trace/upstream?start=88.999.1/Z");
    EXPECT_LE(got.body.size(), 3000u);
    EXPECT_FALSE(Json::parse(got.body)["next"].is_null());
    limits = {};
    limits.walks_per_principal_max = 1;
    TraceNode one(limits);
    one.say_the_diamond();
    auto const held = one.trace->walks().enter(one.works->id);
    ASSERT_TRUE(held);
    EXPECT_EQ(one.ask("/v1/trace/upstream?start=88.999.1/Z").status, 429);
}

}  // namespace
}  // namespace ingot
