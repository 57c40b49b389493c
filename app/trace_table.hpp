// A trace answer as a table that a person can act on: shares, masses, dates, what is missing, and the closure line.
#pragma once

#include <string>
#include <string_view>

namespace ingot::app {

// `answer` is the JSON of /v1/trace/upstream or /downstream; `rows` cuts the table, the rest is counted.
std::string trace_table(std::string_view answer, size_t rows, bool chinese);

// 1234567.5 -> "1,234,567.5": at most `digits` fraction digits, trailing zeros cut.
std::string grouped(double value, int digits);

}  // namespace ingot::app
