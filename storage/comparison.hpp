// What the store says against what the anchor remembers (spec/durability.md 4.5): one pure function, tested row by row.
#pragma once

#include "storage/anchor.hpp"

namespace ingot::storage {

enum class Verdict {
    first_start,      // nothing anywhere: create
    open,             // clean
    write_slot,       // store ahead: open, write a slot
    rebuild_journal,  // checkpoint agrees, journal lost: open, make a journal
    degraded,         // reason says why; reads only
    refuse,           // exit 4
};

struct StoreFacts {
    bool exists = false;  // store/ has files
    CommitRecord commit;  // meaningful when it exists
    std::string origin;
    std::string log_damage;  // root recomputed from the stored log differs: the bad tile; empty = it is right
    std::string chain_gap;   // missing sequences in chain/; empty = none
};

struct Judgement {
    Verdict verdict = Verdict::open;
    std::string reason;  // slug; empty for open verdicts
    std::string detail;
};

// `root_at` recomputes the root at a size up to the store's own.
Judgement compare(AnchorState const& anchor, StoreFacts const& store,
                  std::function<Result<Digest>(uint64_t size)> const& root_at);

}  // namespace ingot::storage
