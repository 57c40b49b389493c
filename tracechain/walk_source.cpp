#include "tracechain/walk_source.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "storage/event_table.hpp"
#include "tracechain/walk.hpp"

namespace ingot::tracechain {

using storage::AccountRow;
using storage::CampaignNumber;
using storage::EventSeq;
using storage::LinkInput;
using storage::LinkRow;
using storage::LotNumber;
using storage::LotRow;
using storage::RowKind;
using storage::Space;

WalkSource::WalkSource(WalkTerms const& terms, EventSeq as_of, std::optional<int64_t> at_us, WalkStats& stats)
    : terms_(terms), as_of_(as_of), at_us_(at_us), stats_(stats) {}

void WalkSource::attach(storage::View const& view) {
    view_ = &view;
    auto newest = storage::read_count(view, "events");
    newest ? static_cast<void>(newest_ = *newest) : fail_with(newest.error());
}

void WalkSource::fail_with(Error error) {
    if (!error_) error_ = std::move(error);
}

std::map<CampaignNumber, CampaignFacts const*> WalkSource::campaigns_in_order() const {
    std::map<CampaignNumber, CampaignFacts const*> out;
    for (auto const& [number, facts] : campaigns_) out[number] = &facts;
    return out;
}

bool WalkSource::has(Wanted const& wanted) const {
    return wanted.link ? links_.contains(wanted.number) : lots_.contains(wanted.number);
}

void WalkSource::prefetch(std::span<Wanted const> wanted) {
    if (error_ || wanted.empty()) return;
    std::vector<std::string> keys;
    keys.reserve(wanted.size());
    for (Wanted const& one : wanted) {
        keys.push_back(one.link ? storage::link_key(one.number) : storage::lot_key(one.number));
    }
    auto values = view_->multi_get(Space::graph, keys);
    if (!values) return fail_with(values.error());
    for (size_t i = 0; i < wanted.size() && !error_; ++i) {
        auto const& value = (*values)[i];
        if (!value) {
            return fail_with(Error{Code::DataDamaged,
                                   "the graph names " + std::string(wanted[i].link ? "event " : "lot ") +
                                       std::to_string(wanted[i].number) + ", which is not stored",
                                   "血缘图引用了不存在的记录"});
        }
        stats_.records_read += 1;
        stats_.bytes_read += keys[i].size() + value->size();
        if (wanted[i].link) {
            stats_.events_read += 1;
            take_link(wanted[i].number, *value);
        } else {
            take_lot(wanted[i].number, *value);
        }
    }
}

void WalkSource::take_lot(LotNumber lot, storage::Bytes value) {
    auto row = storage::decode_lot(lot, value);
    if (!row) return fail_with(row.error());
    if (!sees(terms_, *row)) hidden_.insert(lot);
    if (true_at_as_of(*row)) lots_.insert_or_assign(lot, std::move(*row));
}

// Leaves the rows known at as_of and not later than `at`.
bool WalkSource::true_at_as_of(LotRow& lot) {
    bool const newest = lot.reorder_seq <= as_of_ && lot.newest_seq <= as_of_ && !at_us_;
    if (lot.spilled_rows > 0 && !(leave_spilled_ && newest) && !read_spilled(lot)) return false;
    if (past()) return take_back(lot);
    std::erase_if(lot.rows, [&](AccountRow const& row) { return !is_live(row, as_of_); });
    return true;
}

Error too_many_rows(std::string_view account, uint32_t rows_max) {
    std::string const most = std::to_string(rows_max);
    return {Code::Timeout,
            "all rows of " + excerpt(account) + " are needed for this, and there are more than " + most +
                "; ask about a smaller account, or in a walk without `at` and with a newer as_of",
            "此查询需要 " + excerpt(account) + " 的全部记录，超过 " + most +
                " 行；请查询较小的对象，或不用 at、使用较新的 as_of"};
}

bool WalkSource::read_spilled(LotRow& lot) {
    if (lot.spilled_rows > terms_.account_rows_max) {
        fail_with(too_many_rows(lot.id, terms_.account_rows_max));
        return false;
    }
    auto rows = storage::lot_rows(*view_, lot);
    if (!rows) {
        fail_with(rows.error());
        return false;
    }
    stats_.records_read += rows->size();
    lot.rows = std::move(*rows);
    return true;
}

void WalkSource::take_link(EventSeq seq, storage::Bytes value) {
    auto row = storage::decode_link(seq, value);
    if (!row) return fail_with(row.error());
    if ((row->reorder_seq > as_of_ || at_us_) && !rebind(*row)) return;
    links_.insert_or_assign(seq, std::move(*row));
}

LotRow const* WalkSource::lot(LotNumber lot) {
    auto found = lots_.find(lot);
    if (found == lots_.end()) {
        Wanted const wanted{false, lot};
        prefetch({&wanted, 1});
        found = lots_.find(lot);
    }
    return error_ || found == lots_.end() ? nullptr : &found->second;
}

std::optional<AccountRow> WalkSource::supply(LotRow const& lot, int64_t time_us, EventSeq seq) {
    auto is_it = [&](AccountRow const& row) { return row.seq == seq && row.kind != RowKind::consume; };
    auto found = std::find_if(lot.rows.begin(), lot.rows.end(), is_it);
    if (found != lot.rows.end()) return *found;
    if (lot.spilled_rows == 0 || !lot.rows.empty()) return std::nullopt;
    for (uint8_t phase : {uint8_t{1}, uint8_t{2}}) {
        auto value = view_->get(Space::row, storage::lot_row_key(lot.lot, time_us, seq, phase));
        if (!value) {
            fail_with(value.error());
            return std::nullopt;
        }
        if (!*value) continue;
        stats_.records_read += 1;
        stats_.bytes_read += (*value)->size();
        auto row = storage::decode_account_row(**value);
        if (row && is_live(*row, as_of_)) return std::move(*row);
        if (!row) fail_with(row.error());
    }
    return std::nullopt;
}

LinkRow const* WalkSource::link(EventSeq seq) {
    auto found = links_.find(seq);
    if (found == links_.end()) {
        Wanted const wanted{true, seq};
        prefetch({&wanted, 1});
        found = links_.find(seq);
    }
    return error_ || found == links_.end() ? nullptr : &found->second;
}

CampaignFacts* WalkSource::campaign(CampaignNumber campaign) {
    auto found = campaigns_.find(campaign);
    if (found != campaigns_.end()) {
        if (found->second.rows) found->second.rows->attach(*view_);
        return error_ ? nullptr : &found->second;
    }
    auto row = storage::find_campaign(*view_, campaign);
    if (row && !*row)
        row = fail(Code::DataDamaged, "the graph names a campaign that is not stored", "批次活动记录缺失");
    if (!row) {
        fail_with(row.error());
        return nullptr;
    }
    stats_.records_read += 1;
    CampaignFacts facts;
    facts.row = std::move(**row);
    facts.pooled = facts.row.vessel.empty() || facts.row.vessel_seq > as_of_;
    if (!facts.pooled) {
        facts.rows = std::make_unique<VesselRows>(facts.row, terms_, as_of_, at_us_, stats_, error_);
        if (past()) facts.rows->restate_by([this](AccountRow& charge) { return restate(charge); });
        facts.rows->attach(*view_);
    }
    return &campaigns_.emplace(campaign, std::move(facts)).first->second;
}

Pool const* WalkSource::pool(CampaignNumber campaign_number) {
    CampaignFacts* facts = campaign(campaign_number);
    if (facts == nullptr) return nullptr;
    if (!facts->pool) {
        Pool pool;
        if (!fill(pool, facts->row)) return nullptr;
        facts->pool = std::move(pool);
    }
    return &*facts->pool;
}

ChargedLots const* WalkSource::charged(CampaignFacts& campaign) {
    if (campaign.charged) return &*campaign.charged;
    ChargedLots out;
    for (AccountRow const& row : campaign.rows->all()) {
        if (row.phase != 0) continue;
        LinkRow const* event = link(row.seq);
        if (event == nullptr) return nullptr;
        for (LinkInput const& input : event->inputs) {
            if (input.role == storage::InputRole::aux) continue;
            out[input.lot].push_back(
                {row.seq, row.sort_time_us, input.amounts, input.shortfall, input.bound_time_us, input.bound_seq});
        }
    }
    if (error_) return nullptr;
    campaign.charged = std::move(out);
    return &*campaign.charged;
}

bool WalkSource::fill(Pool& pool, storage::CampaignRow const& row) {
    for (EventSeq seq : row.events) {
        if (seq > as_of_) continue;
        LinkRow const* event = link(seq);
        if (event == nullptr) return false;
        bool is_void = event->void_seq != 0 && event->void_seq <= as_of_;
        if (!is_void && !(at_us_ && event->time_us > *at_us_)) {
            if (!event->outputs.empty() && (pool.outputs.empty() || event->time_us < pool.earliest_output_us)) {
                pool.earliest_output_us = event->time_us;
                pool.earliest_output_seq = seq;
            }
            if (!event->inputs.empty() && (pool.inputs.empty() || event->time_us >= pool.latest_input_us)) {
                pool.latest_input_us = event->time_us;
                pool.latest_input_seq = seq;
            }
            pool.inputs.insert(pool.inputs.end(), event->inputs.begin(), event->inputs.end());
            pool.input_events.insert(pool.input_events.end(), event->inputs.size(), seq);
            pool.outputs.insert(pool.outputs.end(), event->outputs.begin(), event->outputs.end());
            pool.output_events.insert(pool.output_events.end(), event->outputs.size(), seq);
            pool.digests.push_back(event->content_digest);
            pool.last_seq = seq;
            pool.site = event->site;
            pool.flags |= event->flags;
        }
        drop_link(seq);
    }
    if (pool.outputs.empty()) pool.earliest_output_us = pool.latest_input_us;
    if (pool.inputs.empty()) pool.latest_input_us = pool.earliest_output_us;
    return true;
}

}  // namespace ingot::tracechain
