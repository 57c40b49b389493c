// What the trace chain and the registry need to know of each other, tied together here so that neither includes the
// other's inside.
#pragma once

#include "app/config.hpp"
#include "registry/registry.hpp"
#include "tracechain/capture_terms.hpp"

namespace ingot::app {

tracechain::TraceSettings trace_settings(Config const& config);
// The enterprise under whose registered prefix a lot or place stands. `registry` outlives it. Thread safe.
tracechain::OwnerLookup owner_lookup(registry::Registry const& registry);
// For Registry::Settings: quantity on hand under a code; named by any event.
Result<bool> lot_in_use(storage::View const& view, ident::Identifier const& identifier);
Result<bool> lot_mentioned(storage::View const& view, ident::Identifier const& identifier);

}  // namespace ingot::app
