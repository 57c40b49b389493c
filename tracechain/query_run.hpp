// One trace query from its first page to its last: the walk, what it listed, and what was already answered. A run may
// be kept between requests (tracechain/cursor.hpp); it holds no view.
#pragma once

#include <memory>
#include <string>

#include "tracechain/paged_answer.hpp"
#include "tracechain/query_answer.hpp"

namespace ingot::tracechain {

// What a walk is asked as of: the newest event of the snapshot, a seq, or a record time.
struct AsOf {
    EventSeq seq = 0;
    int64_t record_time_us = 0;
};
Result<AsOf> resolve_as_of(storage::View const& view, AsAt const& query);

// The starts by lot number, a container replaced by what the caller sees of its contents, containers in it as well
// (docs/decisions/0018). NotFound: unknown, or not visible to the caller.
Result<std::vector<Start>> resolve_starts(storage::View const& view, TraceQuery const& query, WalkTerms const& terms,
                                          AsOf const& as_of);

class JsonText;

// Measures one run and says when it must end. Without a clock nothing is measured and no deadline holds.
class RunTimer {
  public:
    RunTimer(WalkTerms const& terms, TraceQuery const& query)
        : clock_(terms.clock), query_(query), from_(clock_ != nullptr ? clock_->steady() : Steady{}) {}
    double elapsed_ms() const {
        return clock_ == nullptr ? 0 : std::chrono::duration<double, std::milli>(clock_->steady() - from_).count();
    }
    // Nodes, edges and time of the query, less the time spent before this run.
    WalkBudget budget(double spent_ms = 0) const;

  private:
    Clock const* clock_;
    TraceQuery const& query_;
    Steady from_;
};

class TraceRun final : public PagedAnswer {
  public:
    static Result<std::unique_ptr<TraceRun>> begin(storage::View const& view, Direction direction, TraceQuery query,
                                                   WalkTerms terms);

    // `stats` and `closure` are those of the whole walk so far; a page after a budget ended goes on with the walk.
    Result<TracePage> page(storage::View const& view, std::string_view cursor) override;
    size_t bytes() const override;

  private:
    TraceRun(Direction direction, TraceQuery query, WalkTerms terms, AsOf as_of);
    Result<void> go_on(storage::View const& view);
    TracePage render(std::vector<ListedLot const*> const& rows, std::string_view cursor);
    std::string rest_of(ClosureNumbers const& closure, std::string const& digest);
    size_t write_nodes(JsonText& json, std::vector<ListedLot const*> const& rows, size_t bytes_max);
    void write_events(JsonText& json, size_t bytes_max, bool one);
    bool write_tree(JsonText& json, size_t bytes_max);

    Direction direction_;
    TraceQuery query_;
    WalkTerms terms_;
    AsOf as_of_;
    WalkListing listing_;
    Walk walk_;
    std::vector<ListedLot> starts_;
    double elapsed_ms_ = 0;
    size_t events_answered_ = 0;
    bool started_ = false, credited_ = false;
    bool full_ = false;  // holds all it may: what is listed is answered, the walk does not go on
};

std::string_view policy_name(storage::Policy policy);

// Parts of answers that pages and streams share.
void write_query(JsonText& json, TraceQuery const& query, Direction direction);
std::string query_line(TraceQuery const& query, Direction direction);
void write_closure(JsonText& json, ClosureNumbers const& closure);
void write_located(JsonText& json, LocatedNumbers const& located);
// `stats` and, when a budget cut the answer, `truncated`. `rows_only`: all that may be counted behind a mask.
void write_stats(JsonText& json, WalkStats const& stats, double elapsed_ms, std::optional<uint64_t> rows_only);
void write_gaps(JsonText& json, std::vector<ListedGap> const& gaps);  // 100 largest, then one `more`
// The members every answer begins with: kind, query, as_of, as_of_seq.
void write_head(JsonText& json, TraceQuery const& query, Direction direction, AsOf const& as_of);
void write_starts(JsonText& json, std::vector<ListedLot> const& starts, storage::Basis const& asked);
void write_quality(JsonText& json, double measured, double resolved, BasisCounts const& used);
void write_flags(JsonText& json, FlagCounts const& flags);
void write_campaign(JsonText& json, CampaignFacts const& campaign);  // members of one row of `vessels`
// `whole`: what an up walk's shares are parts of.
void write_node(JsonText& json, ListedLot const& lot, TraceQuery const& query, Direction direction,
                LotAmounts const& whole);
// The starts with their amounts; the walk has read them.
Result<std::vector<ListedLot>> list_starts(Walk& walk, std::vector<Start> const& starts, storage::Basis const& asked);

}  // namespace ingot::tracechain
