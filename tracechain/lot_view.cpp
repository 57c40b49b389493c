#include "tracechain/lot_view.hpp"

#include <algorithm>
#include <set>
#include <tuple>

#include "storage/event_table.hpp"
#include "tracechain/amount.hpp"
#include "tracechain/container.hpp"
#include "tracechain/custody.hpp"
#include "tracechain/flags.hpp"
#include "tracechain/query_json.hpp"

namespace ingot::tracechain {

using storage::AccountRow;
using storage::LotRow;

namespace {

// Everything a consumption asked for, taken or not.
int64_t consumed(LotRow const& lot) {
    int64_t sum = 0;
    for (AccountRow const& row : lot.rows) {
        if (!takes(row)) continue;
        sum = held_sum(sum, asked(row).get(lot.tail.primary).value_or(row.moved.value(lot.tail.primary)));
    }
    return sum;
}

void write_holders(JsonText& json, LotRow const& lot) {
    json.name("on_hand").array();
    auto line = [&](std::string_view party, std::string_view state, int64_t amount, std::string_view owner) {
        if (amount == 0) return;
        json.object().name("holder").text(party);
        if (!owner.empty()) json.name("owner").text(owner);
        json.name("state").text(state);
        is_mass(lot.tail.primary) ? json.name("kg").kg(amount) : json.name("quantity").integer(amount);
        json.name("locked_kg").kg(0).end_object();
    };
    std::vector<Holding> holdings = lot.holdings.empty() ? std::vector<Holding>{} : settle(lot);
    std::string owner;
    size_t owners = 0;
    for (Holding const& holding : holdings) {
        if (holding.owned > 0 && ++owners == 1) owner = holding.party;
    }
    if (owners != 1) owner.clear();
    if (holdings.empty()) line(lot.owner_prefix, "on_hand", lot.tail.content.value(lot.tail.primary), owner);
    for (Holding const& holding : holdings) {
        line(holding.party, "on_hand", holding.on_hand, owner);
        line(holding.party, "in_transit", holding.in_transit, owner);
        line(holding.party, "left_network", holding.left, owner);
    }
    json.end_array();
}

void write_assays(JsonText& json, LotRow const& lot, EventSeq as_of) {
    constexpr std::string_view kStatus[] = {"", "provisional", "exchange", "final", "umpire"};
    std::vector<storage::Assay> assays;
    for (auto const& assay : lot.assays) {
        if (assay.seq <= as_of && (assay.void_seq == 0 || assay.void_seq > as_of)) assays.push_back(assay);
    }
    std::stable_sort(assays.begin(), assays.end(), [](auto const& a, auto const& b) {
        if (a.element != b.element) return a.element < b.element;
        return std::tie(b.status, b.time_us, b.seq) < std::tie(a.status, a.time_us, a.seq);
    });
    json.name("assays").array();
    for (size_t i = 0; i < assays.size(); ++i) {
        bool current = i == 0 || assays[i].element != assays[i - 1].element;
        json.object().name("element").text(assays[i].element);
        json.name("percent").number(static_cast<double>(assays[i].value) / 1e10);
        json.name("status").text(kStatus[std::min<size_t>(assays[i].status, 4)]);
        json.name("time").time(assays[i].time_us, 0).name("seq").count(assays[i].seq);
        json.name("current").boolean(current).end_object();
    }
    json.end_array();
}

std::string_view row_word(AccountRow const& row) {
    constexpr std::string_view kWords[] = {"",       "consume", "commission", "implicit", "output",
                                           "adjust", "adjust",  "found",      "found",    "dispose"};
    return kWords[static_cast<size_t>(row.kind)];
}

// A page of the events that name a lot, newest first: rows of its account, void ones too, and what else names it.
class LotEvents {
  public:
    LotEvents(storage::View const& view, LotRow const& lot, LotQuery const& query, EventSeq as_of)
        : view_(view), lot_(lot), query_(query), as_of_(as_of) {}

    Result<void> read(WalkTerms const& terms) {
        auto stored = storage::find_lot(view_, lot_.lot);
        if (!stored) return fail(stored.error());
        if ((*stored)->spilled_rows > terms.account_rows_max)
            return fail(too_many_rows(lot_.id, terms.account_rows_max));
        auto rows = storage::lot_rows(view_, **stored);
        if (!rows) return fail(rows.error());
        rows_ = std::move(*rows);
        std::set<EventSeq, std::greater<>> seqs;
        for (AccountRow const& row : rows_) seqs.insert(row.seq);
        auto mentions = storage::mentioning_events(view_, lot_.lot);
        if (!mentions) return fail(mentions.error());
        seqs.insert(mentions->begin(), mentions->end());
        for (EventSeq seq : seqs) {
            if (seq > as_of_ || (query_.before && seq >= *query_.before)) continue;
            if (events_.size() == query_.limit) {
                more_ = true;
                break;
            }
            auto link = storage::find_link(view_, seq);
            if (link && !*link)
                link = fail(Code::DataDamaged, "a lot names an event that is not stored", "事件记录缺失");
            if (!link) return fail(link.error());
            bool const then = !query_.at_us || (*link)->time_us <= *query_.at_us;
            if (then && shows(**link, terms)) events_.push_back(std::move(**link));
        }
        return {};
    }

    // States that events of this page made.
    void write_states(JsonText& json) const {
        json.name("states").array();
        for (AccountRow const& row : lot_.rows) {
            bool const here = std::any_of(events_.begin(), events_.end(),
                                          [&](storage::LinkRow const& event) { return event.seq == row.seq; });
            if (!here || !made_state(row)) continue;
            json.object().name("seq").count(row.seq).name("time").time(row.sort_time_us, 0);
            json.amount("supplied", lot_.tail.primary, row.moved.value(lot_.tail.primary));
            json.amount("before", lot_.tail.primary, row.before.value(lot_.tail.primary)).end_object();
        }
        json.end_array();
    }

