// Edges towards the origins: composition c of spec/trace-semantics.md 3.2.
#include <algorithm>

#include "tracechain/walk.hpp"

namespace ingot::tracechain {

using storage::AccountRow;
using storage::LinkInput;
using storage::LinkRow;
using storage::LotRow;
using storage::RowKind;

std::string_view Walk::unknown_origin(LotRow const& row, std::string& resolver) const {
    if (row.kind == storage::LotKind::class_only) return "class-only";
    if (terms_.foreign && row.tail.states == 0) {
        if (auto url = terms_.foreign(row.key)) {
            resolver = *url;
            return "foreign";
        }
    }
    return "no-origin";
}

void Walk::up_lot(Waiting const& node) {
    LotRow const* row = source_.lot(node.id.number());
    if (row == nullptr) return;
    Weight out = node.outside.value(), in = node.inside.value();
    Weight weight{out.f + in.f, 0, out.m + in.m};
    if (!source_.shows(row->lot)) return end(End::masked, weight, "masked");

    LotVisit visit{*row, out, weight.f, node.id.b == row->tail.bound_seq, node.depth, start_state(row->lot), {}};
    std::string resolver;
    if (stops_at(*row)) {
        end(End::beyond, weight, "stop-at");
    } else if (node.id.b == 0) {
        visit.terminal = unknown_origin(*row, resolver);
        end(End::unknown, weight, visit.terminal, row);
    } else {
        auto supply = source_.supply(*row, node.key.time_us, node.id.b);
        if (!supply) {
            visit.terminal = "no-origin";
            end(End::unknown, weight, visit.terminal, row);
        } else {
            up_supply(node, *row, *supply, weight, visit.terminal);
        }
    }
    if (source_.error()) return;
    sink_.lot(visit);
    if (row->tail.states < 2) source_.drop_lot(row->lot);
}

// A state is the supply that made it and the state before.
void Walk::up_supply(Waiting const& node, LotRow const& row, AccountRow const& supply, Weight const& weight,
                     std::string_view& terminal) {
    TwoParts parts = split(supply.moved, supply.before, ladder_);
    if (parts.zero) {
        terminal = "zero-basis";
        return end(End::unknown, weight, terminal, &row);
    }
    if (parts.rest > 0) {
        NodeKey before{supply.bound_time_us, supply.bound_seq, 3};
        if (supply.bound_seq == 0) before.time_us = INT64_MIN;
        Weight rest = weight.times(parts.rest);
        if (!parts.requested) rest.m = 0;
        give(NodeId::lot(row.lot, supply.bound_seq), before, rest, true, node.depth);
    }
    Weight part = weight.times(parts.part);
    if (!parts.requested) part.m = 0;
    switch (supply.kind) {
        case RowKind::commission:
        case RowKind::implicit:
            terminal = "origin";
            return end(End::resolved, part);
        case RowKind::output:
            break;
        default:  // found, or a survey of an empty account
            terminal = "no-origin";
            return end(End::unknown, part, terminal, &row);
    }
    Arrival arrival{row.lot, {}, 1};
    if (supply.campaign == 0) {
        return give(NodeId::event(supply.seq), {supply.time_us, supply.seq, 0}, part, false, node.depth + 1, arrival);
    }
    CampaignFacts* campaign = source_.campaign(supply.campaign);
    if (campaign == nullptr) return;
    if (!campaign->pooled) {
        return give(NodeId::draw(supply.seq), {supply.time_us, supply.seq, 2}, part, false, node.depth + 1, arrival);
    }
    Pool const* pool = source_.pool(supply.campaign);
    if (pool == nullptr) return;
    give(NodeId::pool(supply.campaign), {pool->earliest_output_us, pool->earliest_output_seq, 0}, part, false,
         node.depth + 1, arrival);
}

void Walk::up_inputs(std::span<LinkInput const> inputs, Parts const& parts, Weight const& weight, uint32_t depth) {
    for (size_t i = 0; i < inputs.size(); ++i) {
        LinkInput const& input = inputs[i];
        double missing = 0;
        Weight whole = weight.times(parts.share[i]);
        if (input.shortfall > 0) {
            LotRow const* lot = source_.lot(input.lot);
            if (lot == nullptr) return;
            missing = short_part(input.shortfall, input.amounts, lot->tail.primary);
            end(End::unknown, whole.times(missing), "short", lot);
        }
        NodeKey key{input.bound_time_us, input.bound_seq, 3};
        if (input.bound_seq == 0) key.time_us = INT64_MIN;
        give(NodeId::lot(input.lot, input.bound_seq), key, whole.times(1 - missing), false, depth);
    }
}

// Every output of one event has the same composition, unless ingot:links says more.
void Walk::up_event(Waiting const& node) {
    LinkRow const* link = source_.link(node.id.number());
    if (link == nullptr) return;
    Weight weight = node.outside.value();
    bool charge = link->campaign != 0;
    if (!may_enter(node, weight, link->site, !charge || query_.raw)) return;

    Ladder const& steps = ladder(*link);
    Parts parts = parts_of(link->inputs, steps);
    visit_event(node, *link, weight, parts);
    if (link->inputs.empty()) {
        end(End::unknown, weight, "no-inputs");
    } else if (parts.zero) {
        end(End::unknown, weight, "zero-basis");
    } else if (!link->links.empty()) {
        up_explicit(*link, node);
    } else {
        if (!parts.requested || !measured_on(link->inputs, steps.front())) weight.m = 0;
        up_inputs(link->inputs, parts, weight, node.depth);
    }
    source_.drop_link(node.id.number());
}

void Walk::up_explicit(LinkRow const& link, Waiting const& node) {
    Parts whole = parts_of(link.inputs, ladder(link));
    for (Arrival const& arrival : node.arrivals) {
        Parts stated = whole;
        std::fill(stated.share.begin(), stated.share.end(), 0.0);
        bool named = false;
        for (auto const& line : link.links) {
            if (line.output != arrival.lot) continue;
            named = true;
            for (size_t i = 0; i < link.inputs.size(); ++i) {
                if (link.inputs[i].lot == line.input) stated.share[i] += line.share;
            }
        }
        up_inputs(link.inputs, named ? stated : whole, arrival.weight, node.depth);
    }
}

// A draw takes from the state current at its time, or from the charges its policy names.
void Walk::up_draw(Waiting const& node) {
    LinkRow const* link = source_.link(node.id.number());
    if (link == nullptr) return;
    Weight weight = node.outside.value();
    if (!may_enter(node, weight, link->site, true)) return;
    CampaignFacts* campaign = source_.campaign(link->campaign);
    if (campaign == nullptr) return;
    AccountRow const* row = campaign->rows->find(link->time_us, link->seq, 1, true);
    Parts parts;
    std::vector<Pick> picked;
    AccountRow looking_back;
    if (row != nullptr && campaign->rows->terms().policy == storage::Policy::window) {
        looking_back = *row;  // reading on moves the rows
        for (AccountRow const& charge : campaign->rows->charges_before(looking_back))
            looking_back.layers.emplace_back(charge.seq, charge.moved);
        row = &looking_back;
    }
    if (row != nullptr && campaign->rows->terms().policy == storage::Policy::selected) {
        AccountRow const draw = *row;  // picks() reads on
        picked = picks(*campaign, draw);
        row = campaign->rows->find(link->time_us, link->seq, 1, true);
    }
    if (source_.error()) return;
    if (row != nullptr) parts = layered(*row);
    if (!picked.empty()) parts.basis = picked.front().basis;
    if (picked.empty() && parts.share.empty())
        parts.basis = used_basis(row == nullptr ? storage::Amounts() : row->before, ladder_);
    visit_event(node, *link, weight, parts);
    campaign->share += weight.f;
    if (row == nullptr || row->bound_seq == 0) {
        end(End::unknown, weight, campaign->row.tail.states == 0 ? "no-inputs" : "empty-vessel");
    } else {
        double missing = short_part(row->shortfall, asked(*row), campaign->rows->tail().primary);
        end(End::unknown, weight.times(missing), "short");
        Weight there = weight.times(1 - missing);
        AccountTerms const& terms = campaign->rows->terms();
        if (!picked.empty()) {
            campaign->states_visited += 1;
            up_selected(picked, there, node.depth);
        } else if (terms.policy == storage::Policy::window || !row->layers.empty()) {
            up_layers(*row, *campaign, there, node.depth);
        } else {
            give(NodeId::vessel(link->campaign, row->bound_seq), {row->bound_time_us, row->bound_seq, 1}, there, false,
                 node.depth);
        }
    }
    if (link->kind != storage::LinkKind::charge_draw) source_.drop_link(node.id.number());
}

void Walk::up_layers(AccountRow const& row, CampaignFacts& campaign, Weight const& weight, uint32_t depth) {
    if (row.layers.empty()) return end(End::unknown, weight, "empty-window");
    Parts parts = layered(row);
    if (parts.zero) return end(End::unknown, weight, "zero-basis");
    campaign.states_visited += row.layers.size();
    for (size_t i = 0; i < row.layers.size(); ++i) {
        storage::EventSeq charge = row.layers[i].first;
        LinkRow const* link = source_.link(charge);
        if (link == nullptr) return;
        Weight part = weight.times(parts.share[i]);
        if (!parts.requested) part.m = 0;
        give(NodeId::event(charge), {link->time_us, charge, 0}, part, false, depth);
    }
}

void Walk::up_vessel(Waiting const& node) {
    CampaignFacts* campaign = source_.campaign(node.id.number());
    if (campaign == nullptr) return;
    Weight out = node.outside.value(), in = node.inside.value();
    Weight weight{out.f + in.f, 0, out.m + in.m};
    AccountRow const* row = campaign->rows->find(node.key.time_us, node.id.b, 0, true);
    if (row == nullptr) row = campaign->rows->find(node.key.time_us, node.id.b, 2, true);  // found by a survey
    if (campaign->rows->error()) return;
    campaign->states_visited += 1;
    if (row == nullptr) return end(End::unknown, weight, "empty-vessel");
    TwoParts parts = split(row->moved, row->before, ladder_);
    if (parts.zero) return end(End::unknown, weight, "zero-basis");
    Weight part = weight.times(parts.part), rest = weight.times(parts.rest);
    if (!parts.requested) part.m = rest.m = 0;
    if (parts.rest > 0) {
        give(NodeId::vessel(node.id.number(), row->bound_seq), {row->bound_time_us, row->bound_seq, 1}, rest, true,
             node.depth);
    }
    if (row->kind != RowKind::output) return end(End::unknown, part, "no-origin");
    give(NodeId::event(row->seq), {row->time_us, row->seq, 0}, part, false, node.depth);
}

void Walk::up_pool(Waiting const& node) {
    Pool const* pool = source_.pool(node.id.number());
    CampaignFacts* campaign = source_.campaign(node.id.number());
    if (pool == nullptr || campaign == nullptr) return;
    Weight weight = node.outside.value();
    if (!may_enter(node, weight, pool->site, true)) return;
    campaign->share += weight.f;
    campaign->states_visited += 1;
    Parts parts = visit_pool(node, *pool, *campaign, weight);
    if (pool->inputs.empty()) return end(End::unknown, weight, "no-inputs");
    if (parts.zero) return end(End::unknown, weight, "zero-basis");
    if (!parts.requested || !measured_on(pool->inputs, ladder_.front())) weight.m = 0;
    up_inputs(pool->inputs, parts, weight, node.depth);
}

}  // namespace ingot::tracechain
