// Enterprises, prefixes, principals, credentials, coding profiles and counters as stored (storage/registry.proto).
// All few but the counters: the registry keeps them in memory and reads them here at start and after a change.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/engine.hpp"

namespace ingot::storage {

struct PrefixRow {
    std::string prefix;      // display form
    std::string enterprise;  // en_...
    bool unhosted = false;   // its records live on the enterprise's own node
    bool suspended = false;
    std::string referral_url;  // where an un-hosted prefix answers; may be empty
    std::string code_type;     // spec/identifiers.md 1: Handle, OID, DID:BID, VAA, Ecode, GS1, none
    uint64_t version = 1;
    Time created{};
    Time changed{};
    std::string changed_by;
    std::vector<std::string> profiles;  // adopted coding profiles by name, first = default
    std::string landing_redirect;       // "any", "registered", "never"; empty = node default
    bool operator==(PrefixRow const&) const = default;
};

struct EnterpriseRow {
    std::string id;
    std::string name;
    std::string trace_mode;  // "strict", "tolerant" or empty
    uint64_t version = 1;
    Time created{};
    Time changed{};
    bool operator==(EnterpriseRow const&) const = default;
};

enum class PrincipalStatus : uint8_t { active = 1, suspended = 2, closed = 3 };

struct PrincipalRow {
    std::string id;
    std::string name;
    std::string enterprise;       // empty for platform staff
    std::vector<uint32_t> roles;  // registry::Role
    std::vector<std::string> acts;
    PrincipalStatus status = PrincipalStatus::active;
    Time created{};
    bool operator==(PrincipalRow const&) const = default;
};

struct CredentialRow {
    std::string id;  // the 10 characters of the key
    std::string principal;
    std::string mac;  // 32 bytes
    Time created{};
    Time expires{};
    Time revoked{};  // zero: not revoked
    std::string created_by;
    std::string revoked_by;
    bool operator==(CredentialRow const&) const = default;
};

struct ProfileRow {
    std::string json;
    bool used = false;  // an allocation was made with it: never changes again
    Time created{};
    std::string created_by;
    bool operator==(ProfileRow const&) const = default;
};

// Keys; texts canonical.
std::string prefix_key(std::string_view prefix);
std::string enterprise_key(std::string_view id);
std::string principal_key(std::string_view id);
std::string credential_key(std::string_view id);
std::string profile_key(std::string_view prefix_or_star, std::string_view name, uint32_t version);
std::string enterprise_principal_key(std::string_view enterprise, std::string_view principal);
// The counter of a scope (spec/identifiers.md 7.4: prefix, profile and scope values, not the profile version).
std::string code_counter_key(std::string_view prefix, std::string_view profile, std::string_view scope);
std::string code_quota_key(std::string_view prefix, std::string_view day);

// Which of these rows a key of Space::record belongs to.
enum class RegistryRow : uint8_t { other, enterprise, profile, prefix, principal, credential };
// In an order in which a row comes after what it names.
inline constexpr RegistryRow kRegistryRows[] = {RegistryRow::enterprise, RegistryRow::profile, RegistryRow::prefix,
                                                RegistryRow::principal, RegistryRow::credential};
RegistryRow registry_row(std::string_view key);
// All rows of a kind.
Range registry_rows(RegistryRow kind);
// All versions of a coding profile.
Range profile_versions(std::string_view prefix_or_star, std::string_view name);
// What follows the letter of the key: canonical prefix or id.
inline std::string_view name_in_key(std::string_view key) { return key.substr(1); }

// Rows above change in place; what a leaf of the transparency log points at is a copy of each version that never
// changes: 'G' key of the row 0x00 ~version(be64), Space::record.
std::string version_key(std::string_view row_key, uint64_t version);

struct ProfileKey {
    std::string prefix, name;
    uint32_t version = 0;
};
std::optional<ProfileKey> parse_profile_key(std::string_view key);

std::string encode(PrefixRow const& row);
std::string encode(EnterpriseRow const& row);
std::string encode(PrincipalRow const& row);
std::string encode(CredentialRow const& row);
std::string encode(ProfileRow const& row);
std::string encode_count(uint64_t count);  // CounterProto and QuotaProto

// DataDamaged when the bytes do not parse or stand under another's key.
Result<PrefixRow> decode_prefix(std::string_view key, Bytes value);
Result<EnterpriseRow> decode_enterprise(std::string_view key, Bytes value);
Result<PrincipalRow> decode_principal(std::string_view key, Bytes value);
// The part of a credential that the transparency log commits to: no MAC.
Result<CredentialRow> decode_public_credential(std::string_view key, Bytes value);
Result<CredentialRow> decode_credential(std::string_view key, Bytes value);
Result<ProfileRow> decode_profile(std::string_view key, Bytes value);
Result<uint64_t> decode_count(Bytes value);

// The count under a counter or quota key; 0 when there is none.
Result<uint64_t> find_count(View const& view, std::string const& key);

// Check V2 of spec/durability.md 8.2 for rows of Space::record 'P' 'E' 'A' 'K' 'F' 'G' and of Space::index 'c' 'q' 'a'.
Result<void> check_registry_row(Row const& row);

}  // namespace ingot::storage
