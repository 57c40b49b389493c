// A trace answer as a table that a person can act on: shares, amounts, dates, what is missing, and the closure line.
#pragma once

#include <string>
#include <string_view>

namespace ingot::app {

// `answer`: the JSON of GET /v1/trace/upstream or /downstream. At most `rows` rows, then how many there are more.
// In the language of the process.
std::string trace_table(std::string_view answer, size_t rows);

// "1,234.5": at most `digits` decimals, no trailing zeros.
std::string grouped(double value, int digits);

}  // namespace ingot::app
