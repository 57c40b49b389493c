#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "ident/gs1.hpp"
#include "ident/gs1_ai_table.hpp"
#include "tests/ident/shared_data.hpp"

namespace ingot::ident {
namespace {

using Json = nlohmann::json;

std::string extra(Error const& error, std::string const& name) {
    for (auto const& item : error.extras) {
        if (item.name != name) continue;
        if (auto number = std::get_if<int64_t>(&item.value)) return std::to_string(*number);
        if (auto text = std::get_if<std::string>(&item.value)) return *text;
    }
    return "";
}

TEST(DigitalLink, AnswersTheExampleTableWithCodesAndPositions) {
    size_t rows = 0;
    for (auto const& line : shared_lines("own/dl-uris.jsonl")) {
        Json row = Json::parse(line);
        std::string uri = row["uri"];
        auto link = parse_digital_link(uri);
        ++rows;
        ASSERT_EQ(link.has_value(), row["valid"].get<bool>()) << uri << (link ? "" : slug(link.error().code));
        if (link) {
            EXPECT_EQ(link->canonical(), row["canonical"].get<std::string>()) << uri;
            continue;
        }
        EXPECT_EQ(slug(link.error().code), row["code"].get<std::string>()) << uri;
        EXPECT_EQ(extra(link.error(), "position"), std::to_string(row["position"].get<int>())) << uri;
        EXPECT_EQ(extra(link.error(), "expected"), row["expected"].is_null() ? "" : row["expected"].get<std::string>())
            << uri;
    }
    EXPECT_TRUE(rows == 0 || rows == 83);
}

// The rows of the page again as requests to this node: the key stands first, positions are 20 smaller.
TEST(DigitalLink, RequestTargetsCountFromTheTarget) {
    auto code_at = [](std::string const& target) {
        auto link = parse_digital_link_target(target);
        return link ? link->path() : std::string(slug(link.error().code)) + " @" + extra(link.error(), "position");
    };
    EXPECT_EQ(code_at("/01/09527001000309/10/L2611A/"), "/01/09527001000309/10/L2611A");
    EXPECT_EQ(code_at("/shop/a/01/09527001000309/10/L2611A"), "dl_no_key @0");
    EXPECT_EQ(code_at("/01/09527001000408/01/09527001000309"), "dl_duplicate_ai @19");
    EXPECT_EQ(code_at("/01/09527001000300"), "dl_check_digit @4");
    EXPECT_EQ(code_at("/01/09527001000309/88/X1"), "dl_unknown_ai @19");
    EXPECT_EQ(code_at("/gtin/09527001000309/lot/L2611A"), "dl_alpha_removed @1");
    EXPECT_EQ(code_at("/01"), "dl_odd_segments @1");
    EXPECT_EQ(code_at("/10/L2611A"), "dl_no_key @0");
    EXPECT_EQ(code_at("/01/09527001000309?10=L2611A"), "dl_query_should_be_path @19");
    EXPECT_EQ(code_at("/ARFUWwVS6iDMXt1rqA"), "dl_compressed @1");
    EXPECT_EQ(code_at("/415/9527001000019"), "dl_required_qualifier @18");
    EXPECT_EQ(code_at("/01/09527001000309?17="), "dl_empty_value @22");
    EXPECT_EQ(slug(parse_digital_link_target("/01/09527001000309/10/L?x=" + std::string(2048, 'a')).error().code),
              "target-too-long");
}

TEST(DigitalLink, StemOfTheNodeIsSkipped) {
    DigitalLinkOptions options;
    options.stem = "/dl";
    EXPECT_EQ(parse_digital_link_target("/dl/01/09527001000309", options)->path(), "/01/09527001000309");
    auto refused = parse_digital_link_target("/dl/01/09527001000300", options);
    EXPECT_EQ(extra(refused.error(), "position"), "7");
}

TEST(DigitalLink, ErrorSaysWhatWouldBeRight) {
    auto refused = parse_digital_link_target("/01/09527001000309/21/B000123/10/L2611A");
    ASSERT_FALSE(refused);
    EXPECT_EQ(extra(refused.error(), "position"), "30");
    EXPECT_EQ(extra(refused.error(), "length"), "2");
    EXPECT_EQ(extra(refused.error(), "ai"), "10");
    EXPECT_EQ(extra(refused.error(), "expected"), "22,10,21");
    EXPECT_EQ(extra(refused.error(), "solve"), "/01/09527001000309/10/L2611A/21/B000123");
    auto solve = [](std::string const& target) { return extra(parse_digital_link_target(target).error(), "solve"); };
    EXPECT_EQ(solve("/01/09527001000300/10/L2611A"), "/01/09527001000309");
    EXPECT_EQ(solve("/8013/9527001PBING-A22"), "/8013/9527001PBING-ASY");
    EXPECT_EQ(solve("/gtin/09527001000309/lot/L2611A"), "/01/09527001000309/10/L2611A");
    EXPECT_EQ(solve("/01/09527001000309/10/L?21=S"), "/01/09527001000309/10/L/21/S");
}

TEST(DigitalLink, ShortNameInAnotherPlaceEndsToo) {
    for (auto target : {"/x/gtin", "/gtin", "/x/gtin/lot", "/lot/x/gtin/y", "/ser/gtin"})
        EXPECT_EQ(slug(parse_digital_link_target(target).error().code), "dl_alpha_removed") << target;
}

TEST(DigitalLink, StrictOptionRefusesShortGtin) {
    DigitalLinkOptions strict;
    strict.short_gtin = false;
    EXPECT_EQ(slug(parse_digital_link("https://n.example/01/9527001000309", strict).error().code), "dl_length");
}

TEST(DigitalLink, RefusesHostsAndPortsThatAreNone) {
    for (auto uri : {"https:///01/09527001000309", "https://a:/01/09527001000309", "https://a:12x/01/09527001000309",
                     "https://[::1/01/09527001000309", "https://u@a/01/09527001000309"})
        EXPECT_EQ(slug(parse_digital_link(uri).error().code), "dl_host") << uri;
    for (auto uri : {"https://[::1]:8443/01/09527001000309", "https://127.0.0.1:8443/01/09527001000309",
                     "https://xn--fiqs8s/01/09527001000309"})
        EXPECT_TRUE(parse_digital_link(uri)) << uri;
}

// gs1-resolver.md 2.3
TEST(CheckDigit, GivesTheKnownAnswers) {
    EXPECT_EQ(gs1_check_digit("0952700100030"), '9');
    EXPECT_EQ(gs1_check_digit("39527001000004711"), '4');
    EXPECT_EQ(gs1_check_pair("9527001PBING-A"), "SY");
    EXPECT_EQ(gs1_check_pair("a b"), std::nullopt);
}

TEST(AiTable, HoldsTheKeysAndTheirFlags) {
    for (auto const& key : key_rows()) EXPECT_NE(find_ai(key.ai), nullptr) << key.ai;
    for (auto ai : {"00", "3105", "3699", "4333", "717", "7239", "99", "8200", "416", "3909"})
        EXPECT_EQ(find_ai(ai) != nullptr, std::string(ai) != "3699") << ai;
    for (auto ai : {"88", "04", "3106", "418", "718", "8201", "1", "", "010"}) EXPECT_EQ(find_ai(ai), nullptr) << ai;
    for (auto ai : {"03", "21", "22", "235", "7040", "7041", "8020", "8011", "8014", "8019", "8040", "8043", "8200"})
        EXPECT_FALSE(find_ai(ai)->attribute) << ai;
    for (auto ai : {"10", "17", "3103", "243", "8012"}) EXPECT_TRUE(find_ai(ai)->attribute) << ai;
    for (auto ai : {"00", "01", "17", "20", "3103", "3695", "414"}) EXPECT_TRUE(find_ai(ai)->predefined) << ai;
    for (auto ai : {"10", "21", "30", "37", "390", "8006", "7001"})
        EXPECT_FALSE(find_ai(ai) && find_ai(ai)->predefined) << ai;
    for (auto const& row : ai_rows()) EXPECT_EQ(row.ai.size(), ai_length(row.ai)) << row.ai;
}

// One good and one bad value for each check of gs1-resolver.md 2.2.
TEST(AiTable, ChecksValues) {
    struct Row {
        std::string ai, good, bad, code;
    };
    for (auto const& row : {Row{"17", "271130", "271332", "dl_value_format"},
                            Row{"17", "280229", "270229", "dl_value_format"},
                            Row{"17", "271100", "271131", "dl_value_format"},
                            Row{"7006", "271130", "271100", "dl_value_format"},
                            Row{"4324", "2711302359", "2711302400", "dl_value_format"},
                            Row{"7250", "19000228", "19000229", "dl_value_format"},
                            Row{"8008", "2711302359", "2711302460", "dl_value_format"},
                            Row{"421", "156100000", "000100000", "dl_value_format"},
                            Row{"423", "156276", "156000", "dl_value_format"},
                            Row{"423", "156", "15", "dl_length"},
                            Row{"4307", "CN", "XX", "dl_value_format"},
                            Row{"3912", "156100", "000100", "dl_value_format"},
                            Row{"4309", "18000000003600000000", "18000000013600000000", "dl_value_format"},
                            Row{"4321", "1", "2", "dl_value_format"},
                            Row{"4330", "000100-", "000100+", "dl_value_format"},
                            Row{"4330", "000100", "00010", "dl_length"},
                            Row{"7030", "999X", "998X", "dl_value_format"},
                            Row{"7040", "1AB2", "1AB.", "dl_value_format"},
                            Row{"7241", "10", "11", "dl_value_format"},
                            Row{"7252", "9", "3", "dl_value_format"},
                            Row{"7258", "1/2", "2/1", "dl_value_format"},
                            Row{"8001", "12345678912311", "00005678912311", "dl_value_format"},
                            Row{"8006", "095270010003090103", "095270010003090301", "dl_value_format"},
                            Row{"8011", "1", "01", "dl_value_format"},
                            Row{"4300", "A%20B", "A%2", "dl_value_format"},
                            Row{"8014", "9527001PBING-ASY", "9527001PBING-A22", "dl_check_pair"},
                            Row{"253", "9527001000903COA", "9527001000904COA", "dl_check_digit"},
                            Row{"8030", "aZ-_=", "a+b", "dl_charset"},
                            Row{"8010", "9527001#-/A", "9527001a", "dl_charset"},
                            Row{"401", "9527X", "952X", "dl_company_prefix"},
                            Row{"20", "00", "0", "dl_length"},
                            Row{"10", "!\"%&'()*+,-./:;<=>?_", "A#", "dl_charset"},
                            Row{"10", "1", "", "dl_empty_value"}}) {
        EXPECT_TRUE(check_ai_value(*find_ai(row.ai), row.good)) << row.ai << " " << row.good;
        auto refused = check_ai_value(*find_ai(row.ai), row.bad);
        ASSERT_FALSE(refused) << row.ai << " " << row.bad;
        EXPECT_EQ(slug(refused.error().code), row.code) << row.ai << " " << row.bad;
    }
}

}  // namespace
}  // namespace ingot::ident
