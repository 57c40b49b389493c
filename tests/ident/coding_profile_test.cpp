#include "ident/coding_profile.hpp"

#include <gtest/gtest.h>

#include <chrono>

#include "ident/business_date.hpp"

namespace ingot::ident {
namespace {

using Values = std::map<std::string, std::string>;

Time at(char const* text) { return *parse_time(text); }

struct Example {
    std::string prefix;
    Values values;
    uint64_t number;
    std::string code;
};

// identifiers.md 7.3
Example const kExamples[] = {
    {"88.999.3212001",
     {{"class", "RM"}, {"product", "PBCONC"}, {"date", "2026-11-22"}},
     1,
     "88.999.3212001/RM.PBCONC.20261122.000001-B"},
    {"88.999.3212001",
     {{"class", "RM"}, {"product", "ZNCONC"}, {"date", "2026-11-22"}},
     2,
     "88.999.3212001/RM.ZNCONC.20261122.000002-X"},
    {"88.999.3212001",
     {{"class", "BT"}, {"product", "KETTLE3"}, {"date", "2026-11-22"}},
     3,
     "88.999.3212001/BT.KETTLE3.20261122.000003-L"},
    {"88.999.3212001",
     {{"class", "MT"}, {"product", "CRUDEPB"}, {"date", "2026-11-22"}},
     17,
     "88.999.3212001/MT.CRUDEPB.20261122.000017-X"},
    {"88.999.3212001",
     {{"class", "PD"}, {"product", "PB99994"}, {"date", "2026-11-22"}},
     123,
     "88.999.3212001/PD.PB99994.20261122.000123-T"},
    {"88.999.3212001",
     {{"class", "PD"}, {"product", "ZN99995"}, {"date", "2026-12-01"}},
     1,
     "88.999.3212001/PD.ZN99995.20261201.000001-N"},
    {"88.999.3212001", {{"class", "EQ"}, {"product", "ISPF1"}}, 7, "88.999.3212001/EQ.ISPF1.000007-Y"},
    {"88.999.3212001",
     {{"class", "WH"}, {"product", "PBWARRANT"}, {"date", "2026-11-30"}},
     17,
     "88.999.3212001/WH.PBWARRANT.20261130.000017-W"},
    {"88.101.0042",
     {{"class", "SC"}, {"product", "LABATT"}, {"date", "2026-11-22"}},
     9,
     "88.101.0042/SC.LABATT.20261122.000009-E"},
    {"86.999.3252018",
     {{"class", "PD"}, {"product", "AL6063-T5"}, {"date", "2026-11-22"}},
     501,
     "86.999.3252018/PD.AL6063-T5.20261122.000501-J"},
};

TEST(CodingProfile, RendersAndReadsTheWorkedExamples) {
    auto const& profile = CodingProfile::nonferrous_default();
    for (auto const& example : kExamples) {
        auto renderer = profile.renderer(*Prefix::parse(example.prefix), example.values, at("2026-11-24T04:00:00Z"));
        ASSERT_TRUE(renderer) << example.code;
        EXPECT_EQ(renderer->render(example.number), example.code);
        auto identifier = Identifier::parse(example.code);
        EXPECT_EQ(int(profile.shape(*identifier)), int(Shape::Match)) << example.code;
        auto parsed = profile.parse_code(*identifier);
        ASSERT_TRUE(parsed) << example.code;
        EXPECT_EQ(parsed->number, example.number);
        EXPECT_EQ(parsed->values.at("product"), example.values.at("product"));
        EXPECT_EQ(parsed->scope_key, renderer->scope_key());
        EXPECT_TRUE(parsed->has_check);
    }
}

TEST(CodingProfile, OmittedSegmentDropsOutOfTheScope) {
    auto const& profile = CodingProfile::nonferrous_default();
    Time now = at("2026-11-22T04:00:00Z");
    auto prefix = *Prefix::parse("88.999.1");
    EXPECT_EQ(profile.renderer(prefix, {{"class", "EQ"}, {"product", "ISPF1"}}, now)->scope_key(), "EQ\x1FISPF1");
    EXPECT_EQ(profile.renderer(prefix, {{"class", "PD"}, {"product", "A"}}, now)->scope_key(),
              "PD\x1F"
              "A\x1F"
              "20261122");
}

Shape shape_of(std::string const& code) { return CodingProfile::nonferrous_default().shape(*Identifier::parse(code)); }

TEST(CodingProfile, RefusesWrongCheckCharacters) {
    for (auto code : {"88.999.3212001/PD.PB99994.20261122.000123-S", "88.999.3212010/PD.PB99994.20261122.000123-T",
                      "88.999.3212001/PD.PB99949.20261122.000123-T", "88.999.3212001/PD.PB99994.20261122.000132-T",
                      "88.101.042/SC.LABATT.20261122.000009-E", "88.999.3212001/PD.PB99994.20261122.000123"})
        EXPECT_EQ(int(shape_of(code)), int(Shape::WrongCheck)) << code;
}

TEST(CodingProfile, RefusesByTheSegmentsThoughTheCharacterIsRight) {
    for (auto code : {"88.999.3212001/PD.PB9999.420261122.000123-T", "88.999.3212001/PD.PB99994.20261322.000123-T",
                      "88.999.3212001/XX.PB99994.20261122.000123-T", "88.999.3212001/PD.PB99994.20261122.00123-T",
                      "88.999.3212001/PD..20261122.000123-T", "88.999.3212001/PD.PB99994.20261122.000123-T-",
                      "88.999.3212001/anything", "88.999.3212001/EQ.ISPF1.20261122.000007-Y"})
        EXPECT_EQ(int(shape_of(code)), int(Shape::NoMatch)) << code;
}

TEST(CodingProfile, ReadsLowerCaseTyping) {
    EXPECT_EQ(int(shape_of("88.999.3212001/pd.pb99994.20261122.000123-t")), int(Shape::Match));
}

TEST(CodingProfile, BusinessDateFollowsTheTimeZoneAndItsWindow) {
    auto const& profile = CodingProfile::nonferrous_default();
    auto prefix = *Prefix::parse("88.999.1");
    auto date_of = [&](char const* now, Values values) {
        values.insert({{"class", "PD"}, {"product", "A"}});
        auto renderer = profile.renderer(prefix, values, at(now));
        return renderer ? renderer->values().at("date") : renderer.error().faults.at(0).pointer;
    };
    EXPECT_EQ(date_of("2026-11-22T15:59:59Z", {}), "20261122");
    EXPECT_EQ(date_of("2026-11-22T16:00:00Z", {}), "20261123");
    EXPECT_EQ(date_of("2026-11-22T04:00:00Z", {{"date", "2026-11-19"}}), "20261119");
    EXPECT_EQ(date_of("2026-11-22T04:00:00Z", {{"date", "2026-11-18"}}), "/values/date");
    EXPECT_EQ(date_of("2026-11-22T04:00:00Z", {{"date", "2026-12-06"}}), "20261206");
    EXPECT_EQ(date_of("2026-11-22T04:00:00Z", {{"date", "2026-12-07"}}), "/values/date");
    EXPECT_EQ(date_of("2026-11-22T04:00:00Z", {{"date", "20261122"}}), "/values/date");
    EXPECT_EQ(date_of("2026-11-22T04:00:00Z", {{"date", "2026-11-31"}}), "/values/date");
}

TEST(CodingProfile, NamesEveryValueThatDoesNotFit) {
    auto refused = CodingProfile::nonferrous_default().renderer(
        *Prefix::parse("88.999.1"), {{"class", "XX"}, {"colour", "red"}, {"date", "x"}}, at("2026-11-22T04:00:00Z"));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::ProfileViolation);
    std::vector<std::string> pointers;
    for (auto const& fault : refused.error().faults) pointers.push_back(fault.pointer);
    EXPECT_EQ(pointers,
              (std::vector<std::string>{"/values/class", "/values/product", "/values/date", "/values/colour"}));
}

std::string profile_json(std::string const& segments, std::string const& rest) {
    return R"({"profile":"p","version":1,"prefix":"88.999.1","segments":[)" + segments + "]" + rest + "}";
}

TEST(CodingProfile, CoversEveryKindAndFormat) {
    auto profile = CodingProfile::parse(profile_json(
        R"({"name":"l","kind":"literal","value":"铅Q"},{"name":"d1","kind":"date","format":"yymmdd"},
           {"name":"d2","kind":"date","format":"yyyymm"},{"name":"d3","kind":"date","format":"yyyy"},
           {"name":"d4","kind":"date","format":"yyddd"},{"name":"s","kind":"station","width":3},
           {"name":"n","kind":"counter","width":2,"base":36,"start":35,"scope":["s"]})",
        R"(,"separator":"_","overflow":"widen","check":{"algorithm":"iso7064-mod37-36","join":"","over":"suffix","mode":"required"})"));
    ASSERT_TRUE(profile) << profile.error().faults.at(0).pointer;
    auto renderer = profile->renderer(*Prefix::parse("88.999.1"), {{"s", "LB3"}}, at("2026-12-31T00:00:00Z"));
    ASSERT_TRUE(renderer);
    EXPECT_EQ(renderer->first_number(), 35u);
    EXPECT_EQ(renderer->scope_key(), "LB3");
    std::string code = renderer->render(35);
    EXPECT_EQ(code.substr(0, code.size() - 1), "88.999.1/铅Q_261231_202612_2026_26365_LB3_0Z");
    for (uint64_t number : {uint64_t(0), uint64_t(1295), uint64_t(1296), renderer->last_number()}) {
        auto parsed = profile->parse_code(*Identifier::parse(renderer->render(number)));
        ASSERT_TRUE(parsed) << renderer->render(number);
        EXPECT_EQ(parsed->number, number);
    }
    EXPECT_EQ(int(profile->shape(*Identifier::parse("88.999.2" + code.substr(8)))), int(Shape::NoMatch));
    EXPECT_FALSE(profile->renderer(*Prefix::parse("88.999.2"), {{"s", "LB3"}}, at("2026-12-31T00:00:00Z")));
}

