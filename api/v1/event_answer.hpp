// Stored events as JSON. The event itself and its @context are inserted byte for byte as they were received.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tracechain/event_store.hpp"

namespace ingot::api {

// {"items":[{seq, record_time, event_id, kind, site, reporter, declaration, void_seq, flags, warnings, context,
// event}],"next":...}; `next` is left out when empty, as are members that say nothing.
std::string events_json(std::vector<tracechain::StoredEvent> const& events, std::string_view next);

// {"eventID":...,"cbv20":...,"cbv21":...,"matches":...}
std::string event_hash_json(std::string_view event_id, std::string_view cbv20, std::string_view cbv21);

}  // namespace ingot::api
