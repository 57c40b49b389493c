// Every route against every kind of caller (spec/security.md 4.3): who is turned away before a handler runs, and what
// the one decision says of an own and of a foreign thing. The expected table is written here a second time, on purpose.
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "api/routes.hpp"
#include "registry/access.hpp"

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

TEST(Rights, EveryRouteAgainstEveryCaller) {
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

}  // namespace
}  // namespace ingot::api
