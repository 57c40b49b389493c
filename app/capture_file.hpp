// Sends a file of events to a node in requests of a size it takes (spec/trace-semantics.md 5.1).
#pragma once

#include <cstdint>
#include <functional>
#include <istream>
#include <string>
#include <vector>

#include "app/node_client.hpp"

namespace ingot::app {

struct CaptureCounts {
    uint64_t stored = 0, duplicate = 0, refused = 0;
};

struct CaptureOptions {
    size_t events_a_request = 500;
    size_t bytes_a_request = 4 * 1024 * 1024;
    bool rollback = false;  // each request all or nothing
    bool tolerant = false;  // accept=tolerant
    // Called after every request with the counts so far.
    std::function<void(CaptureCounts const&)> progress;
    // Called for every refused event: its place in the file (line of NDJSON, else index) and what the node said.
    std::function<void(uint64_t place, std::string const& said)> refused;
};

// NDJSON is sent line by line in requests; anything else as one request. Stops at the first answer that is not about
// single events, with that answer as the error.
Result<CaptureCounts> capture_stream(NodeClient& node, std::istream& input, bool ndjson, CaptureOptions const& options);

// True when the first line of the file is a whole JSON object by itself and a second line follows.
bool looks_like_ndjson(std::istream& input);

}  // namespace ingot::app
