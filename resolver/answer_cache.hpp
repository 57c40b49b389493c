// Rendered answers for anonymous callers, by canonical identifier and dialect. What was not asked for since the hand of
// the clock last came by goes first, so that a hit writes one flag and moves nothing.
//
// Exact, not merely fresh: a commit removes what it changed before its answers leave the node, and an answer made from
// an older state can never be put in afterwards, because each insertion says which commit it was read at (`read_at`)
// and which directory of prefixes it was judged by (`generation`). Thread safe; memory is bounded.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "storage/engine.hpp"

namespace ingot::resolver {

enum class Dialect : uint8_t { v1, handle, landing };
inline constexpr size_t kDialects = 3;

class AnswerCache {
  public:
    explicit AnswerCache(size_t bytes_max);

    // What was kept for this identifier and dialect when asked with this very spelling. Null when nothing was.
    std::shared_ptr<void const> find(Dialect dialect, std::string_view canonical, std::string_view asked);

    // To be read before the prefixes are looked at, and handed to insert().
    uint64_t generation() const { return generation_.load(std::memory_order_acquire); }

    // Keeps an answer unless a later commit has changed the identifier, or clear() came after `generation`.
    void insert(Dialect dialect, std::string_view canonical, std::string_view asked, std::shared_ptr<void const> answer,
                size_t bytes, storage::Sequence read_at, uint64_t generation);

    // The identifier was changed by commit `at`. Called by the committer only.
    void changed(std::string_view canonical, storage::Sequence at);
    // Everything may have changed.
    void clear();

    size_t entries() const;

  private:
    struct Kept {
        std::shared_ptr<void const> answer;
        std::string spelling;  // as asked, unless that is the canonical one
        bool canonical_spelling = true;
        size_t bytes = 0;
    };
    struct Hash {
        using is_transparent = void;
        size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
    };
    struct Slot;
    using Slots = std::unordered_map<std::string, Slot, Hash, std::equal_to<>>;
    struct Slot {
        std::array<Kept, kDialects> kept;
        size_t bytes = 0;
        bool asked_again = false;                      // since the hand last came by
        std::list<std::string const*>::iterator turn;  // its place before the hand
    };
    static constexpr size_t kShards = 64, kChanges = 1024;
    struct Shard {
        mutable std::mutex mutex;  // guards the rest
        Slots slots;
        std::list<std::string const*> turns;  // keys of `slots`, the next to be looked at by the hand first
        size_t bytes = 0;
        // Newest commit that changed any identifier of each hash class; an insertion read before it is refused.
        std::array<storage::Sequence, kChanges> changed_at{};
    };
    Shard& shard_of(size_t hash) { return *shards_[hash % kShards]; }
    static void drop(Shard& shard, Slots::iterator slot);
    static void make_room(Shard& shard, size_t bytes_max);

    size_t shard_bytes_max_;
    std::atomic<uint64_t> generation_{1};
    std::vector<std::unique_ptr<Shard>> shards_;
};

}  // namespace ingot::resolver
