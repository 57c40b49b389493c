// The commands that talk to a node over HTTPS: prefix, credential, assign, resolve, capture, trace, generate, demo.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

namespace ingot::app {

// What the chosen command does; answers the exit code.
using Command = std::function<int()>;

// Adds the client commands to `program`; the one that was named puts its work into `chosen`.
void register_client_commands(CLI::App& program, Command& chosen);

}  // namespace ingot::app
