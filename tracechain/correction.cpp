#include "tracechain/correction.hpp"

#include <algorithm>

#include "storage/holding_table.hpp"
#include "tracechain/capture_account.hpp"
#include "tracechain/custody.hpp"

namespace ingot::tracechain {

using storage::ContentRow;
using storage::LinkKind;
using storage::Space;

namespace {

std::set<LotNumber> lots_of(LinkRow const& link) {
    std::set<LotNumber> lots;
    for (auto const& input : link.inputs) lots.insert(input.lot);
    for (auto const& output : link.outputs) lots.insert(output.lot);
    lots.erase(0);
    return lots;
}

void void_content(Workspace& work, ContentRow row, EventSeq declaration) {
    row.void_seq = declaration;
    work.batch().put(Space::index, storage::content_key(row), storage::encode(row));
}

// Container rows that the event wrote for this lot.
Result<void> void_contained(Workspace& work, LotNumber lot, LinkRow const& link, EventSeq declaration) {
    auto rows = storage::contained_rows(work.batch(), lot, link.time_us);
    if (!rows) return tl::unexpected(rows.error());
    for (ContentRow const& row : *rows)
        if (row.seq == link.seq) void_content(work, row, declaration);
    return {};
}

Result<void> void_in_campaign(Workspace& work, LinkRow const& link, EventSeq declaration) {
    auto campaign = work.campaign(link.campaign);
    if (!campaign) return tl::unexpected(campaign.error());
    if ((*campaign)->row.vessel_seq == 0) {  // a plain one: its totals without the event
        add_to((*campaign)->row.total_in, input_total(link), -1);
        add_to((*campaign)->row.total_out, output_total(link), -1);
        return {};
    }
    return void_rows(work, **campaign, link, declaration);
}

Result<void> void_in_lot(Workspace& work, LotNumber number, LinkRow const& link, EventSeq declaration) {
    auto found = work.lot(number);
    if (!found) return tl::unexpected(found.error());
    LotWork& lot = **found;
    int const booked = link.kind == LinkKind::void_ship ? -1 : 1;
    for (auto const& transfer : link.transfers)
        if (transfer.lot == number) book_transfer(lot.row, transfer, -booked);
    for (storage::Assay& assay : lot.row.assays)
        if (assay.seq == link.seq) assay.void_seq = declaration;
    for (storage::Description& description : lot.row.descriptions)
        if (description.seq == link.seq) description.void_seq = declaration;
    storage::describe(lot.row);
    if (lot.row.was_packed)
        if (auto done = void_contained(work, number, link, declaration); !done) return done;
    if (auto done = void_rows(work, lot, link, declaration); !done) return done;
    return check_range(lot.row);
}

}  // namespace

Result<void> void_event(Workspace& work, EventSeq declared, EventSeq declaration) {
    auto found = work.link(declared);
    if (!found) return tl::unexpected(found.error());
    LinkRow& link = **found;
    if (link.void_seq != 0) return {};
    work.current = declaration;
    link.void_seq = declaration;
    link.reorder_seq = std::max(link.reorder_seq, declaration);
    for (LotNumber lot : lots_of(link))
        if (auto done = void_in_lot(work, lot, link, declaration); !done) return done;
    if (link.kind == LinkKind::unpack && link.inputs.empty() && !link.outputs.empty())
        void_content(work, {link.outputs[0].lot, 0, link.time_us, link.seq, true, {}, 0}, declaration);
    if (link.campaign != 0)
        if (auto done = void_in_campaign(work, link, declaration); !done) return done;
    return settle_totals(work);
}

}  // namespace ingot::tracechain
