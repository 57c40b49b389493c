// The members of an event object, sorted into the standard ones and extensions (spec/epcis-rest.md 2).
#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "tracechain/event.hpp"
#include "tracechain/json_value.hpp"

namespace ingot::tracechain {

enum class Field : uint8_t {
    type,
    event_id,
    event_time,
    event_time_zone_offset,
    record_time,
    certification_info,
    error_declaration,
    context,
    action,
    epc_list,
    quantity_list,
    parent_id,
    child_epcs,
    child_quantity_list,
    input_epc_list,
    input_quantity_list,
    output_epc_list,
    output_quantity_list,
    transformation_id,
    persistent_disposition,
    ilmd,
    biz_step,
    disposition,
    read_point,
    biz_location,
    biz_transaction_list,
    source_list,
    destination_list,
    sensor_element_list
};
inline constexpr size_t kFieldCount = size_t(Field::sensor_element_list) + 1;

std::string_view field_name(Field field);
std::optional<Field> find_field(std::string_view name);

// Lists that name lots, with the side their entries take.
struct LotList {
    Field field;
    Side side;
    bool instances;  // EPC list; else a quantity list
};
inline constexpr std::array kLotLists = {
    LotList{Field::epc_list, Side::Item, true},          LotList{Field::quantity_list, Side::Item, false},
    LotList{Field::child_epcs, Side::Item, true},        LotList{Field::child_quantity_list, Side::Item, false},
    LotList{Field::input_epc_list, Side::Input, true},   LotList{Field::input_quantity_list, Side::Input, false},
    LotList{Field::output_epc_list, Side::Output, true}, LotList{Field::output_quantity_list, Side::Output, false},
};

struct EventFields {
    JsonValue const* event = nullptr;
    std::array<JsonValue const*, kFieldCount> known{};
    std::vector<JsonValue const*> others;  // extensions, and names that are wrong

    JsonValue const* operator[](Field field) const { return known[size_t(field)]; }
    // Text of a string member; empty when absent or something else.
    std::string_view text(Field field) const;
    // Items of a list member; 0 when absent or no array.
    size_t items(Field field) const;
};
EventFields sort_fields(JsonValue const& event);

// Type of the event by name; Extension for every other text.
EventType event_type_of(std::string_view type);

}  // namespace ingot::tracechain
