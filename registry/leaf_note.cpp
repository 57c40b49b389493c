#include "registry/leaf_note.hpp"

#include "storage/log_entry.hpp"

namespace ingot::registry {
namespace {

constexpr size_t kRunsToldMax = 32;

}  // namespace

std::string LeafRun::text() const {
    std::string text = std::to_string(first);
    return count == 1 ? text : text + '-' + std::to_string(first + count - 1);
}

void LeafNote::add(LeafRun run) {
    if (count == 0) first = run.first;
    count += run.count;
    if (!runs.empty() && runs.back().first + runs.back().count == run.first)
        runs.back().count += run.count;
    else
        runs.push_back(run);
}

std::string LeafNote::header() const {
    std::string text;
    if (runs.size() > kRunsToldMax) return text;
    for (LeafRun const& run : runs) text += (text.empty() ? "" : ", ") + run.text();
    return text;
}

void add_leaf(storage::Batch& batch, storage::Leaf leaf, LeafNote& note) {
    std::string entry(1, '\0');  // leaf(e) = SHA-256(0x00 || e)
    storage::append_log_entry(entry, leaf.kind, batch.time(), leaf.commitment);
    note.hash = sha256(entry);
    add_leaf_unhashed(batch, leaf, note);
}

void add_leaf_unhashed(storage::Batch& batch, storage::Leaf const& leaf, LeafNote& note) {
    note.add({batch.leaf(leaf), 1});
    note.time = batch.time();
}

}  // namespace ingot::registry
