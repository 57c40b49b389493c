// Free space of the data folder: hard and soft marks, and the ballast that is given up when the disk is full
// (spec/durability.md 5). Used by the committer thread; free_bytes() by any.
#pragma once

#include "storage/disk.hpp"
#include "storage/event_sink.hpp"
#include "storage/rocks_engine.hpp"

namespace ingot::storage {

class SpaceGuard {
  public:
    SpaceGuard(StoreOptions const& options, Disk disk, EventSink events);

    // Deletes the ballast when free space is below the watermark (start-up step 3).
    void at_start();
    bool room_for(uint64_t bytes);  // a group of so many bytes leaves at least the reserve; tells of the soft mark
    bool room_to_resume(uint64_t wal_bytes) const;
    void drop_ballast();
    void keep_ballast();  // makes it when there is plenty of room
    uint64_t free_bytes() const;
    uint64_t reserve_bytes() const { return reserve_; }

  private:
    std::string ballast_path() const { return folder_ + "/ballast"; }

    Disk disk_;
    EventSink events_;
    std::string folder_;
    uint64_t reserve_ = 0, ballast_ = 0;
    bool below_soft_mark_ = false;
};

}  // namespace ingot::storage
