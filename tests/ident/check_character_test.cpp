#include "ident/check_character.hpp"

#include <gtest/gtest.h>

#include <string>

namespace ingot::ident {
namespace {

bool verifies(std::string_view text) {
    return CheckCharacter().feed(text.substr(0, text.size() - 1)).verifies(text.back());
}

// identifiers.md 7.2
TEST(CheckCharacter, GivesTheKnownAnswers) {
    EXPECT_EQ(check_character("123AB"), 'X');
    EXPECT_EQ(check_character("DADPIDA3897722461"), 'J');
    EXPECT_EQ(check_character("A12425GABC1234002"), 'M');
    EXPECT_EQ(check_character("88.999.3212001/PD.PB99994.20261122.000123"), 'T');
    EXPECT_EQ(check_character("889993212001PDPB9999420261122000123"), 'T');
}

TEST(CheckCharacter, SkipsSeparatorsAndFoldsCase) {
    EXPECT_EQ(check_character("1-2/3.ab"), 'X');
    EXPECT_TRUE(verifies("123ab-x"));
    EXPECT_FALSE(verifies("123ABY"));
}

TEST(CheckCharacter, ContinuesFromACopy) {
    CheckCharacter start;
    start.feed("88.999.3212001/PD.PB99994.20261122.");
    EXPECT_EQ(CheckCharacter(start).feed("000123").character(), 'T');
    EXPECT_TRUE(CheckCharacter(start).feed("000123").verifies('T'));
    EXPECT_FALSE(CheckCharacter(start).feed("000123").verifies('-'));
}

TEST(CheckCharacter, CatchesEverySingleSubstitutionAndAdjacentSwap) {
    std::string const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    std::string const right = "889993212001PDPB9999420261122000123T";
    for (size_t i = 0; i < right.size(); ++i)
        for (char c : alphabet) {
            std::string wrong = right;
            wrong[i] = c;
            EXPECT_EQ(verifies(wrong), c == right[i]) << wrong;
        }
    for (size_t i = 0; i + 1 < right.size(); ++i) {
        std::string wrong = right;
        std::swap(wrong[i], wrong[i + 1]);
        EXPECT_EQ(verifies(wrong), wrong == right) << wrong;
    }
}

}  // namespace
}  // namespace ingot::ident
