// Layers of vessels that remember which charge lies where: policies fifo, lifo, line (spec/trace-semantics.md 1.5,
// 3.1). A layer is a charge event and what is left of it, oldest first.
#pragma once

#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "storage/graph_table.hpp"

namespace ingot::tracechain {

using Layers = std::vector<std::pair<storage::EventSeq, storage::Amounts>>;

bool keeps_layers(storage::Policy policy);

int64_t sum_of(Layers const& layers, storage::Basis const& basis);

// Takes `take` on the primary basis out of the layers: oldest first, for lifo newest first, for line the charges that
// are ripe first. Other bases leave a layer in proportion. Answers the parts taken, oldest first.
Layers take_layers(Layers& layers, int64_t take, storage::Basis const& primary, storage::Policy policy,
                   std::function<bool(storage::EventSeq)> const& is_ripe);

// Makes the layers sum to `total` on the primary basis, each in proportion; the last one takes what rounding leaves.
void scale_layers(Layers& layers, storage::Basis const& primary, int64_t total);

}  // namespace ingot::tracechain
