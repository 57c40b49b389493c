// Counts the damage that reads meet and says so in the log (spec/durability.md 7). Thread safe, lock-free.
#pragma once

#include <atomic>

#include "base/result.hpp"
#include "storage/event_sink.hpp"

namespace ingot::storage {

class DamageWatch {
  public:
    explicit DamageWatch(EventSink events) : events_(std::move(events)) {}
    // A value that the engine could not read, or that does not fit its checksum.
    void met_by_read(Error const& error);
    // A request that is answered `data-damaged`, for such a value or for a record that contradicts another.
    void answered(Error const& error);
    uint64_t reads() const { return reads_.load(std::memory_order_relaxed); }
    uint64_t answers() const { return answers_.load(std::memory_order_relaxed); }

  private:
    void tell(Error const& error);

    EventSink events_;
    std::atomic<uint64_t> reads_{0}, answers_{0};
    std::atomic<int64_t> next_told_ms_{0};  // steady clock: at most one event a second
};

}  // namespace ingot::storage
