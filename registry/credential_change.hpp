// Making and revoking API keys and the principals that hold them (spec/security.md 1, 2.3).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "registry/leaf_note.hpp"
#include "registry/registry.hpp"

namespace ingot::registry {

struct NewCredential {
    std::string name;  // of the principal; empty = the role
    Role role = Role::viewer;
    std::string prefix;             // canonical; its enterprise is the principal's. Empty for platform roles
    std::vector<std::string> acts;  // stations: the acts they may do; empty = all of the role
    std::optional<Time> expires;
};

struct CredentialMade {
    std::string key;  // shown once
    storage::CredentialRow credential;
    storage::PrincipalRow principal;
    LeafNote log;
};

// A new principal with one key. InvalidMember when role and prefix do not go together or an act is unknown;
// PrefixNotHosted. The key does not depend on the commit: a replayed answer shows the same one.
Result<storage::Operation> add_credential(Registry const& registry, Authorised const& allowed, NewCredential request,
                                          Render<CredentialMade> render);

struct CredentialRevoked {
    storage::CredentialRow credential;
    LeafNote log;
};

// NotFound; State for the last key of the last security_admin. Revoking twice changes nothing more.
Result<storage::Operation> revoke_credential(Registry const& registry, Authorised const& allowed, std::string id,
                                             Render<CredentialRevoked> render);

// The operations of Registry::initialise and Registry::add_administrator; `key` receives the API key.
storage::Operation first_administrator(Registry const& registry, std::string const& name, std::string& key);
storage::Operation another_administrator(Registry const& registry, std::string const& name, std::string& key);

}  // namespace ingot::registry
