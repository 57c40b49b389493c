// Reading captured events: by seq, by id with their declarations, and lists. Bytes come back exactly as they were
// received. Everything reads one view.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/event_table.hpp"
#include "tracechain/event.hpp"

namespace ingot::tracechain {

struct StoredEvent {
    storage::EventFacts facts;
    std::string bytes;
    EventSeq void_seq = 0;  // declaration that voided it
    uint32_t flags = 0;     // of its capture, and what became known since
};

Result<std::optional<StoredEvent>> read_event(storage::View const& view, EventSeq seq);

// Every record of an event id in order of seq: the event and its error declarations, as many as a capture accepts
// (TraceSettings::declarations_per_event_max). Empty if there is none.
Result<std::vector<StoredEvent>> read_events_of(storage::View const& view, std::string_view event_id,
                                                uint32_t declarations_max = 100);

struct EventQuery {
    std::string enterprise;          // reporter; empty = any
    std::optional<std::string> lot;  // canonical key
    std::vector<LinkKind> kinds;
    std::vector<std::string> sites;
    std::optional<int64_t> from_us, to_us;  // event time, from <= t < to
    EventSeq as_of = UINT64_MAX;
    uint32_t flags = 0;   // any of them
    EventSeq before = 0;  // cursor: only smaller seqs; 0 = from the newest
    uint32_t limit = 100;
};

struct EventPage {
    std::vector<StoredEvent> events;  // newest first
    EventSeq next = 0;                // ask with `before` = next; 0 = the end
};

// At most 20,000 events are looked at for one page; a short page with `next` goes on there.
Result<EventPage> list_events(storage::View const& view, EventQuery const& query);

}  // namespace ingot::tracechain
