// What an accepted change says about its entries in the transparency log (spec/transparency-log.md 5).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "storage/engine.hpp"

namespace ingot::registry {

// Leaves that follow one another.
struct LeafRun {
    uint64_t first = 0, count = 0;
    std::string text() const;  // "2" or "120-199"
    bool operator==(LeafRun const&) const = default;
};

struct LeafNote {
    uint64_t first = 0;  // index of the first leaf of the change
    uint64_t count = 0;  // of all runs
    // One run, unless a request of many steps was carried out in several commits: leaves of others may lie between.
    std::vector<LeafRun> runs;
    Time time{};    // log time of the commit
    Digest hash{};  // leaf hash of the last leaf added: SHA-256(0x00 || entry)

    void add(LeafRun run);  // behind what is there
    // Value of Ingot-Log-Index: "2", "120-199" or "120-375, 380-423". Empty without a leaf, or with more than 32 runs:
    // each item tells its own index then.
    std::string header() const;
};

// Appends the leaf and notes it.
void add_leaf(storage::Batch& batch, storage::Leaf leaf, LeafNote& note);

// The same without computing the leaf hash: for changes of many leaves.
void add_leaf_unhashed(storage::Batch& batch, storage::Leaf const& leaf, LeafNote& note);

}  // namespace ingot::registry
