// Where a walk ends and what it says then: classes, places, masks, limits (spec/trace-semantics.md 3.3, 6.2).
#include <algorithm>

#include "storage/event_table.hpp"
#include "tracechain/custody.hpp"
#include "tracechain/flags.hpp"
#include "tracechain/walk.hpp"

namespace ingot::tracechain {

using storage::LinkRow;
using storage::LotRow;

void Walk::end(End what, Weight const& weight, std::string_view reason, LotRow const* lot) {
    if (unit(weight) == 0) return;
    ends_[static_cast<size_t>(what)].add({unit(weight), 0, 0});
    if (what == End::resolved) {
        measured_.add(weight.m);
        return;
    }
    GapVisit gap;
    gap.reason = reason;
    gap.share = unit(weight);
    gap.lot = what == End::unknown ? lot : nullptr;
    if (gap.lot != nullptr) gap.enterprise = gap.lot->owner_prefix;
    if (reason == "foreign" && lot != nullptr && terms_.foreign) gap.resolver = terms_.foreign(lot->key).value_or("");
    sink_.gap(gap);
}

void Walk::locate(Place place, Weight const& weight) {
    if (weight.d == 0) return;
    places_[static_cast<size_t>(place)].add(weight.d);
    ends_[0].add({weight.d, 0, 0});
    measured_.add(weight.m);
}

// What is left of a lot lies with its holders, is on the way, or has left the network.
void Walk::locate_held(LotRow const& row, Weight const& weight) {
    double on_hand = 0, in_transit = 0, left = 0;
    for (Holding const& holding : row.holdings.empty() ? std::vector<Holding>{} : settle(row)) {
        on_hand += static_cast<double>(holding.on_hand);
        in_transit += static_cast<double>(holding.in_transit);
        left += static_cast<double>(holding.left);
    }
    double whole = on_hand + in_transit + left;
    if (in_transit + left <= 0 || whole <= 0) return locate(Place::on_hand, weight);
    locate(Place::on_hand, weight.times(on_hand / whole));
    locate(Place::in_transit, weight.times(in_transit / whole));
    locate(Place::left, weight.times(left / whole));
}

bool Walk::outside_window(NodeKey const& key) const {
    return (query_.from_us && key.time_us < *query_.from_us) || (query_.to_us && key.time_us > *query_.to_us);
}

// The owner or the holder changes at a lot that was handed over, or that was another's from the beginning.
bool Walk::stops_at(LotRow const& row) const {
    StopAt const& stop = query_.stop_at;
    if (stop.empty() || start_state(row.lot)) return false;
    auto moved = [&](std::vector<storage::TransferSum> storage::HoldingRow::*sums) {
        return std::any_of(row.holdings.begin(), row.holdings.end(),
                           [&](storage::HoldingRow const& holding) { return !(holding.*sums).empty(); });
    };
    auto elsewhere = [&](storage::HoldingRow const& each) { return each.booked != 0 && each.party != home_; };
    bool const away = row.holdings.empty() ? row.owner_prefix != home_
                                           : std::any_of(row.holdings.begin(), row.holdings.end(), elsewhere);
    if (stop.owner_change && (row.owner_prefix != home_ || moved(&storage::HoldingRow::ownership))) return true;
    if (stop.custody_change && (away || moved(&storage::HoldingRow::custody))) return true;
    auto names = [](std::vector<std::string> const& list, std::string const& text) {
        return !text.empty() && std::find(list.begin(), list.end(), text) != list.end();
    };
    return names(stop.materials, row.material) || names(stop.origins, row.origin.type);
}

// Masks, window, depth and site of an event about to be expanded. `counted`: it adds a hop (charges do not).
bool Walk::may_enter(Waiting const& node, Weight const& weight, std::string_view site, bool counted) {
    if (hides(site)) {
        end(End::masked, weight, "masked");
    } else if (counted && node.depth > query_.max_depth) {
        end(End::beyond, weight, "depth");
    } else if (outside_window(node.key)) {
        end(End::beyond, weight, "time-window");
    } else if (query_.stop_at.site_change && site != home_) {
        end(End::beyond, weight, "stop-at");
    } else {
        if (nodes_.at(node.id).expansions == 1) stats_.events_visited += 1;
        return true;
    }
    return false;
}

void Walk::visit_event(Waiting const& node, LinkRow const& link, Weight const& weight, Parts const& parts,
                       std::span<Digest const> digests) {
    EventVisit visit;
    visit.seq = link.seq;
    visit.id = link.event_id;
    visit.site = link.site;
    visit.kind = name(link.kind);
    visit.time_us = link.time_us;
    visit.weight = unit(weight);
    visit.basis = parts.basis;
    for (size_t i = 0; i < link.inputs.size() && !node.id.is_draw(); ++i) {
        visit.inputs.emplace_back(link.inputs[i].lot, i < parts.share.size() ? parts.share[i] : 0);
    }
    if (direction_ == Direction::up) {
        for (Arrival const& arrival : node.arrivals) visit.outputs.push_back(arrival.lot);
        std::sort(visit.outputs.begin(), visit.outputs.end());
        visit.outputs.erase(std::unique(visit.outputs.begin(), visit.outputs.end()), visit.outputs.end());
    } else {
        for (auto const& output : link.outputs) {
            if (output.lot != 0) visit.outputs.push_back(output.lot);
        }
    }
    visit.flags = link.flags;
    visit.digests = digests;  // a pool was read from all its events
    if (digests.empty()) visit.digests = {&link.content_digest, 1};
    sink_.event(visit);
}

// A pooled campaign is shown as one event with the rows of all its events.
Parts Walk::visit_pool(Waiting const& node, Pool const& pool, CampaignFacts const& campaign, Weight const& weight) {
    LinkRow shown;
    shown.seq = pool.last_seq;
    shown.event_id = campaign.row.uri;
    shown.kind = storage::LinkKind::campaign;
    shown.time_us = node.key.time_us;
    shown.site = pool.site;
    shown.flags = pool.flags;
    shown.inputs = pool.inputs;
    if (direction_ == Direction::down) shown.outputs = pool.outputs;
    Parts parts = parts_of(pool.inputs, ladder_);
    visit_event(node, shown, weight, parts, pool.digests);
    return parts;
}

// The charges a draw took from, each by its part.
Parts Walk::layered(storage::AccountRow const& draw) const {
    std::vector<storage::Amounts const*> amounts;
    for (auto const& layer : draw.layers) amounts.push_back(&layer.second);
    return parts_of(amounts, ladder_);
}

std::optional<int64_t> Walk::moment() {
    if (query_.at_us) return query_.at_us;
    if (moment_us_) return moment_us_;
    auto facts = storage::find_facts(source_.view(), source_.as_of());
    if (!facts) {
        source_.fail_with(facts.error());
    } else {
        moment_us_ = *facts ? (*facts)->record_time_us : INT64_MAX;
    }
    return moment_us_;
}

ClosureNumbers Walk::closure() {
    ClosureNumbers out{ends_[0].f.value(), ends_[1].f.value(), ends_[2].f.value(), ends_[3].f.value(), 0};
    Sum left;
    for (Waiting const& node : slots_) {
        if (!node.waiting) continue;
        left.add(unit(node.outside.value()));
        left.add(unit(node.inside.value()));
    }
    (ended_by_budget_ ? out.beyond_limit : out.pruned) += left.value();
    return out;
}

LocatedNumbers Walk::located() const {
    LocatedNumbers out;
    out.on_hand = places_[0].value();
    out.in_vessels = places_[1].value();
    out.in_process = places_[2].value();
    out.disposed = places_[3].value();
    out.loss = places_[4].value();
    out.adjusted_out = places_[5].value();
    out.in_transit = places_[6].value();
    out.left_network = places_[7].value();
    return out;
}

Result<void> Walk::credit_waiting() {
    for (Waiting const& node : slots_) {
        bool const lot = node.waiting && node.id.kind() == NodeKind::lot_state;
        if (!lot || !sink_.listed(node.id.number())) continue;
        LotRow const* row = source_.lot(node.id.number());
        if (row == nullptr) return fail(*source_.error());
        Weight const entered = direction_ == Direction::up ? node.outside.value() : down_entered(node, *row);
        if (entered.f > 0 || entered.d > 0) {
            sink_.lot({*row, entered, 0, false, node.depth, start_state(row->lot), {}});
        }
        source_.drop_lot(node.id.number());
    }
    return {};
}

}  // namespace ingot::tracechain
