// The value rules of application identifiers (spec/gs1-resolver.md 2.2, "Checks").
#include <algorithm>
#include <span>

#include "ident/digits.hpp"
#include "ident/gs1.hpp"
#include "ident/gs1_ai_table.hpp"

namespace ingot::ident {
namespace {

bool all_zero(std::string_view text) { return text.find_first_not_of('0') == std::string_view::npos; }

bool in_set(char set, char c) {
    switch (set) {
        case 'N':
            return is_digit(c);
        case 'Y':
            return is_digit(c) || (c >= 'A' && c <= 'Z') || c == '#' || c == '-' || c == '/';
        case 'Z':
            return is_digit(c) || is_letter(c) || c == '-' || c == '_' || c == '=';
        default:
            return cset82_index(c) >= 0;
    }
}

uint64_t number(std::string_view digits) {
    uint64_t out = 0;
    for (char c : digits) out = out * 10 + uint64_t(c - '0');
    return out;
}

bool is_day(uint64_t year, uint64_t month, uint64_t day) {
    static constexpr uint64_t kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (month < 1 || month > 12 || day < 1) return false;
    bool leap = year % 4 == 0 && (year < 100 || year % 100 != 0 || year % 400 == 0);
    return day <= kDays[month - 1] + (month == 2 && leap ? 1 : 0);
}

bool is_yymmdd(std::string_view text, bool day_zero_allowed) {
    uint64_t month = number(text.substr(2, 2)), day = number(text.substr(4, 2));
    if (day_zero_allowed && day == 0) return month >= 1 && month <= 12;
    return is_day(number(text.substr(0, 2)), month, day);
}

bool is_percent_encoded(std::string_view text) {
    auto hex = [](char c) { return is_digit(c) || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f'); };
    for (size_t i = 0; i < text.size(); ++i)
        if (text[i] == '%' && (i + 2 >= text.size() || !hex(text[i + 1]) || !hex(text[i + 2]))) return false;
    return true;
}

// "p/t" with p <= t, no leading zeros.
bool is_position_in_sequence(std::string_view text) {
    size_t slash = text.find('/');
    if (slash == std::string_view::npos || slash == 0 || slash + 1 == text.size()) return false;
    std::string_view position = text.substr(0, slash), total = text.substr(slash + 1);
    if (!all_digits(position) || !all_digits(total) || position[0] == '0' || total[0] == '0') return false;
    return number(position) <= number(total);
}

bool is_media_type(std::string_view text) {
    uint64_t type = number(text);
    return (type >= 1 && type <= 10) || (type >= 80 && type <= 99);
}

bool is_piece_of_total(std::string_view text) {
    uint64_t piece = number(text.substr(0, 2)), total = number(text.substr(2, 2));
    return piece >= 1 && piece <= total;
}

bool one_of(std::string_view text, std::string_view characters) {
    return characters.find(text[0]) != std::string_view::npos;
}

struct NamedCheck {
    std::string_view name;
    bool (*holds)(std::string_view);
};

// Checks that answer yes or no and fail as dl_value_format. iban, coupon codes and package types: length and charset
// only, they are not used in metals.
constexpr NamedCheck kFormatChecks[] = {
    {"yymmd0", [](std::string_view v) { return is_yymmdd(v, true); }},
    {"yymmdd", [](std::string_view v) { return is_yymmdd(v, false); }},
    {"yyyymmdd",
     [](std::string_view v) {
         return number(v.substr(0, 4)) >= 100 &&
                is_day(number(v.substr(0, 4)), number(v.substr(4, 2)), number(v.substr(6, 2)));
     }},
    {"hhmi", [](std::string_view v) { return number(v.substr(0, 2)) < 24 && number(v.substr(2, 2)) < 60; }},
    {"hh", [](std::string_view v) { return number(v) < 24; }},
    {"mi", [](std::string_view v) { return number(v) < 60; }},
    {"ss", [](std::string_view v) { return number(v) < 60; }},
    {"pieceoftotal", is_piece_of_total},
    {"zero", [](std::string_view v) { return all_zero(v); }},
    {"nonzero", [](std::string_view v) { return !all_zero(v); }},
    {"nozeroprefix", [](std::string_view v) { return v[0] != '0'; }},
    {"winding", [](std::string_view v) { return one_of(v, "019"); }},
    {"yesno", [](std::string_view v) { return one_of(v, "01"); }},
    {"iso5218", [](std::string_view v) { return one_of(v, "0129"); }},
    {"hyphen", [](std::string_view v) { return v == "-"; }},
    {"latitude", [](std::string_view v) { return number(v) <= 1'800'000'000; }},
    {"longitude", [](std::string_view v) { return number(v) <= 3'600'000'000; }},
    {"mediatype", is_media_type},
    {"importeridx", [](std::string_view v) { return is_digit(v[0]) || is_letter(v[0]) || one_of(v, "-_"); }},
    {"pcenc", is_percent_encoded},
    {"posinseqslash", is_position_in_sequence},
    {"hasnondigit", [](std::string_view v) { return !all_digits(v); }},
    {"iso3166", is_country_number},
    {"iso3166999", [](std::string_view v) { return v == "999" || is_country_number(v); }},
    {"iso3166alpha2", is_country_letters},
    {"iso4217", is_currency_number},
};

tl::unexpected<Error> refuse(Code code, AiRow const& row, std::string detail, std::string detail_zh) {
    Error error{code, "AI " + row.ai + ": " + detail, "应用标识符 " + row.ai + "：" + detail_zh};
    error.with("ai", row.ai);
    return fail(std::move(error));
}

Result<void> check_sum(AiRow const& row, std::string_view value) {
    char right = gs1_check_digit(value.substr(0, value.size() - 1));
    if (right == value.back()) return {};
    auto error = refuse(Code::DlCheckDigit, row, std::string("the check digit must be ") + right,
                        std::string("校验位应为 ") + right);
    error.value().with("expected", std::string(1, right));
    return error;
}

Result<void> check_pair(AiRow const& row, std::string_view value) {
    if (value.size() < 3) return refuse(Code::DlLength, row, "the value is too short", "值太短");
    auto right = gs1_check_pair(value.substr(0, value.size() - 2));
    if (right && *right == value.substr(value.size() - 2)) return {};
    std::string pair = right.value_or("");
    auto error = refuse(Code::DlCheckPair, row, "the check characters must be " + pair, "校验字符应为 " + pair);
    error.value().with("expected", pair);
    return error;
}

Result<void> run_check(AiRow const& row, std::string const& check, std::string_view value) {
    if (check == "csum") return check_sum(row, value);
    if (check == "csumalpha") return check_pair(row, value);
    if (check == "gcp1" || check == "gcp2") {
        size_t at = check == "gcp1" ? 0 : 1;
        if (value.size() >= at + 4 && all_digits(value.substr(at, 4))) return {};
        return refuse(Code::DlCompanyPrefix, row, "the value must begin with a company prefix of at least 4 digits",
                      "值应以至少 4 位数字的厂商识别代码开头");
    }
    for (auto const& named : kFormatChecks)
        if (named.name == check && !named.holds(value))
            return refuse(Code::DlValueFormat, row, "the value is not a valid " + check,
                          "值的格式不正确（" + check + "）");
    return {};
}

// Cuts the value into the row's components: each takes as much as it may. The total length is already right.
Result<std::vector<std::string_view>> cut(AiRow const& row, std::string_view value) {
    std::vector<std::string_view> parts;
    for (auto const& component : row.components) {
        size_t take = std::min(component.max, value.size());
        if (take < component.min && !(component.optional && take == 0))
            return refuse(Code::DlLength, row, "the value is too short", "值的长度不正确");
        parts.push_back(value.substr(0, take));
        value.remove_prefix(take);
    }
    return parts;
}

}  // namespace

Result<void> check_ai_value(AiRow const& row, std::string_view value) {
    if (value.empty()) return refuse(Code::DlEmptyValue, row, "the value is empty", "值为空");
    if (value.size() < row.min_length() || value.size() > row.max_length()) {
        std::string range = std::to_string(row.min_length());
        if (row.max_length() > row.min_length()) range += " to " + std::to_string(row.max_length());
        return refuse(Code::DlLength, row,
                      "the value has " + std::to_string(value.size()) + " characters, not " + range, "值的长度不正确");
    }
    auto parts = cut(row, value);
    if (!parts) return fail(parts.error());
    for (size_t i = 0; i < parts->size(); ++i)
        for (char c : (*parts)[i])
            if (!in_set(row.components[i].set, c))
                return refuse(Code::DlCharset, row, "the value holds a character that is not allowed",
                              "值中含有不允许的字符");
    for (size_t i = 0; i < parts->size(); ++i) {
        if ((*parts)[i].empty()) continue;
        for (auto const& check : row.components[i].checks)
            if (auto checked = run_check(row, check, (*parts)[i]); !checked) return checked;
    }
    return {};
}

std::optional<std::string> with_right_check(AiRow const& row, std::string_view value) {
    size_t at = 0;
    for (auto const& component : row.components) {
        std::string_view part = value.substr(std::min(at, value.size()), component.max);
        std::string out(value);
        auto has = [&](char const* check) {
            return std::find(component.checks.begin(), component.checks.end(), check) != component.checks.end();
        };
        if (has("csum") && part.size() == component.max && all_digits(part)) {
            out[at + part.size() - 1] = gs1_check_digit(part.substr(0, part.size() - 1));
            return out;
        }
        if (has("csumalpha") && part.size() > 2) {
            auto pair = gs1_check_pair(part.substr(0, part.size() - 2));
            if (pair) return out.replace(at + part.size() - 2, 2, *pair);
        }
        at += component.max;
    }
    return std::nullopt;
}

}  // namespace ingot::ident
