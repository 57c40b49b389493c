#include "registry/allocation.hpp"

#include <algorithm>
#include <deque>

#include "base/encoding.hpp"
#include "registry/invalid_member.hpp"
#include "registry/open_prefix.hpp"
#include "registry/profile_change.hpp"
#include "registry/record_values.hpp"

namespace ingot::registry {
namespace {

constexpr uint64_t kSkipsMax = 10'000;
constexpr uint64_t kTriedAtOnceMax = 1'024;
constexpr uint16_t kStored = 0x0101;

std::string canonical_text(std::string const& code) {
    return ident::default_case_rule() == ident::CaseRule::Insensitive ? to_upper_ascii(code) : code;
}

// One number ready to be written, if its code is free.
struct Item {
    uint64_t number = 0;
    std::string code, key, bytes;
    storage::Leaf leaf;
};

// Everything of a call that does not depend on the numbers.
struct Plan {
    std::string prefix;  // canonical
    ident::CodingProfile profile;
    ident::CodeRenderer renderer;
    storage::Record record;  // but for the identifier
    uint64_t count = 0;
    std::string counter_key;
};

}  // namespace

// One allocation inside the committer. What could be foreseen from the counter as it stood when the request came is
// rendered and hashed before (`ready`); when another call was faster the numbers are rendered here.
class AllocationRun {
  public:
    AllocationRun(Registry& registry, Plan plan) : registry_(registry), plan_(std::move(plan)) {}

    void foresee(uint64_t first) {
        uint64_t const last = plan_.renderer.last_number();
        for (uint64_t n = first; n <= last && ready_.size() < plan_.count; ++n) ready_.push_back(make(n));
    }

    Result<void> apply(storage::Batch& batch) {
        done_ = {};
        blocked_at_ = 0;
        if (auto open = check_open_prefix(batch, plan_.prefix); !open) return open;
        if (auto pinned = pin_profile(batch, plan_.profile); !pinned) return pinned;
        if (auto within = use_quota(batch); !within) return within;
        auto stored = storage::find_count(batch, plan_.counter_key);
        if (!stored) return fail(std::move(stored.error()));
        uint64_t next = *stored == 0 ? plan_.renderer.first_number() : *stored;
        std::vector<Item const*> chosen;
        std::deque<Item> made;  // a deque does not move its items: `chosen` points at them
        if (auto picked = choose(batch, next, made, chosen); !picked) return picked;
        registry_.foreseen_numbers().set(plan_.counter_key, next);
        for (Item const* item : chosen) write(batch, *item);
        batch.put(storage::Space::index, plan_.counter_key, storage::encode_count(next));
        finish(chosen);
        return {};
    }

    // The call is refused, and the counter keeps its progress (identifiers.md 7.4): a retry goes on behind it.
    void refused(storage::Batch& batch) {
        if (blocked_at_ == 0) return;
        registry_.foreseen_numbers().set(plan_.counter_key, blocked_at_);
        batch.put(storage::Space::index, plan_.counter_key, storage::encode_count(blocked_at_));
    }

    Allocation const& done() const { return done_; }

  private:
    std::string key_of(uint64_t number) const {
        std::string code;
        plan_.renderer.append(number, code);
        return storage::record_key_of_canonical(canonical_text(code));
    }

    Item make(uint64_t number) const {
        Item item;
        item.number = number;
        plan_.renderer.append(number, item.code);
        storage::Record record = plan_.record;
        record.identifier = item.code;
        std::string const canonical = canonical_text(item.code);
        item.key = storage::record_key_of_canonical(canonical);
        item.bytes = storage::encode(record);
        item.leaf = storage::make_leaf(registry_.random(), kStored, plan_.prefix, canonical, storage::Space::record,
                                       storage::history_key(item.key, 1), item.bytes);
        return item;
    }

    Item const* ready(uint64_t number) const {
        bool const there = !ready_.empty() && number >= ready_.front().number && number <= ready_.back().number;
        return there ? &ready_[number - ready_.front().number] : nullptr;
    }

    Item const* item_of(uint64_t number, std::deque<Item>& made) const {
        if (Item const* foreseen = ready(number)) return foreseen;
        made.push_back(make(number));
        return &made.back();
    }

