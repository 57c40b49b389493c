// Parameters of the trace queries (spec/trace-semantics.md 4.1): the query string of a GET or the JSON members of a
// POST, compared without case and underscores, read into tracechain::TraceQuery.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/handler.hpp"
#include "tracechain/query.hpp"

namespace ingot::api::v1 {

enum class TraceFormat : uint8_t { json, ndjson };

struct TraceCall {
    tracechain::TraceQuery query;
    TraceFormat format = TraceFormat::json;
    std::optional<std::string> cursor;  // goes on with a kept walk; nothing else is read then
};

// Parameters of the call, from its query string and, for a POST, from its JSON body (arrays repeat a name).
// Faults of the body: those of JsonBody.
Result<std::vector<Parameter>> trace_parameters(Call const& call, Limits const& limits);

// UnknownParameter, InvalidParameter (extras `parameter`, `reason`), InvalidIdentifier, BasisUnknown, ClassOnly,
// TooManyStarts, NotAcceptable (csv, epcis), NoPermission (limits above the default without export.run),
// NotImplemented (bounds).
Result<TraceCall> read_trace_call(Call const& call, Services const& services);

// One lot named by a parameter.
Result<tracechain::StartLot> read_lot_parameter(std::string_view text, Services const& services);

// The parameters of these (folded) names alone, into a query with the node's budgets; for routes with fewer. Failures:
// as read_trace_call.
Result<tracechain::TraceQuery> read_walk_parameters(Call const& call, Services const& services,
                                                    std::initializer_list<std::string_view> names);

// True when the caller may lift the size limits of walks (security.md 4.3).
bool may_export(registry::Principal const& principal);

// What the caller sees: the lots and events of its own prefixes.
tracechain::WalkTerms walk_terms(Call const& call, Services const& services);

}  // namespace ingot::api::v1
