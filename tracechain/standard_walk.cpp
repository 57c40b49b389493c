#include "tracechain/standard_walk.hpp"

#include <algorithm>
#include <unordered_set>

#include "tracechain/flags.hpp"
#include "tracechain/query_json.hpp"

namespace ingot::tracechain {

using storage::AccountRow;
using storage::LotRow;
using storage::RowKind;

namespace {

class StandardSearch {
  public:
    StandardSearch(storage::View const& view, Direction direction, WalkTerms const& terms, AsOf const& as_of,
                   WalkStats& stats)
        : up_(direction == Direction::up),
          terms_(terms),
          as_of_(as_of.seq),
          source_(terms, as_of.seq, {}, stats),
          stats_(stats) {
        source_.attach(view);
    }

    Result<StandardSet> run(std::vector<LotNumber> const& starts, uint64_t nodes_max) {
        StandardSet out;
        std::unordered_set<LotNumber> const first(starts.begin(), starts.end());
        for (LotNumber lot : starts) reach(lot);
        for (size_t at = 0; at < queue_.size(); ++at) {
            if (at >= nodes_max) {
                out.complete = false;
                break;
            }
            LotRow const* row = source_.lot(queue_[at]);
            if (row == nullptr) return fail(*source_.error());
            stats_.lots_visited += 1;
            if (!sees(terms_, *row)) {
                out.masked += 1;
                continue;
            }
            if (!first.contains(row->lot)) out.lots.push_back(row->lot);
            std::vector<AccountRow> const rows = row->rows;
            source_.drop_lot(queue_[at]);
            for (AccountRow const& line : rows) {
                bool wanted = line.kind == (up_ ? RowKind::output : RowKind::consume);
                if (wanted && !follow(line)) return fail(*source_.error());
            }
        }
        return out;
    }

  private:
    void reach(LotNumber lot) {
        if (lot != 0 && seen_.insert(lot).second) queue_.push_back(lot);
    }

    // One group: an event alone, or every event of its transformationID.
    bool follow(AccountRow const& row) {
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

    bool group(std::vector<EventSeq> const& events, uint64_t number, bool campaign) {
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

    bool up_;
    WalkTerms const& terms_;
    EventSeq as_of_;
    WalkSource source_;
    WalkStats& stats_;
    std::vector<LotNumber> queue_;
    std::unordered_set<LotNumber> seen_;
    std::unordered_set<uint64_t> events_, campaigns_;
};

}  // namespace

Result<StandardSet> standard_set(storage::View const& view, Direction direction, TraceQuery const& query,
                                 WalkTerms const& terms, AsOf const& as_of, std::vector<LotNumber> const& starts,
                                 WalkStats& stats) {
    return StandardSearch(view, direction, terms, as_of, stats).run(starts, query.max_nodes);
}

Result<std::string> run_standard(storage::View const& view, Direction direction, TraceQuery const& query,
                                 WalkTerms const& terms) {
    auto as_of = resolve_as_of(view, query);
    if (!as_of) return fail(as_of.error());
    auto starts = resolve_starts(view, query, terms, *as_of);
    if (!starts) return fail(starts.error());
    WalkStats stats;
    auto set = standard_set(view, direction, query, terms, *as_of, *starts, stats);
    if (!set) return fail(set.error());
    std::vector<LotRow> rows;
    for (LotNumber lot : set->lots) {
        auto row = storage::find_lot(view, lot);
        if (!row) return fail(row.error());
        if (*row && query.material.allows((*row)->material) && query.owner.allows((*row)->owner_prefix) &&
            query.kind.allows(name((*row)->kind))) {
            rows.push_back(std::move(**row));
        }
    }
    std::sort(rows.begin(), rows.end(), [](LotRow const& a, LotRow const& b) { return a.id < b.id; });
    stats.complete = set->complete;
    if (!set->complete) stats.stop = "nodes";
    JsonText json;
    json.object().name("kind").text(direction == Direction::up ? "upstream" : "downstream").name("query");
    write_query(json, query, direction);
    json.name("as_of").time(as_of->record_time_us, 6).name("as_of_seq").count(as_of->seq).name("nodes").array();
    for (LotRow const& row : rows) {
        json.object().name("id").text(row.id).name("uri").text(row.uri).name("kind").text(name(row.kind));
        if (!row.material.empty()) json.name("material").text(row.material);
        json.name("owner").text(row.owner_prefix).name("share").null().end_object();
    }
    json.end_array();
    std::optional<uint64_t> rows_only;
    if (set->masked > 0) rows_only = rows.size();
    write_stats(json, stats, 0, rows_only);
    if (!set->complete) json.name("truncated").boolean(true);
    json.name("next").null().end_object();
    return json.take();
}

}  // namespace ingot::tracechain
