// Where the events of a request body are: the forms of spec/trace-semantics.md 5.1 and the document rules of
// spec/epcis-rest.md 1.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tracechain/epcis_reader.hpp"
#include "tracechain/json_value.hpp"

namespace ingot::tracechain {

// One event where it stands.
struct EventPlace {
    JsonValue const* event = nullptr;   // null: `error` says why
    std::string pointer;                // in the request body
    JsonValue const* device = nullptr;  // station form
    std::optional<Error> error;
};

struct EventPlaces {
    BodyForm form = BodyForm::Single;
    JsonValue const* context = nullptr;  // of the document; null for bare events
    std::vector<EventPlace> events;
};

// Events of one parsed body that is not NDJSON. Errors: EventInvalid (a document rule), CaptureLimit (too many events).
Result<EventPlaces> find_events(JsonValue const& root, Limits const& limits);

// Lines of an NDJSON body that hold anything, without their line ends.
struct BodyLine {
    std::string_view text;
    size_t number = 0;  // from 1, blank lines counted
};
std::vector<BodyLine> split_lines(std::string_view body);
bool is_ndjson(std::string_view content_type);

Error too_many_events(size_t events_max);

}  // namespace ingot::tracechain
