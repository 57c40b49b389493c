// The commands that work on a data folder: init, serve, verify, check-config, version.
#pragma once

#include <CLI/CLI.hpp>

#include "app/client_commands.hpp"

namespace ingot::app {

void register_server_commands(CLI::App& program, Command& chosen);

}  // namespace ingot::app
