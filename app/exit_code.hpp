// Exit codes of every command (spec/operations.md 3).
#pragma once

#include "base/result.hpp"

namespace ingot::app {

inline constexpr int kExitDone = 0, kExitNo = 1, kExitUsage = 2, kExitInUse = 3, kExitRefused = 4, kExitUnreachable = 5,
                     kExitNotPermitted = 6, kExitBug = 70, kExitSecondSignal = 130;

int exit_code(Error const& error);
// Says on stderr what is wrong, one line a fault, and answers the exit code.
int report_error(Error const& error);

}  // namespace ingot::app