    void write(JsonText& json) const {
        json.name("events").array();
        for (storage::LinkRow const& event : events_) {
            bool told = false;
            for (AccountRow const& stored : rows_) {
                if (stored.seq != event.seq) continue;
                auto live = std::find_if(lot_.rows.begin(), lot_.rows.end(), [&](AccountRow const& row) {
                    return row.seq == stored.seq && row.phase == stored.phase;
                });
                begin(json, event, stored.restated ? name(event.kind) : row_word(stored));
                if (live != lot_.rows.end()) write_row(json, *live);
                json.end_object();
                told = true;
            }
            if (told) continue;
            begin(json, event, name(event.kind));
            write_transfer(json, event);
            json.end_object();
        }
        json.end_array().name("next");
        more_ ? json.text(std::to_string(events_.back().seq)) : json.null();
    }

  private:
    // Of another's lot the caller sees what happened at its own site, and what was handed to or by it (6.1).
    bool shows(storage::LinkRow const& event, WalkTerms const& terms) const {
        if (!terms.visible || terms.visible(lot_.owner_prefix) || terms.visible(event.site)) return true;
        return std::any_of(event.transfers.begin(), event.transfers.end(), [&](storage::LinkTransfer const& transfer) {
            bool const party = terms.visible(transfer.source) || terms.visible(transfer.destination);
            return transfer.lot == lot_.lot && party;
        });
    }

    void begin(JsonText& json, storage::LinkRow const& event, std::string_view what) const {
        json.object().name("seq").count(event.seq).name("time").time(event.time_us, 0).name("what").text(what);
        if (event.void_seq != 0 && event.void_seq <= as_of_) json.name("void_seq").count(event.void_seq);
    }

    void write_row(JsonText& json, AccountRow const& row) const {
        json.amount("moved", lot_.tail.primary, row.moved.value(lot_.tail.primary));
        if (row.shortfall > 0) json.amount("short", lot_.tail.primary, row.shortfall);
        if (row.difference != 0) json.amount("weighing_difference", lot_.tail.primary, row.difference);
    }

    void write_transfer(JsonText& json, storage::LinkRow const& event) const {
        for (storage::LinkTransfer const& transfer : event.transfers) {
            if (transfer.lot != lot_.lot || transfer.ownership) continue;
            json.name("from").text(transfer.source).name("to").text(transfer.destination);
            if (!transfer.whole) json.amount("transferred", lot_.tail.primary, transfer.amount);
            return;
        }
    }

    storage::View const& view_;
    LotRow const& lot_;  // as known at as_of
    LotQuery const& query_;
    EventSeq as_of_;
    std::vector<AccountRow> rows_;  // as stored
    std::vector<storage::LinkRow> events_;
    bool more_ = false;
};

}  // namespace

Result<std::string> read_lot(storage::View const& view, LotQuery const& query, WalkTerms const& terms) {
    auto as_of = resolve_as_of(view, query);
    if (!as_of) return fail(as_of.error());
    auto number = storage::find_lot_number(view, query.lot.key);
    if (!number) return fail(number.error());
    WalkStats stats;
    WalkSource source(terms, as_of->seq, query.at_us, stats);
    source.attach(view);
    LotRow const* lot = *number ? source.lot(**number) : nullptr;
    if (source.error()) return fail(*source.error());
    if (lot == nullptr || lot->first_seq > as_of->seq || !source.shows(lot->lot)) {
        return fail(Code::NotFound, "no such lot is known here", "此处没有该批次");
    }
    auto container = container_of(view, lot->lot, query.at_us.value_or(INT64_MAX), as_of->seq);
    if (!container) return fail(container.error());
    LotEvents events(view, *lot, query, as_of->seq);
    if (auto read = events.read(terms); !read) return fail(read.error());
    storage::Basis const& basis = lot->tail.primary;
    JsonText json;
    json.object().name("id").text(lot->id).name("uri").text(lot->uri).name("kind").text(name(lot->kind));
    if (!lot->material.empty()) json.name("material").text(lot->material);
    json.name("owner").text(lot->owner_prefix);
    json.name("as_of").time(as_of->record_time_us, 6).name("as_of_seq").count(as_of->seq);
    json.amount("supplied", basis, lot->tail.supplied).amount("consumed", basis, consumed(*lot));
    write_holders(json, *lot);
    json.amount("debt", basis, lot->tail.debt).amount("weighing_difference", basis, lot->tail.difference);
    json.amount("adjusted_out", basis, lot->tail.adjusted_out).amount("disposed", basis, lot->tail.disposed);
    if (lot->origin_stated) {
        json.name("origin").object();
        if (!lot->origin.type.empty()) json.name("type").text(lot->origin.type);
        if (!lot->origin.supplier.empty()) json.name("supplier").text(lot->origin.supplier);
        if (!lot->origin.country.empty()) json.name("country").text(lot->origin.country);
        if (!lot->origin.mine.empty()) json.name("mine").text(lot->origin.mine);
        json.end_object();
    }
    write_assays(json, *lot, as_of->seq);
    json.name("holds").array().end_array().name("locks").array().end_array().name("container");
    LotRow const* around = *container ? source.lot(**container) : nullptr;
    around != nullptr ? json.text(around->id) : json.null();
    json.name("flags").array();
    for (std::string_view flag : flag_names(lot->flags)) json.text(flag);
    json.end_array();
    events.write_states(json);
    events.write(json);
    json.end_object();
    return json.take();
}

}  // namespace ingot::tracechain
