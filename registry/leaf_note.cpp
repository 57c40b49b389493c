#include "registry/leaf_note.hpp"

#include "base/encoding.hpp"

namespace ingot::registry {
namespace {

// The 44-byte entry of spec/transparency-log.md 2.2.
std::string entry_of(uint16_t kind, Time time, Digest const& commitment) {
    std::string entry;
    entry += '\x01';
    entry += static_cast<char>(kind >> 8);
    put_u16be(entry, 0);
    put_u64be(entry, static_cast<uint64_t>(to_millis(time)));
    entry += bytes_of(commitment);
    return entry;
}

}  // namespace

std::string LeafNote::header() const {
    if (count == 0) return {};
    if (count == 1) return std::to_string(first);
    return std::to_string(first) + '-' + std::to_string(first + count - 1);
}

void add_leaf(storage::Batch& batch, storage::Leaf leaf, LeafNote& note) {
    note.hash = sha256(std::string(1, '\0') + entry_of(leaf.kind, batch.time(), leaf.commitment));
    add_leaf_unhashed(batch, leaf, note);
}

void add_leaf_unhashed(storage::Batch& batch, storage::Leaf const& leaf, LeafNote& note) {
    uint64_t const index = batch.leaf(leaf);
    if (note.count == 0) note.first = index;
    ++note.count;
    note.time = batch.time();
}

}  // namespace ingot::registry