TEST(CodingProfile, OptionalCheckMayBeMissingButNotWrong) {
    auto profile = CodingProfile::parse(
        profile_json(R"({"name":"n","kind":"counter","width":4})", R"(,"check":{"mode":"optional"})"));
    ASSERT_TRUE(profile);
    EXPECT_EQ(profile->renderer(*Prefix::parse("88.999.1"), {}, Time{})->last_number(), 9999u);
    std::string code = profile->renderer(*Prefix::parse("88.999.1"), {}, Time{})->render(12);
    EXPECT_EQ(int(profile->shape(*Identifier::parse(code))), int(Shape::Match));
    EXPECT_EQ(int(profile->shape(*Identifier::parse("88.999.1/0012"))), int(Shape::Match));
    EXPECT_FALSE(profile->parse_code(*Identifier::parse("88.999.1/0012"))->has_check);
    char wrong = code.back() == 'A' ? 'B' : 'A';
    EXPECT_EQ(int(profile->shape(*Identifier::parse("88.999.1/0012-" + std::string(1, wrong)))),
              int(Shape::WrongCheck));
}

TEST(CodingProfile, NewestMatchingProfileDecides) {
    std::vector<CodingProfile> profiles{
        *CodingProfile::parse(profile_json(R"({"name":"n","kind":"counter","width":4})", "")),
        CodingProfile::nonferrous_default()};
    EXPECT_EQ(match_profiles(profiles, *Identifier::parse("88.999.1/0012")).profile, &profiles[0]);
    auto other = match_profiles(profiles, *Identifier::parse("88.999.3212001/PD.PB99994.20261122.000123-S"));
    EXPECT_EQ(other.profile, &profiles[1]);
    EXPECT_EQ(int(other.shape), int(Shape::WrongCheck));
    EXPECT_EQ(match_profiles(profiles, *Identifier::parse("88.999.1/free")).profile, nullptr);
}

