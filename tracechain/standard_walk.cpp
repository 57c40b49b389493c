#include "tracechain/standard_walk.hpp"

#include <algorithm>

#include "tracechain/flags.hpp"
#include "tracechain/query_json.hpp"

namespace ingot::tracechain {

using storage::AccountRow;
using storage::LotRow;
using storage::RowKind;

StandardSearch::StandardSearch(Direction direction, WalkTerms const& terms, AsOf const& as_of,
                               std::vector<Start> const& starts)
    : up_(direction == Direction::up), terms_(terms), as_of_(as_of.seq), source_(terms, as_of.seq, {}, stats_) {
    for (Start const& start : starts) {
        starts_.insert(start.lot);
        reach(start.lot);
    }
    stats_.edges = 0;
    stats_.queue_ms = terms.queue_ms;
}

Result<void> StandardSearch::run(storage::View const& view, WalkBudget const& budget) {
    source_.attach(view);
    stats_.complete = true;
    stats_.stop = nullptr;
    uint64_t const lots = stats_.lots_visited, edges = stats_.edges;
    for (; at_ < queue_.size(); ++at_) {
        stats_.stop = used_up(budget, terms_.clock, stats_.lots_visited - lots, stats_.edges - edges);
        if (stats_.stop != nullptr) {
            stats_.complete = false;
            return {};
        }
        LotRow const* row = source_.lot(queue_[at_]);
        if (row == nullptr) return fail(*source_.error());
        stats_.lots_visited += 1;
        LotRow const here = *row;
        source_.drop_lot(here.lot);
        if (!source_.shows(here.lot)) {
            masked_ += 1;
            continue;
        }
        if (!starts_.contains(here.lot)) found_.push_back(list_lot(here, {}));
        for (AccountRow const& line : here.rows) {
            bool wanted = line.kind == (up_ ? RowKind::output : RowKind::consume);
            if (wanted && !follow(line)) return fail(*source_.error());
        }
    }
    return {};
}

void StandardSearch::reach(LotNumber lot) {
    stats_.edges += 1;
    if (lot != 0 && seen_.insert(lot).second) queue_.push_back(lot);
}

// One group: an event alone, or every event of its transformationID.
bool StandardSearch::follow(AccountRow const& row) {
    if (row.campaign == 0) return group({row.seq}, row.seq, false);
    if (campaigns_.contains(row.campaign)) return true;
    CampaignFacts* campaign = source_.campaign(row.campaign);
    if (campaign == nullptr) return false;
    std::vector<EventSeq> events;
    if (campaign->pooled) {
        for (EventSeq seq : campaign->row.events) {
            if (seq <= as_of_) events.push_back(seq);
        }
    } else {
        for (AccountRow const& line : campaign->rows->all()) {
            if (line.phase < 2) events.push_back(line.seq);
        }
        std::sort(events.begin(), events.end());
        events.erase(std::unique(events.begin(), events.end()), events.end());
    }
    return group(events, row.campaign, true);
}

bool StandardSearch::group(std::vector<EventSeq> const& events, uint64_t number, bool campaign) {
    if (!(campaign ? campaigns_ : events_).insert(number).second) return true;
    for (EventSeq seq : events) {
        storage::LinkRow const* link = source_.link(seq);
        if (link == nullptr) return false;
        bool is_void = link->void_seq != 0 && link->void_seq <= as_of_;
        if (!is_void) {
            stats_.events_visited += 1;
            if (up_) {
                for (auto const& input : link->inputs) reach(input.lot);
            } else {
                for (auto const& output : link->outputs) reach(output.lot);
            }
        }
        source_.drop_link(seq);
    }
    return true;
}

StandardRun::StandardRun(Direction direction, TraceQuery query, WalkTerms terms, AsOf as_of,
                         std::vector<Start> const& starts)
    : direction_(direction),
      query_(std::move(query)),
      terms_(std::move(terms)),
      as_of_(as_of),
      search_(direction, terms_, as_of, starts) {}

Result<std::unique_ptr<StandardRun>> StandardRun::begin(storage::View const& view, Direction direction,
                                                        TraceQuery query, WalkTerms terms) {
    auto as_of = resolve_as_of(view, query);
    if (!as_of) return fail(as_of.error());
    auto starts = resolve_starts(view, query, terms, *as_of);
    if (!starts) return fail(starts.error());
    return std::unique_ptr<StandardRun>(
        new StandardRun(direction, std::move(query), std::move(terms), *as_of, *starts));
}

size_t StandardRun::bytes() const { return 4096 + search_.bytes() + listed_.size() * (sizeof(ListedLot) + 150); }

void StandardRun::list_found() {
    listed_.clear();
    answered_ = 0;
    auto found = search_.take_found();
    for (ListedLot& lot : found) {
        if (shows(query_, lot)) listed_.push_back(std::move(lot));
    }
    std::sort(listed_.begin(), listed_.end(), [](ListedLot const& a, ListedLot const& b) { return a.id < b.id; });
}

Result<TracePage> StandardRun::page(storage::View const& view, std::string_view cursor) {
    if (!started_ || (answered_ == listed_.size() && !search_.finished())) {
        started_ = true;
        RunTimer const timer(terms_, query_);
        if (auto ran = search_.run(view, timer.budget()); !ran) return fail(ran.error());
        elapsed_ms_ += timer.elapsed_ms();
        list_found();
    }
    JsonText json;
    write_head(json, query_, direction_, as_of_);
    json.name("nodes").array();
    for (size_t shown = 0; answered_ < listed_.size() && shown < query_.limit; ++shown) {
        if (shown > 0 && json.size() + 1024 >= query_.page_bytes) break;
        ListedLot const& lot = listed_[answered_++];
        json.object().name("id").text(lot.id).name("uri").text(lot.uri).name("kind").text(name(lot.kind));
        if (!lot.material.empty()) json.name("material").text(lot.material);
        if (!lot.owner.empty()) json.name("owner").text(lot.owner);
        json.name("share").null().end_object();
    }
    json.end_array();
    std::optional<uint64_t> rows_only;
    if (search_.masked() > 0) rows_only = listed_.size();
    write_stats(json, search_.stats(), elapsed_ms_, rows_only);
    TracePage page;
    page.complete = search_.stats().complete;
    page.pinned = query_.pinned();
    page.more = answered_ < listed_.size() || !search_.finished();
    json.name("next");
    page.more ? json.text(cursor) : json.null();
    json.end_object();
    page.body = json.take();
    return page;
}

}  // namespace ingot::tracechain
