// Writes lots, links, campaigns and account rows; the messages are spelled in storage/graph.proto.
#include "storage/graph_table.hpp"
#include "storage/wire.hpp"

namespace ingot::storage {
namespace {

void write(WireWriter& out, Amounts const& amounts) {
    for (auto const& [basis, amount] : amounts.lines()) {
        auto const field = static_cast<uint32_t>(basis.kind);
        if (basis.kind != BasisKind::element) {
            out.always_s64(field, amount);
            continue;
        }
        out.message(field, true, [&out, &name = basis.element, value = amount] {
            out.text(1, name);
            out.s64(2, value);
        });
    }
}

void write_amounts(WireWriter& out, uint32_t field, Amounts const& amounts) {
    if (!amounts.empty()) out.message(field, false, [&] { write(out, amounts); });
}

void write_basis(WireWriter& out, uint32_t field, Basis const& basis) {
    out.message(field, false, [&] {
        out.u64(1, static_cast<uint64_t>(basis.kind));
        out.text(2, basis.element);
    });
}

using Layers = std::vector<std::pair<EventSeq, Amounts>>;

void write_layers(WireWriter& out, uint32_t field, Layers const& layers) {
    for (auto const& layer : layers)
        out.message(field, true, [&] {
            out.u64(1, layer.first);
            write_amounts(out, 2, layer.second);
        });
}

void write(WireWriter& out, AccountRow const& row) {
    out.s64(1, row.time_us);
    out.u64(2, row.seq);
    out.u64(3, row.phase);
    out.u64(4, static_cast<uint64_t>(row.kind));
    out.u64(5, row.void_seq);
    write_amounts(out, 6, row.stated);
    out.u64(7, (row.final ? 1u : 0u) | (row.restated ? 2u : 0u));
    write_amounts(out, 8, row.event_total);
    out.u64(9, row.campaign);
    for (auto const& selected : row.selected)
        out.message(10, true, [&] {
            out.u64(1, selected.first);
            out.s64(2, selected.second);
        });
    out.s64(11, row.sort_time_us - row.time_us);
    out.s64(12, static_cast<int64_t>(row.sort_seq - row.seq));
    write_amounts(out, 13, row.before);
    write_amounts(out, 14, row.moved);
    out.s64(15, row.shortfall);
    out.s64(16, row.difference);
    if (row.bound_time_us != 0) out.always_s64(17, row.bound_time_us - row.time_us);
    out.u64(18, row.bound_seq);
    write_layers(out, 19, row.layers);
    out.u64(20, row.site_mark);
}

void write(WireWriter& out, AccountTail const& tail) {
    write_basis(out, 1, tail.primary);
    write_amounts(out, 2, tail.content);
    out.s64(3, tail.supplied);
    out.s64(4, tail.consumed);
    out.s64(5, tail.debt);
    out.s64(6, tail.adjusted_out);
    out.s64(7, tail.difference);
    out.s64(8, tail.disposed);
    out.u64(9, tail.states);
    out.s64(10, tail.last_time_us);
    out.u64(11, tail.last_seq);
    out.u64(12, tail.last_phase);
    out.s64(13, tail.bound_time_us);
    out.u64(14, tail.bound_seq);
    write_layers(out, 15, tail.layers);
}

void write(WireWriter& out, Origin const& origin) {
    out.text(1, origin.type);
    out.text(2, origin.supplier);
    out.text(3, origin.country);
    out.text(4, origin.mine);
}

void write(WireWriter& out, Assay const& assay) {
    out.text(1, assay.element);
    out.s64(2, assay.value);
    out.u64(3, assay.status);
    out.s64(4, assay.time_us);
    out.u64(5, assay.seq);
    out.u64(6, assay.void_seq);
}

void write(WireWriter& out, Description const& description) {
    out.u64(1, description.seq);
    out.s64(2, description.time_us);
    out.u64(3, description.void_seq);
    out.text(4, description.material);
    out.u64(5, description.origin_stated ? 1 : 0);
    out.message(6, false, [&] { write(out, description.origin); });
    out.text(7, description.ilmd);
}

void write(WireWriter& out, LinkInput const& input, int64_t event_time_us) {
    out.u64(1, input.lot);
    out.u64(2, static_cast<uint64_t>(input.role));
    write_amounts(out, 3, input.amounts);
    out.u64(4, input.measured);
    out.s64(5, input.shortfall);
    if (input.bound_time_us != 0) out.always_s64(6, input.bound_time_us - event_time_us);
    out.u64(7, input.bound_seq);
}

void write_sums(WireWriter& out, uint32_t field, std::vector<TransferSum> const& sums) {
    for (TransferSum const& sum : sums)
        out.message(field, true, [&] {
            out.text(1, sum.source);
            out.s64(2, sum.shipped);
            out.s64(3, sum.received);
            out.s64(4, sum.whole_shipped);
            out.s64(5, sum.whole_received);
        });
}

void write(WireWriter& out, HoldingRow const& holding) {
    out.text(1, holding.party);
    out.u64(2, holding.registered ? 0 : 1);
    out.s64(3, holding.booked);
    out.s64(4, holding.disposed);
    write_sums(out, 5, holding.custody);
    write_sums(out, 6, holding.ownership);
}

void write(WireWriter& out, LinkTransfer const& transfer) {
    out.u64(1, transfer.lot);
    out.text(2, transfer.source);
    out.text(3, transfer.destination);
    out.u64(4, (transfer.registered ? 0u : 1u) | (transfer.ownership ? 2u : 0u) | (transfer.received ? 4u : 0u) |
                   (transfer.whole ? 8u : 0u));
    out.s64(5, transfer.amount);
}

void write(WireWriter& out, LinkOutput const& output) {
    out.u64(1, output.lot);
    out.u64(2, static_cast<uint64_t>(output.role));
    write_amounts(out, 3, output.amounts);
}

}  // namespace

std::string encode(AccountRow const& row) {
    std::string bytes;
    WireWriter out(bytes);
    write(out, row);
    return bytes;
}

std::string encode(LotRow const& lot) {
    std::string bytes;
    bytes.reserve(256);
    WireWriter out(bytes);
    out.u64(1, lot.lot);
    out.text(2, lot.key);
    if (lot.id != lot.key) out.text(3, lot.id);
    if (lot.uri != lot.key) out.text(4, lot.uri);
    out.u64(5, static_cast<uint64_t>(lot.kind));
    out.u64(6, (lot.external ? 1u : 0u) | (lot.was_packed ? 4u : 0u) | (lot.is_container ? 8u : 0u) |
                   (lot.has_adds ? 16u : 0u) | (lot.has_outputs ? 32u : 0u) | (lot.has_implicit ? 64u : 0u) |
                   static_cast<uint64_t>(lot.claim) << 7);
    out.text(7, lot.owner_prefix);
    for (Assay const& assay : lot.assays) out.message(10, true, [&] { write(out, assay); });
    out.u64(12, lot.first_seq);
    out.s64(13, lot.first_time_us);
    out.s64(14, lot.last_time_us - lot.first_time_us);
    out.u64(15, lot.reorder_seq);
    out.u64(16, lot.spilled_rows);
    for (AccountRow const& row : lot.rows) out.message(17, true, [&] { write(out, row); });
    out.message(18, false, [&] { write(out, lot.tail); });
    out.u64(19, lot.flags);
    for (HoldingRow const& holding : lot.holdings) out.message(20, true, [&] { write(out, holding); });
    out.u64(21, lot.newest_seq);
    for (Description const& description : lot.descriptions) out.message(22, true, [&] { write(out, description); });
    out.text(23, lot.part_of);
    return bytes;
}

std::string encode(LinkRow const& link) {
    std::string bytes;
    bytes.reserve(160 + 48 * (link.inputs.size() + link.outputs.size()));
    WireWriter out(bytes);
    out.u64(1, link.seq);
    out.s64(2, link.time_us);
    out.u64(3, static_cast<uint64_t>(link.kind));
    out.text(4, link.event_id);
    out.text(5, link.site);
    out.text(6, bytes_of(link.content_digest));
    out.u64(7, link.void_seq);
    out.u64(8, link.reorder_seq);
    out.u64(9, link.campaign);
    write_basis(out, 10, link.allocation);
    for (LinkInput const& input : link.inputs) out.message(11, true, [&] { write(out, input, link.time_us); });
    for (LinkOutput const& output : link.outputs) out.message(12, true, [&] { write(out, output); });
    for (ExplicitLink const& each : link.links)
        out.message(13, true, [&] {
            out.u64(1, each.output);
            out.u64(2, each.input);
            out.real(3, each.share);
        });
    out.u64(14, link.flags);
    for (LinkTransfer const& transfer : link.transfers) out.message(15, true, [&] { write(out, transfer); });
    return bytes;
}

std::string encode(CampaignRow const& campaign) {
    std::string bytes;
    WireWriter out(bytes);
    out.u64(1, campaign.campaign);
    out.text(2, campaign.key);
    out.text(3, campaign.id);
    out.text(4, campaign.uri);
    out.text(5, campaign.vessel);
    out.u64(6, campaign.vessel_seq);
    out.u64(7, static_cast<uint64_t>(campaign.policy));
    out.s64(8, campaign.residence_us);
    out.s64(9, campaign.window_us);
    out.u64(10, campaign.reorder_seq);
    out.u64(11, campaign.row_count);
    out.message(12, false, [&] { write(out, campaign.tail); });
    out.message(13, false, [&] {
        for (EventSeq seq : campaign.events) out.varint(seq);
    });
    write_amounts(out, 16, campaign.total_in);
    write_amounts(out, 17, campaign.total_out);
    out.u64(18, campaign.flags);
    out.u64(19, campaign.dirty_from);
    out.s64(20, campaign.dirty_time_us);
    out.u64(21, campaign.newest_seq);
    out.text(22, campaign.owner_prefix);
    return bytes;
}

}  // namespace ingot::storage
