#include "tracechain/epcis_format.hpp"

#include <array>

namespace ingot::tracechain {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_letter(char c) { return is_upper(c) || (c >= 'a' && c <= 'z'); }
bool is_hex(char c) { return is_digit(c) || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f'); }

constexpr std::array<bool, 256> make_uri_table() {
    std::array<bool, 256> table{};
    for (int c = '0'; c <= '9'; ++c) table[size_t(c)] = true;
    for (int c = 'A'; c <= 'Z'; ++c) table[size_t(c)] = true;
    for (int c = 'a'; c <= 'z'; ++c) table[size_t(c)] = true;
    for (char c : std::string_view("-._~:/?#[]@!$&'()*+,;=")) table[size_t(c)] = true;
    return table;
}
constexpr std::array<bool, 256> kUriCharacters = make_uri_table();

bool starts_with_any(std::string_view text, std::initializer_list<std::string_view> starts) {
    for (std::string_view start : starts)
        if (text.starts_with(start)) return true;
    return false;
}

int64_t unit_seconds(char unit, bool time_part) {
    if (!time_part) return unit == 'W' ? 604800 : unit == 'D' ? 86400 : 0;
    return unit == 'H' ? 3600 : unit == 'M' ? 60 : unit == 'S' ? 1 : 0;
}

// Position of a unit in the order W D H M S, so that PT1M1H is refused.
int unit_rank(char unit, bool time_part) {
    if (!time_part) return unit == 'W' ? 1 : 2;
    return unit == 'H' ? 3 : unit == 'M' ? 4 : 5;
}

}  // namespace

bool is_uri(std::string_view text) {
    if (text.empty() || !is_letter(text[0])) return false;
    size_t at = 1;
    while (at < text.size() &&
           (is_letter(text[at]) || is_digit(text[at]) || text[at] == '+' || text[at] == '.' || text[at] == '-'))
        ++at;
    if (at >= text.size() || text[at] != ':' || at + 1 == text.size()) return false;
    for (++at; at < text.size(); ++at) {
        if (kUriCharacters[uint8_t(text[at])]) continue;
        if (text[at] != '%' || at + 2 >= text.size() || !is_hex(text[at + 1]) || !is_hex(text[at + 2])) return false;
        at += 2;
    }
    return true;
}

std::optional<Time> read_date_time(std::string_view text) {
    if (text.size() < 20 || text[10] != 'T' || text.back() == 'z') return std::nullopt;
    return parse_time(text);
}

bool is_offset(std::string_view text) {
    if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return false;
    if (!is_digit(text[1]) || !is_digit(text[2]) || !is_digit(text[4]) || !is_digit(text[5]) || text[4] > '5')
        return false;
    int hours = (text[1] - '0') * 10 + (text[2] - '0');
    return hours <= 13 || (hours == 14 && text[4] == '0' && text[5] == '0');
}

bool is_other_word_uri(std::string_view text) {
    return is_uri(text) &&
           !starts_with_any(text, {"urn:epcglobal:cbv", "http://ns.gs1.org/cbv/", "https://ns.gs1.org/cbv/"});
}

bool is_measurement_uri(std::string_view text) {
    return is_uri(text) && !starts_with_any(text, {"http://gs1.org/voc/", "https://gs1.org/voc/",
                                                   "http://www.gs1.org/voc/", "https://www.gs1.org/voc/"});
}

bool is_schema_version(std::string_view text) {
    bool after_digit = false;
    for (char c : text) {
        if (c == '.' ? !after_digit : !is_digit(c)) return false;
        after_digit = c != '.';
    }
    return after_digit && (text == "2" || text.starts_with("2."));
}

bool is_uom(std::string_view text) {
    if (text.size() < 2 || text.size() > 3) return false;
    for (char c : text)
        if (!is_upper(c) && !is_digit(c)) return false;
    return true;
}

std::optional<int64_t> read_duration(std::string_view text) {
    constexpr int64_t kSecondsMax = 100LL * 366 * 86400;
    if (text.size() < 3 || text[0] != 'P') return std::nullopt;
    int64_t seconds = 0;
    int rank = 0;
    bool time_part = false;
    for (size_t at = 1; at < text.size();) {
        if (text[at] == 'T' && !time_part && at + 1 < text.size()) {
            time_part = true;
            ++at;
        }
        int64_t number = 0;
        size_t first = at;
        for (; at < text.size() && is_digit(text[at]); ++at)
            if ((number = number * 10 + (text[at] - '0')) > kSecondsMax) return std::nullopt;
        if (at == first || at == text.size()) return std::nullopt;
        int64_t unit = unit_seconds(text[at], time_part);
        if (unit == 0 || unit_rank(text[at], time_part) <= rank) return std::nullopt;
        rank = unit_rank(text[at++], time_part);
        seconds += number * unit;
        if (number > kSecondsMax / unit || seconds > kSecondsMax) return std::nullopt;
    }
    return seconds * 1'000'000;
}

}  // namespace ingot::tracechain
