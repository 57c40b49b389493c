#include "tracechain/event_hash.hpp"

#include <algorithm>
#include <span>

#include "base/encoding.hpp"
#include "tracechain/event_hash_value.hpp"

namespace ingot::tracechain {
namespace {

enum class Version { Cbv20, Cbv21 };

struct HashField {
    std::string_view name;
    WordList words = WordList::None;
    bool is_time = false;
};

constexpr std::array kMetadataFields = {
    HashField{"time", WordList::None, true},
    HashField{"startTime", WordList::None, true},
    HashField{"endTime", WordList::None, true},
    HashField{"deviceID"},
    HashField{"deviceMetadata"},
    HashField{"rawData"},
    HashField{"dataProcessingMethod"},
    HashField{"bizRules"},
};
constexpr std::array kReportFields = {
    HashField{"type", WordList::Measurement},
    HashField{"exception", WordList::Exception},
    HashField{"deviceID"},
    HashField{"deviceMetadata"},
    HashField{"rawData"},
    HashField{"dataProcessingMethod"},
    HashField{"time", WordList::None, true},
    HashField{"microorganism"},
    HashField{"chemicalSubstance"},
    HashField{"value"},
    HashField{"component", WordList::Component},
    HashField{"stringValue"},
    HashField{"booleanValue"},
    HashField{"hexBinaryValue"},
    HashField{"uriValue"},
    HashField{"minValue"},
    HashField{"maxValue"},
    HashField{"meanValue"},
    HashField{"sDev"},
    HashField{"percRank"},
    HashField{"percValue"},
    HashField{"uom"},
    HashField{"coordinateReferenceSystem"},
};

bool is_scalar(JsonValue const& value) { return !value.is_array() && !value.is_object(); }

void append_sorted(std::vector<std::string>& parts, std::string& out) {
    std::sort(parts.begin(), parts.end());
    for (std::string const& part : parts) out += part;
}

// Writes one of the two strings.
class PreHashWriter {
  public:
    PreHashWriter(EventFields const& fields, Names const& names, Version version)
        : fields_(fields), names_(names), version_(version) {
        out_.reserve(fields.event->bytes.size() + 256);
    }

    std::string write() {
        head();
        lists_of_lots();
        why();
        where();
        parties();
        if (JsonValue const* sensors = non_empty_list(Field::sensor_element_list)) sensor_elements(*sensors);
        if (JsonValue const* ilmd = fields_[Field::ilmd]; ilmd != nullptr && ilmd->is_object() && ilmd->count > 0) {
            out_ += "ilmd";
            out_ += extensions_in(*ilmd, {});
        }
        out_ += moved_;
        out_ += event_extensions();
        return std::move(out_);
    }

  private:
    JsonValue const* non_empty_list(Field field) const {
        JsonValue const* list = fields_[field];
        return list != nullptr && list->is_array() && list->count > 0 ? list : nullptr;
    }

    // name=value; the name alone for an empty string.
    void field(std::string_view name, JsonValue const& value, WordList words, bool is_time, std::string& out) const {
        if (!is_scalar(value)) return;
        out += name;
        if (value.is_string() && trimmed(value.text).empty()) return;
        if (value.kind == JsonValue::Kind::Null) return;
        out += '=';
        if (is_time)
            append_hash_time(value.text, out);
        else
            append_hash_text(value.text, words, names_, out);
    }

    void event_field(Field which, WordList words = WordList::None, bool is_time = false) {
        if (JsonValue const* value = fields_[which]; value != nullptr && !is_blank(*value))
            field(field_name(which), *value, words, is_time, out_);
    }
    static bool is_blank(JsonValue const& value) { return value.is_string() && trimmed(value.text).empty(); }

    void head() {
        if (JsonValue const* type = fields_[Field::type]; type != nullptr && type->is_string()) {
            out_ += "eventType=";
            append_hash_text(type->text, WordList::None, names_, out_);
        }
        event_field(Field::event_time, WordList::None, true);
        if (JsonValue const* offset = fields_[Field::event_time_zone_offset]; offset != nullptr && is_scalar(*offset))
            out_.append("eventTimeZoneOffset=").append(trimmed(offset->text));
    }

    void lists_of_lots() {
        epcs(Field::epc_list);
        event_field(Field::parent_id);
        epcs(Field::input_epc_list);
        epcs(Field::child_epcs);
        quantities(Field::quantity_list);
        quantities(Field::child_quantity_list);
        quantities(Field::input_quantity_list);
        epcs(Field::output_epc_list);
        quantities(Field::output_quantity_list);
    }

