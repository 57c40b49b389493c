// One trace query from its first page to its last: the walk, what it listed, and what was already answered. A run may
// be kept between requests (tracechain/cursor.hpp); it holds no view.
#pragma once

#include <memory>
#include <string>

#include "tracechain/query_answer.hpp"

namespace ingot::tracechain {

// What a walk is asked as of: the newest event of the snapshot, a seq, or a record time.
struct AsOf {
    EventSeq seq = 0;
    int64_t record_time_us = 0;
};
Result<AsOf> resolve_as_of(storage::View const& view, TraceQuery const& query);

// The numbers of the starts, a container replaced by its contents. NotFound: unknown, or not visible to the caller.
Result<std::vector<LotNumber>> resolve_starts(storage::View const& view, TraceQuery const& query,
                                              WalkTerms const& terms, AsOf const& as_of);

class JsonText;

class TraceRun {
  public:
    static Result<std::unique_ptr<TraceRun>> begin(storage::View const& view, Direction direction, TraceQuery query,
                                                   WalkTerms terms);

    // The next page as JSON. When there is more to answer, `next` holds `cursor` and more() is true.
    Result<std::string> page(storage::View const& view, std::string_view cursor);
    bool more() const { return more_; }
    size_t bytes() const;  // estimate of what keeping it costs
    std::string const& digest() const { return digest_; }
    WalkStats& stats() { return walk_.stats(); }

  private:
    TraceRun(Direction direction, TraceQuery query, WalkTerms terms, AsOf as_of);
    Result<void> go_on(storage::View const& view);
    std::string render(std::vector<ListedLot const*> const& rows, std::string_view cursor);
    void write_nodes(JsonText& json, std::vector<ListedLot const*> const& rows);
    void write_events(JsonText& json);
    void write_tree(JsonText& json);

    Direction direction_;
    TraceQuery query_;
    WalkTerms terms_;
    AsOf as_of_;
    WalkListing listing_;
    Walk walk_;
    double elapsed_ms_ = 0;
    size_t events_answered_ = 0;
    bool started_ = false, credited_ = false, more_ = false;
    std::string digest_;
};

std::string_view policy_name(storage::Policy policy);

// Parts of answers that pages and streams share.
void write_query(JsonText& json, TraceQuery const& query, Direction direction);
std::string query_line(TraceQuery const& query, Direction direction);
void write_closure(JsonText& json, ClosureNumbers const& closure);
void write_located(JsonText& json, LocatedNumbers const& located);
void write_stats(JsonText& json, WalkStats const& stats, double elapsed_ms, std::optional<uint64_t> rows_only);
void write_gaps(JsonText& json, std::vector<ListedGap> const& gaps);  // 100 largest, then one `more`
void write_start(JsonText& json, ListedLot const& lot);
// `whole`: what an up walk's shares are parts of.
void write_node(JsonText& json, ListedLot const& lot, Direction direction, LotAmounts const& whole);

}  // namespace ingot::tracechain
