// rule=standard (spec/trace-semantics.md 3.12): what a plain EPCIS client would compute. Transformations only, grouped
// by transformationID or event, every input to every output, blind to time, quantity and our extensions.
#pragma once

#include <string>

#include "tracechain/query_run.hpp"

namespace ingot::tracechain {

// The lots reached, in order of id, without the starts; `complete` is false when the node budget ended the search.
struct StandardSet {
    std::vector<LotNumber> lots;
    uint64_t masked = 0;
    bool complete = true;
};
Result<StandardSet> standard_set(storage::View const& view, Direction direction, TraceQuery const& query,
                                 WalkTerms const& terms, AsOf const& as_of, std::vector<LotNumber> const& starts,
                                 WalkStats& stats);

// The answer as JSON: nodes with `share` null, no closure.
Result<std::string> run_standard(storage::View const& view, Direction direction, TraceQuery const& query,
                                 WalkTerms const& terms);

}  // namespace ingot::tracechain
