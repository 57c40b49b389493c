// The Digital Link parser of spec/gs1-resolver.md 2, step by step; the first error in that order is the answer.
#include <algorithm>

#include "base/encoding.hpp"
#include "ident/digital_link_rules.hpp"
#include "ident/digits.hpp"
#include "ident/gs1.hpp"

namespace ingot::ident {
namespace {

struct Piece {
    std::string_view text;
    size_t at = 0;  // offset in the string given
};

// A URI or target cut at its delimiters; nothing is decoded yet.
struct Cut {
    std::vector<Piece> segments;
    Piece query;
    size_t path_at = 0, path_end = 0;
};

bool is_hex(char c) { return is_digit(c) || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f'); }

// Step 1.
Result<void> check_characters(std::string_view text) {
    static constexpr std::string_view kMarks = "-._~:/?#[]@!$&'()*+,;=%";
    for (size_t i = 0; i < text.size(); ++i)
        if (!is_digit(text[i]) && !is_letter(text[i]) && kMarks.find(text[i]) == std::string_view::npos)
            return refuse_at(Code::DlIllegalChar, i, 1, "the character is not allowed in a URI; percent-encode it",
                             "网址中含有不允许的字符，请使用百分号编码");
    return {};
}

tl::unexpected<Error> refuse_host(size_t at) {
    return refuse_at(Code::DlHost, at, 1, "the host is not a valid name or address", "主机名无效");
}

// Step 2, the part after "://". `at` is the offset of the authority.
Result<void> check_host(std::string_view authority, size_t at) {
    size_t i = 0;
    if (!authority.empty() && authority[0] == '[') {
        for (i = 1; i < authority.size() && authority[i] != ']'; ++i)
            if (!is_hex(authority[i]) && authority[i] != ':' && authority[i] != '.') return refuse_host(at + i);
        if (i == authority.size() || i < 3) return refuse_host(at + std::min(i, authority.size()));
        ++i;
    } else {
        while (i < authority.size() &&
               (is_digit(authority[i]) || is_letter(authority[i]) || authority[i] == '-' || authority[i] == '.'))
            ++i;
        if (i == 0) return refuse_host(at);
    }
    if (i == authority.size()) return {};
    if (authority[i] != ':' || i + 1 == authority.size()) return refuse_host(at + i);
    for (size_t port = i + 1; port < authority.size(); ++port)
        if (!is_digit(authority[port]) || port > i + 5) return refuse_host(at + port);
    return {};
}

// Step 2: the offset where the path begins.
Result<size_t> skip_authority(std::string_view uri) {
    size_t colon = uri.find("://");
    std::string_view scheme = colon == std::string_view::npos ? std::string_view() : uri.substr(0, colon);
    if (scheme != "http" && scheme != "https" && scheme != "HTTP" && scheme != "HTTPS")
        return refuse_at(Code::DlScheme, 0, std::max<size_t>(scheme.size(), 1), "the scheme must be http or https",
                         "网址应以 http 或 https 开头");
    size_t at = colon + 3;
    size_t end = std::min(uri.find_first_of("/?#", at), uri.size());
    if (auto checked = check_host(uri.substr(at, end - at), at); !checked) return fail(checked.error());
    return end;
}

// Step 3. `path_at` is where the path begins.
Result<Cut> cut_path(std::string_view text, size_t path_at) {
    Cut cut;
    text = text.substr(0, text.find('#', path_at));
    size_t question = std::min(text.find('?', path_at), text.size());
    if (question < text.size()) cut.query = {text.substr(question + 1), question + 1};
    cut.path_at = path_at;
    cut.path_end = question;
    if (cut.path_end > path_at && text[cut.path_end - 1] == '/') --cut.path_end;
    for (size_t at = path_at + 1; at <= cut.path_end;) {
        size_t end = std::min(text.find('/', at), cut.path_end);
        if (end == at)
            return refuse_at(Code::DlEmptySegment, at, 0, "the path holds an empty part", "路径中有空的部分");
        cut.segments.push_back({text.substr(at, end - at), at});
        at = end + 1;
    }
    return cut;
}

// The start of the pairs found by walking left from `end` in steps of two; `end` itself when there is no key.
size_t walk_left(std::vector<Piece> const& segments, size_t end, bool known_only) {
    for (size_t i = end; i >= 2; i -= 2) {
        std::string_view ai = segments[i - 2].text;
        if (find_key(ai)) return i - 2;
        if (known_only && !find_ai(ai)) break;
    }
    return end;
}

bool is_base64url(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return is_digit(c) || is_letter(c) || c == '-' || c == '_'; });
}

tl::unexpected<Error> refuse_unknown_ai(Code code, Piece const& piece) {
    Error error =
        error_at(code, piece.at, piece.text.size(), "the application identifier is not known", "未知的应用标识符");
    error.with("ai", std::string(piece.text.substr(0, 16)));
    return fail(std::move(error));
}

// The path with short names replaced by numbers, if all of them can be.
std::string numeric_path(std::vector<Piece> const& segments) {
    std::string out;
    for (size_t i = 0; i < segments.size(); ++i) {
        auto numeric = i % 2 == 0 ? removed_short_name(segments[i].text) : std::nullopt;
        out += '/';
        out += numeric ? *numeric : segments[i].text;
    }
    return out;
}

// Step 5 when no key was found.
tl::unexpected<Error> refuse_no_key(Cut const& cut) {
    for (auto const& segment : cut.segments) {
        auto numeric = removed_short_name(segment.text);
        if (!numeric) continue;
        Error error = error_at(Code::DlAlphaRemoved, segment.at, segment.text.size(),
                               "short names were removed from the standard; use the number " + std::string(*numeric),
                               "标准已取消短名称，请使用数字 " + std::string(*numeric));
        error.with("ai", std::string(*numeric)).with("expected", std::string(*numeric));
        auto first = removed_short_name(cut.segments[0].text);
        std::string solved = first && find_key(*first) ? numeric_path(cut.segments) : std::string();
        if (!solved.empty() && parse_digital_link_target(solved)) error.with("solve", solved);
        return fail(std::move(error));
    }
    if (cut.segments.size() == 1 && cut.segments[0].text.size() >= 8 && is_base64url(cut.segments[0].text))
        return refuse_at(Code::DlCompressed, cut.segments[0].at, cut.segments[0].text.size(),
                         "compressed Digital Links are not read here", "暂不支持压缩的 Digital Link");
    return refuse_at(Code::DlNoKey, cut.path_at, 0, "the path holds no GS1 key", "路径中没有 GS1 主键");
}

tl::unexpected<Error> refuse_odd(Piece const& last) {
    return refuse_at(Code::DlOddSegments, last.at, last.text.size(), "the last part has no value or belongs to no pair",
                     "路径最后一部分没有配对的值");
}

// Steps 4 and 5 for a free-standing URI: where the key stands.
Result<size_t> find_rightmost_key(Cut const& cut) {
    auto const& segments = cut.segments;
    size_t count = segments.size();
    if (size_t start = walk_left(segments, count, true); start < count) return start;
    if (count > 0) {
        size_t start = walk_left(segments, count - 1, true);
        if (start < count - 1 || find_key(segments.back().text)) return refuse_odd(segments.back());
        if (size_t loose = walk_left(segments, count, false); loose < count) {
            while (loose < count && find_ai(segments[loose].text)) loose += 2;
            return refuse_unknown_ai(Code::DlUnknownAi, segments[loose]);
        }
    }
    return refuse_no_key(cut);
}

// Steps 4 and 5 for a request: the key stands first, after the stem.
Result<size_t> find_first_key(Cut const& cut) {
    auto const& segments = cut.segments;
    if (segments.empty() || !find_key(segments[0].text)) return refuse_no_key(cut);
    if (segments.size() % 2 != 0) return refuse_odd(segments.back());
    for (size_t i = 0; i < segments.size(); i += 2)
        if (!find_ai(segments[i].text)) return refuse_unknown_ai(Code::DlUnknownAi, segments[i]);
    return size_t{0};
}

// Decodes %XX; a malformed escape stays as it is. `plus_is_space` in the query.
Result<std::string> decode_value(std::string_view text, bool plus_is_space) {
    std::string out;
    for (size_t i = 0; i < text.size(); ++i) {
        char c = text[i] == '+' && plus_is_space ? ' ' : text[i];
        if (c == '%' && i + 2 < text.size() && is_hex(text[i + 1]) && is_hex(text[i + 2])) {
            c = from_hex(text.substr(i + 1, 2))->front();
            i += 2;
            if (c == '\0') return fail(Code::DlNul, "the value holds a NUL", "值中含有 NUL 字符");
            if (uint8_t(c) > 0x7E)
                return fail(Code::DlCharset, "the value holds a character that is not allowed", "值中含有不允许的字符");
        }
        out += c;
    }
    return out;
}

// Step 6 for one pair.
Result<AiItem> read_pair(Piece const& ai, Piece const& raw, DigitalLinkOptions const& options, bool in_query) {
    AiItem item{{std::string(ai.text), {}}, ai.at, raw.at, raw.text.size()};
    auto value = decode_value(raw.text, in_query);
    if (!value) return fail(place(value.error(), ai.text, raw.at, raw.text.size()));
    size_t digits = value->size();
    bool short_gtin = ai.text == "01" && (digits == 8 || digits == 12 || digits == 13) && all_digits(*value);
    if (short_gtin && options.short_gtin) value->insert(0, 14 - digits, '0');
    item.pair.value = *std::move(value);
    if (auto checked = check_ai_value(*find_ai(ai.text), item.pair.value); !checked)
        return fail(place(checked.error(), ai.text, raw.at, raw.text.size()));
    return item;
}

// A path with one value replaced by its right form, when that makes it valid.
void add_solution(Error& error, std::vector<AiValue> pairs, AiValue const& wrong) {
    auto right = with_right_check(*find_ai(wrong.ai), wrong.value);
    if (!right) return;
    std::string path;
    for (auto& pair : pairs) path += "/" + pair.ai + "/" + percent_encode(pair.value);
    path += "/" + wrong.ai + "/" + percent_encode(*right);
    if (parse_digital_link_target(path)) error.with("solve", path);
}

Result<std::vector<AiItem>> read_path(Cut const& cut, size_t start, DigitalLinkOptions const& options) {
    std::vector<AiItem> items;
    for (size_t i = start; i + 1 < cut.segments.size(); i += 2) {
        auto item = read_pair(cut.segments[i], cut.segments[i + 1], options, false);
        if (!item) {
            Error error = item.error();
            if (error.code == Code::DlCheckDigit || error.code == Code::DlCheckPair) {
                std::vector<AiValue> before;
                for (auto const& done : items) before.push_back(done.pair);
                std::string value = decode_value(cut.segments[i + 1].text, false).value_or("");
                if (cut.segments[i].text == "01" && value.size() < 14) value.insert(0, 14 - value.size(), '0');
                add_solution(error, before, {std::string(cut.segments[i].text), value});
            }
            return fail(std::move(error));
        }
        items.push_back(*std::move(item));
    }
    return items;
}

// Step 8 for one query part with an all-digit name.
Result<AiItem> read_attribute(Piece const& part, size_t equals, DigitalLinkOptions const& options, AiNames& seen) {
    Piece name{part.text.substr(0, equals), part.at};
    Piece value{part.text.substr(equals + 1), part.at + equals + 1};
    if (!find_ai(name.text)) return refuse_unknown_ai(Code::DlQueryUnknownAi, name);
    if (!seen.insert(std::string(name.text)).second) return refuse_duplicate(name.text, name.at, name.text.size());
    return read_pair(name, value, options, true);
}

Result<void> read_query(Cut const& cut, DigitalLinkOptions const& options, DigitalLink& link) {
    AiNames seen{link.key.ai};
    for (auto const& qualifier : link.qualifiers) seen.insert(qualifier.ai);
    std::string_view query = cut.query.text;
    for (size_t at = 0; at < query.size();) {
        size_t end = std::min(query.find('&', at), query.size());
        Piece part{query.substr(at, end - at), cut.query.at + at};
        size_t equals = part.text.find('=');
        bool numeric = equals != std::string_view::npos && equals > 0 && all_digits(part.text.substr(0, equals));
        at = end + 1;
        if (!numeric) continue;  // no GS1 attribute: the caller forwards it
        auto item = read_attribute(part, equals, options, seen);
        if (!item) return fail(item.error());
        if (auto checked = check_attribute(link, *item, part.text.size()); !checked) return checked;
        link.attributes.push_back(std::move(item->pair));
    }
    return {};
}

Result<DigitalLink> read_link(Cut const& cut, size_t start, DigitalLinkOptions const& options) {
    auto items = read_path(cut, start, options);
    if (!items) return fail(items.error());
    if (auto checked = check_qualifiers(*items, cut.path_end); !checked) return fail(checked.error());
    DigitalLink link;
    link.key = items->front().pair;
    for (size_t i = 1; i < items->size(); ++i) link.qualifiers.push_back((*items)[i].pair);
    if (auto read = read_query(cut, options, link); !read) return fail(read.error());
    return link;
}

}  // namespace

