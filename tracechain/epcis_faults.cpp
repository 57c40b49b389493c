#include "tracechain/epcis_faults.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "tracechain/epcis_format.hpp"

namespace ingot::tracechain {

void FaultList::add(JsonValue const& at, std::string_view rule, std::string detail, std::string detail_zh) {
    keep(at, Code::EventInvalid, std::string(rule), std::move(detail), std::move(detail_zh));
}

void FaultList::add(JsonValue const& at, Code code, std::string detail, std::string detail_zh) {
    keep(at, code, std::string(slug(code)), std::move(detail), std::move(detail_zh));
}

void FaultList::keep(JsonValue const& at, Code code, std::string rule, std::string detail, std::string detail_zh) {
    if (full()) return;
    if (faults_.empty()) code_ = code;
    faults_.push_back(
        {pointer_ + JsonTree::pointer(*root_, at), std::move(rule), std::move(detail), std::move(detail_zh)});
}

Error FaultList::error() const {
    Fault const& first = faults_.front();
    std::string where = first.pointer.empty() ? "" : "at " + first.pointer + ": ";
    std::string where_zh = first.pointer.empty() ? "" : first.pointer + " 处：";
    return Error{code_, where + first.detail, where_zh + first.detail_zh, faults_};
}

std::string label(JsonValue const& value) { return value.name.empty() ? "item" : excerpt(value.name); }

std::string shown(JsonValue const& value) {
    switch (value.kind) {
        case JsonValue::Kind::String:
            return "\"" + excerpt(value.text) + "\"";
        case JsonValue::Kind::Array:
            return "an array";
        case JsonValue::Kind::Object:
            return "an object";
        default:
            return excerpt(value.text);
    }
}

bool require_string(FaultList& faults, JsonValue const& value, std::string_view rule) {
    if (value.is_string()) return true;
    faults.add(value, rule, label(value) + " must be a string, not " + shown(value),
               label(value) + " 必须是字符串，现为 " + shown(value));
    return false;
}

bool require_uri(FaultList& faults, JsonValue const& value, std::string_view rule) {
    if (value.is_string() && is_uri(value.text)) return true;
    faults.add(value, rule,
               label(value) +
                   " must be a URI with a scheme, ASCII only, such as https://id.gs1.org/01/09527001000309; " +
                   shown(value) + " is not",
               label(value) + " 必须是带协议的 URI（仅 ASCII），例如 https://id.gs1.org/01/09527001000309；现为 " +
                   shown(value));
    return false;
}

bool require_date_time(FaultList& faults, JsonValue const& value, std::string_view rule) {
    if (value.is_string() && read_date_time(value.text)) return true;
    faults.add(
        value, rule,
        label(value) + " must be a date and time with offset such as 2026-11-22T06:10:00+08:00, not " + shown(value),
        label(value) + " 必须是带时区的日期时间，例如 2026-11-22T06:10:00+08:00；现为 " + shown(value));
    return false;
}

bool require_array(FaultList& faults, JsonValue const& value, std::string_view rule) {
    if (value.is_array()) return true;
    faults.add(value, rule, label(value) + " must be an array [...], not " + shown(value),
               label(value) + " 必须是数组 [...]，现为 " + shown(value));
    return false;
}

bool require_object(FaultList& faults, JsonValue const& value, std::string_view rule) {
    if (value.is_object()) return true;
    faults.add(value, rule, label(value) + " must be an object {...}, not " + shown(value),
               label(value) + " 必须是对象 {...}，现为 " + shown(value));
    return false;
}

void require_context(FaultList& faults, JsonValue const& context, std::string_view rule) {
    auto part_is_right = [&](JsonValue const& part) {
        return part.is_object() || (part.is_string() && is_uri(part.text));
    };
    bool right = context.is_array() || part_is_right(context);
    if (context.is_array()) {
        std::vector<std::string_view> seen;
        for (JsonValue const& part : context) {
            right = right && part_is_right(part);
            seen.push_back(part.bytes);
        }
        std::sort(seen.begin(), seen.end());
        right = right && std::adjacent_find(seen.begin(), seen.end()) == seen.end();
    }
    if (right) return;
    faults.add(context, rule,
               "@context must be a URI, an object of prefixes, or an array of distinct ones, e.g. "
               "[\"https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld\", {\"ex\": \"https://ex.org/ns/\"}]",
               "@context 必须是 URI、前缀对象，或由互不相同的这些值组成的数组");
}

void missing(FaultList& faults, JsonValue const& object, std::string_view rule, std::string_view member,
             std::string_view example) {
    std::string name(member), such_as(example);
    faults.add(object, rule, name + " is missing; add e.g. \"" + name + "\": " + such_as,
               "缺少 " + name + "；例如 \"" + name + "\": " + such_as);
}

}  // namespace ingot::tracechain
