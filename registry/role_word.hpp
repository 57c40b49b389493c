// Roles as words: platform_admin, security_admin, operator, viewer, station, partner (spec/security.md 1).
#pragma once

#include <optional>
#include <string_view>

#include "registry/principal.hpp"

namespace ingot::registry {

std::string_view word(Role role);
std::optional<Role> role_of(std::string_view word);
// Platform staff belong to no enterprise; every other role needs one.
bool is_platform(Role role);

}  // namespace ingot::registry
