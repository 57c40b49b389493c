#include "ident/suffix_rules.hpp"

#include <cstdio>

#include "base/encoding.hpp"

namespace ingot::ident {
namespace {

struct RefusedRange {
    char32_t first, last;
    char const* reason;
    char const* reason_zh;
};

constexpr char const* kControl = "control characters are refused";
constexpr char const* kControlZh = "不允许控制字符";
constexpr char const* kSpace = "spaces are refused";
constexpr char const* kSpaceZh = "不允许空格";
constexpr char const* kInvisible = "invisible and direction-changing characters are refused";
constexpr char const* kInvisibleZh = "不允许不可见字符或方向控制字符";
constexpr char const* kFullWidth = "use half-width";
constexpr char const* kFullWidthZh = "请使用半角字符";
constexpr char const* kCombining = "combining marks are refused; use the composed character";
constexpr char const* kCombiningZh = "不允许组合符号，请使用预组合字符";
constexpr char const* kJamo = "jamo are refused; use composed syllables";
constexpr char const* kJamoZh = "不允许谚文字母，请使用音节字符";
constexpr char const* kCompatibility = "CJK compatibility characters are refused; use the unified character";
constexpr char const* kCompatibilityZh = "不允许兼容汉字，请使用统一汉字";
constexpr char const* kUrl = "it breaks URLs, CSV and label templates";
constexpr char const* kUrlZh = "该字符会破坏网址、CSV 或标签模板";
constexpr char const* kBroken = "it cannot be stored and read back unchanged";
constexpr char const* kBrokenZh = "该字符无法原样保存";

constexpr RefusedRange kRefused[] = {
    {0x00, 0x1F, kControl, kControlZh},
    {0x20, 0x20, kSpace, kSpaceZh},
    {0x22, 0x22, kUrl, kUrlZh},
    {0x3C, 0x3C, kUrl, kUrlZh},
    {0x3E, 0x3E, kUrl, kUrlZh},
    {0x5C, 0x5C, kUrl, kUrlZh},
    {0x5E, 0x5E, kUrl, kUrlZh},
    {0x60, 0x60, kUrl, kUrlZh},
    {0x7B, 0x7D, kUrl, kUrlZh},
    {0x7F, 0x9F, kControl, kControlZh},
    {0xA0, 0xA0, kSpace, kSpaceZh},
    {0xAD, 0xAD, kInvisible, kInvisibleZh},
    {0x300, 0x36F, kCombining, kCombiningZh},
    {0x61C, 0x61C, kInvisible, kInvisibleZh},
    {0x1100, 0x11FF, kJamo, kJamoZh},
    {0x1680, 0x1680, kSpace, kSpaceZh},
    {0x1AB0, 0x1AFF, kCombining, kCombiningZh},
    {0x1DC0, 0x1DFF, kCombining, kCombiningZh},
    {0x2000, 0x200A, kSpace, kSpaceZh},
    {0x200B, 0x200F, kInvisible, kInvisibleZh},
    {0x2028, 0x2029, kSpace, kSpaceZh},
    {0x202A, 0x202E, kInvisible, kInvisibleZh},
    {0x202F, 0x202F, kSpace, kSpaceZh},
    {0x205F, 0x205F, kSpace, kSpaceZh},
    {0x2060, 0x2064, kInvisible, kInvisibleZh},
    {0x2066, 0x2069, kInvisible, kInvisibleZh},
    {0x20D0, 0x20FF, kCombining, kCombiningZh},
    {0x3000, 0x3000, kFullWidth, kFullWidthZh},
    {0xA960, 0xA97F, kJamo, kJamoZh},
    {0xD7B0, 0xD7FF, kJamo, kJamoZh},
    {0xF900, 0xFAFF, kCompatibility, kCompatibilityZh},
    {0xFDD0, 0xFDEF, kBroken, kBrokenZh},
    {0xFE20, 0xFE2F, kCombining, kCombiningZh},
    {0xFEFF, 0xFEFF, kInvisible, kInvisibleZh},
    {0xFF0D, 0xFF19, kFullWidth, kFullWidthZh},
    {0xFF21, 0xFF3A, kFullWidth, kFullWidthZh},
    {0xFF3F, 0xFF3F, kFullWidth, kFullWidthZh},
    {0xFF41, 0xFF5A, kFullWidth, kFullWidthZh},
    {0xFFFD, 0xFFFD, kBroken, kBrokenZh},
    {0x2F800, 0x2FA1F, kCompatibility, kCompatibilityZh},
};

constexpr RefusedRange kNoncharacter = {0, 0, kBroken, kBrokenZh};

RefusedRange const* refusal_of(char32_t point) {
    if ((point & 0xFFFE) == 0xFFFE) return &kNoncharacter;
    for (auto const& range : kRefused) {
        if (point < range.first) return nullptr;
        if (point <= range.last) return &range;
    }
    return nullptr;
}

Result<void> check_path_parts(std::string_view text) {
    if (text.front() == '/' || text.back() == '/')
        return fail(Code::InvalidIdentifier, "the suffix must not begin or end with '/'",
                    "标识后缀不能以“/”开头或结尾");
    for (size_t at = 0; at <= text.size();) {
        size_t end = std::min(text.find('/', at), text.size());
        std::string_view part = text.substr(at, end - at);
        if (part.empty()) return fail(Code::InvalidIdentifier, "the suffix must not hold '//'", "标识后缀不能包含“//”");
        if (part == "." || part == "..")
            return fail(Code::InvalidIdentifier, "the suffix must not hold '.' or '..' as a whole part between slashes",
                        "标识后缀中斜杠之间不能仅为“.”或“..”");
        at = end + 1;
    }
    return {};
}

}  // namespace

Result<void> check_new_characters(std::string_view text, bool allow_space) {
    if (!is_utf8(text))
        return fail(Code::InvalidIdentifier, "the text is not well-formed UTF-8", "文本不是有效的 UTF-8 编码");
    for (size_t at = 0; at < text.size();) {
        size_t start = at;
        char32_t point = next_code_point(text, at);
        if (allow_space && point == U' ') continue;
        auto const* refusal = refusal_of(point);
        if (!refusal) continue;
        char name[16];
        std::snprintf(name, sizeof name, "U+%04X", unsigned(point));
        std::string where = std::string(name) + " at byte " + std::to_string(start);
        return fail(Code::InvalidIdentifier, where + ": " + refusal->reason,
                    "第 " + std::to_string(start) + " 字节的 " + name + "：" + refusal->reason_zh);
    }
    return {};
}

Result<void> check_new_suffix(std::string_view text) {
    if (auto checked = check_new_characters(text, false); !checked) return checked;
    return check_path_parts(text);
}

}  // namespace ingot::ident
