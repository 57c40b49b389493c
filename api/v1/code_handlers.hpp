// /v1/codes (spec/identifiers.md 7.4, 7.6).
#pragma once

#include "api/handler.hpp"

namespace ingot::api::v1 {

// POST /v1/codes
Result<Change> allocate_codes(Call const& call, Services& services);
// GET /v1/codes?prefix=&state=&allocation=&q=
Result<net::Answer> list_codes(Call const& call, Services& services);
// POST /v1/codes/void: {"codes":[...],"reason":...}
Result<Change> void_codes(Call const& call, Services& services);
// POST /v1/codes/verify: {"text":...} or {"items":[...]}
Result<net::Answer> verify_codes(Call const& call, Services& services);

}  // namespace ingot::api::v1
