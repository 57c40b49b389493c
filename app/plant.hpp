// The lead plant of spec/trace-semantics.md 8.4: no randomness, no vessels, all plain lots. Used by `ingot generate
// plant`, `ingot demo`, the acceptance test T17 and the benchmarks.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/clock.hpp"

namespace ingot::app {

// A lot of the plant. `series` is R truck, P pile, H heat, K kettle, Z bundle, SC dross, POOL return pool.
struct PlantLot {
    char const* series = "";
    std::string name;  // R0_19, P1, H0, K0, Z15_0_79, SC15_0, POOL15
    int day = 0;       // day it was made
    int ordinal = 0;   // among the lots of its series and day, from 0
};

struct PlantAmount {
    PlantLot lot;
    int64_t kg = 0;
};

struct PlantEvent {
    int day = 0;
    int minute = 0;                   // of the day
    std::vector<PlantAmount> inputs;  // empty: a commission of outputs[0]
    std::vector<PlantAmount> outputs;
};

// Calls `sink` with every event of `days` days in event-time order; bundles and dross come as members of one event.
// Equal arguments give equal events. Stops early when `sink` answers false.
void generate_plant(int days, std::function<bool(PlantEvent const&)> const& sink);

// How the events of a plant are spelled as EPCIS JSON.
struct PlantSpelling {
    std::string host = "ingot.example";
    std::string prefix = "88.999.1";
    Time start = from_micros(1'767'225'600'000'000);     // day 0: 2026-01-01T00:00:00Z
    std::function<std::string(PlantLot const&)> suffix;  // empty: the name of 8.4
};

// One event as one line of JSON, without line end. `ordinal` counts events from 1 and becomes the eventID.
std::string plant_event_json(PlantEvent const& event, uint64_t ordinal, PlantSpelling const& spelling);

}  // namespace ingot::app
