// V6 and V13 of spec/durability.md 8: everything that follows from the events is derived again from them alone, in a
// store in memory, and compared row by row. Needs memory for a second copy of the trace chain.
#pragma once

#include <functional>

#include "storage/verify.hpp"
#include "tracechain/capture_terms.hpp"

namespace ingot::app {

// V6: balances, that is lots, campaigns and the rows of their accounts. V13: links and indexes. `settings` as the node
// that captured the events had them. An Error: the derivation could not run.
Result<void> check_derived(storage::View const& view, tracechain::TraceSettings const& settings,
                           std::function<void(storage::Finding)> const& sink);

}  // namespace ingot::app
