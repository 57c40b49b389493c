#include "tracechain/epcis_document.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "tracechain/epcis_faults.hpp"
#include "tracechain/epcis_format.hpp"
#include "tracechain/epcis_rules.hpp"

namespace ingot::tracechain {
namespace {

constexpr std::string_view kRule = "document";

void check_attributes(JsonValue const& list, FaultList& faults) {
    if (!require_array(faults, list, kRule)) return;
    for (JsonValue const& attribute : list) {
        if (!require_object(faults, attribute, kRule)) continue;
        JsonValue const* id = attribute.find("id");
        JsonValue const* value = attribute.find("attribute");
        if (id == nullptr)
            missing(faults, attribute, kRule, "id", "\"urn:epcglobal:cbv:mda#site\"");
        else
            require_uri(faults, *id, kRule);
        if (value != nullptr && (value->is_number() || value->is_string() || value->is_object())) continue;
        faults.add(attribute, kRule, "attribute must be a number, a string or an object",
                   "attribute 必须是数字、字符串或对象");
    }
}

void check_vocabulary_element(JsonValue const& element, FaultList& faults) {
    if (!require_object(faults, element, kRule)) return;
    if (JsonValue const* id = element.find("id"))
        require_uri(faults, *id, kRule);
    else
        missing(faults, element, kRule, "id", "\"urn:epc:id:sgln:9527001.00001.0\"");
    if (JsonValue const* attributes = element.find("attributes")) check_attributes(*attributes, faults);
    JsonValue const* children = element.find("children");
    if (children == nullptr || !require_array(faults, *children, kRule)) return;
    for (JsonValue const& child : *children) require_uri(faults, child, kRule);
}

void check_header(JsonValue const& header, FaultList& faults) {
    if (!require_object(faults, header, kRule)) return;
    JsonValue const* data = header.find("epcisMasterData");
    if (data == nullptr || !require_object(faults, *data, kRule)) return;
    JsonValue const* list = data->find("vocabularyList");
    if (list == nullptr || !require_array(faults, *list, kRule)) return;
    for (JsonValue const& vocabulary : *list) {
        if (!require_object(faults, vocabulary, kRule)) continue;
        if (JsonValue const* type = vocabulary.find("type"))
            require_uri(faults, *type, kRule);
        else
            missing(faults, vocabulary, kRule, "type", "\"urn:epcglobal:epcis:vtype:BusinessLocation\"");
        JsonValue const* elements = vocabulary.find("vocabularyElementList");
        if (elements == nullptr || !require_array(faults, *elements, kRule)) continue;
        for (JsonValue const& element : *elements) {
            if (faults.full()) return;
            check_vocabulary_element(element, faults);
        }
    }
}

void check_schema_version(JsonValue const& version, FaultList& faults) {
    if (version.is_string() && is_schema_version(version.text)) return;
    faults.add(version, kRule, "schemaVersion must be a version of EPCIS 2 such as \"2.0\", not " + shown(version),
               "schemaVersion 必须是 EPCIS 2 的版本，例如 \"2.0\"；现为 " + shown(version));
}

// Members of the document itself; answers its epcisBody.
JsonValue const* check_top(JsonValue const& root, bool query, FaultList& faults) {
    JsonValue const* body = nullptr;
    bool has_context = false, has_version = false, has_date = false;
    for (JsonValue const& member : root) {
        std::string_view name = member.name;
        if (name == "@context") {
            has_context = true;
            require_context(faults, member, kRule);
        } else if (name == "schemaVersion") {
            has_version = true;
            check_schema_version(member, faults);
        } else if (name == "creationDate") {
            has_date = true;
            require_date_time(faults, member, kRule);
        } else if (name == "epcisBody") {
            body = &member;
        } else if (name == "id") {
            require_uri(faults, member, kRule);
        } else if (name == "sender" || name == "receiver" || name == "instanceIdentifier") {
            require_string(faults, member, kRule);
        } else if (name == "epcisHeader") {
            check_header(member, faults);
        } else if (name != "type") {
            check_other_name(root, member, kRule, faults);
        }
    }
    if (!has_context)
        missing(faults, root, kRule, "@context", "\"https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld\"");
    if (!has_version && !query) missing(faults, root, kRule, "schemaVersion", "\"2.0\"");
    if (!has_date && !query) missing(faults, root, kRule, "creationDate", "\"2026-11-22T06:10:00+08:00\"");
    if (body == nullptr) missing(faults, root, kRule, "epcisBody", "{\"eventList\": []}");
    return body;
}

// The member of that name, which must be there and be an object.
JsonValue const* object_member(JsonValue const* parent, std::string_view name, FaultList& faults) {
    if (parent == nullptr || !require_object(faults, *parent, kRule)) return nullptr;
    JsonValue const* member = parent->find(name);
    if (member == nullptr)
        missing(faults, *parent, kRule, name, "{...}");
    else if (!require_object(faults, *member, kRule))
        return nullptr;
    return member;
}

JsonValue const* event_list_of(JsonValue const* holder, FaultList& faults) {
    if (holder == nullptr || !require_object(faults, *holder, kRule)) return nullptr;
    JsonValue const* list = holder->find("eventList");
    if (list == nullptr)
        missing(faults, *holder, kRule, "eventList", "[]");
    else if (!require_array(faults, *list, kRule))
        return nullptr;
    return list;
}

void other_names(JsonValue const* object, std::initializer_list<std::string_view> known, FaultList& faults) {
    if (object == nullptr || !object->is_object()) return;
    for (JsonValue const& member : *object)
        if (std::find(known.begin(), known.end(), member.name) == known.end())
            check_other_name(*object, member, kRule, faults);
}

JsonValue const* event_list_of_query(JsonValue const* body, FaultList& faults) {
    JsonValue const* results = object_member(body, "queryResults", faults);
    if (results == nullptr) return nullptr;
    for (std::string_view name : {"queryName", "subscriptionID"})
        if (JsonValue const* member = results->find(name)) require_string(faults, *member, kRule);
    if (results->find("queryName") == nullptr) missing(faults, *results, kRule, "queryName", "\"SimpleEventQuery\"");
    JsonValue const* holder = object_member(results, "resultsBody", faults);
    other_names(body, {"queryResults"}, faults);
    other_names(results, {"queryName", "subscriptionID", "resultsBody"}, faults);
    other_names(holder, {"eventList", "vocabularyList"}, faults);
    return holder == nullptr ? nullptr : event_list_of(holder, faults);
}

std::optional<Error> add_items(JsonValue const& list, std::string const& pointer, Limits const& limits,
                               EventPlaces& out) {
    if (list.count > limits.events_per_capture_max) return too_many_events(limits.events_per_capture_max);
    out.events.reserve(list.count);
    for (JsonValue const& event : list)
        out.events.push_back({&event, pointer + "/" + std::to_string(out.events.size()), nullptr, std::nullopt});
    return std::nullopt;
}

Result<EventPlaces> find_in_document(JsonValue const& root, bool query, Limits const& limits) {
    FaultList faults(root, "");
    JsonValue const* body = check_top(root, query, faults);
    JsonValue const* list = query ? event_list_of_query(body, faults) : event_list_of(body, faults);
    if (!query) other_names(body, {"eventList"}, faults);
    if (!faults.empty()) return fail(faults.error());
    EventPlaces out;
    out.form = query ? BodyForm::QueryDocument : BodyForm::Document;
    out.context = root.find("@context");
    if (auto error = add_items(*list, JsonTree::pointer(root, *list), limits, out)) return fail(std::move(*error));
    return out;
}

// `device` is stored beside the event as it is (stations.md 9 K2).
void check_device(FaultList& faults, JsonValue const& device) {
    constexpr size_t kBytesMax = 4096;
    if (!require_object(faults, device, kRule) || device.bytes.size() <= kBytesMax) return;
    faults.add(device, Code::TooLong, "device is at most " + std::to_string(kBytesMax) + " bytes long",
               "device 最多 " + std::to_string(kBytesMax) + " 字节");
}

Result<EventPlaces> find_in_station_form(JsonValue const& root, JsonValue const& items, Limits const& limits) {
    FaultList faults(root, "");
    if (!require_array(faults, items, kRule)) return fail(faults.error());
    if (items.count > limits.events_per_capture_max) return fail(too_many_events(limits.events_per_capture_max));
    EventPlaces out;
    out.form = BodyForm::Station;
    for (JsonValue const& item : items) {
        EventPlace& place = out.events.emplace_back();
        std::string pointer = "/items/" + std::to_string(out.events.size() - 1);
        place.event = item.find("event");
        place.device = item.find("device");
        place.pointer = pointer + "/event";
        FaultList wrong(item, pointer);
        if (place.device != nullptr) check_device(wrong, *place.device);
        if (!wrong.empty()) place.error = wrong.error();
        if (place.event != nullptr) continue;
        missing(wrong, item, kRule, "event", "{\"type\": \"ObjectEvent\", ...}");
        place.error = wrong.error();
    }
    return out;
}

}  // namespace

Error too_many_events(size_t events_max) {
    return Error{
        Code::CaptureLimit,
        "more than " + std::to_string(events_max) + " events in one request; send several, or use ingot import",
        "一次请求中的事件超过 " + std::to_string(events_max) + " 个；请分批发送，或使用 ingot import"};
}

Result<EventPlaces> find_events(JsonValue const& root, Limits const& limits) {
    EventPlaces out;
    if (root.is_array()) {
        out.form = BodyForm::Array;
        if (auto error = add_items(root, "", limits, out)) return fail(std::move(*error));
        return out;
    }
    if (!root.is_object()) {
        FaultList faults(root, "");
        faults.add(root, kRule,
                   "the body must be an EPCISDocument, an EPCISQueryDocument, an event or an array of events",
                   "请求体必须是 EPCISDocument、EPCISQueryDocument、事件或事件数组");
        return fail(faults.error());
    }
    JsonValue const* type = root.find("type");
    std::string_view type_text = type != nullptr && type->is_string() ? type->text : std::string_view{};
    if (type_text == "EPCISQueryDocument") return find_in_document(root, true, limits);
    if (type_text == "EPCISDocument") return find_in_document(root, false, limits);
    if (type == nullptr && root.find("epcisBody") != nullptr) {
        FaultList faults(root, "");
        missing(faults, root, kRule, "type", "\"EPCISDocument\"");
        return fail(faults.error());
    }
    if (JsonValue const* items = root.find("items"); items != nullptr && type == nullptr)
        return find_in_station_form(root, *items, limits);
    out.events.push_back({&root, "", nullptr, std::nullopt});
    return out;
}

std::vector<BodyLine> split_lines(std::string_view body) {
    std::vector<BodyLine> lines;
    size_t number = 0;
    while (!body.empty()) {
        size_t end = body.find('\n');
        std::string_view line = body.substr(0, end);
        body.remove_prefix(end == std::string_view::npos ? body.size() : end + 1);
        ++number;
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (line.find_first_not_of(" \t\r") != std::string_view::npos) lines.push_back({line, number});
    }
    return lines;
}

bool is_ndjson(std::string_view content_type) {
    std::string_view media = content_type.substr(0, content_type.find(';'));
    while (!media.empty() && (media.back() == ' ' || media.back() == '\t')) media.remove_suffix(1);
    while (!media.empty() && (media.front() == ' ' || media.front() == '\t')) media.remove_prefix(1);
    for (std::string_view known : {"application/x-ndjson", "application/ndjson", "application/jsonl",
                                   "application/x-jsonlines", "application/jsonlines"})
        if (equal_ignoring_ascii_case(media, known)) return true;
    return false;
}

}  // namespace ingot::tracechain
