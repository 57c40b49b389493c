#include "storage/space_guard.hpp"

#include <algorithm>

namespace ingot::storage {

SpaceGuard::SpaceGuard(StoreOptions const& options, Disk disk, EventSink events)
    : disk_(std::move(disk)), events_(std::move(events)), folder_(options.data_dir) {
    uint64_t total = disk_.total_bytes(folder_);
    reserve_ = options.reserve_bytes.value_or(std::min<uint64_t>(uint64_t(2) << 30, total / 8));
    ballast_ = options.ballast_bytes.value_or(std::min<uint64_t>(uint64_t(256) << 20, reserve_ / 4));
}

uint64_t SpaceGuard::free_bytes() const { return disk_.free_bytes(folder_).value_or(UINT64_MAX); }

void SpaceGuard::at_start() {
    if (free_bytes() < reserve_) drop_ballast();
}

bool SpaceGuard::room_for(uint64_t bytes) {
    uint64_t free = free_bytes();
    bool below = free < 2 * reserve_;
    if (below != below_soft_mark_ && events_)
        events_(below ? Severity::warning : Severity::info, below ? "storage-space-low" : "storage-space-fine",
                member("free_bytes", free) + "," + member("reserve_bytes", reserve_));
    below_soft_mark_ = below;
    return free >= bytes && free - bytes >= reserve_;
}

bool SpaceGuard::room_to_resume(uint64_t wal_bytes) const {
    uint64_t free = free_bytes();
    return free >= reserve_ + reserve_ / 4 && free >= 2 * wal_bytes;
}

void SpaceGuard::drop_ballast() {
    if (disk_.exists(ballast_path())) (void)disk_.remove(ballast_path());
}

void SpaceGuard::keep_ballast() {
    if (ballast_ == 0 || disk_.exists(ballast_path())) return;
    uint64_t free = free_bytes();
    if (free == UINT64_MAX || free < 2 * reserve_ || free < reserve_ + ballast_) return;
    if (!disk_.reserve(ballast_path(), ballast_)) drop_ballast();
}

}  // namespace ingot::storage
