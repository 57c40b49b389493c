// Check digit of numeric keys and check character pair of the GMN (GS1 General Specifications 7.9;
// gs1-resolver.md 2.3).
#include <array>

#include "ident/gs1.hpp"
#include "ident/gs1_ai_table.hpp"

namespace ingot::ident {
namespace {

constexpr std::string_view kCset82 =
    "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kPairAlphabet = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
// Weights from the right; a GMN has at most 23 characters before its pair.
constexpr std::array<uint32_t, 23> kPrimes = {2,  3,  5,  7,  11, 13, 17, 19, 23, 29, 31, 37,
                                              41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83};
static_assert(kCset82.size() == 82);

}  // namespace

int cset82_index(char c) {
    size_t at = kCset82.find(c);
    return at == std::string_view::npos ? -1 : int(at);
}

char gs1_check_digit(std::string_view digits) {
    uint32_t sum = 0, weight = 3;
    for (size_t i = digits.size(); i-- > 0; weight = 4 - weight) sum += weight * uint32_t(digits[i] - '0');
    return char('0' + (10 - sum % 10) % 10);
}

std::optional<std::string> gs1_check_pair(std::string_view text) {
    if (text.size() > kPrimes.size()) return std::nullopt;
    uint32_t sum = 0;
    for (size_t i = 0; i < text.size(); ++i) {
        int value = cset82_index(text[text.size() - 1 - i]);
        if (value < 0) return std::nullopt;
        sum += uint32_t(value) * kPrimes[i];
    }
    sum %= 1021;
    return std::string{kPairAlphabet[sum >> 5], kPairAlphabet[sum & 31]};
}

}  // namespace ingot::ident
