// A complete closure as NDJSON (spec/trace-semantics.md 4.1): head, then node, event and gap rows in walk order, tail.
// Pulled piece by piece; memory is the frontier and a few bytes for each node visited. Lines already written are never
// repeated, except for a lot met again in another of its states: then with "update":true and its share so far.
#pragma once

#include <memory>
#include <string>

#include "tracechain/query_run.hpp"

namespace ingot::tracechain {

class TraceStream {
  public:
    // Takes the view: the stream reads one snapshot from head to tail.
    static Result<std::unique_ptr<TraceStream>> begin(std::unique_ptr<storage::View> view, Direction direction,
                                                      TraceQuery query, WalkTerms terms);
    ~TraceStream();
    // Appends the next lines; false when the tail (or an error line, then there is no tail) was written.
    bool next(std::string& out);

  private:
    class Lines;
    TraceStream(std::unique_ptr<storage::View> view, Direction direction, TraceQuery query, WalkTerms terms,
                AsOf as_of);
    void write_head();
    void write_tail();

    std::unique_ptr<storage::View> view_;
    Direction direction_;
    TraceQuery query_;
    WalkTerms terms_;
    AsOf as_of_;
    std::unique_ptr<Lines> lines_;
    std::unique_ptr<Walk> walk_;
    std::vector<ListedLot> starts_;
    double spent_ms_ = 0;  // in the walk; a slow reader costs no budget
    bool head_written_ = false;
};

}  // namespace ingot::tracechain
