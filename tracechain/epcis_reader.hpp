// Reads what a client sent to POST /v1/events (spec/trace-semantics.md 5.1) into events, or says what is wrong and
// where.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.hpp"
#include "base/result.hpp"
#include "tracechain/event.hpp"

namespace ingot::tracechain {

struct ReadTerms {
    ident::CanonContext hosts;
    Limits limits;
    bool strict = false;   // own stations: an unknown uom is an error, not a warning (1.2)
    bool lenient = false;  // epcis.lenient
};

enum class BodyForm : uint8_t { Document, QueryDocument, Array, Single, Ndjson, Station };

// One event of the request: read, or refused with a JSON pointer relative to the request body.
struct ReadEvent {
    std::optional<Event> event;
    std::optional<Error> error;
    std::string event_id;  // as far as it could be read, for the result row
    std::string device;    // station form (stations.md 9): the device member, verbatim; else empty
};

struct ReadBody {
    BodyForm form = BodyForm::Single;
    std::vector<ReadEvent> events;
};

// `content_type` decides NDJSON; the JSON itself decides the rest. Errors of the whole request: BadJson, BadEncoding,
// DuplicateMember, JsonDepth, JsonSize, CaptureLimit, EventInvalid (document members; faults name the pointer).
// Work (parsing, validation, canonical ids, hashes) is proportional to the body. Thread safe.
Result<ReadBody> read_capture_body(std::string_view body, std::string_view content_type, ReadTerms const& terms);

// Reads one stored event again (bytes and context as in Event): the same digests and content. Pass terms with strict
// off and lenient on, so that an event once taken is never refused.
Result<Event> read_stored_event(std::string_view bytes, std::string_view context, ReadTerms const& terms);

// The CBV event hash strings of epcis-rest.md 5 of one event, for tests and /v1/events/{id}/hash.
struct EventHash {
    std::string prehash_cbv20, prehash_cbv21;
    std::string ni_cbv20, ni_cbv21;  // ni:///sha-256;...?ver=CBV2.0
    Digest content_digest{};
};
Result<EventHash> hash_event(std::string_view bytes, std::string_view context);

}  // namespace ingot::tracechain
