// Issuing codes (spec/identifiers.md 7.4): counter, records, idempotency entry and leaves in one batch, so that after a
// crash all codes of a call exist or none, and no number is ever issued twice.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "registry/leaf_note.hpp"
#include "registry/registry.hpp"
#include "storage/record_table.hpp"

namespace ingot::registry {

struct AllocationRequest {
    std::string profile;           // name; empty = the default one of the prefix
    uint32_t profile_version = 0;  // 0 = the newest
    std::map<std::string, std::string> values;
    uint64_t count = 1;
    std::string template_version, station;
    std::vector<storage::RecordValue> record;  // empty: the codes stay reserved
};

struct Allocation {
    std::string id;  // al_...
    std::string profile;
    uint32_t version = 0;
    std::vector<std::string> codes;
    uint64_t from = 0, to = 0;  // first and last number issued
    uint64_t skipped = 0;       // numbers whose code existed already
    LeafNote log;               // one leaf a code, in the order of `codes`
};

// `allowed` is for Act::CodeAllocate under the prefix. ProfileViolation with every fault, TooManyItems above
// Settings::allocation_codes_max and above what one change may write, InvalidMember for a count of 0; when applied:
// CounterExhausted, CounterBlocked, Quota, State.
Result<storage::Operation> allocate_codes(Registry& registry, Authorised const& allowed, AllocationRequest request,
                                          Render<Allocation> render);

}  // namespace ingot::registry
