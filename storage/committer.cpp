#include "storage/committer.hpp"

#include <pthread.h>

#include <algorithm>

#include "storage/log_keys.hpp"

namespace ingot::storage {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr Sequence kChainTrimmedPerGroup = 256;

std::chrono::microseconds whole_us(steady_clock::duration time) {
    return std::chrono::duration_cast<std::chrono::microseconds>(time);
}

}  // namespace

Committer::Committer(StoreOptions options, Clock& clock, Random& random, EventSink events)
    : options_(std::move(options)),
      clock_(clock),
      random_(random),
      events_(std::move(events)),
      damage_(events_),
      disk_(options_.files),
      anchor_(disk_, options_.anchor_dir),
      space_(options_, disk_, events_),
      queue_(options_.limits, clock_),
      anchor_writer_(anchor_, {[this](auto& groups, auto slot) { show(groups, slot); }, [this] { queue_.poke(); }}) {}

Committer::~Committer() {
    stopping_ = true;
    queue_.poke();
    if (thread_.joinable())
        thread_.join();
    else
        finish();  // never started: what was queued is carried out all the same
}

Result<void> Committer::open() {
    if (auto ok = disk_.make_folder(options_.data_dir); !ok) return ok;
    auto lock = disk_.lock(options_.data_dir + "/ingot.lock");
    if (!lock) return fail(lock.error());
    lock_ = std::move(*lock);
    if (auto ok = disk_.check_owner_and_mode(options_.data_dir); !ok) return ok;
    space_.at_start();
    if (auto ok = disk_.empty_folder(options_.data_dir + "/tmp"); !ok) return ok;
    auto on_background_error = [this](Error error) {
        {
            std::lock_guard note(state_mutex_);
            background_error_ = std::move(error);
        }
        queue_.poke();
    };
    start_up_ = std::make_unique<StartUp>(options_, disk_, random_, events_, on_background_error,
                                          [this](Error const& error) { damage_.met_by_read(error); });
    auto opened = start_up_->open(anchor_, clock_.now());
    if (!opened) return fail(opened.error());
    adopt(std::move(*opened));
    if (state() == State::open) {
        space_.keep_ballast();
        submit_genesis();
    }
    next_sweep_ = std::chrono::steady_clock::now() + options_.sweep;
    return {};
}

void Committer::start(CommitObserver observer) {
    observer_ = std::move(observer);
    thread_ = std::thread([this] {
        pthread_setname_np(pthread_self(), "ingot-commit");
        run();
    });
}

void Committer::emit(Severity severity, std::string_view slug, std::string members) const {
    if (events_) events_(severity, slug, std::move(members));
}

void Committer::submit(Operation operation, Done done) {
    if (stopping_ || state() != State::open) {
        done(fail(refusal_of_state()));
        return;
    }
    auto pending = std::make_unique<Pending>();
    if (!operation.idempotency_key.empty())
        pending->idempotency_key = idempotency_key(operation.owner, operation.route, operation.idempotency_key);
    pending->operation = std::move(operation);
    pending->done = std::move(done);
    if (auto refused = queue_.push(pending)) pending->done(fail(std::move(*refused)));
}

Error Committer::refusal_of_state() const {
    Health now = health();
    if (stopping_ || now.state == State::closed)
        return {Code::ShuttingDown, "the node is shutting down", "节点正在关闭"};
    if (now.state == State::degraded)
        return {Code::Degraded, "nothing is written while the store is degraded (" + now.reason + "): " + now.detail,
                "存储处于降级状态（" + now.reason + "），暂停写入"};
    if (now.state == State::full)
        return retry(Code::StorageFull, "the disk is full; writing goes on when there is room",
                     "磁盘已满，腾出空间后恢复写入", 30);
    return retry(Code::StorageUnavailable, "the store cannot write now (" + now.reason + ")", "存储暂时无法写入", 5);
}

void Committer::run() {
    while (!stopping_) {
        queue_.wait(state() == State::open ? std::min<std::chrono::milliseconds>(options_.sweep, 1000ms)
                                           : std::min<std::chrono::milliseconds>(options_.full_check, 100ms));
        take_background_error();
        take_anchor_failure();
        switch (state()) {
            case State::open:
                judge_clock();
                commit_next_group();
                housekeeping();
                break;
            case State::full:
                watch_space();
                break;
            case State::failed:
            case State::reopening:
                watch_failure();
                break;
            case State::degraded:
                watch_degraded();
                break;
            case State::closed:
                break;
        }
        if (state() != State::open) refuse_all(queue_.drain());
    }
    finish();
}

