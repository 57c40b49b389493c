// Where a walk starts: the weight of several starts, and of a whole lot over its states (spec/trace-semantics.md 3.7).
#include <algorithm>

#include "tracechain/amount.hpp"
#include "tracechain/walk.hpp"

namespace ingot::tracechain {

using storage::AccountRow;
using storage::Amounts;
using storage::LotRow;

namespace {

// Consumed before anything was supplied: opening stock nobody stated.
bool unstated(AccountRow const& row) { return takes(row) && row.bound_seq == 0; }

}  // namespace

// All that was ever supplied, or was there unstated, unless a part is named.
Result<Amounts> Walk::amounts_of_start(Start const& start) {
    LotRow const* row = source_.lot(start.lot);
    if (row == nullptr) return fail(*source_.error());
    if (row->kind == storage::LotKind::class_only && row->rows.empty() && row->spilled_rows == 0) {
        return fail(Code::ClassOnly, "start names a class of goods, not a lot", "起点是商品类别而不是批次");
    }
    if (home_.empty()) home_ = row->owner_prefix;
    starts_[start.lot] = true;
    if (!start.part.empty()) return start.part;
    Amounts whole;
    if (row->rows.empty() && row->tail.states > 0) whole.set(row->tail.primary, row->tail.supplied);  // spilled
    std::vector<Amounts const*> parts;
    for (AccountRow const& line : row->rows) {
        if (made_state(line) || unstated(line)) parts.push_back(&line.moved);
    }
    if (parts.empty()) return whole;
    for (auto const& line : parts.front()->lines()) {
        int64_t sum = 0;
        bool const known = std::all_of(parts.begin(), parts.end(), [&](Amounts const* part) {
            auto const amount = part->get(line.basis);
            sum = held_sum(sum, amount.value_or(0));
            return amount.has_value();
        });
        if (known) whole.append_sorted(line.basis, sum);
    }
    return whole;
}

Result<void> Walk::begin(storage::View const& view, std::vector<Start> const& starts) {
    source_.attach(view);
    std::vector<Amounts> amounts;
    for (Start const& start : starts) {
        auto whole = amounts_of_start(start);
        if (!whole) return fail(whole.error());
        amounts.push_back(std::move(*whole));
    }
    std::vector<Amounts const*> members;
    for (Amounts const& each : amounts) members.push_back(&each);
    Parts const parts = parts_of(members, ladder_);
    for (size_t i = 0; i < starts.size(); ++i) {
        double const share = parts.zero ? 1.0 / static_cast<double>(starts.size()) : parts.share[i];
        LotRow const* row = source_.lot(starts[i].lot);
        if (row == nullptr) return fail(*source_.error());
        direction_ == Direction::up ? start_up(*row, share) : start_down(*row, share);
    }
    return {};
}

// The last state.
void Walk::start_up(LotRow const& row, double share) {
    NodeKey key{row.tail.bound_time_us, row.tail.bound_seq, 3};
    if (row.tail.bound_seq == 0) key.time_us = INT64_MIN;
    reach(NodeId::lot(row.lot, row.tail.bound_seq), key, 0).inside.add({share, share, share});
}

// Every state: exposure 1 in each, the share of start spread over the supplies by amount.
void Walk::start_down(LotRow const& row, double share) {
    struct Seed {
        storage::EventSeq supply;
        int64_t time_us;
        double amount;
    };
    std::vector<Seed> seeds;
    double opening = 0, total = 0;
    for (AccountRow const& line : row.rows) {
        double const amount = static_cast<double>(line.moved.value(row.tail.primary));
        if (made_state(line)) seeds.push_back({line.sort_seq, line.sort_time_us, amount});
        if (unstated(line)) opening += amount;
        if (made_state(line) || unstated(line)) total += amount;
    }
    if (opening > 0 || seeds.empty()) seeds.push_back({0, INT64_MIN, opening});
    for (size_t i = 0; i < seeds.size(); ++i) {
        Waiting& node = reach(NodeId::lot(row.lot, seeds[i].supply), {seeds[i].time_us, seeds[i].supply, 3}, 0);
        node.seed = 1;
        double const part = total > 0 ? share * seeds[i].amount / total : (i == 0 ? share : 0);
        node.inside.add({0, part, part});
    }
}

}  // namespace ingot::tracechain
