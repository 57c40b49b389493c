// Rendered answers for anonymous callers, by canonical identifier and dialect, least recently used out first.
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
        std::string asked;
        std::shared_ptr<void const> answer;
        size_t bytes = 0;
    };
    struct Slot {
        std::string canonical;
        std::array<Kept, kDialects> kept;
        size_t bytes = 0;
    };
    static constexpr size_t kShards = 64, kChanges = 1024;
    struct Shard {
        mutable std::mutex mutex;                                                 // guards the rest
        std::list<Slot> slots;                                                    // most recently used first
        std::unordered_map<std::string_view, std::list<Slot>::iterator> by_name;  // views into `slots`
        size_t bytes = 0;
        // Newest commit that changed any identifier of each hash class; an insertion read before it is refused.
        std::array<storage::Sequence, kChanges> changed_at{};
    };
    Shard& shard_of(size_t hash) { return *shards_[hash % kShards]; }
    static void drop(Shard& shard, std::list<Slot>::iterator slot);

    size_t shard_bytes_max_;
    std::atomic<uint64_t> generation_{1};
    std::vector<std::unique_ptr<Shard>> shards_;
};

}  // namespace ingot::resolver
