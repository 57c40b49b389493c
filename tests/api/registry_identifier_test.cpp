// /v1/identifiers and /v1/resolve: spec/identifiers.md 5 (column /v1), api-conventions.md 5, 6, 10.
#include <thread>

#include "api/v1/code_handlers.hpp"
#include "api/v1/identifier_handlers.hpp"
#include "registry_api_fixture.hpp"

namespace ingot::api::v1 {
namespace {

std::string id(std::string_view suffix) { return std::string(kA) + '/' + std::string(suffix); }

Sent put_of(std::string_view identifier, registry::Principal const* as, std::string body,
            std::vector<std::pair<std::string, std::string>> fields = {}) {
    Sent sent = ApiNode::of(identifier, as);
    sent.method = net::Method::Put;
    sent.body = std::move(body);
    sent.fields = std::move(fields);
    return sent;
}

constexpr char const* kUrl = R"({"values":[{"index":1,"type":"URL","data":"http://x/1","ttl":120}]})";

TEST(Identifiers, ShowsTheRecordOfTheIssue) {
    ApiNode node;
    auto made = node.change(put_identifier, put_of(id("a1"), node.operator_a.get(), kUrl));
    EXPECT_EQ(made.status, 201) << made.body;
    EXPECT_EQ(made.header("Location"), "/v1/identifiers/88.999.3212001/a1");
    EXPECT_FALSE(made.header("Ingot-Log-Index").empty());
    EXPECT_TRUE(made.says(R"("log":{"origin":"node.example/v1/log","index":)")) << made.body;
    auto read = node.get(get_identifier, ApiNode::of(id("A1")));
    EXPECT_EQ(read.status, 200);
    std::string const etag = read.header("ETag");
    EXPECT_EQ(read.body, R"({"identifier":"88.999.3212001/a1","state":"active","version":1,"etag":"\)" +
                             etag.substr(0, 17) + R"(\"","values":[{"index":1,"type":"URL",)" +
                             R"("data":{"format":"string","value":"http://x/1"},"ttl":120,)" +
                             R"("timestamp":"2026-11-22T02:00:00Z","visibility":"public"}]})");
    EXPECT_EQ(read.header("Cache-Control"), "public, max-age=120");
    auto ready = node.get(get_identifier, ApiNode::of(id("A1")));
    EXPECT_EQ(ready.body, read.body) << "the kept answer is the same";
    EXPECT_EQ(node.resolver->cached_answers(), 1u);
    auto owner = node.get(get_identifier, ApiNode::of(id("a1"), node.operator_a.get()));
    EXPECT_EQ(owner.header("ETag"), made.header("ETag"));
    EXPECT_NE(owner.header("ETag"), etag) << "another view, another tag";
    EXPECT_EQ(owner.header("Cache-Control"), "private, no-store");
}

TEST(Identifiers, AnswersEachSituationOfTheTable) {
    ApiNode node;
    node.add_prefix("88.888.1", "Elsewhere", false, "https://own.example");
    ASSERT_TRUE(node.put(id("public"), "1"));
    std::string const code = node.allocate(1)->codes[0];
    auto row = [&](std::string identifier, int status, std::string_view slug) {
        auto got = node.get(get_identifier, ApiNode::of(identifier));
        EXPECT_EQ(got.status, status) << identifier;
        EXPECT_TRUE(got.says("\"code\":\"" + std::string(slug) + '"')) << identifier << ' ' << got.body;
        return got;
    };
    row("/x", 400, "invalid-identifier");
    row("88..1/x", 400, "invalid-identifier");
    row(id("none"), 404, "not-found");
    row(code, 404, "not-found");
    row("99.zz/a2", 404, "prefix-not-hosted");
    EXPECT_TRUE(row("88.888.1/x", 404, "prefix-elsewhere").says(R"("referral":"https://own.example")"));
    Sent voiding{net::Method::Post, "/v1/codes/void", R"({"codes":[")" + code + R"("],"reason":"misprint"})",
                 node.operator_a.get()};
    EXPECT_EQ(node.change(void_codes, voiding).status, 200);
    row(code, 410, "void");

    auto write = [&](std::string identifier, registry::Principal const* as, int status, std::string_view slug) {
        auto got = node.change(put_identifier, put_of(identifier, as, kUrl));
        EXPECT_EQ(got.status, status) << identifier << got.body;
        EXPECT_TRUE(got.says("\"code\":\"" + std::string(slug) + '"')) << identifier << ' ' << got.body;
    };
    auto const viewer = node.login(registry::Role::viewer, kA);
    auto const station = node.login(registry::Role::station, kA);
    write(id("a b"), node.operator_a.get(), 400, "invalid-identifier");
    write(id("x"), nullptr, 401, "not-authenticated");
    write(id("x"), viewer.get(), 403, "no-permission");
    write(id("x"), node.operator_b.get(), 403, "forbidden");
    write(id("x"), node.admin.get(), 403, "forbidden");
    write("99.zz/x", node.operator_a.get(), 404, "prefix-not-hosted");
    write("88.888.1/x", node.operator_a.get(), 404, "prefix-elsewhere");
    write(id("ADMIN"), node.operator_a.get(), 403, "reserved-name");
    write(id("PD.PB99994.20261122.000123-S"), node.operator_a.get(), 422, "check-character");
    write(id("PD.PB99994.20261122.000123-T"), station.get(), 422, "not-allocated");
    write(id("public"), node.operator_a.get(), 428, "etag-required");
    write(code, node.operator_a.get(), 410, "void");
    Sent create{net::Method::Post, "/v1/identifiers",
                R"({"identifier":")" + id("public") + R"(","record":{"2000":"x"}})", node.operator_a.get()};
    EXPECT_TRUE(node.change(post_identifiers, create).says("\"code\":\"identifier-exists\""));
}

TEST(Identifiers, HiddenAndAbsentLookAlikeByteForByte) {
    ApiNode node;
    ASSERT_TRUE(node.put(id("hidden"), "1", {}, storage::ValueVisibility::owner));
    for (auto const* as : {&node.nobody, node.operator_b.get()})
        for (char const* query : {"", "view=values", "view=history", "view=record"}) {
            auto hidden = node.get(get_identifier, ApiNode::of(id("hidden"), as, query));
            auto absent = node.get(get_identifier, ApiNode::of(id("absent"), as, query));
            EXPECT_EQ(hidden.status, 404);
            EXPECT_EQ(hidden.status, absent.status);
            EXPECT_EQ(hidden.body, absent.body);
            EXPECT_EQ(hidden.headers, absent.headers);
        }
    auto write = [&](char const* suffix) {
        return node.change(put_identifier, put_of(id(suffix), node.operator_b.get(), kUrl, {{"If-Match", "\"0\""}}));
    };
    EXPECT_EQ(write("hidden").body, write("absent").body);
}

TEST(Identifiers, HonoursConditionalRequests) {
    ApiNode node;
    auto made = node.change(put_identifier, put_of(id("x"), node.operator_a.get(), kUrl));
    for (int i = 0; i < 2; ++i) {  // made, then from the ready answers
        auto read = node.get(get_identifier, ApiNode::of(id("x")));
        Sent again = ApiNode::of(id("x"));
        again.fields = {{"If-None-Match", "\"a\", W/" + read.header("ETag")}};
        auto same = node.get(get_identifier, again);
        EXPECT_EQ(same.status, 304);
        EXPECT_EQ(same.body, "");
        EXPECT_EQ(same.header("ETag"), read.header("ETag"));
    }
    auto only_new = put_of(id("x"), node.operator_a.get(), kUrl, {{"If-None-Match", "*"}});
    EXPECT_EQ(node.change(put_identifier, only_new).status, 412);
    auto stale = node.change(put_identifier, put_of(id("x"), node.operator_a.get(), kUrl, {{"If-Match", "\"0\""}}));
    EXPECT_EQ(stale.status, 412);
    EXPECT_TRUE(stale.says("\"current\":"));
    auto fits = put_of(id("x"), node.operator_a.get(), kUrl, {{"If-Match", made.header("ETag")}});
    EXPECT_EQ(node.change(put_identifier, fits).status, 200);
    EXPECT_EQ(node.get(get_identifier, ApiNode::of(id("x"))).says("\"version\":2"), true);
}

TEST(Identifiers, PatchMergesAndDeleteLeavesATombstone) {
    ApiNode node;
    auto made = node.change(put_identifier, put_of(id("x"), node.operator_a.get(),
                                                   R"({"record":{"2000":"Pb99.994","2001":"b"},"template":"1.0"})"));
    ASSERT_EQ(made.status, 201) << made.body;
    auto patch = put_of(id("x"), node.operator_a.get(), R"({"record":{"2001":null,"2002":"c"},"state":"suspended"})",
                        {{"If-Match", made.header("ETag")}});
    auto patched = node.change(patch_identifier, patch);
    EXPECT_EQ(patched.status, 200) << patched.body;
    EXPECT_TRUE(patched.says("\"state\":\"suspended\""));
    EXPECT_TRUE(patched.says("\"index\":2000") && patched.says("\"index\":2002") && !patched.says("\"index\":2001"));
    EXPECT_TRUE(patched.says("\"template\":\"1.0\""));
    EXPECT_EQ(node.change(patch_identifier, patch).status, 412);
    Sent gone = put_of(id("x"), node.operator_a.get(), "", {{"If-Match", patched.header("ETag")}});
    auto deleted = node.change(delete_identifier, gone);
    EXPECT_EQ(deleted.status, 204);
    EXPECT_EQ(deleted.body, "");
    EXPECT_FALSE(deleted.header("Ingot-Log-Index").empty());
    EXPECT_TRUE(node.get(get_identifier, ApiNode::of(id("x"))).says("\"code\":\"withdrawn\""));

    auto history = node.get(get_identifier, ApiNode::of(id("x"), node.operator_a.get(), "view=history&limit=2"));
    EXPECT_EQ(history.status, 200);
    EXPECT_LT(history.body.find("\"version\":3"), history.body.find("\"version\":2"));
    EXPECT_FALSE(history.says("\"version\":1,"));
    size_t const at = history.body.find("\"next\":\"") + 8;
    std::string const next = history.body.substr(at, history.body.find('"', at) - at);
    auto rest =
        node.get(get_identifier, ApiNode::of(id("x"), node.operator_a.get(), "view=history&limit=2&cursor=" + next));
    EXPECT_TRUE(rest.says("\"version\":1,")) << rest.body;
    EXPECT_FALSE(rest.says("\"next\""));
}

TEST(Identifiers, NamesEveryFaultOfABody) {
    ApiNode node;
    auto bad = [&](std::string body) {
        auto got = node.change(put_identifier, put_of(id("x"), node.operator_a.get(), std::move(body)));
        EXPECT_GE(got.status, 400) << got.body;
        return got;
    };
    EXPECT_TRUE(bad("{").says("bad-json"));
    EXPECT_TRUE(bad(R"({"values":[],"owner":"me"})").says("unknown-member"));
    EXPECT_TRUE(bad(R"({"values":[{"index":0,"type":"URL","data":"x"}]})").says("/values/0/index"));
    EXPECT_TRUE(
        bad(R"({"values":[{"index":1,"type":"URL","data":{"format":"hex","value":"0"}}]})").says("/data/value"));
    EXPECT_TRUE(bad(R"({"values":[{"index":1,"type":"HS_ADMIN","data":"x"}]})").says("HS_ADMIN"));
    EXPECT_TRUE(bad(R"({"values":[{"index":1,"type":"HS_SECKEY","data":"x"}]})").says("secret keys"));
    EXPECT_TRUE(
        bad(R"({"values":[{"index":1,"type":"A","data":"x"},{"index":1,"type":"B","data":"y"}]})").says("twice"));
    EXPECT_TRUE(bad(R"({"record":{"01":"x"}})").says("/record/01"));
    EXPECT_TRUE(bad(R"({"record":{"1":"x"},"values":[]})").says("not both"));
    auto parameter = put_of(id("x"), node.operator_a.get(), kUrl);
    parameter.target += "?force=1";
    EXPECT_TRUE(node.change(put_identifier, parameter).says("unknown-parameter"));
}

TEST(Identifiers, KeepsEveryDataForm) {
    ApiNode node;
    std::string const values =
        R"([{"index":1,"type":"BLOB","data":{"format":"hex","value":"00ff"},"visibility":"owner"},)"
        R"({"index":2,"type":"TEXT","data":{"format":"base64","value":"6ZOF"}},)"
        R"({"index":100,"type":"HS_ADMIN","data":{"format":"admin","value":{"handle":"0.NA/88.1","index":200,"permissions":"011111110011"}}},)"
        R"({"index":101,"type":"HS_ADMIN","data":{"format":"hex","value":"07f3000000036162630000012c"}},)"
        R"({"index":102,"type":"HS_VLIST","data":{"format":"vlist","value":[{"handle":"88.1/a","index":3}]}},)"
        R"({"index":103,"type":"HS_PUBKEY","data":{"format":"key","value":{ "kty":"EC" }},"permissions":"1111"},)"
        R"({"index":104,"type":"URL","data":"x","ttl":"2027-01-01T00:00:00Z","references":[{"handle":"88.1/r","index":1}]}])";
    auto made = node.change(put_identifier, put_of(id("x"), node.operator_a.get(), "{\"values\":" + values + "}"));
    ASSERT_EQ(made.status, 201) << made.body;
    auto read = node.get(get_identifier, ApiNode::of(id("x"), node.operator_a.get()));
    for (
        char const* part :
        {R"("data":{"format":"base64","value":"AP8="},"ttl":86400,"timestamp":"2026-11-22T02:00:00Z","visibility":"owner")",
         R"("index":2,"type":"TEXT","data":{"format":"string","value":"铅"})",
         R"({"format":"admin","value":{"handle":"0.NA/88.1","index":200,"permissions":"011111110011"}})",
         R"({"format":"admin","value":{"handle":"abc","index":300,"permissions":"011111110011"}})",
         R"({"format":"vlist","value":[{"handle":"88.1/a","index":3}]})", R"({"format":"key","value":{"kty":"EC"}})",
         R"("permissions":"1111")", R"("ttl":"2027-01-01T00:00:00Z")",
         R"("references":[{"handle":"88.1/r","index":1}])"})
        EXPECT_TRUE(read.says(part)) << part << '\n' << read.body;
    EXPECT_FALSE(node.get(get_identifier, ApiNode::of(id("x"))).says("BLOB")) << "owner's values are the owner's";
}

TEST(Identifiers, RegistersManyAndJudgesEachByItself) {
    ApiNode node;
    std::string const items = R"([{"identifier":"88.999.3212001/a","record":{"1":"x"}},)"
                              R"({"identifier":"88.999.3212002/a","record":{"1":"x"}},)"
                              R"({"identifier":"88.999.3212001/a","record":{"1":"x"}},{"identifier":5}])";
    auto all = node.change(post_identifiers,
                           {net::Method::Post, "/v1/identifiers?on_error=rollback", items, node.operator_a.get()});
    EXPECT_EQ(all.status, 403);
    auto got = node.change(post_identifiers, {net::Method::Post, "/v1/identifiers", items, node.operator_a.get()});
    EXPECT_EQ(got.status, 200);
    EXPECT_TRUE(got.says(R"({"results":[{"index":0,"status":"created","identifier":"88.999.3212001/a")")) << got.body;
    EXPECT_TRUE(got.says(R"({"index":1,"status":"forbidden","error":{)"));
    EXPECT_TRUE(got.says(R"({"index":2,"status":"identifier-exists","error":{)"));
    EXPECT_TRUE(got.says(R"({"index":3,"status":"invalid-member","error":{)")) << got.body;
    Sent lines{net::Method::Post,
               "/v1/identifiers",
               "{\"identifier\":\"88.999.3212001/b\",\"record\":{\"1\":\"x\"}}\r\n\nnonsense\n",
               node.operator_a.get(),
               {{"Content-Type", "application/x-ndjson"}}};
    auto ndjson = node.change(post_identifiers, lines);
    EXPECT_TRUE(ndjson.says("{\"index\":0,\"status\":\"created\"")) << ndjson.body;
    EXPECT_TRUE(ndjson.says("}\n{\"index\":1,\"status\":\"bad-json\"")) << ndjson.body;
    EXPECT_TRUE(ndjson.says("\n{\"end\":true,\"count\":2")) << ndjson.body;
    std::string many = "[";
    for (int i = 0; i < 2001; ++i) many += i ? ",{}" : "{}";
    auto over =
        node.change(post_identifiers, {net::Method::Post, "/v1/identifiers", many + "]", node.operator_a.get()});
    EXPECT_EQ(over.status, 413) << over.body;
}

bool has_line(std::string const& text, std::string const& line) {
    return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

// ingot_register_total counts items, each with its outcome, whatever became of the request.
TEST(Identifiers, CountsEveryRegistrationWithItsOutcome) {
    ApiNode node;
    node.metrics.register_prefix(kA);
    auto post = [&](std::string body, std::string query = {}) {
        Sent sent{net::Method::Post, "/v1/identifiers" + query, std::move(body), node.operator_a.get()};
        return node.change(post_identifiers, sent).status;
    };
    auto item = [](std::string suffix) { return R"({"identifier":")" + id(suffix) + R"(","values":[]})"; };
    auto counted = [&](uint64_t ok, uint64_t failed) {
        std::string const text = node.metrics.scrape();
        std::string const start = "ingot_register_total{prefix=\"" + std::string(kA) + "\",surface=\"v1\",result=";
        EXPECT_TRUE(has_line(text, start + "\"ok\"} " + std::to_string(ok))) << text;
        EXPECT_TRUE(has_line(text, start + "\"fail\"} " + std::to_string(failed))) << text;
    };
    EXPECT_EQ(post(item("one")), 201);
    EXPECT_EQ(post(item("one")), 409);
    counted(1, 1);
    EXPECT_EQ(post("[" + item("one") + "," + item("two") + "," + item("three") + "]"), 200);
    counted(3, 2);
    EXPECT_EQ(post("[" + item("four") + "," + item("one") + "]", "?on_error=rollback"), 409);
    counted(3, 4);
    EXPECT_EQ(node.change(put_identifier, put_of(id("two"), node.operator_a.get(), "{")).status, 400);
    EXPECT_EQ(node.change(put_identifier, put_of(id("two"), node.operator_b.get(), kUrl)).status, 403);
    counted(3, 6);
    Sent codes{net::Method::Post, "/v1/codes",
               R"({"prefix":"88.999.3212001","values":{"class":"PD","product":"PB99994"},"count":5})",
               node.operator_a.get()};
    EXPECT_EQ(node.change(allocate_codes, codes).status, 201);
    counted(8, 6);
    codes.body = R"({"prefix":"88.999.3212001","values":{"class":"PD","product":"PB99994"},"count":999999})";
    EXPECT_EQ(node.change(allocate_codes, codes).status, 413);
    counted(8, 7);
}

TEST(Identifiers, ResolvesManyInOneSnapshot) {
    ApiNode node;
    ASSERT_TRUE(node.put(id("a"), "1"));
    Sent sent{net::Method::Post, "/v1/resolve", R"(["88.999.3212001/A",{"id":"88.999.3212001/none"},"99.zz/x","/",7])"};
    auto got = node.get(resolve_identifiers, sent);
    EXPECT_EQ(got.status, 200);
    EXPECT_TRUE(got.says(
        R"({"results":[{"index":0,"id":"88.999.3212001/A","status":"found","record":{"identifier":"88.999.3212001/a")"))
        << got.body;
    EXPECT_TRUE(got.says(R"({"index":1,"id":"88.999.3212001/none","status":"not-found"})"));
    EXPECT_TRUE(got.says(R"({"index":2,"id":"99.zz/x","status":"prefix-not-hosted"})"));
    EXPECT_TRUE(got.says(R"({"index":3,"id":"/","status":"invalid","error":{)"));
    EXPECT_TRUE(got.says(R"({"index":4,"status":"invalid-member","error":{)"));
    sent.body = R"({"ids":["88.999.3212001/A"]})";
    EXPECT_TRUE(node.get(resolve_identifiers, sent).says("\"status\":\"found\""));
    sent.body = "{}";
    EXPECT_EQ(node.get(resolve_identifiers, sent).status, 400);
    sent.body = "\"88.999.3212001/A\"\n";
    sent.fields = {{"Content-Type", "application/x-ndjson"}};
    EXPECT_TRUE(node.get(resolve_identifiers, sent).says("}\n{\"end\":true,\"count\":1}\n"));
}

TEST(Identifiers, ListsOwnRecordsPageByPageEachOnce) {
    ApiNode node;
    for (int i = 0; i < 25; ++i) ASSERT_TRUE(node.put(id("L" + std::to_string(100 + i)), "1"));
    ASSERT_TRUE(node.put(id("other"), "1"));
    std::vector<std::string> seen;
    std::string cursor;
    for (int page = 0; page < 10; ++page) {
        Sent sent{net::Method::Get, "/v1/identifiers?prefix=88.999.3212001&q=l1&limit=10" + cursor, "",
                  node.operator_a.get()};
        auto got = node.get(list_identifiers, sent);
        ASSERT_EQ(got.status, 200) << got.body;
        for (size_t at = got.body.find("\"identifier\":\""); at != std::string::npos;
             at = got.body.find("\"identifier\":\"", at + 1))
            seen.push_back(got.body.substr(at + 14, got.body.find('"', at + 14) - at - 14));
        size_t const next = got.body.find("\"next\":\"");
        if (next == std::string::npos) break;
        EXPECT_NE(got.header("Link").find("rel=\"next\""), std::string::npos);
        cursor = "&cursor=" + got.body.substr(next + 8, got.body.find('"', next + 8) - next - 8);
        ASSERT_TRUE(node.put(id("L100" + std::to_string(page)), "new")) << "behind the walk: not seen";
    }
    ASSERT_EQ(seen.size(), 25u);
    for (int i = 0; i < 25; ++i) EXPECT_EQ(seen[static_cast<size_t>(i)], id("L" + std::to_string(100 + i)));
    auto list = [&](registry::Principal const* as, std::string query) {
        return node.get(list_identifiers, {net::Method::Get, "/v1/identifiers?" + query, "", as});
    };
    EXPECT_EQ(list(node.operator_b.get(), "prefix=88.999.3212001").body, R"({"items":[]})");
    EXPECT_EQ(list(node.operator_b.get(), "prefix=99.zz").body, R"({"items":[]})");
    EXPECT_EQ(list(nullptr, "prefix=88.999.3212001").status, 401);
    EXPECT_EQ(list(node.operator_a.get(), "limit=0").status, 400);
    EXPECT_EQ(list(node.operator_a.get(), "limit=1001").status, 400);
    EXPECT_EQ(list(node.operator_a.get(), "cursor=AAAA").status, 400);
    EXPECT_EQ(list(node.operator_a.get(), "q=l1&limit=10" + cursor).status, 400) << "a cursor of another list";
    EXPECT_EQ(list(node.operator_a.get(), "state=strange").status, 400);
}

TEST(Identifiers, EndsAPageOfLargeRecordsEarly) {
    ApiNode node;
    node.limits.answer_bytes_max = 20'000;
    std::string etag;
    for (int i = 0; i < 6; ++i) {
        ASSERT_TRUE(node.put(id("big" + std::to_string(i)), std::string(9'000, 'x')));
        auto const changed = node.put(id("often"), std::string(9'000, static_cast<char>('a' + i)), etag);
        ASSERT_TRUE(changed);
        etag = changed->etag();
    }
    auto walk = [&](api::ReadHandler handler, Sent const& first, std::string const& what, size_t pages_expected) {
        size_t found = 0, pages = 0;
        std::string const start = first.target;
        Sent sent = first;
        while (true) {
            auto const got = node.get(handler, sent);
            ASSERT_EQ(got.status, 200) << got.body;
            EXPECT_LT(got.body.size(), 30'000u);
            for (size_t at = got.body.find(what); at != std::string::npos; at = got.body.find(what, at + 1)) ++found;
            ++pages;
            size_t const next = got.body.find("\"next\":\"");
            if (next == std::string::npos) break;
            size_t const from = next + 8, to = got.body.find('"', from);
            sent.target = start + "&cursor=" + got.body.substr(from, to - from);
        }
        EXPECT_EQ(found, 6u) << "each once";
        EXPECT_EQ(pages, pages_expected);
    };
    Sent list{net::Method::Get, "/v1/identifiers?q=big&view=full", "", node.operator_a.get()};
    walk(list_identifiers, list, "\"identifier\":", 2);
    walk(get_identifier, ApiNode::of(id("often"), node.operator_a.get(), "view=history"), "\"changedBy\"", 2);
}

TEST(Identifiers, ReadyAnswersAreNeverStale) {
    ApiNode node;
    std::string etag = node.put(id("hot"), "0")->etag();
    std::atomic<int> acknowledged{0}, stale{0};
    std::atomic<bool> over{false};
    std::vector<std::thread> readers;
    for (int t = 0; t < 4; ++t)
        readers.emplace_back([&] {
            while (!over) {
                int const least = acknowledged;
                auto got = node.get(get_identifier, ApiNode::of(id("hot")));
                size_t const at = got.body.find("\"value\":\"") + 9;
                if (std::stoi(got.body.substr(at)) < least) ++stale;
            }
        });
    for (int i = 1; i <= 200; ++i) {
        etag = node.put(id("hot"), std::to_string(i), etag)->etag();
        acknowledged = i;
    }
    over = true;
    for (auto& reader : readers) reader.join();
    EXPECT_EQ(stale, 0);
}

}  // namespace
}  // namespace ingot::api::v1
