#include "registry/leaf_note.hpp"

#include "storage/log_entry.hpp"

namespace ingot::registry {
std::string LeafNote::header() const {
    if (count == 0) return {};
    if (count == 1) return std::to_string(first);
    return std::to_string(first) + '-' + std::to_string(first + count - 1);
}

void add_leaf(storage::Batch& batch, storage::Leaf leaf, LeafNote& note) {
    std::string entry(1, '\0');  // leaf(e) = SHA-256(0x00 || e)
    storage::append_log_entry(entry, leaf.kind, batch.time(), leaf.commitment);
    note.hash = sha256(entry);
    add_leaf_unhashed(batch, leaf, note);
}

void add_leaf_unhashed(storage::Batch& batch, storage::Leaf const& leaf, LeafNote& note) {
    uint64_t const index = batch.leaf(leaf);
    if (note.count == 0) note.first = index;
    ++note.count;
    note.time = batch.time();
}

}  // namespace ingot::registry
