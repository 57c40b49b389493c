// /v1/coding-profiles (spec/identifiers.md 7.1).
#pragma once

#include "api/handler.hpp"

namespace ingot::api::v1 {

// GET /v1/coding-profiles: those of the caller's prefixes and those for everyone
Result<net::Answer> list_profiles(Call const& call, Services& services);
// GET /v1/coding-profiles/{name}/{version}: the document, byte for byte
Result<net::Answer> get_profile(Call const& call, Services& services);
// PUT /v1/coding-profiles/{name}/{version}: the document
Result<Change> put_profile(Call const& call, Services& services);

}  // namespace ingot::api::v1
