#include "tracechain/query_run.hpp"

#include <algorithm>

#include "tracechain/query_json.hpp"

namespace ingot::tracechain {

WalkBudget RunTimer::budget(double spent_ms) const {
    WalkBudget out{query_.max_nodes, query_.max_edges == 0 ? UINT64_MAX : query_.max_edges, Steady::max()};
    if (clock_ != nullptr) {
        auto const spent = std::chrono::duration<double, std::milli>(spent_ms);
        out.deadline = from_ + query_.timeout - std::chrono::duration_cast<Steady::duration>(spent);
    }
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
    auto listed = list_starts(run->walk_, *starts, run->query_.basis);
    if (!listed) return fail(listed.error());
    run->starts_ = std::move(*listed);
    return run;
}

size_t TraceRun::bytes() const { return 4096 + walk_.bytes() + listing_.bytes(); }

Result<void> TraceRun::go_on(storage::View const& view) {
    constexpr uint64_t kNodesAWeighing = 1024;
    RunTimer const timer(terms_, query_);
    WalkBudget const budget = timer.budget();
    for (bool more = true; more;) {
        auto ran = walk_.run(view, budget, kNodesAWeighing);
        if (!ran) return fail(ran.error());
        more = *ran;
        full_ = more && bytes() > query_.walk_bytes;
        if (!full_) continue;
        walk_.stop("nodes");
        more = false;
    }
    elapsed_ms_ += timer.elapsed_ms();
    if (walk_.finished() && !credited_) {
        if (auto credited = walk_.credit_waiting(); !credited) return credited;
        credited_ = true;
    }
    return {};
}

Result<TracePage> TraceRun::page(storage::View const& view, std::string_view cursor) {
    auto rows = listing_.ranked();
    bool const answered =
        rows.empty() && (query_.view == ViewForm::table || events_answered_ == listing_.events().size());
    if (!started_ || (answered && !walk_.finished() && !full_)) {
        started_ = true;
        if (auto gone = go_on(view); !gone) return fail(gone.error());
        rows = listing_.ranked();
    }
    return render(rows, cursor);
}

namespace {
constexpr size_t kRowBytes = 2048;  // kept free for the row that is begun last
}

TracePage TraceRun::render(std::vector<ListedLot const*> const& rows, std::string_view cursor) {
    TracePage page;
    page.digest = listing_.digest(query_line(query_, direction_), as_of_.seq);
    page.pinned = query_.pinned();
    page.complete = walk_.stats().complete;
    std::string const rest = rest_of(walk_.closure(), page.digest);
    size_t const room = query_.page_bytes - std::min(query_.page_bytes, rest.size() + cursor.size() + kRowBytes);
    JsonText json;
    write_head(json, query_, direction_, as_of_);
    write_starts(json, starts_, query_.basis);
    bool const tree = query_.view == ViewForm::tree;
    size_t const shown = write_nodes(json, rows, tree ? room / 2 : room);
    page.more = shown < rows.size() || !(walk_.finished() || full_);
    if (tree && !write_tree(json, room)) json.name("tree_cut").boolean(true);
    if (query_.view != ViewForm::table) {
        write_events(json, room, shown == 0);
        page.more = page.more || events_answered_ < listing_.events().size();
    }
    json.members(rest).name("next");
    page.more ? json.text(cursor) : json.null();
    json.end_object();
    page.body = json.take();
    return page;
}

// Everything after the rows, as one object: what every page says again.
std::string TraceRun::rest_of(ClosureNumbers const& closure, std::string const& digest) {
    JsonText json;
    json.object().name("vessels").array();
    for (auto const& [number, campaign] : walk_.source().campaigns_in_order()) {
        if (campaign->states_visited > 0) write_campaign(json, *campaign);
    }
    json.end_array();
    if (direction_ == Direction::down) write_located(json, walk_.located());
    write_closure(json, closure);
    write_quality(json, walk_.measured(), closure.resolved, listing_.bases());
    write_gaps(json, listing_.gaps());
    write_flags(json, listing_.flags());
    std::optional<uint64_t> rows_only;
    if (closure.masked > 0) rows_only = listing_.rows();
    write_stats(json, walk_.stats(), elapsed_ms_, rows_only);
    json.name("graph_digest").text(digest).end_object();
    return json.take();
}

// How many of the rows there was room for; one at least.
size_t TraceRun::write_nodes(JsonText& json, std::vector<ListedLot const*> const& rows, size_t bytes_max) {
    LotAmounts const whole = sum_of(starts_);
    size_t shown = 0;
    json.name("nodes").array();
    for (ListedLot const* lot : rows) {
        if (shown == query_.limit || (shown > 0 && json.size() >= bytes_max)) break;
        write_node(json, *lot, query_, direction_, whole);
        ++shown;
    }
    json.end_array();
    for (size_t i = 0; i < shown; ++i) listing_.mark_reported(rows[i]->lot);
    return shown;
}

// As many as there is room for; `one`: one at least.
void TraceRun::write_events(JsonText& json, size_t bytes_max, bool one) {
    auto const& events = listing_.events();
    json.name("events").array();
    for (; events_answered_ < events.size(); one = false) {
        size_t const likely = 256 + events[events_answered_].inputs.size() * 64;
        if (!one && json.size() + likely >= bytes_max) break;
        ListedEvent const& event = events[events_answered_++];
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

// Each lot once, its makers (up) or products (down) below it; met again: {"id":…,"ref":true}. No recursion. False:
// there was not room for all of it.
bool TraceRun::write_tree(JsonText& json, size_t bytes_max) {
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
    for (ListedLot const& lot : starts_) levels[0].lots.push_back(lot.lot);
    bool room = true;
    json.name("tree").array();
    while (!levels.empty()) {
        Level& level = levels.back();
        room = room && json.size() < bytes_max;
        if (!room || level.next == level.lots.size()) {
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
    return room;
}

}  // namespace ingot::tracechain
