// Members that every trace answer has, in the order and number formats of spec/trace-semantics.md 4.1 to 4.4.
#include <algorithm>

#include "tracechain/basis.hpp"
#include "tracechain/flags.hpp"
#include "tracechain/query_json.hpp"
#include "tracechain/query_run.hpp"

namespace ingot::tracechain {

std::string_view policy_name(storage::Policy policy) {
    constexpr std::string_view kNames[] = {"",     "well_mixed", "fifo",   "lifo",
                                           "line", "selected",   "window", "identity_lost"};
    return kNames[static_cast<size_t>(policy)];
}

namespace {

void write_time(JsonText& json, std::string_view name, std::optional<int64_t> const& micros) {
    json.name(name);
    micros ? json.time(*micros, 6) : json.null();
}

void write_filter(JsonText& json, std::string_view name, Filter const& filter) {
    if (filter.empty()) return;
    json.name(name).array();
    for (auto const& text : filter.include) json.text(text);
    for (auto const& text : filter.exclude) json.text("!" + text);
    json.end_array();
}

}  // namespace

void write_head(JsonText& json, TraceQuery const& query, Direction direction, AsOf const& as_of) {
    json.object().name("kind").text(direction == Direction::up ? "upstream" : "downstream").name("query");
    write_query(json, query, direction);
    json.name("as_of").time(as_of.record_time_us, 6).name("as_of_seq").count(as_of.seq);
}

void write_query(JsonText& json, TraceQuery const& query, Direction direction) {
    json.object().name("start").array();
    for (StartLot const& start : query.start) json.text(start.text);
    json.end_array();
    json.name("basis").text(query.as_reported ? "as_reported" : basis_name(query.basis));
    json.name("rule").text(query.standard ? "standard" : "shares").name("theta").number(query.theta);
    if (direction == Direction::down) json.name("cutoff").text(query.cutoff == Cutoff::share ? "share" : "exposure");
    json.name("min_share").number(query.min_share).name("max_depth").count(query.max_depth);
    json.name("raw").boolean(query.raw);
    write_time(json, "at", query.at_us);
    write_time(json, "from", query.from_us);
    write_time(json, "to", query.to_us);
    json.name("stop_at").array();
    for (auto const& text : query.stop_at.texts) json.text(text);
    json.end_array();
    write_filter(json, "material", query.material);
    write_filter(json, "owner", query.owner);
    write_filter(json, "holder", query.holder);
    write_filter(json, "role", query.role);
    write_filter(json, "kind", query.kind);
    constexpr std::string_view kViews[] = {"graph", "table", "tree"};
    json.name("view").text(kViews[static_cast<size_t>(query.view)]).name("bounds").boolean(query.bounds);
    json.name("limit").count(query.limit).name("max_nodes").count(query.max_nodes);
    json.name("timeout_ms").integer(query.timeout.count()).end_object();
}

std::string query_line(TraceQuery const& query, Direction direction) {
    JsonText json;
    write_query(json, query, direction);
    return json.take();
}

void write_closure(JsonText& json, ClosureNumbers const& closure) {
    json.name("closure").object().name("resolved").number(closure.resolved).name("unknown").number(closure.unknown);
    json.name("masked").number(closure.masked).name("beyond_limit").number(closure.beyond_limit);
    json.name("pruned").number(closure.pruned).end_object();
}

void write_located(JsonText& json, LocatedNumbers const& located) {
    json.name("located").object().name("on_hand").number(located.on_hand);
    json.name("in_transit").number(located.in_transit).name("in_vessels").number(located.in_vessels);
    json.name("in_process").number(located.in_process).name("left_network").number(located.left_network);
    json.name("disposed").number(located.disposed).name("loss").number(located.loss);
    json.name("adjusted_out").number(located.adjusted_out).end_object();
}

void write_stats(JsonText& json, WalkStats const& stats, double elapsed_ms, std::optional<uint64_t> rows_only) {
    json.name("stats").object().name("nodes_visited").count(rows_only.value_or(stats.nodes_visited()));
    if (!rows_only) {  // what lies behind a mask is not counted out (6.2 rule 6)
        json.name("lots_visited").count(stats.lots_visited).name("events_visited").count(stats.events_visited);
        json.name("vessel_states_visited").count(stats.vessel_states_visited);
        json.name("events_read").count(stats.events_read).name("records_read").count(stats.records_read);
        json.name("bytes_read").count(stats.bytes_read).name("re_expansions").count(stats.re_expansions);
    }
    json.name("elapsed_ms")
        .fixed(elapsed_ms, 2)
        .name("queue_ms")
        .fixed(stats.queue_ms, 2)
        .name("complete")
        .boolean(stats.complete);
    json.name("stop");
    stats.stop != nullptr ? json.text(stats.stop) : json.null();
    json.end_object();
    if (!stats.complete) json.name("truncated").boolean(true);
}

void write_gaps(JsonText& json, std::vector<ListedGap> const& gaps) {
    constexpr size_t kGapsMax = 100;
    json.name("gaps").array();
    double more = 0;
    for (size_t i = 0; i < gaps.size(); ++i) {
        if (i >= kGapsMax) {
            more += gaps[i].share.value();
            continue;
        }
        json.object().name("reason").text(gaps[i].reason).name("share").number(gaps[i].share.value());
        if (!gaps[i].id.empty()) json.name("id").text(gaps[i].id);
        if (!gaps[i].resolver.empty()) json.name("resolver").text(gaps[i].resolver);
        if (!gaps[i].enterprise.empty()) json.name("enterprise").text(gaps[i].enterprise);
        json.end_object();
    }
    if (more > 0) json.object().name("reason").text("more").name("share").number(more).end_object();
    json.end_array();
}

namespace {

// Amounts on another basis than the one asked for say on which.
void write_basis(JsonText& json, LotAmounts const& amounts, storage::Basis const& asked) {
    if (amounts.quantity && amounts.basis != asked) json.name("basis").text(basis_name(amounts.basis));
}

}  // namespace

void write_starts(JsonText& json, std::vector<ListedLot> const& starts, storage::Basis const& asked) {
    json.name("start").array();
    for (ListedLot const& lot : starts) {
        json.object().name("id").text(lot.id).name("uri").text(lot.uri).name("kind").text(name(lot.kind));
        if (!lot.material.empty()) json.name("material").text(lot.material);
        write_basis(json, lot.amounts, asked);
        if (lot.amounts.quantity) json.amount("quantity", lot.amounts.basis, *lot.amounts.quantity);
        if (auto here = lot.here()) json.amount("on_hand", lot.amounts.basis, *here);
        json.end_object();
    }
    json.end_array();
}

Result<std::vector<ListedLot>> list_starts(Walk& walk, std::vector<Start> const& starts, storage::Basis const& asked) {
    std::vector<ListedLot> out;
    for (Start const& start : starts) {
        storage::LotRow const* row = walk.source().lot(start.lot);
        if (row == nullptr) return fail(*walk.source().error());
        LotAmounts& amounts = out.emplace_back(list_lot(*row, asked)).amounts;
        if (start.part.empty()) continue;
        amounts.quantity = start.part.get(amounts.basis);  // what stands in the container, not all there is of the lot
        amounts.on_hand.reset();
    }
    return out;
}

void write_quality(JsonText& json, double measured, double resolved, BasisCounts const& used) {
    json.name("quality").object().name("measured").number(measured);
    json.name("assumed").number(std::max(0.0, resolved - measured)).name("basis_used").object();
    for (auto const& [basis, events] : used) json.name(basis).count(events);
    json.end_object().end_object();
}

void write_flags(JsonText& json, FlagCounts const& flags) {
    json.name("flags").object();
    for (auto const& [flag, count] : flags) json.name(flag).count(count);
    json.end_object();
}

void write_campaign(JsonText& json, CampaignFacts const& campaign) {
    json.object().name("id").text(campaign.row.id).name("vessel");
    campaign.pooled ? json.null() : json.text(campaign.row.vessel);
    json.name("policy").text(campaign.pooled ? "pooled" : policy_name(campaign.row.policy));
    json.name("states_visited").count(campaign.states_visited).name("share").number(campaign.share).end_object();
}

void write_node(JsonText& json, ListedLot const& lot, TraceQuery const& query, Direction direction,
                LotAmounts const& whole) {
    double share = lot.entered.f.value();
    json.object().name("id").text(lot.id).name("uri").text(lot.uri).name("kind").text(name(lot.kind));
    if (!lot.material.empty()) json.name("material").text(lot.material);
    if (!lot.owner.empty()) json.name("owner").text(lot.owner);
    if (!lot.holder.empty()) json.name("holder").text(lot.holder);
    write_basis(json, direction == Direction::up ? whole : lot.amounts, query.basis);
    if (direction == Direction::up) {
        json.name("share").number(share).name("share_measured").number(std::min(share, lot.entered.m.value()));
        if (whole.quantity) json.amount("mass", whole.basis, part_of(share, *whole.quantity));
        json.name("hops").count(lot.hops);
    } else {
        json.name("exposure").number(share).name("share_of_start").number(lot.entered.d.value());
        json.name("share_measured").number(std::min(lot.entered.d.value(), lot.entered.m.value()));
        if (lot.amounts.quantity) json.amount("mass", lot.amounts.basis, part_of(share, *lot.amounts.quantity));
        json.name("hops").count(lot.hops);
        if (auto here = lot.here()) {
            json.amount("on_hand", lot.amounts.basis, *here);
            json.amount("on_hand_attributed", lot.amounts.basis, part_of(lot.state_f, *here));
        }
        if (lot.apart) {
            json.amount("in_transit", lot.amounts.basis, lot.in_transit);
            json.amount("left", lot.amounts.basis, lot.left);
        }
    }
    json.name("first_time").time(lot.first_time_us, 0).name("last_time").time(lot.last_time_us, 0).name("terminal");
    lot.terminal.empty() ? json.null() : json.text(lot.terminal);
    if (lot.reported >= 0) json.name("update").boolean(true);
    json.end_object();
}

}  // namespace ingot::tracechain
