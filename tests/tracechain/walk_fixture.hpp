// A graph in memory written in the notation of spec/trace-semantics.md 7.1: a small capture of its own, so that the
// walk is tested against rows made by account replay alone.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <sstream>

#include "base/encoding.hpp"
#include "storage/event_table.hpp"
#include "storage/graph_table.hpp"
#include "tests/tracechain/walk_memory_view.hpp"
#include "tracechain/account.hpp"
#include "tracechain/walk_basis.hpp"

namespace ingot::tracechain {

class Graph {
  public:
    struct Amount {
        std::string name;
        int64_t kg = 0;
    };
    static constexpr int64_t kStart = 1'767'225'600'000'000;  // 2026-01-01T00:00:00Z
    static constexpr int64_t kMinute = 60'000'000;

    // One line of 7.1; times are event number minutes, or @m.
    Graph& add(std::string line) {
        int64_t minute = static_cast<int64_t>(events_.size()) + 1;
        double at = -1;
        if (auto place = line.rfind(" @"); place != std::string::npos) {
            at = std::stod(line.substr(place + 2));
            line.resize(place);
        }
        int64_t time_us = kStart + (at >= 0 ? static_cast<int64_t>(at * 60) * 1'000'000 : minute * kMinute);
        std::string owner = "88.999.1";
        if (auto place = line.rfind(" /"); place != std::string::npos) {
            owner = "88.999." + line.substr(place + 2);
            line.resize(place);
        }
        std::istringstream in(line);
        std::string word, vessel, left, right;
        in >> word;
        if (word == "V+" || word == "V-" || word == "T") in >> vessel;
        std::string rest;
        std::getline(in, rest);
        auto arrow = rest.find('>');
        left = rest.substr(0, arrow);
        if (arrow != std::string::npos) right = rest.substr(arrow + 1);
        if (word == "C") return event(storage::LinkKind::commission, time_us, {}, parse(left), {}, owner);
        if (word == "X") return event(storage::LinkKind::transform, time_us, parse(left), parse(right), {}, owner);
        if (word == "V+") return event(storage::LinkKind::charge, time_us, parse(left), {}, vessel, owner);
        if (word == "V-") return event(storage::LinkKind::draw, time_us, {}, parse(right), vessel, owner);
        if (word == "T") return event(storage::LinkKind::campaign, time_us, parse(left), parse(right), vessel, owner);
        std::istringstream words(rest);
        std::string target, amount;
        words >> target >> amount;
        if (word == "AJ") return adjust(target, std::stoll(amount), time_us);
        if (word == "ER") return void_event(std::stoull(target), time_us);
        ADD_FAILURE() << "unknown line " << line;
        return *this;
    }

    Graph& event(storage::LinkKind kind, int64_t time_us, std::vector<Amount> inputs, std::vector<Amount> outputs,
                 std::string vessel = {}, std::string const& site = "88.999.1") {
        EventSeq seq = start_event(kind, time_us, site);
        storage::CampaignNumber campaign = vessel.empty() ? 0 : campaign_of(std::move(vessel), kind, seq);
        events_[seq - 1].campaign = campaign;
        auto by_key = [](Amount const& a, Amount const& b) { return a.name < b.name; };
        std::sort(inputs.begin(), inputs.end(), by_key);
        std::sort(outputs.begin(), outputs.end(), by_key);
        storage::Amounts in = total(inputs), out = total(outputs);
        bool commission = kind == storage::LinkKind::commission;
        for (Amount const& line : inputs) {
            storage::LotNumber lot = lot_of(line.name, time_us, seq, site);
            events_[seq - 1].inputs.push_back({lot, storage::InputRole::feed, mass(line.kg), 1, 0, 0, 0});
            auto row = make_row(storage::RowKind::consume, time_us, seq, 0, mass(line.kg));
            row.campaign = campaign;
            row.event_total = in;
            add_row(lots_[lot - 1].account, row, seq);
        }
        for (Amount const& line : outputs) {
            storage::LotNumber lot = lot_of(line.name, time_us, seq, site);
            if (!commission) events_[seq - 1].outputs.push_back({lot, storage::OutputRole::product, mass(line.kg)});
            auto row = make_row(commission ? storage::RowKind::commission : storage::RowKind::output, time_us, seq, 1,
                                mass(line.kg));
            row.campaign = campaign;
            add_row(lots_[lot - 1].account, row, seq);
        }
        if (campaign == 0 || campaigns_[campaign - 1].row.vessel.empty()) return *this;
        Account& account = campaigns_[campaign - 1].account;
        if (!inputs.empty()) add_row(account, make_row(storage::RowKind::output, time_us, seq, 0, in), seq);
        if (!outputs.empty()) add_row(account, make_row(storage::RowKind::consume, time_us, seq, 1, out), seq);
        return *this;
    }

    Graph& adjust(std::string const& name, int64_t kg, int64_t time_us) {
        EventSeq seq = start_event(storage::LinkKind::adjust, time_us, "88.999.1");
        storage::LotNumber lot = lot_of(name, time_us, seq, "88.999.1");
        add_row(lots_[lot - 1].account, make_row(storage::RowKind::adjust_delta, time_us, seq, 2, mass(kg)), seq);
        return *this;
    }

