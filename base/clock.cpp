#include "base/clock.hpp"

#include <array>
#include <cstdio>

namespace ingot {
namespace {

using std::chrono::days;
using std::chrono::seconds;

// Reads exactly `count` digits at `at`; -1 when they are not there.
int read_digits(std::string_view text, size_t at, size_t count) {
    if (at + count > text.size()) return -1;
    int value = 0;
    for (size_t i = at; i < at + count; ++i) {
        if (text[i] < '0' || text[i] > '9') return -1;
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

struct Offset {
    int minutes = 0;
    bool valid = false;
};

Offset read_offset(std::string_view text) {
    if (text == "Z" || text == "z") return {0, true};
    if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return {};
    int hours = read_digits(text, 1, 2);
    int minutes = read_digits(text, 4, 2);
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return {};
    int total = hours * 60 + minutes;
    return {text[0] == '-' ? -total : total, true};
}

}  // namespace

Time SystemClock::now() const { return std::chrono::floor<Micros>(std::chrono::system_clock::now()); }

Steady SystemClock::steady() const { return std::chrono::steady_clock::now(); }

std::string format_time(Time time, int digits) {
    auto day = std::chrono::floor<days>(time);
    std::chrono::year_month_day date(day);
    int64_t rest = (time - day).count();
    int64_t second = rest / 1'000'000;
    char text[64];
    std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d", int(date.year()), unsigned(date.month()),
                  unsigned(date.day()), int(second / 3600), int(second / 60 % 60), int(second % 60));
    std::string out = text;
    if (digits == 3) std::snprintf(text, sizeof text, ".%03d", int(rest % 1'000'000 / 1000));
    if (digits == 6) std::snprintf(text, sizeof text, ".%06d", int(rest % 1'000'000));
    if (digits == 3 || digits == 6) out += text;
    return out + "Z";
}

std::optional<Time> parse_time(std::string_view text) {
    int year = read_digits(text, 0, 4), month = read_digits(text, 5, 2), day = read_digits(text, 8, 2);
    int hour = read_digits(text, 11, 2), minute = read_digits(text, 14, 2), second = read_digits(text, 17, 2);
    if (text.size() < 20 || text[4] != '-' || text[7] != '-' || (text[10] != 'T' && text[10] != 't') ||
        text[13] != ':' || text[16] != ':')
        return std::nullopt;
    if (year < 1 || month < 1 || day < 1 || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 ||
        second > 60)
        return std::nullopt;
    std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(unsigned(month)),
                                     std::chrono::day(unsigned(day))};
    if (!date.ok()) return std::nullopt;

    size_t at = 19;
    int64_t micros = 0;
    if (text[at] == '.') {
        size_t first = ++at;
        int64_t scale = 100'000;
        while (at < text.size() && text[at] >= '0' && text[at] <= '9') {
            micros += scale * (text[at++] - '0');
            scale /= 10;
        }
        if (at == first) return std::nullopt;
    }
    Offset offset = read_offset(text.substr(at));
    if (!offset.valid) return std::nullopt;

    auto utc = std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute - offset.minutes);
    if (second == 60) {
        auto minute_of_day = std::chrono::floor<std::chrono::minutes>(utc - std::chrono::floor<days>(utc)).count();
        if (minute_of_day != 23 * 60 + 59) return std::nullopt;
        micros = 0;
    }
    return Time(std::chrono::duration_cast<Micros>((utc + seconds(second)).time_since_epoch()) + Micros(micros));
}

std::string format_http_date(Time time) {
    static constexpr std::array kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                           "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    auto day = std::chrono::floor<days>(time);
    std::chrono::year_month_day date(day);
    int64_t second = (time - day).count() / 1'000'000;
    char text[64];
    std::snprintf(text, sizeof text, "%s, %02u %s %04d %02d:%02d:%02d GMT",
                  kDays[std::chrono::weekday(day).c_encoding()], unsigned(date.day()),
                  kMonths[unsigned(date.month()) - 1], int(date.year()), int(second / 3600), int(second / 60 % 60),
                  int(second % 60));
    return text;
}

}  // namespace ingot
