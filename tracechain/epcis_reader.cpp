#include "tracechain/epcis_reader.hpp"

#include "base/encoding.hpp"
#include "tracechain/epcis_document.hpp"
#include "tracechain/epcis_format.hpp"
#include "tracechain/epcis_interpretation.hpp"
#include "tracechain/epcis_rules.hpp"
#include "tracechain/event_hash.hpp"

namespace ingot::tracechain {
namespace {

// The context of an event that comes without any: the prefix of our own extensions.
constexpr std::string_view kBoundContext = R"({"ingot":"https://ingot.example/ns/"})";

Action action_of(std::string_view text) {
    if (text == "ADD") return Action::Add;
    if (text == "OBSERVE") return Action::Observe;
    return text == "DELETE" ? Action::Delete : Action::None;
}

void read_frame(EventFields const& fields, Event& event) {
    event.id = std::string(fields.text(Field::event_id));
    event.type_text = std::string(fields.text(Field::type));
    event.type = event_type_of(event.type_text);
    if (event.type != EventType::Extension) event.action = action_of(fields.text(Field::action));
    event.time_text = std::string(fields.text(Field::event_time));
    if (auto time = read_date_time(event.time_text)) event.time_us = to_micros(*time);
    event.bytes = std::string(fields.event->bytes);
}

void read_meaning(Interpretation& in) {
    read_declaration(in);
    in.event.kind = in.event.declaration ? LinkKind::declaration : LinkKind::other;
    if (in.event.type == EventType::Extension) return;
    find_extensions(in);
    read_lots(in);
    if (in.faults.full()) return;
    read_why_where(in);
    read_adjust(in);
    read_vessel(in);
    read_amounts(in);
    check_adjusted_amounts(in);
    check_selected_sum(in);
    read_allocation(in);
    read_links(in);
    read_hold(in);
    read_lock(in);
    read_override(in);
    read_ilmd(in);
    read_sensor_assays(in);
    in.event.kind = kind_of(in.event, in.fields.items(Field::sensor_element_list) > 0);
    warn_ignored_extensions(in);
}

// Digests of the event, its id if it came without one, and whether a given ni: id is right (epcis-rest.md 3.2).
void read_identity(Interpretation& in) {
    Event& event = in.event;
    PreHash strings = make_pre_hash(in.fields, in.names);
    event.hash_cbv21 = sha256(strings.cbv21);
    event.hash_cbv20 = strings.equal ? event.hash_cbv21 : sha256(strings.cbv20);
    event.content_digest = make_content_digest(strings.cbv21, in.fields);
    if (event.id.empty()) {
        event.id = event_hash_name(event.hash_cbv20, "CBV2.0");
    } else if (event.id.starts_with("ni:///sha-256;") && event.id != event_hash_name(event.hash_cbv20, "CBV2.0") &&
               event.id != event_hash_name(event.hash_cbv21, "CBV2.1")) {
        in.warn("hash-mismatch", *in.fields[Field::event_id]);
    }
}

std::optional<Error> size_error(JsonValue const& event, std::string const& pointer, ReadTerms const& terms) {
    if (event.bytes.size() <= terms.limits.event_bytes_max) return std::nullopt;
    FaultList faults(event, pointer);
    faults.add(event, Code::CaptureLimit,
               "the event is longer than " + std::to_string(terms.limits.event_bytes_max) + " bytes; split it",
               "事件超过 " + std::to_string(terms.limits.event_bytes_max) + " 字节；请拆分");
    return faults.error();
}

// One event, with the names of its document.
ReadEvent read_event(JsonValue const& value, Names names, std::string_view context, std::string const& pointer,
                     ReadTerms const& terms) {
    ReadEvent out;
    FaultList faults(value, pointer);
    if (!require_object(faults, value, "E1")) {
        out.error = faults.error();
        return out;
    }
    EventFields fields = sort_fields(value);
    out.event_id = std::string(fields.text(Field::event_id));
    out.error = size_error(value, pointer, terms);
    if (out.error) return out;
    check_event(fields, faults, {terms.lenient});
    if (faults.empty()) {
        if (JsonValue const* own = fields[Field::context]) names.add_context(*own);
        Event& event = out.event.emplace();
        Interpretation in{fields, names, terms, faults, event};
        read_frame(fields, event);
        event.context = std::string(context);
        event.pointer = pointer;
        read_meaning(in);
        if (faults.empty()) read_identity(in);
    }
    if (!faults.empty()) {
        out.event.reset();
        out.error = faults.error();
        return out;
    }
    out.event_id = out.event->id;
    return out;
}

// An event that stands alone brings its own @context, or has only the prefix `ingot`.
ReadEvent read_bare_event(JsonValue const& value, std::string const& pointer, ReadTerms const& terms) {
    if (value.find("@context") != nullptr) return read_event(value, {}, {}, pointer, terms);
    Names names;
    names.bind("ingot", kIngotNamespace);
    return read_event(value, std::move(names), kBoundContext, pointer, terms);
}

// An error of one NDJSON line: pointers get the place of the line, the text its number.
Error error_of_line(Error error, BodyLine const& line, size_t index) {
    std::string number = std::to_string(line.number), pointer = "/" + std::to_string(index);
    error.detail = "line " + number + ": " + error.detail;
    error.detail_zh = "第 " + number + " 行：" + error.detail_zh;
    for (Fault& fault : error.faults) fault.pointer = pointer + fault.pointer;
    if (error.faults.empty())
        error.faults.push_back({pointer, std::string(slug(error.code)), error.detail, error.detail_zh});
    return error;
}

Result<ReadBody> read_lines(std::string_view body, ReadTerms const& terms) {
    constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
    if (body.starts_with(kByteOrderMark)) body.remove_prefix(kByteOrderMark.size());
    std::vector<BodyLine> lines = split_lines(body);
    if (lines.size() > terms.limits.events_per_capture_max)
        return fail(too_many_events(terms.limits.events_per_capture_max));
    if (lines.empty()) return fail(Code::BadJson, "the body holds no line with an event", "请求体中没有事件行");
    JsonTerms json_terms = capture_json_terms(terms.limits);
    json_terms.drop_byte_order_mark = false;
    ReadBody out;
    out.form = BodyForm::Ndjson;
    out.events.reserve(lines.size());
    for (BodyLine const& line : lines) {
        size_t index = out.events.size();
        auto tree = JsonTree::parse(line.text, json_terms);
        if (!tree) {
            if (tree.error().code == Code::JsonSize) return fail(std::move(tree.error()));
            out.events.emplace_back().error = error_of_line(std::move(tree.error()), line, index);
            continue;
        }
        json_terms.values_max -= tree->root().span;
        out.events.push_back(read_bare_event(tree->root(), "/" + std::to_string(index), terms));
    }
    return out;
}

}  // namespace

Result<ReadBody> read_capture_body(std::string_view body, std::string_view content_type, ReadTerms const& terms) {
    if (is_ndjson(content_type)) return read_lines(body, terms);
    auto tree = JsonTree::parse(body, capture_json_terms(terms.limits));
    if (!tree) return fail(std::move(tree.error()));
    auto places = find_events(tree->root(), terms.limits);
    if (!places) return fail(std::move(places.error()));

    Names names;
    std::string_view context;
    if (places->context != nullptr) {
        names.add_context(*places->context);
        context = places->context->bytes;
    }
    ReadBody out;
    out.form = places->form;
    out.events.reserve(places->events.size());
    for (EventPlace& place : places->events) {
        if (place.error)
            out.events.emplace_back().error = std::move(place.error);
        else if (places->context != nullptr)
            out.events.push_back(read_event(*place.event, names, context, place.pointer, terms));
        else
            out.events.push_back(read_bare_event(*place.event, place.pointer, terms));
        if (place.device != nullptr) out.events.back().device = std::string(place.device->bytes);
    }
    return out;
}

namespace {

// A stored event and its context, parsed again.
struct StoredEvent {
    JsonTree event, context;
    Names names;
};

Result<StoredEvent> parse_stored(std::string_view bytes, std::string_view context, Limits const& limits) {
    JsonTerms terms = capture_json_terms(limits);
    auto event = JsonTree::parse(bytes, terms);
    if (!event) return fail(std::move(event.error()));
    auto context_tree = JsonTree::parse(context.empty() ? "[]" : context, terms);
    if (!context_tree) return fail(std::move(context_tree.error()));
    StoredEvent out{std::move(*event), std::move(*context_tree), {}};
    out.names.add_context(out.context.root());
    return out;
}

}  // namespace

Result<Event> read_stored_event(std::string_view bytes, std::string_view context, ReadTerms const& terms) {
    auto stored = parse_stored(bytes, context, terms.limits);
    if (!stored) return fail(std::move(stored.error()));
    ReadEvent read = read_event(stored->event.root(), std::move(stored->names), context, "", terms);
    if (read.error) return fail(std::move(*read.error));
    return std::move(*read.event);
}

Result<EventHash> hash_event(std::string_view bytes, std::string_view context) {
    auto stored = parse_stored(bytes, context, Limits{});
    if (!stored) return fail(std::move(stored.error()));
    JsonValue const& root = stored->event.root();
    if (!root.is_object()) return fail(Code::EventInvalid, "an event must be an object {...}", "事件必须是对象 {...}");
    EventFields fields = sort_fields(root);
    if (JsonValue const* own = fields[Field::context]) stored->names.add_context(*own);
    PreHash strings = make_pre_hash(fields, stored->names);
    EventHash out;
    out.ni_cbv20 = event_hash_name(sha256(strings.cbv20), "CBV2.0");
    out.ni_cbv21 = event_hash_name(sha256(strings.cbv21), "CBV2.1");
    out.content_digest = make_content_digest(strings.cbv21, fields);
    out.prehash_cbv20 = std::move(strings.cbv20);
    out.prehash_cbv21 = std::move(strings.cbv21);
    return out;
}

}  // namespace ingot::tracechain