    Graph& void_event(EventSeq wrong, int64_t time_us) {
        EventSeq seq = start_event(storage::LinkKind::declaration, time_us, "88.999.1");
        events_[wrong - 1].void_seq = seq;
        auto clear = [&](Account& account) {
            bool touched = false;
            for (auto& row : account.rows) {
                if (row.seq != wrong || row.void_seq != 0) continue;
                row.void_seq = seq;
                touched = true;
            }
            if (touched) rederive(account, seq);
        };
        for (auto& lot : lots_) clear(lot.account);
        for (auto& campaign : campaigns_) clear(campaign.account);
        return *this;
    }

    EventSeq newest() const { return events_.size(); }
    storage::LotNumber number(std::string const& name) const { return numbers_.at(name); }
    std::string const& name(storage::LotNumber lot) const { return lots_[lot - 1].name; }
    size_t lots() const { return lots_.size(); }
    AccountTail const& tail(std::string const& name) const { return lots_[number(name) - 1].account.tail; }
    std::vector<storage::LinkRow>& links() { return events_; }

    // Everything as rows; call again after adding lines.
    MemoryView const& view() {
        if (written_ == events_.size()) return view_;
        written_ = events_.size();
        for (size_t i = 0; i < lots_.size(); ++i) write_lot(i + 1);
        for (auto& event : events_) view_.put(storage::Space::graph, storage::link_key(event.seq), encode(event));
        for (size_t i = 0; i < campaigns_.size(); ++i) write_campaign(i + 1);
        for (auto const& event : events_) {
            std::string key = "t", value;
            put_i64be(key, record_time(event.seq));
            put_u64be(value, event.seq);
            view_.put(storage::Space::index, key, value);
            storage::EventFacts facts;
            facts.seq = event.seq;
            facts.event_id = event.event_id;
            facts.record_time_us = record_time(event.seq);
            view_.put(storage::Space::event, storage::facts_key(event.seq), storage::encode_facts(facts));
        }
        view_.put(storage::Space::meta, storage::count_key("events"), storage::seq_value(events_.size()));
        return view_;
    }
    static int64_t record_time(EventSeq seq) { return kStart + static_cast<int64_t>(seq) * kMinute; }

  private:
    struct Account {
        AccountTerms terms;
        std::vector<AccountRow> rows;
        AccountTail tail;
        EventSeq reorder_seq = 0;
        bool unbound = false;
    };
    struct Lot {
        std::string name, owner;
        Account account;
        int64_t first_us = INT64_MAX, last_us = INT64_MIN;
        EventSeq first_seq = 0;
    };
    struct Campaign {
        storage::CampaignRow row;
        Account account;
    };

    static storage::Amounts mass(int64_t kg) {
        storage::Amounts out;
        out.set({}, kg * 1'000'000);
        return out;
    }
    static storage::Amounts total(std::vector<Amount> const& lines) {
        int64_t sum = 0;
        for (auto const& line : lines) sum += line.kg;
        return lines.empty() ? storage::Amounts{} : mass(sum);
    }
    static std::vector<Amount> parse(std::string const& text) {
        std::vector<Amount> out;
        std::istringstream in(text);
        std::string part;
        while (std::getline(in, part, ',')) {
            part.erase(std::remove(part.begin(), part.end(), ' '), part.end());
            auto colon = part.find(':');
            if (colon != std::string::npos) out.push_back({part.substr(0, colon), std::stoll(part.substr(colon + 1))});
        }
        return out;
    }
    static AccountRow make_row(storage::RowKind kind, int64_t time_us, EventSeq seq, uint8_t phase,
                               storage::Amounts amounts) {
        AccountRow row;
        row.kind = kind;
        row.time_us = row.sort_time_us = time_us;
        row.seq = row.sort_seq = seq;
        row.phase = phase;
        row.stated = std::move(amounts);
        return row;
    }

    EventSeq start_event(storage::LinkKind kind, int64_t time_us, std::string const& site) {
        storage::LinkRow& event = events_.emplace_back();
        event.seq = events_.size();
        event.kind = kind;
        event.time_us = time_us;
        event.site = site;
        char id[64];
        std::snprintf(id, sizeof id, "urn:uuid:00000000-0000-4000-8000-%012llu",
                      static_cast<unsigned long long>(event.seq));
        event.event_id = id;
        event.content_digest = sha256(event.event_id);
        return event.seq;
    }

    storage::LotNumber lot_of(std::string const& name, int64_t time_us, EventSeq seq, std::string const& owner) {
        auto [found, fresh] = numbers_.emplace(name, lots_.size() + 1);
        if (fresh) {
            Lot& lot = lots_.emplace_back();
            lot.name = name;
            lot.owner = owner;
            lot.first_seq = seq;
        }
        Lot& lot = lots_[found->second - 1];
        lot.first_us = std::min(lot.first_us, time_us);
        lot.last_us = std::max(lot.last_us, time_us);
        return found->second;
    }

