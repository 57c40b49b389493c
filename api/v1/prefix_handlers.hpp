// /v1/prefixes and /v1/enterprises (spec/api-conventions.md 17.5).
#pragma once

#include "api/handler.hpp"

namespace ingot::api::v1 {

// GET /v1/prefixes
Result<net::Answer> list_prefixes(Call const& call, Services& services);
// GET /v1/prefixes/{prefix}
Result<net::Answer> get_prefix(Call const& call, Services& services);
// POST /v1/prefixes: {"prefix","name" | "enterprise","hosted","referral":{"url"},"codeType","traceMode","profiles"}
Result<Change> post_prefix(Call const& call, Services& services);
// PATCH /v1/prefixes/{prefix}: the same members but prefix and enterprise, and "suspended", "landingRedirect"
Result<Change> patch_prefix(Call const& call, Services& services);
// GET /v1/enterprises, GET /v1/enterprises/{id}
Result<net::Answer> list_enterprises(Call const& call, Services& services);
Result<net::Answer> get_enterprise(Call const& call, Services& services);

}  // namespace ingot::api::v1
