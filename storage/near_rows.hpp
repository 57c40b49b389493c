// The few rows that nearly every operation of the committer reads: prefixes, profiles, counters, quotas. Kept in memory
// and changed with every commit, so that deciding an assignment asks RocksDB for nothing but what may be there already.
// Committer thread only.
#pragma once

#include <unordered_map>

#include "storage/overlay.hpp"

namespace ingot::storage {

class NearRows {
  public:
    static bool keeps(Space space, Bytes key);

    // What is stored under a key of a kept kind; from `base` the first time.
    Result<std::optional<std::string>> get(View const& base, Space space, Bytes key);
    // A group was committed.
    void committed(Overlay const& changes);
    // The store was opened anew.
    void clear() { rows_.clear(); }

  private:
    std::unordered_map<std::string, std::optional<std::string>> rows_;  // by space and key
    std::string name_;  // of the row asked for; its memory is used again
};

// `base` with its near rows. Both outlive it.
class NearView final : public View {
  public:
    NearView(View const& base, NearRows& near) : base_(base), near_(near) {}
    Result<std::optional<std::string>> get(Space space, Bytes key) const override {
        return NearRows::keeps(space, key) ? near_.get(base_, space, key) : base_.get(space, key);
    }
    Result<std::vector<std::optional<std::string>>> multi_get(Space space,
                                                              std::span<std::string const> keys) const override {
        return base_.multi_get(space, keys);
    }
    Result<Page> scan(Range const& range) const override { return base_.scan(range); }
    Result<std::vector<Page>> multi_scan(std::span<Range const> ranges) const override {
        return base_.multi_scan(ranges);
    }
    Sequence sequence() const override { return base_.sequence(); }

  private:
    View const& base_;
    NearRows& near_;
};

}  // namespace ingot::storage
