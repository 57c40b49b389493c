// What the node writes by itself: the genesis leaf, the hourly sweep of idempotency entries, the hourly audit digest.
#include <algorithm>

#include "storage/committer.hpp"
#include "storage/log_keys.hpp"

namespace ingot::storage {
namespace {

using namespace std::chrono_literals;

constexpr auto kIdempotencyKept = std::chrono::hours(7 * 24);
constexpr uint16_t kAuditDigest = 0x0401, kGenesis = 0x0501;

std::unique_ptr<Pending> housework(std::function<Result<void>(Batch&, uint32_t)> apply) {
    auto pending = std::make_unique<Pending>();
    pending->operation.apply = std::move(apply);
    pending->housekeeping = true;
    pending->done = [](Result<Committed> const&) {};
    return pending;
}

}  // namespace

void Committer::housekeeping() {
    auto now = std::chrono::steady_clock::now();
    if (now < next_sweep_ || state() != State::open) return;
    next_sweep_ = now + options_.sweep;
    submit_sweep();
    submit_audit_digest();
    space_.keep_ballast();
}

// The first leaf of every log: origin, epoch and store id, public.
void Committer::submit_genesis() {
    if (options_.origin.empty() || head_.commit.tree_size() != 0) return;
    auto const& id = head_.commit.store_id;
    std::string statement = "{" + member("origin", head_.log.origin) + "," + member("epoch", head_.log.epoch) + "," +
                            member("store_id", to_hex({reinterpret_cast<char const*>(id.data()), id.size()})) + "}";
    auto pending = housework([this, statement](Batch& batch, uint32_t) -> Result<void> {
        batch.put(Space::log, std::string(kGenesisKey), statement);
        batch.leaf(make_leaf(random_, kGenesis, "", "genesis", Space::log, std::string(kGenesisKey), statement));
        return {};
    });
    (void)queue_.push(pending);
}

// Entries older than seven days by log time, a thousand at a time; comes again while there are more. Log time never
// falls, so what is swept is behind for good: each step begins where the last one that was stored ended, and passes
// over no erased row twice.
void Committer::submit_sweep() {
    struct Step {
        std::string end;  // behind the last key it erased
        bool more = false;
    };
    auto step = std::make_shared<Step>();
    auto pending = housework([this, step](Batch& batch, uint32_t) -> Result<void> {
        Range old{Space::meta, std::max<std::string>("idemtime/", swept_),
                  idempotency_time_key(batch.time() - kIdempotencyKept, "idem/")};
        auto page = batch.scan(old);
        if (!page) return fail(page.error());
        for (auto const& row : page->rows) {
            if (auto entry = parse_idempotency_time_key(row.key)) batch.erase(Space::meta, entry->key);
            batch.erase(Space::meta, row.key);
        }
        if (!page->rows.empty()) step->end = page->rows.back().key + '\0';
        step->more = page->rest.has_value();
        return {};
    });
    pending->done = [this, step](Result<Committed> const& done) {
        if (!done) return;
        swept_ = std::max(swept_, step->end);
        if (step->more && !stopping_) submit_sweep();
    };
    (void)queue_.push(pending);
}

// Even the holder of the audit key cannot rewrite what a digest in the transparency log covers (security.md 17).
void Committer::submit_audit_digest() {
    if (head_.audit.sequence == head_.audit.digested) return;
    auto pending = housework([this](Batch& batch, uint32_t) -> Result<void> {
        auto stored = batch.get(Space::meta, kAuditHeadKey);
        if (!stored) return fail(stored.error());
        auto head = decode_audit_head(stored->value_or(""));
        if (!head) return fail(head.error());
        if (head->sequence == head->digested) return {};
        std::string statement = "{" + member("first", head->digested + 1) + "," + member("last", head->sequence) + "," +
                                member("value", to_hex(bytes_of(head->value))) + "}";
        std::string key = digest_statement_key(head->sequence);
        batch.put(Space::log, key, statement);
        batch.leaf(make_leaf(random_, kAuditDigest, "", std::to_string(head->sequence), Space::log, key, statement));
        batch.put(Space::meta, std::string(kAuditHeadKey),
                  encode(AuditHead{head->sequence, head->value, head->sequence}));
        return {};
    });
    (void)queue_.push(pending);
}

std::vector<StoreGauge> Committer::gauges() const {
    std::shared_ptr<RocksStore> store;
    {
        std::lock_guard lock(state_mutex_);
        store = read_point_.store;
    }
    return store ? store->gauges() : std::vector<StoreGauge>();
}

}  // namespace ingot::storage
