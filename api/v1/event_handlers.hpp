// Capturing events and reading them back (spec/trace-semantics.md 5, api-conventions.md 11, 17.3). Callers see the
// events their enterprise reported; an event of someone else and one that does not exist look alike.
#pragma once

#include "api/handler.hpp"

namespace ingot::api {

// POST /v1/events ?on_error=rollback|proceed &accept=tolerant
Result<Change> capture_events(Call const& call, Services& services);
// GET /v1/events ?lot= &kind= &site= &from= &to= &as_of= &flag= &limit= &cursor=; newest first
Result<net::Answer> list_events(Call const& call, Services& services);
// GET /v1/events/{id}: every record of the id, the event and its error declarations; bytes as received
Result<net::Answer> show_event(Call const& call, Services& services);
// GET /v1/events/{id}/hash: the CBV event hashes of the content, and whether the id is one of them
Result<net::Answer> show_event_hash(Call const& call, Services& services);

}  // namespace ingot::api
