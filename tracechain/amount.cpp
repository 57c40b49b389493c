#include "tracechain/amount.hpp"

#include <array>
#include <limits>

#include "base/encoding.hpp"

namespace ingot::tracechain {
namespace {

using storage::BasisKind;

struct UnitRow {
    std::string_view uom;
    Unit unit;
};

constexpr std::array kUnits = {
    UnitRow{"KGM", {BasisKind::gross_mass, {1, 6}}},
    UnitRow{"GRM", {BasisKind::gross_mass, {1, 3}}},
    UnitRow{"MGM", {BasisKind::gross_mass, {1, 0}}},
    UnitRow{"TNE", {BasisKind::gross_mass, {1, 9}}},
    UnitRow{"DTN", {BasisKind::gross_mass, {1, 8}}},
    UnitRow{"KTN", {BasisKind::gross_mass, {1, 12}}},
    UnitRow{"LBR", {BasisKind::gross_mass, {45359237, -2}}},
    UnitRow{"ONZ", {BasisKind::gross_mass, {28349523125, -6}}},
    UnitRow{"APZ", {BasisKind::gross_mass, {311034768, -4}}},
    UnitRow{"STN", {BasisKind::gross_mass, {907184740, 0}}},
    UnitRow{"LTN", {BasisKind::gross_mass, {10160469088, -1}}},
    UnitRow{"C62", {BasisKind::count, {1, 0}}},
    UnitRow{"EA", {BasisKind::count, {1, 0}}},
    UnitRow{"H87", {BasisKind::count, {1, 0}}},
    UnitRow{"LTR", {BasisKind::volume, {1, 3}}},
    UnitRow{"MTQ", {BasisKind::volume, {1, 6}}},
    UnitRow{"MLT", {BasisKind::volume, {1, 0}}},
    UnitRow{"MTR", {BasisKind::length, {1, 3}}},
    UnitRow{"MMT", {BasisKind::length, {1, 0}}},
    UnitRow{"KMT", {BasisKind::length, {1, 6}}},
    UnitRow{"MTK", {BasisKind::area, {1, 6}}},
    UnitRow{"MMK", {BasisKind::area, {1, 0}}},
};

__extension__ using Product = unsigned __int128;

constexpr size_t kDigitsMax = 40;
constexpr int kExponentMax = 30;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// A natural number below 2^256: room for 40 digits times a factor of 36 bits.
class Wide {
  public:
    void multiply_add(uint64_t factor, uint64_t addend) {
        Product carry = addend;
        for (uint64_t& limb : limbs_) {
            carry += static_cast<Product>(limb) * factor;
            limb = uint64_t(carry);
            carry >>= 64;
        }
    }
    unsigned divide_by_ten() {  // answers the remainder
        uint64_t rest = 0;
        for (size_t i = limbs_.size(); i-- > 0;) {
            Product part = (static_cast<Product>(rest) << 64) | limbs_[i];
            limbs_[i] = uint64_t(part / 10);
            rest = uint64_t(part % 10);
        }
        return unsigned(rest);
    }
    bool is_zero() const { return (limbs_[0] | limbs_[1] | limbs_[2] | limbs_[3]) == 0; }
    bool fits() const { return (limbs_[1] | limbs_[2] | limbs_[3]) == 0 && limbs_[0] <= uint64_t(kAmountMax); }
    bool is_odd() const { return (limbs_[0] & 1) != 0; }
    int64_t low() const { return int64_t(limbs_[0]); }

