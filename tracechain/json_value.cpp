#include "tracechain/json_value.hpp"

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>

#include "base/encoding.hpp"

namespace ingot::tracechain {
namespace {

using nlohmann::json;
using namespace std::string_view_literals;

// Walks the text for nlohmann's lexer and tells how far it has read.
class WatchedText {
  public:
    using iterator_category = std::input_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = char const*;
    using reference = char const&;

    WatchedText(char const* at, char const** seen) : at_(at), seen_(seen) {}
    char const& operator*() const { return *at_; }
    WatchedText& operator++() {
        *seen_ = ++at_;
        return *this;
    }
    WatchedText operator++(int) {
        WatchedText before = *this;
        ++*this;
        return before;
    }
    bool operator==(WatchedText const& other) const { return at_ == other.at_; }
    bool operator!=(WatchedText const& other) const { return at_ != other.at_; }

  private:
    char const* at_;
    char const** seen_;
};

bool is_number_character(char c) {
    return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
}

bool is_ascii(std::string_view text) {
    size_t at = 0;
    for (; at + 8 <= text.size(); at += 8) {
        uint64_t word;
        std::memcpy(&word, text.data() + at, sizeof word);
        if (word & 0x8080808080808080ull) return false;
    }
    for (; at < text.size(); ++at)
        if (uint8_t(text[at]) >= 0x80) return false;
    return true;
}

}  // namespace

// Receives nlohmann's events and lays the values down in order. Where a token begins is found from where the last one
// ended, since only separators and white space can lie between.
class JsonTreeBuilder {
  public:
    JsonTreeBuilder(JsonTree& tree, std::string_view text, JsonTerms const& terms)
        : tree_(tree), text_(text), terms_(terms), seen_(text.data()), token_end_(text.data()) {
        tree_.values_.reserve(std::min(text.size() / 16 + 4, size_t(1) << 16));
    }

    std::optional<Error> run() {
        WatchedText first(text_.data(), &seen_), last(text_.data() + text_.size(), &seen_);
        bool complete = json::sax_parse(first, last, this);
        if (error_) return error_;
        if (!complete) return syntax_error(text_.size(), "the text ends too early");
        return std::nullopt;
    }

    bool null() { return literal(JsonValue::Kind::Null, 4); }
    bool boolean(bool truth) { return literal(JsonValue::Kind::Boolean, truth ? 4 : 5); }
    bool number_integer(json::number_integer_t) { return number(); }
    bool number_unsigned(json::number_unsigned_t) { return number(); }
    bool number_float(json::number_float_t, std::string const&) { return number(); }
    bool binary(json::binary_t&) { return false; }

    bool string(std::string& decoded) {
        char const* start = token_start();
        token_end_ = seen_;
        if (decoded.size() > terms_.string_bytes_max) return too_long(decoded.size());
        if (holds_nul(start, decoded)) return has_nul();
        std::string_view content = settle(start, decoded);
        return add(JsonValue::Kind::String, start, content);
    }

    bool key(std::string& decoded) {
        char const* start = token_start();
        token_end_ = seen_;
        if (decoded.size() > terms_.name_bytes_max) {
            return refuse({Code::JsonSize,
                           "a member name is longer than " + std::to_string(terms_.name_bytes_max) + " bytes: \"" +
                               excerpt(decoded) + "\"",
                           "成员名超过 " + std::to_string(terms_.name_bytes_max) + " 字节"});
        }
        if (holds_nul(start, decoded)) return has_nul();
        name_ = settle(start, decoded);
        return true;
    }

    bool start_object(size_t) { return open(JsonValue::Kind::Object); }
    bool start_array(size_t) { return open(JsonValue::Kind::Array); }
    bool end_array() { return close(); }
    bool end_object() { return names_differ(tree_.values_[open_.back()]) && close(); }

    bool parse_error(size_t position, std::string const&, nlohmann::detail::exception const& problem) {
        std::string_view what = problem.what();
        size_t at = position == 0 ? 0 : position - 1;
        if (dynamic_cast<json::out_of_range const*>(&problem) != nullptr) {
            return refuse({Code::BadNumber, "a number is too large for a double; write a finite number",
                           "数字超出双精度范围；请写有限的数字"},
                          at);
        }
        if (what.find("surrogate") != std::string_view::npos) {
            return refuse({Code::BadEncoding, "a \\u escape is half of a surrogate pair; write both halves",
                           "\\u 转义只有半个代理对；两半都要写"},
                          at);
        }
        size_t colon = what.rfind(": ");
        size_t dash = what.find("; last read");
        std::string reason = colon == std::string_view::npos ? "unexpected text" : std::string(what.substr(colon + 2));
        if (dash != std::string_view::npos) {
            size_t from = what.rfind("- ", dash);
            if (from != std::string_view::npos) reason = what.substr(from + 2, dash - from - 2);
        }
        error_ = syntax_error(at, reason);
        return false;
    }

