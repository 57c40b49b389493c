// Exit codes of every command (spec/operations.md 3), and how an error is told to a person.
#pragma once

#include <string>

#include "base/result.hpp"

namespace ingot::app {

inline constexpr int kExitDone = 0, kExitNo = 1, kExitUsage = 2, kExitInUse = 3, kExitRefused = 4, kExitUnreachable = 5,
                     kExitNotPermitted = 6, kExitBug = 70, kExitSecondSignal = 130;

// The number in the error's extra member "exit", else what its code stands for.
int exit_code(Error const& error);
// What a node's answer of this HTTP status, 400 or more, means for the command that asked.
int exit_of_status(int status);
// What the error says in the language of the process: one line a fault where it has faults.
std::string message_of(Error const& error);
// message_of() on stderr, each line after "ingot: "; answers the exit code.
int report_error(Error const& error);

}  // namespace ingot::app
