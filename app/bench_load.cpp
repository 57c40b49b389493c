#include "app/bench_load.hpp"

#include <fstream>
#include <iostream>
#include <sstream>
#include <thread>

namespace ingot::app {

Load run_wrk(Child const& server, LoadPlan const& plan) {
    double before = server.cpu_seconds();
    auto start = std::chrono::steady_clock::now();
    auto finished = run_program({"wrk", "-t1", "-c" + std::to_string(plan.connections),
                                 "-d" + std::to_string(int(plan.seconds)) + "s", "-s", plan.script, plan.url},
                                plan.cpu);
    Load load;
    load.seconds = seconds_since(start);
    load.cpu = server.cpu_seconds() - before;
    std::istringstream lines(finished.output);
    for (std::string word; lines >> word;) {
        if (word == "ingot_requests") lines >> load.requests;
        if (word == "ingot_errors") lines >> load.errors;
    }
    if (load.requests == 0) std::cerr << finished.output;
    return load;
}

void wait_until_idle(Child const& server) {
    for (int quiet = 0, second = 0; quiet < 3 && second < 60; ++second) {
        double before = server.cpu_seconds();
        std::this_thread::sleep_for(std::chrono::seconds(1));
        quiet = server.cpu_seconds() - before < 0.03 ? quiet + 1 : 0;
    }
}

void write_wrk_script(std::string const& file, std::string const& lua) {
    std::ofstream(file) << lua
                        << "done = function(summary)\n"
                           "  print('ingot_requests ' .. summary.requests)\n"
                           "  print('ingot_errors ' .. (summary.errors.status + summary.errors.connect + "
                           "summary.errors.read + summary.errors.write + summary.errors.timeout))\n"
                           "end\n";
}

}  // namespace ingot::app