    // Takes free numbers from `next` on until the call has enough. While numbers are taken already, twice as many are
    // looked at each time; only what is chosen is hashed.
    Result<void> choose(storage::Batch& batch, uint64_t& next, std::deque<Item>& made,
                        std::vector<Item const*>& chosen) {
        for (uint64_t ahead = 1; chosen.size() < plan_.count; ahead = std::min(2 * ahead, kTriedAtOnceMax)) {
            uint64_t const last = plan_.renderer.last_number();
            uint64_t const wanted = plan_.count - chosen.size();
            if (next > last || last - next + 1 < wanted) return exhausted(next);
            std::vector<std::string> keys(std::min(std::max(wanted, ahead), last - next + 1));
            for (size_t i = 0; i < keys.size(); ++i) {
                Item const* foreseen = ready(next + i);
                keys[i] = foreseen ? foreseen->key : key_of(next + i);
            }
            auto there = batch.multi_get(storage::Space::record, keys);
            if (!there) return fail(std::move(there.error()));
            for (size_t i = 0; i < keys.size() && chosen.size() < plan_.count; ++i, ++next) {
                if (!(*there)[i]) {
                    chosen.push_back(item_of(next, made));
                } else if (++done_.skipped > kSkipsMax) {
                    return blocked(next);
                }
            }
        }
        return {};
    }

    void write(storage::Batch& batch, Item const& item) {
        storage::put_record(batch, item.key, 1, item.bytes);
        if (plan_.count == 1) return add_leaf(batch, item.leaf, done_.log);  // the answer quotes its hash
        add_leaf_unhashed(batch, item.leaf, done_.log);
    }

    void finish(std::vector<Item const*> const& chosen) {
        done_.id = plan_.record.allocation;
        done_.profile = plan_.profile.name();
        done_.version = plan_.profile.version();
        done_.from = chosen.front()->number;
        done_.to = chosen.back()->number;
        done_.codes.reserve(chosen.size());
        for (Item const* item : chosen) done_.codes.push_back(item->code);
        if (done_.skipped == 0) return;
        std::lock_guard lock(registry_.codes_mutex_);
        registry_.skips_[plan_.prefix] += done_.skipped;
    }

    Result<void> use_quota(storage::Batch& batch) const {
        std::string const key = storage::code_quota_key(plan_.prefix, format_time(batch.time(), 0).substr(0, 10));
        auto used = storage::find_count(batch, key);
        if (!used) return fail(std::move(used.error()));
        uint64_t const most = registry_.settings().codes_per_prefix_day_max;
        if (*used + plan_.count > most) {
            Error error{Code::Quota, "today's codes of this prefix are used up", "该前缀今日的编码配额已用完"};
            return fail(error.with("limit", static_cast<int64_t>(most)));
        }
        batch.put(storage::Space::index, key, storage::encode_count(*used + plan_.count));
        return {};
    }

    static tl::unexpected<Error> exhausted(uint64_t next) {
        Error error{Code::CounterExhausted, "the counter of these values has not enough numbers left",
                    "该组合的流水号已不足"};
        return fail(error.with("position", static_cast<int64_t>(next)));
    }

    tl::unexpected<Error> blocked(uint64_t number) {
        blocked_at_ = number;
        std::lock_guard lock(registry_.codes_mutex_);
        registry_.skips_[plan_.prefix] += done_.skipped;
        return fail(Code::CounterBlocked, "10,000 numbers in a row are taken already: try again to go on behind them",
                    "连续 10000 个流水号已被占用，请重试以继续");
    }

