// One campaign of a vessel as GET /v1/vessels answers it: contents, charges, draws (spec/trace-semantics.md 1.5, 4.2).
#pragma once

#include <optional>
#include <string>

#include "tracechain/query_run.hpp"

namespace ingot::tracechain {

struct VesselQuery : AsAt {
    StartLot campaign;  // transformationID
};

// JSON. NotFound: unknown, or not visible (by the site of its first charge or draw).
Result<std::string> read_vessel(storage::View const& view, VesselQuery const& query, WalkTerms const& terms);

}  // namespace ingot::tracechain
