// Every route against every kind of caller (spec/security.md 4.3): who is turned away before a handler runs, and what
// the one decision says of an own and of a foreign thing. The expected table is written here a second time, on purpose.
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "api/routes.hpp"
#include "registry/access.hpp"
#include "tests/api/whole_node.hpp"

namespace ingot::api {
namespace {

using registry::Act;
using registry::Principal;
using registry::Role;
using registry::Verdict;

Principal person(std::vector<Role> roles, std::string enterprise = "en_own") {
    Principal principal;
    principal.id = "pr_1";
    principal.enterprise = std::move(enterprise);
    principal.roles = std::move(roles);
    return principal;
}

// anonymous, operator, viewer, station, partner, platform_admin, security_admin
std::vector<Principal> const kCallers = {Principal{},
                                         person({Role::operator_}),
                                         person({Role::viewer}),
                                         person({Role::station}),
                                         person({Role::partner}),
                                         person({Role::platform_admin}, ""),
                                         person({Role::security_admin}, "")};
constexpr size_t kCallersCount = 7;

// What each caller gets, in that order, for a thing of its own enterprise, of another one, and of another one with
// public fields: A allowed, H hidden (404), D denied (401 or 403).
struct Row {
    std::string_view own, foreign, foreign_public;
    std::string_view past_the_gate;  // y: the handler runs; n: 401 or 403 before the body is read
};

std::map<Act, Row> const kExpected = {
    {Act::Public, {"AAAAAAA", "AAAAAAA", "AAAAAAA", "yyyyyyy"}},
    {Act::RecordRead, {"HAAAHHH", "HHHHHHH", "AAAAAAA", "yyyyyyy"}},
    {Act::EventRead, {"HAAAHHH", "HHHHHHH", "HHHHHHH", "nyyynnn"}},
    {Act::TemplateRead, {"HAAAHHH", "HHHHHHH", "HHHHHHH", "nyyynnn"}},
    {Act::TraceRun, {"HAAAHHH", "HHHHHHH", "HHHHHHH", "nyyynnn"}},
    {Act::RecordWrite, {"DADADDD", "DDDDDDD", "DDDDDDD", "nynynnn"}},
    {Act::RecordWithdraw, {"DADADDD", "DDDDDDD", "DDDDDDD", "nynynnn"}},
    {Act::CodeAllocate, {"DADADDD", "DDDDDDD", "DDDDDDD", "nynynnn"}},
    {Act::CodeVoid, {"DADDDDD", "DDDDDDD", "DDDDDDD", "nynnnnn"}},
    // platform_admin: profiles of the node itself, which stand under no prefix
    {Act::TemplateWrite, {"DADDDDD", "DDDDDDD", "DDDDDDD", "nynnnyn"}},
    {Act::EventCapture, {"DADAADD", "DDDDDDD", "DDDDDDD", "nynyynn"}},
    {Act::PrefixDelegate, {"DDDDDAD", "DDDDDAD", "DDDDDAD", "nnnnnyn"}},
    {Act::UserManage, {"DDDDDDA", "DDDDDDA", "DDDDDDA", "nnnnnny"}},
};

char letter(Verdict verdict) { return verdict == Verdict::Allow ? 'A' : verdict == Verdict::Hide ? 'H' : 'D'; }

std::string verdicts(Act act, registry::Resource const& resource) {
    std::string out;
    for (auto const& caller : kCallers) out.push_back(letter(authorize(caller, act, resource).verdict));
    return out;
}

TEST(Rights, EveryActAgainstEveryCaller) {
    ASSERT_EQ(kCallers.size(), kCallersCount);
    registry::Resource const own{"88.1", "en_own"}, foreign{"88.2", "en_other"}, open{"88.2", "en_other", true};
    ASSERT_GT(routes().size(), 30u);
    for (auto const& route : routes()) {
        SCOPED_TRACE(std::string(net::name(route.method)) + " " + std::string(route.path));
        auto const found = kExpected.find(route.act);
        ASSERT_NE(found, kExpected.end()) << "no row for the act " << registry::name(route.act);
        EXPECT_EQ(verdicts(route.act, own), found->second.own);
        EXPECT_EQ(verdicts(route.act, foreign), found->second.foreign);
        EXPECT_EQ(verdicts(route.act, open), found->second.foreign_public);
        std::string gate;
        for (auto const& caller : kCallers) gate.push_back(may_ever(caller, route.act) ? 'y' : 'n');
        EXPECT_EQ(gate, found->second.past_the_gate);
    }
}

TEST(Rights, NobodyWithoutAnActivePrincipalPassesAChangingRoute) {
    Principal suspended = person({Role::operator_, Role::platform_admin, Role::security_admin});
    suspended.active = false;
    for (auto const& route : routes()) {
        if (route.cost != Cost::Write) continue;
        EXPECT_FALSE(may_ever(suspended, route.act)) << route.path;
        EXPECT_FALSE(may_ever(Principal{}, route.act)) << route.path;
    }
}

TEST(Rights, ChangesAreWritesAndReadsAreNot) {
    for (auto const& route : routes()) {
        SCOPED_TRACE(std::string(net::name(route.method)) + " " + std::string(route.path));
        bool const writes = std::holds_alternative<WriteHandler>(route.handler);
        EXPECT_EQ(writes, route.cost == Cost::Write);
        EXPECT_EQ(writes, route.key != Key::Ignored) << "changes take an Idempotency-Key, reads need none";
        EXPECT_FALSE(writes && route.method == net::Method::Get);
    }
}

// One node with things of the enterprise of 88.999.1, asked with keys of that enterprise and of another.
struct AskedNode : WholeNode {
    AskedNode() {
        say({"C A:60000"});
        for (char const* name : {"shown", "put", "gone"})
            EXPECT_TRUE(put(std::string("88.999.1/") + name, "1", {}, storage::ValueVisibility::everyone, works.get()));
        Got const codes = send(net::Method::Post, "/v1/codes", own[1],
                               R"({"prefix":"88.999.1","count":2,"values":{"class":"PD","product":"PB99994"}})");
        EXPECT_EQ(codes.status, 201) << codes.body;
        auto const made = Json::parse(codes.body)["codes"];
        reserved = made[0];
        spare = made[1];
    }

