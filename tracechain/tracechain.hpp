// The trace chain of the node: captures events and reads them back; walks are in tracechain/walk.hpp and read the same
// store. Spec: trace-semantics.md. Built once in app/node.cpp; every function is thread safe and none waits, but for
// rebuild_into(), which runs the target's committer.
#pragma once

#include <map>
#include <memory>

#include <optional>
#include <string_view>

#include "registry/principal.hpp"
#include "storage/engine.hpp"
#include "tracechain/account.hpp"
#include "tracechain/capture_terms.hpp"
#include "tracechain/cursor.hpp"
#include "tracechain/epcis_reader.hpp"
#include "tracechain/event_store.hpp"

namespace ingot::tracechain {

// Kind of event -> how many a request stored; filled before its answer.
using StoredKinds = std::map<std::string_view, uint64_t>;

struct CaptureRequest {
    ReadBody body;
    registry::Principal const& principal;
    std::optional<bool> rollback;  // on_error; nothing = by the form of the body (5.4)
    bool accept_tolerant = false;  // accept=tolerant: judge in the tolerant column, for who may override
    size_t bytes = 0;              // of the request body
    std::shared_ptr<StoredKinds> stored_kinds = {};  // filled if given
    bool chinese = false;                            // language of `detail` in refused rows
};

class Tracechain {
  public:
    // `owners` is called on worker threads.
    Tracechain(storage::Engine& engine, Clock& clock, Random& random, TraceSettings settings, OwnerLookup owners);

    // The operation that captures the events; its reply is the JSON of 5.4. Refused at once, with `results`: a rollback
    // document with an event that does not read. NoPermission: accept=tolerant without event.correct.
    Result<storage::Operation> capture(CaptureRequest request) const;

    // Own stations strict, others tolerant, unless trace.mode of the enterprise says otherwise (3.10).
    bool is_strict(registry::Principal const& principal) const;

    ReadTerms read_terms(bool strict) const;
    TraceSettings const& settings() const { return settings_; }
    OwnerLookup const& owners() const { return owners_; }
    storage::Engine& engine() const { return engine_; }
    Clock& clock() const { return clock_; }
    // Walks that wait for their next page. Thread safe.
    WalkStore& walks() { return walks_; }

    // Captures every event of `events` again, unit by unit as it was accepted, into an empty store. The derived part
    // of the target is then equal, byte for byte, to what a healthy store holds (1.7).
    Result<void> rebuild_into(storage::View const& events, storage::Engine& target) const;

  private:
    storage::Engine& engine_;
    Clock& clock_;
    Random& random_;
    TraceSettings settings_;
    OwnerLookup owners_;
    WalkStore walks_;
};

}  // namespace ingot::tracechain
