// What stands in which container, as pack and unpack events said it (spec/trace-semantics.md 1.4). Custody and
// ownership of a lot are in its own record (HoldingRow in storage/graph_table.hpp).
//
//  index  'b' container, time, lot, seq      ContentProto
//  index  'w' lot, time, container, seq      empty: the same from the other side
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "storage/engine.hpp"
#include "storage/graph_table.hpp"

namespace ingot::storage {

// One lot put into or taken out of a container by one event.
struct ContentRow {
    LotNumber container = 0, lot = 0;  // lot 0: everything (unpack without children)
    int64_t time_us = 0;
    EventSeq seq = 0;
    // stated
    bool out = false;
    Amounts amounts;        // empty = the whole lot
    EventSeq void_seq = 0;  // declaration that voided the event; 0 = live
};

std::string content_key(ContentRow const& row);
std::string contained_key(ContentRow const& row);
std::string encode(ContentRow const& row);

// Every row of a container up to and including `until_us`, in order of (time, lot, seq); at most `rows_max`.
Result<std::vector<ContentRow>> container_rows(View const& view, LotNumber container, int64_t until_us = INT64_MAX,
                                               uint32_t rows_max = UINT32_MAX);
// Every row that puts the lot into a container or takes it out, in order of time; at most `rows_max`.
Result<std::vector<ContentRow>> contained_rows(View const& view, LotNumber lot, int64_t until_us = INT64_MAX,
                                               uint32_t rows_max = UINT32_MAX);

}  // namespace ingot::storage
