// /v1/identifiers and /v1/resolve (spec/api-conventions.md 17.1, identifiers.md 4 to 7).
#pragma once

#include "api/handler.hpp"

namespace ingot::api::v1 {

// GET /v1/identifiers/{prefix}/{suffix...}   view=record, values, history
Result<net::Answer> get_identifier(Call const& call, Services& services);
// PUT: {"values":[...]} or {"record":{...}}, "template"
Result<Change> put_identifier(Call const& call, Services& services);
// PATCH: JSON Merge Patch of values, record, state, template
Result<Change> patch_identifier(Call const& call, Services& services);
// DELETE: withdraw
Result<Change> delete_identifier(Call const& call, Services& services);
// POST /v1/identifiers: one {"identifier", "values" | "record", "template"} or many
Result<Change> post_identifiers(Call const& call, Services& services);
// GET /v1/identifiers?prefix=&q=&template=&state=&view=summary|full
Result<net::Answer> list_identifiers(Call const& call, Services& services);
// POST /v1/resolve: identifiers as texts or {"id":...}
Result<net::Answer> resolve_identifiers(Call const& call, Services& services);

}  // namespace ingot::api::v1
