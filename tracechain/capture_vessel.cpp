// Charges, draws and adjusts of campaigns; plain campaigns and the moment they become time-ordered (1.5, 3.5).
#include <algorithm>
#include <limits>

#include "base/encoding.hpp"
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
std::vector<AccountRow> rows_of(LinkRow const& link, std::vector<std::pair<LotNumber, int64_t>> selected) {
    std::vector<AccountRow> rows;
    if (!link.inputs.empty()) rows.push_back(campaign_row(link, RowKind::output, 0, input_total(link)));
    if (link.outputs.empty()) return rows;
    rows.push_back(campaign_row(link, RowKind::consume, 1, output_total(link)));
    rows.back().selected = std::move(selected);
    return rows;
}

// One pooled node for all events that share the id. They are written whole with each of them, and may all have to be
// derived at once one day (turn), so that their number has that limit.
Result<void> pool(Application& application, CampaignRow& campaign) {
    uint32_t const max = application.work.settings().rederive_rows_max;
    if (campaign.events.size() >= max) {
        Error error{Code::CaptureLimit,
                    "campaign " + excerpt(campaign.id) + " has " + std::to_string(max) +
                        " events already; begin a new one, with a transformationID of its own",
                    "炉次 " + excerpt(campaign.id) + " 已有 " + std::to_string(max) + " 个事件；请启用新的炉次标识"};
        error.with("campaign", campaign.id).with("limit", static_cast<int64_t>(max));
        return fail(std::move(error));
    }
    campaign.events.push_back(application.link.seq);
    if (application.link.void_seq != 0) return {};
    add_to(campaign.total_out, output_total(application.link), 1);
    return check_range(campaign.id, campaign.total_out);
}

// The first event with ingot:vessel turns the whole campaign into time-ordered replay: all its rows at once.
Result<void> turn(Workspace& work, CampaignWork& campaign, EventSeq by) {
    campaign.row.vessel_seq = by;
    if (campaign.row.events.empty()) return {};
    if (auto spent = work.spend_rows(campaign.row.id, campaign.row.events.size()); !spent) return spent;
    std::vector<AccountRow> rows;
    for (EventSeq seq : campaign.row.events) {
        auto link = work.link(seq);
        if (!link) return tl::unexpected(link.error());
        for (AccountRow& row : rows_of(**link, {})) rows.push_back(std::move(row));
    }
    if (auto derived = replace_rows(work, campaign, std::move(rows)); !derived) return derived;
    campaign.row.reorder_seq = std::max(campaign.row.reorder_seq, by);
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

Result<CampaignWork*> own_campaign(Application& application, ident::LotKey const& key, std::string const& uri) {
    auto campaign = application.work.campaign_of(key, uri);
    if (!campaign) return campaign;
    std::string& owner = (*campaign)->row.owner_prefix;
    if (owner.empty()) owner = application.prepared.facts.reporter_prefix;
    if (owner == application.prepared.facts.reporter_prefix) return campaign;
    Error error{
        Code::NotYourSite,
        "campaign " + excerpt(key.display) + " is run by another enterprise; use a transformationID of your own",
        "炉次 " + excerpt(key.display) + " 由其他企业运行；请使用贵企业自己的 transformationID"};
    error.with("campaign", key.display);
    return fail(std::move(error));
}

Result<void> apply_charges(Application& application) {
    auto found = application.work.campaign(application.link.campaign);
    if (!found) return tl::unexpected(found.error());
    CampaignWork& campaign = **found;
    if (application.event.vessel)
        if (auto used = use_vessel(application, campaign, *application.event.vessel); !used) return used;
    if (campaign.row.vessel_seq == 0) return pool(application, campaign.row);
    auto selected = selected_lots(application);
    if (!selected) return tl::unexpected(selected.error());
    for (AccountRow& row : rows_of(application.link, std::move(*selected)))
        if (auto added = add_row(application.work, campaign, std::move(row)); !added) return added;
    return {};
}

Result<void> apply_vessel_adjust(Application& application) {
    VesselUse const& use = *application.event.vessel;
    if (!use.campaign)
        return fail(Code::VesselOperation, "ingot:vessel adjust names no ingot:campaign", "缺少炉次标识");
    auto campaign = own_campaign(application, *use.campaign, use.campaign_uri);
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
