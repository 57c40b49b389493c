// The formats F1 to F5, versions, units and durations (spec/epcis-rest.md 2).
#include "tracechain/epcis_format.hpp"

#include <gtest/gtest.h>

#include "tracechain/epcis_words.hpp"

namespace ingot::tracechain {
namespace {

struct TextCase {
    std::string_view text;
    bool right;
};

TEST(EpcisFormat, UrisAreAsciiWithScheme) {
    constexpr TextCase kCases[] = {
        {"https://id.gs1.org/01/09527001000309", true},
        {"urn:epc:idpat:sgtin:4012345.066666.*", true},
        {"geo:50.947573340894124,6.922120147375441", true},
        {"ni:///sha-256;df7b?ver=CBV2.0", true},
        {"a:b", true},
        {"A+b-c.1:x", true},
        {"http://[::1]/%7E#f", true},
        {"", false},
        {":x", false},
        {"a:", false},
        {"1a:x", false},
        {"plain", false},
        {"http://a b", false},
        {"http://a/%", false},
        {"http://a/%4", false},
        {"http://a/%4g", false},
        {"http://a/\"", false},
        {"http://a/<", false},
        {"http://a/{x}", false},
        {"http://a/x\\y", false},
        {"http://a/x^", false},
        {"http://\xE9\x93\x85.cn/", false},
        {" http://a/", false},
    };
    for (TextCase const& row : kCases) EXPECT_EQ(is_uri(row.text), row.right) << row.text;
}

TEST(EpcisFormat, DateTimesNeedTAndOffset) {
    constexpr TextCase kCases[] = {
        {"2026-11-22T06:10:00+08:00", true},
        {"2026-11-22T06:10:00Z", true},
        {"2026-11-22T06:10:00.123456789012Z", true},
        {"2024-02-29T00:00:00-14:00", true},
        {"2016-12-31T23:59:60Z", true},
        {"2017-01-01T07:59:60+08:00", true},
        {"2026-02-29T00:00:00Z", false},
        {"2026-13-01T00:00:00Z", false},
        {"2026-11-22T06:10:00", false},
        {"2026-11-22 06:10:00Z", false},
        {"2026-11-22t06:10:00Z", false},
        {"2026-11-22T06:10:00z", false},
        {"2026-11-22T24:00:00Z", false},
        {"2026-11-22T06:60:00Z", false},
        {"2026-11-22T06:10:60Z", false},
        {"2026-11-22T06:10Z", false},
        {"2026-11-22T06:10:00.Z", false},
        {"2026-11-22T06:10:00+0800", false},
        {"2026-11-22", false},
        {"", false},
    };
    for (TextCase const& row : kCases) EXPECT_EQ(read_date_time(row.text).has_value(), row.right) << row.text;
    EXPECT_EQ(read_date_time("2016-12-31T23:59:60Z"), read_date_time("2017-01-01T00:00:00Z"));
}

TEST(EpcisFormat, OffsetsEndAtFourteenHours) {
    constexpr TextCase kCases[] = {
        {"+08:00", true},  {"-00:00", true},  {"+13:59", true},   {"+14:00", true},  {"-14:00", true},
        {"+14:01", false}, {"+15:00", false}, {"+8:00", false},   {"08:00", false},  {"+08:60", false},
        {"+0800", false},  {"Z", false},      {"+08:00 ", false}, {"+20:00", false}, {"", false},
    };
    for (TextCase const& row : kCases) EXPECT_EQ(is_offset(row.text), row.right) << row.text;
}

TEST(EpcisFormat, OtherVocabulariesAreNotTheOldCbvForms) {
    EXPECT_TRUE(is_other_word_uri("https://ingot.example/ns/step/smelting"));
    EXPECT_TRUE(is_other_word_uri("https://ref.gs1.org/cbv/BizStep-shipping"));
    EXPECT_TRUE(is_other_word_uri("cbv:BizStep-shipping"));
    EXPECT_FALSE(is_other_word_uri("urn:epcglobal:cbv:bizstep:shipping"));
    EXPECT_FALSE(is_other_word_uri("http://ns.gs1.org/cbv/x"));
    EXPECT_FALSE(is_other_word_uri("https://ns.gs1.org/cbv/x"));
    EXPECT_FALSE(is_other_word_uri("shipping"));
    EXPECT_TRUE(is_measurement_uri("ingot:MassFraction"));
    EXPECT_TRUE(is_measurement_uri("https://ref.gs1.org/voc/Temperature"));
    for (std::string_view text : {"http://gs1.org/voc/X", "https://gs1.org/voc/X", "http://www.gs1.org/voc/X",
                                  "https://www.gs1.org/voc/X", "Temperature"})
        EXPECT_FALSE(is_measurement_uri(text)) << text;
}

TEST(EpcisFormat, SchemaVersionIsMajorTwo) {
    for (std::string_view text : {"2", "2.0", "2.0.1", "2.10"}) EXPECT_TRUE(is_schema_version(text)) << text;
    for (std::string_view text : {"1.2", "3.0", "20", "2.", ".2", "2..0", "2.x", "", "v2"})
        EXPECT_FALSE(is_schema_version(text)) << text;
}

TEST(EpcisFormat, UomIsTwoOrThreeCapitalsOrDigits) {
    for (std::string_view text : {"KGM", "EA", "59", "P1", "C62"}) EXPECT_TRUE(is_uom(text)) << text;
    for (std::string_view text : {"kg", "K", "KGMX", "KG ", ""}) EXPECT_FALSE(is_uom(text)) << text;
}

TEST(EpcisFormat, DurationsHaveFixedLength) {
    EXPECT_EQ(read_duration("PT12H"), 12LL * 3600 * 1'000'000);
    EXPECT_EQ(read_duration("P1DT6H30M15S"), ((24 + 6) * 3600 + 30 * 60 + 15) * 1'000'000LL);
    EXPECT_EQ(read_duration("P2W"), 14LL * 86400 * 1'000'000);
    for (std::string_view text : {"P", "PT", "P1Y", "P1M", "1D", "PT1D", "P1H", "PT1M1H", "PT1H1H", "P-1D", "PT1.5H",
                                  "P99999999999999999999D", "P1DT", "", "PTT1H", "P40000D"})
        EXPECT_FALSE(read_duration(text)) << text;
}

TEST(EpcisWords, ListsAreClosed) {
    EXPECT_TRUE(is_word(WordList::BizStep, "void_shipping"));
    EXPECT_TRUE(is_word(WordList::BizStep, "accepting"));
    EXPECT_FALSE(is_word(WordList::BizStep, "transforming"));
    EXPECT_FALSE(is_word(WordList::BizStep, ""));
    EXPECT_TRUE(is_word(WordList::Disposition, "sellable_not_accessible"));
    EXPECT_TRUE(is_word(WordList::BizTransaction, "upevt"));
    EXPECT_TRUE(is_word(WordList::Measurement, "Wavenumber"));
    EXPECT_TRUE(is_word(WordList::Component, "z"));
    EXPECT_TRUE(is_word(WordList::Reason, "did_not_occur"));
    EXPECT_FALSE(is_word(WordList::Reason, "shipping"));
    EXPECT_FALSE(is_word(WordList::None, ""));
    EXPECT_EQ(bare_word(WordList::BizStep, "https://ref.gs1.org/cbv/BizStep-shipping"), "shipping");
    EXPECT_EQ(bare_word(WordList::BizStep, "https://ref.gs1.org/cbv/BizStep-smelting"),
              "https://ref.gs1.org/cbv/BizStep-smelting");
}

}  // namespace
}  // namespace ingot::tracechain
