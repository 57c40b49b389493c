// Decimal text to exact integers (spec/trace-semantics.md 1.2). Amounts are int64 in the base unit of their dimension:
// 1 mg, 1 piece, 1 ml, 1 mm, 1 mm2. No floating point. Thread safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.hpp"
#include "storage/graph_table.hpp"

namespace ingot::tracechain {

// A factor mantissa * 10^exponent: 28349.523125 is {28349523125, -6}.
struct DecimalFactor {
    uint64_t mantissa = 1;
    int exponent = 0;
};

// A unit of UN/ECE Recommendation 20: the dimension it measures and base units in one of it.
struct Unit {
    storage::BasisKind basis = storage::BasisKind::count;  // gross_mass, count, volume, length or area
    DecimalFactor factor;
};

// The unit of an EPCIS `uom`; no uom at all counts pieces. Nothing for a code outside the table of 1.2.
std::optional<Unit> find_unit(std::string_view uom);
inline constexpr Unit kPieces{storage::BasisKind::count, {1, 0}};
inline constexpr Unit kKilogram{storage::BasisKind::gross_mass, {1, 6}};

// economic and custom amounts are kept in millionths of the unit the reporter used.
inline constexpr DecimalFactor kReporterUnit{1, 6};
// Assay values are kept in 10^-12 of mass: percent, g/t, ppb and fraction.
std::optional<DecimalFactor> find_assay_unit(std::string_view uom);  // P1, 59, 61, C62
inline constexpr DecimalFactor kPercent{1, 10};
inline constexpr int64_t kWholeMass = 1'000'000'000'000;

inline constexpr int64_t kAmountMax = 4'000'000'000'000'000'000;

// a + b and a - b, held at the ends of int64. Sums of accounts are taken with these and refused above kAmountMax
// (capture_account.hpp), so a held one is never stored.
int64_t held_sum(int64_t a, int64_t b);
int64_t held_difference(int64_t a, int64_t b);

struct ExactAmount {
    int64_t value = 0;
    bool rounded = false;  // less than one base unit was lost: warning amount-rounded
    bool operator==(ExactAmount const&) const = default;
};

// True for the grammar of JSON numbers, which decimals in strings follow too.
bool is_decimal(std::string_view text);

// text * factor, half to even. BadNumber (not the grammar), AmountNegative (unless `negative_allowed`), AmountTooSmall
// (not zero, but rounds to it), AmountRange (more than 40 digits, exponent outside -30..30, result beyond 4e18).
Result<ExactAmount> parse_amount(std::string_view text, DecimalFactor factor, bool negative_allowed = false);

}  // namespace ingot::tracechain
