#include "tracechain/epcis_rules.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "tracechain/epcis_format.hpp"

namespace ingot::tracechain {
namespace {

using Fields = uint64_t;
constexpr Fields bit(Field field) { return Fields(1) << unsigned(field); }
template <class... F>
constexpr Fields bits(F... field) {
    return (bit(field) | ...);
}

constexpr Fields kEveryEvent =
    bits(Field::type, Field::event_id, Field::event_time, Field::event_time_zone_offset, Field::record_time,
         Field::certification_info, Field::error_declaration, Field::context);
constexpr Fields kWhyWhere =
    bits(Field::biz_step, Field::disposition, Field::read_point, Field::biz_location, Field::biz_transaction_list,
         Field::source_list, Field::destination_list, Field::sensor_element_list);

// T1 to T5: what an event of the type may hold.
Fields allowed_fields(EventType type) {
    constexpr Fields common = kEveryEvent | kWhyWhere;
    switch (type) {
        case EventType::Object:
            return common | bits(Field::action, Field::epc_list, Field::quantity_list, Field::persistent_disposition,
                                 Field::ilmd);
        case EventType::Aggregation:
        case EventType::Association:
            return common | bits(Field::action, Field::parent_id, Field::child_epcs, Field::child_quantity_list);
        case EventType::Transaction:
            return common | bits(Field::action, Field::parent_id, Field::epc_list, Field::quantity_list);
        case EventType::Transformation:
            return common | bits(Field::input_epc_list, Field::input_quantity_list, Field::output_epc_list,
                                 Field::output_quantity_list, Field::transformation_id, Field::persistent_disposition,
                                 Field::ilmd);
        case EventType::Extension:
            break;
    }
    return ~Fields(0);
}

void check_names(EventFields const& fields, EventType type, FaultList& faults, RuleTerms const& terms) {
    Fields allowed = allowed_fields(type);
    if (terms.lenient) allowed |= bit(Field::persistent_disposition);
    for (size_t i = 0; i < kFieldCount; ++i) {
        if (fields.known[i] == nullptr || (allowed >> i & 1) != 0) continue;
        std::string name(field_name(Field(i))), of(fields.text(Field::type));
        faults.add(*fields.event, "E6", name + " does not belong in " + of + "; remove it or use another event type",
                   of + " 中不能有 " + name + "；请删除或改用其他事件类型");
    }
    for (JsonValue const* other : fields.others) check_other_name(*fields.event, *other, "E6", faults);
}

void check_declaration(JsonValue const& declaration, FaultList& faults) {
    if (!require_object(faults, declaration, "E4")) return;
    bool has_time = false;
    for (JsonValue const& member : declaration) {
        if (member.name == "declarationTime") {
            has_time = true;
            require_date_time(faults, member, "E4");
        } else if (member.name == "reason") {
            check_word(member, WordList::Reason, "E4", faults);
        } else if (member.name == "correctiveEventIDs") {
            if (!require_array(faults, member, "E4")) continue;
            for (JsonValue const& id : member) require_uri(faults, id, "E4");
        } else {
            check_other_name(declaration, member, "E4", faults);
        }
    }
    if (!has_time) missing(faults, declaration, "E4", "declarationTime", "\"2026-11-22T06:10:00+08:00\"");
}

// The manifest of the test data points at the member, not at the item.
void check_certification(JsonValue const& value, FaultList& faults) {
    bool right = value.is_string() ? is_uri(value.text) : value.is_array();
    if (value.is_array())
        for (JsonValue const& item : value) right = right && item.is_string() && is_uri(item.text);
    if (right) return;
    faults.add(value, "E3", "certificationInfo must be a URI or an array of URIs, not " + shown(value),
               "certificationInfo 必须是 URI 或 URI 数组，现为 " + shown(value));
}

// E1 to E5. Answers false when the type itself is wrong, so that no rule of a type applies.
bool check_every_event(EventFields const& fields, FaultList& faults) {
    JsonValue const& event = *fields.event;
    bool type_right = false;
    if (JsonValue const* type = fields[Field::type]; type == nullptr) {
        missing(faults, event, "E1", "type", "\"ObjectEvent\"");
    } else if (type->is_string() && (event_type_of(type->text) != EventType::Extension || is_uri(type->text))) {
        type_right = true;
    } else {
        faults.add(*type, "E1",
                   "type must be ObjectEvent, AggregationEvent, AssociationEvent, TransactionEvent, "
                   "TransformationEvent or a URI, not " +
                       shown(*type),
                   "type 必须是五种标准事件类型之一或 URI，现为 " + shown(*type));
    }
    if (JsonValue const* time = fields[Field::event_time]; time == nullptr)
        missing(faults, event, "E2", "eventTime", "\"2026-11-22T06:10:00+08:00\"");
    else
        require_date_time(faults, *time, "E2");
    if (JsonValue const* offset = fields[Field::event_time_zone_offset]; offset == nullptr) {
        missing(faults, event, "E2", "eventTimeZoneOffset", "\"+08:00\"");
    } else if (!offset->is_string() || !is_offset(offset->text)) {
        faults.add(*offset, "E2", "eventTimeZoneOffset must be +hh:mm or -hh:mm up to 14:00, not " + shown(*offset),
                   "eventTimeZoneOffset 必须形如 +08:00（不超过 14:00），现为 " + shown(*offset));
    }
    if (auto const* time = fields[Field::record_time]) require_date_time(faults, *time, "E3");
    if (auto const* id = fields[Field::event_id]) require_uri(faults, *id, "E3");
    if (auto const* info = fields[Field::certification_info]) check_certification(*info, faults);
    if (auto const* declaration = fields[Field::error_declaration]) check_declaration(*declaration, faults);
    if (auto const* context = fields[Field::context]) require_context(faults, *context, "E5");
    return type_right;
}

void check_distinct(JsonValue const& list, std::string_view rule, FaultList& faults) {
    std::vector<std::string_view> texts;
    texts.reserve(list.count);
    for (JsonValue const& item : list)
        if (item.is_string()) texts.push_back(item.text);
    std::sort(texts.begin(), texts.end());
    auto twice = std::adjacent_find(texts.begin(), texts.end());
    if (twice == texts.end()) return;
    std::string found(*twice);
    faults.add(list, rule, label(list) + " names \"" + found + "\" twice; name each once",
               label(list) + " 中 \"" + found + "\" 出现两次；每个只写一次");
}

// E7, U3: lists of lots.
void check_lists(EventFields const& fields, EventType type, FaultList& faults) {
    bool distinct = type == EventType::Object || type == EventType::Transformation;
    for (LotList const& list : kLotLists) {
        JsonValue const* value = fields[list.field];
        if (value == nullptr || !require_array(faults, *value, "E7")) continue;
        if (!list.instances) {
            check_quantities(*value, faults);
            continue;
        }
        for (JsonValue const& epc : *value) {
            if (faults.full()) return;
            require_uri(faults, epc, "E7");
        }
        if (distinct) check_distinct(*value, "E7", faults);
    }
}

void check_why_where(EventFields const& fields, FaultList& faults) {
    if (auto const* step = fields[Field::biz_step]) check_word(*step, WordList::BizStep, "U2", faults);
    if (auto const* state = fields[Field::disposition]) check_word(*state, WordList::Disposition, "U2", faults);
    if (auto const* set = fields[Field::persistent_disposition]) check_persistent_disposition(*set, faults);
    if (auto const* place = fields[Field::read_point]) check_place(*place, faults);
    if (auto const* place = fields[Field::biz_location]) check_place(*place, faults);
    if (auto const* list = fields[Field::biz_transaction_list])
        check_typed_list(*list, "bizTransaction", WordList::BizTransaction, false, faults);
    if (auto const* list = fields[Field::source_list])
        check_typed_list(*list, "source", WordList::SourceDestination, true, faults);
    if (auto const* list = fields[Field::destination_list])
        check_typed_list(*list, "destination", WordList::SourceDestination, true, faults);
    if (auto const* list = fields[Field::sensor_element_list]) check_sensor_elements(*list, faults);
    if (auto const* parent = fields[Field::parent_id]) require_uri(faults, *parent, "F1");
    if (auto const* id = fields[Field::transformation_id]) require_uri(faults, *id, "F1");
    if (auto const* ilmd = fields[Field::ilmd]; ilmd != nullptr && require_object(faults, *ilmd, "U8"))
        for (JsonValue const& member : *ilmd) check_other_name(*ilmd, member, "U8", faults);
}

bool check_action(EventFields const& fields, FaultList& faults, std::string_view rule) {
    JsonValue const* action = fields[Field::action];
    if (action == nullptr) {
        missing(faults, *fields.event, rule, "action", "\"OBSERVE\"");
        return false;
    }
    if (action->is_string() && (action->text == "ADD" || action->text == "OBSERVE" || action->text == "DELETE"))
        return true;
    faults.add(*action, "U1", "action must be exactly ADD, OBSERVE or DELETE, not " + shown(*action),
               "action 必须是 ADD、OBSERVE 或 DELETE，现为 " + shown(*action));
    return false;
}

void check_object_event(EventFields const& fields, FaultList& faults) {
    bool has_action = check_action(fields, faults, "T1");
    bool present = fields[Field::epc_list] != nullptr || fields.items(Field::quantity_list) > 0 ||
                   (fields.items(Field::sensor_element_list) > 0 && fields[Field::read_point] != nullptr);
    if (!present) {
        faults.add(*fields.event, "T1",
                   "an ObjectEvent needs epcList (may be empty), a quantityList with entries, or a sensorElementList "
                   "with a readPoint",
                   "ObjectEvent 需要 epcList（可为空）、非空 quantityList，或 sensorElementList 加 readPoint");
    }
    if (has_action && fields[Field::ilmd] != nullptr && fields.text(Field::action) != "ADD") {
        faults.add(*fields.event, "T1", "ilmd is allowed only with action ADD; remove ilmd or use ADD",
                   "ilmd 只能与 action ADD 一起使用");
    }
}

void check_aggregation(EventFields const& fields, FaultList& faults, std::string_view rule, bool parent_always) {
    check_action(fields, faults, rule);
    std::string_view action = fields.text(Field::action);
    bool present =
        fields.items(Field::child_epcs) > 0 || fields.items(Field::child_quantity_list) > 0 || action == "DELETE";
    if (!present) {
        faults.add(*fields.event, rule, "childEPCs or childQuantityList must name a child unless action is DELETE",
                   "除 DELETE 外，childEPCs 或 childQuantityList 必须至少有一个子项");
    }
    bool parent_needed = parent_always || action == "ADD" || action == "DELETE";
    if (parent_needed && fields[Field::parent_id] == nullptr)
        missing(faults, *fields.event, rule, "parentID", "\"urn:epc:id:sscc:9527001.3000004711\"");
}

void check_transaction_event(EventFields const& fields, FaultList& faults) {
    check_action(fields, faults, "T4");
    if (fields.items(Field::biz_transaction_list) == 0) {
        faults.add(*fields.event, "T4", "a TransactionEvent needs a bizTransactionList with at least one entry",
                   "TransactionEvent 需要至少一项的 bizTransactionList");
    }
    bool present = fields[Field::epc_list] != nullptr || fields.items(Field::quantity_list) > 0 ||
                   fields.text(Field::action) == "DELETE";
    if (!present) {
        faults.add(*fields.event, "T4", "a TransactionEvent needs epcList or a quantityList with entries",
                   "TransactionEvent 需要 epcList 或非空 quantityList");
    }
}

void check_transformation_event(EventFields const& fields, FaultList& faults) {
    size_t inputs = fields.items(Field::input_epc_list) + fields.items(Field::input_quantity_list);
    size_t outputs = fields.items(Field::output_epc_list) + fields.items(Field::output_quantity_list);
    bool campaign = fields[Field::transformation_id] != nullptr;
    if ((inputs > 0 && outputs > 0) || (campaign && inputs + outputs > 0)) return;
    faults.add(*fields.event, "T5",
               "a TransformationEvent needs an input and an output, or a transformationID with one of them",
               "TransformationEvent 需要输入和输出，或 transformationID 加其中之一");
}

}  // namespace

void check_event(EventFields const& fields, FaultList& faults, RuleTerms const& terms) {
    bool type_right = check_every_event(fields, faults);
    EventType type = event_type_of(fields.text(Field::type));
    if (!type_right || type == EventType::Extension) return;
    check_names(fields, type, faults, terms);
    switch (type) {
        case EventType::Object:
            check_object_event(fields, faults);
            break;
        case EventType::Aggregation:
            check_aggregation(fields, faults, "T2", false);
            break;
        case EventType::Association:
            check_aggregation(fields, faults, "T3", true);
            break;
        case EventType::Transaction:
            check_transaction_event(fields, faults);
            break;
        case EventType::Transformation:
            check_transformation_event(fields, faults);
            break;
        case EventType::Extension:
            break;
    }
    check_lists(fields, type, faults);
    check_why_where(fields, faults);
}

}  // namespace ingot::tracechain
