// Walks kept between the pages of an answer (spec/trace-semantics.md 4.1 "Partial answers"): 10 minutes, at most 64 an
// account and 64 MiB each. In memory only: after a restart a cursor is expired. Thread safe; nothing waits.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/crypto.hpp"
#include "tracechain/query_run.hpp"

namespace ingot::tracechain {

class WalkStore {
  public:
    static constexpr size_t kPerAccountMax = 64, kBytesMax = 64 * 1024 * 1024, kRunningMax = 4;
    static constexpr int64_t kLifeUs = 10LL * 60 * 1'000'000;

    // Counts one running walk of an account until it is destroyed.
    class Ticket {
      public:
        Ticket(WalkStore& store, std::string account) : store_(&store), account_(std::move(account)) {}
        Ticket(Ticket&& other) noexcept : store_(other.store_), account_(std::move(other.account_)) {
            other.store_ = nullptr;
        }
        Ticket& operator=(Ticket&&) = delete;
        ~Ticket();

      private:
        WalkStore* store_;
        std::string account_;
    };

    // RateLimit when the account already runs four walks.
    Result<Ticket> enter(std::string_view account);

    // A name for a page's `next`, before it is known whether it is needed.
    static std::string make_cursor(Random& random);

    // Keeps a walk under its cursor; a walk larger than 64 MiB is dropped at once and its cursor is expired.
    void keep(std::string const& cursor, std::string_view account, std::string_view route,
              std::unique_ptr<TraceRun> run, Time now);

    // The walk, to be kept again under a new cursor. BadCursor: no cursor of this kind. CursorExpired: too old, or
    // not known any more. NotFound: another account's or another route's.
    Result<std::unique_ptr<TraceRun>> take(std::string_view cursor, std::string_view account, std::string_view route,
                                           Time now);

  private:
    struct Kept {
        std::string account, route;
        std::unique_ptr<TraceRun> run;  // null: expired or taken, remembered to tell whose it was
        Time until{};
        uint64_t number = 0;
    };
    void expire(Time now);
    void make_room(std::string_view account);

    std::mutex mutex_;
    std::map<std::string, Kept, std::less<>> kept_;
    std::map<std::string, size_t, std::less<>> running_;
    uint64_t next_number_ = 0;
};

}  // namespace ingot::tracechain
