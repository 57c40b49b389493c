#include "tracechain/query_answer.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "tracechain/amount.hpp"
#include "tracechain/custody.hpp"
#include "tracechain/flags.hpp"

namespace ingot::tracechain {

using storage::LotRow;

std::optional<int64_t> ListedLot::here() const {
    if (!amounts.on_hand || !apart) return amounts.on_hand;
    return held_difference(*amounts.on_hand, held_sum(in_transit, left));
}

LotAmounts amounts_of(LotRow const& row, storage::Basis const& requested) {
    LotAmounts out;
    bool supplied = row.tail.states > 0;
    auto sum_on = [&](storage::Basis const& basis) {
        std::optional<int64_t> sum;
        for (auto const& line : row.rows) {
            bool counts = supplied ? made_state(line) : takes(line) && line.bound_seq == 0;
            if (!counts) continue;
            auto amount = line.moved.get(basis);
            if (!amount) return std::optional<int64_t>();
            sum = held_sum(sum.value_or(0), *amount);
        }
        return sum;
    };
    out.basis = requested;
    if (row.rows.empty() && supplied) {  // spilled rows were left alone: the books know their own dimension
        out.basis = row.tail.primary;
        out.quantity = row.tail.supplied;
        out.on_hand = row.tail.content.value(out.basis);
        return out;
    }
    out.quantity = sum_on(requested);
    if (!out.quantity) {
        storage::Basis own = row.tail.primary;
        if (!supplied && !row.rows.empty()) own = primary_of(row.rows.front().moved);
        if (own != requested) out.quantity = sum_on(own);
        if (out.quantity) out.basis = own;
    }
    if (out.quantity) out.on_hand = row.tail.content.value(out.basis);
    return out;
}

namespace {

// Who has it and who owns it, if the books name one party.
void note_holdings(ListedLot& lot, LotRow const& row) {
    if (row.holdings.empty()) return;
    size_t holders = 0, owners = 0;
    std::string owner;
    for (Holding const& holding : settle(row)) {
        lot.in_transit = held_sum(lot.in_transit, holding.in_transit);
        lot.left = held_sum(lot.left, holding.left);
        if (holding.on_hand > 0 && ++holders == 1) lot.holder = holding.party;
        if (holding.owned > 0 && ++owners == 1) owner = holding.party;
    }
    if (holders != 1) lot.holder.clear();
    if (owners == 1) lot.owner = owner;
    lot.apart = lot.in_transit != 0 || lot.left != 0;
}

}  // namespace

ListedLot list_lot(LotRow const& row, storage::Basis const& asked) {
    ListedLot lot;
    lot.lot = row.lot;
    lot.id = row.id;
    lot.uri = row.uri;
    lot.material = row.material;
    lot.owner = row.owner_prefix;
    lot.kind = row.kind;
    lot.amounts = amounts_of(row, asked);
    note_holdings(lot, row);
    lot.first_time_us = row.first_time_us;
    lot.last_time_us = row.last_time_us;
    return lot;
}

LotAmounts sum_of(std::vector<ListedLot> const& lots) {
    LotAmounts out;
    for (ListedLot const& lot : lots) {
        if (!lot.amounts.quantity) continue;
        if (out.quantity && out.basis != lot.amounts.basis) return {};
        out.basis = lot.amounts.basis;
        out.quantity = held_sum(out.quantity.value_or(0), *lot.amounts.quantity);
    }
    return out;
}

bool shows(TraceQuery const& query, ListedLot const& lot) {
    return query.material.allows(lot.material) && query.owner.allows(lot.owner) && query.holder.allows(lot.holder) &&
           query.kind.allows(name(lot.kind));
}

void count_flags(FlagCounts& counts, uint32_t flags) {
    for (std::string_view word : flag_names(flags)) counts[word] += 1;
}

void WalkListing::lot(LotVisit const& visit) {
    auto [place, fresh] = places_.emplace(visit.row.lot, lots_.size());
    if (fresh) {
        ListedLot& lot = lots_.emplace_back(list_lot(visit.row, query_.basis));
        lot.hops = visit.hops;
        lot.start = visit.start;
        count_flags(flag_counts_, visit.row.flags);
    }
    ListedLot& lot = lots_[place->second];
    lot.entered.add(visit.entered);
    lot.listed = lot.listed || !visit.start || visit.entered.f > 0 || visit.entered.d > 0;
    lot.hops = std::min(lot.hops, visit.hops);
    if (visit.last_state) lot.state_f = std::max(lot.state_f, visit.state_f);
    if (!visit.terminal.empty()) lot.terminal = visit.terminal;
}

void WalkListing::event(EventVisit const& visit) {
    auto [place, fresh] = event_places_.emplace(visit.seq << 1 | (visit.kind == "draw" ? 1 : 0), events_.size());
    if (fresh) {
        ListedEvent& event = events_.emplace_back();
        event.seq = visit.seq;
        event.id = visit.id;
        event.site = visit.site;
        event.kind = visit.kind;
        event.basis = visit.basis;
        event.time_us = visit.time_us;
        event.flags = visit.flags;
        digests_.insert(digests_.end(), visit.digests.begin(), visit.digests.end());
        count_flags(flag_counts_, visit.flags);
        basis_counts_[event.basis] += 1;
    }
    ListedEvent& event = events_[place->second];
    event.weight.add(visit.weight);
    if (event.inputs.empty()) event.inputs = visit.inputs;
    for (LotNumber lot : visit.outputs) {
        if (std::find(event.outputs.begin(), event.outputs.end(), lot) == event.outputs.end()) {
            event.outputs.push_back(lot);
        }
    }
}

void WalkListing::gap(GapVisit const& visit) {
    std::string id = visit.lot != nullptr ? visit.lot->id : std::string();
    ListedGap& gap = gaps_[{std::string(visit.reason), id}];
    gap.reason = visit.reason;
    gap.id = std::move(id);
    gap.resolver = visit.resolver;
    gap.enterprise = visit.enterprise;
    gap.share.add(visit.share);
}

ListedLot const* WalkListing::find(LotNumber lot) const {
    auto found = places_.find(lot);
    return found == places_.end() ? nullptr : &lots_[found->second];
}

void WalkListing::mark_reported(LotNumber lot) {
    ListedLot& listed = lots_[places_.at(lot)];
    listed.reported = listed.entered.f.value();
}

std::vector<ListedLot const*> WalkListing::ranked() const {
    double least = std::max(query_.theta, query_.min_share);
    bool by_share = direction_ == Direction::down && query_.cutoff == Cutoff::share;
    std::vector<ListedLot const*> out;
    for (ListedLot const& lot : lots_) {
        double share = lot.entered.f.value();
        double compared = by_share ? lot.entered.d.value() : share;
        bool fresh = lot.listed && compared >= least && lot.reported != share;
        if (fresh && shows(query_, lot)) out.push_back(&lot);
    }
    std::sort(out.begin(), out.end(), [](ListedLot const* a, ListedLot const* b) {
        double x = a->entered.f.value(), y = b->entered.f.value();
        return x != y ? x > y : a->id < b->id;
    });
    return out;
}

std::vector<ListedGap> WalkListing::gaps() const {
    std::vector<ListedGap> out;
    for (auto const& [key, gap] : gaps_) out.push_back(gap);
    std::stable_sort(out.begin(), out.end(),
                     [](auto const& a, auto const& b) { return a.share.value() > b.share.value(); });
    return out;
}

size_t WalkListing::bytes() const {
    size_t sum = lots_.size() * (sizeof(ListedLot) + 200) + digests_.size() * sizeof(Digest) + gaps_.size() * 400;
    for (ListedEvent const& event : events_) {
        sum += sizeof(ListedEvent) + 150 + event.inputs.size() * sizeof(event.inputs[0]) +
               event.outputs.size() * sizeof(LotNumber);
    }
    return sum;
}

std::string digest_of(std::vector<Digest> digests, std::string_view query_line, EventSeq as_of) {
    std::sort(digests.begin(), digests.end());
    Sha256 hash;
    hash.add("ingot-graph-1\n").add(query_line).add("\n").add(std::to_string(as_of));
    for (Digest const& digest : digests) hash.add("\n").add(to_hex(bytes_of(digest)));
    return "sha256:" + to_hex(bytes_of(hash.finish()));
}

std::string WalkListing::digest(std::string_view query_line, EventSeq as_of) const {
    return digest_of(digests_, query_line, as_of);
}

}  // namespace ingot::tracechain
