// Handle REST resolution and landing: spec/handle-rest.md 1, 3, 4.1, 6; identifiers.md 5, column Handle REST.
#include "api/handle/handle_handlers.hpp"
#include "api/handle/landing_page.hpp"
#include "registry_api_fixture.hpp"

namespace ingot::api::handle {
namespace {

struct HandleNode : ApiNode {
    HandleNode() {
        add_prefix("20.500.99999", "Handle enterprise");
        handle_operator = login(registry::Role::operator_, "20.500.99999");
        add_prefix("88.888.1", "Elsewhere", false, "https://own.example/");
        store("20.500.99999/a1", {{1, "URL", "http://x/1"}});
    }
    struct V {
        uint32_t index;
        std::string type, text;
        storage::ValueVisibility visibility = storage::ValueVisibility::everyone;
    };
    void store(std::string_view id, std::vector<V> values) {
        auto identifier = *ident::Identifier::parse(id);
        auto allowed = registry->authorise_change(*handle_operator, registry::Act::RecordWrite, identifier.prefix());
        registry::NewRecord record{identifier, {}, {}};
        for (auto const& v : values) {
            storage::RecordValue value;
            value.index = v.index;
            value.type = v.type;
            value.data = v.text;
            value.visibility = v.visibility;
            record.values.push_back(value);
        }
        run(registry::create_identifier(registry::Registrar(*registry, *allowed), record,
                                        [](auto const&) { return storage::Reply{}; }));
    }
    Got ask(std::string handle, std::string query = {}, registry::Principal const* as = nullptr,
            std::vector<std::pair<std::string, std::string>> fields = {}) {
        Sent sent{net::Method::Get,
                  "/api/handles/" + handle + (query.empty() ? "" : "?" + query),
                  "",
                  as,
                  std::move(fields),
                  {{"handle", handle}}};
        return get(get_handle, sent);
    }
    Got land(std::string handle, std::string query = {}, std::string accept = "text/html") {
        Sent sent = of(handle, nullptr, query);
        sent.fields = {{"Accept", std::move(accept)}};
        return get(landing, sent);
    }
    std::shared_ptr<registry::Principal const> handle_operator;
};

TEST(HandleRest, AnswersExactlyAsTheObservedServer) {
    HandleNode node;
    std::string const found = R"({"responseCode":1,"handle":"20.500.99999/a1","values":[{"index":1,"type":"URL",)"
                              R"("data":{"format":"string","value":"http://x/1"},"ttl":86400,)"
                              R"("timestamp":"2026-11-22T02:00:00Z"}]})";
    struct Row {
        std::string handle, query;
        int status;
        std::string body;
    };
    Row const rows[] = {
        {"20.500.99999/a1", "", 200, found},
        {"20.500.99999/a1", "", 200, found},
        {"20.500.99999/a1", "index=1", 200, found},
        {"20.500.99999/a1", "index=7&type=URL", 200, found},
        {"20.500.99999/a1", "auth&cert=1&doNotRefer", 200, found},
        {"20.500.99999/a1", "index=7", 200, R"({"responseCode":200,"values":[],"handle":"20.500.99999/a1"})"},
        {"20.500.99999/a1", "type=EMAIL", 200, R"({"responseCode":200,"values":[],"handle":"20.500.99999/a1"})"},
        {"20.500.99999/none", "", 404, R"({"responseCode":100,"handle":"20.500.99999/none"})"},
        {"99.zz/a2", "", 400, R"({"responseCode":301,"message":"That prefix doesn't live here","handle":"99.zz/a2"})"},
        {"88.888.1/x", "", 300, R"({"responseCode":302,"handle":"88.888.1/x"})"},
        {"88..1/x", "", 400, R"({"responseCode":102,"handle":"88..1/x"})"},
    };
    for (Row const& row : rows) {
        auto got = node.ask(row.handle, row.query);
        EXPECT_EQ(got.status, row.status) << row.handle << '?' << row.query;
        EXPECT_EQ(got.body, row.body);
        EXPECT_EQ(got.header("Content-Type"), "application/json;charset=utf-8");
        bool const good = row.status == 200;
        EXPECT_EQ(got.header("Cache-Control"), good ? "public, max-age=300" : "no-store");
    }
    EXPECT_TRUE(node.ask("20.500.99999/A1").says(R"("handle":"20.500.99999/A1")")) << "as sent";
}

TEST(HandleRest, SelectsByIndexOrTypeAndSubtype) {
    HandleNode node;
    node.store("20.500.99999/s", {{5, "A.B", "ab"}, {2, "A", "a"}, {9, "AB", "x"}, {3, "Z", "z"}});
    auto indexes = [&](std::string query) {
        std::string text;
        auto got = node.ask("20.500.99999/s", query);
        for (char c : std::string("2359"))
            if (got.says(std::string("\"index\":") + c)) text += c;
        return text;
    };
    EXPECT_EQ(indexes("type=A"), "2");
    EXPECT_EQ(indexes("type=A."), "25");
    EXPECT_EQ(indexes("type=A.&index=3"), "235");
    EXPECT_EQ(indexes(""), "2359");
    auto all = node.ask("20.500.99999/s");
    EXPECT_LT(all.body.find("\"index\":2"), all.body.find("\"index\":5")) << "sorted by index";
    EXPECT_EQ(node.ask("20.500.99999/s", "index=x").status, 400);
}

TEST(HandleRest, HidesWhatIsTheOwners) {
    HandleNode node;
    auto const owner = storage::ValueVisibility::owner;
    node.store("20.500.99999/h", {{1, "URL", "http://x/1"}, {2, "NOTE", "secret", owner}});
    node.store("20.500.99999/p", {{1, "NOTE", "secret", owner}});
    EXPECT_FALSE(node.ask("20.500.99999/h").says("secret"));
    EXPECT_EQ(node.ask("20.500.99999/h", "index=2").body,
              R"({"responseCode":200,"values":[],"handle":"20.500.99999/h"})");
    auto refused = node.ask("20.500.99999/h", "publicOnly=false");
    EXPECT_EQ(refused.status, 401);
    EXPECT_EQ(refused.body, R"({"responseCode":402,"handle":"20.500.99999/h"})");
    EXPECT_EQ(node.ask("20.500.99999/h", "publicOnly=false&index=1").status, 200);
    EXPECT_EQ(node.ask("20.500.99999/p").body, R"({"responseCode":100,"handle":"20.500.99999/p"})");
    EXPECT_EQ(node.ask("20.500.99999/p", "publicOnly=false").status, 404) << "as if it did not exist";
    auto own = node.ask("20.500.99999/h", "", node.handle_operator.get());
    EXPECT_TRUE(own.says("secret") && own.says("\"permissions\":\"1100\"")) << own.body;
    EXPECT_EQ(own.header("Cache-Control"), "no-store");
    EXPECT_FALSE(node.ask("20.500.99999/h", "publicOnly", node.handle_operator.get()).says("secret"));
    EXPECT_FALSE(node.ask("20.500.99999/h", "", node.operator_b.get()).says("secret"));
    EXPECT_FALSE(node.ask("20.500.99999/h", "callback=f", node.handle_operator.get()).says("secret"))
        << "JSONP is always anonymous";
}

TEST(HandleRest, AnswersNotModifiedForTheVeryBytesTheClientHas) {
    HandleNode node;
    auto first = node.ask("20.500.99999/a1");
    std::string const etag = first.header("ETag");
    EXPECT_EQ(node.ask("20.500.99999/a1", "", nullptr, {{"If-None-Match", etag}}).status, 304);
    EXPECT_EQ(node.ask("20.500.99999/A1", "", nullptr, {{"If-None-Match", etag}}).status, 200);
    EXPECT_EQ(node.ask("20.500.99999/a1", "index=7", nullptr, {{"If-None-Match", etag}}).status, 200);
}

TEST(HandleRest, TellsBrowsersOfOtherOrigins) {
    HandleNode node;
    auto got = node.ask("20.500.99999/a1", "", nullptr, {{"Origin", "https://a.example"}});
    EXPECT_EQ(got.header("Access-Control-Allow-Origin"), "https://a.example");
    EXPECT_EQ(got.header("Access-Control-Max-Age"), "86400");
    EXPECT_EQ(got.header("Access-Control-Allow-Methods"), "GET,POST,HEAD,PUT,DELETE");
    EXPECT_EQ(got.header("Access-Control-Allow-Headers"), "X-Requested-With,Authorization,Origin,Accept,Content-Type");
    EXPECT_EQ(got.header("Vary"), "Origin");
    EXPECT_EQ(got.header("Access-Control-Allow-Credentials"), "");
    EXPECT_EQ(node.ask("20.500.99999/a1").header("Access-Control-Allow-Origin"), "");
}

TEST(HandleRest, WrapsForJsonpOnlyUnderAHarmlessName) {
    HandleNode node;
    auto got = node.ask("20.500.99999/none", "callback=$f.g_1");
    EXPECT_EQ(got.body, R"($f.g_1({"responseCode":100,"handle":"20.500.99999/none"});)");
    EXPECT_EQ(got.header("Content-Type"), "application/javascript;charset=utf-8");
    EXPECT_EQ(got.header("X-Content-Type-Options"), "") << "the transport says it, once";
    std::vector<std::string> const names = {"", "1f", "f(", "a-b", "alert(1);", "f%0d", std::string(65, 'f')};
    for (std::string const& name : names) {
        auto bad = node.ask("20.500.99999/a1", "callback=" + name);
        EXPECT_EQ(bad.status, 400) << name;
        EXPECT_EQ(bad.body.substr(0, 17), R"({"responseCode":4)") << name;
    }
}

TEST(HandleRest, NamesTheUnknownEndpoint) {
    HandleNode node;
    Sent sent{net::Method::Get, "/api/nope", "", nullptr, {}, {{"tail", "nope"}}};
    auto got = node.get(unknown_endpoint, sent);
    EXPECT_EQ(got.status, 404);
    EXPECT_EQ(got.body, R"({"responseCode":4,"message":"Unknown HTTP API endpoint GET /api/nope"})");
}

TEST(Landing, FollowsTheTable) {
    HandleNode node;
    auto sent = node.land("20.500.99999/a1");
    EXPECT_EQ(sent.status, 302);
    EXPECT_EQ(sent.header("Location"), "http://x/1");
    EXPECT_EQ(sent.header("Referrer-Policy"), "") << "the transport says it, once";
    EXPECT_EQ(node.land("20.500.99999/a1", "noredirect").status, 200);
    EXPECT_EQ(node.land("20.500.99999/none").status, 404);
    EXPECT_EQ(node.land("20.500.99999/a1", "urlappend=%3Fx%3D1").header("Location"), "http://x/1?x=1");
    auto wrong = node.land("88.999.3212001/PD.PB99994.20261122.000123-S");
    EXPECT_EQ(wrong.status, 404);
    EXPECT_TRUE(wrong.says("check character is wrong"));
    EXPECT_EQ(node.land("99.zz/x").status, 404);
    EXPECT_EQ(node.land("88.888.1/a b").header("Location"), "https://own.example/88.888.1/a%20b");
    EXPECT_EQ(node.land("88.888.1/x", "noredirect").status, 200);
    EXPECT_EQ(node.land("20.500.99999/a1", "", "application/json").body.substr(0, 17), R"({"responseCode":1)");
    EXPECT_EQ(node.land("20.500.99999/a1", "", "application/json;q=0.5, text/html").status, 302);
    EXPECT_EQ(node.land("20.500.99999/a1", "", "*/*").status, 302);
}

TEST(Landing, NeverLeadsToWhatIsNoWebAddressAndEscapesEverything) {
    HandleNode node;
    int i = 0;
    for (std::string target : {"javascript:alert(1)", "http://user@evil/", "http://a b/", "ftp://x/",
                               "http://x/\r\nSet-Cookie: a", "https://", "data:text/html,x"}) {
        std::string const id = "20.500.99999/t" + std::to_string(i++);
        node.store(id, {{1, "URL", target}, {2, "<script>", "<script>alert(1)</script>&\"'"}});
        auto got = node.land(id);
        EXPECT_EQ(got.status, 200) << target;
        EXPECT_FALSE(got.says("<a href")) << target;
        EXPECT_FALSE(got.says("<script>")) << target;
        EXPECT_TRUE(got.says("&lt;script&gt;alert(1)&lt;/script&gt;&amp;&quot;&#39;"));
    }
    EXPECT_TRUE(is_safe_target("HTTPS://x/" + std::string(2000, 'a')));
    EXPECT_FALSE(is_safe_target("https://x/" + std::string(2048, 'a')));
}

TEST(Landing, SaysThatACodeWasVoidedAndObeysTheRedirectPolicy) {
    HandleNode node;
    auto identifier = *ident::Identifier::parse("20.500.99999/a1");
    registry::PrefixPatch patch;
    patch.landing_redirect = "never";
    node.patch_prefix("20.500.99999", patch);
    auto page = node.land("20.500.99999/a1");
    EXPECT_EQ(page.status, 200);
    EXPECT_TRUE(page.says("<a href=\"http://x/1\""));
    auto allowed = node.registry->authorise_change(*node.handle_operator, registry::Act::CodeVoid, identifier.prefix());
    registry::Registrar const registrar(*node.registry, *allowed);
    node.run(registry::bulk_change(
        {[&](storage::Batch& batch) { return registrar.void_code(batch, identifier, "x"); }},
        registry::OnError::rollback, [](size_t, auto const&) { return std::string(); },
        [](auto const&) { return storage::Reply{}; }));
    EXPECT_EQ(node.land("20.500.99999/a1").status, 410);
    EXPECT_EQ(node.ask("20.500.99999/a1").body, R"({"responseCode":100,"handle":"20.500.99999/a1"})");
}

}  // namespace
}  // namespace ingot::api::handle
