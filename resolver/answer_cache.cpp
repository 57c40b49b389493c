#include "resolver/answer_cache.hpp"

#include <algorithm>

namespace ingot::resolver {
namespace {

constexpr size_t kSlotBytes = 320;  // hash node with its slot, list node

size_t hash_of(std::string_view text) { return std::hash<std::string_view>()(text); }

}  // namespace

AnswerCache::AnswerCache(size_t bytes_max) : shard_bytes_max_(std::max<size_t>(bytes_max / kShards, 1)) {
    for (size_t i = 0; i < kShards; ++i) shards_.push_back(std::make_unique<Shard>());
}

std::shared_ptr<void const> AnswerCache::find(Dialect dialect, std::string_view canonical, std::string_view asked) {
    Shard& shard = shard_of(hash_of(canonical));
    std::lock_guard lock(shard.mutex);
    auto found = shard.slots.find(canonical);
    if (found == shard.slots.end()) return nullptr;
    Slot& slot = found->second;
    Kept const& kept = slot.kept[static_cast<size_t>(dialect)];
    if (!kept.answer || asked != (kept.canonical_spelling ? canonical : kept.spelling)) return nullptr;
    slot.asked_again = true;
    return kept.answer;
}

void AnswerCache::drop(Shard& shard, Slots::iterator slot) {
    shard.bytes -= slot->second.bytes;
    shard.turns.erase(slot->second.turn);
    shard.slots.erase(slot);
}

void AnswerCache::make_room(Shard& shard, size_t bytes_max) {
    while (shard.bytes > bytes_max && !shard.turns.empty()) {
        auto slot = shard.slots.find(*shard.turns.front());
        if (!slot->second.asked_again) {
            drop(shard, slot);
            continue;
        }
        slot->second.asked_again = false;
        shard.turns.splice(shard.turns.end(), shard.turns, shard.turns.begin());
    }
}

void AnswerCache::insert(Dialect dialect, std::string_view canonical, std::string_view asked,
                         std::shared_ptr<void const> answer, size_t bytes, storage::Sequence read_at,
                         uint64_t generation) {
    size_t const hash = hash_of(canonical);
    Shard& shard = shard_of(hash);
    std::lock_guard lock(shard.mutex);
    if (generation != this->generation() || read_at < shard.changed_at[hash / kShards % kChanges]) return;
    auto [found, fresh] = shard.slots.try_emplace(std::string(canonical));
    Slot& slot = found->second;
    if (fresh) {
        slot.turn = shard.turns.insert(shard.turns.end(), &found->first);
        slot.bytes = kSlotBytes + canonical.size();
        shard.bytes += slot.bytes;
    }
    Kept& kept = slot.kept[static_cast<size_t>(dialect)];
    size_t const now = bytes + asked.size();
    slot.bytes = slot.bytes - kept.bytes + now;
    shard.bytes = shard.bytes - kept.bytes + now;
    bool const same = asked == canonical;
    kept = {std::move(answer), std::string(same ? "" : asked), same, now};
    make_room(shard, shard_bytes_max_);
}

void AnswerCache::changed(std::string_view canonical, storage::Sequence at) {
    size_t const hash = hash_of(canonical);
    Shard& shard = shard_of(hash);
    std::lock_guard lock(shard.mutex);
    auto& newest = shard.changed_at[hash / kShards % kChanges];
    newest = std::max(newest, at);
    if (auto found = shard.slots.find(canonical); found != shard.slots.end()) drop(shard, found);
}

void AnswerCache::clear() {
    generation_.fetch_add(1, std::memory_order_acq_rel);
    for (auto& shard : shards_) {
        std::lock_guard lock(shard->mutex);
        shard->slots.clear();
        shard->turns.clear();
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
