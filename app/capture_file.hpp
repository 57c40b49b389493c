// Sends a file of events to a node in requests of a size it takes (spec/trace-semantics.md 5.1).
#pragma once

#include <cstdint>
#include <functional>
#include <istream>
#include <string>

#include "app/node_client.hpp"

namespace ingot::app {

struct CaptureCounts {
    uint64_t stored = 0, duplicate = 0, refused = 0;
    uint64_t taken_back = 0;  // fit to be stored, but in a request that was refused whole
    uint64_t bytes = 0;       // of the input, sent so far
};

// An event the node refused, in words a person reads.
struct Refusal {
    uint64_t line = 0;     // of an NDJSON file, from 1; 0 in a document
    uint64_t place = 0;    // among the events of a document, from 1
    std::string event_id;  // empty: it has none
    std::string what;      // what is wrong, and where in the event
    std::string right;     // what would be right
};

struct CaptureOptions {
    size_t events_a_request = 500;
    size_t bytes_a_request = 4 * 1024 * 1024;
    bool rollback = false;  // each request all or nothing
    bool tolerant = false;  // accept=tolerant
    // Called after every request with the counts so far.
    std::function<void(CaptureCounts const&)> progress;
    std::function<void(Refusal const&)> refused;
};

// NDJSON is sent line by line in requests; anything else as one request. Stops at the first answer that is not about
// single events, with that answer as the error (its exit code included).
Result<CaptureCounts> capture_stream(NodeClient& node, std::istream& input, bool ndjson, CaptureOptions const& options);

// One line: "line 3, urn:uuid:...: what is wrong; what would be right", in the language of the process.
std::string refusal_line(Refusal const& refusal);

// True when the first line that is not blank is a whole JSON object by itself and another line follows. Goes back to
// the start.
bool looks_like_ndjson(std::istream& input);

}  // namespace ingot::app
