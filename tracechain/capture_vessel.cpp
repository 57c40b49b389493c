// Charges, draws and adjusts of campaigns; plain campaigns and the moment they become time-ordered (1.5, 3.5).
#include <algorithm>
#include <limits>

#include "tracechain/capture_account.hpp"
#include "tracechain/capture_apply.hpp"
#include "tracechain/capture_links.hpp"
#include "tracechain/flags.hpp"

namespace ingot::tracechain {

using storage::BasisKind;
using storage::LinkKind;
using storage::RowKind;

namespace {

AccountRow campaign_row(LinkRow const& link, RowKind kind, uint8_t phase, Amounts stated) {
    AccountRow row;
    row.time_us = row.sort_time_us = link.time_us;
    row.seq = row.sort_seq = link.seq;
    row.phase = phase;
    row.kind = kind;
    row.void_seq = link.void_seq;
    row.stated = std::move(stated);
    row.campaign = link.campaign;
    return row;
}

// The event's charge and draw, as rows of its campaign.
Result<void> add_rows_of(Workspace& work, CampaignWork& campaign, LinkRow const& link,
                         std::vector<std::pair<LotNumber, int64_t>> selected) {
    if (!link.inputs.empty()) {
        AccountRow charge = campaign_row(link, RowKind::output, 0, input_total(link));
        if (auto added = add_row(work, campaign, std::move(charge)); !added) return added;
    }
    if (!link.outputs.empty()) {
        AccountRow draw = campaign_row(link, RowKind::consume, 1, output_total(link));
        draw.selected = std::move(selected);
        if (auto added = add_row(work, campaign, std::move(draw)); !added) return added;
    }
    return {};
}

// One pooled node for all events that share the id.
void pool(CampaignRow& campaign, LinkRow const& link) {
    campaign.events.push_back(link.seq);
    if (link.void_seq != 0) return;
    if (!link.outputs.empty() && (campaign.earliest_output_us == 0 || link.time_us < campaign.earliest_output_us))
        campaign.earliest_output_us = link.time_us;
    if (!link.inputs.empty() && (campaign.latest_input_us == 0 || link.time_us > campaign.latest_input_us))
        campaign.latest_input_us = link.time_us;
    add_to(campaign.total_out, output_total(link), 1);
}

// The first event with ingot:vessel turns the whole campaign into time-ordered replay.
Result<void> turn(Workspace& work, CampaignWork& campaign, EventSeq by) {
    campaign.row.vessel_seq = by;
    for (EventSeq seq : campaign.row.events) {
        auto link = work.link(seq);
        if (!link) return tl::unexpected(link.error());
        if (auto added = add_rows_of(work, campaign, **link, {}); !added) return added;
    }
    campaign.row.reorder_seq = std::max(campaign.row.reorder_seq, campaign.row.events.empty() ? 0 : by);
    return {};
}

Result<void> check_policy(CampaignRow const& campaign, VesselUse const& use) {
    if (campaign.vessel_seq == 0 || !use.policy || *use.policy == campaign.policy) return {};
    Error error{Code::VesselPolicyConflict,
                "campaign " + campaign.id +
                    " already runs under another policy; a campaign keeps the one of its first "
                    "event with ingot:vessel",
                "该炉次/批次已采用另一种取料规则，一个批次只能使用首个事件所定的规则"};
    error.with("campaign", campaign.id);
    return fail(std::move(error));
}

Result<void> use_vessel(Application& application, CampaignWork& campaign, VesselUse const& use) {
    CampaignRow& record = campaign.row;
    if (auto fine = check_policy(record, use); !fine) return fine;
    if (application.void_seq != 0 || record.vessel_seq != 0) return {};
    record.vessel = use.vessel;
    record.policy = use.policy.value_or(storage::Policy::well_mixed);
    record.residence_us = use.residence_us;
    record.window_us = use.window_us;
    return turn(application.work, campaign, application.link.seq);
}

Result<std::vector<std::pair<LotNumber, int64_t>>> selected_lots(Application& application) {
    std::vector<std::pair<LotNumber, int64_t>> out;
    if (!application.event.vessel) return out;
    for (auto const& [key, amount] : application.event.vessel->selected) {
        auto lot = application.work.lot_of(key, key.display, false);
        if (!lot) return tl::unexpected(lot.error());
        out.emplace_back((*lot)->row.lot, amount);
    }
    return out;
}

}  // namespace

Result<void> apply_charges(Application& application) {
    auto found = application.work.campaign(application.link.campaign);
    if (!found) return tl::unexpected(found.error());
    CampaignWork& campaign = **found;
    if (application.event.vessel)
        if (auto used = use_vessel(application, campaign, *application.event.vessel); !used) return used;
    if (campaign.row.vessel_seq == 0) {
        pool(campaign.row, application.link);
        return check_range(campaign.row.id, campaign.row.total_out);
    }
    auto selected = selected_lots(application);
    if (!selected) return tl::unexpected(selected.error());
    return add_rows_of(application.work, campaign, application.link, std::move(*selected));
}

Result<void> apply_vessel_adjust(Application& application) {
    VesselUse const& use = *application.event.vessel;
    if (!use.campaign)
        return fail(Code::VesselOperation, "ingot:vessel adjust names no ingot:campaign", "缺少炉次标识");
    auto campaign = application.work.campaign_of(*use.campaign, use.campaign_uri);
    if (!campaign) return tl::unexpected(campaign.error());
    application.link.campaign = (*campaign)->row.campaign;
    if (auto used = use_vessel(application, **campaign, use); !used) return used;
    if ((*campaign)->row.vessel_seq == 0) return {};  // void before it arrived, on a campaign that is still plain
    Amounts amounts;
    amounts.set({BasisKind::gross_mass, {}}, use.gross);
    RowKind const kind = use.count ? RowKind::adjust_count : RowKind::adjust_delta;
    return add_row(application.work, **campaign, campaign_row(application.link, kind, 2, std::move(amounts)));
}

}  // namespace ingot::tracechain
