// What is stored of a request, so that its repeat has no second effect and gets the same answer
// (spec/durability.md 2.3; of requests of many steps: docs/decisions/0020).
#include "storage/committer.hpp"
#include "storage/log_keys.hpp"

namespace ingot::storage {
namespace {

Result<std::optional<IdempotencyEntry>> find_entry(Group const& group, std::string const& key,
                                                   Digest const& request_hash) {
    auto stored = group.get(Space::meta, key);
    if (!stored) return fail(stored.error());
    if (!*stored) return std::optional<IdempotencyEntry>();
    auto entry = decode_idempotency(**stored);
    if (!entry) return fail(entry.error());
    if (entry->request_hash != request_hash)
        return fail(Code::IdempotencyMismatch, "this Idempotency-Key was used for another request; use a new key",
                    "该 Idempotency-Key 已用于其他请求，请使用新的键");
    return std::optional<IdempotencyEntry>(std::move(*entry));
}

}  // namespace

// The stored answer of an earlier request with the same key, or why there is none to give. Nothing: it is to be
// carried out, from `next_step` on.
std::optional<Result<Committed>> Committer::answered_before(Pending& pending, Group& group) {
    if (pending.idempotency_key.empty()) return {};
    Operation const& operation = pending.operation;
    auto answer = find_entry(group, pending.idempotency_key, operation.request_hash);
    if (!answer) return Result<Committed>(fail(answer.error()));
    if (*answer && (*answer)->body_omitted)
        return Result<Committed>(fail(Code::Exists,
                                      "this request was carried out at " + format_time((*answer)->time, 3) +
                                          "; its answer was too large to be kept",
                                      "该请求已执行，但应答过大未保存"));
    if (*answer) return Result<Committed>(Committed{std::move((*answer)->reply), true, (*answer)->sequence});
    if (!operation.resume) return {};
    auto part = find_entry(group, part_key(pending.idempotency_key), operation.request_hash);
    if (!part) return Result<Committed>(fail(part.error()));
    if (!*part) return {};
    if (auto resumed = operation.resume((*part)->reply.body); !resumed) return Result<Committed>(fail(resumed.error()));
    pending.next_step = std::min((*part)->steps, operation.steps);
    pending.remembered = (*part)->time;
    return {};
}

// `entry` says what to answer, or with `steps` how far the request has come. Both count from the first group that
// stored something under the key.
void Committer::remember(Pending& pending, IdempotencyEntry entry, Batch& batch) const {
    if (pending.idempotency_key.empty()) return;
    std::string const part = part_key(pending.idempotency_key);
    bool const first = !pending.remembered;
    if (first) pending.remembered = batch.time();
    entry.request_hash = pending.operation.request_hash;
    entry.time = *pending.remembered;
    entry.sequence = batch.sequence();
    batch.put(Space::meta, entry.steps > 0 ? part : pending.idempotency_key, encode(entry));
    if (first) batch.put(Space::meta, idempotency_time_key(entry.time, pending.idempotency_key), {});
    if (!first && entry.steps == 0) batch.erase(Space::meta, part);
}

// With the group: the steps that are done, so that a repeat after a crash goes on behind them.
void Committer::keep_part(Pending& pending, Group& group) {
    if (pending.idempotency_key.empty() || !pending.operation.progress) return;
    (void)run_step(group, [&](Batch& batch) -> Result<void> {
        IdempotencyEntry entry;
        entry.reply.body = pending.operation.progress();
        entry.steps = pending.next_step;
        remember(pending, std::move(entry), batch);
        return {};
    });
}

}  // namespace ingot::storage
