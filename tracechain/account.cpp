#include "tracechain/account.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>
#include <unordered_map>

#include "tracechain/account_layers.hpp"
#include "tracechain/amount.hpp"
#include "tracechain/basis.hpp"

namespace ingot::tracechain {

using storage::Amounts;
using storage::Basis;
using storage::RowKind;

namespace {

__extension__ typedef __int128 Int128;

bool is_consumption(AccountRow const& row) { return row.kind == RowKind::consume || row.kind == RowKind::dispose; }

uint8_t supply_phase(AccountTerms const& terms) { return terms.campaign ? 0 : 1; }

// Replay order. A consumption moved behind a late supply stands just after that supply, before anything else.
auto order_of(AccountRow const& row, AccountTerms const& terms) {
    bool moved = row.sort_time_us != row.time_us || row.sort_seq != row.seq;
    uint8_t phase = moved ? supply_phase(terms) : row.phase;
    return std::tuple(row.sort_time_us, row.sort_seq, phase, moved, row.time_us, row.seq, row.phase);
}

// What has to be remembered beyond the tail to repay shortfalls and to revive an empty account.
struct Memory {
    std::vector<AccountRow*> short_rows;              // open shortfalls, oldest first
    Amounts last_state;                               // content just after the last supply
    std::unordered_map<EventSeq, int64_t> charge_us;  // time of every charge so far: policy `line`
    EventSeq last_charge = 0;
};

// Applies rows in order. `memory` is null for append(): can_append() has made sure that it is not needed.
class Applier {
  public:
    Applier(AccountTail& tail, AccountTerms const& terms, Memory* memory)
        : tail_(tail), terms_(terms), memory_(memory) {}

    void apply(AccountRow& row) {
        row.before = tail_.content;
        row.moved = {};
        row.shortfall = row.difference = 0;
        row.bound_time_us = tail_.bound_time_us;
        row.bound_seq = tail_.bound_seq;
        row.layers.clear();
        if (is_consumption(row)) {
            consume(row);
        } else if (row.kind >= RowKind::adjust_count && row.kind <= RowKind::found_delta) {
            adjust(row);
        } else if (!row.restated) {
            supply(row, row.stated);
        }
        std::tie(tail_.last_time_us, tail_.last_seq, tail_.last_phase) =
            std::tuple(row.sort_time_us, row.sort_seq, row.phase);
    }

  private:
    int64_t content() const { return tail_.content.value(tail_.primary); }
    bool layered() const { return terms_.campaign && keeps_layers(terms_.policy); }

    void supply(AccountRow& row, Amounts const& added) {
        if (all_zero(tail_.content)) {
            if (!added.empty() && tail_.supplied == 0) tail_.primary = primary_of(added);
            tail_.content = added;
        } else {
            Amounts sum;  // a basis that one supply did not state is not known any more
            for (auto const& line : tail_.content.lines()) {
                auto more = added.get(line.basis);
                if (more || line.basis == tail_.primary) sum.set(line.basis, held_sum(line.amount, more.value_or(0)));
            }
            tail_.content = std::move(sum);
        }
        row.moved = added;
        tail_.states += 1;
        tail_.supplied = held_sum(tail_.supplied, added.value(tail_.primary));
        tail_.bound_time_us = row.sort_time_us;
        tail_.bound_seq = row.sort_seq;
        if (layered()) tail_.layers.emplace_back(row.seq, added);
        if (memory_ != nullptr) {
            memory_->last_state = tail_.content;
            if (terms_.campaign) memory_->charge_us[row.seq] = row.sort_time_us;
            memory_->last_charge = row.seq;
        }
    }

    // More than booked, but within the tolerance of the scale: no shortfall.
    bool within_tolerance(int64_t lack) const {
        auto per_billion = static_cast<int64_t>(std::llround(terms_.tolerance * 1e9));
        return static_cast<Int128>(lack) * 1'000'000'000 <= static_cast<Int128>(per_billion) * tail_.supplied;
    }

    void consume(AccountRow& row) {
        if (tail_.states == 0) {  // state 0: opening stock nobody stated
            row.moved = row.stated;
            row.bound_time_us = 0;
            row.bound_seq = 0;
            return;
        }
        int64_t x = content();
        int64_t wanted = row.stated.get(tail_.primary).value_or(x);
        int64_t take = std::min(wanted, x);
        if (wanted > x && (row.final || within_tolerance(wanted - x))) {
            row.difference = wanted - x;
        } else {
            row.shortfall = wanted - take;
        }
        take_out(row, take, x);
        if (row.final) write_off(row);
        count_taken(row, take);
        tail_.debt = held_sum(tail_.debt, row.shortfall);
        tail_.difference = held_sum(tail_.difference, row.difference);
        if (row.shortfall > 0 && memory_ != nullptr) memory_->short_rows.push_back(&row);
    }

