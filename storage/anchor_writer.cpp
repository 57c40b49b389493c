#include "storage/anchor_writer.hpp"

#include "storage/startup.hpp"

namespace ingot::storage {
namespace {

constexpr size_t kAheadMax = 8;

}  // namespace

AnchorWriter::AnchorWriter(Anchor& anchor, Events events)
    : anchor_(anchor), events_(std::move(events)), thread_([this] { run(); }) {}

AnchorWriter::~AnchorWriter() {
    {
        std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

void AnchorWriter::submit(WrittenGroup group) {
    {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return on_their_way_ < kAheadMax; });
        if (failure_) {
            failure_->groups.push_back(std::move(group));
            return;
        }
        waiting_.push_back(std::move(group));
        ++on_their_way_;
    }
    changed_.notify_all();
}

bool AnchorWriter::idle() const {
    std::lock_guard lock(mutex_);
    return on_their_way_ == 0 && !failure_;
}

void AnchorWriter::wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return on_their_way_ == 0; });
}

std::optional<AnchorWriter::Failure> AnchorWriter::take_failure() {
    std::lock_guard lock(mutex_);
    return std::exchange(failure_, std::nullopt);
}

Result<void> AnchorWriter::write_newest(std::vector<WrittenGroup> const& groups) {
    for (auto group = groups.rbegin(); group != groups.rend(); ++group)
        if (group->commit) return anchor_.write(slot_of(*group->commit));
    return {};
}

void AnchorWriter::run() {
    using std::chrono::steady_clock;
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [&] { return !waiting_.empty() || stopping_; });
        if (waiting_.empty()) return;
        auto groups = std::exchange(waiting_, {});
        size_t const count = groups.size();
        lock.unlock();
        auto const began = steady_clock::now();
        auto written = write_newest(groups);
        if (written)
            events_.durable(groups, std::chrono::duration_cast<std::chrono::microseconds>(steady_clock::now() - began));
        lock.lock();
        on_their_way_ -= count;
        if (!written) {
            // Those that came meanwhile rest on these: they share their end.
            std::move(waiting_.begin(), waiting_.end(), std::back_inserter(groups));
            on_their_way_ -= std::exchange(waiting_, {}).size();
            failure_ = Failure{written.error(), std::move(groups)};
        }
        changed_.notify_all();
        if (written) continue;
        lock.unlock();
        events_.failed();
        lock.lock();
    }
}

}  // namespace ingot::storage
