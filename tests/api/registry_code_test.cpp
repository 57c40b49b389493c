// /v1/codes: spec/identifiers.md 7.4 and 7.6.
#include "api/v1/code_handlers.hpp"
#include "registry_api_fixture.hpp"

namespace ingot::api::v1 {
namespace {

Sent order(registry::Principal const* as, std::string body) {
    return {net::Method::Post, "/v1/codes", std::move(body), as};
}

constexpr char const* kOrder = R"({"prefix":"88.999.3212001","profile":"nonferrous-default",
 "values":{"class":"PD","product":"PB99994","date":"2026-11-22"},"count":3})";

TEST(Codes, AnswersAsWrittenInTheSpecification) {
    ApiNode node;
    auto got = node.change(allocate_codes, order(node.operator_a.get(), kOrder));
    ASSERT_EQ(got.status, 201) << got.body;
    EXPECT_EQ(got.body.substr(0, 18), R"({"allocation":"al_)");
    EXPECT_TRUE(
        got.says(R"("profile":"nonferrous-default","version":1,"codes":["88.999.3212001/PD.PB99994.20261122.000001-)"));
    EXPECT_TRUE(got.says(R"(],"from":1,"to":3,"log":{"origin":"node.example/v1/log","first":)"));
    EXPECT_TRUE(got.says(R"("count":3}})"));
    std::string const index = got.header("Ingot-Log-Index");
    EXPECT_NE(index.find('-'), std::string::npos);
    auto list = node.get(list_codes, {net::Method::Get, "/v1/codes?state=reserved&limit=2", "", node.operator_a.get()});
    EXPECT_TRUE(list.says("\"state\":\"reserved\"") && list.says("\"next\"")) << list.body;
}

TEST(Codes, RefusesWithTheCodeOfEachFault) {
    ApiNode node;
    auto refused = [&](registry::Principal const* as, std::string body, int status, char const* code) {
        auto got = node.change(allocate_codes, order(as, body));
        EXPECT_EQ(got.status, status) << body << got.body;
        EXPECT_TRUE(got.says(std::string("\"code\":\"") + code)) << got.body;
        return got;
    };
    auto const viewer = node.login(registry::Role::viewer, kA);
    auto const partner = node.login(registry::Role::partner, kA);
    auto const voider = node.login(registry::Role::station, kA, {"event.capture"});
    refused(nullptr, kOrder, 401, "not-authenticated");
    refused(viewer.get(), kOrder, 403, "no-permission");
    refused(partner.get(), kOrder, 403, "no-permission");
    refused(voider.get(), kOrder, 403, "no-permission");
    refused(node.operator_b.get(), kOrder, 403, "forbidden");
    refused(node.operator_a.get(), R"({"prefix":"99.zz","values":{}})", 404, "prefix-not-hosted");
    refused(node.operator_a.get(), R"({"prefix":"88.999.3212001.5","values":{}})", 404, "prefix-not-hosted");
    refused(node.operator_a.get(), R"({"prefix":"88..1","values":{}})", 400, "invalid-identifier");
    refused(node.operator_a.get(), R"({"prefix":"88.999.3212001","values":{},"owner":1})", 400, "unknown-member");
    refused(node.operator_a.get(), R"({"prefix":"88.999.3212001","count":0})", 400, "invalid-member");
    refused(node.operator_a.get(), R"({"prefix":"88.999.3212001","count":10001})", 413, "too-many-items");
    refused(node.operator_a.get(), R"({"prefix":"88.999.3212001","profile":"none"})", 422, "profile-violation");
    auto got = refused(node.operator_a.get(), R"({"prefix":"88.999.3212001","values":{"class":"XX","colour":"red"}})",
                       422, "profile-violation");
    EXPECT_TRUE(got.says("/values/class") && got.says("/values/product") && got.says("/values/colour")) << got.body;
}

TEST(Codes, RepeatsTheSameAnswerForTheSameKey) {
    ApiNode node;
    std::string const key = "06937ab2-4c1e-7f00-8a2b-1d2f3a4b5c6d";
    auto first = node.change(allocate_codes, order(node.operator_a.get(), kOrder), key);
    auto again = node.change(allocate_codes, order(node.operator_a.get(), kOrder), key);
    EXPECT_EQ(first.status, 201);
    EXPECT_EQ(again.body, first.body);
    auto other = node.change(allocate_codes, order(node.operator_a.get(), R"({"prefix":"88.999.3212001",
        "values":{"class":"PD","product":"PB99994"}})"),
                             key);
    EXPECT_EQ(other.status, 422);
    EXPECT_TRUE(other.says("idempotency-mismatch"));
}

