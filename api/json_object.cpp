#include <algorithm>

#include "api/json_document.hpp"

namespace ingot::api {

using Node = JsonDocument::Node;

std::optional<JsonValue> JsonObject::find(std::string_view name) const {
    Node const& node = document_->nodes[node_];
    if (node.kind != JsonKind::object) return std::nullopt;
    std::string const wanted = fold_name(name);
    std::optional<JsonValue> found;
    for (uint32_t at = node.first; at != JsonDocument::kNone; at = document_->nodes[at].next) {
        Node& member = document_->nodes[at];
        if (fold_name(member.name) != wanted) continue;
        bool const seen = member.known;
        member.known = true;
        if (!found)
            found = JsonValue(document_, at);
        else if (!seen)
            document_->fault(document_->pointer(at), "duplicate-member", "a second spelling of the same member",
                             "同一成员的另一种写法");
    }
    return found;
}

std::optional<JsonValue> JsonObject::find_set(std::string_view name) const {
    auto found = find(name);
    if (found && found->kind() == JsonKind::null) return std::nullopt;
    return found;
}

JsonValue JsonObject::require(std::string_view name) const {
    if (document_->nodes[node_].kind == JsonKind::object)
        document_->fault(pointer() + "/" + std::string(name), "invalid-member", "the member is missing", "缺少此成员");
    return JsonValue(document_, document_->absent());
}

std::string JsonObject::text(std::string_view name, size_t bytes_max) const {
    auto found = find(name);
    if (!found) return require(name), "";
    return found->text(bytes_max);
}
std::optional<std::string> JsonObject::text_if(std::string_view name, size_t bytes_max) const {
    auto found = find_set(name);
    if (!found) return std::nullopt;
    return found->text(bytes_max);
}
int64_t JsonObject::integer(std::string_view name, int64_t min, int64_t max) const {
    auto found = find(name);
    if (!found) return require(name), min;
    return found->integer(min, max);
}
std::optional<int64_t> JsonObject::integer_if(std::string_view name, int64_t min, int64_t max) const {
    auto found = find_set(name);
    if (!found) return std::nullopt;
    return found->integer(min, max);
}
bool JsonObject::boolean(std::string_view name) const {
    auto found = find(name);
    if (!found) return require(name), false;
    return found->boolean();
}
std::optional<bool> JsonObject::boolean_if(std::string_view name) const {
    auto found = find_set(name);
    if (!found) return std::nullopt;
    return found->boolean();
}
std::string JsonObject::decimal(std::string_view name) const {
    auto found = find(name);
    if (!found) return require(name), "0";
    return found->decimal();
}

std::string JsonObject::word(std::string_view name, std::initializer_list<std::string_view> words) const {
    auto found = find(name);
    if (!found) return require(name), std::string(*words.begin());
    std::string const text = found->text(256);
    if (std::find(words.begin(), words.end(), text) != words.end()) return text;
    std::string list;
    for (auto word : words) list += (list.empty() ? "" : ", ") + std::string(word);
    if (found->kind() == JsonKind::text)
        found->fault("invalid-member", "one of " + list + " is expected", "应为以下之一：" + list);
    return std::string(*words.begin());
}
std::optional<std::string> JsonObject::word_if(std::string_view name,
                                               std::initializer_list<std::string_view> words) const {
    if (!find_set(name)) return std::nullopt;
    return word(name, words);
}

JsonObject JsonObject::object(std::string_view name) const {
    auto found = find(name);
    if (!found) return require(name), JsonObject(document_, document_->absent());
    return found->object();
}
std::optional<JsonObject> JsonObject::object_if(std::string_view name) const {
    auto found = find_set(name);
    if (!found) return std::nullopt;
    return found->object();
}

std::vector<JsonObject> JsonObject::objects(std::string_view name, size_t items_max) const {
    if (!find(name)) return require(name), std::vector<JsonObject>{};
    return objects_if(name, items_max);
}
std::vector<JsonObject> JsonObject::objects_if(std::string_view name, size_t items_max) const {
    std::vector<JsonObject> out;
    auto found = find_set(name);
    if (!found) return out;
    for (auto const& item : found->items(items_max)) out.push_back(item.object());
    return out;
}
std::vector<std::string> JsonObject::texts(std::string_view name, size_t items_max, size_t bytes_max) const {
    if (!find(name)) return require(name), std::vector<std::string>{};
    return texts_if(name, items_max, bytes_max);
}
std::vector<std::string> JsonObject::texts_if(std::string_view name, size_t items_max, size_t bytes_max) const {
    std::vector<std::string> out;
    auto found = find_set(name);
    if (!found) return out;
    for (auto const& item : found->items(items_max)) out.push_back(item.text(bytes_max));
    return out;
}

JsonValue JsonObject::value(std::string_view name) const {
    auto found = find(name);
    return found ? *found : require(name);
}
std::optional<JsonValue> JsonObject::value_if(std::string_view name) const { return find(name); }
bool JsonObject::has(std::string_view name) const { return find(name).has_value(); }
bool JsonObject::is_null(std::string_view name) const {
    auto found = find(name);
    return found && found->kind() == JsonKind::null;
}
std::string_view JsonObject::raw() const { return JsonValue(document_, node_).raw(); }
std::string JsonObject::pointer() const { return document_->pointer(node_); }

std::vector<std::pair<std::string, JsonValue>> JsonObject::members() const {
    std::vector<std::pair<std::string, JsonValue>> out;
    Node const& node = document_->nodes[node_];
    if (node.kind != JsonKind::object) return out;
    for (uint32_t at = node.first; at != JsonDocument::kNone; at = document_->nodes[at].next) {
        document_->nodes[at].known = true;
        out.emplace_back(document_->nodes[at].name, JsonValue(document_, at));
    }
    return out;
}

void JsonObject::ignore_unknown() const { document_->nodes[node_].opened = false; }

void JsonObject::fault(std::string_view name, std::string_view code, std::string detail, std::string detail_zh) const {
    if (document_->nodes[node_].absent) return;
    auto const member = name.empty() ? std::nullopt : find(name);
    std::string at = member ? member->pointer() : pointer();
    if (!member && !name.empty()) at += "/" + JsonDocument::escape_part(name);
    document_->fault(std::move(at), code, std::move(detail), std::move(detail_zh));
}

}  // namespace ingot::api