Result<DigitalLink> parse_digital_link(std::string_view uri, DigitalLinkOptions const& options) {
    if (auto checked = check_characters(uri); !checked) return fail(checked.error());
    auto path_at = skip_authority(uri);
    if (!path_at) return fail(path_at.error());
    auto cut = cut_path(uri, *path_at);
    if (!cut) return fail(cut.error());
    auto start = find_rightmost_key(*cut);
    if (!start) return fail(start.error());
    return read_link(*cut, *start, options);
}

Result<DigitalLink> parse_digital_link_target(std::string_view target, DigitalLinkOptions const& options) {
    constexpr size_t kTargetBytesMax = 2048;
    if (target.size() > kTargetBytesMax)
        return fail(Code::TargetTooLong, "a Digital Link target has at most 2,048 bytes", "请求路径最长 2048 字节");
    if (auto checked = check_characters(target); !checked) return fail(checked.error());
    std::string_view stem = options.stem;
    while (!stem.empty() && stem.back() == '/') stem.remove_suffix(1);
    bool under_stem = target.substr(0, stem.size()) == stem;
    auto cut = cut_path(target, under_stem ? stem.size() : 0);
    if (!cut) return fail(cut.error());
    auto start = find_first_key(*cut);
    if (!start) return fail(start.error());
    return read_link(*cut, *start, options);
}

}  // namespace ingot::ident
