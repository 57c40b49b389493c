#include "ident/identifier.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace ingot::ident {
namespace {

struct Grammar {
    std::string text, prefix, suffix;  // empty prefix: refused
};

// identifiers.md 2.1, row by row, and neighbours.
Grammar const kGrammar[] = {
    {"88.118.8/JXDY2106023", "88.118.8", "JXDY2106023"},
    {"88.1/a/b", "88.1", "a/b"},
    {"88.111.1", "0.NA", "88.111.1"},
    {"0.na/88.111.1", "0.NA", "88.111.1"},
    {"0.NA/88.111.1", "0.NA", "88.111.1"},
    {"88.111.1.4/x", "88.111.1.4", "x"},
    {"20.500.99999/A1", "20.500.99999", "A1"},
    {"99.zz/x y", "99.zz", "x y"},
    {"88.423.10010/铅锭-01", "88.423.10010", "铅锭-01"},
    {"88.111.1/", "", ""},
    {"/x", "", ""},
    {"88..1/x", "", ""},
    {".88/x", "", ""},
    {"88.111.1./x", "", ""},
    {"88.1 1/x", "", ""},
    {"铅.1/x", "", ""},
    {"", "", ""},
    {"88", "", ""},
    {std::string("88.1/a\0b", 8), "", ""},
    {"88.1/\xC0\xAF", "", ""},
};

TEST(Identifier, ReadsTheGrammarTable) {
    for (auto const& row : kGrammar) {
        auto identifier = Identifier::parse(row.text);
        ASSERT_EQ(identifier.has_value(), !row.prefix.empty()) << row.text;
        if (!identifier) {
            EXPECT_EQ(identifier.error().code, Code::InvalidIdentifier) << row.text;
            EXPECT_FALSE(identifier.error().detail_zh.empty()) << row.text;
            continue;
        }
        EXPECT_EQ(identifier->prefix().text(), row.prefix) << row.text;
        EXPECT_EQ(identifier->suffix(), row.suffix) << row.text;
    }
}

TEST(Identifier, BarePrefixIsItsPrefixRecord) {
    auto bare = Identifier::parse("88.111.1"), full = Identifier::parse("0.na/88.111.1");
    ASSERT_TRUE(bare && full);
    EXPECT_EQ(*bare, *full);
    EXPECT_TRUE(bare->is_prefix_record());
    EXPECT_EQ(bare->subject_prefix().canonical(), "88.111.1");
    EXPECT_EQ(bare->display(), "0.NA/88.111.1");
    EXPECT_FALSE(Identifier::parse("0.NA/88.111.1/x")->is_prefix_record());
    EXPECT_FALSE(Identifier::parse("88.1/88.2")->is_prefix_record());
    EXPECT_THROW(Identifier::parse("88.1/88.2")->subject_prefix(), std::logic_error);
}

TEST(Identifier, LeadingZerosCount) {
    EXPECT_FALSE(*Identifier::parse("88.101.0042/1") == *Identifier::parse("88.101.42/1"));
}

TEST(Identifier, FoldsAsciiLettersOnlyAndKeepsTheDisplayForm) {
    auto lower = Identifier::parse("88.1.x/aé铅"), upper = Identifier::parse("88.1.X/AÉ铅");
    EXPECT_EQ(lower->canonical(), "88.1.X/Aé铅");
    EXPECT_EQ(lower->display(), "88.1.x/aé铅");
    EXPECT_FALSE(*lower == *upper);  // é and É are not ASCII
    EXPECT_EQ(*Identifier::parse("88.1/ab"), *Identifier::parse("88.1/AB"));
}

TEST(Identifier, CaseSensitiveKeepsCaseButNotInTheNamingAuthority) {
    auto text = Identifier::parse("88.1/ab", CaseRule::Sensitive);
    EXPECT_EQ(text->canonical(), "88.1/ab");
    EXPECT_EQ(Identifier::parse("0.na/88.Ab", CaseRule::Sensitive)->canonical(), "0.NA/88.Ab");
}

TEST(Identifier, DefaultCaseRuleAppliesWhereNoneIsPassed) {
    set_default_case_rule(CaseRule::Sensitive);
    auto sensitive = Identifier::parse("88.1/ab");
    set_default_case_rule(CaseRule::Insensitive);
    EXPECT_EQ(sensitive->canonical(), "88.1/ab");
    EXPECT_EQ(Identifier::parse("88.1/ab")->canonical(), "88.1/AB");
}

TEST(Identifier, LimitsHoldAtTheValueAndOnePastIt) {
    EXPECT_TRUE(Identifier::parse("88.1/" + std::string(2043, 'x')));
    EXPECT_FALSE(Identifier::parse("88.1/" + std::string(2044, 'x')));
    EXPECT_TRUE(Identifier::parse_for_registration("88.1/" + std::string(1019, 'x')));
    EXPECT_FALSE(Identifier::parse_for_registration("88.1/" + std::string(1020, 'x')));
    EXPECT_TRUE(Identifier::parse("88." + std::string(252, '1') + "/x"));
    EXPECT_FALSE(Identifier::parse("88." + std::string(253, '1') + "/x"));
    EXPECT_TRUE(Identifier::parse_for_registration("88." + std::string(61, '1') + "/x"));
    EXPECT_FALSE(Identifier::parse_for_registration("88." + std::string(62, '1') + "/x"));
}

struct Refused {
    char32_t first, last;
};

// identifiers.md 2.2, every class at both ends.
constexpr Refused kRefused[] = {
    {0xFDD0, 0xFDEF}, {0xFFFE, 0xFFFF}, {0x1FFFE, 0x1FFFF}, {0x10FFFE, 0x10FFFF}, {0xFFFD, 0xFFFD}, {0x01, 0x20},
    {0x7F, 0xA0},     {0x1680, 0x1680}, {0x2000, 0x200F},   {0x2028, 0x202F},     {0x205F, 0x2064}, {0x2066, 0x2069},
    {0x61C, 0x61C},   {0xFEFF, 0xFEFF}, {0xAD, 0xAD},       {0xFF0D, 0xFF19},     {0xFF21, 0xFF3A}, {0xFF3F, 0xFF3F},
    {0xFF41, 0xFF5A}, {0x3000, 0x3000}, {0x300, 0x36F},     {0x1AB0, 0x1AFF},     {0x1DC0, 0x1DFF}, {0x20D0, 0x20FF},
    {0xFE20, 0xFE2F}, {0x1100, 0x11FF}, {0xA960, 0xA97F},   {0xD7B0, 0xD7FF},     {0xF900, 0xFAFF}, {0x2F800, 0x2FA1F},
    {U'\\', U'\\'},   {U'"', U'"'},     {U'<', U'<'},       {U'>', U'>'},         {U'^', U'^'},     {U'{', U'}'},
    {U'`', U'`'},
};

std::string utf8(char32_t c) {
    std::string out;
    if (c < 0x80) {
        out += char(c);
    } else if (c < 0x800) {
        out += {char(0xC0 | c >> 6), char(0x80 | (c & 63))};
    } else if (c < 0x10000) {
        out += {char(0xE0 | c >> 12), char(0x80 | (c >> 6 & 63)), char(0x80 | (c & 63))};
    } else {
        out += {char(0xF0 | c >> 18), char(0x80 | (c >> 12 & 63)), char(0x80 | (c >> 6 & 63)), char(0x80 | (c & 63))};
    }
    return out;
}

TEST(Registration, RefusesEveryCharacterOfTheTableAndReadsItStill) {
    for (auto const& range : kRefused)
        for (char32_t c = range.first; c <= range.last; ++c) {
            std::string text = "88.1/a" + utf8(c) + "b";
            EXPECT_FALSE(Identifier::parse_for_registration(text)) << "U+" << std::hex << uint32_t(c);
            EXPECT_TRUE(Identifier::parse(text)) << "U+" << std::hex << uint32_t(c);
        }
}

TEST(Registration, AcceptsNeighboursOfTheRefusedRanges) {
    for (char32_t c : {U'!',
                       U'#',
                       U'?',
                       U'%',
                       U'&',
                       U'+',
                       U';',
                       U'=',
                       U'@',
                       U'_',
                       U'~',
                       U'[',
                       U']',
                       char32_t(0xA1),
                       char32_t(0xAE),
                       char32_t(0x2FF),
                       char32_t(0x370),
                       char32_t(0x10FF),
                       char32_t(0x1200),
                       char32_t(0x2010),
                       char32_t(0x2070),
                       char32_t(0x4E00),
                       char32_t(0xAC00),
                       char32_t(0xFF0C),
                       char32_t(0xFF1A),
                       char32_t(0xFFFC),
                       char32_t(0x20000),
                       char32_t(0x2FA20)}) {
        EXPECT_TRUE(Identifier::parse_for_registration("88.1/a" + utf8(c) + "b")) << "U+" << std::hex << uint32_t(c);
    }
}

TEST(Registration, RefusesMalformedUtf8) {
    for (std::string bytes : {"\xC0\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE4\xB8", "\x80", "\xFF"})
        EXPECT_FALSE(Identifier::parse_for_registration("88.1/a" + bytes));
}

TEST(Registration, RefusesPathPartsThatBrowsersRewrite) {
    for (std::string suffix : {".", "..", "a/..", "./a", "a/./b", "/a", "a/", "a//b", "/"})
        EXPECT_FALSE(Identifier::parse_for_registration("88.1/" + suffix)) << suffix;
    for (std::string suffix : {"a/b", "...", "a.b/..c", "did.json"})
        EXPECT_TRUE(Identifier::parse_for_registration("88.1/" + suffix)) << suffix;
}

TEST(Registration, NamesTheFullWidthSlip) {
    auto refused = Identifier::parse_for_registration("88.1/Ａ1");
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().detail.find("use half-width"), std::string::npos);
    EXPECT_NE(refused.error().detail.find("U+FF21"), std::string::npos);
}

