#include "ident/identifier.hpp"

#include <algorithm>
#include <atomic>
#include <stdexcept>

#include "base/encoding.hpp"
#include "base/limits.hpp"
#include "ident/digits.hpp"
#include "ident/suffix_rules.hpp"

namespace ingot::ident {
namespace {

constexpr Limits kLimits;
constexpr std::string_view kNa = "0.NA";
std::atomic<CaseRule> default_rule{CaseRule::Insensitive};

bool is_segment_character(char c) {
    return is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '_';
}

bool is_digits(std::string_view text, size_t min, size_t max) {
    return text.size() >= min && text.size() <= max && all_digits(text);
}

std::string fold(std::string_view text, CaseRule rule) {
    return rule == CaseRule::Insensitive ? to_upper_ascii(text) : std::string(text);
}

tl::unexpected<Error> invalid(std::string detail, std::string detail_zh) {
    return fail(Code::InvalidIdentifier, std::move(detail), std::move(detail_zh));
}

Result<void> check_prefix_grammar(std::string_view text) {
    if (text.empty()) return invalid("the prefix is empty", "标识前缀为空");
    if (text.size() > kLimits.prefix_bytes_read_max)
        return invalid("the prefix is over " + std::to_string(kLimits.prefix_bytes_read_max) + " bytes",
                       "标识前缀超过 " + std::to_string(kLimits.prefix_bytes_read_max) + " 字节");
    bool at_start = true;
    for (char c : text) {
        if (c == '.') {
            if (at_start) return invalid("the prefix has an empty part", "标识前缀中有空段");
            at_start = true;
        } else if (is_segment_character(c)) {
            at_start = false;
        } else {
            return invalid("the prefix may hold A-Z a-z 0-9 - _ and dots only, e.g. 88.999.1",
                           "标识前缀只能包含字母、数字、-、_ 和点，例如 88.999.1");
        }
    }
    if (at_start) return invalid("the prefix ends with a dot", "标识前缀不能以点结尾");
    return {};
}

Result<void> check_registered_prefix(std::string_view text) {
    if (text.size() <= kLimits.prefix_bytes_registered_max) return {};
    return invalid("a registered prefix has at most " + std::to_string(kLimits.prefix_bytes_registered_max) + " bytes",
                   "注册的标识前缀最长 " + std::to_string(kLimits.prefix_bytes_registered_max) + " 字节");
}

Result<void> check_suffix_bytes(std::string_view text) {
    if (text.empty()) return invalid("the suffix is empty", "标识后缀为空");
    if (text.find('\0') != std::string_view::npos) return invalid("the suffix holds a NUL", "标识后缀包含 NUL 字符");
    if (!is_utf8(text)) return invalid("the suffix is not well-formed UTF-8", "标识后缀不是有效的 UTF-8 编码");
    return {};
}

Result<void> check_whole_length(size_t bytes, size_t max) {
    if (bytes <= max) return {};
    return invalid("the identifier is over " + std::to_string(max) + " bytes",
                   "标识超过 " + std::to_string(max) + " 字节");
}

}  // namespace

CaseRule default_case_rule() { return default_rule.load(std::memory_order_relaxed); }
void set_default_case_rule(CaseRule rule) { default_rule.store(rule, std::memory_order_relaxed); }

Result<Prefix> Prefix::parse(std::string_view text, CaseRule rule) {
    if (auto checked = check_prefix_grammar(text); !checked) return fail(checked.error());
    if (equal_ignoring_ascii_case(text, kNa)) return Prefix(std::string(kNa), std::string(kNa));
    return Prefix(std::string(text), fold(text, rule));
}

Result<Prefix> Prefix::parse_for_registration(std::string_view text, CaseRule rule) {
    auto prefix = parse(text, rule);
    if (!prefix) return prefix;
    if (auto checked = check_registered_prefix(text); !checked) return fail(checked.error());
    if (prefix->is_na()) return invalid("0.NA holds the prefix records and cannot be hosted", "0.NA 不能作为企业前缀");
    bool national = text.substr(0, 3) == "88." || text.substr(0, 3) == "86.";
    if (national && prefix->segments() > 3)
        return invalid("a prefix under 88 or 86 has two or three parts, e.g. 88.999.1",
                       "88 或 86 开头的前缀应为两段或三段，例如 88.999.1");
    return prefix;
}

bool Prefix::is_vaa() const {
    std::string_view text = text_;
    size_t first = text.find('.');
    if (first == std::string_view::npos || !is_digits(text.substr(0, first), 2, 2)) return false;
    std::string_view rest = text.substr(first + 1);
    size_t second = rest.find('.');
    if (!is_digits(rest.substr(0, second), 3, 5)) return false;
    return second == std::string_view::npos || is_digits(rest.substr(second + 1), 1, 128);
}

size_t Prefix::segments() const { return size_t(std::count(text_.begin(), text_.end(), '.')) + 1; }

Result<Identifier> Identifier::join(Prefix const& prefix, std::string_view suffix, CaseRule rule) {
    if (auto checked = check_suffix_bytes(suffix); !checked) return fail(checked.error());
    std::string display(prefix.text());
    display += '/';
    display += suffix;
    if (auto checked = check_whole_length(display.size(), kLimits.identifier_bytes_read_max); !checked)
        return fail(checked.error());
    std::string canonical = prefix.canonical() + '/' + fold(suffix, rule);
    return Identifier(prefix, std::move(display), std::move(canonical));
}

Result<Identifier> Identifier::read(std::string_view text, CaseRule rule) {
    if (auto checked = check_whole_length(text.size(), kLimits.identifier_bytes_read_max); !checked)
        return fail(checked.error());
    size_t slash = text.find('/');
    auto prefix = Prefix::parse(text.substr(0, slash), rule);
    if (!prefix) return fail(prefix.error());
    if (slash != std::string_view::npos) return join(*prefix, text.substr(slash + 1), rule);
    if (prefix->segments() < 2)
        return invalid("an identifier is prefix/suffix, e.g. 88.999.1/PD.1", "标识应为“前缀/后缀”，例如 88.999.1/PD.1");
    return of_prefix(*prefix);
}

Result<Identifier> Identifier::parse(std::string_view text, CaseRule rule) { return read(text, rule); }

Result<Identifier> Identifier::parse_for_registration(std::string_view text, CaseRule rule) {
    auto identifier = read(text, rule);
    if (!identifier) return identifier;
    if (auto checked = check_registered_prefix(identifier->prefix_.text()); !checked) return fail(checked.error());
    if (auto checked = check_whole_length(text.size(), kLimits.identifier_bytes_registered_max); !checked)
        return fail(checked.error());
    if (auto checked = check_new_suffix(identifier->suffix()); !checked) return fail(checked.error());
    return identifier;
}

Identifier Identifier::of_prefix(Prefix const& prefix) {
    Prefix na{std::string(kNa), std::string(kNa)};
    std::string display = std::string(kNa) + '/' + std::string(prefix.text());
    std::string canonical = std::string(kNa) + '/' + prefix.canonical();
    return Identifier(std::move(na), std::move(display), std::move(canonical));
}

bool Identifier::is_prefix_record() const { return prefix_.is_na() && check_prefix_grammar(suffix()).has_value(); }

Prefix Identifier::subject_prefix() const {
    if (!is_prefix_record()) throw std::logic_error("subject_prefix of " + display_);
    return Prefix(std::string(suffix()), std::string(canonical_suffix()));
}

}  // namespace ingot::ident
