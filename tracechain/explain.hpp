// Why a lot holds a share of another: the heaviest paths between them (spec/trace-semantics.md 4.5).
#pragma once

#include <string>

#include "tracechain/query_run.hpp"

namespace ingot::tracechain {

struct ExplainQuery {
    StartLot from, to;  // from: the ancestor
    uint32_t k = 5;     // 1 to 100
    TraceQuery walk;    // basis, as_of, at, max_depth, max_nodes, max_edges, timeout; start is not used
};

// The answer as JSON. Best first over partial paths from `to`, by prefix product times the largest product still
// possible to `from`. Nodes, edges and time of the query and at most 200,000 partial paths; past them `complete` is
// false and `stats.stop` says which ended it: `nodes`, `time` or `paths`; `share` is then what was found so far. Lots
// not visible are not walked through. NotFound as for walks.
struct Explained {
    std::string body;
    std::string digest;  // of all of it but what it cost
    bool complete = true;
};
Result<Explained> run_explain(storage::View const& view, ExplainQuery const& query, WalkTerms const& terms);

}  // namespace ingot::tracechain
