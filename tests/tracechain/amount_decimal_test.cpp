// Decimal text to exact amounts: the tables of spec/trace-semantics.md 1.2.
#include <gtest/gtest.h>

#include "tracechain/amount.hpp"

namespace ingot::tracechain {
namespace {

using storage::BasisKind;

struct AmountCase {
    std::string_view text, uom;
    int64_t stored;
    bool rounded = false;
};

TEST(Amount, DecimalTextBecomesExactBaseUnits) {
    constexpr AmountCase kCases[] = {
        {"12.5", "TNE", 12'500'000'000},
        {"0.0000015", "KGM", 2, true},
        {"0.0000025", "KGM", 2, true},  // half to even
        {"0.0000035", "KGM", 4, true},
        {"0.00000250000000001", "KGM", 3, true},
        {"1", "LBR", 453'592, true},
        {"100", "LBR", 45'359'237},
        {"1e3", "KGM", 1'000'000'000},
        {"1000.000", "KGM", 1'000'000'000},
        {"1E+3", "KGM", 1'000'000'000},
        {"1e-6", "KGM", 1},
        {"0", "KGM", 0},
        {"-0", "KGM", 0},
        {"-0.0e5", "KGM", 0},
        {"0e30", "KTN", 0},
        {"4000000000000", "KGM", kAmountMax},
        {"1", "ONZ", 28'350, true},
        {"1000000", "ONZ", 28'349'523'125},
        {"1", "APZ", 31'103, true},
        {"10000", "APZ", 311'034'768},
        {"1", "STN", 907'184'740},
        {"1", "LTN", 1'016'046'909, true},
        {"10", "LTN", 10'160'469'088},
        {"1", "KGM", 1'000'000},
        {"1", "GRM", 1'000},
        {"1", "MGM", 1},
        {"1", "TNE", 1'000'000'000},
        {"1", "DTN", 100'000'000},
        {"1", "KTN", 1'000'000'000'000},
        {"25", "C62", 25},
        {"25", "EA", 25},
        {"25", "H87", 25},
        {"2.5", "C62", 2, true},
        {"1.25", "LTR", 1250},
        {"1.25", "MTQ", 1'250'000},
        {"7", "MLT", 7},
        {"1.5", "MTR", 1500},
        {"7", "MMT", 7},
        {"1.5", "KMT", 1'500'000},
        {"1.5", "MTK", 1'500'000},
        {"7", "MMK", 7},
        {"1234567890123456789.0123456789012345678e-19", "KGM", 123'457, true},
    };
    for (AmountCase const& row : kCases) {
        auto unit = find_unit(row.uom);
        ASSERT_TRUE(unit) << row.uom;
        auto amount = parse_amount(row.text, unit->factor);
        ASSERT_TRUE(amount) << row.text << " " << amount.error().detail;
        EXPECT_EQ(amount->value, row.stored) << row.text << " " << row.uom;
        EXPECT_EQ(amount->rounded, row.rounded) << row.text << " " << row.uom;
    }
}

TEST(Amount, RefusalsNameWhatIsWrong) {
    struct Case {
        std::string_view text;
        Code code;
    };
    constexpr Case kCases[] = {
        {"0.0000005", Code::AmountTooSmall},
        {"0.00000049999999999999999999999999999999", Code::AmountTooSmall},
        {"1e-30", Code::AmountTooSmall},
        {"0.0000000000000000000000000000000000001e30", Code::AmountTooSmall},
        {"4000000000000.000001", Code::AmountRange},
        {"4000000000001", Code::AmountRange},
        {"1e31", Code::AmountRange},
        {"0e31", Code::AmountRange},
        {"1e-31", Code::AmountRange},
        {"1e999999999999999999999", Code::AmountRange},
        {"1e30", Code::AmountRange},
        {"11111111111111111111111111111111111111111", Code::AmountRange},  // 41 digits
        {"0.0000000000000000000000000000000000000000", Code::AmountRange},
        {"-1", Code::AmountNegative},
        {"-0.0000001", Code::AmountNegative},
        {"", Code::BadNumber},
        {"-", Code::BadNumber},
        {"+1", Code::BadNumber},
        {"01", Code::BadNumber},
        {"1.", Code::BadNumber},
        {".5", Code::BadNumber},
        {"1e", Code::BadNumber},
        {"1e+", Code::BadNumber},
        {"0x10", Code::BadNumber},
        {" 1", Code::BadNumber},
        {"1 ", Code::BadNumber},
        {"1,5", Code::BadNumber},
        {"NaN", Code::BadNumber},
    };
    for (Case const& row : kCases) {
        auto amount = parse_amount(row.text, kKilogram.factor);
        ASSERT_FALSE(amount) << row.text;
        EXPECT_EQ(amount.error().code, row.code) << row.text;
        EXPECT_FALSE(amount.error().detail.empty());
        EXPECT_FALSE(amount.error().detail_zh.empty());
    }
}

TEST(Amount, FortyDigitsAreTakenExactly) {
    auto amount = parse_amount("1234567.890123456789012345678901234567890", kKilogram.factor);
    ASSERT_TRUE(amount);
    EXPECT_EQ(amount->value, 1'234'567'890'123);
    EXPECT_TRUE(amount->rounded);
    auto exact = parse_amount("1234567.890123000000000000000000000000000", kKilogram.factor);
    ASSERT_TRUE(exact);
    EXPECT_FALSE(exact->rounded);
}

TEST(Amount, NegativeIsReadWhereADeltaIsMeant) {
    auto amount = parse_amount("-40.5", kKilogram.factor, true);
    ASSERT_TRUE(amount);
    EXPECT_EQ(amount->value, -40'500'000);
}

TEST(Amount, UnitsKnowTheirDimension) {
    EXPECT_EQ(find_unit("KGM")->basis, BasisKind::gross_mass);
    EXPECT_EQ(find_unit("LTR")->basis, BasisKind::volume);
    EXPECT_EQ(find_unit("MTR")->basis, BasisKind::length);
    EXPECT_EQ(find_unit("MTK")->basis, BasisKind::area);
    EXPECT_EQ(find_unit("EA")->basis, BasisKind::count);
    EXPECT_FALSE(find_unit("kgm"));
    EXPECT_FALSE(find_unit("CEL"));
    EXPECT_FALSE(find_unit(""));
}

TEST(Amount, AssayUnitsMakePartsPerTrillion) {
    EXPECT_EQ(parse_amount("100", *find_assay_unit("P1"))->value, kWholeMass);
    EXPECT_EQ(parse_amount("850", *find_assay_unit("59"))->value, 850'000'000);
    EXPECT_EQ(parse_amount("5", *find_assay_unit("61"))->value, 5'000);
    EXPECT_EQ(parse_amount("0.6", *find_assay_unit("C62"))->value, 600'000'000'000);
    EXPECT_FALSE(find_assay_unit("KGM"));
}

}  // namespace
}  // namespace ingot::tracechain