  private:
    Error syntax_error(size_t position, std::string const& reason) const {
        Error error{Code::BadJson, "not valid JSON at byte " + std::to_string(position) + ": " + excerpt(reason, 120),
                    "第 " + std::to_string(position) + " 字节处不是合法的 JSON"};
        return error.with("position", int64_t(position));
    }

    bool refuse(Error error) { return refuse(std::move(error), size_t(token_end_ - text_.data())); }
    bool refuse(Error error, size_t position) {
        error_ = std::move(error.with("position", int64_t(position)));
        return false;
    }

    bool has_nul() {
        return refuse({Code::BadJson, "a string holds the character U+0000, which no text may hold",
                       "字符串含有 U+0000，文本中不允许"});
    }

    bool too_long(size_t bytes) {
        return refuse({Code::TooLong,
                       "a string of " + std::to_string(bytes) + " bytes; at most " +
                           std::to_string(terms_.string_bytes_max) + " are allowed",
                       "字符串有 " + std::to_string(bytes) + " 字节，最多 " + std::to_string(terms_.string_bytes_max)});
    }

    char const* token_start() const {
        char const* at = token_end_;
        while (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r' || *at == ',' || *at == ':') ++at;
        return at;
    }

    // Every escape is longer than what it stands for.
    bool has_escapes(char const* start, std::string const& decoded) const {
        return size_t(token_end_ - start) != decoded.size() + 2;
    }
    // Raw NUL bytes were refused before parsing.
    bool holds_nul(char const* start, std::string const& decoded) const {
        return has_escapes(start, decoded) && decoded.find('\0') != std::string::npos;
    }

    std::string_view settle(char const* start, std::string& decoded) {
        if (!has_escapes(start, decoded)) return {start + 1, decoded.size()};
        return tree_.decoded_.emplace_back(std::move(decoded));
    }

    bool literal(JsonValue::Kind kind, size_t length) {
        char const* start = token_start();
        token_end_ = start + length;
        return add(kind, start, {start, length});
    }

    bool number() {
        char const* start = token_start();
        char const* last = text_.data() + text_.size();
        token_end_ = start;
        while (token_end_ != last && is_number_character(*token_end_)) ++token_end_;
        return add(JsonValue::Kind::Number, start, {start, size_t(token_end_ - start)});
    }

    bool add(JsonValue::Kind kind, char const* start, std::string_view content) {
        if (tree_.values_.size() >= terms_.values_max) {
            return refuse({Code::JsonSize, "more than " + std::to_string(terms_.values_max) + " values in one body",
                           "一个请求体中超过 " + std::to_string(terms_.values_max) + " 个值"});
        }
        if (!open_.empty()) ++tree_.values_[open_.back()].count;
        JsonValue& value = tree_.values_.emplace_back();
        value.kind = kind;
        value.name = std::exchange(name_, {});
        value.text = content;
        value.bytes = {start, size_t(token_end_ - start)};
        return true;
    }

    bool open(JsonValue::Kind kind) {
        char const* start = token_start();
        token_end_ = start + 1;
        if (open_.size() >= terms_.depth_max) {
            return refuse({Code::JsonDepth, "nested deeper than " + std::to_string(terms_.depth_max) + " levels",
                           "嵌套超过 " + std::to_string(terms_.depth_max) + " 层"});
        }
        if (!add(kind, start, {})) return false;
        open_.push_back(uint32_t(tree_.values_.size() - 1));
        return true;
    }

    bool close() {
        token_end_ = token_start() + 1;
        JsonValue& value = tree_.values_[open_.back()];
        value.bytes = {value.bytes.data(), size_t(token_end_ - value.bytes.data())};
        value.span = uint32_t(tree_.values_.size() - open_.back());
        open_.pop_back();
        return true;
    }

    bool names_differ(JsonValue& object) {
        object.span = uint32_t(tree_.values_.size() - open_.back());
        std::string_view repeated;
        if (object.count <= 16) {
            for (auto a = object.begin(); a != object.end() && repeated.empty(); ++a)
                for (auto b = object.begin(); b != a; ++b)
                    if ((*a).name == (*b).name && (*a).name != terms_.repeatable) return repeats((*a).name);
            return true;
        }
        std::vector<std::string_view> names;
        names.reserve(object.count);
        for (JsonValue const& member : object) names.push_back(member.name);
        std::sort(names.begin(), names.end());
        for (size_t i = 1; i < names.size(); ++i)
            if (names[i] == names[i - 1] && names[i] != terms_.repeatable) return repeats(names[i]);
        return true;
    }

    bool repeats(std::string_view name) {
        std::string where;
        for (size_t i = 0; i < open_.size(); ++i) {
            JsonValue const& value = tree_.values_[open_[i]];
            if (i == 0) continue;
            bool in_array = tree_.values_[open_[i - 1]].is_array();
            where += in_array ? "/" + std::to_string(tree_.values_[open_[i - 1]].count - 1) : pointer_step(value.name);
        }
        where += pointer_step(name);
        Error error{Code::DuplicateMember, "member \"" + excerpt(name) + "\" stands twice in one object; say it once",
                    "同一对象中成员 \"" + excerpt(name) + "\" 出现两次；只能写一次"};
        error.faults.push_back({where, "duplicate-member", error.detail, error.detail_zh});
        return refuse(std::move(error));
    }

    JsonTree& tree_;
    std::string_view text_;
    JsonTerms const& terms_;
    char const* seen_;       // just after what the lexer has read; one further after a number
    char const* token_end_;  // just after the last token
    std::string_view name_;  // waiting for its value
    std::vector<uint32_t> open_;
    std::optional<Error> error_;
};

JsonValue const* JsonValue::find(std::string_view member) const {
    if (!is_object()) return nullptr;
    JsonValue const* found = nullptr;
    for (JsonValue const& child : *this)
        if (child.name == member) found = &child;
    return found;
}

JsonTerms capture_json_terms(Limits const& limits) {
    JsonTerms terms;
    terms.depth_max = limits.epcis_depth_max;
    terms.values_max = limits.batch_values_max;
    terms.name_bytes_max = limits.json_name_bytes_max;
    terms.string_bytes_max = limits.json_string_bytes_max;
    return terms;
}

Result<JsonTree> JsonTree::parse(std::string_view text, JsonTerms const& terms) {
    constexpr auto kByteOrderMark = "\xEF\xBB\xBF"sv;
    if (text.starts_with(kByteOrderMark)) {
        if (!terms.drop_byte_order_mark) {
            return fail(Code::BadJson, "the body begins with a byte order mark; send UTF-8 without one",
                        "请求体以字节序标记开头；请发送不带标记的 UTF-8");
        }
        text.remove_prefix(kByteOrderMark.size());
        // nlohmann would drop a second one.
        if (text.starts_with(kByteOrderMark))
            return fail(Code::BadJson, "two byte order marks; send UTF-8 without one", "有两个字节序标记");
    }
    if (!is_ascii(text) && !is_utf8(text)) {
        return fail(Code::BadEncoding, "the body is not well-formed UTF-8; send JSON as UTF-8",
                    "请求体不是合法的 UTF-8；请以 UTF-8 发送 JSON");
    }
    if (size_t nul = text.find('\0'); nul != std::string_view::npos) {  // nlohmann would take it for the end
        auto error = fail(Code::BadJson, "the body holds a NUL byte at " + std::to_string(nul), "请求体含有 NUL 字节");
        error.value().with("position", int64_t(nul));
        return error;
    }
    JsonTree tree;
    if (auto error = JsonTreeBuilder(tree, text, terms).run()) return fail(std::move(*error));
    return tree;
}

std::string JsonTree::pointer(JsonValue const& from, JsonValue const& to) {
    std::string out;
    JsonValue const* at = &from;
    while (at != &to) {
        bool in_array = at->is_array();
        size_t index = 0;
        JsonValue const* next = nullptr;
        for (JsonValue const& child : *at) {
            if (&to >= &child && &to < &child + child.span) {
                next = &child;
                break;
            }
            ++index;
        }
        if (next == nullptr) break;
        out += in_array ? "/" + std::to_string(index) : pointer_step(next->name);
        at = next;
    }
    return out;
}

std::string pointer_step(std::string_view name) {
    std::string out = "/";
    for (char c : name) {
        if (c == '~')
            out += "~0";
        else if (c == '/')
            out += "~1";
        else
            out += c;
    }
    return out;
}

}  // namespace ingot::tracechain
