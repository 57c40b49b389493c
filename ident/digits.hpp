// ASCII digits and letters, whatever the locale.
#pragma once

#include <algorithm>
#include <string_view>

namespace ingot::ident {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }
constexpr bool all_digits(std::string_view text) { return std::all_of(text.begin(), text.end(), is_digit); }

}  // namespace ingot::ident
