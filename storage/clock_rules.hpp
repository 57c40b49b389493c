// When the wall clock is not to be believed (spec/durability.md 12). Order never depends on it.
#pragma once

#include "base/clock.hpp"

namespace ingot::storage {

// More than 60 s behind the log time, or more than ten years after this program was built.
bool clock_suspect(Time now, Time log_time);

}  // namespace ingot::storage