// A planned stop: what is queued is still carried out, then memory goes to files.
void Committer::finish() {
    while (state() == State::open && queue_.size() > 0) {
        commit_next_group();
        take_anchor_failure();
    }
    anchor_writer_.wait();
    take_anchor_failure();
    bool clean = state() == State::open;
    {
        std::lock_guard lock(state_mutex_);
        health_.state = State::closed;
    }
    queue_.close();
    refuse_all(queue_.drain());
    if (!store_) return;
    if (clean) (void)store_->flush();
    hide_store(State::closed);
    store_->close();
    anchor_.close();
}

void Committer::refuse_all(std::vector<std::unique_ptr<Pending>> all) {
    for (auto& pending : all) {
        Error error = refusal_of_state();
        if (pending->next_step > 0) error.code = Code::OutcomeUnknown;
        pending->done(fail(std::move(error)));
    }
}

std::vector<std::string> Committer::untold_keys() {
    while (!untold_.empty() && untold_.front().sequence <= told_) untold_.pop_front();
    std::vector<std::string> keys;
    for (auto const& group : untold_) keys.insert(keys.end(), group.keys.begin(), group.keys.end());
    return keys;
}

Time Committer::log_time() const { return std::max(head_.commit.time, clock_.now()); }

void Committer::commit_next_group() {
    auto shares = queue_.take();
    if (shares.empty()) return;
    WrittenGroup out;
    group_began_ = steady_clock::now();
    RocksView stored(store_, nullptr, head_.commit.sequence);
    NearView base(stored, near_);
    Group group(base, head_, log_time(), options_.audit_key, untold_keys());
    for (auto& share : shares) decide(std::move(share), group, out.answers);
    if (group.empty())
        out.answers.name_commit(head_.commit.sequence);
    else if (!write_group(group, out))
        return out.answers.release(queue_);
    if (!out.commit && anchor_writer_.idle()) return out.answers.release(queue_);
    anchor_writer_.submit(std::move(out));
}

void Committer::decide(Share share, Group& group, GroupAnswers& answers) {
    Pending& pending = *share.pending;
    Operation const& operation = pending.operation;
    bool const alone = group.empty() && anchor_writer_.idle();
    auto answer = [&](Result<Committed> result, Rests rests) {
        answers.add(std::move(share.pending), std::move(result), rests);
    };
    auto answer_decided = [&](Result<Committed> result) {
        Rests rests = result ? Rests::in_group : alone && operation.steps == 1 ? Rests::on_store : Rests::on_group;
        answer(std::move(result), rests);
    };
    if (pending.next_step == 0) {
        if (operation.deadline != Steady{} && clock_.steady() > operation.deadline)
            return answer(fail(retry(Code::Busy, "the deadline passed while the change waited; nothing was done",
                                     "等待写入超时，未执行", 1)),
                          Rests::on_store);
        // A key is in flight once at a time: what is stored under it is durable.
        auto stored = answered_before(pending, group);
        if (stored) return answer(std::move(*stored), Rests::on_store);
    }
    if (operation.steps == 1) return answer_decided(apply_single(pending, group));
    for (uint32_t end = std::min(pending.next_step + share.steps, operation.steps); pending.next_step < end;
         ++pending.next_step)
        (void)run_step(group, [&](Batch& batch) { return operation.apply(batch, pending.next_step); });
    if (pending.next_step < operation.steps) {
        keep_part(pending, group);
        return queue_.give_back(std::move(share.pending));
    }
    answer_decided(apply_reply(pending, group));
}

Result<void> Committer::run_step(Group& group, std::function<Result<void>(Batch&)> const& change) {
    try {
        return group.step(change);
    } catch (std::exception const& bug) {
        emit(Severity::error, "operation-threw", member("what", bug.what()));
        return fail(Code::Internal, "an operation ended in an unexpected way; nothing was changed",
                    "内部错误，未做任何更改");
    }
}