    // In the order of kCallers.
    std::vector<std::string> keys_of(char const* prefix) {
        std::vector<std::string> keys = {""};
        for (Role role : {Role::operator_, Role::viewer, Role::station, Role::partner})
            keys.push_back(make_key(role, prefix));
        for (Role role : {Role::platform_admin, Role::security_admin}) keys.push_back(make_key(role, ""));
        return keys;
    }

    std::vector<std::string> const own = keys_of("88.999.1"), foreign = keys_of("88.999.3");
    std::string reserved, spare;
};

// What the answer says of the rights: A allowed (refused for another reason, perhaps), H hidden, D denied.
char verdict_of(Got const& got) {
    if (got.status == 401 || got.status == 403 || got.says("\"code\":\"forbidden\"")) return 'D';
    return got.status == 404 ? 'H' : 'A';
}

std::string filled(Route const& route) {
    std::string target(route.path);
    for (auto const& [name, text] : {std::pair{"{prefix}", "88.999.1"},
                                     {"{suffix...}", "shown"},
                                     {"{handle...}", "88.999.1/shown"},
                                     {"{tail...}", "x"},
                                     {"{name}", "p"},
                                     {"{version}", "1"},
                                     {"{code}", "busy"},
                                     {"{id}", "x"}})
        if (auto at = target.find(name); at != target.npos) target.replace(at, std::string(name).size(), text);
    EXPECT_EQ(target.find('{'), target.npos) << target;
    return target;
}

// spec/security.md 20 S3, through the dispatcher: who is turned away at the gate of each route.
TEST(Rights, EveryRouteTurnsAwayWhoMayNeverPass) {
    AskedNode node;
    for (auto const& route : routes()) {
        std::string gate;
        for (size_t caller = 0; caller < kCallersCount; ++caller) {
            Got const got =
                node.send(route.method, filled(route), node.own[caller], route.body == Body::None ? "" : "{}");
            bool const turned = got.status == (caller == 0 ? 401 : 403) &&
                                got.says(caller == 0 ? "\"code\":\"not-authenticated\"" : "\"code\":\"no-permission\"");
            gate.push_back(turned ? 'n' : 'y');
        }
        // The lists of records show own ones: their handlers ask for a login.
        bool const own_list = route.path == "/v1/identifiers" || route.path == "/v1/codes";
        bool const list = own_list && route.method == net::Method::Get;
        EXPECT_EQ(gate, list ? "nyyyyyy" : kExpected.at(route.act).past_the_gate)
            << net::name(route.method) << ' ' << route.path;
    }
}

// What the routes themselves answer about a thing: asked by its enterprise, then by another.
TEST(Rights, RoutesAnswerAsTheDecisionSays) {
    AskedNode node;
    using net::Method;
    std::string const values = R"("values":[{"index":1,"type":"T","data":"1"}])";
    std::string const lot = "88.999.1/A";
    struct Probe {
        Method method;
        std::string target, body;
        Act act;
        bool shown = false;  // everyone may see it
    };
    std::vector<Probe> const probes = {
        {Method::Get, "/v1/identifiers/88.999.1/shown", "", Act::RecordRead, true},
        {Method::Get, "/v1/identifiers/" + node.reserved, "", Act::RecordRead},
        {Method::Get, "/v1/identifiers/88.999.1/shown?view=history", "", Act::RecordRead},
        {Method::Put, "/v1/identifiers/88.999.1/new", '{' + values + '}', Act::RecordWrite},
        {Method::Patch, "/v1/identifiers/88.999.1/put", "{}", Act::RecordWrite},
        {Method::Delete, "/v1/identifiers/88.999.1/gone", "", Act::RecordWithdraw},
        {Method::Post, "/v1/identifiers", R"({"identifier":"88.999.1/posted",)" + values + '}', Act::RecordWrite},
        {Method::Post, "/v1/identifiers", R"([{"identifier":"88.999.1/bulk",)" + values + "}]", Act::RecordWrite},
        {Method::Post, "/v1/codes", R"({"prefix":"88.999.1","values":{"class":"PD","product":"PB99994"}})",
         Act::CodeAllocate},
        {Method::Post, "/v1/codes/void", R"({"codes":[")" + node.spare + R"("],"reason":"x"})", Act::CodeVoid},
        {Method::Get, "/v1/trace/upstream?start=" + lot, "", Act::TraceRun},
        {Method::Get, "/v1/trace/downstream?start=" + lot, "", Act::TraceRun},
        {Method::Get, "/v1/lots/" + lot, "", Act::TraceRun},
    };
    for (Probe const& probe : probes) {
        Row const& expected = kExpected.at(probe.act);
        for (bool const own : {false, true}) {
            std::string seen;
            for (auto const& key : own ? node.own : node.foreign)
                seen.push_back(verdict_of(node.send(probe.method, probe.target, key, probe.body)));
            std::string wanted(probe.shown ? expected.foreign_public : own ? expected.own : expected.foreign);
            // Who never passes the gate is denied there, whatever the thing.
            for (size_t caller = 0; caller < kCallersCount; ++caller)
                if (expected.past_the_gate[caller] == 'n') wanted[caller] = 'D';
            EXPECT_EQ(seen, wanted) << net::name(probe.method) << ' ' << probe.target << (own ? " own" : " foreign");
        }
    }
}

}  // namespace
}  // namespace ingot::api
