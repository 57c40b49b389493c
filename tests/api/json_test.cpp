#include <gtest/gtest.h>
#include <malloc.h>

#include "api/json_guard.hpp"
#include "api/json_reader.hpp"

namespace ingot::api {
namespace {

using namespace std::string_literals;

struct GuardRow {
    std::string text;
    std::string_view code;  // empty = accepted
    int64_t position = -1;
};

std::string nested(size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

TEST(JsonGuard, AnswersEveryRowOfTheTable) {
    std::string many = "[0";
    for (int i = 0; i < 99'998; ++i) many += ",0";
    GuardRow const rows[] = {
        {"{}", ""},
        {" [1, -0.5e+3, \"a\\u00e9\\ud83d\\ude00\", true, false, null] \r\n", ""},
        {"{\"a\":{\"a\":1}}", ""},
        {"", "bad-json", 0},
        {"  ", "bad-json", 2},
        {"hello", "bad-json", 0},
        {"{\"a\":1", "bad-json", 6},
        {"{\"a\":1} x", "bad-json", 8},
        {"[1,]", "bad-json", 3},
        {"{\"a\":1,}", "bad-json", 7},
        {"[1 2]", "bad-json", 3},
        {"/*c*/1", "bad-json", 0},
        {"[1//c\n]", "bad-json", 2},
        {"NaN", "bad-json", 0},
        {"[Infinity]", "bad-json", 1},
        {"[-]", "bad-json", 1},
        {"[01]", "bad-json", 2},
        {"[1.]", "bad-json", 1},
        {"[.5]", "bad-json", 1},
        {"[1e]", "bad-json", 1},
        {"tru", "bad-json", 0},
        {"'a'", "bad-json", 0},
        {"[\"a\nb\"]", "bad-json", 3},
        {"[\"\\x\"]", "bad-json", 2},
        {"[\"\\u12g4\"]", "bad-json", 2},
        {"[\"abc", "bad-json", 5},
        {"\xEF\xBB\xBF{}", "bad-json", 0},
        {"[\"\\u0000\"]", "bad-json", 2},
        {"{\"\\u0000\":1}", "bad-json", 2},
        {"[\"a\0b\"]"s, "bad-json", 3},
        {"[\"\xC0\xAF\"]", "bad-encoding"},
        {"[\"\xED\xA0\x80\"]", "bad-encoding"},
        {"[\"\xFF\"]", "bad-encoding"},
        {"[\"\\ud800\"]", "bad-encoding", 2},
        {"[\"\\ud800\\u0041\"]", "bad-encoding", 2},
        {"[\"\\udc00\"]", "bad-encoding", 2},
        {"{\"a\":1,\"a\":2}", "duplicate-member"},
        {"{\"a\":1,\"\\u0061\":2}", "duplicate-member"},
        {nested(32), ""},
        {nested(33), "json-depth"},
        {many + "]", ""},
        {many + ",0]", "json-size"},
        {"{\"" + std::string(256, 'n') + "\":1}", ""},
        {"{\"" + std::string(257, 'n') + "\":1}", "json-size"},
        {"[\"" + std::string(65'536, 's') + "\"]", ""},
        {"[\"" + std::string(65'537, 's') + "\"]", "too-long"},
    };
    for (auto const& row : rows) {
        auto const answer = check_json(row.text);
        SCOPED_TRACE(row.text.substr(0, 60));
        ASSERT_EQ(answer.has_value(), row.code.empty());
        if (answer) continue;
        EXPECT_EQ(slug(answer.error().code), row.code);
        if (row.position < 0) continue;
        ASSERT_FALSE(answer.error().extras.empty());
        EXPECT_EQ(std::get<int64_t>(answer.error().extras[0].value), row.position);
    }
}

TEST(JsonGuard, CaptureRulesAreDeeperAndDropOneMark) {
    JsonRules const rules = JsonRules::capture(Limits{});
    EXPECT_TRUE(check_json("\xEF\xBB\xBF{}", rules));
    EXPECT_FALSE(check_json("\xEF\xBB\xBF\xEF\xBB\xBF{}", rules));
    EXPECT_TRUE(check_json(nested(64), rules));
    EXPECT_FALSE(check_json(nested(65), rules));
}

TEST(JsonGuard, FindsARepeatedNameAmongThousands) {
    std::string text = "{";
    for (int i = 0; i < 5000; ++i) text += "\"n" + std::to_string(i) + "\":0,";
    EXPECT_TRUE(check_json(text + "\"last\":0}"));
    EXPECT_EQ(check_json(text + "\"n4711\":0}").error().code, Code::DuplicateMember);
}

TEST(JsonGuard, IndentsWithoutTouchingStringsAndQuotesAnything) {
    EXPECT_EQ(indent_json("{\"a\":[1,{}],\"b\":\"x:{,\\\"\"}"),
              "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": \"x:{,\\\"\"\n}\n");
    EXPECT_EQ(json_quote("a\"\\\n\x01\xC3\xA9"), "\"a\\\"\\\\\\n\\u0001\xC3\xA9\"");
    EXPECT_EQ(json_quote("\r\t\x7f\x1f/"), "\"\\r\\t\\u007f\\u001f/\"");
    EXPECT_EQ(json_quote("a\xFF\xC0 b\xC3\xA9"), "\"a\xEF\xBF\xBD\xEF\xBF\xBD b\xEF\xBF\xBD\xEF\xBF\xBD\"");
    EXPECT_TRUE(check_json(json_quote("\xFF\xC0 broken")));
    std::string out = "[";
    write_text(out, "x\"");
    EXPECT_EQ(out, "[\"x\\\"\"") << "appends";
}

TEST(JsonReader, ReadsTypedMembersInAnySpelling) {
    auto body = JsonBody::parse(R"({"material_class":"C","Count":3,"quantity":"1206.50","isTest":true,
                                    "lots":["a","b"],"nested":{"x":1e3},"none":null})");
    ASSERT_TRUE(body);
    JsonObject const root = body->object();
    EXPECT_EQ(root.text("materialClass"), "C");
    EXPECT_EQ(root.integer("count", 1, 10), 3);
    EXPECT_EQ(root.decimal("quantity"), "1206.50");
    EXPECT_TRUE(root.boolean("isTest"));
    EXPECT_EQ(root.texts("lots", 5), (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(root.object("nested").decimal("x"), "1e3");
    EXPECT_EQ(root.text_if("none"), std::nullopt);
    EXPECT_TRUE(root.is_null("none"));
    EXPECT_EQ(root.text_if("missing"), std::nullopt);
    EXPECT_TRUE(body->finish());
}

TEST(JsonReader, NamesAllFaultsAtOnceWithPointers) {
    auto body = JsonBody::parse(R"({"count":1.5,"name":7,"word":"z","items":[{"id":1,"owner":"x"}],"extra/a":0})");
    ASSERT_TRUE(body);
    JsonObject const root = body->object();
    root.integer("count", 1, 10);
    root.text("name");
    root.text("needed");
    root.word("word", {"a", "b"});
    for (auto const& item : root.objects("items", 5)) item.text("id");
    auto const fine = body->finish();
    ASSERT_FALSE(fine);
    std::vector<std::pair<std::string, std::string>> rows;
    for (auto const& fault : fine.error().faults) rows.emplace_back(fault.pointer, fault.code);
    EXPECT_EQ(rows, (std::vector<std::pair<std::string, std::string>>{{"/count", "bad-number"},
                                                                      {"/name", "invalid-member"},
                                                                      {"/needed", "invalid-member"},
                                                                      {"/word", "invalid-member"},
                                                                      {"/items/0/id", "invalid-member"},
                                                                      {"/items/0/owner", "unknown-member"},
                                                                      {"/extra~1a", "unknown-member"}}));
    EXPECT_EQ(fine.error().code, Code::BadNumber);
    for (auto const& fault : fine.error().faults) EXPECT_FALSE(fault.detail_zh.empty());
}

TEST(JsonReader, StopsAtTwentyFaults) {
    std::string text = "{";
    for (int i = 0; i < 40; ++i) text += "\"u" + std::to_string(i) + "\":0,";
    auto body = JsonBody::parse(text.substr(0, text.size() - 1) + "}");
    ASSERT_TRUE(body);
    body->object();
    EXPECT_EQ(body->finish().error().faults.size(), 20u);
}

TEST(JsonReader, RefusesTwoSpellingsOfOneName) {
    auto body = JsonBody::parse(R"({"asOf":"a","as_of":"b"})");
    ASSERT_TRUE(body);
    body->object().text("asOf");
    auto const fine = body->finish();
    ASSERT_FALSE(fine);
    EXPECT_EQ(fine.error().code, Code::DuplicateMember);
    EXPECT_EQ(fine.error().faults[0].pointer, "/as_of");
}

TEST(JsonReader, KeepsForeignDocumentsAsTheyAre) {
    auto body = JsonBody::parse(R"({"record":{"Owner": 1.50, "owner":2}})");
    ASSERT_TRUE(body);
    EXPECT_EQ(body->object().value("record").raw(), R"({"Owner": 1.50, "owner":2})");
    EXPECT_TRUE(body->finish());
}

TEST(JsonReader, KeepsOnlyTheItemsOfBulkBodiesAndCountsThem) {
    for (std::string const text :
         {R"([{"id":[1,[2]]},"b"])", R"({"x":[{"y":1}],"Items":[{"id":[1,[2]]},"b"],"z":7})"}) {
        SCOPED_TRACE(text);
        JsonItems const two{{"items"}, 2}, one{{"items"}, 1};
        auto items_of = [&](JsonBody const& body, size_t most) {
            if (body.value().kind() == JsonKind::array) return body.value().items(most);
            JsonObject const whole = body.object();
            whole.ignore_unknown();
            return whole.value("items").items(most);
        };
        auto body = JsonBody::parse(text, {}, &two);
        ASSERT_TRUE(body);
        auto const items = items_of(*body, 2);
        ASSERT_EQ(items.size(), 2u);
        EXPECT_EQ(items[0].raw(), R"({"id":[1,[2]]})");
        EXPECT_EQ(items[1].text(1), "b");
        EXPECT_TRUE(body->finish());
        auto again = JsonBody::parse(text, {}, &one);
        items_of(*again, 1);
        EXPECT_EQ(again->finish().error().code, Code::TooManyItems);
    }
}

// What /v1 reads as many items: two million values are counted, not kept.
TEST(JsonReader, BulkBodiesCostNoMemoryForTheirValues) {
    std::string text = "[";
    while (text.size() < 3'000'000) text += "1,";
    text += "1]";
    JsonItems const wanted{{"items"}, 2'000};
    Limits const limits;
    auto const before = mallinfo2().uordblks + mallinfo2().hblkhd;
    auto body = JsonBody::parse(text, JsonRules::batch(limits), &wanted);
    auto const after = mallinfo2().uordblks + mallinfo2().hblkhd;
    ASSERT_TRUE(body);
    EXPECT_LT(after, before + 2'000'000);
    body->value().items(2'000);
    EXPECT_EQ(body->finish().error().code, Code::TooManyItems);
}

TEST(JsonGuard, ObjectsOfBatchesHaveALimitedNumberOfMembers) {
    Limits limits;
    limits.batch_members_max = 20;
    auto object = [](int members) {
        std::string text = "{\"n0\":0";
        for (int i = 1; i < members; ++i) text += ",\"n" + std::to_string(i) + "\":0";
        return text + "}";
    };
    EXPECT_TRUE(check_json(object(20), JsonRules::batch(limits)));
    EXPECT_EQ(check_json(object(21), JsonRules::batch(limits)).error().code, Code::JsonSize);
    EXPECT_TRUE(check_json(object(21), JsonRules::body(limits)));
}

TEST(JsonReader, NumberRulesHoldAtTheEdge) {
    struct Row {
        char const* token;
        bool integer, decimal;
    };
    std::string const long_token = "1." + std::string(62, '0'), longer_token = long_token + "0";
    Row const rows[] = {{"9007199254740991", true, true},
                        {"-9007199254740991", true, true},
                        {"9007199254740992", false, true},
                        {"1.0", false, true},
                        {"1e2", false, true},
                        {"100000000000000000000000", false, true},
                        {"1e999", false, false},
                        {"\"12.5\"", false, true},
                        {"\"12,5\"", false, false},
                        {"\"\"", false, false},
                        {"\" 1\"", false, false},
                        {"\"true\"", false, false},
                        {long_token.c_str(), false, true},
                        {longer_token.c_str(), false, false}};
    for (auto const& row : rows) {
        SCOPED_TRACE(row.token);
        std::string const text = "{\"n\":" + std::string(row.token) + "}";
        auto integers = JsonBody::parse(text), decimals = JsonBody::parse(text);
        integers->object().integer("n", INT64_MIN, INT64_MAX);
        decimals->object().decimal("n");
        EXPECT_EQ(integers->finish().has_value(), row.integer);
        EXPECT_EQ(decimals->finish().has_value(), row.decimal);
    }
}

TEST(JsonReader, GoesOnReadingBelowAMissingMember) {
    auto body = JsonBody::parse("{}");
    ASSERT_TRUE(body);
    EXPECT_EQ(body->object().object("a").object("b").text("c"), "");
    EXPECT_EQ(body->object().value("v").integer(1, 2), 1);
    EXPECT_EQ(body->finish().error().faults.size(), 2u);
}

}  // namespace
}  // namespace ingot::api
