// Reads lots, links, campaigns and account rows; the messages are spelled in storage/graph.proto.
#include "storage/graph_table.hpp"
#include "storage/wire.hpp"

namespace ingot::storage {
namespace {

template <class Target, class Read>
void read_message(WireReader& outer, Target& target, Read read) {
    WireReader inner(outer.text());
    while (inner.next()) read(inner, target);
    if (!inner.ok()) outer.fail();
}

template <class Enum>
Enum read_enum(WireReader& in, Enum last) {
    uint64_t const value = in.u64();
    if (value == 0 || value > static_cast<uint64_t>(last)) in.fail();
    return static_cast<Enum>(value);
}

// One line a field.
// clang-format off

void read_element(WireReader& in, Amounts::Line& line) {
    switch (in.field()) {
        case 1: line.basis.element = in.text(); break;
        case 2: line.amount = in.s64(); break;
        default: in.skip();
    }
}

void read_amounts(WireReader& in, Amounts& amounts) {
    uint32_t const field = in.field();
    if (field == static_cast<uint32_t>(BasisKind::element)) {
        Amounts::Line line{{BasisKind::element, {}}, 0};
        read_message(in, line, read_element);
        amounts.append_sorted(std::move(line.basis), line.amount);
    } else if (field <= static_cast<uint32_t>(BasisKind::area)) {
        amounts.append_sorted(Basis{static_cast<BasisKind>(field), {}}, in.s64());
    } else {
        in.skip();
    }
}

void read_basis(WireReader& in, Basis& basis) {
    switch (in.field()) {
        case 1: basis.kind = read_enum(in, BasisKind::area); break;
        case 2: basis.element = in.text(); break;
        default: in.skip();
    }
}

void read_layer(WireReader& in, std::pair<EventSeq, Amounts>& layer) {
    switch (in.field()) {
        case 1: layer.first = in.u64(); break;
        case 2: read_message(in, layer.second, read_amounts); break;
        default: in.skip();
    }
}

void read_selected(WireReader& in, std::pair<LotNumber, int64_t>& selected) {
    switch (in.field()) {
        case 1: selected.first = in.u64(); break;
        case 2: selected.second = in.s64(); break;
        default: in.skip();
    }
}

// Times and numbers kept as differences are read raw and completed by read_row().
struct RowInParts {
    AccountRow& row;
    std::optional<int64_t> bound_after_us;
    int64_t sort_after_us = 0, sort_seq_after = 0;
};

void read_row_field(WireReader& in, RowInParts& parts) {
    AccountRow& row = parts.row;
    switch (in.field()) {
        case 1: row.time_us = in.s64(); break;
        case 2: row.seq = in.u64(); break;
        case 3: row.phase = static_cast<uint8_t>(in.u64()); break;
        case 4: row.kind = read_enum(in, RowKind::dispose); break;
        case 5: row.void_seq = in.u64(); break;
        case 6: read_message(in, row.stated, read_amounts); break;
        case 7: {
            uint64_t const marks = in.u64();
            row.final = marks & 1;
            row.restated = marks & 2;
            break;
        }
        case 8: read_message(in, row.event_total, read_amounts); break;
        case 9: row.campaign = in.u64(); break;
        case 10: read_message(in, row.selected.emplace_back(), read_selected); break;
        case 11: parts.sort_after_us = in.s64(); break;
        case 12: parts.sort_seq_after = in.s64(); break;
        case 13: read_message(in, row.before, read_amounts); break;
        case 14: read_message(in, row.moved, read_amounts); break;
        case 15: row.shortfall = in.s64(); break;
        case 16: row.difference = in.s64(); break;
        case 17: parts.bound_after_us = in.s64(); break;
        case 18: row.bound_seq = in.u64(); break;
        case 19: read_message(in, row.layers.emplace_back(), read_layer); break;
        case 20: row.site_mark = in.u32(); break;
        default: in.skip();
    }
}

bool read_row(std::string_view bytes, AccountRow& row) {
    WireReader in(bytes);
    RowInParts parts{row, {}, 0, 0};
    while (in.next()) read_row_field(in, parts);
    row.sort_time_us = row.time_us + parts.sort_after_us;
    row.sort_seq = row.seq + static_cast<uint64_t>(parts.sort_seq_after);
    if (parts.bound_after_us) row.bound_time_us = row.time_us + *parts.bound_after_us;
    return in.ok();
}

void read_tail(WireReader& in, AccountTail& tail) {
    switch (in.field()) {
        case 1: read_message(in, tail.primary, read_basis); break;
        case 2: read_message(in, tail.content, read_amounts); break;
        case 3: tail.supplied = in.s64(); break;
        case 4: tail.consumed = in.s64(); break;
        case 5: tail.debt = in.s64(); break;
        case 6: tail.adjusted_out = in.s64(); break;
        case 7: tail.difference = in.s64(); break;
        case 8: tail.disposed = in.s64(); break;
        case 9: tail.states = in.u32(); break;
        case 10: tail.last_time_us = in.s64(); break;
        case 11: tail.last_seq = in.u64(); break;
        case 12: tail.last_phase = static_cast<uint8_t>(in.u64()); break;
        case 13: tail.bound_time_us = in.s64(); break;
        case 14: tail.bound_seq = in.u64(); break;
        case 15: read_message(in, tail.layers.emplace_back(), read_layer); break;
        default: in.skip();
    }
}

void read_origin(WireReader& in, Origin& origin) {
    switch (in.field()) {
        case 1: origin.type = in.text(); break;
        case 2: origin.supplier = in.text(); break;
        case 3: origin.country = in.text(); break;
        case 4: origin.mine = in.text(); break;
        default: in.skip();
    }
}

void read_assay(WireReader& in, Assay& assay) {
    switch (in.field()) {
        case 1: assay.element = in.text(); break;
        case 2: assay.value = in.s64(); break;
        case 3: assay.status = static_cast<uint8_t>(in.u64()); break;
        case 4: assay.time_us = in.s64(); break;
        case 5: assay.seq = in.u64(); break;
        case 6: assay.void_seq = in.u64(); break;
        default: in.skip();
    }
}

void read_description(WireReader& in, Description& description) {
    switch (in.field()) {
        case 1: description.seq = in.u64(); break;
        case 2: description.time_us = in.s64(); break;
        case 3: description.void_seq = in.u64(); break;
        case 4: description.material = in.text(); break;
        case 5: description.origin_stated = in.u64() != 0; break;
        case 6: read_message(in, description.origin, read_origin); break;
        case 7: description.ilmd = in.text(); break;
        default: in.skip();
    }
}

void read_sum(WireReader& in, TransferSum& sum) {
    switch (in.field()) {
        case 1: sum.source = in.text(); break;
        case 2: sum.shipped = in.s64(); break;
        case 3: sum.received = in.s64(); break;
        case 4: sum.whole_shipped = static_cast<int32_t>(in.s64()); break;
        case 5: sum.whole_received = static_cast<int32_t>(in.s64()); break;
        default: in.skip();
    }
}

void read_holding(WireReader& in, HoldingRow& holding) {
    switch (in.field()) {
        case 1: holding.party = in.text(); break;
        case 2: holding.registered = in.u64() == 0; break;
        case 3: holding.booked = in.s64(); break;
        case 4: holding.disposed = in.s64(); break;
        case 5: read_message(in, holding.custody.emplace_back(), read_sum); break;
        case 6: read_message(in, holding.ownership.emplace_back(), read_sum); break;
        default: in.skip();
    }
}

void read_transfer(WireReader& in, LinkTransfer& transfer) {
    switch (in.field()) {
        case 1: transfer.lot = in.u64(); break;
        case 2: transfer.source = in.text(); break;
        case 3: transfer.destination = in.text(); break;
        case 4: {
            uint64_t const marks = in.u64();
            transfer.registered = !(marks & 1);
            transfer.ownership = marks & 2;
            transfer.received = marks & 4;
            transfer.whole = marks & 8;
            break;
        }
        case 5: transfer.amount = in.s64(); break;
        default: in.skip();
    }
}

void read_lot_field(WireReader& in, LotRow& lot) {
    switch (in.field()) {
        case 1: lot.lot = in.u64(); break;
        case 2: lot.key = in.text(); break;
        case 3: lot.id = in.text(); break;
        case 4: lot.uri = in.text(); break;
        case 5: lot.kind = read_enum(in, LotKind::class_only); break;
        case 6: {
            uint64_t const marks = in.u64();
            lot.external = marks & 1;
            lot.was_packed = marks & 4;
            lot.is_container = marks & 8;
            lot.has_adds = marks & 16;
            lot.has_outputs = marks & 32;
            lot.has_implicit = marks & 64;
            if ((marks >> 7) > static_cast<uint64_t>(Claim::registered)) in.fail();
            lot.claim = static_cast<Claim>(marks >> 7);
            break;
        }
        case 7: lot.owner_prefix = in.text(); break;
        case 10: read_message(in, lot.assays.emplace_back(), read_assay); break;
        case 12: lot.first_seq = in.u64(); break;
        case 13: lot.first_time_us = in.s64(); break;
        case 14: lot.last_time_us = in.s64(); break;
        case 15: lot.reorder_seq = in.u64(); break;
        case 16: lot.spilled_rows = in.u32(); break;
        case 17: if (!read_row(in.text(), lot.rows.emplace_back())) in.fail(); break;
        case 18: read_message(in, lot.tail, read_tail); break;
        case 19: lot.flags = in.u32(); break;
        case 20: read_message(in, lot.holdings.emplace_back(), read_holding); break;
        case 21: lot.newest_seq = in.u64(); break;
        case 22: read_message(in, lot.descriptions.emplace_back(), read_description); break;
        case 23: lot.part_of = in.text(); break;
        default: in.skip();
    }
}

void read_input(WireReader& in, LinkInput& input) {
    switch (in.field()) {
        case 1: input.lot = in.u64(); break;
        case 2: input.role = read_enum(in, InputRole::aux); break;
        case 3: read_message(in, input.amounts, read_amounts); break;
        case 4: input.measured = static_cast<uint8_t>(in.u64()); break;
        case 5: input.shortfall = in.s64(); break;
        case 6:  // completed with the event's time; kept apart from "absent" by the lowest bit
            input.bound_time_us = in.s64() * 2 + 1;
            break;
        case 7: input.bound_seq = in.u64(); break;
        default: in.skip();
    }
}

void read_output(WireReader& in, LinkOutput& output) {
    switch (in.field()) {
        case 1: output.lot = in.u64(); break;
        case 2: output.role = read_enum(in, OutputRole::loss); break;
        case 3: read_message(in, output.amounts, read_amounts); break;
        default: in.skip();
    }
}

void read_explicit(WireReader& in, ExplicitLink& link) {
    switch (in.field()) {
        case 1: link.output = in.u64(); break;
        case 2: link.input = in.u64(); break;
        case 3: link.share = in.real(); break;
        default: in.skip();
    }
}

void read_link_field(WireReader& in, LinkRow& link) {
    switch (in.field()) {
        case 1: link.seq = in.u64(); break;
        case 2: link.time_us = in.s64(); break;
        case 3: link.kind = read_enum(in, LinkKind::void_ship); break;
        case 4: link.event_id = in.text(); break;
        case 5: link.site = in.text(); break;
        case 6: in.fixed(link.content_digest); break;
        case 7: link.void_seq = in.u64(); break;
        case 8: link.reorder_seq = in.u64(); break;
        case 9: link.campaign = in.u64(); break;
        case 10: read_message(in, link.allocation, read_basis); break;
        case 11: read_message(in, link.inputs.emplace_back(), read_input); break;
        case 12: read_message(in, link.outputs.emplace_back(), read_output); break;
        case 13: read_message(in, link.links.emplace_back(), read_explicit); break;
        case 14: link.flags = in.u32(); break;
        case 15: read_message(in, link.transfers.emplace_back(), read_transfer); break;
        default: in.skip();
    }
}

void read_campaign_field(WireReader& in, CampaignRow& campaign) {
    switch (in.field()) {
        case 1: campaign.campaign = in.u64(); break;
        case 2: campaign.key = in.text(); break;
        case 3: campaign.id = in.text(); break;
        case 4: campaign.uri = in.text(); break;
        case 5: campaign.vessel = in.text(); break;
        case 6: campaign.vessel_seq = in.u64(); break;
        case 7: campaign.policy = read_enum(in, Policy::identity_lost); break;
        case 8: campaign.residence_us = in.s64(); break;
        case 9: campaign.window_us = in.s64(); break;
        case 10: campaign.reorder_seq = in.u64(); break;
        case 11: campaign.row_count = in.u64(); break;
        case 12: read_message(in, campaign.tail, read_tail); break;
        case 13: {
            WireReader packed(in.text());
            while (packed.more()) campaign.events.push_back(packed.varint());
            if (!packed.ok()) in.fail();
            break;
        }
        case 16: read_message(in, campaign.total_in, read_amounts); break;
        case 17: read_message(in, campaign.total_out, read_amounts); break;
        case 18: campaign.flags = in.u32(); break;
        case 19: campaign.dirty_from = in.u64(); break;
        case 20: campaign.dirty_time_us = in.s64(); break;
        case 21: campaign.newest_seq = in.u64(); break;
        case 22: campaign.owner_prefix = in.text(); break;
        default: in.skip();
    }
}

// clang-format on

tl::unexpected<Error> damaged(char const* what, uint64_t number) {
    return fail(Code::DataDamaged,
                std::string("the stored ") + what + " " + std::to_string(number) + " does not parse");
}

}  // namespace

Result<AccountRow> decode_account_row(Bytes value) {
    AccountRow row;
    if (!read_row(value, row) || row.seq == 0) return damaged("account row of event", row.seq);
    return row;
}

Result<LotRow> decode_lot(LotNumber number, Bytes value) {
    LotRow lot;
    WireReader in(value);
    while (in.next()) read_lot_field(in, lot);
    if (!in.ok() || lot.lot != number) return damaged("lot", number);
    if (lot.id.empty()) lot.id = lot.key;
    if (lot.uri.empty()) lot.uri = lot.key;
    lot.last_time_us += lot.first_time_us;
    describe(lot);
    return lot;
}

Result<LinkRow> decode_link(EventSeq seq, Bytes value) {
    LinkRow link;
    WireReader in(value);
    while (in.next()) read_link_field(in, link);
    if (!in.ok() || link.seq != seq) return damaged("link of event", seq);
    for (LinkInput& input : link.inputs)
        if (input.bound_time_us & 1) input.bound_time_us = link.time_us + (input.bound_time_us - 1) / 2;
    return link;
}

Result<CampaignRow> decode_campaign(CampaignNumber number, Bytes value) {
    CampaignRow campaign;
    WireReader in(value);
    while (in.next()) read_campaign_field(in, campaign);
    if (!in.ok() || campaign.campaign != number) return damaged("campaign", number);
    return campaign;
}

}  // namespace ingot::storage
