// One commit group while it is being decided: the folded changes of its operations, their leaves and audit lines, and
// at the end everything as one batch with the commit record last (durability.md 2.1, transparency-log.md 3).
// Leaves, audit lines and the ordered log of a group can be read only after its commit. Committer thread only.
#pragma once

#include "storage/commit_record.hpp"
#include "storage/overlay.hpp"
#include "storage/rocks_store.hpp"

namespace ingot::storage {

// What the committer knows of the store without reading: rebuilt from it at every open.
struct Head {
    CommitRecord commit;
    AuditHead audit;
    LogHead log;
    StoreSettings settings;
};

class Group {
  public:
    // `base` and `head` outlive the group. `time`: log time of this commit. `untold`: registry keys changed by groups
    // before this one that observers have not been told of.
    Group(View const& base, Head const& head, Time time, Bytes audit_key, std::vector<std::string> untold = {})
        : base_(base), head_(head), time_(time), audit_key_(audit_key), untold_(std::move(untold)) {}

    // Runs one atomic step: folded in if it succeeds, without a trace if not.
    Result<void> step(std::function<Result<void>(Batch&)> const& change);

    Result<std::optional<std::string>> get(Space space, Bytes key) const;
    Overlay const& changes() const { return changes_; }
    Time time() const { return time_; }
    Sequence sequence() const { return head_.commit.sequence + 1; }
    bool empty() const { return changes_.empty() && leaves_.empty() && audits_.empty(); }

    // Writes the group into `out` and says what the head is after it. `chain_first`: oldest chain entry to keep.
    Head build(WriteGroup& out, Sequence chain_first);
    // Keys of the record and index spaces that the group changed; empties the group.
    std::vector<Row> take_changed_keys();

  private:
    class StepBatch;
    void build_changes(WriteGroup& out, ChangeSet& set);
    void build_leaves(WriteGroup& out, Head& head);
    void build_audits(WriteGroup& out, Head& head);

    View const& base_;
    Head const& head_;
    Time time_;
    Bytes audit_key_;
    std::vector<std::string> untold_;
    Overlay changes_;
    std::vector<Leaf> leaves_;
    std::vector<std::string> audits_;
};

// Keys of registry rows among the changes.
void append_registry_keys(Overlay const& changes, std::vector<std::string>& keys);

}  // namespace ingot::storage
