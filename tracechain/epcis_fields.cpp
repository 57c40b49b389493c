#include "tracechain/epcis_fields.hpp"

namespace ingot::tracechain {
namespace {

// In the order of Field.
constexpr std::array<std::string_view, kFieldCount> kNames = {"type",
                                                              "eventID",
                                                              "eventTime",
                                                              "eventTimeZoneOffset",
                                                              "recordTime",
                                                              "certificationInfo",
                                                              "errorDeclaration",
                                                              "@context",
                                                              "action",
                                                              "epcList",
                                                              "quantityList",
                                                              "parentID",
                                                              "childEPCs",
                                                              "childQuantityList",
                                                              "inputEPCList",
                                                              "inputQuantityList",
                                                              "outputEPCList",
                                                              "outputQuantityList",
                                                              "transformationID",
                                                              "persistentDisposition",
                                                              "ilmd",
                                                              "bizStep",
                                                              "disposition",
                                                              "readPoint",
                                                              "bizLocation",
                                                              "bizTransactionList",
                                                              "sourceList",
                                                              "destinationList",
                                                              "sensorElementList"};

}  // namespace

std::string_view field_name(Field field) { return kNames[size_t(field)]; }

std::optional<Field> find_field(std::string_view name) {
    for (size_t i = 0; i < kFieldCount; ++i)
        if (kNames[i] == name) return Field(i);
    return std::nullopt;
}

std::string_view EventFields::text(Field field) const {
    JsonValue const* value = (*this)[field];
    return value != nullptr && value->is_string() ? value->text : std::string_view{};
}

size_t EventFields::items(Field field) const {
    JsonValue const* value = (*this)[field];
    return value != nullptr && value->is_array() ? value->count : 0;
}

EventFields sort_fields(JsonValue const& event) {
    EventFields fields;
    fields.event = &event;
    for (JsonValue const& member : event) {
        if (auto field = find_field(member.name))
            fields.known[size_t(*field)] = &member;
        else
            fields.others.push_back(&member);
    }
    return fields;
}

EventType event_type_of(std::string_view type) {
    if (type == "ObjectEvent") return EventType::Object;
    if (type == "TransformationEvent") return EventType::Transformation;
    if (type == "AggregationEvent") return EventType::Aggregation;
    if (type == "AssociationEvent") return EventType::Association;
    if (type == "TransactionEvent") return EventType::Transaction;
    return EventType::Extension;
}

}  // namespace ingot::tracechain
