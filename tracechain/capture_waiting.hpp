// Error declarations that came before the event they declare (spec/trace-semantics.md 2.5): kept until it comes. How
// many of them an enterprise may have waiting is limited, since nothing else ends their wait.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "storage/engine.hpp"
#include "storage/event_table.hpp"
#include "tracechain/capture_terms.hpp"

namespace ingot::tracechain {

// Lives for one step of a capture, inside the committer.
class WaitingDeclarations {
  public:
    WaitingDeclarations(storage::Batch& batch, TraceSettings const& settings) : batch_(batch), settings_(settings) {}

    // The first declaration of the event that its own reporter sent before it; 0 = none. It waits no longer.
    Result<storage::EventSeq> take(std::string const& event_id, std::string const& reporter);

    // Lets a declaration wait; a second one of the same reporter changes nothing further. Quota: too many wait.
    Result<void> add(std::string const& event_id, std::string const& reporter, storage::EventSeq declaration);

    void flush();

  private:
    using Seqs = std::vector<storage::EventSeq>;
    Result<Seqs*> list(std::string const& event_id);
    Result<uint64_t*> count(std::string const& reporter);
    // Place of the reporter's declaration in the list; the end if there is none.
    Result<Seqs::iterator> find(Seqs& seqs, std::string const& reporter);

    storage::Batch& batch_;
    TraceSettings const& settings_;
    std::map<std::string, Seqs> lists_;             // by key
    std::map<std::string, uint64_t> counts_;        // by enterprise
    std::map<storage::EventSeq, std::string> own_;  // added by this step: reporter
    std::set<std::string> changed_;                 // keys of lists
};

}  // namespace ingot::tracechain
