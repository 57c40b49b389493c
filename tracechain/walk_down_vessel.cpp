// Down through vessels and pooled campaigns (spec/trace-semantics.md 3.4, 3.5).
#include <algorithm>
#include <deque>

#include "tracechain/account_layers.hpp"
#include "tracechain/walk.hpp"

namespace ingot::tracechain {

using storage::AccountRow;
using storage::Amounts;
using storage::LinkRow;

void Walk::down_charge(LinkRow const& link, CampaignFacts& campaign, Waiting const& node, Weight const& weight) {
    campaign.share += weight.d;
    if (campaign.pooled) return;
    if (campaign.rows->terms().policy == storage::Policy::selected) return down_selected(link, campaign, node);
    if (!keeps_layers(campaign.rows->terms().policy) && campaign.rows->terms().policy != storage::Policy::window) {
        return give(NodeId::vessel(link.campaign, link.seq), {link.time_us, link.seq, 1}, weight, false, node.depth);
    }
    AccountRow const* row = campaign.rows->find(link.time_us, link.seq, 0, false);
    if (row == nullptr) return locate(Place::loss, weight);
    AccountRow const charge = *row;
    if (campaign.rows->terms().policy == storage::Policy::window) return down_window(campaign, charge, node, weight);
    down_layers(campaign, charge, node, weight);
}

namespace {

// What a draw of policy `window` looks back at: sums of the charges of that time, basis by basis.
class Lookback {
  public:
    explicit Lookback(Ladder ladder) : ladder_(std::move(ladder)), sums_(ladder_.size()) {}

    void add(AccountRow const& charge) {
        count(charge, 1);
        charges_.push_back(charge);
    }
    void drop_before(int64_t time_us) {
        for (; !charges_.empty() && charges_.front().sort_time_us < time_us; charges_.pop_front())
            count(charges_.front(), -1);
    }
    // Part of one of them, on the first basis that all of them have; equal parts if there is none.
    double part(Amounts const& charge) const {
        auto const members = static_cast<int64_t>(charges_.size());
        for (size_t i = 0; i < ladder_.size(); ++i) {
            if (sums_[i].known != members) continue;
            auto const whole = static_cast<double>(sums_[i].total);
            return whole > 0 ? static_cast<double>(charge.value(ladder_[i])) / whole : 0;
        }
        return members > 0 ? 1 / static_cast<double>(members) : 0;
    }

  private:
    __extension__ typedef __int128 Int128;
    struct SumOf {
        Int128 total = 0;
        int64_t known = 0;
    };
    void count(AccountRow const& charge, int sign) {
        for (size_t i = 0; i < ladder_.size(); ++i)
            if (auto amount = charge.moved.get(ladder_[i])) {
                sums_[i].total += sign * static_cast<Int128>(*amount);
                sums_[i].known += sign;
            }
    }

