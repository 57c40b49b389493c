#include "tracechain/cursor.hpp"

#include <algorithm>

#include "base/encoding.hpp"

namespace ingot::tracechain {

namespace {
constexpr size_t kCursorBytes = 18, kRememberedMax = 10'000;
constexpr std::string_view kMark = "w1.";
}  // namespace

WalkStore::Ticket::~Ticket() {
    if (store_ == nullptr) return;
    std::lock_guard lock(store_->mutex_);
    auto found = store_->running_.find(account_);
    if (found != store_->running_.end() && --found->second == 0) store_->running_.erase(found);
}

Result<WalkStore::Ticket> WalkStore::enter(std::string_view account) {
    std::lock_guard lock(mutex_);
    size_t& running = running_[std::string(account)];
    if (running >= kRunningMax) {
        return fail(Code::RateLimit, "4 walks of this account are running; ask again when one has ended",
                    "该账户已有 4 个追溯查询在运行，请稍后再试");
    }
    ++running;
    return Ticket(*this, std::string(account));
}

std::string WalkStore::make_cursor(Random& random) {
    return std::string(kMark) + to_base64url(random.bytes(kCursorBytes));
}

void WalkStore::expire(Time now) {
    for (auto& [cursor, kept] : kept_) {
        if (kept.until < now) kept.run.reset();
    }
    while (kept_.size() > kRememberedMax) {
        auto oldest = std::min_element(kept_.begin(), kept_.end(),
                                       [](auto const& a, auto const& b) { return a.second.number < b.second.number; });
        kept_.erase(oldest);
    }
}

// The oldest walk of the account gives way.
void WalkStore::make_room(std::string_view account) {
    size_t held = 0;
    Kept* oldest = nullptr;
    for (auto& [cursor, kept] : kept_) {
        if (kept.account != account || !kept.run) continue;
        ++held;
        if (oldest == nullptr || kept.number < oldest->number) oldest = &kept;
    }
    if (held >= kPerAccountMax && oldest != nullptr) oldest->run.reset();
}

void WalkStore::keep(std::string const& cursor, std::string_view account, std::string_view route,
                     std::unique_ptr<TraceRun> run, Time now) {
    std::lock_guard lock(mutex_);
    expire(now);
    make_room(account);
    Kept& kept = kept_[cursor];
    kept.account = account;
    kept.route = route;
    kept.until = now + Micros(kLifeUs);
    kept.number = next_number_++;
    if (run->bytes() <= kBytesMax) kept.run = std::move(run);
}

Result<std::unique_ptr<TraceRun>> WalkStore::take(std::string_view cursor, std::string_view account,
                                                  std::string_view route, Time now) {
    auto expired = [] {
        return fail(Code::CursorExpired, "this cursor is more than 10 minutes old; ask the query again",
                    "游标已过期，请重新查询");
    };
    if (!cursor.starts_with(kMark) || !from_base64url(cursor.substr(kMark.size()))) {
        return fail(Code::BadCursor, "this is not a cursor of a trace answer", "游标无效");
    }
    std::lock_guard lock(mutex_);
    expire(now);
    auto found = kept_.find(cursor);
    if (found == kept_.end()) return expired();
    if (found->second.account != account || found->second.route != route) {
        return fail(Code::NotFound, "no such walk is known here", "没有该查询");
    }
    if (!found->second.run) return expired();
    return std::move(found->second.run);
}

}  // namespace ingot::tracechain
