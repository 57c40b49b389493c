// Operations that wait for the committer: bounded, one entry a request, fair between enterprises. Thread safe.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <set>

#include "base/limits.hpp"
#include "storage/engine.hpp"

namespace ingot::storage {

struct Pending {
    Operation operation;
    Done done;
    std::string idempotency_key;     // whole meta key; empty: none
    uint32_t next_step = 0;          // steps before it are committed or refused for good
    bool housekeeping = false;       // the engine's own: no limits
    std::optional<Time> remembered;  // log time of the first group that stored something under the key
};

// What a group takes of one operation.
struct Share {
    std::unique_ptr<Pending> pending;
    uint32_t steps = 1;
};

class CommitQueue {
  public:
    CommitQueue(Limits const& limits, Clock const& clock) : limits_(limits), clock_(clock) {}

    // Takes the operation unless it must be refused: Busy (limits), BodyTooLarge, IdempotencyInFlight.
    std::optional<Error> push(std::unique_ptr<Pending>& pending);
    // The next group: at most group_operations_max steps or group_bytes_max, one larger operation alone, at most half
    // of it from one enterprise when others wait (security.md 19). Never waits; may be empty.
    std::vector<Share> take();
    // An operation with steps left goes to the back.
    void give_back(std::unique_ptr<Pending> pending);
    // Its key may be used again.
    void forget_key(Pending const& pending);
    std::vector<std::unique_ptr<Pending>> drain();
    void close();  // from now on push() answers ShuttingDown
    size_t size() const;
    // Since when operations wait and none was taken; Steady{} when none waits. Takes no lock.
    Steady waiting_since() const { return Steady(Steady::duration(waiting_since_.load(std::memory_order_relaxed))); }

    // Waits for work, a poke, or the time.
    void wait(std::chrono::milliseconds at_most);
    void poke();

  private:
    std::optional<Error> refusal(Pending const& pending) const;
    void date();  // what waits, waits from now on

    Limits const& limits_;
    Clock const& clock_;
    std::atomic<Steady::rep> waiting_since_{0};
    mutable std::mutex mutex_;
    std::condition_variable wake_;
    bool poked_ = false, closed_ = false;
    std::deque<std::unique_ptr<Pending>> queue_;
    std::map<std::string, size_t> owners_;  // operations waiting per enterprise
    std::set<std::string> keys_;            // in flight
    size_t bytes_ = 0;
};

}  // namespace ingot::storage
