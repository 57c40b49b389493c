#include "storage/clock_rules.hpp"

#include <cstring>

namespace ingot::storage {
namespace {

// __DATE__ is "Nov 22 2026".
Time build_date() {
    static constexpr char const* months = "JanFebMarAprMayJunJulAugSepOctNovDec";
    char const* date = __DATE__;
    char month[4] = {date[0], date[1], date[2], 0};
    auto number = unsigned(std::strstr(months, month) - months) / 3 + 1;
    int year = (date[7] - '0') * 1000 + (date[8] - '0') * 100 + (date[9] - '0') * 10 + (date[10] - '0');
    unsigned day = unsigned(date[4] == ' ' ? 0 : date[4] - '0') * 10 + unsigned(date[5] - '0');
    return std::chrono::sys_days(std::chrono::year(year) / std::chrono::month(number) / std::chrono::day(day));
}

}  // namespace

bool clock_suspect(Time now, Time log_time) {
    using namespace std::chrono_literals;
    static Time const built = build_date();
    return now < log_time - 60s || now > built + std::chrono::years(10);
}

}  // namespace ingot::storage
