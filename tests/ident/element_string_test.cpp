#include <gtest/gtest.h>

#include "ident/gs1.hpp"

namespace ingot::ident {
namespace {

std::string answer(Result<DigitalLink> const& link) {
    if (!link) return std::string(slug(link.error().code));
    std::string out = link->path();
    for (auto const& attribute : link->attributes) out += " " + attribute.ai + "=" + attribute.value;
    return out;
}

TEST(ElementString, CutsByPredefinedLengthsAndSeparators) {
    EXPECT_EQ(answer(parse_element_string("010952700100030910L2611A\x1D"
                                          "21B000123")),
              "/01/09527001000309/10/L2611A/21/B000123");
    EXPECT_EQ(answer(parse_element_string("010952700100030917271130\x1D"
                                          "10L2611A")),
              "/01/09527001000309/10/L2611A 17=271130");
    EXPECT_EQ(answer(parse_element_string("010952700100030910L2611A\x1D")), "/01/09527001000309/10/L2611A");
    EXPECT_EQ(answer(parse_element_string("00395270010000047114")), "/00/395270010000047114");
    EXPECT_EQ(answer(parse_element_string("21S\x1D"
                                          "10L\x1D"
                                          "0109527001000309")),
              "/01/09527001000309/10/L/21/S");
    EXPECT_EQ(answer(parse_element_string("003952700100000471140209527001000309\x1D"
                                          "3720")),
              "/00/395270010000047114 02=09527001000309 37=20");
}

TEST(ElementString, NamesWhatIsWrong) {
    EXPECT_EQ(answer(parse_element_string("0109527001000308"
                                          "10X")),
              "dl_check_digit");
    EXPECT_EQ(answer(parse_element_string("01095270010003")), "dl_length");
    EXPECT_EQ(answer(parse_element_string("010952700100030910")), "dl_empty_value");
    EXPECT_EQ(answer(parse_element_string("010952700100030910\x1D"
                                          "21S")),
              "dl_empty_value");
    EXPECT_EQ(answer(parse_element_string("010952700100030988X")), "dl_unknown_ai");
    EXPECT_EQ(answer(parse_element_string("10L2611A")), "dl_no_key");
    EXPECT_EQ(answer(parse_element_string("010952700100030910A^21B")), "dl_charset");
    EXPECT_EQ(answer(parse_element_string("010952700100030910A\x1D"
                                          "10B")),
              "dl_duplicate_ai");
    EXPECT_EQ(answer(parse_element_string("010952700100030921A\x1D"
                                          "235B")),
              "dl_qualifier_order");
    EXPECT_EQ(answer(parse_element_string("4159527001000019")), "dl_required_qualifier");
}

TEST(ElementString, SameValueTwiceIsOne) {
    EXPECT_EQ(answer(parse_element_string("010952700100030910A\x1D"
                                          "10A")),
              "/01/09527001000309/10/A");
}

TEST(ElementString, LotBesideThirdPartySerialIsAnAttribute) {
    EXPECT_EQ(answer(parse_element_string("0109527001000309235T\x1D"
                                          "10A")),
              "/01/09527001000309/235/T 10=A");
}

TEST(ElementString, ReadsBrackets) {
    EXPECT_EQ(answer(parse_bracketed_element_string("(01)09527001000309(3103)025000(10)L2611A")),
              "/01/09527001000309/10/L2611A 3103=025000");
    EXPECT_EQ(answer(parse_bracketed_element_string("(01)09527001000309(10)A\\(B)")), "/01/09527001000309/10/A%28B%29");
    EXPECT_EQ(answer(parse_bracketed_element_string("(01) 09527001000309 (10) L2611A")),
              "/01/09527001000309/10/L2611A");
    EXPECT_EQ(answer(parse_bracketed_element_string("(01)09527001000309(88)X")), "dl_unknown_ai");
    EXPECT_EQ(answer(parse_bracketed_element_string("(01")), "dl_unknown_ai");
    EXPECT_EQ(answer(parse_bracketed_element_string("(01)")), "dl_empty_value");
}

TEST(ElementString, PrintsPredefinedLengthsFirst) {
    auto link = parse_digital_link("https://n.example/01/09527001000309/10/L2611A/21/B1?17=271130&3103=025000");
    ASSERT_TRUE(link);
    EXPECT_EQ(link->element_string(),
              "0109527001000309172711303103025000"
              "10L2611A\x1D"
              "21B1");
    EXPECT_EQ(parse_element_string(link->element_string())->path(), link->path());
    EXPECT_EQ(
        parse_bracketed_element_string("(01) 09527001000309 (10) L2611A (21) B1 (17) 271130 (3103) 025000")->path(),
        link->path());
}

TEST(PlainKey, TakesRightCheckDigitsOnly) {
    EXPECT_EQ(parse_plain_key("9527001000309")->path(), "/01/09527001000309");
    EXPECT_EQ(parse_plain_key("395270010000047114")->path(), "/00/395270010000047114");
    for (auto text : {"9527001000308", "395270010000047115", "123", "952700100030A", ""})
        EXPECT_FALSE(parse_plain_key(text)) << text;
}

}  // namespace
}  // namespace ingot::ident