// A newer version that reads the codes of an older one as mistyped does not make them so.
TEST(CodingProfile, AMatchOfAnOlderVersionWinsOverAWrongCheckCharacterOfANewerOne) {
    std::string over_suffix(CodingProfile::nonferrous_default().json());
    over_suffix.replace(over_suffix.find("\"over\":\"identifier\""), 19, "\"over\":\"suffix\"");
    std::vector<CodingProfile> const profiles{CodingProfile::nonferrous_default(), *CodingProfile::parse(over_suffix)};
    auto const renderer = profiles[1].renderer(*Prefix::parse("88.999.3212001"),
                                               {{"class", "PD"}, {"product", "PB99994"}, {"date", "2026-11-22"}},
                                               at("2026-11-22T02:00:00Z"));
    ASSERT_TRUE(renderer);
    auto const code = *Identifier::parse(renderer->render(5));
    ASSERT_EQ(int(profiles[0].shape(code)), int(Shape::WrongCheck));
    auto const match = match_profiles(profiles, code);
    EXPECT_EQ(match.profile, &profiles[1]);
    EXPECT_EQ(int(match.shape), int(Shape::Match));
}

TEST(CodingProfile, KeepsTheDocumentByteForByte) {
    std::string text = profile_json(R"({"name":"n","kind":"counter","width":4})", "  ");
    EXPECT_EQ(CodingProfile::parse(text)->json(), text);
}

TEST(BusinessDate, KnowsLeapDays) {
    EXPECT_TRUE(is_date(DateFormat::YyMmDd, "280229"));
    EXPECT_FALSE(is_date(DateFormat::YyMmDd, "270229"));
    EXPECT_TRUE(is_date(DateFormat::YyDdd, "28366"));
    EXPECT_FALSE(is_date(DateFormat::YyDdd, "27366"));
    EXPECT_FALSE(is_date(DateFormat::YyDdd, "27000"));
    EXPECT_FALSE(is_date(DateFormat::YyyyMm, "202613"));
    EXPECT_FALSE(parse_iso_date("2026-02-29"));
    EXPECT_EQ(format_iso_date(*parse_iso_date("2026-11-22")), "2026-11-22");
}

}  // namespace
}  // namespace ingot::ident
