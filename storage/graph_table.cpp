#include "storage/graph_table.hpp"

#include <algorithm>
#include <tuple>

#include "storage/keys.hpp"

namespace ingot::storage {

std::optional<int64_t> Amounts::get(Basis const& basis) const {
    for (Line const& line : lines_)
        if (line.basis == basis) return line.amount;
    return std::nullopt;
}

void Amounts::set(Basis const& basis, int64_t amount) {
    auto at = std::lower_bound(lines_.begin(), lines_.end(), basis,
                               [](Line const& line, Basis const& wanted) { return line.basis < wanted; });
    if (at != lines_.end() && at->basis == basis) {
        at->amount = amount;
    } else {
        lines_.insert(at, Line{basis, amount});
    }
}

void Amounts::append_sorted(Basis basis, int64_t amount) {
    if (lines_.empty() || lines_.back().basis < basis) {
        lines_.push_back(Line{std::move(basis), amount});
    } else {
        set(basis, amount);
    }
}

bool in_replay_order(AccountRow const& a, AccountRow const& b, bool campaign) {
    uint8_t const supply_phase = campaign ? 0 : 1;
    auto order = [&](AccountRow const& row) {
        bool const moved = row.sort_seq != row.seq || row.sort_time_us != row.time_us;
        uint8_t const phase = moved ? supply_phase : row.phase;
        return std::tuple(row.sort_time_us, row.sort_seq, phase, moved, row.time_us, row.seq, row.phase);
    };
    return order(a) < order(b);
}

namespace {

std::string row_key(char table, uint64_t account, int64_t time_us, EventSeq seq, uint8_t phase) {
    std::string key = numbered({&table, 1}, account);
    put_i64be(key, time_us);
    put_u64be(key, seq);
    key.push_back(static_cast<char>(phase));
    return key;
}

template <class Record, class Decode>
Result<std::optional<Record>> find_record(View const& view, std::string const& key, uint64_t number, Decode decode) {
    auto value = view.get(Space::graph, key);
    if (!value) return tl::unexpected(value.error());
    if (!*value) return std::optional<Record>();
    Result<Record> record = decode(number, **value);
    if (!record) return tl::unexpected(record.error());
    return std::optional<Record>(std::move(*record));
}

// Appends the rows of one page; false when the page brought the wanted number.
Result<bool> take_rows(Page const& page, uint32_t rows_max, std::vector<AccountRow>& rows) {
    for (Row const& row : page.rows) {
        if (rows.size() >= rows_max) return false;
        auto decoded = decode_account_row(row.value);
        if (!decoded) return tl::unexpected(decoded.error());
        rows.push_back(std::move(*decoded));
    }
    return rows.size() < rows_max;
}

Result<std::vector<AccountRow>> scan_rows(View const& view, Range range, uint32_t rows_max) {
    std::vector<AccountRow> rows;
    range.rows_max = std::min<uint32_t>(rows_max, 4096);
    while (true) {
        auto page = view.scan(range);
        if (!page) return tl::unexpected(page.error());
        auto more = take_rows(*page, rows_max, rows);
        if (!more) return tl::unexpected(more.error());
        if (!*more || !page->rest) return rows;
        range = *page->rest;
    }
}

}  // namespace

std::string lot_key(LotNumber lot) { return numbered("l", lot); }
std::string link_key(EventSeq seq) { return numbered("e", seq); }
std::string campaign_key(CampaignNumber campaign) { return numbered("c", campaign); }

std::string lot_row_key(LotNumber lot, int64_t time_us, EventSeq seq, uint8_t phase) {
    return row_key('s', lot, time_us, seq, phase);
}

std::string campaign_row_key(CampaignNumber campaign, int64_t time_us, EventSeq seq, uint8_t phase) {
    return row_key('r', campaign, time_us, seq, phase);
}

std::string lot_number_key(std::string_view lot_key_text) { return std::string(1, 'n').append(lot_key_text); }
std::string campaign_number_key(std::string_view campaign_key_text) {
    return std::string(1, 'm').append(campaign_key_text);
}

Result<std::optional<LotNumber>> find_lot_number(View const& view, std::string_view lot_key_text) {
    return find_number(view, Space::index, lot_number_key(lot_key_text));
}

Result<std::optional<CampaignNumber>> find_campaign_number(View const& view, std::string_view campaign_key_text) {
    return find_number(view, Space::index, campaign_number_key(campaign_key_text));
}

Result<std::optional<LotRow>> find_lot(View const& view, LotNumber lot) {
    return find_record<LotRow>(view, lot_key(lot), lot, decode_lot);
}

Result<std::optional<LinkRow>> find_link(View const& view, EventSeq seq) {
    return find_record<LinkRow>(view, link_key(seq), seq, decode_link);
}

Result<std::optional<CampaignRow>> find_campaign(View const& view, CampaignNumber campaign) {
    return find_record<CampaignRow>(view, campaign_key(campaign), campaign, decode_campaign);
}

Result<std::vector<AccountRow>> stored_lot_rows(View const& view, LotNumber lot, uint32_t rows_max,
                                                std::optional<std::pair<int64_t, EventSeq>> from, bool backwards) {
    Range range = prefix_range(Space::row, numbered("s", lot));
    range.reverse = backwards;
    if (from && backwards) {
        range.end = lot_row_key(lot, from->first, from->second, 0xFF);
    } else if (from) {
        range.begin = lot_row_key(lot, from->first, from->second, 0);
    }
    return scan_rows(view, std::move(range), rows_max);
}

Result<std::vector<AccountRow>> lot_rows(View const& view, LotRow const& lot) {
    if (lot.spilled_rows == 0) return lot.rows;
    auto rows = stored_lot_rows(view, lot.lot);
    if (!rows) return rows;
    if (rows->size() != lot.spilled_rows)
        return fail(Code::DataDamaged, "lot " + lot.id + " has " + std::to_string(rows->size()) +
                                           " rows, its record says " + std::to_string(lot.spilled_rows));
    std::sort(rows->begin(), rows->end(),
              [](AccountRow const& a, AccountRow const& b) { return in_replay_order(a, b); });
    return rows;
}

Result<std::vector<AccountRow>> campaign_rows(View const& view, CampaignNumber campaign, uint32_t rows_max,
                                              std::optional<std::pair<int64_t, EventSeq>> from, bool backwards) {
    Range range = prefix_range(Space::row, numbered("r", campaign));
    range.reverse = backwards;
    if (from && backwards) {
        range.end = campaign_row_key(campaign, from->first, from->second, 0xFF);
    } else if (from) {
        range.begin = campaign_row_key(campaign, from->first, from->second, 0);
    }
    return scan_rows(view, std::move(range), rows_max);
}

namespace {

bool earlier(Description const& a, Description const& b) {
    return std::tuple(a.void_seq != 0, a.time_us, a.seq) < std::tuple(b.void_seq != 0, b.time_us, b.seq);
}

}  // namespace

void describe(LotRow& lot) {
    std::sort(lot.descriptions.begin(), lot.descriptions.end(), earlier);
    lot.material.clear();
    lot.ilmd.clear();
    lot.origin = {};
    lot.origin_stated = false;
    for (Description const& each : lot.descriptions) {
        if (each.void_seq != 0) break;
        if (lot.material.empty()) lot.material = each.material;
        if (lot.ilmd.empty()) lot.ilmd = each.ilmd;
        if (each.origin_stated && !lot.origin_stated) lot.origin = each.origin;
        lot.origin_stated |= each.origin_stated;
    }
}

void add_description(LotRow& lot, Description description) {
    lot.descriptions.push_back(std::move(description));
    describe(lot);
    if (lot.descriptions.size() <= kDescriptionsMax) return;
    lot.descriptions.pop_back();
    describe(lot);
}

}  // namespace ingot::storage