    void count_taken(AccountRow const& row, int64_t amount) {
        int64_t& sum = row.kind == RowKind::dispose ? tail_.disposed : tail_.consumed;
        sum = held_sum(sum, amount);
    }

    void take_out(AccountRow& row, int64_t take, int64_t x) {
        if (layered()) {
            auto const is_ripe = [&](EventSeq charge) {
                if (memory_ == nullptr) return false;
                auto const at = memory_->charge_us.find(charge);
                return at != memory_->charge_us.end() && row.sort_time_us - at->second >= terms_.residence_us;
            };
            row.layers = take_layers(tail_.layers, take, tail_.primary, terms_.policy, is_ripe);
        }
        Amounts left;
        for (auto const& line : tail_.content.lines()) {
            int64_t part = take;
            if (line.basis != tail_.primary) {
                auto stated = row.stated.get(line.basis);
                if (stated) {
                    part = std::min(*stated, line.amount);
                } else if (layered()) {
                    part = std::min(sum_of(row.layers, line.basis), line.amount);
                } else {
                    part = x == 0 ? 0 : scaled(line.amount, take, x);
                }
            }
            row.moved.set(line.basis, part);
            left.set(line.basis, line.amount - part);
        }
        tail_.content = std::move(left);
    }

    void write_off(AccountRow& row) {
        row.difference = held_difference(row.difference, content());
        Amounts none;
        for (auto const& line : tail_.content.lines()) none.set(line.basis, 0);
        tail_.content = std::move(none);
        tail_.layers.clear();
    }

    void adjust(AccountRow& row) {
        bool found = row.kind == RowKind::found_count || row.kind == RowKind::found_delta;
        bool counted = row.kind == RowKind::adjust_count || row.kind == RowKind::found_count;
        if (tail_.supplied == 0 && tail_.content.empty() && !row.stated.empty()) {
            tail_.primary = primary_of(row.stated);
            tail_.content.set(tail_.primary, 0);
        }
        int64_t change = held_difference(row.stated.value(tail_.primary), counted ? content() : 0);
        if (change < 0) return shrink(row, std::min(content(), held_difference(0, change)));
        if (change > 0 && (found || tail_.states == 0)) return supply(row, grown(change));
        if (change > 0) change = repay(change);
        if (change > 0) grow(row, change);
    }

    // Amounts of `change` on the primary basis, composed like the content or, when that is empty, the last state.
    Amounts grown(int64_t change) const {
        Amounts const& like = content() > 0 || memory_ == nullptr ? tail_.content : memory_->last_state;
        int64_t whole = like.value(tail_.primary);
        Amounts out;
        out.set(tail_.primary, change);
        for (auto const& line : like.lines()) {
            if (line.basis != tail_.primary && whole > 0) out.set(line.basis, scaled(line.amount, change, whole));
        }
        return out;
    }

    int64_t repay(int64_t change) {
        if (memory_ == nullptr) return change;
        for (AccountRow* owing : memory_->short_rows) {
            int64_t paid = std::min(change, owing->shortfall);
            owing->shortfall -= paid;
            change -= paid;
            tail_.debt -= paid;
            count_taken(*owing, paid);
        }
        std::erase_if(memory_->short_rows, [](AccountRow const* owing) { return owing->shortfall == 0; });
        return change;
    }

    void grow(AccountRow& row, int64_t change) {
        row.moved = grown(change);
        if (layered()) {
            if (tail_.layers.empty() && memory_ != nullptr && memory_->last_charge != 0) {
                tail_.layers.emplace_back(memory_->last_charge, row.moved);  // revived: like the last charge
            } else {
                scale_layers(tail_.layers, tail_.primary, held_sum(content(), change));
            }
        }
        for (auto const& line : row.moved.lines()) {
            tail_.content.set(line.basis, held_sum(tail_.content.value(line.basis), line.amount));
        }
    }

    void shrink(AccountRow& row, int64_t out) {
        int64_t x = content();
        Amounts left;
        for (auto const& line : tail_.content.lines()) {
            int64_t part = line.basis == tail_.primary ? out : (x == 0 ? 0 : scaled(line.amount, out, x));
            row.moved.set(line.basis, -part);
            left.set(line.basis, line.amount - part);
        }
        tail_.content = std::move(left);
        tail_.adjusted_out = held_sum(tail_.adjusted_out, out);
        if (layered()) scale_layers(tail_.layers, tail_.primary, x - out);
    }

