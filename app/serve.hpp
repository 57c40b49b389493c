// `ingot serve`: starts a node, says so, and ends it when told (spec/operations.md 3, security.md 16).
#pragma once

#include <string>

#include "app/config.hpp"

namespace ingot::app {

struct ServeOptions {
    std::string config_file;
    ConfigOverrides overrides;  // of the environment and the command line
};

// Prints "ingot: ready https://HOST:PORT" on stdout and serves until SIGTERM or SIGINT: exit 0; a second signal: 130.
// SIGHUP reads the certificates again. Answers the exit code.
int serve(ServeOptions const& options);

}  // namespace ingot::app
