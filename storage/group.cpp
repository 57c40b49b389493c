#include "storage/group.hpp"

#include "storage/log_entry.hpp"
#include "storage/log_keys.hpp"
#include "storage/registry_table.hpp"

namespace ingot::storage {

void append_registry_keys(Overlay const& changes, std::vector<std::string>& keys) {
    auto const& rows = changes.rows(Space::record);
    for (RegistryRow kind : kRegistryRows) {
        auto const all = registry_rows(kind);
        for (auto it = rows.lower_bound(all.begin); it != rows.end() && it->first < all.end; ++it)
            keys.push_back(it->first);
    }
}

// The batch of one step.
class Group::StepBatch final : public Batch {
  public:
    explicit StepBatch(Group const& group) : group_(group), view_(group.base_, {&group.changes_, &changes_}) {}

    Result<std::optional<std::string>> get(Space space, Bytes key) const override { return view_.get(space, key); }
    Result<std::vector<std::optional<std::string>>> multi_get(Space space,
                                                              std::span<std::string const> keys) const override {
        return view_.multi_get(space, keys);
    }
    Result<Page> scan(Range const& range) const override { return view_.scan(range); }
    Result<std::vector<Page>> multi_scan(std::span<Range const> ranges) const override {
        std::vector<Page> pages;
        pages.reserve(ranges.size());
        for (auto const& range : ranges) {
            auto page = view_.scan(range);
            if (!page) return fail(page.error());
            pages.push_back(std::move(*page));
        }
        return pages;
    }
    Sequence sequence() const override { return group_.sequence(); }
    void put(Space space, std::string key, std::string value) override {
        changes_.set(space, std::move(key), std::move(value));
    }
    void erase(Space space, std::string key) override { changes_.set(space, std::move(key), std::nullopt); }
    uint64_t leaf(Leaf leaf) override {
        leaves_.push_back(std::move(leaf));
        return group_.head_.commit.tree_size() + group_.leaves_.size() + leaves_.size() - 1;
    }
    void audit(std::string json_members) override { audits_.push_back(std::move(json_members)); }
    std::vector<std::string> untold_registry_keys() const override {
        auto keys = group_.untold_;
        append_registry_keys(group_.changes_, keys);
        append_registry_keys(changes_, keys);
        return keys;
    }
    Time time() const override { return group_.time_; }

    Overlay changes_;
    std::vector<Leaf> leaves_;
    std::vector<std::string> audits_;

  private:
    Group const& group_;
    LayeredView view_;
};

Result<void> Group::step(std::function<Result<void>(Batch&)> const& change) {
    StepBatch batch(*this);
    if (auto done = change(batch); !done) return done;
    changes_.fold(std::move(batch.changes_));
    std::move(batch.leaves_.begin(), batch.leaves_.end(), std::back_inserter(leaves_));
    std::move(batch.audits_.begin(), batch.audits_.end(), std::back_inserter(audits_));
    return {};
}

Result<std::optional<std::string>> Group::get(Space space, Bytes key) const {
    return LayeredView(base_, {&changes_}).get(space, key);
}

void Group::build_changes(WriteGroup& out, ChangeSet& set) {
    for (size_t i = 0; i < kSpaces; ++i) {
        auto space = Space(i);
        for (auto const& [key, value] : changes_.rows(space)) {
            if (!value) {
                out.erase(space, key);
                append_change(set.changes, space, ChangeKind::erase, key, {});
            } else {
                out.put(space, key, *value);
                append_change(set.changes, space, written_once(space, key) ? ChangeKind::put_by_key : ChangeKind::put,
                              key, *value);
            }
        }
    }
}

void Group::build_leaves(WriteGroup& out, Head& head) {
    auto put_node = [&](uint8_t level, uint64_t n, Digest const& hash) {
        out.put(Space::log, node_key(level, n), bytes_of(hash));
    };
    std::string entry, ref;
    for (auto const& leaf : leaves_) {
        if (leaf.kind == kAuditDigest) head.audit.digested = number_after("statement/audit/", leaf.key).value_or(0);
        uint64_t index = head.commit.frontier.size();
        entry.clear();
        append_log_entry(entry, leaf.kind, time_, leaf.commitment);
        head.commit.frontier.append(leaf_hash(entry), put_node);
        entry += leaf.salt;
        out.put(Space::log, entry_key(index), entry);
        encode_ref(leaf, ref);
        out.put(Space::log, ref_key(index), ref);
        out.put(Space::log, own_key(leaf.owner, index), {});
    }
}

void Group::build_audits(WriteGroup& out, Head& head) {
    for (auto const& given : audits_) {
        Bytes members = given;
        if (members.starts_with('{')) members = members.substr(1, members.size() - 2);
        head.audit.sequence += 1;
        std::string line =
            "{\"seq\":" + std::to_string(head.audit.sequence) + ",\"time\":\"" + format_time(time_, 3) + '"';
        if (!members.empty()) (line += ',') += members;
        line += '}';
        head.audit.value = audit_value(audit_key_, head.audit.value, line);
        line += bytes_of(head.audit.value);
        out.put(Space::log, audit_key(head.audit.sequence), line);
    }
    if (head.audit != head_.audit) out.put(Space::meta, kAuditHeadKey, encode(head.audit));
}

Head Group::build(WriteGroup& out, Sequence chain_first) {
    Head head = head_;
    ChangeSet set;
    set.time = time_;
    set.first_leaf = head.commit.tree_size();
    set.leaves = leaves_.size();
    set.first_audit = head.audit.sequence + 1;
    set.audits = audits_.size();
    build_changes(out, set);
    build_leaves(out, head);
    build_audits(out, head);

    CommitRecord& commit = head.commit;
    commit.sequence += 1;
    commit.time = time_;
    commit.root = commit.frontier.root();
    for (; commit.chain_first < chain_first; ++commit.chain_first)
        out.erase(Space::meta, chain_key(commit.chain_first));
    out.put(Space::log, change_key(commit.sequence), encode(set));
    out.put(Space::meta, chain_key(commit.sequence), encode(ChainLink{commit.tree_size(), time_}));
    out.put(Space::meta, kCommitKey, encode(commit));
    return head;
}

std::vector<Row> Group::take_changed_keys() {
    std::vector<Row> keys;
    for (Space space : {Space::record, Space::index}) {
        auto& map = changes_.rows(space);
        keys.reserve(keys.size() + map.size());
        while (!map.empty()) keys.push_back({std::move(map.extract(map.begin()).key()), {}});
    }
    return keys;
}

}  // namespace ingot::storage
