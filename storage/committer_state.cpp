// What others see of the committer: the newest durable group, and how the store is.
#include "storage/committer.hpp"

namespace ingot::storage {

void Committer::publish(ReadPoint next, CommitRecord const& commit) {
    std::lock_guard lock(state_mutex_);
    std::swap(read_point_, next);  // the old one is released outside the lock if nobody else holds it
    health_.sequence = health_.anchor_sequence = commit.sequence;
    health_.tree_size = commit.tree_size();
    health_.log_time = commit.time;
}

State Committer::state() const {
    std::lock_guard lock(state_mutex_);
    return health_.state;
}

Health Committer::health() const {
    Health now;
    {
        std::lock_guard lock(state_mutex_);
        now = health_;
    }
    now.queued_operations = queue_.size();
    now.free_bytes = space_.free_bytes();
    now.reserve_bytes = space_.reserve_bytes();
    now.damaged_reads = damage_.reads();
    now.damaged_answers = damage_.answers();
    return now;
}

}  // namespace ingot::storage
