// Accounts of vessel campaigns, and the totals of events that feed them.
#include <algorithm>

#include "base/encoding.hpp"
#include "tracechain/amount.hpp"
#include "tracechain/capture_account.hpp"
#include "tracechain/capture_late.hpp"
#include "tracechain/capture_links.hpp"
#include "tracechain/capture_supplies.hpp"

namespace ingot::tracechain {

using storage::Amounts;
using storage::InputRole;
using storage::LinkInput;
using storage::RowKind;
using storage::Space;

namespace {

bool is_draw(AccountRow const& row) { return row.kind == RowKind::consume; }

// Writes back what a derivation changed; the tail is the new one already.
Result<void> store_changed(Workspace& work, CampaignWork& campaign, std::vector<AccountRow> const& before,
                           std::vector<AccountRow> rows) {
    CampaignRow& record = campaign.row;
    if (auto fine = check_range(record.id, record.tail, rows); !fine) return fine;
    std::map<RowKey, AccountRow const*> old;
    for (AccountRow const& row : before) old.emplace(key_of(row), &row);
    for (AccountRow& row : rows) {
        auto was = old.find(key_of(row));
        if (was != old.end() && *was->second == row) continue;
        note_shortage(work, record.id, row, record.tail, was == old.end() ? 0 : was->second->shortfall);
        if (is_draw(row))
            if (auto updated = update_draw(work, row); !updated) return updated;
        RowKey const key = key_of(row);
        campaign.changed.insert_or_assign(key, std::move(row));
    }
    return {};
}

// Replays the whole campaign with the edit done.
Result<void> derive_all(Workspace& work, CampaignWork& campaign, Edit const& edit) {
    CampaignRow& record = campaign.row;
    auto stored = work.rows_of(campaign);
    if (!stored) return tl::unexpected(stored.error());
    std::vector<AccountRow> rows = *stored;
    edit(rows);
    std::vector<AccountRow> derived = derive_rows(rows, terms_of(work.settings(), record), record.tail);
    record.reorder_seq = std::max(reorder_of(derived), work.current);  // a charge may bring other amounts than before
    record.dirty_from = 0;
    record.dirty_time_us = 0;
    return store_changed(work, campaign, *stored, std::move(derived));
}

tl::unexpected<Error> too_many_rows(Workspace const& work, CampaignRow const& campaign) {
    std::string const max = std::to_string(work.settings().rederive_rows_max);
    Error error{
        Code::CaptureLimit,
        "more than " + max + " rows of campaign " + excerpt(campaign.id) +
            " would have to be derived again; begin a new campaign, or send the event with accept=tolerant",
        "炉次 " + excerpt(campaign.id) + " 需重新推算 " + max + " 行以上；请启用新的炉次，或以 accept=tolerant 提交"};
    error.with("campaign", campaign.id).with("limit", static_cast<int64_t>(work.settings().rederive_rows_max));
    return fail(std::move(error));
}

// Too many rows to derive while every other writer waits: store the rows as stated and let readers replay.
Result<void> leave_dirty(Workspace& work, CampaignWork& campaign, RowKey const& from, Edit const& edit) {
    CampaignRow& record = campaign.row;
    constexpr uint32_t kRowsOfAnEvent = 4;
    auto rows = work.rows_from(campaign, from, kRowsOfAnEvent);
    if (!rows) return tl::unexpected(rows.error());
    std::erase_if(*rows, [&](AccountRow const& row) { return row.seq != std::get<1>(from); });
    edit(*rows);
    for (AccountRow& row : *rows) {
        RowKey const key = key_of(row);
        campaign.changed.insert_or_assign(key, std::move(row));
    }
    int64_t const time_us = std::get<0>(from);
    if (record.dirty_from == 0 || time_us < record.dirty_time_us) record.dirty_time_us = time_us;
    record.dirty_from = work.current;
    record.reorder_seq = UINT64_MAX;
    return {};
}

// Derives what the edit of rows from `from` on changes: the rows after it where that does, else the whole campaign; or,
// past what the unit may still derive, nothing now (5.5). The repair of a dirty campaign is charged a quarter of its
// rows, so that one of up to four times the limit is repaired.
Result<void> change_rows(Workspace& work, CampaignWork& campaign, RowKey const& from, Edit const& edit,
                         bool refusable) {
    CampaignRow& record = campaign.row;
    bool const repair = record.dirty_from != 0;
    auto spend = [&](size_t rows) { work.rows_left -= std::min(work.rows_left, rows); };
    Late late;
    if (!repair) {
        auto derived = derive_from(work, campaign, terms_of(work.settings(), record), from, edit, work.rows_left);
        if (!derived) return tl::unexpected(derived.error());
        late = std::move(*derived);
    }
    if (late.verdict == Late::Verdict::done) {
        spend(late.before.size());
        record.tail = std::move(late.tail);
        record.reorder_seq = std::max(record.reorder_seq, work.current);
        return store_changed(work, campaign, late.before, std::move(late.rows));
    }
    size_t const cost = repair ? record.row_count / 4 : record.row_count;
    if (late.verdict == Late::Verdict::cannot && cost <= work.rows_left) {
        spend(cost);
        return derive_all(work, campaign, edit);
    }
    if (work.strict && refusable) return too_many_rows(work, record);
    return leave_dirty(work, campaign, from, edit);
}

AccountRow* find_inline(LotRow& lot, RowKey const& key) {
    auto row =
        std::find_if(lot.rows.begin(), lot.rows.end(), [&](AccountRow const& each) { return key_of(each) == key; });
    return row == lot.rows.end() ? nullptr : &*row;
}

// The consuming row of a lot for an event, to be changed; null if it has none (class-only lots).
Result<AccountRow*> taking_row(Workspace& work, LotWork& lot, LinkRow const& link) {
    RowKey const key{link.time_us, link.seq, 0};
    if (lot.row.spilled_rows == 0) return find_inline(lot.row, key);
    if (auto changed = lot.changed.find(key); changed != lot.changed.end()) return &changed->second;
    auto value = work.batch().get(Space::row, storage::lot_row_key(lot.row.lot, link.time_us, link.seq, 0));
    if (!value) return tl::unexpected(value.error());
    if (!*value) return nullptr;
    auto row = storage::decode_account_row(**value);
    if (!row) return tl::unexpected(row.error());
    return &lot.changed.insert_or_assign(key, std::move(*row)).first->second;
}

// The charge row of the event in its vessel, or the pooled total of a plain campaign.
Result<void> settle_campaign(Workspace& work, LinkRow const& link, Amounts const& before, Amounts const& total) {
    auto found = work.campaign(link.campaign);
    if (!found) return tl::unexpected(found.error());
    CampaignWork& campaign = **found;
    if (campaign.row.vessel_seq == 0) {
        if (link.void_seq == 0) {
            add_to(campaign.row.total_in, before, -1);
            add_to(campaign.row.total_in, total, 1);
        }
        return check_range(campaign.row.id, campaign.row.total_in);
    }
    if (link.seq == work.current) return {};  // its row is added with this total afterwards
    RowKey const key{link.time_us, link.seq, 0};
    auto rows = work.rows_from(campaign, key, 4);
    if (!rows) return tl::unexpected(rows.error());
    auto const charge =
        std::find_if(rows->begin(), rows->end(), [&](AccountRow const& row) { return key_of(row) == key; });
    if (charge == rows->end() || charge->stated == total) return {};
    auto const edit = [&](std::vector<AccountRow>& all) {
        for (AccountRow& row : all)
            if (key_of(row) == key) row.stated = total;
    };
    return change_rows(work, campaign, key, edit, true);
}

Result<void> settle_total(Workspace& work, EventSeq seq) {
    auto found = work.link(seq);
    if (!found) return tl::unexpected(found.error());
    LinkRow const& link = **found;
    Amounts const total = input_total(link);
    if (auto fine = check_range(link.event_id, total); !fine) return fine;
    std::optional<Amounts> before;
    for (LinkInput const& input : link.inputs) {
        auto lot = work.lot(input.lot);
        if (!lot) return tl::unexpected(lot.error());
        auto row = taking_row(work, **lot, link);
        if (!row) return tl::unexpected(row.error());
        if (*row == nullptr) continue;
        if (!before) before = (*row)->event_total;
        (*row)->event_total = total;
    }
    if (link.campaign == 0) return {};
    return settle_campaign(work, link, before.value_or(Amounts{}), total);
}

}  // namespace

Amounts input_total(LinkRow const& link) {
    std::vector<Amounts const*> summands;
    for (LinkInput const& input : link.inputs)
        if (input.role != InputRole::aux) summands.push_back(&input.amounts);
    return common_sum(summands);
}

Amounts output_total(LinkRow const& link) {
    std::vector<Amounts const*> summands;
    for (auto const& output : link.outputs) summands.push_back(&output.amounts);
    return common_sum(summands);
}

AccountTerms terms_of(TraceSettings const& settings, CampaignRow const& campaign) {
    AccountTerms terms;
    terms.campaign = true;
    terms.policy = campaign.policy;
    terms.residence_us = campaign.residence_us;
    terms.window_us = campaign.window_us;
    terms.tolerance = settings.tolerance_vessel;
    terms.late_supply_window_us = settings.late_supply_window_us;
    return terms;
}

Result<void> add_row(Workspace& work, CampaignWork& campaign, AccountRow row) {
    CampaignRow& record = campaign.row;
    AccountTerms const terms = terms_of(work.settings(), record);
    bool const unbound = record.tail.states == 0 && record.row_count > 0;
    EventSeq const newest = record.newest_seq;
    record.newest_seq = std::max(newest, row.seq);
    record.row_count += 1;
    bool const appends = row.void_seq == 0 && record.dirty_from == 0 && can_append(record.tail, row, terms, unbound);
    if (appends) {
        append(record.tail, row, terms);
        if (auto fine = check_range(record.id, record.tail, {&row, 1}); !fine) return fine;
        note_shortage(work, record.id, row, record.tail, 0);
        if (row.seq < newest) record.reorder_seq = std::max(record.reorder_seq, newest);
        if (is_draw(row))
            if (auto updated = update_draw(work, row); !updated) return updated;
        RowKey const key = key_of(row);
        campaign.changed.insert_or_assign(key, std::move(row));
        return {};
    }
    RowKey const key = key_of(row);
    auto const edit = [&row](std::vector<AccountRow>& rows) { rows.push_back(row); };
    return change_rows(work, campaign, key, edit, true);
}

Result<void> replace_rows(Workspace& work, CampaignWork& campaign, std::vector<AccountRow> rows) {
    campaign.row.row_count = rows.size();
    for (AccountRow const& row : rows) campaign.row.newest_seq = std::max(campaign.row.newest_seq, row.seq);
    return derive_all(work, campaign, [&](std::vector<AccountRow>& none) { none = std::move(rows); });
}

Result<void> void_rows(Workspace& work, CampaignWork& campaign, LinkRow const& link, EventSeq declaration) {
    RowKey const from{link.time_us, link.seq, 0};
    bool any = false;
    auto const edit = [&](std::vector<AccountRow>& rows) {
        for (AccountRow& row : rows) {
            if (row.seq != link.seq || row.void_seq != 0) continue;
            row.void_seq = declaration;
            any = true;
        }
    };
    auto own = work.rows_from(campaign, from, 4);
    if (!own) return tl::unexpected(own.error());
    edit(*own);
    if (!any) return {};
    return change_rows(work, campaign, from, edit, false);
}

Result<void> settle_totals(Workspace& work) {
    while (!work.totals_due.empty()) {
        EventSeq const seq = *work.totals_due.begin();
        work.totals_due.erase(work.totals_due.begin());
        if (auto settled = settle_total(work, seq); !settled) return settled;
    }
    return {};
}

}  // namespace ingot::tracechain
