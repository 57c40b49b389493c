// The peer of the write benchmark: RocksDB itself with synced puts, no committer, no checks. Nothing else uses it.
#pragma once

#include <cstddef>
#include <string>

#include "base/result.hpp"

namespace ingot::storage {

// Puts values of `value_bytes` from `writers` threads, each put synced, for `seconds`, into a new store in `folder`;
// answers puts a second.
Result<double> raw_synced_puts(std::string const& folder, unsigned writers, size_t value_bytes, double seconds);

}  // namespace ingot::storage
