#include "tracechain/capture.hpp"

#include <algorithm>

#include "tracechain/flags.hpp"

namespace ingot::tracechain {

namespace {

// A whole document was refused: what had been judged is rolled back.
void roll_back(CaptureUnit& unit) {
    for (CaptureResult& result : unit.results) {
        if (result.outcome == Outcome::refused) continue;
        result.outcome = result.seq != 0 ? Outcome::rolled_back : Outcome::not_attempted;
    }
}

// One event of a `proceed` request. The answer is made of the rows, whatever became of the step: a step that failed,
// for the store's reason or by a bug, was refused and nothing else.
Result<void> run_event(storage::Batch& batch, CaptureUnit& unit, uint32_t step) {
    CaptureResult& result = unit.results[step];
    auto refuse = [&](Error error) {
        CaptureResult refused;
        refused.event_id = unit.events[step].event_id;
        refused.outcome = Outcome::refused;
        refused.error = std::move(error);
        result = std::move(refused);
    };
    try {
        auto done = run_capture(batch, unit, {step});
        if (!done && result.outcome != Outcome::refused) refuse(done.error());
        return done;
    } catch (...) {
        refuse({Code::Internal,
                "capturing the event ended in an unexpected way; nothing of it was stored, send it again",
                "登记该事件时发生内部错误，未保存任何内容，请重新提交"});
        throw;  // the committer writes it down
    }
}

Result<void> run_step(storage::Batch& batch, CaptureUnit& unit, uint32_t step) {
    if (!unit.rollback) return run_event(batch, unit, step);
    std::vector<size_t> all(unit.events.size());
    for (size_t i = 0; i < all.size(); ++i) all[i] = i;
    auto done = run_capture(batch, unit, all);
    if (done) return done;
    bool const judged = std::any_of(unit.results.begin(), unit.results.end(),
                                    [](CaptureResult const& result) { return result.outcome == Outcome::refused; });
    if (!judged) return done;  // the store failed, not the event
    roll_back(unit);
    return tl::unexpected(rollback_error(unit));
}

storage::Reply reply_of(CaptureUnit const& unit, storage::Batch& batch) {
    storage::Reply reply;
    reply.body = results_json(unit, batch.time());
    for (size_t i = 0; i < unit.results.size(); ++i)
        if (unit.stored_kinds && unit.results[i].outcome == Outcome::stored && unit.events[i].event)
            ++(*unit.stored_kinds)[name(unit.events[i].event->kind)];
    if (auto const range = log_range(unit)) {
        reply.log_index = std::to_string(range->first);
        if (range->count > 1) reply.log_index += "-" + std::to_string(range->first + range->count - 1);
    }
    return reply;
}

}  // namespace

storage::Operation capture_operation(std::shared_ptr<CaptureUnit> unit, size_t bytes) {
    unit->results.resize(unit->events.size());
    storage::Operation operation;
    // In an operation of one step a refusal refuses the whole; `proceed` answers rows also for one event: an empty step
    // more.
    auto const steps = static_cast<uint32_t>(unit->events.size());
    operation.steps = unit->rollback || steps == 0 ? 1 : std::max(steps, 2u);
    operation.bytes = 1024 + bytes * 3;
    operation.apply = [unit](storage::Batch& batch, uint32_t step) -> Result<void> {
        if (step >= unit->events.size()) return {};
        return run_step(batch, *unit, step);
    };
    operation.reply = [unit](storage::Batch& batch) { return reply_of(*unit, batch); };
    return operation;
}

}  // namespace ingot::tracechain