    storage::CampaignNumber campaign_of(std::string name, storage::LinkKind kind, EventSeq seq) {
        storage::Policy policy = storage::Policy::well_mixed;
        bool vessel = kind != storage::LinkKind::campaign;
        if (auto bracket = name.find('['); bracket != std::string::npos) {
            std::string word = name.substr(bracket + 1);
            if (word == "fifo]") policy = storage::Policy::fifo;
            if (word == "lifo]") policy = storage::Policy::lifo;
            vessel = true;
            name.resize(bracket);
        }
        auto [found, fresh] = campaign_numbers_.emplace(name, campaigns_.size() + 1);
        if (fresh) {
            Campaign& campaign = campaigns_.emplace_back();
            campaign.row.campaign = found->second;
            campaign.row.key = campaign.row.id = "88.999.1/" + name;
            campaign.row.uri = "https://ingot.example/88.999.1/" + name;
            if (vessel) {
                campaign.row.vessel = "88.999.1/EQ." + name;
                campaign.row.vessel_seq = seq;
                campaign.row.policy = policy;
            }
            campaign.account.terms.campaign = true;
            campaign.account.terms.policy = policy;
            campaign.account.terms.tolerance = 0.02;
        }
        Campaign& campaign = campaigns_[found->second - 1];
        if (campaign.row.vessel.empty()) campaign.row.events.push_back(seq);
        return found->second;
    }

    void add_row(Account& account, AccountRow row, EventSeq seq) {
        if (can_append(account.tail, row, account.terms, account.unbound)) {
            append(account.tail, row, account.terms);
            account.rows.push_back(row);
        } else {
            account.rows.push_back(row);
            rederive(account, seq);
        }
        account.unbound =
            account.unbound || (row.kind == storage::RowKind::consume && account.rows.back().bound_seq == 0);
    }

    // Replays; remembers `seq` where a row that was there before changed.
    void rederive(Account& account, EventSeq seq) {
        std::vector<AccountRow> before = account.rows, gone;
        auto out = replay(account.rows, account.terms);
        for (auto const& row : account.rows) {
            if (row.void_seq != 0) gone.push_back(row);
        }
        account.rows = std::move(out.rows);
        account.rows.insert(account.rows.end(), gone.begin(), gone.end());
        account.tail = std::move(out.tail);
        account.reorder_seq = seq;
        for (auto const& row : before) events_[row.seq - 1].reorder_seq = seq;
    }

    void write_lot(storage::LotNumber number) {
        Lot const& lot = lots_[number - 1];
        storage::LotRow row;
        row.lot = number;
        row.key = row.id = "88.999.1/" + lot.name;
        row.uri = "https://ingot.example/88.999.1/" + lot.name;
        row.owner_prefix = lot.owner;
        row.first_seq = lot.first_seq;
        row.first_time_us = lot.first_us;
        row.last_time_us = lot.last_us;
        row.reorder_seq = lot.account.reorder_seq;
        row.tail = lot.account.tail;
        for (auto const& line : lot.account.rows) row.newest_seq = std::max(row.newest_seq, line.seq);
        if (lot.account.rows.size() <= storage::kInlineRows) {
            row.rows = lot.account.rows;
        } else {
            row.spilled_rows = static_cast<uint32_t>(lot.account.rows.size());
            for (auto const& line : lot.account.rows) {
                view_.put(storage::Space::row, storage::lot_row_key(number, line.time_us, line.seq, line.phase),
                          encode(line));
            }
        }
        for (auto const& line : lot.account.rows) {
            if (line.void_seq != 0 || line.kind != storage::RowKind::consume) continue;
            for (auto& input : events_[line.seq - 1].inputs) {
                if (input.lot != number) continue;
                input.shortfall = line.shortfall;
                input.bound_time_us = line.bound_time_us;
                input.bound_seq = line.bound_seq;
            }
        }
        std::string value;
        put_u64be(value, number);
        view_.put(storage::Space::index, storage::lot_number_key(row.key), value);
        view_.put(storage::Space::graph, storage::lot_key(number), encode(row));
    }

    void write_campaign(storage::CampaignNumber number) {
        Campaign& campaign = campaigns_[number - 1];
        campaign.row.tail = campaign.account.tail;
        campaign.row.reorder_seq = campaign.account.reorder_seq;
        campaign.row.row_count = campaign.account.rows.size();
        for (auto const& row : campaign.account.rows) {
            view_.put(storage::Space::row, storage::campaign_row_key(number, row.time_us, row.seq, row.phase),
                      encode(row));
        }
        std::string value;
        put_u64be(value, number);
        view_.put(storage::Space::index, storage::campaign_number_key(campaign.row.key), value);
        view_.put(storage::Space::graph, storage::campaign_key(number), encode(campaign.row));
    }

    std::vector<storage::LinkRow> events_;
    std::vector<Lot> lots_;
    std::vector<Campaign> campaigns_;
    std::map<std::string, storage::LotNumber> numbers_;
    std::map<std::string, storage::CampaignNumber> campaign_numbers_;
    MemoryView view_;
    size_t written_ = 0;
};

}  // namespace ingot::tracechain