    Ladder ladder_;
    std::vector<SumOf> sums_;
    std::deque<AccountRow> charges_;
};

}  // namespace

// The draws that looked back at this charge, attributed by amount (3.4).
void Walk::down_window(CampaignFacts& campaign, AccountRow const& charge, Waiting const& node, Weight const& weight) {
    struct Taken {
        storage::EventSeq seq;
        int64_t time_us;
        double amount, composition;
    };
    VesselRows& rows = *campaign.rows;
    int64_t const window_us = rows.terms().window_us;
    storage::Basis const primary = primary_of(charge.moved);
    Lookback by_amount(Ladder{primary}), by_ladder(ladder_);
    auto add = [&](AccountRow const& row) {
        by_amount.add(row);
        by_ladder.add(row);
    };
    for (AccountRow const& row : rows.charges_before(charge)) add(row);
    add(charge);
    std::vector<Taken> taken;
    double sum = 0;
    AccountRow here = charge;
    while (AccountRow const* next = rows.after(here)) {
        here = *next;
        if (here.sort_time_us - charge.sort_time_us > window_us) break;
        if (made_state(here)) add(here);
        if (!takes(here)) continue;
        by_amount.drop_before(here.sort_time_us - window_us);
        by_ladder.drop_before(here.sort_time_us - window_us);
        double const amount = by_amount.part(charge.moved) * static_cast<double>(here.moved.value(primary));
        double const there = 1 - short_part(here.shortfall, asked(here), rows.tail().primary);
        taken.push_back({here.seq, here.time_us, amount, by_ladder.part(charge.moved) * there});
        sum += amount;
    }
    if (rows.error()) return;
    campaign.states_visited += 1;
    double const total = std::max(static_cast<double>(charge.moved.value(primary)), sum);
    if (total <= 0) return locate(Place::loss, weight);
    for (Taken const& draw : taken) {
        Weight part = weight.times(draw.amount / total);
        part.f = weight.f * draw.composition;
        give(NodeId::draw(draw.seq), {draw.time_us, draw.seq, 2}, part, false, node.depth + 1);
    }
    auto const now = moment();
    if (!now) return;
    bool const open = *now - charge.sort_time_us <= window_us;
    locate(open ? Place::in_process : Place::loss, weight.times((total - sum) / total));
}

// The draws that took from this charge, while it lasts.
void Walk::down_layers(CampaignFacts& campaign, AccountRow const& charge, Waiting const& node, Weight const& weight) {
    struct Taken {
        storage::EventSeq seq;
        int64_t time_us;
        double amount, composition;
    };
    std::vector<Taken> taken;
    storage::Basis const primary = primary_of(charge.moved);
    double whole = static_cast<double>(charge.moved.value(primary)), left = whole, out = 0, sum = 0;
    AccountRow here = charge;
    while (AccountRow const* next = campaign.rows->after(here)) {
        if (left <= 0) break;
        here = *next;
        if (!takes(here)) {
            double moved = static_cast<double>(here.moved.value(primary));
            double before = static_cast<double>(here.before.value(primary));
            if (!made_state(here) && before > 0) {
                double change = left * moved / before;
                left += change;
                if (change < 0) out -= change;
            }
            continue;
        }
        double all = 0, mine = 0;
        for (auto const& layer : here.layers) {
            auto amount = static_cast<double>(layer.second.value(primary));
            all += amount;
            if (layer.first == charge.seq) mine += amount;
        }
        if (mine <= 0 || all <= 0) continue;
        double share = 0;
        Parts parts = layered(here);
        for (size_t i = 0; i < here.layers.size(); ++i)
            share += here.layers[i].first == charge.seq ? parts.share[i] : 0;
        double amount = mine / all * static_cast<double>(here.moved.value(primary));
        taken.push_back({here.seq, here.time_us, amount,
                         share * (1 - short_part(here.shortfall, asked(here), campaign.rows->tail().primary))});
        left -= amount;
        sum += amount;
    }
    if (campaign.rows->error()) return;
    campaign.states_visited += 1;
    double total = std::max(whole, sum + std::max(0.0, left) + out);
    if (total <= 0) return locate(Place::loss, weight);
    for (Taken const& draw : taken) {
        Weight part = weight.times(draw.amount / total);
        part.f = weight.f * draw.composition;
        give(NodeId::draw(draw.seq), {draw.time_us, draw.seq, 2}, part, false, node.depth + 1);
    }
    locate(Place::adjusted_out, weight.times(out / total));
    locate(Place::in_vessels, weight.times((total - sum - out) / total));
}

void Walk::down_vessel(Waiting const& node, Weight const& weight) {
    CampaignFacts* campaign = source_.campaign(node.id.number());
    if (campaign == nullptr) return;
    VesselRows& rows = *campaign->rows;
    AccountRow const* found = rows.find(node.key.time_us, node.id.b, 0, false);
    if (found == nullptr) found = rows.find(node.key.time_us, node.id.b, 2, false);
    if (rows.error()) return;
    if (found == nullptr) return locate(Place::loss, weight);
    campaign->states_visited += 1;
    AccountRow here = *found;
    double rest = 1;
    auto draw = [&](AccountRow const& row) {
        double share = rest * fraction(row.moved, row.before, ladder_);
        Weight part = weight.times(share);
        part.f = weight.f * (1 - short_part(row.shortfall, asked(row), rows.tail().primary));
        give(NodeId::draw(row.seq), {row.time_us, row.seq, 2}, part, false, node.depth + 1);
        rest -= share;
        if (row.difference >= 0) return;
        locate(Place::loss, weight.times(rest));
        rest = 0;
    };
    if (here.bound_seq == 0) {
        for (AccountRow const& row : rows.moved_behind(here)) draw(row);
    }
    while (AccountRow const* next = rows.after(here)) {
        here = *next;
        if (made_state(here)) {
            give(NodeId::vessel(node.id.number(), here.sort_seq), {here.sort_time_us, here.sort_seq, 1},
                 {weight.f, weight.d * rest, weight.m * rest}, true, node.depth);
            return;
        }
        if (takes(here) && here.bound_seq == node.id.b) {
            draw(here);
        } else if (here.moved.value(primary_of(here.moved)) < 0) {
            double share = -rest * fraction(here.moved, here.before, ladder_);
            locate(Place::adjusted_out, weight.times(share));
            rest -= share;
        }
    }
    locate(Place::in_vessels, weight.times(rest));
}

void Walk::down_pool(Waiting const& node, Weight const& weight) {
    Pool const* pool = source_.pool(node.id.number());
    CampaignFacts* campaign = source_.campaign(node.id.number());
    if (pool == nullptr || campaign == nullptr) return;
    if (!may_enter(node, weight, pool->site, true)) return;
    campaign->share += weight.d;
    campaign->states_visited += 1;
    visit_pool(node, *pool, *campaign, weight);
    down_outputs(pool->outputs, pool->inputs, pool->output_events, nullptr, node, without_aux({}, node, weight),
                 ladder_, Place::in_process, false);
}

}  // namespace ingot::tracechain
