// /v1/credentials: API keys and who holds them (spec/security.md 2.3).
#pragma once

#include "api/handler.hpp"

namespace ingot::api::v1 {

// GET /v1/credentials: without the keys
Result<net::Answer> list_credentials(Call const& call, Services& services);
// POST /v1/credentials: {"role","prefix","name","acts","expires"}. The answer shows the key; a replay does not.
Result<Change> post_credential(Call const& call, Services& services);
// DELETE /v1/credentials/{id}: revoke
Result<Change> delete_credential(Call const& call, Services& services);

}  // namespace ingot::api::v1
