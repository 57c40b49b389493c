#include <gtest/gtest.h>

#include <algorithm>

#include "ident/coding_profile.hpp"

namespace ingot::ident {
namespace {

constexpr char const* kCounter = R"({"name":"n","kind":"counter","width":4})";

std::string document(std::string const& segments, std::string const& rest = "") {
    return R"({"profile":"p","version":1,"prefix":"*","segments":[)" + segments + "]" + rest + "}";
}

std::string before_counter(std::string const& segment) { return document(segment + "," + kCounter); }

struct Row {
    std::string json, pointer;
};

// Every fault of identifiers.md 7.1, with the pointer of what is wrong.
std::vector<Row> rows() {
    return {
        {"[]", ""},
        {R"({"version":1,"prefix":"*","segments":[{"name":"n","kind":"counter","width":4}]})", "/profile"},
        {R"({"profile":"a b","version":1,"prefix":"*","segments":[{"name":"n","kind":"counter","width":4}]})",
         "/profile"},
        {R"({"profile":"p","version":0,"prefix":"*","segments":[{"name":"n","kind":"counter","width":4}]})",
         "/version"},
        {R"({"profile":"p","version":1.5,"prefix":"*","segments":[{"name":"n","kind":"counter","width":4}]})",
         "/version"},
        {R"({"profile":"p","version":1,"prefix":"88..1","segments":[{"name":"n","kind":"counter","width":4}]})",
         "/prefix"},
        {R"({"profile":"p","version":1,"prefix":"*"})", "/segments"},
        {document(""), "/segments"},
        {document("7"), "/segments/0"},
        {document(kCounter, R"(,"colour":"red")"), "/colour"},
        {document(kCounter, R"(,"a/b~c":1)"), "/a~1b~0c"},
        {document(kCounter, R"(,"separator":"/")"), "/separator"},
        {document(kCounter, R"(,"timezone":"Mars/Olympus")"), "/timezone"},
        {document(kCounter, R"(,"timezone":"../etc/passwd")"), "/timezone"},
        {document(kCounter, R"(,"timezone":"Asia")"), "/timezone"},
        {document(kCounter, R"(,"dateBack":-1)"), "/dateBack"},
        {document(kCounter, R"(,"dateForward":367)"), "/dateForward"},
        {document(kCounter, R"(,"overflow":"wrap")"), "/overflow"},
        {document(kCounter, R"(,"freeForm":1)"), "/freeForm"},
        {document(kCounter, R"(,"check":1)"), "/check"},
        {document(kCounter, R"(,"check":{"algorithm":"luhn"})"), "/check/algorithm"},
        {document(kCounter, R"(,"check":{"mode":"maybe"})"), "/check/mode"},
        {document(kCounter, R"(,"check":{"over":"prefix"})"), "/check/over"},
        {document(kCounter, R"(,"check":{"join":"--"})"), "/check/join"},
        {document(kCounter, R"(,"check":{"join":"","mode":"optional"})"), "/check/join"},
        {document(kCounter, R"(,"check":{"seed":1})"), "/check/seed"},
        {document(R"({"name":"t","kind":"text","charset":"digit","min":1,"max":2})"), "/segments"},
        {document(std::string(kCounter) + R"(,{"name":"m","kind":"counter","width":4})"), "/segments/1"},
        {document(std::string(kCounter) + R"(,{"name":"t","kind":"text","charset":"digit","min":1,"max":2})"),
         "/segments/0"},
        {document(R"({"kind":"counter","width":4})"), "/segments/0/name"},
        {document(R"({"name":"n","kind":"serial","width":4})"), "/segments/0/kind"},
        {document(R"({"name":"n","kind":"counter","width":13})"), "/segments/0/width"},
        {document(R"({"name":"n","kind":"counter","width":4,"base":16})"), "/segments/0/base"},
        {document(R"({"name":"n","kind":"counter","width":4,"start":10000})"), "/segments/0/start"},
        {document(R"({"name":"n","kind":"counter","width":4,"scope":["x"]})"), "/segments/0/scope/0"},
        {document(R"({"name":"n","kind":"counter","width":4,"scope":["n"]})"), "/segments/0/scope/0"},
        {document(R"({"name":"n","kind":"counter","width":4,"max":4})"), "/segments/0/max"},
        {before_counter(R"({"name":"n","kind":"literal","value":"A"})"), "/segments/1/name"},
        {before_counter(R"({"name":"l","kind":"literal","value":"A.B"})"), "/segments/0/value"},
        {before_counter(R"({"name":"l","kind":"literal","value":"a"})"), "/segments/0/value"},
        {before_counter(R"({"name":"l","kind":"literal","value":"A B"})"), "/segments/0/value"},
        {before_counter(R"({"name":"l","kind":"literal","value":""})"), "/segments/0/value"},
        {before_counter(R"({"name":"e","kind":"enum","values":{}})"), "/segments/0/values"},
        {before_counter(R"({"name":"e","kind":"enum","values":{"a":"x"}})"), "/segments/0/values/a"},
        {before_counter(R"({"name":"e","kind":"enum","values":{"A":1}})"), "/segments/0/values/A"},
        {before_counter(R"({"name":"t","kind":"text","charset":"any","min":1,"max":2})"), "/segments/0/charset"},
        {before_counter(R"({"name":"t","kind":"text","charset":"digit","min":3,"max":2})"), "/segments/0/max"},
        {before_counter(R"({"name":"t","kind":"text","charset":"digit","min":0,"max":2})"), "/segments/0/min"},
        {document(R"({"name":"t","kind":"text","charset":"alnum-upper-dash","min":1,"max":2},)" + std::string(kCounter),
                  R"(,"separator":"-")"),
         "/segments/0/charset"},
        {before_counter(R"({"name":"d","kind":"date","format":"ddmmyy"})"), "/segments/0/format"},
        {before_counter(R"({"name":"s","kind":"station","width":5})"), "/segments/0/width"},
        {before_counter(R"({"name":"s","kind":"station","width":2,"omitFor":{"n":["1"]}})"), "/segments/0/omitFor/n"},
        {document(
             R"({"name":"e","kind":"enum","values":{"A":"x"}},{"name":"s","kind":"station","width":2,"omitFor":{"e":["B"]}},)" +
             std::string(kCounter)),
         "/segments/1/omitFor/e/0"},
        {before_counter(R"({"name":"t","kind":"text","charset":"digit","min":1,"max":255})"), "/segments"},
    };
}

TEST(CodingProfile, RefusesEachFaultOfTheDocumentAtItsPlace) {
    for (auto const& row : rows()) {
        auto refused = CodingProfile::parse(row.json);
        ASSERT_FALSE(refused) << row.json;
        EXPECT_EQ(slug(refused.error().code), "profile-violation") << row.json;
        ASSERT_FALSE(refused.error().faults.empty()) << row.json;
        auto const& faults = refused.error().faults;
        EXPECT_TRUE(std::any_of(faults.begin(), faults.end(), [&](auto const& f) { return f.pointer == row.pointer; }))
            << row.json << " names " << faults[0].pointer;
        EXPECT_FALSE(refused.error().faults[0].detail_zh.empty()) << row.json;
    }
}

TEST(CodingProfile, ListsAllFaultsAtOnce) {
    auto refused = CodingProfile::parse(
        R"({"profile":"p","version":0,"colour":1,"segments":[{"name":"n","kind":"counter","width":99}]})");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().faults.size(), 4u);  // version, prefix, width, colour
}

TEST(CodingProfile, CodesOf255BytesAreTheLongest) {
    auto text = [](int max) {
        return before_counter(R"({"name":"t","kind":"text","charset":"digit","min":1,"max":)" + std::to_string(max) +
                              "}");
    };
    EXPECT_TRUE(CodingProfile::parse(text(250)));  // 250 + "." + 4
    EXPECT_FALSE(CodingProfile::parse(text(251)));
}

TEST(CodingProfile, RefusesBrokenJsonByItsOwnCodes) {
    EXPECT_EQ(slug(CodingProfile::parse("{").error().code), "bad-json");
    EXPECT_EQ(slug(CodingProfile::parse(R"({"profile":"p","profile":"q"})").error().code), "duplicate-member");
    EXPECT_EQ(slug(CodingProfile::parse(std::string(200, '[')).error().code), "json-depth");
    EXPECT_EQ(slug(CodingProfile::parse("\"" + std::string(70'000, 'x') + "\"").error().code), "body-too-large");
}

}  // namespace
}  // namespace ingot::ident
