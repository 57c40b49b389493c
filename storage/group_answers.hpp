// The answers of a commit group: decided before it is written, released when it is durable (spec/durability.md 2.2).
#pragma once

#include <memory>
#include <vector>

#include "storage/commit_queue.hpp"

namespace ingot::storage {

// What an answer rests on. With a group that is not durable, only answers that rest on the store stand.
enum class Rests : uint8_t {
    on_store,  // decided on what is durable, or on the request alone
    on_group,  // refused beside changes that were not durable yet, which it may have seen
    in_group,  // its effect is in the group
};

class GroupAnswers {
  public:
    void add(std::unique_ptr<Pending> pending, Result<Committed> result, Rests rests) {
        all_.push_back({std::move(pending), std::move(result), rests});
    }
    // Answers that are new in the group; a repeat was carried out before.
    size_t changes() const;

    // The group changed nothing and is no commit of its own: its answers name the one before.
    void name_commit(Sequence before);
    // Nothing was written: the disk is full.
    void refuse_full();
    // What was accepted may be stored or not.
    void refuse_unknown(std::string const& detail);

    // Tells everybody; afterwards there is nobody left.
    void release(CommitQueue& queue);

  private:
    struct Decided {
        std::unique_ptr<Pending> pending;
        Result<Committed> result;
        Rests rests = Rests::on_store;
    };
    std::vector<Decided> all_;
};

// An error of `code` with the hint to come again.
Error retry(Code code, std::string detail, std::string detail_zh, int64_t seconds);

}  // namespace ingot::storage
