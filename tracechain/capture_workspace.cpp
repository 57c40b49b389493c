#include "tracechain/capture_workspace.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "storage/event_table.hpp"
#include "tracechain/custody.hpp"
#include "tracechain/flags.hpp"

namespace ingot::tracechain {

using storage::Space;

namespace {

template <class Numbers>
Result<std::vector<uint64_t>> find_numbers(storage::View const& view, std::vector<std::string> const& index_keys,
                                           std::set<std::string> const& names, Numbers& numbers) {
    auto values = view.multi_get(Space::index, index_keys);
    if (!values) return tl::unexpected(values.error());
    std::vector<uint64_t> found;
    size_t at = 0;
    for (std::string const& key : names) {
        auto const& value = (*values)[at++];
        uint64_t number = 0;
        if (value) {
            auto parsed = storage::parse_seq_value(*value);
            if (!parsed) return tl::unexpected(parsed.error());
            number = *parsed;
            found.push_back(number);
        }
        numbers[key] = number;
    }
    return found;
}

}  // namespace

Result<void> Workspace::prefetch(std::set<std::string> const& lot_keys, std::set<std::string> const& campaign_keys) {
    std::vector<std::string> lot_index, campaign_index;
    for (std::string const& key : lot_keys) lot_index.push_back(storage::lot_number_key(key));
    for (std::string const& key : campaign_keys) campaign_index.push_back(storage::campaign_number_key(key));
    auto lots = find_numbers(batch_, lot_index, lot_keys, lot_numbers_);
    if (!lots) return tl::unexpected(lots.error());
    auto campaigns = find_numbers(batch_, campaign_index, campaign_keys, campaign_numbers_);
    if (!campaigns) return tl::unexpected(campaigns.error());

    std::vector<std::string> keys;
    for (LotNumber number : *lots) keys.push_back(storage::lot_key(number));
    for (CampaignNumber number : *campaigns) keys.push_back(storage::campaign_key(number));
    auto values = batch_.multi_get(Space::graph, keys);
    if (!values) return tl::unexpected(values.error());
    for (size_t i = 0; i < lots->size(); ++i)
        if (auto kept = keep_lot((*lots)[i], (*values)[i]); !kept) return tl::unexpected(kept.error());
    for (size_t i = 0; i < campaigns->size(); ++i)
        if (auto kept = keep_campaign((*campaigns)[i], (*values)[lots->size() + i]); !kept)
            return tl::unexpected(kept.error());
    return {};
}

Result<LotWork*> Workspace::keep_lot(LotNumber number, std::optional<std::string> const& value) {
    if (!value) return fail(Code::DataDamaged, "lot " + std::to_string(number) + " has a number and no record");
    auto row = storage::decode_lot(number, *value);
    if (!row) return tl::unexpected(row.error());
    auto& work = lots_[number];
    work = std::make_unique<LotWork>();
    work->row = std::move(*row);
    work->existed = true;
    lot_numbers_[work->row.key] = number;
    return work.get();
}

Result<CampaignWork*> Workspace::keep_campaign(CampaignNumber number, std::optional<std::string> const& value) {
    if (!value) return fail(Code::DataDamaged, "campaign " + std::to_string(number) + " has a number and no record");
    auto row = storage::decode_campaign(number, *value);
    if (!row) return tl::unexpected(row.error());
    auto& work = campaigns_[number];
    work = std::make_unique<CampaignWork>();
    work->row = std::move(*row);
    work->existed = true;
    campaign_numbers_[work->row.key] = number;
    return work.get();
}

Result<LotWork*> Workspace::lot(LotNumber number) {
    if (auto found = lots_.find(number); found != lots_.end()) return found->second.get();
    auto value = batch_.get(Space::graph, storage::lot_key(number));
    if (!value) return tl::unexpected(value.error());
    return keep_lot(number, *value);
}

Result<LotWork*> Workspace::find_lot(std::string_view key) {
    auto known = lot_numbers_.find(std::string(key));
    if (known == lot_numbers_.end()) {
        auto number = storage::find_lot_number(batch_, key);
        if (!number) return tl::unexpected(number.error());
        known = lot_numbers_.emplace(key, number->value_or(0)).first;
    }
    if (known->second == 0) return nullptr;
    return lot(known->second);
}

Result<LotWork*> Workspace::lot_of(ident::LotKey const& key, std::string const& uri, bool instance) {
    auto found = find_lot(key.canonical);
    if (!found || *found != nullptr) return found;
    auto number = next_number("lots");
    if (!number) return tl::unexpected(number.error());
    auto& work = lots_[*number];
    work = std::make_unique<LotWork>();
    LotRow& row = work->row;
    row.lot = *number;
    row.key = key.canonical;
    row.id = key.display;
    row.uri = uri;
    row.kind = key.class_only ? storage::LotKind::class_only
               : instance     ? storage::LotKind::instance
                              : storage::LotKind::batch;
    lot_numbers_[row.key] = *number;
    return work.get();
}

Result<CampaignWork*> Workspace::campaign(CampaignNumber number) {
    if (auto found = campaigns_.find(number); found != campaigns_.end()) return found->second.get();
    auto value = batch_.get(Space::graph, storage::campaign_key(number));
    if (!value) return tl::unexpected(value.error());
    return keep_campaign(number, *value);
}

Result<CampaignWork*> Workspace::find_campaign(std::string_view key) {
    auto known = campaign_numbers_.find(std::string(key));
    if (known == campaign_numbers_.end()) {
        auto number = storage::find_campaign_number(batch_, key);
        if (!number) return tl::unexpected(number.error());
        known = campaign_numbers_.emplace(key, number->value_or(0)).first;
    }
    if (known->second == 0) return nullptr;
    return campaign(known->second);
}

Result<CampaignWork*> Workspace::campaign_of(ident::LotKey const& key, std::string const& uri) {
    auto found = find_campaign(key.canonical);
    if (!found || *found != nullptr) return found;
    auto number = next_number("campaigns");
    if (!number) return tl::unexpected(number.error());
    auto& work = campaigns_[*number];
    work = std::make_unique<CampaignWork>();
    work->row.campaign = *number;
    work->row.key = key.canonical;
    work->row.id = key.display;
    work->row.uri = uri;
    campaign_numbers_[work->row.key] = *number;
    return work.get();
}

Result<uint64_t> Workspace::next_number(std::string_view counter) {
    auto known = counters_.find(counter);
    if (known == counters_.end()) {
        auto last = storage::read_count(batch_, counter);
        if (!last) return tl::unexpected(last.error());
        known = counters_.emplace(counter, *last).first;
    }
    return ++known->second;
}

LinkRow& Workspace::new_link(EventSeq seq) {
    auto& link = links_[seq];
    link = std::make_unique<LinkRow>();
    link->seq = seq;
    return *link;
}

Result<LinkRow*> Workspace::link(EventSeq seq) {
    if (auto found = links_.find(seq); found != links_.end()) return found->second.get();
    auto row = storage::find_link(batch_, seq);
    if (!row) return tl::unexpected(row.error());
    if (!*row) return fail(Code::DataDamaged, "event " + std::to_string(seq) + " has no link record");
    auto& link = links_[seq];
    link = std::make_unique<LinkRow>(std::move(**row));
    return link.get();
}

Result<std::vector<AccountRow>> Workspace::rows_of(LotWork const& lot) {
    if (lot.row.spilled_rows == 0) return lot.row.rows;
    std::vector<AccountRow> rows;
    if (lot.existed) {
        auto page_rows = storage::stored_lot_rows(batch_, lot.row.lot);
        if (!page_rows) return page_rows;
        for (AccountRow& row : *page_rows)
            if (!lot.changed.contains(key_of(row))) rows.push_back(std::move(row));
    }
    for (auto const& [key, row] : lot.changed) rows.push_back(row);
    std::sort(rows.begin(), rows.end(),
              [](AccountRow const& a, AccountRow const& b) { return storage::in_replay_order(a, b); });
    return rows;
}

Result<std::vector<AccountRow>> Workspace::rows_of(CampaignWork const& campaign) {
    std::vector<AccountRow> rows;
    if (campaign.existed) {
        auto stored = storage::campaign_rows(batch_, campaign.row.campaign, UINT32_MAX);
        if (!stored) return stored;
        for (AccountRow& row : *stored)
            if (!campaign.changed.contains(key_of(row))) rows.push_back(std::move(row));
    }
    for (auto const& [key, row] : campaign.changed) rows.push_back(row);
    std::sort(rows.begin(), rows.end(),
              [](AccountRow const& a, AccountRow const& b) { return storage::in_replay_order(a, b, true); });
    return rows;
}

namespace {

// Stored rows with the changed ones of this unit in their places.
std::vector<AccountRow> merged(std::vector<AccountRow> stored, RowMap const& changed, RowKey const& from,
                               RowKey const& end) {
    RowMap rows;
    for (AccountRow& row : stored) {
        RowKey const key = key_of(row);
        if (from <= key && key < end) rows.emplace(key, std::move(row));
    }
    for (auto at = changed.lower_bound(from); at != changed.end() && at->first < end; ++at)
        rows.insert_or_assign(at->first, at->second);
    std::vector<AccountRow> out;
    out.reserve(rows.size());
    for (auto& [key, row] : rows) out.push_back(std::move(row));
    return out;
}

constexpr RowKey kFirstKey{INT64_MIN, 0, 0}, kLastKey{INT64_MAX, UINT64_MAX, 0xFF};
constexpr uint32_t kNear = 64;

std::optional<AccountRow> last_live(std::vector<AccountRow> const& rows) {
    auto row = std::find_if(rows.rbegin(), rows.rend(), [](AccountRow const& each) {
        return each.void_seq == 0 && each.sort_seq == each.seq && each.sort_time_us == each.time_us;
    });
    return row == rows.rend() ? std::nullopt : std::optional(*row);
}

}  // namespace

Result<std::vector<AccountRow>> Workspace::rows_from(LotWork const& lot, RowKey const& from, uint32_t rows_max) {
    if (lot.row.spilled_rows == 0) return lot.row.rows;
    Result<std::vector<AccountRow>> stored{};
    if (lot.existed)
        stored =
            storage::stored_lot_rows(batch_, lot.row.lot, rows_max, std::pair(std::get<0>(from), std::get<1>(from)));
    if (!stored) return stored;
    return merged(std::move(*stored), lot.changed, from, kLastKey);
}

Result<std::vector<AccountRow>> Workspace::rows_from(CampaignWork const& campaign, RowKey const& from,
                                                     uint32_t rows_max) {
    Result<std::vector<AccountRow>> stored{};
    if (campaign.existed)
        stored = storage::campaign_rows(batch_, campaign.row.campaign, rows_max,
                                        std::pair(std::get<0>(from), std::get<1>(from)));
    if (!stored) return stored;
    return merged(std::move(*stored), campaign.changed, from, kLastKey);
}

Result<std::optional<AccountRow>> Workspace::row_before(LotWork const& lot, RowKey const& key) {
    Result<std::vector<AccountRow>> stored{};
    if (lot.existed)
        stored =
            storage::stored_lot_rows(batch_, lot.row.lot, kNear, std::pair(std::get<0>(key), std::get<1>(key)), true);
    if (!stored) return tl::unexpected(stored.error());
    return last_live(merged(std::move(*stored), lot.changed, kFirstKey, key));
}

Result<std::optional<AccountRow>> Workspace::row_before(CampaignWork const& campaign, RowKey const& key) {
    Result<std::vector<AccountRow>> stored{};
    if (campaign.existed)
        stored = storage::campaign_rows(batch_, campaign.row.campaign, kNear,
                                        std::pair(std::get<0>(key), std::get<1>(key)), true);
    if (!stored) return tl::unexpected(stored.error());
    return last_live(merged(std::move(*stored), campaign.changed, kFirstKey, key));
}

Result<void> Workspace::spend_rows(std::string const& account, size_t rows) {
    bool const suffice = rows <= rows_left;
    rows_left -= std::min(rows, rows_left);
    if (suffice || again) return {};
    std::string const max = std::to_string(settings_.rederive_rows_max);
    Error error{
        Code::CaptureLimit,
        "this late change would derive more than " + max + " rows of " + excerpt(account) +
            " again; split the request, or book the difference as an adjust at the present time",
        "该迟到变更需重新推算 " + excerpt(account) + " 的 " + max + " 行以上；请拆分请求，或以当前时间的盘点调整入账"};
    error.with("lot", account).with("limit", static_cast<int64_t>(settings_.rederive_rows_max));
    return fail(std::move(error));
}

Result<void> Workspace::spend_content_rows(std::string const& lot, size_t rows) {
    if (rows <= content_rows_left) {
        content_rows_left -= rows;
        return {};
    }
    std::string const max = std::to_string(settings_.content_rows_max);
    Error error{Code::CaptureLimit,
                "more than " + max + " packing and shipping records would be read for " + excerpt(lot) +
                    "; name fewer lots, or use a new container",
                excerpt(lot) + " 的装箱与发运记录超过 " + max + " 条；请减少批次，或换用新的容器"};
    error.with("lot", lot).with("limit", static_cast<int64_t>(settings_.content_rows_max));
    return fail(std::move(error));
}

void Workspace::write_lot(LotWork& lot) {
    LotRow& row = lot.row;
    uint32_t const gap = bit(storage::Flag::custody_gap);
    row.flags = has_custody_gap(row) ? row.flags | gap : row.flags & ~gap;
    row.external = row.tail.states == 0;
    if (!lot.existed) batch_.put(Space::index, storage::lot_number_key(row.key), storage::seq_value(row.lot));
    batch_.put(Space::graph, storage::lot_key(row.lot), storage::encode(row));
    for (auto const& [key, changed] : lot.changed)
        batch_.put(Space::row, storage::lot_row_key(row.lot, changed.time_us, changed.seq, changed.phase),
                   storage::encode(changed));
}

void Workspace::flush() {
    for (auto& [number, lot] : lots_) write_lot(*lot);
    for (auto& [number, campaign] : campaigns_) {
        CampaignRow const& row = campaign->row;
        if (!campaign->existed)
            batch_.put(Space::index, storage::campaign_number_key(row.key), storage::seq_value(number));
        batch_.put(Space::graph, storage::campaign_key(number), storage::encode(row));
        for (auto const& [key, changed] : campaign->changed)
            batch_.put(Space::row, storage::campaign_row_key(number, changed.time_us, changed.seq, changed.phase),
                       storage::encode(changed));
    }
    for (auto const& [seq, link] : links_) batch_.put(Space::graph, storage::link_key(seq), storage::encode(*link));
    for (auto const& [counter, value] : counters_)
        batch_.put(Space::meta, storage::count_key(counter), storage::seq_value(value));
}

}  // namespace ingot::tracechain
