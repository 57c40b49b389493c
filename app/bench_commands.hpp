// `ingot bench`: the measurements of docs/performance.md. Every goal is a ratio against a peer in the same run, the two
// interleaved, medians quoted.
#pragma once

#include <CLI/CLI.hpp>

#include "app/client_commands.hpp"

namespace ingot::app {

void register_bench_commands(CLI::App& program, Command& chosen);

// Each prints its table and answers an exit code: 0 measured, 2 something it needs is missing.
int bench_resolve(int records, int rounds, double seconds);
int bench_assign(int rounds, double seconds);
int bench_capture(int rounds, double seconds);
int bench_walk(int rounds, bool with_postgres);
int bench_idle(int connections);

}  // namespace ingot::app
