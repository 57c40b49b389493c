// The validation checklist of EPCIS 2.0 JSON events (spec/epcis-rest.md 2: E1-E7, T1-T5, U1-U8, F1-F5). Every broken
// rule becomes a fault with its rule name; a missing or foreign name points at the object, a wrong value at the value.
#pragma once

#include "tracechain/epcis_faults.hpp"
#include "tracechain/epcis_fields.hpp"
#include "tracechain/epcis_words.hpp"

namespace ingot::tracechain {

struct RuleTerms {
    bool lenient = false;  // epcis.lenient: persistentDisposition in every event type
};

// All rules of one event. Thread safe, work proportional to the event.
void check_event(EventFields const& fields, FaultList& faults, RuleTerms const& terms);

// Parts, used by check_event.
void check_word(JsonValue const& value, WordList list, std::string_view rule, FaultList& faults);
void check_quantities(JsonValue const& list, FaultList& faults);  // U3
void check_typed_list(JsonValue const& list, std::string_view member, WordList types, bool type_required,
                      FaultList& faults);                                      // U4
void check_place(JsonValue const& place, FaultList& faults);                   // U5
void check_persistent_disposition(JsonValue const& value, FaultList& faults);  // U5
void check_sensor_elements(JsonValue const& list, FaultList& faults);          // U6, U7
// E6: names outside the standard must be F1 (prefixed or full URI); one fault at the object.
void check_other_name(JsonValue const& object, JsonValue const& member, std::string_view rule, FaultList& faults);

}  // namespace ingot::tracechain
