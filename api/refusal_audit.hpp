// Audit lines of refused requests at a bounded rate (spec/security.md 17): the first refusal of a kind is written at
// once, equal ones of the same caller become one line a minute with their count. A minute holds at most kKinds kinds;
// what is beyond is one line with the sum, so that a flood can neither fill the log nor keep the disk busy.
//
// Thread safe; never waits.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <unordered_map>

#include "api/audit_line.hpp"

namespace ingot::api {

class RefusalAudit {
  public:
    static constexpr size_t kKinds = 256;

    // `lost` is told how many lines the store would not take. Both outlive this.
    RefusalAudit(storage::Engine& engine, Clock& clock, std::function<void(uint64_t lines)> lost);

    // Whether a refusal for this reason is told: for want of a login or a right, not for what was only asked wrongly.
    static bool concerns(Code code);
    void note(Refusal const& refusal);
    // Writes what an ended minute has collected. Cheap when there is nothing to do: called with every answer.
    void tick();
    // Writes everything collected; for the end of the node.
    void flush();

  private:
    struct Kind {
        // Of the first refusal; the views of Refusal point here.
        std::string actor, credential, act, route, object, reason, address;
        uint64_t more = 0;  // equal refusals since
        Refusal refusal() const { return {actor, credential, act, route, object, reason, {}, address}; }
    };
    int64_t minute() const;
    std::vector<std::string> take_collected();  // under mutex_
    void write(std::vector<std::string> lines);

    storage::Engine& engine_;
    Clock& clock_;
    std::function<void(uint64_t)> lost_;
    std::atomic<int64_t> minute_{0};  // the one that is being collected
    std::mutex mutex_;                // guards the rest
    std::unordered_map<std::string, Kind> kinds_;
    uint64_t beyond_ = 0;
};

}  // namespace ingot::api
