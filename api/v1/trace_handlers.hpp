// /v1/trace, /v1/lots and /v1/vessels (spec/trace-semantics.md 4). All need trace.run; all read one snapshot.
#pragma once

#include "api/handler.hpp"

namespace ingot::api::v1 {

// GET, POST /v1/trace/upstream and /v1/trace/downstream: JSON pages with `cursor`, or NDJSON as a stream.
Result<net::Answer> trace_upstream(Call const& call, Services& services);
Result<net::Answer> trace_downstream(Call const& call, Services& services);
// GET, POST /v1/trace/both: {"up":…,"down":…}; a `next` inside goes on at the route of its direction.
Result<net::Answer> trace_both(Call const& call, Services& services);
// GET /v1/trace/explain?from=&to=&k=
Result<net::Answer> trace_explain(Call const& call, Services& services);
// GET /v1/lots/{prefix}/{suffix...} and /v1/lots?id=
Result<net::Answer> get_lot(Call const& call, Services& services);
// GET /v1/vessels?campaign=
Result<net::Answer> get_vessel(Call const& call, Services& services);

}  // namespace ingot::api::v1
