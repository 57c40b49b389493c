// Layers of vessels that remember which charge lies where: policies fifo, lifo, line (spec/trace-semantics.md 1.5, 3.1)
// and the look-back of `window`. A layer is a charge event and what is left of it, oldest first.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "storage/graph_table.hpp"

namespace ingot::tracechain {

using Layers = std::vector<std::pair<storage::EventSeq, storage::Amounts>>;

struct Charge {
    storage::EventSeq seq = 0;
    int64_t time_us = 0;
    storage::Amounts amounts;
};

bool keeps_layers(storage::Policy policy);

int64_t sum_of(Layers const& layers, storage::Basis const& basis);

// Takes `take` on the primary basis out of the layers: oldest first, for lifo newest first, for line the charges in
// `ripe` first. Other bases leave a layer in proportion. Answers the parts taken, oldest first.
Layers take_layers(Layers& layers, int64_t take, storage::Basis const& primary, storage::Policy policy,
                   std::vector<storage::EventSeq> const& ripe);

// Makes the layers sum to `total` on the primary basis, each in proportion; the last one takes what rounding leaves.
void scale_layers(Layers& layers, storage::Basis const& primary, int64_t total);

// Charges at least `residence_us` older than `now_us`.
std::vector<storage::EventSeq> ripe_charges(std::vector<Charge> const& charges, int64_t now_us, int64_t residence_us);

// Charges of the last `window_us` before `now_us`, whole.
Layers charges_within(std::vector<Charge> const& charges, int64_t now_us, int64_t window_us);

}  // namespace ingot::tracechain
