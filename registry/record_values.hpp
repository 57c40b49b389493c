// The rules for the values of a record (spec/handle-rest.md 2, identifiers.md 2.4).
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "storage/record_table.hpp"

namespace ingot::registry {

// Sorts by index and stamps the time. InvalidMember with every fault (pointers `pointer`/N/...): index 0, above
// 2^31 - 1 or twice, type empty or over 128 bytes, ttl negative or over 2^31 - 1, a value over 64 KiB, a secret key;
// TooManyItems over 2,048 values; BodyTooLarge over 1 MiB in all.
Result<void> check_values(std::vector<storage::RecordValue>& values, Time now, std::string const& pointer);

}  // namespace ingot::registry
