// /v1/prefixes, /v1/enterprises, /v1/coding-profiles, /v1/credentials.
#include "api/v1/credential_handlers.hpp"
#include "api/v1/prefix_handlers.hpp"
#include "api/v1/profile_handlers.hpp"
#include "registry_api_fixture.hpp"

namespace ingot::api::v1 {
namespace {

TEST(Prefixes, AreMadeByThePlatformAndReadByAll) {
    ApiNode node;
    Sent sent{net::Method::Post, "/v1/prefixes", R"({"prefix":"88.777.1","name":"冶炼厂","traceMode":"strict"})",
              node.admin.get()};
    auto made = node.change(post_prefix, sent);
    ASSERT_EQ(made.status, 201) << made.body;
    EXPECT_EQ(made.header("Location"), "/v1/prefixes/88.777.1");
    EXPECT_TRUE(made.says(R"("profiles":["nonferrous-default"],"traceMode":"strict")")) << made.body;
    EXPECT_TRUE(made.says("\"log\":{"));
    EXPECT_EQ(node.change(post_prefix, sent).status, 409);
    sent.as = node.operator_a.get();
    EXPECT_EQ(node.change(post_prefix, sent).status, 403);
    sent.as = nullptr;
    EXPECT_EQ(node.change(post_prefix, sent).status, 401);

    Sent get{net::Method::Get, "/v1/prefixes/88.777.1", "", nullptr, {}, {{"prefix", "88.777.1"}}};
    auto seen = node.get(get_prefix, get);
    EXPECT_EQ(seen.status, 200);
    EXPECT_TRUE(seen.says("冶炼厂"));
    EXPECT_FALSE(seen.says("traceMode")) << "how it is run is not public";
    EXPECT_EQ(node.registry->prefix_of("88.777.1")->trace_mode, "strict");
    get.path["prefix"] = "88.777.1.2";
    EXPECT_EQ(node.get(get_prefix, get).status, 404);
    auto list = node.get(list_prefixes, {net::Method::Get, "/v1/prefixes?limit=1", ""});
    EXPECT_TRUE(list.says("88.777.1") && list.says("\"next\"") && !list.says(kB)) << list.body;
    auto enterprises = node.get(list_enterprises, {net::Method::Get, "/v1/enterprises", ""});
    EXPECT_TRUE(enterprises.says(R"("name":"Enterprise A","prefixes":["88.999.3212001"])")) << enterprises.body;
}

TEST(Prefixes, ChangeUnderTheirEtag) {
    ApiNode node;
    Sent get{net::Method::Get, "/v1/prefixes/88.999.3212001", "", node.admin.get(), {}, {{"prefix", kA}}};
    std::string const etag = node.get(get_prefix, get).header("ETag");
    Sent patch = get;
    patch.method = net::Method::Patch;
    patch.body = R"({"hosted":false,"referral":{"url":"https://own.example"}})";
    EXPECT_EQ(node.change(patch_prefix, patch).status, 428);
    patch.fields = {{"If-Match", etag}};
    auto changed = node.change(patch_prefix, patch);
    EXPECT_EQ(changed.status, 200) << changed.body;
    EXPECT_TRUE(changed.says(R"("hosted":false,"suspended":false,"referral":{"url":"https://own.example"})"));
    EXPECT_EQ(node.change(patch_prefix, patch).status, 412);
    patch.fields = {{"If-Match", changed.header("ETag")}};
    patch.body = R"x({"referral":{"url":"javascript:alert(1)"}})x";
    EXPECT_EQ(node.change(patch_prefix, patch).status, 400);
    patch.body = R"({"profiles":["nothing"]})";
    EXPECT_TRUE(node.change(patch_prefix, patch).says("/profiles"));
    patch.body = R"({"prefix":"88.1"})";
    EXPECT_TRUE(node.change(patch_prefix, patch).says("unknown-member"));
}

// The name of the enterprise is part of what each of its prefixes shows.
TEST(Prefixes, HaveAnotherEtagWhenTheirEnterpriseIsRenamed) {
    ApiNode node;
    std::string const owner = node.registry->prefix_of(kA)->enterprise;
    Sent add{net::Method::Post, "/v1/prefixes", R"({"prefix":"88.999.9","enterprise":")" + owner + "\"}",
             node.admin.get()};
    ASSERT_EQ(node.change(post_prefix, add).status, 201);
    auto get = [&](char const* prefix, registry::Principal const* as, std::string known = {}) {
        Sent sent{net::Method::Get, "/v1/prefixes/" + std::string(prefix), "", as, {}, {{"prefix", prefix}}};
        if (!known.empty()) sent.fields = {{"If-None-Match", std::move(known)}};
        return node.get(get_prefix, sent);
    };
    std::string const before = get(kA, nullptr).header("ETag"), seen = get(kA, node.admin.get()).header("ETag");
    auto patch = [&](std::string body) {
        Sent sent{net::Method::Patch,
                  "/v1/prefixes/88.999.9",
                  std::move(body),
                  node.admin.get(),
                  {{"If-Match", get("88.999.9", node.admin.get()).header("ETag")}},
                  {{"prefix", "88.999.9"}}};
        return node.change(patch_prefix, sent).status;
    };
    ASSERT_EQ(patch(R"({"codeType":"Handle"})"), 200);
    EXPECT_EQ(get(kA, nullptr, before).status, 304) << "nothing of it was changed";
    ASSERT_EQ(patch(R"({"name":"Renamed"})"), 200);
    auto const now = get(kA, nullptr, before);
    EXPECT_EQ(now.status, 200);
    EXPECT_TRUE(now.says("Renamed"));
    Sent stale{net::Method::Patch, "/v1/prefixes/88.999.3212001", R"({"suspended":true})",
               node.admin.get(),   {{"If-Match", seen}},          {{"prefix", kA}}};
    EXPECT_EQ(node.change(patch_prefix, stale).status, 412);
    auto const enterprises = node.get(list_enterprises, {net::Method::Get, "/v1/enterprises", ""});
    EXPECT_TRUE(enterprises.says(R"("name":"Renamed","prefixes":["88.999.3212001","88.999.9"])")) << enterprises.body;
}

TEST(CodingProfiles, AreFilteredByThePrefixTheyServe) {
    ApiNode node;
    auto store = [&](char const* name, char const* prefix, registry::Principal const* as) {
        std::string const document =
            R"({"profile":")" + std::string(name) + R"(","version":1,"prefix":")" + prefix +
            R"(","separator":".","segments":[{"name":"serial","kind":"counter","width":6,"base":10,"start":1,)"
            R"("scope":[]}],"check":{"algorithm":"iso7064-mod37-36","join":"-","over":"identifier",)"
            R"("mode":"required"},"timezone":"Asia/Shanghai","dateBack":3,"dateForward":14,"overflow":"refuse",)"
            R"("freeForm":true})";
        Sent put{net::Method::Put,
                 "/v1/coding-profiles/" + std::string(name) + "/1",
                 document,
                 as,
                 {},
                 {{"name", name}, {"version", "1"}}};
        EXPECT_EQ(node.change(put_profile, put).status, 201) << name;
    };
    node.add_prefix("88.999.9", "Another");
    store("of-a", kA, node.operator_a.get());
    store("of-b", kB, node.operator_b.get());
    auto list = [&](std::string query, registry::Principal const* as) {
        return node.get(list_profiles, {net::Method::Get, "/v1/coding-profiles?" + query, "", as});
    };
    auto const own = list("prefix=" + std::string(kA), node.operator_a.get());
    EXPECT_TRUE(own.says("\"of-a\"") && own.says("nonferrous-default") && !own.says("\"of-b\"")) << own.body;
    auto const foreign = list("prefix=" + std::string(kB), node.operator_a.get());
    EXPECT_TRUE(foreign.says("nonferrous-default") && !foreign.says("\"of-a\"") && !foreign.says("\"of-b\""))
        << foreign.body;
    EXPECT_EQ(list("prefix=88..1", node.operator_a.get()).status, 400);
    auto one = [&](std::string query, registry::Principal const* as) {
        Sent get{
            net::Method::Get, "/v1/coding-profiles/of-a/1" + query, "", as, {}, {{"name", "of-a"}, {"version", "1"}}};
        return node.get(get_profile, get).status;
    };
    EXPECT_EQ(one("?prefix=" + std::string(kA), node.operator_a.get()), 200);
    EXPECT_EQ(one("?prefix=88.999.9", node.operator_a.get()), 404) << "it does not serve that prefix";
    EXPECT_EQ(one("", node.operator_b.get()), 404);
}

TEST(CodingProfiles, AreStoredAdoptedAndReadBackByteForByte) {
    ApiNode node;
    std::string const document =
        R"({"profile":"own","version":1,"prefix":"88.999.3212001","separator":".",)"
        R"("segments":[{"name":"serial","kind":"counter","width":6,"base":10,"start":1,"scope":[]}],)"
        R"("check":{"algorithm":"iso7064-mod37-36","join":"-","over":"identifier","mode":"required"},)"
        R"("timezone":"Asia/Shanghai","dateBack":3,"dateForward":14,"overflow":"refuse","freeForm":true})";
    Sent put{net::Method::Put,
             "/v1/coding-profiles/own/1",
             document,
             node.operator_a.get(),
             {},
             {{"name", "own"}, {"version", "1"}}};
    EXPECT_EQ(node.change(put_profile, put).status, 201);
    EXPECT_EQ(node.change(put_profile, put).status, 200);
    Sent get = put;
    get.body.clear();
    EXPECT_EQ(node.get(get_profile, get).body, document);
    get.as = node.operator_b.get();
    EXPECT_EQ(node.get(get_profile, get).status, 404) << "another's profile";
    EXPECT_EQ(node.registry->prefix_of(kA)->adopted, (std::vector<std::string>{"nonferrous-default", "own"}));
    auto list = node.get(list_profiles, {net::Method::Get, "/v1/coding-profiles", "", node.operator_a.get()});
    EXPECT_TRUE(list.says(R"({"profile":"own","version":1,"prefix":"88.999.3212001","used":false)")) << list.body;
    EXPECT_TRUE(list.says("nonferrous-default"));
    put.path["version"] = "2";
    EXPECT_EQ(node.change(put_profile, put).status, 422) << "address and document disagree";
    put.path["version"] = "1";
    put.as = node.operator_b.get();
    EXPECT_EQ(node.change(put_profile, put).status, 403);
    put.body = "{}";
    EXPECT_EQ(node.change(put_profile, put).status, 422);
}

TEST(Credentials, ShowTheKeyOnceAndStopAtRevocation) {
    ApiNode node;
    Sent sent{net::Method::Post, "/v1/credentials", R"({"role":"operator","prefix":"88.999.3212001","name":"ERP"})",
              node.admin.get()};
    std::string const idempotency = "06937ab2-4c1e-7f00-8a2b-1d2f3a4b5c6d";
    auto made = node.change(post_credential, sent, idempotency);
    ASSERT_EQ(made.status, 201) << made.body;
    ASSERT_EQ(made.body.substr(0, 13), R"({"key":"ingk_)");
    std::string const key = made.body.substr(8, 59);
    auto principal = node.registry->authenticate(key);
    ASSERT_TRUE(principal);
    EXPECT_EQ((*principal)->name, "ERP");
    auto again = node.change(post_credential, sent, idempotency);
    EXPECT_FALSE(again.says("ingk_")) << "a replay does not show it: " << again.body;
    auto list = node.get(list_credentials, {net::Method::Get, "/v1/credentials", "", node.admin.get()});
    EXPECT_TRUE(list.says("\"name\":\"ERP\"") && !list.says("ingk_")) << list.body;
    EXPECT_TRUE(list.says("\"lastUsedAt\":\"2026-11-22T02:00:00.000Z\""));
    std::string const id = key.substr(5, 10);
    Sent remove{net::Method::Delete, "/v1/credentials/" + id, "", node.admin.get(), {}, {{"id", id}}};
    EXPECT_EQ(node.change(delete_credential, remove).status, 204);
    EXPECT_FALSE(node.registry->authenticate(key));
    remove.path["id"] = "nothing";
    EXPECT_EQ(node.change(delete_credential, remove).status, 404);
    for (char const* body : {R"({"role":"operator"})", R"({"role":"platform_admin","prefix":"88.999.3212001"})",
                             R"({"role":"king"})", R"({"role":"station","prefix":"88.999.3212001","acts":["fly"]})"}) {
        sent.body = body;
        EXPECT_EQ(node.change(post_credential, sent).status, 400) << body;
    }
    sent.as = node.operator_a.get();
    EXPECT_EQ(node.change(post_credential, sent).status, 403);
    EXPECT_EQ(node.get(list_credentials, {net::Method::Get, "/v1/credentials", "", node.operator_a.get()}).status, 403);
}

TEST(Credentials, NeverReachTheDiskInClear) {
    ApiNode node;
    std::string const key = node.make_key(registry::Role::viewer, kA);
    auto view = node.engine->view();
    for (auto space : {storage::Space::record, storage::Space::index, storage::Space::meta, storage::Space::log}) {
        std::optional<storage::Range> range = storage::Range{space, {}, {}, false, 1000, 4 << 20};
        while (range) {
            auto page = (*view)->scan(*range);
            ASSERT_TRUE(page);
            for (auto const& row : page->rows) EXPECT_EQ(row.value.find(key.substr(16)), std::string::npos);
            range = page->rest;
        }
    }
}

}  // namespace
}  // namespace ingot::api::v1
