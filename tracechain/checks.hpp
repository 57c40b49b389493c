// Checks 6, 7 and 11 of spec/trace-semantics.md 5.2, in the two columns of 3.10: strict refuses, tolerant flags.
#pragma once

#include "tracechain/capture_apply.hpp"

namespace ingot::tracechain {

// Before anything is applied: event time in the future. 400 time-future.
Result<void> check_future(Event const& event, int64_t record_time_us, bool strict, uint32_t& flags);

enum class Judgement : uint8_t { strict, tolerant, none };  // none: accepted before, only flags are found again

// After the event is applied to the workspace: existence, time order, overdraw, instance use; custody; plausibility.
// LotUnknown, TimeOrder, LineageCycle, Overdraw, AlreadyConsumed, AlreadyExists, NotInCustody. Flags go to
// application.flags.
Result<void> check_effects(Application& application, Judgement judgement);

}  // namespace ingot::tracechain
