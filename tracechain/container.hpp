// What stands in a container at a moment (spec/trace-semantics.md 1.4, 3.11). Reads any view.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "storage/holding_table.hpp"

namespace ingot::tracechain {

struct Content {
    storage::LotNumber lot = 0;
    storage::Amounts amounts;  // empty = the whole lot
    storage::EventSeq packed_seq = 0;
};

// Contents at event time `at_us`, events of that moment included, as known at `as_of`; in order of lot number.
Result<std::vector<Content>> contents(storage::View const& view, storage::LotNumber container,
                                      int64_t at_us = INT64_MAX, storage::EventSeq as_of = UINT64_MAX);

// The same of rows already read, as known at `as_of`.
std::vector<Content> contents_of(std::vector<storage::ContentRow> rows, storage::EventSeq as_of = UINT64_MAX);
// Is the lot among them?
bool holds(std::vector<Content> const& contents, storage::LotNumber lot);
// Containers that a lot's rows put it into, the last one first, each once.
std::vector<storage::LotNumber> containers_of(std::vector<storage::ContentRow> const& rows,
                                              storage::EventSeq as_of = UINT64_MAX);

// The container the lot stands in at that moment.
Result<std::optional<storage::LotNumber>> container_of(storage::View const& view, storage::LotNumber lot,
                                                       int64_t at_us = INT64_MAX, storage::EventSeq as_of = UINT64_MAX);

}  // namespace ingot::tracechain
