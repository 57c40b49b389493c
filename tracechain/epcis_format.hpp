// The text formats F1 to F5 of spec/epcis-rest.md 2 and the durations of trace-semantics.md 1.5. Thread safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/clock.hpp"

namespace ingot::tracechain {

bool is_uri(std::string_view text);                         // F1: RFC 3986, ASCII, with a scheme
std::optional<Time> read_date_time(std::string_view text);  // F2: RFC 3339 with T and an offset or Z
bool is_offset(std::string_view text);                      // F3: +08:00, -14:00 to +14:00
bool is_other_word_uri(std::string_view text);              // F4: F1 and none of the old CBV forms
bool is_measurement_uri(std::string_view text);             // F5: F1 and not in the GS1 Web vocabulary
bool is_schema_version(std::string_view text);              // digits and dots, major 2
bool is_uom(std::string_view text);                         // U3: two or three of A-Z 0-9

// ISO 8601 duration of weeks, days, hours, minutes and seconds in microseconds: P3D, PT12H, P1DT6H30M. Years and
// months have no fixed length and are refused, as is anything beyond 100 years.
std::optional<int64_t> read_duration(std::string_view text);

}  // namespace ingot::tracechain
