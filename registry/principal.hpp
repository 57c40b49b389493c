// Who is calling, whatever the door (spec/security.md 1). One request ends up with exactly one principal or anonymous.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace ingot::registry {

enum class Role : uint8_t {
    platform_admin = 1,
    security_admin = 2,
    operator_ = 3,
    viewer = 4,
    station = 5,
    partner = 6
};

struct Principal {
    std::string id;  // pr_...; empty = anonymous
    std::string name;
    std::string enterprise;  // en_...; empty for platform staff
    std::string prefix;      // first identifier prefix of the enterprise, canonical; empty for platform staff
    std::vector<Role> roles;
    std::vector<std::string> acts;  // stations: the acts they were enrolled for; empty = all of the role
    std::string credential;         // key id that authenticated
    std::string trace_mode;         // "strict", "tolerant" or empty: trace.mode of the enterprise
    bool active = true;

    bool anonymous() const { return id.empty(); }
    bool has(Role role) const {
        for (Role held : roles)
            if (held == role) return true;
        return false;
    }
};

}  // namespace ingot::registry
