#include "ident/check_character.hpp"

namespace ingot::ident {
namespace {

constexpr char kAlphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

// 0 to 35, or -1 outside the alphabet.
int value_of(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'A' && c <= 'Z') return c - 'A' + 10;
    if (c >= 'a' && c <= 'z') return c - 'a' + 10;
    return -1;
}

}  // namespace

CheckCharacter& CheckCharacter::feed(std::string_view text) {
    uint32_t product = product_;
    for (char c : text) {
        int value = value_of(c);
        if (value < 0) continue;
        uint32_t sum = product + uint32_t(value);
        if (sum >= 36) sum -= 36;
        if (sum >= 36) sum -= 36;
        if (sum == 0) sum = 36;
        product = 2 * sum;
        if (product >= 37) product -= 37;
    }
    product_ = product;
    return *this;
}

char CheckCharacter::character() const { return kAlphabet[(37 - product_) % 36]; }

bool CheckCharacter::verifies(char last) const {
    int value = value_of(last);
    return value >= 0 && (product_ + uint32_t(value)) % 36 == 1;
}

char check_character(std::string_view text) { return CheckCharacter().feed(text).character(); }

}  // namespace ingot::ident
