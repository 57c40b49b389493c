#include "storage/group_answers.hpp"

#include <algorithm>

namespace ingot::storage {
namespace {

Error full() {
    return retry(Code::StorageFull, "the disk is full; writing goes on when there is room",
                 "磁盘已满，腾出空间后恢复写入", 30);
}

// It was refused beside changes that may never be: "exists" would name something that is nowhere.
Error judged_by_lost(std::string const& detail) {
    return retry(
        Code::StorageUnavailable,
        "the changes this request was judged by could not be stored; nothing was done, repeat it (" + detail + ")",
        "判断所依据的更改未能保存；未做任何更改，请重试", 5);
}

Error unknown(std::string const& detail) {
    return retry(
        Code::OutcomeUnknown,
        "it is not known whether the change was stored; repeat it with the same Idempotency-Key (" + detail + ")",
        "无法确定更改是否已保存；请使用相同的 Idempotency-Key 重试", 5);
}

}  // namespace

Error retry(Code code, std::string detail, std::string detail_zh, int64_t seconds) {
    return Error{code, std::move(detail), std::move(detail_zh)}.with("retryAfterMs", seconds * 1000);
}

size_t GroupAnswers::changes() const {
    return static_cast<size_t>(std::count_if(
        all_.begin(), all_.end(), [](Decided const& one) { return one.result.has_value() && !one.result->replayed; }));
}

void GroupAnswers::name_commit(Sequence before) {
    for (auto& one : all_)
        if (one.rests == Rests::in_group) one.result->sequence = before;
}

// Earlier steps of a request of many items went with earlier groups: such a request is never "not done".

void GroupAnswers::refuse_full() {
    for (auto& one : all_)
        if (one.rests != Rests::on_store)
            one.result = fail(one.pending->next_step == 0 ? full() : unknown("the disk is full"));
}

void GroupAnswers::refuse_unknown(std::string const& detail) {
    for (auto& one : all_) {
        if (one.rests == Rests::on_store) continue;
        bool const nothing_done = one.rests == Rests::on_group && one.pending->next_step == 0;
        one.result = fail(nothing_done ? judged_by_lost(detail) : unknown(detail));
    }
}

void GroupAnswers::release(CommitQueue& queue) {
    for (auto& one : all_) {
        queue.forget_key(*one.pending);
        one.pending->done(std::move(one.result));
    }
    all_.clear();
}

}  // namespace ingot::storage