    void epcs(Field which) {
        JsonValue const* list = non_empty_list(which);
        if (list == nullptr) return;
        std::vector<std::string> parts;
        parts.reserve(list->count);
        for (JsonValue const& epc : *list) field("epc", epc, WordList::None, false, parts.emplace_back());
        out_ += field_name(which);
        append_sorted(parts, out_);
    }

    void quantities(Field which) {
        JsonValue const* list = non_empty_list(which);
        if (list == nullptr) return;
        std::vector<std::string> parts;
        parts.reserve(list->count);
        for (JsonValue const& entry : *list) {
            std::string& part = parts.emplace_back("quantityElement");
            for (std::string_view name : {"epcClass", "quantity", "uom"})
                if (JsonValue const* value = entry.find(name)) field(name, *value, WordList::None, false, part);
        }
        out_ += field_name(which);
        append_sorted(parts, out_);
    }

    void why() {
        event_field(Field::action);
        event_field(Field::transformation_id);
        event_field(Field::biz_step, WordList::BizStep);
        event_field(Field::disposition, WordList::Disposition);
        JsonValue const* set = fields_[Field::persistent_disposition];
        if (set == nullptr || !set->is_object() || set->count == 0) return;
        out_ += "persistentDisposition";
        for (std::string_view name : {"set", "unset"}) {
            JsonValue const* list = set->find(name);
            if (list == nullptr || !list->is_array()) continue;
            std::vector<std::string> parts;
            for (JsonValue const& item : *list) field(name, item, WordList::Disposition, false, parts.emplace_back());
            append_sorted(parts, out_);
        }
    }

    void where() {
        for (Field which : {Field::read_point, Field::biz_location}) {
            JsonValue const* place = fields_[which];
            if (place == nullptr || !place->is_object() || place->count == 0) continue;
            out_ += field_name(which);
            if (JsonValue const* id = place->find("id")) field("id", *id, WordList::None, false, out_);
            std::string tail = extensions_in(*place, std::array<std::string_view, 1>{"id"});
            if (tail.empty()) continue;
            if (version_ == Version::Cbv21)
                out_ += tail;
            else
                moved_.append(field_name(which)).append(tail);
        }
    }

    void parties() {
        typed_list(Field::biz_transaction_list, "bizTransaction", WordList::BizTransaction);
        typed_list(Field::source_list, "source", WordList::SourceDestination);
        typed_list(Field::destination_list, "destination", WordList::SourceDestination);
    }

    void typed_list(Field which, std::string_view name, WordList words) {
        JsonValue const* list = non_empty_list(which);
        if (list == nullptr) return;
        std::vector<std::string> parts;
        for (JsonValue const& entry : *list) {
            std::string& part = parts.emplace_back();
            if (JsonValue const* type = entry.find("type")) field("type", *type, words, false, part);
            if (JsonValue const* value = entry.find(name)) field(name, *value, WordList::None, false, part);
        }
        out_ += field_name(which);
        append_sorted(parts, out_);
    }

    // A part of a sensor element and its extensions, which CBV 2.0 writes elsewhere.
    struct Split {
        std::string own, tail;
    };

    Split split(std::string_view name, JsonValue const& object, std::span<HashField const> known) const {
        Split out;
        out.own = name;
        for (HashField const& entry : known)
            if (JsonValue const* value = object.find(entry.name))
                field(entry.name, *value, entry.words, entry.is_time, out.own);
        out.tail = extensions_beside(object, known);
        if (version_ == Version::Cbv21)
            out.own += std::exchange(out.tail, {});
        else if (!out.tail.empty())
            out.tail.insert(0, name);
        return out;
    }

    void sensor_elements(JsonValue const& list) {
        std::vector<std::string> elements, tails;
        for (JsonValue const& element : list) {
            Split whole = sensor_element(element);
            elements.push_back(std::move(whole.own));
            if (!whole.tail.empty()) tails.push_back(std::move(whole.tail));
        }
        if (version_ == Version::Cbv21) out_ += field_name(Field::sensor_element_list);
        append_sorted(elements, out_);
        append_sorted(tails, moved_);
    }

