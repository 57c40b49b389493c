#include "tracechain/cursor.hpp"

#include <algorithm>
#include <charconv>

#include "base/encoding.hpp"

namespace ingot::tracechain {

namespace {

constexpr size_t kIdBytes = 18;
constexpr std::string_view kMark = "w1.";

std::string cursor_of(std::string_view id, uint64_t number) {
    return std::string(kMark) + std::string(id) + "." + std::to_string(number);
}

struct Parsed {
    std::string_view id;
    uint64_t number = 0;
};

std::optional<Parsed> parse(std::string_view cursor) {
    size_t const dot = cursor.rfind('.');
    if (!cursor.starts_with(kMark) || dot < kMark.size()) return std::nullopt;
    Parsed out;
    out.id = cursor.substr(kMark.size(), dot - kMark.size());
    auto const bytes = from_base64url(out.id);
    char const *begin = cursor.data() + dot + 1, *end = cursor.data() + cursor.size();
    auto const [stop, error] = std::from_chars(begin, end, out.number);
    if (!bytes || bytes->size() != kIdBytes || error != std::errc() || stop != end || out.number < 2) {
        return std::nullopt;
    }
    return out;
}

tl::unexpected<Error> expired() {
    return fail(Code::CursorExpired,
                "this cursor was not asked for during 10 minutes, or its walk was let go to make room; ask the query "
                "again, a large one as application/x-ndjson",
                "游标已超过 10 分钟未使用，或为腾出空间已被释放；请重新查询，大结果请用 application/x-ndjson");
}

tl::unexpected<Error> no_cursor() {
    return fail(Code::BadCursor, "this is not a cursor of a trace answer; take `next` as it stands",
                "游标无效；请原样使用 next");
}

}  // namespace

struct WalkStore::Kept {
    std::string id, account, route;
    Time until{};      // with `bytes` guarded by the store
    size_t bytes = 0;  // as counted by the store

    std::mutex mutex;                   // guards what follows, held while a page is made
    std::unique_ptr<PagedAnswer> walk;  // null: every page is answered, or the walk failed
    std::deque<TracePage> pages;        // answered, without the first; the oldest go when the walk grows too large
    uint64_t first = 2;                 // number of pages.front()

    size_t weigh() const {
        size_t sum = sizeof(Kept) + (walk ? walk->bytes() : 0);
        for (TracePage const& page : pages) sum += sizeof(TracePage) + page.body.size();
        return sum;
    }
};

WalkStore::Ticket::~Ticket() {
    if (store_ == nullptr) return;
    std::lock_guard lock(store_->mutex_);
    auto found = store_->running_.find(account_);
    if (found != store_->running_.end() && --found->second == 0) store_->running_.erase(found);
}

Result<WalkStore::Ticket> WalkStore::enter(std::string_view account) {
    std::lock_guard lock(mutex_);
    auto found = running_.find(account);
    if (found == running_.end()) found = running_.emplace(account, 0).first;
    if (found->second >= limits_.running_max) {
        std::string const most = std::to_string(limits_.running_max);
        return fail(Code::RateLimit, most + " walks of this account are running; ask again when one has ended",
                    "该账户已有 " + most + " 个追溯查询在运行，请稍后再试");
    }
    ++found->second;
    return Ticket(*this, std::string(account));
}

size_t WalkStore::bytes() const {
    std::lock_guard lock(mutex_);
    return bytes_;
}

void WalkStore::let_go(Order::iterator kept) {
    bytes_ -= (*kept)->bytes;
    places_.erase((*kept)->id);
    order_.erase(kept);
}

// Every use renews the life of a walk, so the least recently used is also the first to expire.
void WalkStore::make_room(std::string_view account, Time now) {
    while (!order_.empty() && order_.front()->until < now) let_go(order_.begin());
    size_t held = 0;
    auto oldest = order_.end();
    for (auto at = order_.begin(); at != order_.end(); ++at) {
        if ((*at)->account != account) continue;
        if (++held == 1) oldest = at;
    }
    if (held > limits_.per_account_max) let_go(oldest);
}

void WalkStore::settle(Kept const& kept, size_t bytes) {
    std::lock_guard lock(mutex_);
    auto place = places_.find(kept.id);
    if (place == places_.end()) return;  // let go meanwhile
    bytes_ += bytes - (*place->second)->bytes;
    (*place->second)->bytes = bytes;
    if (bytes > std::min(limits_.walk_bytes_max, limits_.bytes_max)) let_go(place->second);
    while (bytes_ > limits_.bytes_max) let_go(order_.begin());
}

Result<TracePage> WalkStore::begin(std::unique_ptr<PagedAnswer> walk, Asker const& asker, storage::View const& view,
                                   Random& random, Time now) {
    auto kept = std::make_shared<Kept>();
    kept->id = to_base64url(random.bytes(kIdBytes));
    auto page = walk->page(view, cursor_of(kept->id, 2));
    if (!page || !page->more) return page;
    kept->account = asker.account;
    kept->route = asker.route;
    kept->until = now + Micros(kLifeUs);
    kept->walk = std::move(walk);
    size_t const bytes = kept->weigh();
    {
        std::lock_guard lock(mutex_);
        places_[kept->id] = order_.insert(order_.end(), kept);
        make_room(asker.account, now);
    }
    settle(*kept, bytes);
    return page;
}

Result<std::shared_ptr<WalkStore::Kept>> WalkStore::find(std::string_view id, Asker const& asker, Time now) {
    std::lock_guard lock(mutex_);
    auto place = places_.find(id);
    if (place == places_.end()) return expired();
    auto const kept = *place->second;
    if (kept->account != asker.account || kept->route != asker.route) {
        return fail(Code::NotFound, "no such walk is known here", "没有该查询");
    }
    if (kept->until < now) {
        let_go(place->second);
        return expired();
    }
    kept->until = now + Micros(kLifeUs);
    order_.splice(order_.end(), order_, place->second);
    return kept;
}

Result<TracePage> WalkStore::page(std::string_view cursor, Asker const& asker, storage::View const& view, Time now) {
    auto const parsed = parse(cursor);
    if (!parsed) return no_cursor();
    auto const kept = find(parsed->id, asker, now);
    if (!kept) return fail(kept.error());
    Result<TracePage> page = fail(Code::Internal);
    size_t bytes = 0;
    {
        std::lock_guard lock((*kept)->mutex);
        page = answer(**kept, parsed->number, view);
        bytes = (*kept)->weigh();
    }
    settle(**kept, bytes);
    return page;
}

Result<TracePage> WalkStore::answer(Kept& kept, uint64_t number, storage::View const& view) {
    if (number < kept.first) return expired();
    uint64_t const at = number - kept.first;
    if (at < kept.pages.size()) return kept.pages[at];
    if (at > kept.pages.size() || (!kept.pages.empty() && !kept.pages.back().more)) return no_cursor();
    if (!kept.walk) return expired();
    auto page = kept.walk->page(view, cursor_of(kept.id, number + 1));
    if (!page || !page->more) kept.walk.reset();
    if (!page) return page;
    kept.pages.push_back(*page);
    while (kept.pages.size() > 1 && kept.weigh() > limits_.walk_bytes_max) {
        kept.pages.pop_front();
        ++kept.first;
    }
    return page;
}

}  // namespace ingot::tracechain
