// Civil dates in a named time zone. GCC 12 has no std::chrono time zones; this reads the system's tz database.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string_view>

#include "base/clock.hpp"

namespace ingot {

// Immutable and cheap to copy; thread safe.
class TimeZone {
  public:
    // "Asia/Shanghai" and "UTC" are always known (Shanghai as UTC+8, as it has been since 1991); other names are
    // read from /usr/share/zoneinfo (RFC 8536). Nothing for an unknown name. After the last listed change the last
    // offset holds.
    static std::optional<TimeZone> find(std::string_view name);

    std::chrono::seconds offset_at(Time time) const;
    // The calendar day there.
    std::chrono::year_month_day date_at(Time time) const;

  private:
    struct Rules;
    explicit TimeZone(std::shared_ptr<Rules const> rules) : rules_(std::move(rules)) {}
    std::shared_ptr<Rules const> rules_;  // shared by copies
};

}  // namespace ingot
