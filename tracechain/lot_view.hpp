// One lot as GET /v1/lots answers it: amounts, holders, assays, states and events (spec/trace-semantics.md 4.15).
#pragma once

#include <optional>
#include <string>

#include "tracechain/query_run.hpp"

namespace ingot::tracechain {

struct LotQuery : AsAt {
    StartLot lot;
    uint32_t limit = 100;            // events a page
    std::optional<EventSeq> before;  // events: only older seqs
};

// JSON. NotFound: unknown, or not visible.
Result<std::string> read_lot(storage::View const& view, LotQuery const& query, WalkTerms const& terms);

}  // namespace ingot::tracechain
