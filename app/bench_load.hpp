// Load by wrk: its scripts, and what a server did under it.
#pragma once

#include <optional>
#include <string>

#include "app/bench_process.hpp"

namespace ingot::app {

struct LoadPlan {
    std::string url, script;
    int connections = 32;
    double seconds = 5;
    std::optional<int> cpu;
};

struct Load {
    double requests = 0, errors = 0, seconds = 0, cpu = 0;  // errors: answers of 400 and above, lost connections
    double per_cpu_second() const { return cpu > 0 ? requests / cpu : 0; }
    double per_second() const { return seconds > 0 ? requests / seconds : 0; }
};

// Sends the plan's requests; `cpu` is what the server process used meanwhile.
Load run_wrk(Child const& server, LoadPlan const& plan);

// Waits, a minute at most, until the server has nothing left to do: compactions after a bulk load are not the load's
// cost.
void wait_until_idle(Child const& server);

// Writes a wrk script: `lua` defines `request`; the report that run_wrk reads is put behind it.
void write_wrk_script(std::string const& file, std::string const& lua);

}  // namespace ingot::app
