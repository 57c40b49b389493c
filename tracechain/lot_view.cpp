#include "tracechain/lot_view.hpp"

#include <algorithm>
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

void write_states(JsonText& json, LotRow const& lot) {
    json.name("states").array();
    for (AccountRow const& row : lot.rows) {
        if (!made_state(row)) continue;
        json.object().name("seq").count(row.seq).name("time").time(row.sort_time_us, 0);
        json.amount("supplied", lot.tail.primary, row.moved.value(lot.tail.primary));
        json.amount("before", lot.tail.primary, row.before.value(lot.tail.primary)).end_object();
    }
    json.end_array();
}

std::string_view row_word(AccountRow const& row) {
    constexpr std::string_view kWords[] = {"",       "consume", "commission", "implicit", "output",
                                           "adjust", "adjust",  "found",      "found",    "dispose"};
    return kWords[static_cast<size_t>(row.kind)];
}

void write_events(JsonText& json, LotRow const& lot, LotQuery const& query) {
    std::vector<AccountRow const*> rows;
    for (AccountRow const& row : lot.rows) {
        if (!query.before || row.seq < *query.before) rows.push_back(&row);
    }
    std::sort(rows.begin(), rows.end(),
              [](auto const* a, auto const* b) { return std::tie(a->seq, a->phase) > std::tie(b->seq, b->phase); });
    size_t shown = std::min<size_t>(rows.size(), query.limit);
    while (shown > 0 && shown < rows.size() && rows[shown]->seq == rows[shown - 1]->seq)
        ++shown;  // never half an event
    json.name("events").array();
    for (size_t i = 0; i < shown; ++i) {
        AccountRow const& row = *rows[i];
        json.object().name("seq").count(row.seq).name("time").time(row.time_us, 0).name("what").text(row_word(row));
        json.amount("moved", lot.tail.primary, row.moved.value(lot.tail.primary));
        if (row.shortfall > 0) json.amount("short", lot.tail.primary, row.shortfall);
        if (row.difference != 0) json.amount("weighing_difference", lot.tail.primary, row.difference);
        json.end_object();
    }
    json.end_array().name("next");
    shown < rows.size() ? json.text(std::to_string(rows[shown - 1]->seq)) : json.null();
}

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
    write_states(json, *lot);
    write_events(json, *lot, query);
    json.end_object();
    return json.take();
}

}  // namespace ingot::tracechain
