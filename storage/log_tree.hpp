// The transparency log as it is stored: roots and tiles recomputed from entries and stored nodes
// (spec/transparency-log.md 8). Reads at most 255 entries and 255 hashes a level. Works on any View.
#pragma once

#include "storage/commit_record.hpp"

namespace ingot::storage {

// The right edge of the first `size` entries. DataDamaged if an entry or node is missing or damaged.
Result<Frontier> stored_frontier(View const& view, uint64_t size);

// Root at any size up to the stored one.
Result<Digest> stored_root(View const& view, uint64_t size);

// Hashes [begin, end) of tile level 0 (leaf hashes, from entries) or a higher one (stored nodes).
Result<std::vector<Digest>> stored_hashes(View const& view, uint8_t level, uint64_t begin, uint64_t end);

// Names the first tile the root depends on whose hash does not follow from the level below; empty if all do.
std::string first_bad_tile(View const& view, uint64_t size);

}  // namespace ingot::storage
