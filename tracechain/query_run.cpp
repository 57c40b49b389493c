#include "tracechain/query_run.hpp"

#include <algorithm>

#include "storage/event_table.hpp"
#include "tracechain/container.hpp"
#include "tracechain/query_json.hpp"

namespace ingot::tracechain {

Result<AsOf> resolve_as_of(storage::View const& view, TraceQuery const& query) {
    auto newest = storage::read_count(view, "events");
    if (!newest) return fail(newest.error());
    AsOf out{*newest, 0};
    if (query.as_of_seq) out.seq = std::min(out.seq, *query.as_of_seq);
    if (query.as_of_us) {
        auto seq = storage::last_seq_at(view, *query.as_of_us);
        if (!seq) return fail(seq.error());
        out.seq = std::min(out.seq, *seq);
    }
    if (out.seq == 0) return out;
    auto facts = storage::find_facts(view, out.seq);
    if (!facts) return fail(facts.error());
    if (*facts) out.record_time_us = (*facts)->record_time_us;
    return out;
}

namespace {

Result<void> add_start(storage::View const& view, storage::LotRow const& lot, TraceQuery const& query,
                       AsOf const& as_of, std::vector<LotNumber>& out) {
    if (!lot.is_container || !lot.rows.empty()) {
        out.push_back(lot.lot);
        return {};
    }
    auto inside = contents(view, lot.lot, query.at_us.value_or(INT64_MAX), as_of.seq);
    if (!inside) return fail(inside.error());
    for (Content const& content : *inside) out.push_back(content.lot);
    if (inside->empty()) out.push_back(lot.lot);
    return {};
}

}  // namespace

Result<std::vector<LotNumber>> resolve_starts(storage::View const& view, TraceQuery const& query,
                                              WalkTerms const& terms, AsOf const& as_of) {
    auto hidden = [] { return fail(Code::NotFound, "no such lot is known here", "此处没有该批次"); };
    std::vector<LotNumber> out;
    for (StartLot const& start : query.start) {
        auto number = storage::find_lot_number(view, start.key);
        if (!number) return fail(number.error());
        if (!*number) return hidden();
        auto lot = storage::find_lot(view, **number);
        if (!lot) return fail(lot.error());
        bool known = *lot && (*lot)->first_seq <= as_of.seq;
        if (!known || !sees(terms, **lot)) return hidden();
        if (auto added = add_start(view, **lot, query, as_of, out); !added) return fail(added.error());
    }
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
}

TraceRun::TraceRun(Direction direction, TraceQuery query, WalkTerms terms, AsOf as_of)
    : direction_(direction),
      query_(std::move(query)),
      terms_(std::move(terms)),
      as_of_(as_of),
      listing_(direction_, query_),
      walk_(direction_, query_, terms_, as_of_.seq, listing_) {}

Result<std::unique_ptr<TraceRun>> TraceRun::begin(storage::View const& view, Direction direction, TraceQuery query,
                                                  WalkTerms terms) {
    auto as_of = resolve_as_of(view, query);
    if (!as_of) return fail(as_of.error());
    auto starts = resolve_starts(view, query, terms, *as_of);
    if (!starts) return fail(starts.error());
    std::unique_ptr<TraceRun> run(new TraceRun(direction, std::move(query), std::move(terms), *as_of));
    if (auto begun = run->walk_.begin(view, *starts); !begun) return fail(begun.error());
    return run;
}

size_t TraceRun::bytes() const { return 4096 + walk_.bytes() + listing_.bytes(); }

Result<void> TraceRun::go_on(storage::View const& view) {
    Steady from = terms_.clock != nullptr ? terms_.clock->steady() : Steady{};
    WalkBudget budget{query_.max_nodes, query_.max_edges == 0 ? UINT64_MAX : query_.max_edges, Steady::max()};
    if (terms_.clock != nullptr) budget.deadline = from + query_.timeout;
    auto more = walk_.run(view, budget);
    if (!more) return fail(more.error());
    if (terms_.clock != nullptr) {
        elapsed_ms_ += std::chrono::duration<double, std::milli>(terms_.clock->steady() - from).count();
    }
    if (walk_.finished() && !credited_) {
        walk_.credit_waiting();
        credited_ = true;
    }
    return {};
}

Result<std::string> TraceRun::page(storage::View const& view, std::string_view cursor) {
    auto rows = listing_.ranked();
    if (!started_ || (rows.empty() && !walk_.finished())) {
        started_ = true;
        if (auto gone = go_on(view); !gone) return fail(gone.error());
        rows = listing_.ranked();
    }
    more_ = rows.size() > query_.limit || !walk_.finished();
    if (rows.size() > query_.limit) rows.resize(query_.limit);
    return render(rows, cursor);
}

std::string TraceRun::render(std::vector<ListedLot const*> const& rows, std::string_view cursor) {
    bool up = direction_ == Direction::up;
    ClosureNumbers closure = walk_.closure();
    digest_ = listing_.digest(query_line(query_, direction_), as_of_.seq);
    JsonText json;
    json.object().name("kind").text(up ? "upstream" : "downstream").name("query");
    write_query(json, query_, direction_);
    json.name("as_of").time(as_of_.record_time_us, 6).name("as_of_seq").count(as_of_.seq).name("start").array();
    for (ListedLot const* lot : listing_.starts()) write_start(json, *lot);
    json.end_array();
    write_nodes(json, rows);
    if (query_.view == ViewForm::tree) write_tree(json);
    if (query_.view != ViewForm::table) write_events(json);
    json.name("vessels").array();
    for (auto const& [number, campaign] : walk_.source().campaigns_in_order()) {
        if (campaign->states_visited == 0) continue;
        json.object().name("id").text(campaign->row.id);
        if (campaign->pooled) {
            json.name("vessel").null().name("policy").text("pooled");
        } else {
            json.name("vessel").text(campaign->row.vessel).name("policy").text(policy_name(campaign->row.policy));
        }
        json.name("states_visited").count(campaign->states_visited).name("share").number(campaign->share).end_object();
    }
    json.end_array();
    if (!up) write_located(json, walk_.located());
    write_closure(json, closure);
    json.name("quality").object().name("measured").number(walk_.measured());
    json.name("assumed").number(std::max(0.0, closure.resolved - walk_.measured())).end_object();
    write_gaps(json, listing_.gaps());
    json.name("flags").object();
    for (auto const& [flag, count] : listing_.flags()) json.name(flag).count(count);
    json.end_object();
    std::optional<uint64_t> rows_only;
    if (closure.masked > 0) rows_only = listing_.rows();
    write_stats(json, walk_.stats(), elapsed_ms_, rows_only);
    if (!walk_.stats().complete) json.name("truncated").boolean(true);
    json.name("graph_digest").text(digest_).name("next");
    more_ ? json.text(cursor) : json.null();
    json.end_object();
    return json.take();
}

void TraceRun::write_nodes(JsonText& json, std::vector<ListedLot const*> const& rows) {
    LotAmounts whole = listing_.start_amounts();
    std::vector<LotNumber> answered;
    json.name("nodes").array();
    for (ListedLot const* lot : rows) {
        write_node(json, *lot, direction_, whole);
        answered.push_back(lot->lot);
    }
    json.end_array();
    for (LotNumber lot : answered) listing_.mark_reported(lot);
}

void TraceRun::write_events(JsonText& json) {
    auto const& events = listing_.events();
    json.name("events").array();
    for (; events_answered_ < events.size(); ++events_answered_) {
        ListedEvent const& event = events[events_answered_];
        json.object().name("event").text(event.id).name("seq").count(event.seq).name("kind").text(event.kind);
        json.name("time").time(event.time_us, 0).name("site").text(event.site);
        json.name("weight").number(event.weight.value()).name("basis_used").text(event.basis).name("inputs").array();
        for (auto const& [lot, c] : event.inputs) {
            ListedLot const* listed = listing_.find(lot);
            if (listed != nullptr) json.object().name("id").text(listed->id).name("c").number(c).end_object();
        }
        json.end_array().name("outputs").array();
        for (LotNumber lot : event.outputs) {
            if (ListedLot const* listed = listing_.find(lot)) json.text(listed->id);
        }
        json.end_array().end_object();
    }
    json.end_array();
}

// Each lot once, its makers (up) or products (down) below it; met again: {"id":…,"ref":true}. No recursion.
void TraceRun::write_tree(JsonText& json) {
    std::unordered_map<LotNumber, std::vector<LotNumber>> children;
    for (ListedEvent const& event : listing_.events()) {
        std::vector<LotNumber> inputs;
        for (auto const& input : event.inputs) inputs.push_back(input.first);
        auto const& from = direction_ == Direction::up ? event.outputs : inputs;
        auto const& into = direction_ == Direction::up ? inputs : event.outputs;
        for (LotNumber lot : from) {
            for (LotNumber child : into) children[lot].push_back(child);
        }
    }
    struct Level {
        std::vector<LotNumber> lots;
        size_t next = 0;
    };
    std::unordered_map<LotNumber, bool> shown;
    std::vector<Level> levels(1);
    for (ListedLot const* lot : listing_.starts()) levels[0].lots.push_back(lot->lot);
    json.name("tree").array();
    while (!levels.empty()) {
        Level& level = levels.back();
        if (level.next == level.lots.size()) {
            json.end_array();
            levels.pop_back();
            if (!levels.empty()) json.end_object();
            continue;
        }
        LotNumber lot = level.lots[level.next++];
        ListedLot const* listed = listing_.find(lot);
        if (listed == nullptr) continue;
        json.object().name("id").text(listed->id);
        if (shown[lot]) {
            json.name("ref").boolean(true).end_object();
            continue;
        }
        shown[lot] = true;
        json.name(direction_ == Direction::up ? "share" : "exposure").number(listed->entered.f.value());
        json.name("children").array();
        levels.push_back({children[lot], 0});
    }
}

}  // namespace ingot::tracechain
