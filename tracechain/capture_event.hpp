// An event made ready for the committer on a worker thread: everything that needs no store is decided, hashed and
// encoded here, so that the committer only checks, counts and writes.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "registry/principal.hpp"
#include "storage/engine.hpp"
#include "storage/event_table.hpp"
#include "tracechain/capture_terms.hpp"
#include "tracechain/epcis_reader.hpp"

namespace ingot::tracechain {

struct Prepared {
    std::optional<Event> event;    // nothing: it could not be read
    std::optional<Error> refusal;  // checks 1 and 2 of 5.2, and limits
    std::string event_id;
    bool own_site = true;          // check 4
    std::optional<Error> foreign;  // check 4: it makes what is another enterprise's
    storage::EventFacts facts;
    std::string facts_before;  // encoded
    storage::Leaf leaf;        // without its key
};

struct PrepareTerms {
    registry::Principal const& principal;
    OwnerLookup const& owners;
    Random& random;
    TraceSettings const& settings;
};

Prepared prepare(ReadEvent read, PrepareTerms const& terms);
// For a rebuild: the event with the facts it was stored with.
Prepared prepare_stored(Event event, storage::EventFacts facts);

// Keys of every lot the event names, container included; and of its campaign.
void collect_keys(Event const& event, std::set<std::string>& lots, std::set<std::string>& campaigns);

}  // namespace ingot::tracechain
