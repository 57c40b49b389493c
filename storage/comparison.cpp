#include "storage/comparison.hpp"

#include "base/encoding.hpp"

namespace ingot::storage {
namespace {

Judgement degraded(std::string reason, std::string detail) {
    return {Verdict::degraded, std::move(reason), std::move(detail)};
}

std::string hex_of(StoreId const& id) { return to_hex({reinterpret_cast<char const*>(id.data()), id.size()}); }

std::string range(uint64_t from, uint64_t to) { return "[" + std::to_string(from) + ", " + std::to_string(to) + ")"; }

// Rows that end in exit 4: another folder's store, or none at all.
std::optional<Judgement> wrong_folder(AnchorState const& anchor, StoreFacts const& store) {
    if (!store.exists)
        return Judgement{Verdict::refuse, "store-lost",
                         "the anchor remembers " +
                             (anchor.newest ? "commit " + std::to_string(anchor.newest->sequence)
                                            : std::string("a published checkpoint")) +
                             " but the store is empty or absent; nothing was created"};
    if (anchor.newest && anchor.newest->store_id != store.commit.store_id)
        return Judgement{Verdict::refuse, "wrong-store",
                         "the anchor belongs to store " + hex_of(anchor.newest->store_id) + ", this is store " +
                             hex_of(store.commit.store_id)};
    if (anchor.checkpoint && !store.origin.empty() && anchor.checkpoint->origin != store.origin)
        return Judgement{
            Verdict::refuse, "wrong-store",
            "the anchor holds a checkpoint of " + anchor.checkpoint->origin + ", this log is " + store.origin};
    return {};
}

// One remembered (size, root) against the store.
std::optional<Judgement> against(uint64_t size, Digest const& root, CommitRecord const& commit,
                                 std::function<Result<Digest>(uint64_t)> const& root_at) {
    if (commit.tree_size() < size)
        return degraded("store-behind-anchor",
                        "acknowledged log entries " + range(commit.tree_size(), size) + " are missing from the store");
    auto at_size = root_at(size);
    if (!at_size) return degraded("log-damaged", at_size.error().detail);
    if (*at_size != root)
        return degraded("store-fork", "the log of the store has another root at size " + std::to_string(size) + ": " +
                                          to_hex(bytes_of(*at_size)) + " instead of " + to_hex(bytes_of(root)));
    return {};
}

}  // namespace

Judgement compare(AnchorState const& anchor, StoreFacts const& store,
                  std::function<Result<Digest>(uint64_t size)> const& root_at) {
    bool remembers = anchor.newest.has_value() || anchor.checkpoint_files;
    if (!store.exists && !remembers) return {Verdict::first_start, {}, {}};
    if (auto refused = wrong_folder(anchor, store)) return *refused;
    CommitRecord const& commit = store.commit;
    if (!store.log_damage.empty()) return degraded("log-damaged", store.log_damage);
    if (!store.chain_gap.empty())
        return degraded("store-gap", "commit groups are missing in the middle: " + store.chain_gap);
    if (!remembers || (!anchor.newest && !anchor.checkpoint))
        return degraded("anchor-missing", "the store holds commit " + std::to_string(commit.sequence) +
                                              " but the anchor is gone; see `ingot anchor adopt`");
    if (anchor.newest && anchor.newest->epoch != commit.epoch)
        return degraded("epoch-mismatch", "the anchor is in epoch " + std::to_string(anchor.newest->epoch) +
                                              ", the store in epoch " + std::to_string(commit.epoch));
    if (anchor.newest && anchor.newest->sequence > commit.sequence)
        return degraded("store-behind-anchor",
                        "acknowledged commit groups " + range(commit.sequence + 1, anchor.newest->sequence + 1) +
                            " and log entries " + range(commit.tree_size(), anchor.newest->tree_size) +
                            " are missing from the store");
    if (anchor.newest)
        if (auto bad = against(anchor.newest->tree_size, anchor.newest->root, commit, root_at)) return *bad;
    if (anchor.newest && commit.sequence == anchor.newest->sequence && commit.tree_size() != anchor.newest->tree_size)
        return degraded("store-fork", "commit " + std::to_string(commit.sequence) + " has " +
                                          std::to_string(commit.tree_size()) + " log entries instead of " +
                                          std::to_string(anchor.newest->tree_size));
    if (anchor.checkpoint)
        if (auto bad = against(anchor.checkpoint->tree_size, anchor.checkpoint->root, commit, root_at)) return *bad;
    if (!anchor.newest) return {Verdict::rebuild_journal, {}, {}};
    if (commit.sequence > anchor.newest->sequence) return {Verdict::write_slot, {}, {}};
    return {Verdict::open, {}, {}};
}

}  // namespace ingot::storage
