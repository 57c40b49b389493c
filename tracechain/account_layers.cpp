#include "tracechain/account_layers.hpp"

#include <algorithm>

#include "tracechain/account.hpp"
#include "tracechain/amount.hpp"

namespace ingot::tracechain {

using storage::Amounts;
using storage::Basis;
using storage::EventSeq;
using storage::Policy;

namespace {

// Moves up to `wanted` from a layer to the result; answers how much.
int64_t take_from(std::pair<EventSeq, Amounts>& layer, int64_t wanted, Basis const& primary, Layers& out) {
    int64_t there = layer.second.value(primary);
    int64_t part = std::min(there, wanted);
    if (part == 0 && there != 0) return 0;
    Amounts taken, left;
    for (auto const& line : layer.second.lines()) {
        int64_t amount = line.basis == primary ? part : (there == 0 ? line.amount : scaled(line.amount, part, there));
        taken.set(line.basis, amount);
        left.set(line.basis, line.amount - amount);
    }
    if (part > 0) out.emplace_back(layer.first, std::move(taken));
    layer.second = std::move(left);
    return part;
}

}  // namespace

bool keeps_layers(Policy policy) { return policy == Policy::fifo || policy == Policy::lifo || policy == Policy::line; }

int64_t sum_of(Layers const& layers, Basis const& basis) {
    int64_t sum = 0;
    for (auto const& layer : layers) sum = held_sum(sum, layer.second.value(basis));
    return sum;
}

Layers take_layers(Layers& layers, int64_t take, Basis const& primary, Policy policy,
                   std::function<bool(EventSeq)> const& is_ripe) {
    Layers out;
    if (policy == Policy::lifo) {
        for (size_t i = layers.size(); i-- > 0 && take > 0;) take -= take_from(layers[i], take, primary, out);
        std::reverse(out.begin(), out.end());
    } else {
        if (policy == Policy::line) {
            for (auto& layer : layers) {
                if (take > 0 && is_ripe(layer.first)) take -= take_from(layer, take, primary, out);
            }
        }
        for (size_t i = 0; i < layers.size() && take > 0; ++i) take -= take_from(layers[i], take, primary, out);
    }
    std::erase_if(layers, [&](auto const& layer) { return layer.second.value(primary) == 0; });
    return out;
}

void scale_layers(Layers& layers, Basis const& primary, int64_t total) {
    int64_t whole = sum_of(layers, primary);
    if (whole == 0) return;
    int64_t rest = total;
    for (size_t i = 0; i < layers.size(); ++i) {
        int64_t there = layers[i].second.value(primary);
        int64_t now = i + 1 == layers.size() ? rest : std::min(rest, scaled(there, total, whole));
        rest -= now;
        Amounts scaled_amounts;
        for (auto const& line : layers[i].second.lines()) {
            int64_t other = there == 0 ? line.amount : scaled(line.amount, now, there);
            scaled_amounts.set(line.basis, line.basis == primary ? now : other);
        }
        layers[i].second = std::move(scaled_amounts);
    }
    std::erase_if(layers, [&](auto const& layer) { return layer.second.value(primary) == 0; });
}

}  // namespace ingot::tracechain
