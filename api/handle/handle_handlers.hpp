// Handle.Net-compatible resolution (spec/handle-rest.md 1 to 4.1) and the landing of scanned labels (6).
#pragma once

#include "api/handler.hpp"

namespace ingot::api::handle {

// GET and HEAD /api/handles/{handle}. Every outcome is an answer in the body of section 4.1, never a problem document.
Result<net::Answer> get_handle(Call const& call, Services& services);

// Any other path below /api/: 404 with the observed body.
Result<net::Answer> unknown_endpoint(Call const& call, Services& services);

// GET /{prefix}/{suffix...} and /{prefix}: redirect, page, or JSON when that is preferred.
Result<net::Answer> landing(Call const& call, Services& services);

}  // namespace ingot::api::handle
