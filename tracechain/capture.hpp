// Capturing events: checks 3 to 11 of spec/trace-semantics.md 5.2 inside the committer, against the state they change,
// and every write that belongs to an event in one batch (5.5).
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "storage/engine.hpp"
#include "tracechain/capture_event.hpp"
#include "tracechain/capture_terms.hpp"

namespace ingot::tracechain {

enum class Outcome : uint8_t { not_attempted, stored, duplicate, refused, rolled_back };

// One entry of the answer (5.4).
struct CaptureResult {
    Outcome outcome = Outcome::not_attempted;
    std::string event_id;
    EventSeq seq = 0;
    int64_t record_time_us = 0;
    std::vector<storage::FactWarning> warnings;
    uint32_t flags = 0;
    uint64_t log_index = 0;
    std::optional<Error> error;
};

// The events of one request, shared by the steps of its operation.
struct CaptureUnit {
    std::vector<Prepared> events;
    std::vector<CaptureResult> results;  // one an event
    bool rollback = false;               // all or nothing: one step
    bool strict = false;
    bool chinese = false;                     // language of `detail` in refused rows
    TraceSettings const* settings = nullptr;  // outlives the operation
    std::shared_ptr<std::map<std::string_view, uint64_t>> stored_kinds = {};
};

// The operation; its reply is the JSON of 5.4. `bytes` = size of the request body.
storage::Operation capture_operation(std::shared_ptr<CaptureUnit> unit, size_t bytes);

// Applies some events of the unit as one atomic step and fills in their results. The error is that of the first
// refused event; nothing of the batch may be kept then.
Result<void> run_capture(storage::Batch& batch, CaptureUnit& unit, std::vector<size_t> const& indexes);
// The same for events that were accepted before (a rebuild): no checks; seqs and record times as in their facts.
Result<void> run_capture_again(storage::Batch& batch, CaptureUnit& unit, std::vector<size_t> const& indexes);

// Where the stored events stand in the transparency log; nothing when there are none, or entries of others between
// them: a long `proceed` request is committed in several groups. Every result has its own log_index.
struct LogRange {
    uint64_t first = 0, count = 0;
};
std::optional<LogRange> log_range(CaptureUnit const& unit);

// The members of 5.4 as JSON; `log` only when something was stored.
std::string results_json(CaptureUnit const& unit, Time time);
// The refusal of a document one event of which does not read: nothing was attempted.
Error refused_unread(CaptureUnit& unit);
// Refusal of a whole rollback document: the error of the first refused event, with `results` as an extra whose text
// is a JSON array.
Error rollback_error(CaptureUnit const& unit);

}  // namespace ingot::tracechain
