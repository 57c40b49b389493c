// rule=standard (spec/trace-semantics.md 3.12): what a plain EPCIS client would compute. Transformations only, grouped
// by transformationID or event, every input to every output, blind to time, quantity and our extensions.
#pragma once

#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "tracechain/query_run.hpp"

namespace ingot::tracechain {

// A breadth-first search with a visited set; can go on where a budget ended it. One thread; holds no view.
class StandardSearch {
  public:
    StandardSearch(Direction direction, WalkTerms const& terms, AsOf const& as_of, std::vector<Start> const& starts);

    // Goes on for at most the budget; stats().stop says whether and which it used up. Failures: those of the store.
    Result<void> run(storage::View const& view, WalkBudget const& budget);
    bool finished() const { return at_ == queue_.size(); }
    // Lots met since the last call, without the starts and without those the caller may not see.
    std::vector<ListedLot> take_found() { return std::exchange(found_, {}); }
    uint64_t masked() const { return masked_; }
    WalkStats const& stats() const { return stats_; }
    size_t bytes() const { return queue_.size() * 64 + (events_.size() + campaigns_.size()) * 32; }

  private:
    void reach(LotNumber lot);
    bool follow(storage::AccountRow const& row);
    bool group(std::vector<EventSeq> const& events, uint64_t number, bool campaign);

    bool up_;
    WalkTerms const& terms_;
    EventSeq as_of_;
    WalkStats stats_;
    WalkSource source_;
    std::unordered_set<LotNumber> starts_, seen_;
    std::vector<LotNumber> queue_;
    size_t at_ = 0;
    uint64_t masked_ = 0;
    std::unordered_set<uint64_t> events_, campaigns_;
    std::vector<ListedLot> found_;
};

// The answer as JSON pages: nodes with `share` null in order of id (after a budget ended, of what came since), no
// closure.
class StandardRun final : public PagedAnswer {
  public:
    static Result<std::unique_ptr<StandardRun>> begin(storage::View const& view, Direction direction, TraceQuery query,
                                                      WalkTerms terms);
    Result<TracePage> page(storage::View const& view, std::string_view cursor) override;
    size_t bytes() const override;

  private:
    StandardRun(Direction direction, TraceQuery query, WalkTerms terms, AsOf as_of, std::vector<Start> const& starts);
    void list_found();

    Direction direction_;
    TraceQuery query_;
    WalkTerms terms_;
    AsOf as_of_;
    StandardSearch search_;
    std::vector<ListedLot> listed_;
    size_t answered_ = 0;
    double elapsed_ms_ = 0;
    bool started_ = false;
};

}  // namespace ingot::tracechain
