#include "api/json_guard.hpp"

#include <optional>
#include <unordered_set>
#include <vector>

#include "base/encoding.hpp"

namespace ingot::api {
namespace {

constexpr std::string_view kMark = "\xEF\xBB\xBF";

tl::unexpected<Error> bad_json(size_t position, std::string_view what, std::string_view what_zh) {
    Error error{Code::BadJson, "not JSON at byte " + std::to_string(position) + ": " + std::string(what),
                "第 " + std::to_string(position) + " 字节处不是合法的 JSON：" + std::string(what_zh)};
    error.with("position", static_cast<int64_t>(position));
    return fail(std::move(error));
}

void put_utf8(std::string& out, char32_t point) {
    auto put = [&](char32_t bits) { out.push_back(static_cast<char>(bits)); };
    if (point < 0x80) return put(point);
    if (point < 0x800) {
        put(0xC0 | (point >> 6));
    } else if (point < 0x10000) {
        put(0xE0 | (point >> 12));
        put(0x80 | ((point >> 6) & 0x3F));
    } else {
        put(0xF0 | (point >> 18));
        put(0x80 | ((point >> 12) & 0x3F));
        put(0x80 | ((point >> 6) & 0x3F));
    }
    put(0x80 | (point & 0x3F));
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// The member names of one object seen so far: a short list, then a set.
class Names {
  public:
    bool add(std::string const& name) {
        if (set_.empty()) {
            for (auto const& known : list_)
                if (known == name) return false;
            list_.push_back(name);
            if (list_.size() > 12) set_.insert(list_.begin(), list_.end());
            return true;
        }
        return set_.insert(name).second;
    }
    size_t size() const { return set_.empty() ? list_.size() : set_.size(); }

  private:
    std::vector<std::string> list_;
    std::unordered_set<std::string> set_;
};

class Pass {
  public:
    Pass(std::string_view text, JsonRules const& rules, JsonSink* sink) : text_(text), rules_(rules), sink_(sink) {}

    Result<void> run() {
        if (text_.starts_with(kMark)) {
            if (!rules_.drop_byte_order_mark)
                return bad_json(0, "a byte order mark is not allowed here", "此处不允许字节顺序标记");
            at_ = kMark.size();
        }
        if (!is_utf8(text_))
            return fail(Code::BadEncoding, "the body is not well-formed UTF-8", "正文不是合法的 UTF-8");
        skip_space();
        if (at_ == text_.size()) return bad_json(at_, "the body is empty", "正文为空");
        if (auto fine = value(1); !fine) return fine;
        skip_space();
        if (at_ != text_.size()) return bad_json(at_, "text after the end of the value", "值之后还有多余内容");
        return {};
    }

  private:
    char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
    bool take(char c) {
        if (peek() != c || at_ >= text_.size()) return false;
        ++at_;
        return true;
    }
    void skip_space() {
        while (at_ < text_.size() && is_space(text_[at_])) ++at_;
    }

    Result<void> value(size_t depth) {
        if (++values_ > rules_.values_max)
            return fail(Code::JsonSize, "more than " + std::to_string(rules_.values_max) + " values",
                        "超过 " + std::to_string(rules_.values_max) + " 个值");
        switch (peek()) {
            case '{':
                return container(JsonKind::object, depth);
            case '[':
                return container(JsonKind::array, depth);
            case '"':
                return text_value();
            case 't':
                return word("true", JsonKind::boolean);
            case 'f':
                return word("false", JsonKind::boolean);
            case 'n':
                return word("null", JsonKind::null);
            default:
                return number();
        }
    }

    Result<void> container(JsonKind kind, size_t depth) {
        if (depth > rules_.depth_max)
            return fail(Code::JsonDepth, "nested deeper than " + std::to_string(rules_.depth_max) + " levels",
                        "嵌套超过 " + std::to_string(rules_.depth_max) + " 层");
        if (sink_) sink_->open(kind, at_);
        ++at_;
        auto inside = kind == JsonKind::object ? members(depth) : elements(depth);
        if (inside && sink_) sink_->close(at_);
        return inside;
    }

    Result<void> members(size_t depth) {
        Names names;
        skip_space();
        if (take('}')) return {};
        while (true) {
            skip_space();
            if (peek() != '"') return bad_json(at_, "a member name in quotes is expected", "此处应为带引号的成员名");
            auto name = string(rules_.name_bytes_max, true);
            if (!name) return fail(name.error());
            if (!names.add(*name))
                return fail(Code::DuplicateMember, "member \"" + excerpt(*name) + "\" stands twice in one object",
                            "同一对象中成员 \"" + excerpt(*name) + "\" 出现两次");
            skip_space();
            if (!take(':')) return bad_json(at_, "a colon is expected", "此处应为冒号");
            if (names.size() > rules_.members_max)
                return fail(Code::JsonSize, "an object of more than " + std::to_string(rules_.members_max) + " members",
                            "一个对象的成员超过 " + std::to_string(rules_.members_max) + " 个");
            if (sink_) sink_->name(std::move(*name));
            skip_space();
            if (auto fine = value(depth + 1); !fine) return fine;
            skip_space();
            if (take('}')) return {};
            if (!take(',')) return bad_json(at_, "a comma or } is expected", "此处应为逗号或 }");
        }
    }

    Result<void> elements(size_t depth) {
        skip_space();
        if (take(']')) return {};
        while (true) {
            skip_space();
            if (auto fine = value(depth + 1); !fine) return fine;
            skip_space();
            if (take(']')) return {};
            if (!take(',')) return bad_json(at_, "a comma or ] is expected", "此处应为逗号或 ]");
        }
    }

    Result<void> word(std::string_view expected, JsonKind kind) {
        if (text_.substr(at_, expected.size()) != expected)
            return bad_json(at_, "a value is expected", "此处应为一个值");
        if (sink_) sink_->leaf(kind, at_, at_ + expected.size(), {});
        at_ += expected.size();
        return {};
    }

    bool digits() {
        size_t const begin = at_;
        while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
        return at_ > begin;
    }

    Result<void> number() {
        size_t const begin = at_;
        take('-');
        bool fine = take('0') || digits();
        if (fine && take('.')) fine = digits();
        if (fine && (peek() == 'e' || peek() == 'E')) {
            ++at_;
            if (!take('+')) take('-');
            fine = digits();
        }
        if (!fine) return bad_json(begin, "a value is expected", "此处应为一个值");
        if (sink_) sink_->leaf(JsonKind::number, begin, at_, {});
        return {};
    }

    Result<void> text_value() {
        size_t const begin = at_;
        auto decoded = string(rules_.string_bytes_max, false);
        if (!decoded) return fail(decoded.error());
        if (sink_) sink_->leaf(JsonKind::text, begin, at_, std::move(*decoded));
        return {};
    }

    // The decoded string whose opening quote is at at_. Without a sink, values are only counted, not built.
    Result<std::string> string(size_t bytes_max, bool is_name) {
        size_t const begin = at_++;
        std::string out;
        while (true) {
            size_t const run = at_;
            while (at_ < text_.size() && text_[at_] != '"' && text_[at_] != '\\' &&
                   static_cast<unsigned char>(text_[at_]) >= 0x20)
                ++at_;
            out.append(text_.substr(run, at_ - run));
            if (out.size() > bytes_max) return too_long(bytes_max, is_name, begin);
            if (at_ == text_.size()) return bad_json(at_, "a string is not closed", "字符串没有结束");
            if (take('"')) return out;
            if (text_[at_] != '\\') return bad_json(at_, "a control character in a string", "字符串中有控制字符");
            ++at_;
            if (auto fine = escape(out); !fine) return fail(fine.error());
        }
    }

    tl::unexpected<Error> too_long(size_t bytes_max, bool is_name, size_t begin) const {
        std::string const most = std::to_string(bytes_max);
        Error error = is_name ? Error{Code::JsonSize, "a member name is longer than " + most + " bytes",
                                      "成员名超过 " + most + " 字节"}
                              : Error{Code::TooLong, "a string is longer than " + most + " bytes",
                                      "字符串超过 " + most + " 字节"};
        error.with("position", static_cast<int64_t>(begin));
        return fail(std::move(error));
    }

    Result<void> escape(std::string& out) {
        size_t const begin = at_ - 1;
        char const c = peek();
        constexpr std::string_view from = "\"\\/bfnrt", to = "\"\\/\b\f\n\r\t";
        if (size_t const which = from.find(c); which != std::string_view::npos && at_ < text_.size()) {
            out.push_back(to[which]);
            ++at_;
            return {};
        }
        if (!take('u')) return bad_json(begin, "an unknown escape in a string", "字符串中有未知的转义");
        auto point = hex4();
        if (!point) return bad_json(begin, "\\u needs four hexadecimal digits", "\\u 后应为四位十六进制数");
        if (*point == 0) return bad_json(begin, "U+0000 is not allowed in a string", "字符串中不允许 U+0000");
        if (*point >= 0xD800 && *point <= 0xDBFF) {
            bool const pair = take('\\') && take('u');
            auto low = pair ? hex4() : std::nullopt;
            if (!low || *low < 0xDC00 || *low > 0xDFFF) return lone_surrogate(begin);
            point = 0x10000 + ((*point - 0xD800) << 10) + (*low - 0xDC00);
        } else if (*point >= 0xDC00 && *point <= 0xDFFF) {
            return lone_surrogate(begin);
        }
        put_utf8(out, *point);
        return {};
    }

    static tl::unexpected<Error> lone_surrogate(size_t position) {
        Error error{Code::BadEncoding, "a lone surrogate at byte " + std::to_string(position),
                    "第 " + std::to_string(position) + " 字节处有孤立的代理码元"};
        error.with("position", static_cast<int64_t>(position));
        return fail(std::move(error));
    }

    std::optional<char32_t> hex4() {
        char32_t value = 0;
        for (int i = 0; i < 4; ++i, ++at_) {
            char const c = peek();
            if (is_digit(c))
                value = value * 16 + static_cast<char32_t>(c - '0');
            else if (c >= 'a' && c <= 'f')
                value = value * 16 + static_cast<char32_t>(c - 'a' + 10);
            else if (c >= 'A' && c <= 'F')
                value = value * 16 + static_cast<char32_t>(c - 'A' + 10);
            else
                return std::nullopt;
        }
        return value;
    }

    std::string_view text_;
    JsonRules const& rules_;
    JsonSink* sink_;
    size_t at_ = 0;
    size_t values_ = 0;
};

}  // namespace

JsonRules JsonRules::body(Limits const& limits) {
    JsonRules rules;
    rules.depth_max = limits.json_depth_max;
    rules.values_max = limits.json_values_max;
    rules.name_bytes_max = limits.json_name_bytes_max;
    rules.string_bytes_max = limits.json_string_bytes_max;
    return rules;
}

JsonRules JsonRules::batch(Limits const& limits) {
    JsonRules rules = body(limits);
    rules.values_max = limits.batch_values_max;
    rules.members_max = limits.batch_members_max;
    return rules;
}

JsonRules JsonRules::capture(Limits const& limits) {
    JsonRules rules = batch(limits);
    rules.depth_max = limits.epcis_depth_max;
    rules.members_max = SIZE_MAX;  // the capture counts the members of each event itself
    rules.drop_byte_order_mark = true;
    return rules;
}

Result<void> check_json(std::string_view text, JsonRules const& rules, JsonSink* sink) {
    return Pass(text, rules, sink).run();
}

std::string indent_json(std::string_view text) {
    std::string out;
    out.reserve(text.size() * 2);
    size_t depth = 0;
    bool quoted = false;
    auto line = [&] { out.append("\n").append(depth * 2, ' '); };
    for (size_t i = 0; i < text.size(); ++i) {
        char const c = text[i];
        if (quoted) {
            out.push_back(c);
            if (c == '\\' && i + 1 < text.size())
                out.push_back(text[++i]);
            else if (c == '"')
                quoted = false;
        } else if (c == '{' || c == '[') {
            out.push_back(c);
            size_t const next = text.find_first_not_of(" \t\r\n", i + 1);
            if (next != std::string_view::npos && (text[next] == '}' || text[next] == ']')) {
                out.push_back(text[next]);
                i = next;
            } else {
                ++depth;
                line();
            }
        } else if (c == '}' || c == ']') {
            if (depth > 0) --depth;
            line();
            out.push_back(c);
        } else if (c == ',') {
            out.push_back(c);
            line();
        } else if (c == ':') {
            out.append(": ");
        } else if (!is_space(c)) {
            if (c == '"') quoted = true;
            out.push_back(c);
        }
    }
    return out.append("\n");
}

void write_text(std::string& out, std::string_view text) {
    bool const sound = is_utf8(text);
    auto const stands = [sound](unsigned char c) {
        return c >= 0x20 && c != '"' && c != '\\' && c != 0x7F && (c < 0x80 || sound);
    };
    out += '"';
    size_t begin = 0;  // of what may be copied as it is
    for (size_t i = 0; i < text.size(); ++i) {
        char const c = text[i];
        if (stands(static_cast<unsigned char>(c))) continue;
        out.append(text.substr(begin, i - begin));
        begin = i + 1;
        if (c == '"' || c == '\\')
            out.append({'\\', c});
        else if (c == '\n' || c == '\r' || c == '\t')
            out.append({'\\', c == '\n' ? 'n' : c == '\r' ? 'r' : 't'});
        else if (static_cast<unsigned char>(c) >= 0x80)
            out += "\xEF\xBF\xBD";
        else
            out += "\\u00" + to_hex({&c, 1});
    }
    out.append(text.substr(begin)) += '"';
}

std::string json_quote(std::string_view text) {
    std::string out;
    write_text(out, text);
    return out;
}

}  // namespace ingot::api