    Split sensor_element(JsonValue const& element) const {
        Split out{"sensorElement", {}};
        if (JsonValue const* metadata = element.find("sensorMetadata"); metadata != nullptr && metadata->is_object()) {
            Split part = split("sensorMetadata", *metadata, kMetadataFields);
            out.own += part.own;
            out.tail += part.tail;
        }
        std::vector<std::string> reports, tails;
        if (JsonValue const* list = element.find("sensorReport"); list != nullptr && list->is_array()) {
            for (JsonValue const& report : *list) {
                Split part = split("sensorReport", report, kReportFields);
                reports.push_back(std::move(part.own));
                if (!part.tail.empty()) tails.push_back(std::move(part.tail));
            }
        }
        append_sorted(reports, out.own);
        append_sorted(tails, out.tail);
        std::string own = extensions_in(element, std::array<std::string_view, 2>{"sensorMetadata", "sensorReport"});
        if (version_ == Version::Cbv21) {
            out.own += own;
        } else {
            out.tail += own;
            if (!out.tail.empty()) out.tail.insert(0, "sensorElement");
        }
        return out;
    }

    // Members that are no standard field of a sensor part. bizRules of a report is standard, but not hashed.
    std::string extensions_beside(JsonValue const& object, std::span<HashField const> known) const {
        std::vector<std::string> parts;
        for (JsonValue const& member : object) {
            bool standard = member.name == "bizRules";
            for (HashField const& entry : known) standard = standard || entry.name == member.name;
            if (!standard) extension(member, parts);
        }
        std::string out;
        append_sorted(parts, out);
        return out;
    }

    std::string extensions_in(JsonValue const& object, std::span<std::string_view const> standard) const {
        std::vector<std::string> parts;
        for (JsonValue const& member : object)
            if (std::find(standard.begin(), standard.end(), member.name) == standard.end()) extension(member, parts);
        std::string out;
        append_sorted(parts, out);
        return out;
    }

    std::string event_extensions() const {
        std::vector<std::string> parts;
        for (JsonValue const* member : fields_.others) extension(*member, parts);
        std::string out;
        append_sorted(parts, out);
        return out;
    }

    // {namespace}local=value, or {namespace}local and its members; array items repeat the name. Recursion is bounded
    // by the depth limit of the parser.
    void extension(JsonValue const& member, std::vector<std::string>& parts) const {
        ExpandedName name = names_.expand(member.name);
        if (member.name == "@context") return;
        if (name.local == "comment" && name.space == "http://www.w3.org/2000/01/rdf-schema#") return;
        std::string key;
        if (!name.space.empty()) key.append(1, '{').append(name.space).append(1, '}');
        key += name.local;
        value_of(member, key, parts);
    }

    void value_of(JsonValue const& value, std::string const& key, std::vector<std::string>& parts) const {
        if (value.is_array()) {
            for (JsonValue const& item : value) value_of(item, key, parts);
        } else if (value.is_object()) {
            parts.push_back(key + extensions_in(value, {}));
        } else {
            field(key, value, WordList::None, false, parts.emplace_back());
        }
    }

    EventFields const& fields_;
    Names const& names_;
    Version version_;
    std::string out_;
    std::string moved_;  // CBV 2.0: extensions taken out of standard fields
};

bool same_in_both_versions(EventFields const& fields) {
    if (fields.items(Field::sensor_element_list) > 0) return false;
    for (Field which : {Field::read_point, Field::biz_location}) {
        JsonValue const* place = fields[which];
        if (place != nullptr && place->is_object() && place->count > 1) return false;
    }
    return true;
}

}  // namespace

PreHash make_pre_hash(EventFields const& fields, Names const& names) {
    PreHash out;
    out.cbv21 = PreHashWriter(fields, names, Version::Cbv21).write();
    out.equal = same_in_both_versions(fields);
    out.cbv20 = out.equal ? out.cbv21 : PreHashWriter(fields, names, Version::Cbv20).write();
    return out;
}

Digest make_content_digest(std::string_view pre_hash_cbv21, EventFields const& fields) {
    std::vector<std::string_view> values;
    if (JsonValue const* info = fields[Field::certification_info]) {
        if (info->is_string()) values.push_back(info->text);
        if (info->is_array())
            for (JsonValue const& item : *info) values.push_back(item.text);
    }
    std::sort(values.begin(), values.end());
    std::string text(pre_hash_cbv21);
    text += '\x1F';
    for (size_t i = 0; i < values.size(); ++i) {
        if (i > 0) text += '\x1F';
        text += values[i];
    }
    return sha256(text);
}

std::string event_hash_name(Digest const& digest, std::string_view version) {
    return "ni:///sha-256;" + to_hex(bytes_of(digest)) + "?ver=" + std::string(version);
}

}  // namespace ingot::tracechain