Result<Committed> Committer::apply_single(Pending& pending, Group& group) {
    Operation const& operation = pending.operation;
    Committed committed;
    committed.sequence = group.sequence();
    auto done = run_step(group, [&](Batch& batch) -> Result<void> {
        if (auto ok = operation.apply(batch, 0); !ok) return ok;
        if (operation.reply) committed.reply = operation.reply(batch);
        if (!pending.idempotency_key.empty() && committed.reply.body.size() > options_.limits.replay_body_bytes_max)
            return fail(Code::TooManyItems,
                        "the answer would be larger than " + std::to_string(options_.limits.replay_body_bytes_max) +
                            " bytes and could not be repeated; ask for fewer items",
                        "应答过大，无法保存以供重放；请减少条目");
        remember(pending, {{}, committed.reply}, batch);
        return {};
    });
    if (done) return committed;
    if (operation.refused)
        (void)run_step(group, [&](Batch& batch) -> Result<void> {
            operation.refused(batch);
            return {};
        });
    return fail(done.error());
}

Result<Committed> Committer::apply_reply(Pending& pending, Group& group) {
    Committed committed;
    committed.sequence = group.sequence();
    auto done = run_step(group, [&](Batch& batch) -> Result<void> {
        if (pending.operation.reply) committed.reply = pending.operation.reply(batch);
        IdempotencyEntry entry{{}, committed.reply};
        entry.body_omitted = committed.reply.body.size() > options_.limits.replay_body_bytes_max;
        remember(pending, std::move(entry), batch);
        return {};
    });
    if (!done) return fail(done.error());
    return committed;
}

// Entries up to the flush mark are not needed to find a gap; never more than 65,536 are kept.
Sequence Committer::chain_first() const {
    Sequence next = head_.commit.sequence + 1;
    Sequence wanted = std::max(flush_mark_, next > kChainKept ? next - kChainKept + 1 : 1);
    return std::min(
        {std::max(wanted, head_.commit.chain_first), head_.commit.chain_first + kChainTrimmedPerGroup, next});
}

// One synced batch. False: it is not written, and the state says why.
bool Committer::write_group(Group& group, WrittenGroup& out) {
    WriteGroup rows;
    while (!written_.empty() && written_.front().engine_sequence <= store_->flushed_through()) {
        flush_mark_ = written_.front().group;
        journal_bytes_ -= written_.front().bytes;
        written_.pop_front();
    }
    Head next = group.build(rows, chain_first());
    if (!space_.room_for(rows.bytes())) {
        out.answers.refuse_full();
        set_state(State::full, "storage-full", "free space reached the reserve");
        return false;
    }
    auto const applied = steady_clock::now();
    if (auto done = store_->write(rows); !done) {
        anchor_writer_.wait();  // what was written before ends as it can
        out.answers.refuse_unknown(done.error().detail);
        enter_failure(done.error());
        return false;
    }
    out.times = {whole_us(applied - group_began_), whole_us(steady_clock::now() - applied), {}, out.answers.changes()};
    head_ = std::move(next);
    written_.push_back({head_.commit.sequence, store_->written_through(), rows.bytes()});
    journal_bytes_ += rows.bytes();
    near_.committed(group.changes());
    Untold untold{head_.commit.sequence, {}};
    append_registry_keys(group.changes(), untold.keys);
    if (!untold.keys.empty()) untold_.push_back(std::move(untold));
    out.commit = head_.commit;
    out.readable = {store_, store_->snapshot(), head_.commit.sequence};
    if (observer_) out.changed_keys = group.take_changed_keys();
    return true;
}

// On the anchor writer's thread, for groups that are durable in store and anchor: readers, observers, answers.
void Committer::show(std::vector<WrittenGroup>& groups, std::chrono::microseconds slot) {
    for (auto& group : groups) {
        if (!group.commit) continue;
        publish(std::move(group.readable), *group.commit);
        group.times.anchor = slot;
        if (options_.on_group) options_.on_group(group.times);
        if (!group.changed_keys.empty()) observer_(group.commit->sequence, group.changed_keys);
        told_ = group.commit->sequence;
    }
    for (auto& group : groups) group.answers.release(queue_);
}

void Committer::take_anchor_failure() {
    auto failure = anchor_writer_.take_failure();
    if (!failure) return;
    enter_failure(failure->error);
    for (auto& group : failure->groups) {
        group.answers.refuse_unknown(failure->error.detail);
        group.answers.release(queue_);
    }
}

Result<ReadPoint> Committer::read_point() const {
    std::unique_lock lock(state_mutex_);
    if (!reopened_.wait_for(lock, 2s, [&] { return health_.state != State::reopening; }))
        return fail(retry(Code::Busy, "the store is being re-opened", "存储正在重新打开", 1));
    if (!read_point_.store) return fail(retry(Code::StorageUnavailable, "the store is not open", "存储未打开", 5));
    return read_point_;
}

}  // namespace ingot::storage
