// What the store tells of its work, for the node's metrics (spec/operations.md 5). Names and values only.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

namespace ingot::storage {

// One commit group that is durable: where its time went, and how many changes it holds.
struct GroupTimes {
    std::chrono::microseconds apply{}, wal{}, anchor{};  // deciding and building; the synced batch; the synced slot
    size_t operations = 0;
};
using GroupObserver = std::function<void(GroupTimes const&)>;

// A number the engine underneath keeps ready; asking costs no reading of the store.
struct StoreGauge {
    std::string_view name;  // memtable_bytes, pending_compaction_bytes, write_stopped, cache_bytes, wal_bytes, files
    std::optional<unsigned> level = {};  // of `files`
    uint64_t value = 0;
};

}  // namespace ingot::storage
