#include "ident/business_date.hpp"
#include "ident/digits.hpp"

#include <algorithm>
#include <cstdio>

namespace ingot::ident {
namespace {

using std::chrono::day;
using std::chrono::days;
using std::chrono::month;
using std::chrono::sys_days;
using std::chrono::year;
using std::chrono::year_month_day;

unsigned number(std::string_view digits) {
    unsigned out = 0;
    for (char c : digits) out = out * 10 + unsigned(c - '0');
    return out;
}

bool is_day(unsigned y, unsigned m, unsigned d) { return year_month_day{year(int(y)), month(m), day(d)}.ok(); }

unsigned day_of_year(year_month_day date) {
    return unsigned((sys_days(date) - sys_days(date.year() / 1 / 1)).count()) + 1;
}

}  // namespace

std::optional<DateFormat> parse_date_format(std::string_view word) {
    if (word == "yyyymmdd") return DateFormat::YyyyMmDd;
    if (word == "yymmdd") return DateFormat::YyMmDd;
    if (word == "yyyymm") return DateFormat::YyyyMm;
    if (word == "yyyy") return DateFormat::Yyyy;
    if (word == "yyddd") return DateFormat::YyDdd;
    return std::nullopt;
}

size_t date_length(DateFormat format) {
    switch (format) {
        case DateFormat::YyyyMmDd:
            return 8;
        case DateFormat::Yyyy:
            return 4;
        case DateFormat::YyDdd:
            return 5;
        default:
            return 6;
    }
}

std::string format_date(DateFormat format, year_month_day date) {
    int y = int(date.year());
    unsigned m = unsigned(date.month()), d = unsigned(date.day());
    char out[32];
    switch (format) {
        case DateFormat::YyyyMmDd:
            std::snprintf(out, sizeof out, "%04d%02u%02u", y, m, d);
            break;
        case DateFormat::YyMmDd:
            std::snprintf(out, sizeof out, "%02d%02u%02u", y % 100, m, d);
            break;
        case DateFormat::YyyyMm:
            std::snprintf(out, sizeof out, "%04d%02u", y, m);
            break;
        case DateFormat::Yyyy:
            std::snprintf(out, sizeof out, "%04d", y);
            break;
        case DateFormat::YyDdd:
            std::snprintf(out, sizeof out, "%02d%03u", y % 100, day_of_year(date));
            break;
    }
    return out;
}

bool is_date(DateFormat format, std::string_view text) {
    if (text.size() != date_length(format) || !all_digits(text)) return false;
    switch (format) {
        case DateFormat::YyyyMmDd:
            return is_day(number(text.substr(0, 4)), number(text.substr(4, 2)), number(text.substr(6, 2)));
        case DateFormat::YyMmDd:
            return is_day(2000 + number(text.substr(0, 2)), number(text.substr(2, 2)), number(text.substr(4, 2)));
        case DateFormat::YyyyMm:
            return is_day(number(text.substr(0, 4)), number(text.substr(4, 2)), 1);
        case DateFormat::Yyyy:
            return true;
        case DateFormat::YyDdd: {
            bool leap = year(int(2000 + number(text.substr(0, 2)))).is_leap();
            unsigned nth = number(text.substr(2, 3));
            return nth >= 1 && nth <= (leap ? 366u : 365u);
        }
    }
    return false;
}

std::optional<year_month_day> parse_iso_date(std::string_view text) {
    if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
    std::string_view y = text.substr(0, 4), m = text.substr(5, 2), d = text.substr(8, 2);
    if (!all_digits(y) || !all_digits(m) || !all_digits(d) || !is_day(number(y), number(m), number(d)))
        return std::nullopt;
    return year_month_day{year(int(number(y))), month(number(m)), day(number(d))};
}

std::string format_iso_date(year_month_day date) {
    char out[32];
    std::snprintf(out, sizeof out, "%04d-%02u-%02u", int(date.year()), unsigned(date.month()), unsigned(date.day()));
    return out;
}

}  // namespace ingot::ident
