// Edges towards the products: distribution d of spec/trace-semantics.md 3.4 beside composition c of 3.2.
#include <algorithm>

#include "tracechain/amount.hpp"
#include "tracechain/capture_links.hpp"
#include "tracechain/walk.hpp"

namespace ingot::tracechain {

using storage::AccountRow;
using storage::Amounts;
using storage::LinkInput;
using storage::LinkOutput;
using storage::LinkRow;
using storage::LotRow;
using storage::RowKind;

namespace {

// The line of a pooled campaign that consumed the lot; its events stand in order of seq.
size_t line_in(Pool const& pool, LotNumber lot, storage::EventSeq event) {
    auto const [from, to] = std::equal_range(pool.input_events.begin(), pool.input_events.end(), event);
    auto at = static_cast<size_t>(from - pool.input_events.begin());
    while (at + 1 < static_cast<size_t>(to - pool.input_events.begin()) && pool.inputs[at].lot != lot) ++at;
    return at;
}

}  // namespace

AccountRow const* Walk::down_supply(NodeId id, LotRow const& row) const {
    auto found = std::find_if(row.rows.begin(), row.rows.end(),
                              [&](AccountRow const& line) { return line.seq == id.b && made_state(line); });
    return found == row.rows.end() ? nullptr : &*found;
}

// The weight of a node: what came from its supply and from the state before it, each by its part of the state.
Weight Walk::down_weight(Waiting const& node) {
    Weight out = node.outside.value(), in = node.inside.value();
    Weight sum{out.f + in.f + node.seed, out.d + in.d, out.m + in.m};
    AccountRow const* supply = nullptr;
    if (node.id.kind() == NodeKind::lot_state && node.id.b != 0) {
        LotRow const* row = source_.lot(node.id.number());
        if (row != nullptr) supply = down_supply(node.id, *row);
    } else if (node.id.kind() == NodeKind::vessel_state) {
        CampaignFacts* campaign = source_.campaign(node.id.number());
        if (campaign == nullptr) return sum;
        supply = campaign->rows->find(node.key.time_us, node.id.b, 0, false);
        if (supply == nullptr) supply = campaign->rows->find(node.key.time_us, node.id.b, 2, false);
    }
    if (supply == nullptr) return sum;
    TwoParts parts = split(supply->moved, supply->before, ladder_);
    sum.f = out.f * parts.part + in.f * parts.rest + node.seed;
    return sum;
}

// What entered a state from elsewhere, its exposure weighted by the part of the lot that this state's supply is.
Weight Walk::down_entered(Waiting const& node, LotRow const& row) const {
    Weight entered = node.outside.value();
    AccountRow const* supply = node.id.b == 0 ? nullptr : down_supply(node.id, row);
    if (supply == nullptr || row.tail.states < 2) return entered;
    Amounts all;
    for (AccountRow const& line : row.rows) {
        if (!made_state(line)) continue;
        for (auto const& amount : line.moved.lines())
            all.set(amount.basis, held_sum(all.value(amount.basis), amount.amount));
    }
    entered.f *= fraction(supply->moved, all, ladder_);
    return entered;
}

void Walk::down_lot(Waiting const& node, Weight const& weight) {
    LotRow const* row = source_.lot(node.id.number());
    if (row == nullptr) return;
    if (!source_.shows(row->lot)) return end(End::masked, weight, "masked");
    AccountRow const* supply = node.id.b == 0 ? nullptr : down_supply(node.id, *row);
    // Made a second time: the event's claim is recorded, the lot is not.
    if (node.id.b != 0 && supply == nullptr && row->tail.states > 0) return locate(Place::loss, weight);
    sink_.lot({*row,
               down_entered(node, *row),
               weight.f,
               node.id.b == row->tail.bound_seq,
               node.depth,
               start_state(row->lot),
               {}});
    if (stops_at(*row)) {
        end(End::beyond, weight, "stop-at");
    } else if (node.id.b == 0) {
        down_unstated(*row, node, weight);
    } else if (supply == nullptr) {
        locate(Place::loss, weight);  // a class of goods has no account
    } else {
        double rest = 1;
        for (auto line = row->rows.begin() + (supply - row->rows.data()) + 1; line != row->rows.end(); ++line) {
            if (takes(*line) && line->bound_seq != node.id.b) continue;
            if (made_state(*line)) {
                if (rest > 0) {
                    give(NodeId::lot(row->lot, line->sort_seq), {line->sort_time_us, line->sort_seq, 3},
                         {weight.f, weight.d * rest, weight.m * rest}, true, node.depth);
                }
                rest = 0;
                break;
            }
            if (takes(*line)) {
                double share = rest * fraction(line->moved, line->before, ladder_);
                down_consume(*row, *line, weight, share, node.depth);
                rest -= share;
                if (line->difference < 0) {
                    locate(Place::loss, weight.times(rest));
                    rest = 0;
                }
            } else if (line->moved.value(primary_of(line->moved)) < 0) {
                double share = -rest * fraction(line->moved, line->before, ladder_);
                locate(Place::adjusted_out, weight.times(share));
                rest -= share;
            }
        }
        locate_held(*row, weight.times(rest));
    }
    if (row->tail.states < 2) source_.drop_lot(row->lot);
}

// Opening stock nobody stated: the sum of what is bound to it.
void Walk::down_unstated(LotRow const& row, Waiting const& node, Weight const& weight) {
    double total = 0;
    size_t count = 0;
    auto bound = [](AccountRow const& line) { return takes(line) && line.bound_seq == 0; };
    for (AccountRow const& line : row.rows) {
        if (!bound(line)) continue;
        total += static_cast<double>(line.moved.value(primary_of(line.moved)));
        ++count;
    }
    if (count == 0) return locate(Place::on_hand, weight);
    for (AccountRow const& line : row.rows) {
        if (!bound(line)) continue;
        double amount = static_cast<double>(line.moved.value(primary_of(line.moved)));
        down_consume(row, line, weight, total > 0 ? amount / total : 1 / static_cast<double>(count), node.depth);
    }
}

void Walk::down_consume(LotRow const& lot, AccountRow const& row, Weight const& weight, double share, uint32_t depth) {
    Weight part{0, weight.d * share, weight.m * share};
    if (row.kind == RowKind::dispose) return locate(Place::disposed, part);
    Pool const* pool = nullptr;
    if (row.campaign != 0) {
        CampaignFacts* campaign = source_.campaign(row.campaign);
        if (campaign == nullptr) return;
        if (campaign->pooled) pool = source_.pool(row.campaign);
        if (campaign->pooled && pool == nullptr) return;
    }
    double missing = short_part(row.shortfall, asked(row), lot.tail.primary);
    size_t const line = pool == nullptr ? 0 : line_in(*pool, lot.lot, row.seq);
    double const c = pool == nullptr ? input_share(lot.lot, row) : parts_of(pool->inputs, ladder_).share.at(line);
    part.f = weight.f * c * (1 - missing);
    Arrival arrival{lot.lot, {}, c * (1 - missing), pool != nullptr && is_used_up(pool->inputs.at(line))};
    if (pool != nullptr) {
        return give(NodeId::pool(row.campaign), {pool->latest_input_us, pool->latest_input_seq, 0}, part, false,
                    depth + 1, arrival);
    }
    give(NodeId::event(row.seq), {row.time_us, row.seq, 0}, part, false, depth + (row.campaign == 0 ? 1 : 0), arrival);
}

// m/M of one input without reading the event; events that compare other than by sums are read, and those of the past,
// whose sums may have changed since.
double Walk::input_share(LotNumber lot, AccountRow const& row) {
    if (!query_.as_reported && !source_.past()) {
        Amounts const amounts = resolved(row);
        for (storage::Basis const& basis : ladder_) {
            auto total = row.event_total.get(basis);
            auto amount = amounts.get(basis);
            if (total && amount) return *total == 0 ? 0 : static_cast<double>(*amount) / static_cast<double>(*total);
        }
    }
    LinkRow const* link = source_.link(row.seq);
    if (link == nullptr) return 0;
    Parts parts = parts_of(link->inputs, ladder(*link));
    for (size_t i = 0; i < link->inputs.size(); ++i) {
        if (link->inputs[i].lot == lot) return parts.share[i];
    }
    return 0;
}

// Fuel and reagents are edges without weight in the product, but on the basis of an element they state.
bool Walk::is_used_up(LinkInput const& input) const {
    bool const element = ladder_.front().kind == storage::BasisKind::element;
    return input.role == storage::InputRole::aux && !(element && input.amounts.get(ladder_.front()));
}

// What came by an input that is used up ends here.
Weight Walk::without_aux(std::span<LinkInput const> inputs, Waiting const& node, Weight weight) {
    for (Arrival const& arrival : node.arrivals) {
        bool const named = std::any_of(inputs.begin(), inputs.end(), [&](LinkInput const& input) {
            return input.lot == arrival.lot && is_used_up(input);
        });
        if (!named && !arrival.used_up) continue;
        locate(Place::loss, arrival.weight);
        weight.f = std::max(0.0, weight.f - arrival.weight.f);
        weight.d = std::max(0.0, weight.d - arrival.weight.d);
        weight.m = std::max(0.0, weight.m - arrival.weight.m);
    }
    return weight;
}

void Walk::down_event(Waiting const& node, Weight const& all) {
    LinkRow const* link = source_.link(node.id.number());
    if (link == nullptr) return;
    CampaignFacts* campaign = link->campaign == 0 ? nullptr : source_.campaign(link->campaign);
    if (link->campaign != 0 && campaign == nullptr) return;
    bool charge = campaign != nullptr && !node.id.is_draw();
    if (!may_enter(node, all, link->site, !charge || query_.raw)) return;
    Parts parts = parts_of(link->inputs, ladder(*link));
    if (node.id.is_draw() && !link->outputs.empty()) parts.basis = used_basis(link->outputs.front().amounts, ladder_);
    visit_event(node, *link, all, parts);
    Weight const weight = node.id.is_draw() ? all : without_aux(link->inputs, node, all);
    if (charge) {
        down_charge(*link, *campaign, node, weight);
    } else if (!link->links.empty()) {
        down_explicit(*link, node);
    } else {
        std::vector<storage::EventSeq> const events{link->seq};
        std::span<LinkInput const> inputs = link->inputs;
        if (node.id.is_draw()) inputs = {};
        Ladder const steps = ladder(*link);
        Weight on = weight;
        if (!node.id.is_draw() && (!parts.requested || !measured_on(inputs, steps.front()))) on.m = 0;
        down_outputs(link->outputs, inputs, events, link, node, on, steps, Place::loss, node.id.is_draw());
    }
    if (link->kind != storage::LinkKind::charge_draw) source_.drop_link(node.id.number());
}

// o_j / max(sum of o, sum of m); what is missing is loss, for pooled campaigns still in process, for draws nothing.
void Walk::down_outputs(std::span<LinkOutput const> outputs, std::span<LinkInput const> inputs,
                        std::span<storage::EventSeq const> events, LinkRow const* link, Waiting const& node,
                        Weight const& weight, Ladder const& steps, Place remainder, bool takes_all) {
    std::vector<Amounts const*> members;
    for (LinkOutput const& output : outputs) {
        if (output.lot != 0) members.push_back(&output.amounts);
    }
    if (members.empty()) return locate(remainder, weight);
    Parts parts = parts_of(members, steps);
    double whole = parts.total;
    if (!parts.equal) {
        for (LinkOutput const& output : outputs) {
            if (output.lot == 0) whole += static_cast<double>(output.amounts.value(parts.used));
        }
        double in = 0;
        for (LinkInput const& input : inputs) {
            if (input.role != storage::InputRole::aux) in += static_cast<double>(input.amounts.value(parts.used));
        }
        whole = takes_all ? parts.total : std::max(whole, in);
    }
    if (whole <= 0) return locate(remainder, weight);
    double scale = parts.total / whole, given = 0;
    size_t member = 0;
    for (size_t i = 0; i < outputs.size(); ++i) {
        if (outputs[i].lot == 0) continue;
        double d = parts.share[member++] * scale;
        given += d;
        storage::EventSeq supply = events.size() == 1 ? events[0] : events[i];
        int64_t time_us = node.key.time_us;
        if (link == nullptr) {  // pooled: each output has its own event
            LotRow const* lot = source_.lot(outputs[i].lot);
            if (lot == nullptr) return;
            AccountRow const* row = down_supply(NodeId::lot(lot->lot, supply), *lot);
            if (row != nullptr) time_us = row->sort_time_us;
        }
        give(NodeId::lot(outputs[i].lot, supply), {time_us, supply, 3},
             {weight.f, weight.d * d, parts.requested ? weight.m * d : 0}, false, node.depth);
    }
    double left = 1 - given;
    if (left > 1e-15) locate(remainder, weight.times(left));
}

// ingot:links: each named output is made of the inputs stated for it.
void Walk::down_explicit(LinkRow const& link, Waiting const& node) {
    Parts whole = parts_of(link.inputs, ladder(link));
    std::vector<Amounts const*> members;
    for (LinkOutput const& output : link.outputs) members.push_back(&output.amounts);
    Parts made = parts_of(members, ladder(link));
    auto composition = [&](LotNumber output, LotNumber input) {
        bool named = false;
        double share = 0;
        for (auto const& line : link.links) {
            if (line.output != output) continue;
            named = true;
            if (line.input == input) share += line.share;
        }
        if (named) return share;
        for (size_t i = 0; i < link.inputs.size(); ++i) {
            if (link.inputs[i].lot == input) share += whole.share[i];
        }
        return share;
    };
    for (Arrival const& arrival : node.arrivals) {
        double total = 0;
        for (size_t j = 0; j < link.outputs.size(); ++j) {
            total += composition(link.outputs[j].lot, arrival.lot) * made.share[j];
        }
        for (size_t j = 0; j < link.outputs.size(); ++j) {
            double c = composition(link.outputs[j].lot, arrival.lot);
            double d = total > 0 ? c * made.share[j] / total : 0;
            Weight part = arrival.weight.times(d);
            part.f = arrival.share > 0 ? arrival.weight.f / arrival.share * c : 0;
            if (link.outputs[j].lot == 0) {
                locate(Place::loss, part);
            } else if (c > 0) {
                give(NodeId::lot(link.outputs[j].lot, link.seq), {link.time_us, link.seq, 3}, part, false, node.depth);
            }
        }
        if (total <= 0) locate(Place::loss, arrival.weight);
    }
}

}  // namespace ingot::tracechain
