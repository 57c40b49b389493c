// Accounts of vessel campaigns, and the totals of events that feed them.
#include <algorithm>

#include "tracechain/capture_account.hpp"
#include "tracechain/capture_links.hpp"

namespace ingot::tracechain {

using storage::Amounts;
using storage::InputRole;
using storage::LinkInput;
using storage::RowKind;
using storage::Space;

namespace {

bool is_draw(AccountRow const& row) { return row.kind == RowKind::consume; }

void note_shortage(Workspace& work, CampaignRow const& campaign, AccountRow const& row, int64_t before) {
    if (!is_draw(row) || row.shortfall <= before) return;
    storage::Basis const& primary = campaign.tail.primary;
    int64_t const available = row.moved.value(primary);
    work.shortages.push_back({campaign.id, row.seq, available,
                              row.stated.get(primary).value_or(available + row.shortfall),
                              primary.kind == storage::BasisKind::gross_mass});
}

std::vector<AccountRow> derive(std::vector<AccountRow> const& rows, AccountTerms const& terms, AccountTail& tail) {
    Replayed replayed = replay(rows, terms);
    tail = std::move(replayed.tail);
    for (AccountRow const& row : rows) {
        if (row.void_seq == 0) continue;
        AccountRow& dead = replayed.rows.emplace_back(row);
        dead.sort_time_us = row.time_us;
        dead.sort_seq = row.seq;
        dead.before = dead.moved = {};
        dead.shortfall = dead.difference = dead.bound_time_us = 0;
        dead.bound_seq = 0;
        dead.layers.clear();
    }
    std::sort(replayed.rows.begin(), replayed.rows.end(),
              [](AccountRow const& a, AccountRow const& b) { return storage::in_replay_order(a, b, true); });
    return std::move(replayed.rows);
}

// Replays the whole campaign; `before` = its rows as they were stored.
Result<void> rederive(Workspace& work, CampaignWork& campaign, std::vector<AccountRow> const& before,
                      std::vector<AccountRow> const& rows) {
    CampaignRow& record = campaign.row;
    std::map<RowKey, AccountRow const*> old;
    for (AccountRow const& row : before) old.emplace(key_of(row), &row);
    std::vector<AccountRow> derived = derive(rows, terms_of(work.settings(), record), record.tail);
    record.reorder_seq = reorder_of(derived);
    record.dirty_from = 0;
    record.dirty_time_us = 0;
    for (AccountRow& row : derived) {
        auto was = old.find(key_of(row));
        if (was != old.end() && *was->second == row) continue;
        note_shortage(work, record, row, was == old.end() ? 0 : was->second->shortfall);
        if (is_draw(row))
            if (auto updated = update_draw(work, row); !updated) return updated;
        RowKey const key = key_of(row);
        campaign.changed.insert_or_assign(key, std::move(row));
    }
    return {};
}

// Rows that stand after this moment.
size_t rows_after(std::vector<AccountRow> const& rows, RowKey const& key) {
    return static_cast<size_t>(
        std::count_if(rows.begin(), rows.end(), [&](AccountRow const& row) { return key_of(row) > key; }));
}

// Too many rows to derive while every other writer waits: store the row as stated and let readers replay.
bool leave_dirty(Workspace& work, CampaignWork& campaign, std::vector<AccountRow> const& rows, AccountRow const& row) {
    if (work.strict || rows_after(rows, key_of(row)) <= work.settings().rederive_rows_max) return false;
    CampaignRow& record = campaign.row;
    if (record.dirty_from == 0 || row.time_us < record.dirty_time_us) record.dirty_time_us = row.time_us;
    record.dirty_from = work.current;
    record.reorder_seq = UINT64_MAX;
    campaign.changed.insert_or_assign(key_of(row), row);
    return true;
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

void add_to(Amounts& sum, Amounts const& part, int64_t sign) {
    for (auto const& line : part.lines()) sum.set(line.basis, sum.value(line.basis) + sign * line.amount);
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
        return {};
    }
    if (link.seq == work.current) return {};  // its row is added with this total afterwards
    auto rows = work.rows_of(campaign);
    if (!rows) return tl::unexpected(rows.error());
    std::vector<AccountRow> const stored = *rows;
    for (AccountRow& row : *rows) {
        if (row.seq != link.seq || row.phase != 0 || row.stated == total) continue;
        row.stated = total;
        return rederive(work, campaign, stored, *rows);
    }
    return {};
}

Result<void> settle_total(Workspace& work, EventSeq seq) {
    auto found = work.link(seq);
    if (!found) return tl::unexpected(found.error());
    LinkRow const& link = **found;
    Amounts const total = input_total(link);
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
    if (row.void_seq == 0 && record.dirty_from == 0 && can_append(record.tail, row, terms, unbound)) {
        append(record.tail, row, terms);
        note_shortage(work, record, row, 0);
        if (row.seq < newest) record.reorder_seq = std::max(record.reorder_seq, newest);
        if (is_draw(row))
            if (auto updated = update_draw(work, row); !updated) return updated;
        RowKey const key = key_of(row);
        campaign.changed.insert_or_assign(key, std::move(row));
        return {};
    }
    auto rows = work.rows_of(campaign);
    if (!rows) return tl::unexpected(rows.error());
    if (leave_dirty(work, campaign, *rows, row)) return {};
    std::vector<AccountRow> const before = *rows;
    rows->push_back(std::move(row));
    return rederive(work, campaign, before, *rows);
}

Result<void> void_rows(Workspace& work, CampaignWork& campaign, EventSeq seq, EventSeq declaration) {
    auto rows = work.rows_of(campaign);
    if (!rows) return tl::unexpected(rows.error());
    std::vector<AccountRow> const before = *rows;
    bool any = false, dirty = false;
    for (AccountRow& row : *rows) {
        if (row.seq != seq || row.void_seq != 0) continue;
        row.void_seq = declaration;
        any = true;
        dirty |= leave_dirty(work, campaign, before, row);
    }
    if (!any || dirty) return {};
    return rederive(work, campaign, before, *rows);
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
