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

// Times and totals of a plain campaign without its void events.
Result<void> repool(Workspace& work, CampaignRow& campaign, LinkRow const& gone) {
    add_to(campaign.total_in, input_total(gone), -1);
    add_to(campaign.total_out, output_total(gone), -1);
    campaign.earliest_output_us = campaign.latest_input_us = 0;
    for (EventSeq seq : campaign.events) {
        auto link = work.link(seq);
        if (!link) return tl::unexpected(link.error());
        LinkRow const& each = **link;
        if (each.void_seq != 0) continue;
        bool const first = campaign.earliest_output_us == 0 || each.time_us < campaign.earliest_output_us;
        if (!each.outputs.empty() && first) campaign.earliest_output_us = each.time_us;
        bool const last = campaign.latest_input_us == 0 || each.time_us > campaign.latest_input_us;
        if (!each.inputs.empty() && last) campaign.latest_input_us = each.time_us;
    }
    return {};
}

Result<void> void_in_campaign(Workspace& work, LinkRow const& link, EventSeq declaration) {
    auto campaign = work.campaign(link.campaign);
    if (!campaign) return tl::unexpected(campaign.error());
    if ((*campaign)->row.vessel_seq == 0) return repool(work, (*campaign)->row, link);
    return void_rows(work, **campaign, link, declaration);
}

Result<void> void_in_lot(Workspace& work, LotNumber number, LinkRow const& link, EventSeq declaration) {
    auto found = work.lot(number);
    if (!found) return tl::unexpected(found.error());
    LotWork& lot = **found;
    for (auto const& transfer : link.transfers)
        if (transfer.lot == number) book_transfer(lot.row, transfer, -1);
    std::erase_if(lot.row.assays, [&](storage::Assay const& assay) { return assay.seq == link.seq; });
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
