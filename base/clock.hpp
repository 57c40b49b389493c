// Time arrives through the constructor, so a test can own it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ingot {

using Micros = std::chrono::duration<int64_t, std::micro>;
using Time = std::chrono::time_point<std::chrono::system_clock, Micros>;  // UTC
using Steady = std::chrono::steady_clock::time_point;

class Clock {
  public:
    virtual ~Clock() = default;
    virtual Time now() const = 0;       // wall time; may jump
    virtual Steady steady() const = 0;  // for time-outs and deadlines
};

// The machine's own clocks. Thread safe.
class SystemClock final : public Clock {
  public:
    Time now() const override;
    Steady steady() const override;
};

inline Time from_micros(int64_t micros) { return Time(Micros(micros)); }
inline int64_t to_micros(Time time) { return time.time_since_epoch().count(); }
inline int64_t to_millis(Time time) { return to_micros(time) / 1000; }

// RFC 3339 in UTC with `digits` fraction digits (0, 3 or 6): 2026-11-22T00:00:00.000Z. Cut, not rounded.
std::string format_time(Time time, int digits);

// RFC 3339 with `T` and an offset or `Z`; any number of fraction digits, cut to microseconds; second 60 only at
// 23:59:60 UTC, read as the next second. Years 0001 to 9999. Nothing on any other text.
std::optional<Time> parse_time(std::string_view text);

// HTTP date of RFC 9110 5.6.7: Sun, 06 Nov 1994 08:49:37 GMT.
std::string format_http_date(Time time);

}  // namespace ingot
