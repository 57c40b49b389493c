// The real route table through the dispatcher: what no handler test sees.
#include <gtest/gtest.h>

#include "tests/api/whole_node.hpp"

namespace ingot::api {
namespace {

using net::Method;

// identifiers.md 2.4: a value holds 64 KiB, in whichever form and by whichever route it comes.
TEST(WholeNode, ValuesHold64KiBInEveryForm) {
    WholeNode node;
    std::string const key = node.make_key(registry::Role::operator_, kA);
    auto data_of = [](std::string_view format, size_t bytes) {
        std::string const raw(bytes, '\xE0');
        if (format == "base64") return to_base64(raw);
        return format == "hex" ? to_hex(raw) : std::string(bytes, 'x');
    };
    for (char const* format : {"string", "base64", "hex"})
        for (size_t const bytes : {65'536u, 65'537u}) {
            SCOPED_TRACE(format + std::to_string(bytes));
            int const fine = bytes == 65'536 ? 201 : 400;
            std::string const name = std::string(kA) + '/' + format + std::to_string(bytes);
            std::string const values = R"("values":[{"index":1,"type":"T","data":{"format":")" + std::string(format) +
                                       R"(","value":")" + data_of(format, bytes) + "\"}}]";
            auto put = node.send(Method::Put, "/v1/identifiers/" + name + "-put", key, '{' + values + '}');
            EXPECT_EQ(put.status, fine) << put.body;
            auto post =
                node.send(Method::Post, "/v1/identifiers", key, R"({"identifier":")" + name + "\"," + values + '}');
            EXPECT_EQ(post.status, fine) << post.body;
            std::string const item = R"({"identifier":")" + name + "-bulk\"," + values + '}';
            auto bulk = node.send(Method::Post, "/v1/identifiers", key, '[' + item + ']');
            EXPECT_EQ(bulk.says("\"status\":\"created\""), fine == 201) << bulk.body.substr(0, 300);
        }
}

TEST(WholeNode, EveryRouteWithABodyChecksItsJson) {
    WholeNode node;
    std::string const operators = node.make_key(registry::Role::operator_, kA);
    std::string const platform = node.make_key(registry::Role::platform_admin, {});
    std::string const security = node.make_key(registry::Role::security_admin, {});
    size_t asked = 0;
    for (auto const& route : routes()) {
        if (route.body == Body::None) continue;
        std::string const& key = route.act == registry::Act::UserManage       ? security
                                 : route.act == registry::Act::PrefixDelegate ? platform
                                                                              : operators;
        std::string target(route.path);
        for (auto const& [name, text] :
             {std::pair{"{prefix}", kA}, {"{suffix...}", "x"}, {"{name}", "p"}, {"{version}", "1"}})
            if (auto at = target.find(name); at != target.npos) target.replace(at, std::string(name).size(), text);
        for (auto const& [body, code] : {std::pair{R"({"a":1,"a":2})", "duplicate-member"},
                                         {R"({"a":"\ud800"})", "bad-encoding"},
                                         {R"({"a":1}x)", "bad-json"}}) {
            auto const got = node.send(route.method, target, key, body);
            EXPECT_EQ(got.status, 400) << target << got.body;
            EXPECT_TRUE(got.says("\"code\":\"" + std::string(code) + '"')) << target << got.body;
            ++asked;
        }
    }
    EXPECT_GE(asked, 3 * 12u);
}

TEST(WholeNode, LongReadsDoNotRunOnTheThreadOfTheConnection) {
    WholeNode node;
    ASSERT_TRUE(node.put(std::string(kA) + "/a", "1"));
    std::string const key = node.make_key(registry::Role::operator_, kA);
    auto is_here = [&](std::string const& target) {
        EXPECT_EQ(node.send(Method::Get, target, key).status, 200) << target;
        return node.answered_by == std::this_thread::get_id();
    };
    std::string const record = "/v1/identifiers/" + std::string(kA) + "/a";
    EXPECT_TRUE(is_here(record));
    EXPECT_TRUE(is_here(record + "?view=values"));
    EXPECT_FALSE(is_here(record + "?view=history"));
    EXPECT_FALSE(is_here("/metrics"));
    EXPECT_TRUE(is_here("/healthz"));
}

TEST(WholeNode, TheDescriptionIsRenderedOnceAndHasATag) {
    WholeNode node;
    auto const first = node.send(Method::Get, "/docs/openapi.json");
    ASSERT_EQ(first.status, 200);
    auto const same = node.send(Method::Get, "/docs/openapi.json", {}, {}, {{"If-None-Match", first.header("ETag")}});
    EXPECT_EQ(same.status, 304);
    EXPECT_EQ(same.header("Access-Control-Allow-Origin"), "*");
    EXPECT_EQ(node.system.descriptions[0].load()->rendered->body, first.body);
    auto const handle = node.send(Method::Get, "/docs/openapi.json?surface=handle");
    EXPECT_NE(handle.header("ETag"), first.header("ETag"));
    EXPECT_EQ(node.send(Method::Get, "/docs/openapi.json?surface=x").status, 400);
}

// The label of a resolution is the registered prefix, by whichever surface it came.
TEST(WholeNode, CountsResolutionsUnderTheRegisteredPrefix) {
    WholeNode node;
    node.metrics.register_prefix(kA);
    std::string const below = std::string(kA) + ".5/s";
    ASSERT_TRUE(node.put(below, "1"));
    for (std::string const path : {"/v1/identifiers/", "/api/handles/", "/"})
        EXPECT_LT(node.send(Method::Get, path + below).status, 400) << path;
    std::string const text = node.metrics.scrape();
    for (std::string const surface : {"v1", "handle", "landing"})
        EXPECT_NE(text.find("ingot_resolve_total{prefix=\"" + std::string(kA) + "\",surface=\"" + surface +
                            "\",result=\"ok\"} 1"),
                  text.npos)
            << surface;
    EXPECT_EQ(node.metrics.label_of(kA), kA);
    EXPECT_EQ(node.metrics.label_of("88.1"), "none");
}

// What a stranger appends stays on the host of the record.
TEST(WholeNode, UrlappendNeverLeadsToAnotherHost) {
    WholeNode node;
    ASSERT_TRUE(node.put(std::string(kA) + "/u", "https://plant.example"));
    auto location = [&](std::string const& text) {
        return node.send(Method::Get, "/" + std::string(kA) + "/u?urlappend=" + text).header("Location");
    };
    EXPECT_EQ(location("/x?y=1"), "https://plant.example/x?y=1");
    EXPECT_EQ(location("?y"), "https://plant.example?y");
    EXPECT_EQ(location("%23part"), "https://plant.example#part");
    for (char const* text : {".evil.example/login", ":1", "@evil.example", "-evil.example", "%5C@evil.example"})
        EXPECT_EQ(location(text), "") << text;
}

}  // namespace
}  // namespace ingot::api
