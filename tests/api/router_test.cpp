#include "api/router.hpp"

#include <gtest/gtest.h>

#include "ident/target.hpp"

namespace ingot::api {
namespace {

Result<net::Answer> nothing(Call const&, Services&) { return json_answer(200, "{}"); }

using net::Method;
using registry::Act;

Route const kTable[] = {
    {Method::Get, "/v1/identifiers/{prefix}/{suffix...}", nothing, Act::RecordRead, Cost::Point},
    {Method::Put, "/v1/identifiers/{prefix}/{suffix...}", nothing, Act::RecordWrite, Cost::Write},
    {Method::Get, "/v1/identifiers", nothing, Act::RecordRead, Cost::Scan},
    {Method::Post, "/v1/identifiers", nothing, Act::RecordWrite, Cost::Write},
    {Method::Post, "/v1/codes", nothing, Act::CodeAllocate, Cost::Write},
    {Method::Post, "/v1/codes/void", nothing, Act::CodeVoid, Cost::Write},
    {Method::Get, "/v1/prefixes/{prefix}", nothing, Act::Public, Cost::Point},
    {Method::Get, "/v1/events/{eventId}", nothing, Act::EventRead, Cost::Point},
    {Method::Get, "/v1/events/{eventId}/hash", nothing, Act::EventRead, Cost::Point},
    {Method::Get, "/v1/coding-profiles/{name}/{version}", nothing, Act::Public, Cost::Point},
    {Method::Get, "/api/handles/{handle...}", nothing, Act::RecordRead, Cost::Point},
    {Method::Get, "/healthz", nothing, Act::Public, Cost::Point},
    {Method::Get, "/openapi.json", nothing, Act::Public, Cost::Point},
    {Method::Get, "/{prefix}/{suffix...}", nothing, Act::RecordRead, Cost::Point},
    {Method::Get, "/{prefix}", nothing, Act::RecordRead, Cost::Point},
};

Router const& router() {
    static Router const made(kTable);
    return made;
}

// "template | name=value ..." of a match, or the code of the refusal.
std::string route(std::string_view path, Method method = Method::Get) {
    auto match = router().match(method, path);
    if (!match) return std::string(slug(match.error().code));
    std::string out(match->route->path);
    for (auto const& [name, value] : match->path) out += " | " + name + "=" + value;
    return out;
}

TEST(Router, RoutesTheTableOfIdentifiersByteForByte) {
    struct Row {
        std::string_view path, expected;
    };
    Row const rows[] = {
        {"/88.118.8/JXDY2106023", "/{prefix}/{suffix...} | prefix=88.118.8 | suffix=JXDY2106023"},
        {"/88.118.8%2FJXDY2106023", "/{prefix}/{suffix...} | prefix=88.118.8 | suffix=JXDY2106023"},
        {"/api/handles/88.1/a%2Fb", "/api/handles/{handle...} | handle=88.1/a/b"},
        {"/v1/identifiers/88.423.10010/%E9%93%85%E9%94%AD-01",
         "/v1/identifiers/{prefix}/{suffix...} | prefix=88.423.10010 | suffix=铅锭-01"},
        {"/88.1/a%252Fb", "/{prefix}/{suffix...} | prefix=88.1 | suffix=a%2Fb"},
        {"/88.1/a%zz", "bad-encoding"},
        {"/88.1/%C0%AF", "bad-encoding"},
        {"/v1/identifiers/88.1%2Fx", "/v1/identifiers/{prefix}/{suffix...} | prefix=88.1 | suffix=x"},
        {"/v1/identifiers/88.1/a+b", "/v1/identifiers/{prefix}/{suffix...} | prefix=88.1 | suffix=a+b"},
        {"/v1/identifiers/88.1/a//b/", "/v1/identifiers/{prefix}/{suffix...} | prefix=88.1 | suffix=a//b/"},
        {"/v1/identifiers/88.1/history", "/v1/identifiers/{prefix}/{suffix...} | prefix=88.1 | suffix=history"},
        {"/v1/identifiers/88.1", "/v1/identifiers/{prefix}/{suffix...} | prefix=88.1 | suffix="},
        {"/88.111.1", "/{prefix} | prefix=88.111.1"},
        {"/1.2.156.3088.1", "no-such-route"},
        {"/01/09527001000309", "no-such-route"},
        {"/did:web:x.example", "no-such-route"},
        {"/.well-known/x", "no-such-route"},
        {"/openapi.json", "/openapi.json"},
    };
    for (auto const& row : rows) EXPECT_EQ(route(row.path), row.expected) << row.path;
}

TEST(Router, RefusesWhatSecurityRefuses) {
    struct Row {
        std::string_view path, expected;
    };
    Row const rows[] = {
        {"/v1/identifiers/88.1/%2", "bad-encoding"},
        {"/v1/identifiers/88.1/%00", "bad-encoding"},
        {"/v1/identifiers/88.1/%", "bad-encoding"},
        {"/v1/../healthz", "bad-target"},
        {"/v1/%2e%2e/healthz", "bad-target"},
        {"/v1/./codes", "bad-target"},
        {"/v1/%2E", "bad-target"},
        {"/v1/identifiers/88.1/..", "bad-target"},
        {"/v1/identifiers/88.1%2F..", "bad-target"},
        {"/v1/identifiers/88.1/a\"b", "bad-target"},
        {"/v1/identifiers/88.1/a<b", "bad-target"},
        {"/v1/identifiers/88.1/a\\b", "bad-target"},
        {"/v1/identifiers/88.1/a|b", "bad-target"},
        {"/v1/identifiers/88.1/a{b", "bad-target"},
        {"/v1/identifiers/88.1/a^b", "bad-target"},
        {"/v1/identifiers/88.1/a`b", "bad-target"},
        {"//v1/codes", "no-such-route"},
        {"/v1//codes", "no-such-route"},
        {"/v1/codes/", "no-such-route"},
        {"/V1/codes", "no-such-route"},
        {"/v1/Codes", "no-such-route"},
        {"/v1", "no-such-route"},
        {"/", "no-such-route"},
        {"", "no-such-route"},
        {"/v1/identifiers/", "no-such-route"},
        {"/v1/%63odes", "no-such-route"},
        {"/nothing", "no-such-route"},
        {"/healthz/x", "no-such-route"},
        {"/v1/coding-profiles/a", "no-such-route"},
        {"/v1/coding-profiles//1", "no-such-route"},
    };
    for (auto const& row : rows) EXPECT_EQ(route(row.path), row.expected) << row.path;
}

TEST(Router, TakesOnePartParametersDecodedAndPrefersLiterals) {
    EXPECT_EQ(route("/v1/events/urn%3Auuid%3A1"), "/v1/events/{eventId} | eventId=urn:uuid:1");
    EXPECT_EQ(route("/v1/events/https%3A%2F%2Fx%2F1/hash"), "/v1/events/{eventId}/hash | eventId=https://x/1");
    EXPECT_EQ(route("/v1/codes/void", Method::Post), "/v1/codes/void");
    EXPECT_EQ(route("/v1/coding-profiles/n/1"), "/v1/coding-profiles/{name}/{version} | name=n | version=1");
    EXPECT_EQ(route("/v1/prefixes/88.1"), "/v1/prefixes/{prefix} | prefix=88.1");
}

TEST(Router, NamesTheMethodsAPathTakes) {
    auto match = router().match(Method::Delete, "/v1/identifiers/88.1/x");
    ASSERT_FALSE(match);
    EXPECT_EQ(match.error().code, Code::MethodNotAllowed);
    EXPECT_EQ(std::get<std::string>(match.error().extras[0].value), "GET, HEAD, PUT, OPTIONS");
    EXPECT_EQ(route("/v1/codes", Method::Get), "method-not-allowed");
    EXPECT_EQ(route("/v1/codes", Method::Options), "method-not-allowed");
    EXPECT_EQ(route("/v1/identifiers/88.1/x", Method::Head).substr(0, 16), "/v1/identifiers/");
    EXPECT_EQ(route("/healthz", Method::Post), "method-not-allowed");
}

TEST(Router, RefusesATableWithTheSameRowTwice) {
    Route const twice[] = {kTable[0], kTable[0]};
    EXPECT_THROW(Router{twice}, std::logic_error);
}

TEST(Router, SameRequestWithRawAndEscapedSlash) {
    for (std::string_view tail : {"88.1/x", "88.1%2Fx", "88.1%2fx"}) {
        auto match = router().match(Method::Get, "/v1/identifiers/" + std::string(tail));
        ASSERT_TRUE(match) << tail;
        EXPECT_EQ(match->path.at("prefix") + "/" + match->path.at("suffix"), "88.1/x");
    }
}

}  // namespace
}  // namespace ingot::api
