// Dates inside codes: the five formats of spec/identifiers.md 7.1. Thread safe.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "ident/coding_profile.hpp"

namespace ingot::ident {

// "yyyyMMdd" and so on, as in the profile document.
std::optional<DateFormat> parse_date_format(std::string_view word);
size_t date_length(DateFormat format);
std::string format_date(DateFormat format, std::chrono::year_month_day date);
// Whether the text is a date of the format that exists; two-digit years are 2000 to 2099.
bool is_date(DateFormat format, std::string_view text);

// "2026-11-22"
std::optional<std::chrono::year_month_day> parse_iso_date(std::string_view text);
std::string format_iso_date(std::chrono::year_month_day date);

}  // namespace ingot::ident
