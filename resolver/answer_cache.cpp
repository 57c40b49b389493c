#include "resolver/answer_cache.hpp"

#include <algorithm>

namespace ingot::resolver {
namespace {

constexpr size_t kSlotBytes = 256;  // list node, hash node, strings' heads

size_t hash_of(std::string_view text) { return std::hash<std::string_view>()(text); }

}  // namespace

AnswerCache::AnswerCache(size_t bytes_max) : shard_bytes_max_(std::max<size_t>(bytes_max / kShards, 1)) {
    for (size_t i = 0; i < kShards; ++i) shards_.push_back(std::make_unique<Shard>());
}

std::shared_ptr<void const> AnswerCache::find(Dialect dialect, std::string_view canonical, std::string_view asked) {
    Shard& shard = shard_of(hash_of(canonical));
    std::lock_guard lock(shard.mutex);
    auto found = shard.by_name.find(canonical);
    if (found == shard.by_name.end()) return nullptr;
    Kept const& kept = found->second->kept[static_cast<size_t>(dialect)];
    if (!kept.answer || kept.asked != asked) return nullptr;
    shard.slots.splice(shard.slots.begin(), shard.slots, found->second);
    return kept.answer;
}

void AnswerCache::drop(Shard& shard, std::list<Slot>::iterator slot) {
    shard.bytes -= slot->bytes;
    shard.by_name.erase(slot->canonical);
    shard.slots.erase(slot);
}

void AnswerCache::insert(Dialect dialect, std::string_view canonical, std::string_view asked,
                         std::shared_ptr<void const> answer, size_t bytes, storage::Sequence read_at,
                         uint64_t generation) {
    size_t const hash = hash_of(canonical);
    Shard& shard = shard_of(hash);
    std::lock_guard lock(shard.mutex);
    if (generation != this->generation() || read_at < shard.changed_at[hash / kShards % kChanges]) return;
    auto found = shard.by_name.find(canonical);
    if (found == shard.by_name.end()) {
        shard.slots.emplace_front();
        Slot& slot = shard.slots.front();
        slot.canonical = canonical;
        slot.bytes = kSlotBytes + 2 * canonical.size();
        shard.bytes += slot.bytes;
        found = shard.by_name.emplace(slot.canonical, shard.slots.begin()).first;
    }
    Slot& slot = *found->second;
    Kept& kept = slot.kept[static_cast<size_t>(dialect)];
    size_t const now = bytes + asked.size();
    slot.bytes = slot.bytes - kept.bytes + now;
    shard.bytes = shard.bytes - kept.bytes + now;
    kept = {std::string(asked), std::move(answer), now};
    while (shard.bytes > shard_bytes_max_ && !shard.slots.empty()) drop(shard, std::prev(shard.slots.end()));
}

void AnswerCache::changed(std::string_view canonical, storage::Sequence at) {
    size_t const hash = hash_of(canonical);
    Shard& shard = shard_of(hash);
    std::lock_guard lock(shard.mutex);
    auto& newest = shard.changed_at[hash / kShards % kChanges];
    newest = std::max(newest, at);
    if (auto found = shard.by_name.find(canonical); found != shard.by_name.end()) drop(shard, found->second);
}

void AnswerCache::clear() {
    generation_.fetch_add(1, std::memory_order_acq_rel);
    for (auto& shard : shards_) {
        std::lock_guard lock(shard->mutex);
        shard->by_name.clear();
        shard->slots.clear();
        shard->bytes = 0;
    }
}

size_t AnswerCache::entries() const {
    size_t count = 0;
    for (auto const& shard : shards_) {
        std::lock_guard lock(shard->mutex);
        count += shard->slots.size();
    }
    return count;
}

}  // namespace ingot::resolver