TEST(Codes, VoidSaysWhatBecameOfEach) {
    ApiNode node;
    auto const codes = node.allocate(2)->codes;
    Sent sent{net::Method::Post, "/v1/codes/void",
              R"({"codes":[")" + codes[0] + R"(","88.999.3212001/none","88.999.3212002/x",")" + codes[0] +
                  R"("],"reason":"damaged"})",
              node.operator_a.get()};
    auto got = node.change(void_codes, sent);
    EXPECT_EQ(got.status, 200);
    EXPECT_TRUE(
        got.says(R"({"index":0,"status":"voided","code":")" + codes[0] + R"(","state":"void","log":{"index":)"));
    EXPECT_TRUE(got.says(R"({"index":1,"status":"not-found")")) << got.body;
    EXPECT_TRUE(got.says(R"({"index":2,"status":"forbidden")"));
    EXPECT_TRUE(got.says(R"({"index":3,"status":"void")"));
    auto const station = node.login(registry::Role::station, kA);
    sent.as = station.get();
    sent.body = R"({"codes":[")" + codes[1] + R"("],"reason":"x"})";
    EXPECT_TRUE(node.change(void_codes, sent).says("\"status\":\"no-permission\"")) << "stations may not void";
    sent.body = R"({"codes":[],"reason":"x"})";
    EXPECT_EQ(node.change(void_codes, sent).status, 400);
}

TEST(Codes, VerifyTellsShapeCheckAndStateAndNoRegistrationData) {
    ApiNode node;
    std::string const code = node.allocate(1)->codes[0];
    auto verify = [&](std::string text, registry::Principal const* as = nullptr) {
        return node.get(verify_codes, {net::Method::Post, "/v1/codes/verify", R"({"text":")" + text + R"("})", as})
            .body;
    };
    EXPECT_EQ(verify(code, node.operator_a.get()),
              R"({"text":")" + code + R"(","kind":"identifier","identifier":")" + code +
                  R"(","profile":"nonferrous-default","version":1,"check":"ok","state":"reserved"})");
    EXPECT_NE(verify(code).find(R"("check":"ok","state":"unknown")"), std::string::npos)
        << "whether it was issued is its owner's to know";
    std::string wrong = code;
    wrong.back() = wrong.back() == 'A' ? 'B' : 'A';
    EXPECT_NE(verify(wrong).find(R"("check":"wrong","state":"unknown")"), std::string::npos);
    EXPECT_NE(verify("88.999.3212001/free").find(R"("check":"none","state":"unknown")"), std::string::npos);
    EXPECT_NE(verify("09506000134352").find(R"("kind":"gs1")"), std::string::npos);
    auto many = node.get(verify_codes, {net::Method::Post, "/v1/codes/verify", R"([{"text":"88.1/x"},"",5])"});
    EXPECT_TRUE(many.says(R"({"index":0,"status":"verified","text":"88.1/x")")) << many.body;
    EXPECT_TRUE(many.says(R"({"index":1,"status":"scan-empty")")) << many.body;
    EXPECT_TRUE(many.says(R"({"index":2,"status":"invalid-member")")) << many.body;
}

}  // namespace
}  // namespace ingot::api::v1
