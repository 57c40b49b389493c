#include "api/json_reader.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include "api/json_document.hpp"
#include "base/encoding.hpp"

namespace ingot::api {

namespace {

using Node = JsonDocument::Node;
constexpr int64_t kIntegerMax = (int64_t{1} << 53) - 1;

class TreeSink final : public JsonSink {
  public:
    // `items` null: the whole tree; else the outer value and the items of the bulk body.
    TreeSink(JsonDocument& document, JsonItems const* items) : document_(document), items_(items) {}
    void name(std::string decoded) override {
        if (inside_ == 0) name_ = std::move(decoded);
    }
    void open(JsonKind kind, size_t begin) override {
        if (inside_ > 0 || !keeps()) {
            ++inside_;
            return;
        }
        open_ = add({.kind = kind, .begin = begin, .end = begin, .name = std::move(name_), .text = {}});
    }
    void close(size_t end) override {
        if (inside_ > 0) {
            --inside_;
            return;
        }
        document_.nodes[open_].end = end;
        open_ = document_.nodes[open_].parent;
    }
    void leaf(JsonKind kind, size_t begin, size_t end, std::string decoded) override {
        if (inside_ > 0 || !keeps()) return;
        add({.kind = kind, .begin = begin, .end = end, .name = std::move(name_), .text = std::move(decoded)});
    }

  private:
    // Whether the value that comes next stands in the tree; one that does not is counted only.
    bool keeps() {
        if (!items_ || open_ == JsonDocument::kNone) return true;
        Node& parent = document_.nodes[open_];
        bool const root = parent.parent == JsonDocument::kNone;
        if (root && parent.kind == JsonKind::object) return true;
        bool const holds_items = parent.kind == JsonKind::array && (root || is_items(parent));
        if (holds_items && parent.children < items_->items_max) return true;
        ++parent.children;
        return false;
    }

    bool is_items(Node const& node) const {
        std::string const name = fold_name(node.name);
        return node.parent == 0 && std::any_of(items_->members.begin(), items_->members.end(),
                                               [&](auto member) { return fold_name(member) == name; });
    }

    uint32_t add(Node node) {
        auto const index = static_cast<uint32_t>(document_.nodes.size());
        node.parent = open_;
        if (open_ != JsonDocument::kNone) {
            Node& parent = document_.nodes[open_];
            node.position = parent.children++;
            if (parent.first == JsonDocument::kNone)
                parent.first = index;
            else
                document_.nodes[parent.last].next = index;
            parent.last = index;
        }
        document_.nodes.push_back(std::move(node));
        name_.clear();
        return index;
    }

