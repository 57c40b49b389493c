// A full disk, a failing disk, and the way back without an operator (spec/durability.md 5, 6).
#include "storage/clock_rules.hpp"
#include "storage/committer.hpp"

namespace ingot::storage {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

void Committer::set_state(State state, std::string reason, std::string detail) {
    {
        std::lock_guard lock(state_mutex_);
        if (health_.state == state && health_.reason == reason) return;
        health_.state = state;
        health_.reason = reason;
        health_.detail = detail;
        health_.since = clock_.now();
    }
    reopened_.notify_all();
    next_look_ = steady_clock::now() + (state == State::failed ? next_probe_wait() : options_.full_check);
    bool fine = state == State::open || state == State::reopening;
    std::string_view slug = state == State::full       ? "storage-full"
                            : state == State::failed   ? "storage-failed"
                            : state == State::degraded ? "store-degraded"
                            : state == State::open     ? "storage-open"
                                                       : "storage-reopening";
    emit(fine ? Severity::info : Severity::error, slug, member("reason", reason) + "," + member("detail", detail));
}

// After any error of the engine or the anchor the handle is done with: writing goes on only after a re-open.
void Committer::enter_failure(Error const& error) {
    needs_reopen_ = true;
    if (error.code == Code::StorageFull) {
        space_.drop_ballast();
        set_state(State::full, "storage-full", error.detail);
        return;
    }
    probes_ = 0;
    auto now = steady_clock::now();
    failures_.push_back(now);
    while (failures_.front() < now - 10min) failures_.pop_front();
    if (failures_.size() == 3) emit(Severity::error, "disk-unreliable", member("failures", uint64_t(failures_.size())));
    set_state(State::failed, "storage-failed", error.detail);
}

// Of the engine's own threads. One that comes while the store waits for room counts as well: the handle is done with
// all the same. In every other state it is closed before the next write, which empties the note.
void Committer::take_background_error() {
    State const now = state();
    if (now != State::open && now != State::full) return;
    std::optional<Error> error;
    {
        std::lock_guard lock(state_mutex_);
        error.swap(background_error_);
    }
    if (error) enter_failure(*error);
}

// 1, 2, 4 .. 30 s; 5 min from the third failure within 10 min on.
std::chrono::milliseconds Committer::next_probe_wait() {
    if (failures_.size() >= 3) return options_.first_probe * 300;
    return std::min(options_.first_probe * (1 << std::min(probes_, 5)), options_.first_probe * 30);
}

void Committer::watch_space() {
    if (steady_clock::now() < next_look_) return;
    next_look_ = steady_clock::now() + options_.full_check;
    if (!space_.room_to_resume(store_ ? store_->wal_bytes() : 0)) return;
    anchor_writer_.wait();  // what was written before the disk was full has ended
    take_anchor_failure();
    bool const reopened = needs_reopen_;
    if (needs_reopen_ && !reopen()) return;
    if (state() != State::degraded) set_state(State::open, {}, {});
    if (reopened) tell_reopened();
    space_.keep_ballast();
}

void Committer::watch_failure() {
    if (steady_clock::now() < next_look_) return;
    ++probes_;
    auto passed = disk_.probe(options_.data_dir);
    if (passed) passed = disk_.probe(anchor_.folder());
    if (passed && reopen()) {
        if (state() != State::degraded) set_state(State::open, {}, {});
        tell_reopened();
        return;
    }
    next_look_ = steady_clock::now() + next_probe_wait();
}

// A group whose outcome was unknown may be in force now: whoever keeps things in memory reads them again.
void Committer::tell_reopened() {
    if (observer_) observer_(head_.commit.sequence, {});
}

void Committer::watch_degraded() {
    if (steady_clock::now() < next_look_) return;
    next_look_ = steady_clock::now() + 60s;
    Health now = health();
    emit(Severity::error, "store-degraded", member("reason", now.reason) + "," + member("detail", now.detail));
}

// What readers no longer hold is released here, outside the lock.
void Committer::hide_store(State state) {
    ReadPoint hidden;
    std::lock_guard lock(state_mutex_);
    health_.state = state;
    std::swap(read_point_, hidden);
}

// Closes the store, makes recovery read the disk and not the cache, opens and checks it again. False: still failing, or
// full again; the state says which.
bool Committer::reopen() {
    anchor_writer_.wait();
    take_anchor_failure();
    State before = state();
    hide_store(State::reopening);
    if (store_) store_->close();
    store_.reset();
    anchor_.close();
    auto names = disk_.list(start_up_->store_folder());
    for (auto const& name : names ? *names : std::vector<std::string>{})
        if (name.ends_with(".log") || name.starts_with("MANIFEST"))
            disk_.forget_cached(start_up_->store_folder() + "/" + name);
    {
        std::lock_guard lock(state_mutex_);
        background_error_.reset();
    }
    auto opened = start_up_->open(anchor_, clock_.now());
    if (opened) {
        needs_reopen_ = false;
        adopt(std::move(*opened));
        return true;
    }
    if (opened.error().code == Code::RefusedToOpen)
        set_state(State::failed, "store-refused", opened.error().detail);
    else
        set_state(opened.error().code == Code::StorageFull ? State::full : before, "storage-reopen-failed",
                  opened.error().detail);
    return false;
}

// Against the log time of the store that is open now, whatever was said of the one before.
void Committer::judge_clock() {
    Time const now = clock_.now();
    bool const suspect = clock_suspect(now, head_.commit.time);
    {
        std::lock_guard lock(state_mutex_);
        if (health_.clock_suspect == suspect) return;
        health_.clock_suspect = suspect;
    }
    emit(Severity::warning, suspect ? "clock-suspect" : "clock-trusted", member("now", format_time(now, 3)));
}

void Committer::adopt(OpenedStore opened) {
    store_ = std::move(opened.store);
    head_ = std::move(opened.head);
    near_.clear();
    untold_.clear();
    written_.clear();
    journal_bytes_ = 0;
    flush_mark_ = 0;
    // Recovery has put everything it found into files, or it is in the WAL still: entries stay until the next flush.
    judge_clock();
    publish({store_, store_->snapshot(), head_.commit.sequence}, head_.commit);
    std::lock_guard lock(state_mutex_);
    health_.anchor_sequence = opened.anchor_sequence;
    if (opened.degraded.empty()) return;
    health_.state = State::degraded;
    health_.reason = opened.degraded;
    health_.detail = opened.detail;
    health_.since = clock_.now();
    reopened_.notify_all();
}

}  // namespace ingot::storage