TEST(Prefix, KnowsTheVaaForm) {
    for (auto text : {"88.101", "88.1021", "88.529", "86.709.612", "88.101.0042", "88.999.3212001"})
        EXPECT_TRUE(Prefix::parse(text)->is_vaa()) << text;
    for (auto text : {"88.1", "88.12", "88.123456.1", "8.101", "88.101.1.2", "20.500.99999x", "88.10a", "0.NA"})
        EXPECT_FALSE(Prefix::parse(text)->is_vaa()) << text;
    EXPECT_EQ(Prefix::parse("88.101.0042")->segments(), 3u);
}

TEST(Prefix, RegistrationRefusesFourPartsUnderNationalIssuers) {
    EXPECT_FALSE(Prefix::parse_for_registration("88.111.1.4"));
    EXPECT_FALSE(Prefix::parse_for_registration("86.111.1.4"));
    EXPECT_TRUE(Prefix::parse_for_registration("20.500.1.4"));
    EXPECT_FALSE(Prefix::parse_for_registration("0.na"));
    EXPECT_TRUE(Prefix::parse_for_registration("88.999.1"));
}

TEST(ReservedName, FollowsTheTable) {
    auto of = [](std::string const& suffix) { return reserved_name(*Identifier::parse("88.608.5288/" + suffix)); };
    EXPECT_EQ(of("META_2f23b2b600"), Reserved::Template);
    EXPECT_EQ(of("meta_x"), Reserved::Template);
    EXPECT_EQ(of("User_12345"), Reserved::Identity);
    EXPECT_EQ(of("APP_zj01"), Reserved::Identity);
    EXPECT_EQ(of("Group_x"), Reserved::Identity);
    EXPECT_EQ(of("admin"), Reserved::Administrator);
    EXPECT_EQ(of("0.0"), Reserved::TrustRoot);
    EXPECT_EQ(of("did.json"), Reserved::DidDocument);
    for (auto free : {"META_", "USER", "User_", "ADMIN1", "0.00", "did.jsonx", "XMETA_1"})
        EXPECT_EQ(of(free), Reserved::None) << free;
}

TEST(ReservedName, InstanceNamedAfterItsTemplateIsOrdinary) {
    size_t asked = 0;
    auto any_exists = [&](std::vector<Identifier> const& names) {
        asked = names.size();
        return std::any_of(names.begin(), names.end(),
                           [](auto const& name) { return name.canonical() == "88.608.5288/META_2F23B2B600"; });
    };
    auto of = [&](std::string const& suffix) {
        return reserved_name(*Identifier::parse("88.608.5288/" + suffix), any_exists);
    };
    EXPECT_EQ(of("META_2f23b2b600TSQ202406231"), Reserved::None);
    EXPECT_EQ(of("META_2f23b2b600铅"), Reserved::None);
    EXPECT_EQ(of("META_2f23b2b600"), Reserved::Template);
    EXPECT_EQ(of("META_2f23b2b60"), Reserved::Template);
    EXPECT_EQ(of("META_2f23b2b600" + std::string(1000, 'x')), Reserved::None);
    EXPECT_EQ(asked, 32u) << "a long name costs no more than a short one";
}

}  // namespace
}  // namespace ingot::ident
