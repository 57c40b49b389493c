// Vessels of policy `selected`: a draw takes the lots it names, not what its vessel holds on the average
// (spec/trace-semantics.md 1.5, 3.2).
#include <algorithm>
#include <tuple>

#include "tracechain/amount.hpp"
#include "tracechain/walk.hpp"

namespace ingot::tracechain {

using storage::AccountRow;
using storage::Amounts;
using storage::LinkRow;
using storage::LotNumber;
using storage::LotRow;

namespace {

storage::Basis const kGross{};

bool before(Charged const& charge, AccountRow const& draw) {
    return std::tie(charge.time_us, charge.seq) <= std::tie(draw.sort_time_us, draw.sort_seq);
}

// `wanted` of a lot, composed like all that was charged of it.
Amounts like(Amounts const& all, int64_t wanted) {
    Amounts out;
    int64_t const whole = all.value(kGross);
    for (auto const& line : all.lines()) {
        out.set(line.basis, line.basis == kGross || whole == 0 ? wanted : scaled(line.amount, wanted, whole));
    }
    out.set(kGross, wanted);
    return out;
}

Amounts sum_of(std::vector<Charged const*> const& charges) {
    Amounts sum = charges.empty() ? Amounts() : charges.front()->amounts;
    for (size_t i = 1; i < charges.size(); ++i) {
        Amounts next;  // a basis that one charge lacks is not known of the sum
        for (auto const& line : sum.lines()) {
            if (auto more = charges[i]->amounts.get(line.basis)) next.set(line.basis, held_sum(line.amount, *more));
        }
        sum = std::move(next);
    }
    return sum;
}

}  // namespace

// Each lot a draw names, with the charges of it before the draw; more than was charged is missing.
std::vector<Walk::Pick> Walk::picks(CampaignFacts& campaign, AccountRow const& draw) {
    std::vector<Pick> out;
    auto const* all = source_.charged(campaign);
    if (all == nullptr) return out;
    for (auto const& [lot, wanted] : draw.selected) {
        Pick pick;
        pick.lot = lot;
        auto found = all->find(lot);
        for (size_t i = 0; found != all->end() && i < found->second.size(); ++i) {
            if (before(found->second[i], draw)) pick.from.push_back(&found->second[i]);
        }
        Amounts const there = sum_of(pick.from);
        pick.amounts = like(there, wanted);
        auto const most = static_cast<double>(there.value(kGross)) * (1 + terms_.tolerance_vessel);
        auto const asked_for = static_cast<double>(wanted);
        if (asked_for > most) pick.missing = 1 - static_cast<double>(there.value(kGross)) / asked_for;
        out.push_back(std::move(pick));
    }
    std::vector<Amounts const*> members;
    for (Pick const& pick : out) members.push_back(&pick.amounts);
    Parts const parts = parts_of(members, ladder_);
    for (size_t i = 0; i < out.size(); ++i) {
        out[i].share = parts.share[i];
        out[i].measured = parts.requested;
        out[i].basis = parts.basis;
    }
    return out;
}

double Walk::part_of_pick(Pick const& pick, Charged const& charge) {
    double all = 0;
    for (Charged const* each : pick.from) all += static_cast<double>(each->amounts.value(kGross));
    if (all <= 0) return 1 / static_cast<double>(pick.from.size());
    return static_cast<double>(charge.amounts.value(kGross)) / all;
}

void Walk::up_selected(std::vector<Pick> const& picked, Weight const& weight, uint32_t depth) {
    for (Pick const& pick : picked) {
        Weight whole = weight.times(pick.share);
        if (!pick.measured) whole.m = 0;
        if (pick.missing > 0) {
            LotRow const* lot = source_.lot(pick.lot);
            if (lot == nullptr) return;
            end(End::unknown, whole.times(pick.missing), "short", lot);
        }
        for (Charged const* charge : pick.from) {
            Weight part = whole.times((1 - pick.missing) * part_of_pick(pick, *charge));
            double lack = 0;
            if (charge->shortfall > 0) {
                LotRow const* lot = source_.lot(pick.lot);
                if (lot == nullptr) return;
                lack = short_part(charge->shortfall, charge->amounts, lot->tail.primary);
                end(End::unknown, part.times(lack), "short", lot);
            }
            NodeKey key{charge->bound_time_us, charge->bound_seq, 3};
            if (charge->bound_seq == 0) key.time_us = INT64_MIN;
            give(NodeId::lot(pick.lot, charge->bound_seq), key, part.times(1 - lack), false, depth);
        }
    }
}

// Each lot charged goes where draws name it; the rest of it stays in the vessel.
void Walk::down_selected(LinkRow const& link, CampaignFacts& campaign, Waiting const& node) {
    struct Taken {
        AccountRow const* draw;
        double amount, composition;
        bool measured;
    };
    campaign.states_visited += 1;
    std::vector<AccountRow> const& rows = campaign.rows->all();
    auto const* all = source_.charged(campaign);
    if (all == nullptr || source_.error()) return;
    for (Arrival const& arrival : node.arrivals) {
        auto found = all->find(arrival.lot);
        if (found == all->end()) continue;
        auto charge = std::find_if(found->second.begin(), found->second.end(),
                                   [&](Charged const& each) { return each.seq == link.seq; });
        if (charge == found->second.end()) continue;  // fuel and reagents: used up where they came in
        std::vector<Taken> taken;
        double whole = static_cast<double>(charge->amounts.value(kGross)), sum = 0;
        for (AccountRow const& row : rows) {
            if (!takes(row) || row.selected.empty() || !before(*charge, row)) continue;
            for (Pick const& pick : picks(campaign, row)) {
                if (pick.lot != arrival.lot) continue;
                double const part = part_of_pick(pick, *charge) * (1 - pick.missing);
                double const there = 1 - short_part(row.shortfall, asked(row), campaign.rows->tail().primary);
                taken.push_back({&row, part * static_cast<double>(pick.amounts.value(kGross)),
                                 pick.share * part * there, pick.measured});
                sum += taken.back().amount;
            }
        }
        double const total = std::max(whole, sum);
        if (total <= 0) {
            locate(Place::loss, arrival.weight);
            continue;
        }
        LotRow const* lot = source_.lot(arrival.lot);
        if (lot == nullptr) return;
        double const lack = short_part(charge->shortfall, charge->amounts, lot->tail.primary);
        double const exposure = arrival.share > 0 ? arrival.weight.f / arrival.share * (1 - lack) : 0;
        for (Taken const& one : taken) {
            Weight part = arrival.weight.times(one.amount / total);
            part.f = exposure * one.composition;
            if (!one.measured) part.m = 0;
            give(NodeId::draw(one.draw->seq), {one.draw->time_us, one.draw->seq, 2}, part, false, node.depth + 1);
        }
        locate(Place::in_vessels, arrival.weight.times((total - sum) / total));
    }
}

}  // namespace ingot::tracechain
