// Creating and changing prefixes with their enterprises (spec/identifiers.md 1, security.md 4.2).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "registry/etag.hpp"
#include "registry/leaf_note.hpp"
#include "registry/registry.hpp"

namespace ingot::registry {

struct NewPrefix {
    ident::Prefix prefix;
    std::string name;        // of the enterprise; needed unless `enterprise` is given
    std::string enterprise;  // en_... of an existing one; empty = a new one
    bool hosted = true;
    std::string referral_url;           // un-hosted: http or https, at most 2,048 bytes
    std::string code_type;              // empty = VAA under 88, else Handle
    std::string trace_mode;             // "", "strict", "tolerant"
    std::vector<std::string> profiles;  // empty = the default one
};

struct PrefixPatch {
    std::optional<bool> suspended, hosted;
    std::optional<std::string> referral_url, code_type, name, trace_mode, landing_redirect;
    std::optional<std::vector<std::string>> profiles;
};

struct PrefixChanged {
    storage::PrefixRow prefix;
    storage::EnterpriseRow enterprise;
    LeafNote log;
};

// Registers the prefix, its prefix record 0.NA/<prefix>, and its enterprise when new; adopts a coding profile.
// Exists; InvalidMember.
Result<storage::Operation> add_prefix(Registry const& registry, Authorised const& allowed, NewPrefix request,
                                      Render<PrefixChanged> render);

// Changes what the patch names. A new name of the enterprise goes into the prefix records of all its prefixes.
// NotFound, EtagRequired, EtagMismatch, InvalidMember.
Result<storage::Operation> change_prefix(Registry const& registry, Authorised const& allowed, std::string canonical,
                                         PrefixPatch patch, Precondition before, Render<PrefixChanged> render);

// ETag of a prefix for those who see all of it, and for everyone. What is shown of its enterprise is part of it.
std::string prefix_etag(std::string_view canonical, uint64_t version, uint64_t enterprise_version, Visibility level);

// The row as it stands. NotFound.
Result<storage::PrefixRow> read_prefix(storage::View const& view, std::string const& canonical);
// Stores the row, its version and the leaf over that.
void put_prefix(Registry const& registry, storage::Batch& batch, std::string const& canonical,
                storage::PrefixRow const& row, LeafNote& note);

}  // namespace ingot::registry
