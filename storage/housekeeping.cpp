// What the node writes by itself: the genesis leaf, the hourly sweep of idempotency entries, the hourly audit digest.
#include "storage/committer.hpp"
#include "storage/log_keys.hpp"

namespace ingot::storage {
namespace {

using namespace std::chrono_literals;

constexpr auto kIdempotencyKept = std::chrono::hours(7 * 24);
constexpr uint16_t kGenesis = 0x0501;

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
    submit_sweep("idemtime/");
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

// Entries older than seven days by log time, a thousand at a time; comes again while there are more. Each step begins
// where the one before it ended, so that none passes over the rows erased before.
void Committer::submit_sweep(std::string begin) {
    struct Step {
        std::string end;  // behind the last key it erased
        bool more = false;
    };
    auto step = std::make_shared<Step>();
    auto pending = housework([begin, step](Batch& batch, uint32_t) -> Result<void> {
        Range old{Space::meta, begin, idempotency_time_key(batch.time() - kIdempotencyKept, "idem/")};
        auto page = batch.scan(old);
        if (!page) return fail(page.error());
        std::vector<std::string> parts;
        for (auto const& row : page->rows) {
            batch.erase(Space::meta, row.key);
            auto entry = parse_idempotency_time_key(row.key);
            if (!entry) continue;
            batch.erase(Space::meta, entry->key);
            parts.push_back(part_key(entry->key));
        }
        auto half_done = batch.multi_get(Space::meta, parts);
        if (!half_done) return fail(half_done.error());
        for (size_t i = 0; i < parts.size(); ++i)
            if ((*half_done)[i]) batch.erase(Space::meta, parts[i]);
        if (!page->rows.empty()) step->end = page->rows.back().key + '\0';
        step->more = page->rest.has_value();
        return {};
    });
    pending->done = [this, step](Result<Committed> const& done) {
        if (done && step->more && !stopping_) submit_sweep(step->end);
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
    if (!store) return {};
    auto gauges = store->gauges();
    gauges.push_back({"wal_bytes", {}, journal_bytes_.load()});
    return gauges;
}

}  // namespace ingot::storage
