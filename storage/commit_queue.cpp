#include "storage/commit_queue.hpp"

#include <algorithm>

namespace ingot::storage {

std::optional<Error> CommitQueue::refusal(Pending const& pending) const {
    size_t bytes = pending.operation.bytes;
    if (bytes > limits_.operation_bytes_max)
        return Error{Code::BodyTooLarge,
                     "the change would write " + std::to_string(bytes) + " bytes; at most " +
                         std::to_string(limits_.operation_bytes_max) + " are written in one",
                     "一次变更写入的数据过大"};
    if (queue_.size() >= limits_.commit_queue_operations_max ||
        (!queue_.empty() && bytes_ + bytes > limits_.commit_queue_bytes_max))
        return Error{Code::Busy, "too many changes wait to be written; try again", "等待写入的变更过多，请稍后重试"}
            .with("retryAfterMs", int64_t(1000));
    if (!pending.idempotency_key.empty() && keys_.contains(pending.idempotency_key))
        return Error{Code::IdempotencyInFlight, "a request with this Idempotency-Key is being carried out",
                     "相同 Idempotency-Key 的请求正在处理"}
            .with("retryAfterMs", int64_t(1000));
    return {};
}

std::optional<Error> CommitQueue::push(std::unique_ptr<Pending>& pending) {
    std::lock_guard lock(mutex_);
    if (closed_) return Error{Code::ShuttingDown, "the node is shutting down", "节点正在关闭"};
    if (!pending->housekeeping)
        if (auto refused = refusal(*pending)) return refused;
    if (!pending->idempotency_key.empty()) keys_.insert(pending->idempotency_key);
    bytes_ += pending->operation.bytes;
    owners_[pending->operation.owner] += 1;
    queue_.push_back(std::move(pending));
    if (queue_.size() == 1) date();
    wake_.notify_one();
    return {};
}

void CommitQueue::date() {
    waiting_since_.store(queue_.empty() ? 0 : clock_.steady().time_since_epoch().count(), std::memory_order_relaxed);
}

std::vector<Share> CommitQueue::take() {
    std::lock_guard lock(mutex_);
    struct Used {
        size_t operations = 0, bytes = 0;
    };
    std::map<std::string, Used> used;
    Used total;
    size_t half = owners_.size() > 1 ? 2 : 1;
    size_t const owner_operations = std::max<size_t>(1, limits_.group_operations_max / half);
    size_t const owner_bytes = limits_.group_bytes_max / half;
    std::vector<Share> group;
    for (auto it = queue_.begin(); it != queue_.end() && total.operations < limits_.group_operations_max;) {
        Operation const& operation = (*it)->operation;
        Used& own = used[operation.owner];
        size_t step_bytes = std::max<size_t>(1, operation.bytes / std::max(1u, operation.steps));
        size_t room_bytes = std::min(limits_.group_bytes_max - std::min(limits_.group_bytes_max, total.bytes),
                                     owner_bytes - std::min(owner_bytes, own.bytes));
        size_t steps =
            std::min({size_t(operation.steps - (*it)->next_step), limits_.group_operations_max - total.operations,
                      owner_operations - std::min(owner_operations, own.operations), room_bytes / step_bytes});
        if (group.empty()) steps = std::max<size_t>(steps, 1);
        if (steps == 0) {
            ++it;
            continue;
        }
        for (Used* counted : {&total, &own}) counted->operations += steps, counted->bytes += steps * step_bytes;
        bytes_ -= operation.bytes;
        if (auto owner = owners_.find(operation.owner); --owner->second == 0) owners_.erase(owner);
        group.push_back({std::move(*it), uint32_t(steps)});
        it = queue_.erase(it);
    }
    if (!group.empty()) date();
    return group;
}

void CommitQueue::give_back(std::unique_ptr<Pending> pending) {
    std::lock_guard lock(mutex_);
    bytes_ += pending->operation.bytes;
    owners_[pending->operation.owner] += 1;
    queue_.push_back(std::move(pending));
    if (queue_.size() == 1) date();
}

void CommitQueue::forget_key(Pending const& pending) {
    if (pending.idempotency_key.empty()) return;
    std::lock_guard lock(mutex_);
    keys_.erase(pending.idempotency_key);
}

std::vector<std::unique_ptr<Pending>> CommitQueue::drain() {
    std::lock_guard lock(mutex_);
    std::vector<std::unique_ptr<Pending>> all;
    for (auto& pending : queue_) {
        keys_.erase(pending->idempotency_key);
        all.push_back(std::move(pending));
    }
    queue_.clear();
    owners_.clear();
    bytes_ = 0;
    date();
    return all;
}

void CommitQueue::close() {
    std::lock_guard lock(mutex_);
    closed_ = true;
}

size_t CommitQueue::size() const {
    std::lock_guard lock(mutex_);
    return queue_.size();
}

void CommitQueue::wait(std::chrono::milliseconds at_most) {
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, at_most, [&] { return poked_ || !queue_.empty(); });
    poked_ = false;
}

void CommitQueue::poke() {
    std::lock_guard lock(mutex_);
    poked_ = true;
    wake_.notify_one();
}

}  // namespace ingot::storage
