// `ingot serve`: starts a node, says so, and ends it when told (spec/operations.md 3, security.md 16).
#pragma once

#include <functional>
#include <string>

#include "app/config.hpp"

namespace ingot::app {

struct ServeOptions {
    std::string config_file;
    ConfigOverrides overrides;  // of the environment and the command line
    // Called once the node answers, with its URL, on another thread; null = nothing more to do. What it answers other
    // than 0 ends the node with that exit code.
    std::function<int(std::string const& url)> when_ready;
};

// Prints "ingot: ready https://HOST:PORT" on stdout and serves until SIGTERM or SIGINT: exit 0; a second signal: 130.
// SIGHUP reads the certificates again. Answers the exit code.
int serve(ServeOptions const& options);

}  // namespace ingot::app