    AccountTail& tail_;
    AccountTerms const& terms_;
    Memory* memory_;
};

// Would the row supply an account that nothing has supplied yet?
bool opens(AccountRow const& row) {
    bool survey = row.kind == RowKind::adjust_count || row.kind == RowKind::adjust_delta;
    return is_supply(row) || (survey && row.stated.value(primary_of(row.stated)) > 0);
}

// Consumptions before the first supply: moved just behind it if it is another event's and near (3.1).
void move_behind_late_supply(std::vector<AccountRow>& rows, AccountTerms const& terms) {
    auto first = std::find_if(rows.begin(), rows.end(), opens);
    if (first == rows.end()) return;
    auto [time_us, seq] = std::pair(first->time_us, first->seq);
    bool any = false;
    for (auto row = rows.begin(); row != first; ++row) {
        if (!is_consumption(*row) || row->seq == seq || time_us - row->time_us > terms.late_supply_window_us) continue;
        row->sort_time_us = time_us;
        row->sort_seq = seq;
        any = true;
    }
    if (!any) return;
    std::sort(rows.begin(), rows.end(),
              [&](auto const& a, auto const& b) { return order_of(a, terms) < order_of(b, terms); });
}

}  // namespace

int64_t scaled(int64_t a, int64_t numerator, int64_t denominator) {
    Int128 product = static_cast<Int128>(a) * numerator;
    Int128 quotient = product / denominator;
    Int128 rest = product % denominator;
    if (rest < 0) {
        rest += denominator;
        quotient -= 1;
    }
    if (rest * 2 > denominator || (rest * 2 == denominator && (quotient & 1) != 0)) quotient += 1;
    constexpr int64_t kLargest = std::numeric_limits<int64_t>::max();
    return quotient > kLargest ? kLargest : static_cast<int64_t>(quotient);
}

bool is_live(AccountRow const& row, EventSeq as_of) {
    return row.seq <= as_of && (row.void_seq == 0 || row.void_seq > as_of);
}

bool is_supply(AccountRow const& row) {
    switch (row.kind) {
        case RowKind::commission:
        case RowKind::implicit:
        case RowKind::output:
            return !row.restated;
        case RowKind::found_count:
        case RowKind::found_delta:
            return row.stated.value(primary_of(row.stated)) > 0;
        default:
            return false;
    }
}

Replayed replay(std::span<AccountRow const> rows, AccountTerms const& terms, EventSeq as_of) {
    Replayed out;
    out.rows.reserve(rows.size());
    for (AccountRow const& row : rows) {
        if (!is_live(row, as_of)) continue;
        AccountRow& copy = out.rows.emplace_back(row);
        copy.sort_time_us = row.time_us;
        copy.sort_seq = row.seq;
    }
    std::sort(out.rows.begin(), out.rows.end(),
              [&](auto const& a, auto const& b) { return order_of(a, terms) < order_of(b, terms); });
    move_behind_late_supply(out.rows, terms);
    Memory memory;
    Applier applier(out.tail, terms, &memory);
    for (AccountRow& row : out.rows) applier.apply(row);
    return out;
}

bool can_append(AccountTail const& tail, AccountRow const& row, AccountTerms const& terms, bool has_unbound_rows) {
    if (row.void_seq != 0) return false;
    if (terms.campaign && terms.policy == storage::Policy::line) return false;  // looks back at the times of charges
    if (std::tie(row.time_us, row.seq, row.phase) <= std::tie(tail.last_time_us, tail.last_seq, tail.last_phase)) {
        if (tail.last_seq != 0) return false;
    }
    if (is_supply(row) && tail.states == 0 && has_unbound_rows) return false;
    if (row.kind < RowKind::adjust_count || row.kind > RowKind::found_delta) return true;
    bool counted = row.kind == RowKind::adjust_count || row.kind == RowKind::found_count;
    int64_t content = tail.content.value(tail.primary);
    int64_t change = held_difference(row.stated.value(tail.primary), counted ? content : 0);
    return change <= 0 ? tail.states > 0 : tail.debt == 0 && content > 0;
}

void append(AccountTail& tail, AccountRow& row, AccountTerms const& terms) {
    row.sort_time_us = row.time_us;
    row.sort_seq = row.seq;
    Applier(tail, terms, nullptr).apply(row);
}

}  // namespace ingot::tracechain
