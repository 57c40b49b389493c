// The second half of a commit: a thread that brings groups, already durable in the store, into the anchor, and only
// then shows them and releases their answers (spec/durability.md 4.3). The committer decides and writes the next groups
// meanwhile; one slot speaks for every group that waits when it is written.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "storage/anchor.hpp"
#include "storage/group_answers.hpp"
#include "storage/rocks_store.hpp"

namespace ingot::storage {

// What readers see: the newest group that is durable in store and anchor.
struct ReadPoint {
    std::shared_ptr<RocksStore> store;
    std::shared_ptr<RocksStore::Snapshot const> at;
    Sequence sequence = 0;
};

// A group on its way out. Without a commit of its own it changed nothing and waits only for those before it.
struct WrittenGroup {
    std::optional<CommitRecord> commit;
    ReadPoint readable;
    std::vector<Row> changed_keys;
    GroupTimes times;  // of all but the anchor
    GroupAnswers answers;
};

class AnchorWriter {
  public:
    // `durable` runs on this thread, once a slot, in order, with the groups it speaks for: the newest commit is in
    // store and anchor. `failed` after a slot could not be written. Both outlive the writer; both are short.
    struct Events {
        std::function<void(std::vector<WrittenGroup>&, std::chrono::microseconds slot)> durable;
        std::function<void()> failed;
    };
    AnchorWriter(Anchor& anchor, Events events);
    ~AnchorWriter();  // writes what was submitted

    // The committer's side. Waits while kAheadMax groups are on their way.
    void submit(WrittenGroup group);
    // Everything that was submitted is durable.
    bool idle() const;
    // Until nothing is on its way; the anchor may be used by others then.
    void wait();
    // After a failure: why, and every group that did not get into the anchor. Groups that are submitted before this was
    // called share that end.
    struct Failure {
        Error error;
        std::vector<WrittenGroup> groups;
    };
    std::optional<Failure> take_failure();

  private:
    void run();
    Result<void> write_newest(std::vector<WrittenGroup> const& groups);

    Anchor& anchor_;
    Events events_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<WrittenGroup> waiting_;
    std::optional<Failure> failure_;
    size_t on_their_way_ = 0;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace ingot::storage