    JsonDocument& document_;
    JsonItems const* items_;
    std::string name_;
    uint32_t open_ = JsonDocument::kNone;
    size_t inside_ = 0;  // containers open that are not in the tree
};

std::string_view kind_name(JsonKind kind) {
    constexpr std::string_view names[] = {"null", "a boolean", "a number", "a string", "an array", "an object"};
    return names[static_cast<size_t>(kind)];
}
std::string_view kind_name_zh(JsonKind kind) {
    constexpr std::string_view names[] = {"null", "布尔值", "数字", "字符串", "数组", "对象"};
    return names[static_cast<size_t>(kind)];
}

void wrong_kind(JsonValue const& value, JsonKind expected) {
    value.fault("invalid-member",
                std::string(kind_name(expected)) + " is expected, not " + std::string(kind_name(value.kind())),
                "应为" + std::string(kind_name_zh(expected)) + "，而不是" + std::string(kind_name_zh(value.kind())));
}

Code code_of(std::string_view word) {
    for (Code code : {Code::UnknownMember, Code::DuplicateMember, Code::BadNumber, Code::TooLong, Code::TooManyItems})
        if (slug(code) == word) return code;
    return Code::InvalidMember;
}

}  // namespace

std::string fold_name(std::string_view name) {
    std::string out;
    out.reserve(name.size());
    for (char const c : name)
        if (c != '_') out.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
    return out;
}

JsonKind JsonValue::kind() const { return document_->nodes[node_].kind; }
std::string_view JsonValue::raw() const {
    Node const& node = document_->nodes[node_];
    return document_->text.substr(node.begin, node.end - node.begin);
}
std::string JsonValue::pointer() const { return document_->pointer(node_); }

void JsonValue::fault(std::string_view code, std::string detail, std::string detail_zh) const {
    if (!document_->nodes[node_].absent) document_->fault(pointer(), code, std::move(detail), std::move(detail_zh));
}

std::string JsonValue::text(size_t bytes_max) const {
    if (kind() != JsonKind::text) return wrong_kind(*this, JsonKind::text), "";
    std::string const& text = document_->nodes[node_].text;
    if (text.size() <= bytes_max) return text;
    fault("too-long", "at most " + std::to_string(bytes_max) + " bytes", "最多 " + std::to_string(bytes_max) + " 字节");
    return "";
}

int64_t JsonValue::integer(int64_t min, int64_t max) const {
    if (kind() != JsonKind::number) return wrong_kind(*this, JsonKind::number), min;
    std::string_view const token = raw();
    int64_t value = 0;
    auto const [end, error] = std::from_chars(token.data(), token.data() + token.size(), value);
    bool const exact = error == std::errc() && end == token.data() + token.size() && token.size() <= 20;
    if (!exact || value > kIntegerMax || value < -kIntegerMax) {
        fault("bad-number", "a whole number within ±(2^53 - 1), without fraction or exponent, is expected",
              "应为 ±(2^53 - 1) 以内的整数，不带小数和指数");
        return min;
    }
    if (value >= min && value <= max) return value;
    fault("invalid-member", "a number from " + std::to_string(min) + " to " + std::to_string(max) + " is expected",
          "应为 " + std::to_string(min) + " 到 " + std::to_string(max) + " 之间的数");
    return min;
}

bool JsonValue::boolean() const {
    if (kind() != JsonKind::boolean) return wrong_kind(*this, JsonKind::boolean), false;
    return raw() == "true";
}

std::string JsonValue::decimal() const {
    if (kind() != JsonKind::number && kind() != JsonKind::text) return wrong_kind(*this, JsonKind::number), "0";
    std::string token = kind() == JsonKind::number ? std::string(raw()) : document_->nodes[node_].text;
    bool fine = !token.empty() && token.size() <= 64;
    if (fine && kind() == JsonKind::text) {
        // A number in quotes must still be a JSON number.
        fine = (token[0] == '-' || (token[0] >= '0' && token[0] <= '9')) && check_json(token).has_value();
    }
    if (fine && std::isfinite(std::strtod(token.c_str(), nullptr))) return token;
    fault("bad-number", "a decimal number of at most 64 characters is expected", "应为最多 64 个字符的十进制数");
    return "0";
}

JsonObject JsonValue::object() const {
    Node& node = document_->nodes[node_];
    if (node.kind != JsonKind::object) wrong_kind(*this, JsonKind::object);
    node.opened = true;
    return JsonObject(document_, node_);
}

std::vector<JsonValue> JsonValue::items(size_t items_max) const {
    std::vector<JsonValue> out;
    Node const& node = document_->nodes[node_];
    if (node.kind != JsonKind::array) return wrong_kind(*this, JsonKind::array), out;
    if (node.children > items_max) {
        std::string const most = std::to_string(items_max);
        fault("too-many-items", "at most " + most + " items", "最多 " + most + " 项");
        return out;
    }
    out.reserve(node.children);
    for (uint32_t at = node.first; at != JsonDocument::kNone; at = document_->nodes[at].next)
        out.push_back(JsonValue(document_, at));
    return out;
}

Result<JsonBody> JsonBody::parse(std::string_view text, JsonRules const& rules, JsonItems const* items) {
    auto document = std::make_shared<JsonDocument>();
    document->text = text;
    TreeSink sink(*document, items);
    if (auto fine = check_json(text, rules, &sink); !fine) return fail(fine.error());
    // One more node stands for every missing value, so that reading can go on after a fault.
    document->nodes.push_back({.name = {}, .text = {}, .absent = true});
    return JsonBody(std::move(document));
}

JsonValue JsonBody::value() const { return JsonValue(document_, 0); }
JsonObject JsonBody::object() const { return value().object(); }

Result<void> JsonBody::finish() const {
    for (uint32_t i = 0; i < document_->nodes.size(); ++i) {
        Node const& node = document_->nodes[i];
        if (node.parent == JsonDocument::kNone || node.known || !document_->nodes[node.parent].opened) continue;
        document_->fault(document_->pointer(i), "unknown-member", "this member is not known here", "此处不认识该成员");
    }
    if (document_->faults.empty()) return {};
    Fault const& first = document_->faults.front();
    size_t const count = document_->faults.size();
    std::string const more = count > 1 ? " (" + std::to_string(count) + " faults)" : "";
    std::string const more_zh = count > 1 ? "（共 " + std::to_string(count) + " 处）" : "";
    Error error{code_of(first.code), excerpt(first.pointer, 128) + ": " + first.detail + more,
                excerpt(first.pointer, 128) + "：" + first.detail_zh + more_zh};
    error.faults = document_->faults;
    return fail(std::move(error));
}

}  // namespace ingot::api
