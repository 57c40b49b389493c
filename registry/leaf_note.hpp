// What an accepted change says about its entries in the transparency log (spec/transparency-log.md 5).
#pragma once

#include <cstdint>
#include <string>

#include "storage/engine.hpp"

namespace ingot::registry {

struct LeafNote {
    uint64_t first = 0;  // index of the first leaf of the change
    uint64_t count = 0;
    Time time{};    // log time of the commit
    Digest hash{};  // leaf hash of the last leaf added: SHA-256(0x00 || entry)

    // Value of Ingot-Log-Index: "2" or "120-199"; empty without a leaf.
    std::string header() const;
};

// Appends the leaf and notes it; leaves of one change follow one another.
void add_leaf(storage::Batch& batch, storage::Leaf leaf, LeafNote& note);

// The same without computing the leaf hash: for changes of many leaves.
void add_leaf_unhashed(storage::Batch& batch, storage::Leaf const& leaf, LeafNote& note);

}  // namespace ingot::registry
