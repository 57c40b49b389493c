// Where the counters of codes will likely stand, so that a call can be rendered and hashed before its turn in the
// committer. A guess: the counter itself is judged there, and a wrong guess costs the work again. Thread safe.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

namespace ingot::registry {

class ForeseenNumbers {
  public:
    std::optional<uint64_t> find(std::string const& counter_key) const {
        std::lock_guard lock(mutex_);
        auto found = numbers_.find(counter_key);
        return found == numbers_.end() ? std::nullopt : std::optional(found->second);
    }
    void set(std::string const& counter_key, uint64_t next) {
        std::lock_guard lock(mutex_);
        if (numbers_.size() >= kCountersMax) numbers_.clear();
        numbers_[counter_key] = next;
    }

  private:
    static constexpr size_t kCountersMax = 65'536;

    mutable std::mutex mutex_;
    std::unordered_map<std::string, uint64_t> numbers_;
};

}  // namespace ingot::registry
