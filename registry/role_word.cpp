#include "registry/role_word.hpp"

namespace ingot::registry {
namespace {

constexpr Role kRoles[] = {Role::platform_admin, Role::security_admin, Role::operator_,
                           Role::viewer,         Role::station,        Role::partner};

}  // namespace

std::string_view word(Role role) {
    switch (role) {
        case Role::platform_admin:
            return "platform_admin";
        case Role::security_admin:
            return "security_admin";
        case Role::operator_:
            return "operator";
        case Role::viewer:
            return "viewer";
        case Role::station:
            return "station";
        case Role::partner:
            return "partner";
    }
    return "viewer";
}

std::optional<Role> role_of(std::string_view text) {
    for (Role role : kRoles)
        if (word(role) == text) return role;
    return std::nullopt;
}

bool is_platform(Role role) { return role == Role::platform_admin || role == Role::security_admin; }

}  // namespace ingot::registry