    Registry& registry_;
    Plan plan_;
    std::vector<Item> ready_;  // consecutive numbers
    Allocation done_;
    uint64_t blocked_at_ = 0;  // where the search ended without enough; 0 = it did not
};

namespace {

Result<ident::CodingProfile> pick_profile(PrefixInfo const& prefix, AllocationRequest const& request) {
    std::string const& name =
        !request.profile.empty() || prefix.adopted.empty() ? request.profile : prefix.adopted.front();
    for (ident::CodingProfile const& profile : prefix.profiles)
        if (profile.name() == name && (request.profile_version == 0 || profile.version() == request.profile_version))
            return profile;
    Error error{Code::ProfileViolation, "the prefix uses no coding profile " + excerpt(name),
                "该前缀没有采用编码方案 " + excerpt(name)};
    error.faults.push_back({"/profile", "profile-violation", error.detail, error.detail_zh});
    return fail(std::move(error));
}

Result<void> check_count(uint64_t count, uint64_t most) {
    std::string const number = std::to_string(most);
    if (count > most) {
        Error error{Code::TooManyItems, "at most " + number + " codes a call", "每次最多分配 " + number + " 个编码"};
        return fail(error.with("limit", static_cast<int64_t>(most)));
    }
    if (count != 0) return {};
    return invalid_member("/count", "count must be 1 to " + number, "count 应为 1 至 " + number);
}

storage::Record record_of(Registry& registry, Authorised const& allowed, AllocationRequest& request,
                          ident::CodingProfile const& profile) {
    Time const now = registry.log_time();
    storage::Record record;
    record.state = request.record.empty() ? storage::RecordState::reserved : storage::RecordState::active;
    record.created = record.changed = now;
    record.changed_by = allowed.principal().id;
    record.allocation = make_object_id("al", to_millis(now), registry.random());
    record.profile = profile.name();
    record.profile_version = profile.version();
    record.template_version = std::move(request.template_version);
    record.station = std::move(request.station);
    record.values = std::move(request.record);
    return record;
}

// Where the counter will likely stand.
Result<uint64_t> foreseen_number(Registry& registry, Plan const& plan) {
    if (auto foreseen = registry.foreseen_numbers().find(plan.counter_key)) return *foreseen;
    auto view = registry.engine().view();
    if (!view) return fail(std::move(view.error()));
    auto next = storage::find_count(**view, plan.counter_key);
    if (!next) return next;
    return *next == 0 ? plan.renderer.first_number() : *next;
}

// What the call writes, known before the first code is rendered: a record stands in its row, in its history and in the
// ordered log. TooManyItems when it is more than one change may write.
Result<size_t> bytes_written(Plan const& plan) {
    constexpr size_t kMost = Limits{}.operation_bytes_max, kFixed = 1024;
    size_t const each = 600 + 3 * storage::encode(plan.record).size();
    size_t const fit = (kMost - kFixed) / each;
    if (plan.count <= fit) return kFixed + each * plan.count;
    std::string const number = std::to_string(fit);
    Error error{Code::TooManyItems, "with a record of this size at most " + number + " codes a call",
                "记录为此大小时，每次最多分配 " + number + " 个编码"};
    return fail(error.with("limit", static_cast<int64_t>(fit)));
}

}  // namespace

Result<storage::Operation> allocate_codes(Registry& registry, Authorised const& allowed, AllocationRequest request,
                                          Render<Allocation> render) {
    if (auto checked = check_count(request.count, registry.settings().allocation_codes_max); !checked)
        return fail(std::move(checked.error()));
    Time const now = registry.clock().now();
    auto info = registry.prefix_of(allowed.prefix());
    if (auto hosted = Registry::check_hosted(info.get()); !hosted) return fail(std::move(hosted.error()));
    auto profile = pick_profile(*info, request);
    if (!profile) return fail(std::move(profile.error()));
    auto prefix = ident::Prefix::parse(info->display);
    if (!prefix) return fail(std::move(prefix.error()));
    auto renderer = profile->renderer(*prefix, request.values, now);
    if (!renderer) return fail(std::move(renderer.error()));
    if (auto checked = check_values(request.record, registry.log_time(), "/record"); !checked)
        return fail(std::move(checked.error()));
    Plan plan{info->prefix,  *profile, std::move(*renderer), record_of(registry, allowed, request, *profile),
              request.count, {}};
    plan.counter_key = storage::code_counter_key(plan.prefix, profile->name(), plan.renderer.scope_key());
    auto first = foreseen_number(registry, plan);
    if (!first) return fail(std::move(first.error()));
    auto bytes = bytes_written(plan);
    if (!bytes) return fail(std::move(bytes.error()));
    auto run = std::make_shared<AllocationRun>(registry, std::move(plan));
    run->foresee(*first);
    storage::Operation operation;
    operation.bytes = *bytes;
    operation.apply = [run](storage::Batch& batch, uint32_t) { return run->apply(batch); };
    operation.refused = [run](storage::Batch& batch) { run->refused(batch); };
    operation.reply = [run, render = std::move(render)](storage::Batch&) { return render(run->done()); };
    return operation;
}

}  // namespace ingot::registry
