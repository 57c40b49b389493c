#include "tracechain/capture_links.hpp"

#include <algorithm>

#include "tracechain/flags.hpp"

namespace ingot::tracechain {

using storage::BasisKind;
using storage::Flag;
using storage::LinkInput;
using storage::LinkKind;

namespace {

uint8_t measured_marks(AccountRow const& row, storage::Amounts const& amounts, AccountTail const& tail) {
    uint8_t marks = row.stated.get(tail.primary) ? kPrimaryMeasured : 0;
    if (row.stated.get({BasisKind::dry_mass, {}})) marks |= kDryMeasured;
    bool elements = true;
    for (auto const& line : amounts.lines())
        if (line.basis.kind == BasisKind::element) elements &= row.stated.get(line.basis).has_value();
    return elements ? marks | kElementsMeasured : marks;
}

// Flags of a link that follow from its inputs; a draw's shortage is told by its campaign row and kept.
void refresh_flags(LinkRow& link) {
    uint32_t flags = 0;
    for (LinkInput const& input : link.inputs) {
        if (input.shortfall > 0) flags |= bit(Flag::overdraw);
        if (input.measured & kTakenEarly) flags |= bit(Flag::time_order);
    }
    bool const drawn = link.kind == LinkKind::draw || link.kind == LinkKind::charge_draw;
    uint32_t const derived = bit(Flag::time_order) | (drawn ? 0 : bit(Flag::overdraw));
    link.flags = (link.flags & ~derived) | flags;
}

void mark_reordered(Workspace& work, LinkRow& link, EventSeq newest_of_account) {
    EventSeq const by = link.seq == work.current ? newest_of_account : work.current;
    if (by > link.seq) link.reorder_seq = std::max(link.reorder_seq, by);
}

}  // namespace

storage::Amounts resolved(AccountRow const& row) {
    storage::Amounts amounts = row.stated;
    if (row.void_seq != 0) return amounts;
    for (auto const& line : row.moved.lines())
        if (!amounts.get(line.basis)) amounts.set(line.basis, line.amount);
    return amounts;
}

bool taken_early(AccountRow const& row, AccountTail const& tail) {
    if (row.void_seq != 0) return false;
    bool const moved = row.sort_seq != row.seq || row.sort_time_us != row.time_us;
    return moved || (row.bound_seq == 0 && tail.states > 0);
}

void resolve_input(LinkInput& input, AccountRow const& row, AccountTail const& tail) {
    input.amounts = resolved(row);
    input.shortfall = row.shortfall;
    input.bound_time_us = row.bound_time_us;
    input.bound_seq = row.bound_seq;
    input.measured = measured_marks(row, input.amounts, tail);
    if (taken_early(row, tail)) input.measured |= kTakenEarly;
}

Result<void> update_link(Workspace& work, LotRow const& lot, AccountRow const& row) {
    if (row.void_seq != 0 && row.seq != work.current) return {};  // a void link keeps what it said
    auto found = work.link(row.seq);
    if (!found) return tl::unexpected(found.error());
    LinkRow& link = **found;
    auto input = std::find_if(link.inputs.begin(), link.inputs.end(),
                              [&](LinkInput const& each) { return each.lot == lot.lot; });
    if (input == link.inputs.end())
        return fail(Code::DataDamaged, "event " + std::to_string(row.seq) + " does not name lot " + lot.id);
    LinkInput fresh = *input;
    resolve_input(fresh, row, lot.tail);
    if (!(fresh.amounts == input->amounts)) work.totals_due.insert(row.seq);
    if (fresh.shortfall != input->shortfall || fresh.bound_seq != input->bound_seq ||
        fresh.bound_time_us != input->bound_time_us || !(fresh.amounts == input->amounts))
        mark_reordered(work, link, lot.newest_seq);
    *input = std::move(fresh);
    refresh_flags(link);
    return {};
}

Result<void> update_draw(Workspace& work, AccountRow const& row) {
    auto found = work.link(row.seq);
    if (!found) return tl::unexpected(found.error());
    LinkRow& link = **found;
    uint32_t const overdraw = bit(Flag::overdraw);
    link.flags = row.shortfall > 0 && row.void_seq == 0 ? link.flags | overdraw : link.flags & ~overdraw;
    for (LinkInput const& input : link.inputs)
        if (input.shortfall > 0) link.flags |= overdraw;
    return {};
}

}  // namespace ingot::tracechain
