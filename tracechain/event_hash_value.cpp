#include "tracechain/event_hash_value.hpp"

#include "ident/event_id.hpp"
#include "tracechain/epcis_format.hpp"
#include "tracechain/event_hash.hpp"

namespace ingot::tracechain {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// ^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$ taken apart; exponents beyond 1000 count as no number.
struct NumberText {
    bool negative = false;
    std::string_view whole, fraction;
    int exponent = 0;
};

std::optional<NumberText> read_number(std::string_view text) {
    NumberText number;
    size_t at = 0;
    auto digits = [&] {
        size_t from = at;
        while (at < text.size() && is_digit(text[at])) ++at;
        return text.substr(from, at - from);
    };
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) number.negative = text[at++] == '-';
    number.whole = digits();
    if (at < text.size() && text[at] == '.') {
        ++at;
        number.fraction = digits();
    }
    if (number.whole.empty() && number.fraction.empty()) return std::nullopt;
    if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
        ++at;
        bool minus = at < text.size() && text[at] == '-';
        if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
        std::string_view exponent = digits();
        if (exponent.empty()) return std::nullopt;
        for (char c : exponent)
            if ((number.exponent = number.exponent * 10 + (c - '0')) > 1000) return std::nullopt;
        if (minus) number.exponent = -number.exponent;
    }
    if (at != text.size()) return std::nullopt;
    return number;
}

bool may_be_gs1(std::string_view text) {
    return text.size() > 8 && (text[0] == 'h' || text[0] == 'H' || text[0] == 'u' || text[0] == 'U');
}

void append_uri(std::string_view text, Names const& names, WordList words, std::string& out) {
    std::string_view rest;
    if (WordList list = word_list_of_urn(text, rest); list != WordList::None) {
        out.append(word_namespace(list)).append(rest);
        return;
    }
    std::optional<std::string> expanded = names.expand_value(text);
    if (expanded) text = *expanded;
    if (words == WordList::Measurement || words == WordList::Exception) {
        constexpr std::string_view kOldVocabulary = "https://gs1.org/voc/";
        if (text.starts_with(kOldVocabulary)) {
            out.append(word_namespace(words)).append(text.substr(kOldVocabulary.size()));
            return;
        }
    }
    if (may_be_gs1(text)) {
        if (auto canonical = ident::epc_canonical(text)) {
            out += *canonical;
            return;
        }
    }
    out += text;
}

}  // namespace

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kSpace = " \t\r\n\f\v";
    size_t from = text.find_first_not_of(kSpace);
    if (from == std::string_view::npos) return {};
    return text.substr(from, text.find_last_not_of(kSpace) - from + 1);
}

bool append_plain_decimal(std::string_view text, std::string& out) {
    if (text.empty() || !(is_digit(text[0]) || text[0] == '.' || text[0] == '+' || text[0] == '-')) return false;
    auto number = read_number(text);
    if (!number) return false;
    std::string digits = std::string(number->whole).append(number->fraction);
    auto point = int64_t(number->whole.size()) + number->exponent;  // digits before the decimal point
    size_t zeros = digits.find_first_not_of('0');
    if (zeros == std::string::npos) {
        out += '0';
        return true;
    }
    digits.erase(0, zeros);
    point -= int64_t(zeros);
    digits.erase(digits.find_last_not_of('0') + 1);
    if (number->negative) out += '-';
    if (point <= 0) {
        out.append("0.").append(size_t(-point), '0').append(digits);
    } else if (size_t(point) >= digits.size()) {
        out.append(digits).append(size_t(point) - digits.size(), '0');
    } else {
        out.append(digits, 0, size_t(point)).append(1, '.').append(digits, size_t(point));
    }
    return true;
}

void append_hash_text(std::string_view text, WordList words, Names const& names, std::string& out) {
    text = trimmed(text);
    if (append_plain_decimal(text, out)) return;
    if (text.find(':') == std::string_view::npos) {
        out.append(word_namespace(words)).append(text);
    } else {
        append_uri(text, names, words, out);
    }
}

void append_hash_time(std::string_view text, std::string& out) {
    text = trimmed(text);
    auto time = read_date_time(text);
    if (!time) {
        out += text;
        return;
    }
    int64_t micros = to_micros(*time) + 500;
    int64_t millis = micros >= 0 ? micros / 1000 : -((-micros + 999) / 1000);
    out += format_time(from_micros(millis * 1000), 3);
}

}  // namespace ingot::tracechain
