#include "storage/log_tree.hpp"

#include <cstring>

#include "storage/log_entry.hpp"
#include "storage/log_keys.hpp"

namespace ingot::storage {
namespace {

// Hash number `n` (level > 0) or entry (level 0) as stored in `row`.
Result<Digest> hash_in(Row const& row, uint8_t level, uint64_t n) {
    bool right_key = level == 0 ? number_after("entry/", row.key) == n : row.key == node_key(level, n);
    size_t right_size = level == 0 ? kEntryBytes + kSaltBytes : 32;
    if (!right_key || row.value.size() != right_size)
        return fail(Code::DataDamaged, "tile " + std::to_string(level) + "/" + std::to_string(n / 256) + ": hash " +
                                           std::to_string(n) + " is missing or damaged");
    if (level == 0) return leaf_hash(Bytes(row.value).substr(0, kEntryBytes));
    Digest hash;
    std::memcpy(hash.data(), row.value.data(), 32);
    return hash;
}

uint64_t full_tiles(uint64_t size, int level) { return level >= 8 ? 0 : size >> (8 * level); }

}  // namespace

Result<std::vector<Digest>> stored_hashes(View const& view, uint8_t level, uint64_t begin, uint64_t end) {
    std::vector<Digest> hashes;
    std::optional<Range> rest = Range{Space::log, level == 0 ? entry_key(begin) : node_key(level, begin),
                                      level == 0 ? entry_key(end) : node_key(level, end)};
    while (rest && begin < end) {
        auto page = view.scan(*rest);
        if (!page) return fail(page.error());
        for (auto const& row : page->rows) {
            auto hash = hash_in(row, level, begin + hashes.size());
            if (!hash) return fail(hash.error());
            hashes.push_back(*hash);
        }
        rest = page->rest;
    }
    if (hashes.size() != end - begin) return fail(hash_in({}, level, begin + hashes.size()).error());
    return hashes;
}

Result<Frontier> stored_frontier(View const& view, uint64_t size) {
    Frontier frontier;
    for (int level = 7; level >= 0; --level) {
        uint64_t end = full_tiles(size, level), begin = end & ~uint64_t(255);
        if (begin == end) continue;
        auto hashes = stored_hashes(view, uint8_t(level), begin, end);
        if (!hashes) return fail(hashes.error());
        for (auto const& hash : *hashes) frontier.append_subtree(uint8_t(8 * level), hash);
    }
    return frontier;
}

Result<Digest> stored_root(View const& view, uint64_t size) {
    auto frontier = stored_frontier(view, size);
    if (!frontier) return fail(frontier.error());
    return frontier->root();
}

std::string first_bad_tile(View const& view, uint64_t size) {
    for (int level = 1; level < 8; ++level) {
        uint64_t end = full_tiles(size, level), begin = end & ~uint64_t(255);
        if (begin == end) continue;
        auto hashes = stored_hashes(view, uint8_t(level), begin, end);
        if (!hashes) return hashes.error().detail;
        for (uint64_t n = begin; n < end; ++n) {
            auto below = stored_hashes(view, uint8_t(level - 1), n * 256, n * 256 + 256);
            if (!below) return below.error().detail;
            if (merkle_root(*below) != (*hashes)[n - begin])
                return "tile " + std::to_string(level - 1) + "/" + std::to_string(n) + " does not have its stored hash";
        }
    }
    auto last = stored_hashes(view, 0, size & ~uint64_t(255), size);
    return last ? std::string() : last.error().detail;
}

}  // namespace ingot::storage
