// Voiding a captured event (spec/trace-semantics.md 2.5): nothing is deleted, everything derived from it is derived
// again without it.
#pragma once

#include "tracechain/capture_workspace.hpp"

namespace ingot::tracechain {

// Makes the event void from the declaration on. An event that is void already stays as it is.
Result<void> void_event(Workspace& work, EventSeq declared, EventSeq declaration);

}  // namespace ingot::tracechain
