// The one thread through which every change goes (spec/durability.md 2), and what it does when the disk is full or
// fails (5, 6). Readers use read_point(); they never take a lock the committer holds while it writes.
#pragma once

#include <atomic>
#include <thread>

#include "storage/anchor_writer.hpp"
#include "storage/damage_watch.hpp"
#include "storage/near_rows.hpp"
#include "storage/space_guard.hpp"
#include "storage/startup.hpp"

namespace ingot::storage {

class Committer {
  public:
    Committer(StoreOptions options, Clock& clock, Random& random, EventSink events);
    ~Committer();

    // Start-up steps 1 to 10. Once, first.
    Result<void> open();
    // Then the thread runs. Once: the observer never changes under it.
    void start(CommitObserver observer);
    void submit(Operation operation, Done done);
    // Waits up to 2 s while the store re-opens, then Busy; StorageUnavailable when it could not be opened again.
    Result<ReadPoint> read_point() const;
    Health health() const;
    Steady waiting_since() const { return queue_.waiting_since(); }
    void answered_damaged(Error const& error) { damage_.answered(error); }
    std::vector<StoreGauge> gauges() const;  // housekeeping.cpp

  private:
    // committer.cpp
    void run();
    void finish();
    void commit_next_group();
    void decide(Share share, Group& group, GroupAnswers& answers);
    Result<void> run_step(Group& group, std::function<Result<void>(Batch&)> const& change);
    Result<Committed> apply_single(Pending& pending, Group& group);
    Result<Committed> apply_reply(Pending& pending, Group& group);
    bool write_group(Group& group, WrittenGroup& out);
    void show(std::vector<WrittenGroup>& groups, std::chrono::microseconds slot);
    void take_anchor_failure();
    Sequence chain_first() const;
    Time log_time() const;
    std::vector<std::string> untold_keys();
    void refuse_all(std::vector<std::unique_ptr<Pending>> pending);
    Error refusal_of_state() const;
    void emit(Severity severity, std::string_view slug, std::string members = {}) const;

    // replay.cpp
    std::optional<Result<Committed>> answered_before(Pending& pending, Group& group);
    void remember(Pending& pending, IdempotencyEntry entry, Batch& batch) const;
    void keep_part(Pending& pending, Group& group);

    // committer_state.cpp
    void publish(ReadPoint next, CommitRecord const& commit);
    State state() const;

    // failure.cpp
    void set_state(State state, std::string reason, std::string detail);
    void enter_failure(Error const& error);
    void take_background_error();
    void watch_space();
    void watch_failure();
    void watch_degraded();
    bool reopen();
    void tell_reopened();
    void adopt(OpenedStore opened);
    void judge_clock();
    void hide_store(State state);
    std::chrono::milliseconds next_probe_wait();

    // housekeeping.cpp
    void housekeeping();
    void submit_genesis();
    void submit_sweep(std::string begin);
    void submit_audit_digest();

    StoreOptions options_;
    Clock& clock_;
    Random& random_;
    EventSink events_;
    DamageWatch damage_;
    Disk disk_;
    std::unique_ptr<FileLock> lock_;
    Anchor anchor_;
    std::unique_ptr<StartUp> start_up_;
    SpaceGuard space_;
    CommitQueue queue_;
    CommitObserver observer_;
    std::thread thread_;
    std::atomic<bool> stopping_{false};
    std::atomic<uint64_t> journal_bytes_{0};  // of `written_`
    std::atomic<Sequence> told_{0};           // observers know of groups up to it

    // committer thread only
    std::shared_ptr<RocksStore> store_;
    Head head_;
    struct Written {
        Sequence group = 0;
        uint64_t engine_sequence = 0;  // after it
        size_t bytes = 0;
    };
    std::deque<Written> written_;  // groups that are in the journal only, as far as the committer has looked
    Sequence flush_mark_ = 0;      // groups up to it are safe in files
    std::chrono::steady_clock::time_point group_began_{};
    NearRows near_;
    struct Untold {
        Sequence sequence = 0;
        std::vector<std::string> keys;
    };
    std::deque<Untold> untold_;  // registry rows of groups that observers may not have been told of
    bool needs_reopen_ = false;
    int probes_ = 0;
    std::deque<std::chrono::steady_clock::time_point> failures_;
    std::chrono::steady_clock::time_point next_look_{}, next_sweep_{};

    mutable std::mutex state_mutex_;
    mutable std::condition_variable reopened_;
    Health health_;
    ReadPoint read_point_;
    std::optional<Error> background_error_;

    AnchorWriter anchor_writer_;  // last: its thread uses what stands above
};

}  // namespace ingot::storage
