// Fills a node with a year of the lead plant through its public API, with real codes for every lot.
#pragma once

#include <functional>
#include <string>

#include "app/node_client.hpp"
#include "base/clock.hpp"

namespace ingot::app {

struct DemoOptions {
    int days = 365;
    std::string prefix = "88.999.1";
    std::string name = "示例铅锌厂 Example Lead Plant";
    Time today{};
    std::function<void(std::string const& day, double done)> progress;  // the day loaded, yyyy-MM-dd; done 0..1
};

struct DemoResult {
    bool already_loaded = false;
    uint64_t codes = 0, events = 0;
    std::string first_truck, last_bundle;  // identifiers worth tracing
};

// Safe to repeat: an interrupted run goes on where it stopped, a finished one is noticed. `admin` holds platform_admin;
// the operator's key that it makes is written to `operator_key_file` (0600).
Result<DemoResult> load_demo(NodeAddress const& admin, std::string const& operator_key_file,
                             DemoOptions const& options);

}  // namespace ingot::app
