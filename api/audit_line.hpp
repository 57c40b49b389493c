// The audit line that every change leaves (spec/security.md 17).
#pragma once

#include <string>

#include "api/routes.hpp"

namespace ingot::api {

// Who changed what, as the members the committer completes with seq, time and chain value; empty for the acts whose
// lines registry/ writes itself, with more in them.
std::string audit_line(Call const& call, Route const& route);

}  // namespace ingot::api