  private:
    std::array<uint64_t, 4> limbs_{};
};

struct Decimal {
    Wide digits;
    size_t digit_count = 0;
    int fraction_digits = 0;
    int exponent = 0;
    bool negative = false;
};

// The text has the grammar of is_decimal.
Decimal read_decimal(std::string_view text) {
    Decimal out;
    size_t at = 0;
    if (text[0] == '-') out.negative = true, ++at;
    bool fraction = false;
    for (; at < text.size() && (is_digit(text[at]) || text[at] == '.'); ++at) {
        if (text[at] == '.') {
            fraction = true;
            continue;
        }
        if (++out.digit_count > kDigitsMax) return out;
        out.digits.multiply_add(10, uint64_t(text[at] - '0'));
        if (fraction) ++out.fraction_digits;
    }
    if (at < text.size()) {
        bool minus = text[++at] == '-';
        if (minus || text[at] == '+') ++at;
        for (; at < text.size() && out.exponent <= kExponentMax; ++at)
            out.exponent = out.exponent * 10 + (text[at] - '0');
        if (minus) out.exponent = -out.exponent;
    }
    return out;
}

tl::unexpected<Error> out_of_range(std::string_view text) {
    return fail(Code::AmountRange,
                "the amount " + excerpt(text) +
                    " is out of range: at most 40 digits, exponent -30 to 30, result at most 4e18 base units",
                "数量 " + excerpt(text) + " 超出范围：最多 40 位数字，指数 -30 到 30，结果不超过 4e18 个基本单位");
}

}  // namespace

int64_t held_sum(int64_t a, int64_t b) {
    int64_t sum = 0;
    if (!__builtin_add_overflow(a, b, &sum)) return sum;
    return a < 0 ? std::numeric_limits<int64_t>::min() : std::numeric_limits<int64_t>::max();
}

int64_t held_difference(int64_t a, int64_t b) {
    int64_t difference = 0;
    if (!__builtin_sub_overflow(a, b, &difference)) return difference;
    return a < 0 ? std::numeric_limits<int64_t>::min() : std::numeric_limits<int64_t>::max();
}

std::optional<Unit> find_unit(std::string_view uom) {
    for (UnitRow const& row : kUnits)
        if (row.uom == uom) return row.unit;
    return std::nullopt;
}

std::optional<DecimalFactor> find_assay_unit(std::string_view uom) {
    if (uom == "P1") return kPercent;
    if (uom == "59") return DecimalFactor{1, 6};
    if (uom == "61") return DecimalFactor{1, 3};
    if (uom == "C62") return DecimalFactor{1, 12};
    return std::nullopt;
}

bool is_decimal(std::string_view text) {
    size_t at = 0;
    auto digits = [&] {
        size_t from = at;
        while (at < text.size() && is_digit(text[at])) ++at;
        return at - from;
    };
    if (at < text.size() && text[at] == '-') ++at;
    size_t whole = at;
    size_t count = digits();
    if (count == 0 || (count > 1 && text[whole] == '0')) return false;
    if (at < text.size() && text[at] == '.') {
        ++at;
        if (digits() == 0) return false;
    }
    if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
        ++at;
        if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
        if (digits() == 0) return false;
    }
    return at == text.size();
}

Result<ExactAmount> parse_amount(std::string_view text, DecimalFactor factor, bool negative_allowed) {
    if (!is_decimal(text)) {
        return fail(Code::BadNumber, "\"" + excerpt(text) + "\" is not a decimal number such as 1206.5",
                    "\"" + excerpt(text) + "\" 不是十进制数；例如 1206.5");
    }
    Decimal decimal = read_decimal(text);
    if (decimal.digit_count > kDigitsMax || decimal.exponent > kExponentMax || decimal.exponent < -kExponentMax)
        return out_of_range(text);
    bool is_zero = decimal.digits.is_zero();
    if (decimal.negative && !is_zero && !negative_allowed) {
        return fail(Code::AmountNegative, "the amount " + excerpt(text) + " is negative; amounts are zero or more",
                    "数量 " + excerpt(text) + " 为负；数量不能小于零");
    }

    Wide product = decimal.digits;
    product.multiply_add(factor.mantissa, 0);
    int scale = factor.exponent + decimal.exponent - decimal.fraction_digits;
    for (; scale > 0 && !is_zero; --scale) {
        if (!product.fits()) return out_of_range(text);
        product.multiply_add(10, 0);
    }
    unsigned last = 0;
    bool more = false;  // digits below the last one
    for (; scale < 0 && !(product.is_zero() && last == 0); ++scale) {
        more = more || last != 0;
        last = product.divide_by_ten();
    }
    if (scale < 0) more = more || last != 0, last = 0;
    bool rounded = last != 0 || more;
    if (last > 5 || (last == 5 && (more || product.is_odd()))) product.multiply_add(1, 1);
    if (!product.fits()) return out_of_range(text);
    if (product.is_zero() && !is_zero) {
        return fail(Code::AmountTooSmall,
                    "the amount " + excerpt(text) + " is less than one base unit (1 mg, 1 ml, 1 mm)",
                    "数量 " + excerpt(text) + " 小于一个基本单位（1 mg、1 ml、1 mm）");
    }
    return ExactAmount{decimal.negative ? -product.low() : product.low(), rounded};
}

}  // namespace ingot::tracechain
