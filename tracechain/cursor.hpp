// Walks kept between the pages of an answer (spec/trace-semantics.md 4.1 "Partial answers"). A cursor names one page of
// one walk: asked again it answers the same bytes. A walk and its pages live for 10 minutes after they were last asked
// for; at most 64 an account, 64 MiB each, and `bytes_max` in all, then the least recently used goes first. In memory
// only: after a restart a cursor is expired. Thread safe; a page waits for the page before it of the same walk.
#pragma once

#include <deque>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/crypto.hpp"
#include "base/limits.hpp"
#include "tracechain/paged_answer.hpp"

namespace ingot::tracechain {

struct WalkStoreLimits {
    size_t running_max = 4;  // of an account at once: limits.walks_per_principal
    size_t per_account_max = 64;
    size_t walk_bytes_max = 64 * 1024 * 1024;
    size_t bytes_max = 256 * 1024 * 1024;  // of all accounts: limits.walks_memory
    static WalkStoreLimits from(Limits const& limits) {
        WalkStoreLimits out;
        out.running_max = limits.walks_per_principal_max;
        out.bytes_max = limits.walks_bytes_max;
        return out;
    }
};

class WalkStore {
  public:
    static constexpr int64_t kLifeUs = 10LL * 60 * 1'000'000;

    explicit WalkStore(WalkStoreLimits limits = {}) : limits_(limits) {}

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

    // RateLimit when the account already runs as many walks as it may.
    Result<Ticket> enter(std::string_view account);

    // Whose walk, and on which route: a cursor works for no other.
    struct Asker {
        std::string_view account, route;
    };

    // The first page; the walk is kept when there is more.
    Result<TracePage> begin(std::unique_ptr<PagedAnswer> walk, Asker const& asker, storage::View const& view,
                            Random& random, Time now);

    // The page a cursor names. BadCursor: no cursor of this kind. CursorExpired: too old, let go to make room, or not
    // known any more. NotFound: another account's or another route's. Else the failures of the walk, which ends it.
    Result<TracePage> page(std::string_view cursor, Asker const& asker, storage::View const& view, Time now);

    size_t bytes() const;  // held now

  private:
    struct Kept;
    using Order = std::list<std::shared_ptr<Kept>>;  // least recently used first
    Result<std::shared_ptr<Kept>> find(std::string_view id, Asker const& asker, Time now);
    Result<TracePage> answer(Kept& kept, uint64_t number, storage::View const& view);
    void settle(Kept const& kept, size_t bytes);
    void make_room(std::string_view account, Time now);
    void let_go(Order::iterator kept);

    WalkStoreLimits limits_;
    mutable std::mutex mutex_;  // guards what follows; never held while a page is made
    Order order_;
    std::map<std::string, Order::iterator, std::less<>> places_;
    size_t bytes_ = 0;
    std::map<std::string, size_t, std::less<>> running_;
};

}  // namespace ingot::tracechain
