// The JSON tree of capture: what it keeps, and hostile texts (spec/security.md 8, spec/epcis-rest.md 1).
#include <nlohmann/json.hpp>

#include "tests/tracechain/epcis_frame.hpp"
#include "tracechain/json_value.hpp"

namespace ingot::tracechain {
namespace {

using namespace std::string_literals;

std::string repeated(std::string_view part, size_t times) {
    std::string out;
    for (size_t i = 0; i < times; ++i) out += part;
    return out;
}

Code refusal(std::string const& text, JsonTerms const& terms = {}) {
    auto tree = JsonTree::parse(text, terms);
    EXPECT_FALSE(tree) << text.substr(0, 80);
    if (tree) return Code::Internal;
    EXPECT_FALSE(tree.error().detail_zh.empty()) << tree.error().detail;
    return tree.error().code;
}

TEST(EpcisJson, KeepsNumbersOrderAndBytes) {
    std::string text =
        "\xEF\xBB\xBF { \"b\" : -0 , \"a\":[1.50e+3, 12345678901234567890123 ,true,null, \"x\\u00e9\\n\" ]\t,\"c\":{ "
        "}, \"\":\"\" } ";
    auto tree = JsonTree::parse(text, {});
    ASSERT_TRUE(tree) << tree.error().detail;
    JsonValue const& root = tree->root();
    ASSERT_EQ(root.count, 4u);
    auto member = root.begin();
    EXPECT_EQ((*member).name, "b");
    EXPECT_EQ((*member).text, "-0");
    ++member;
    EXPECT_EQ((*member).bytes, "[1.50e+3, 12345678901234567890123 ,true,null, \"x\\u00e9\\n\" ]");
    std::vector<std::string_view> texts;
    for (JsonValue const& item : *member) texts.push_back(item.text);
    EXPECT_EQ(texts,
              (std::vector<std::string_view>{"1.50e+3", "12345678901234567890123", "true", "null", "x\xC3\xA9\n"}));
    EXPECT_EQ(root.find("c")->bytes, "{ }");
    EXPECT_EQ(root.find("")->bytes, "\"\"");
    EXPECT_EQ(root.find("z"), nullptr);
    EXPECT_EQ(JsonTree::pointer(root, *(*member).begin()), "/a/0");
    EXPECT_EQ(root.bytes.front(), '{');
    EXPECT_EQ(root.bytes.back(), '}');
}

TEST(EpcisJson, PointersEscapeNames) {
    auto tree = JsonTree::parse(R"({"https://a/b~c":{"x":[0,{"y":1}]}})", {});
    ASSERT_TRUE(tree);
    JsonValue const& y = *(*(tree->root().begin())).find("x");
    EXPECT_EQ(JsonTree::pointer(tree->root(), y), "/https:~1~1a~1b~0c/x");
}

TEST(EpcisJson, RefusesWhatIsNotJson) {
    for (std::string const& text : {""s,
                                    " "s,
                                    "{"s,
                                    "[1,2"s,
                                    "{\"a\":}"s,
                                    "{\"a\" 1}"s,
                                    "{a:1}"s,
                                    "[1,]"s,
                                    "{\"a\":1,}"s,
                                    "[1] x"s,
                                    "{}{}"s,
                                    "NaN"s,
                                    "[Infinity]"s,
                                    "[-Infinity]"s,
                                    "// c\n1"s,
                                    "/* */ 1"s,
                                    "'a'"s,
                                    "[01]"s,
                                    "[+1]"s,
                                    "[.5]"s,
                                    "[1.]"s,
                                    "[1e]"s,
                                    "\"\x01\""s,
                                    "\"\\x\""s,
                                    "\"\\u12\""s,
                                    "\"unclosed"s,
                                    "{}\0"s,
                                    "[\"a\0b\"]"s,
                                    "[\"\\u0000\"]"s,
                                    "{\"\\u0000\":1}"s,
                                    "tru"s,
                                    "nul"s,
                                    "[1 2]"s,
                                    "]"s,
                                    "\xEF\xBB\xBF\xEF\xBB\xBF{}"s}) {
        EXPECT_EQ(refusal(text), Code::BadJson) << text;
    }
    auto tree = JsonTree::parse("[1,2", {});
    ASSERT_FALSE(tree.error().extras.empty());
    EXPECT_EQ(tree.error().extras[0].name, "position");
}

TEST(EpcisJson, RefusesWhatIsNotUnicode) {
    for (std::string const& text :
         {"\"\xFF\""s, "\"\xC0\xAF\""s, "\"\xED\xA0\x80\""s, "\"\xF4\x90\x80\x80\""s, "\"\\ud800\""s, "\"\\udc00\""s,
          "\"\\ud800\\u0041\""s, "{\"\\ud800\":1}"s, "\"\xE9\x93\""s})
        EXPECT_EQ(refusal(text), Code::BadEncoding) << text;
    EXPECT_TRUE(JsonTree::parse("\"\\ud83d\\ude00 \xF0\x9F\x98\x80\"", {}));
    JsonTerms strict_mark;
    strict_mark.drop_byte_order_mark = false;
    EXPECT_EQ(refusal("\xEF\xBB\xBF{}", strict_mark), Code::BadJson);
}

TEST(EpcisJson, NumbersMustBeFiniteButKeepTheirText) {
    for (std::string text : {"1e999", "[-1e999]", "{\"a\":1e400}"}) EXPECT_EQ(refusal(text), Code::BadNumber) << text;
    for (std::string text : {"9007199254740993", "1e308", "-9223372036854775808", "18446744073709551616", "1e-999",
                             "0.1000000000000000055511151231257827"}) {
        auto tree = JsonTree::parse(text, {});
        ASSERT_TRUE(tree) << text;
        EXPECT_EQ(tree->root().text, text);
    }
}

TEST(EpcisJson, DuplicateNamesAreRefusedExceptEventId) {
    EXPECT_EQ(refusal(R"({"a":1,"a":1})"), Code::DuplicateMember);
    EXPECT_EQ(refusal(R"({"a":1,"\u0061":2})"), Code::DuplicateMember);
    auto nested = JsonTree::parse(R"({"x":[0,{"y/z":{"q":1,"q":2}}]})", {});
    ASSERT_FALSE(nested);
    ASSERT_EQ(nested.error().faults.size(), 1u);
    EXPECT_EQ(nested.error().faults[0].pointer, "/x/1/y~1z/q");
    std::string many = "{";
    for (int i = 0; i < 40; ++i) many += "\"n" + std::to_string(i) + "\":0,";
    EXPECT_EQ(refusal(many + "\"n7\":1}"), Code::DuplicateMember);
    auto twice = JsonTree::parse(R"({"eventID":"a","b":1,"eventID":"c"})", {});
    ASSERT_TRUE(twice);
    EXPECT_EQ(twice->root().find("eventID")->text, "c");
}

TEST(EpcisJson, LimitsHoldAtTheValueAndOnePast) {
    auto nested = [](size_t depth) { return repeated("[", depth) + repeated("]", depth); };
    EXPECT_TRUE(JsonTree::parse(nested(64), {}));
    EXPECT_EQ(refusal(nested(65)), Code::JsonDepth);
    EXPECT_EQ(refusal(repeated("[", 1'000'000)), Code::JsonDepth);
    EXPECT_EQ(refusal(repeated("{\"a\":", 1'000'000)), Code::JsonDepth);
    JsonTerms few;
    few.values_max = 4;
    EXPECT_TRUE(JsonTree::parse("[1,2,3]", few));
    EXPECT_EQ(refusal("[1,2,3,4]", few), Code::JsonSize);
    EXPECT_TRUE(JsonTree::parse("{\"" + repeated("n", 256) + "\":1}", {}));
    EXPECT_EQ(refusal("{\"" + repeated("n", 257) + "\":1}"), Code::JsonSize);
    EXPECT_TRUE(JsonTree::parse("\"" + repeated("s", 64 * 1024) + "\"", {}));
    EXPECT_EQ(refusal("\"" + repeated("s", 64 * 1024 + 1) + "\""), Code::TooLong);
}

TEST(EpcisJson, AHundredThousandMembersAreReadAndStayInOrder) {
    std::string text = "{";
    for (int i = 0; i < 100'000; ++i) text += (i > 0 ? ",\"" : "\"") + std::to_string(i) + "\":" + std::to_string(i);
    text += "}";
    auto tree = JsonTree::parse(text, {});
    ASSERT_TRUE(tree);
    int next = 0;
    for (JsonValue const& member : tree->root()) {
        ASSERT_EQ(member.text, std::to_string(next));
        ++next;
    }
    EXPECT_EQ(next, 100'000);
}

// Agreement with nlohmann's own tree on texts cut and changed at every place.
TEST(EpcisJson, AgreesWithNlohmannOnDamagedTexts) {
    std::string const whole = R"({"a":[1,-2.5e3,"x\ty\u00e9",{"b":null}],"c":true,"d":{"e":[]},"f":"铅"})";
    size_t accepted = 0;
    for (size_t at = 0; at < whole.size(); ++at) {
        for (char c : "\"{}[],:0e-\\ x"s) {
            std::string text = whole;
            text[at] = c;
            bool ours = JsonTree::parse(text, {}).has_value();
            bool theirs = nlohmann::json::accept(text);
            bool repeats = false;  // the one thing we refuse and nlohmann takes
            if (theirs && !ours) repeats = refusal(text) == Code::DuplicateMember;
            EXPECT_TRUE(ours == theirs || repeats) << text;
            accepted += ours ? 1 : 0;
        }
        EXPECT_FALSE(JsonTree::parse(whole.substr(0, at), {})) << at;
    }
    EXPECT_GT(accepted, 50u);
}

// The tree rebuilt from spans and names equals nlohmann's.
nlohmann::json rebuilt(JsonValue const& value) {
    if (value.is_string()) return std::string(value.text);
    if (value.is_object()) {
        auto out = nlohmann::json::object();
        for (JsonValue const& member : value) out[std::string(member.name)] = rebuilt(member);
        return out;
    }
    if (value.is_array()) {
        auto out = nlohmann::json::array();
        for (JsonValue const& item : value) out.push_back(rebuilt(item));
        return out;
    }
    return nlohmann::json::parse(value.text);
}

TEST(EpcisJson, EveryValueHasItsOwnBytes) {
    auto folder = shared_data();
    if (!folder) return;
    size_t values = 0;
    for (auto const& entry : std::filesystem::recursive_directory_iterator(*folder)) {
        std::string name = entry.path().filename();
        if (!name.ends_with(".json") && !name.ends_with(".jsonld")) continue;
        std::string text = file_text(entry.path());
        auto tree = JsonTree::parse(text, {});
        if (!tree) continue;  // openapi.json and its like may break the capture limits
        if (tree->root().span > 20'000) continue;
        JsonValue const* first = &tree->root();
        nlohmann::json whole = nlohmann::json::parse(text);
        EXPECT_EQ(rebuilt(*first), whole) << name;
        for (uint32_t i = 0; i < first->span; ++i, ++values)
            EXPECT_EQ(nlohmann::json::parse(first[i].bytes), rebuilt(first[i])) << name;
    }
    EXPECT_GT(values, 1'000u);
}

}  // namespace
}  // namespace ingot::tracechain
