// Who and what the node knows of, in memory: enterprises, prefixes, principals, credentials, coding profiles. A
// published Directory is immutable; a change is taken by a copy, which shares all that stays, and swapped in whole, so
// that finding a prefix or a principal costs no store read and no lock, and a change costs what it touches.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ident/coding_profile.hpp"
#include "registry/principal.hpp"
#include "registry/shared_map.hpp"
#include "storage/registry_table.hpp"

namespace ingot::registry {

// A registered prefix with what is needed of its enterprise.
struct PrefixInfo {
    std::string prefix;   // canonical
    std::string display;  // as registered
    std::string enterprise, enterprise_name;
    uint64_t enterprise_version = 0;
    bool hosted = true;
    bool suspended = false;
    std::string referral_url;  // un-hosted: where to ask; may be empty
    std::string trace_mode;    // "strict", "tolerant" or empty
    std::string code_type, landing_redirect;
    uint64_t version = 1;
    Time created{}, changed{};
    std::vector<std::string> adopted;            // names of coding profiles, first = default
    std::vector<ident::CodingProfile> profiles;  // active ones, in the order they are tried
};

struct CredentialInfo {
    storage::CredentialRow row;
    std::shared_ptr<Principal const> principal;            // null when it does not exist or is closed
    std::shared_ptr<std::atomic<int64_t>> last_used_hour;  // hours since 1970, 0 = not since start; outlives swaps
};

struct ProfileInfo {
    ident::CodingProfile profile;
    bool used = false;
    Time created{};
};

class Directory {
  public:
    // Takes the value now under a key of Space::record; nothing = erased. Keys of other tables are ignored. Costs what
    // depends on the row, not what the directory holds. For a copy that nobody else reads yet. DataDamaged.
    Result<void> take(std::string_view key, std::optional<std::string> const& value);
    static bool concerns(std::string_view key);  // whether take() would do anything
    // A row could not be read or taken: what is not here may be there all the same (Registry::check_readable).
    void note_damage() { damaged_ = true; }
    bool damaged() const { return damaged_; }
    // Keeps counting last uses where an earlier directory has begun to.
    void keep_last_used(Directory const& before);

    // The registered prefix that `canonical` is or lies under: longest match by whole segments (security.md 4.2).
    // Null when there is none.
    std::shared_ptr<PrefixInfo const> prefix_of(std::string_view canonical) const;
    // That very prefix, registered.
    std::shared_ptr<PrefixInfo const> exact_prefix(std::string_view canonical) const;
    SharedMap<std::shared_ptr<PrefixInfo const>> const& prefixes() const { return prefixes_; }
    // The prefixes of an enterprise, in order.
    std::vector<std::shared_ptr<PrefixInfo const>> prefixes_of(std::string_view enterprise) const;

    storage::EnterpriseRow const* enterprise(std::string_view id) const { return enterprises_.find(id); }
    SharedMap<storage::EnterpriseRow> const& enterprises() const { return enterprises_; }

    CredentialInfo const* credential(std::string_view id) const { return credentials_.find(id); }
    SharedMap<CredentialInfo> const& credentials() const { return credentials_; }
    std::shared_ptr<Principal const> principal(std::string_view id) const;
    // Whether a live key of an active security_admin exists besides this one.
    bool administered_besides(std::string_view id, Time now) const;

    ProfileInfo const* profile(std::string_view prefix_or_star, std::string_view name, uint32_t version) const;
    // Whether any version of that name is stored for the scope.
    bool has_profile(std::string_view prefix_or_star, std::string_view name) const;
    SharedMap<ProfileInfo> const& profiles() const { return profiles_; }  // by whole key, 'F'...

  private:
    using Optional = std::optional<std::string>;
    Result<void> take_prefix(std::string_view key, Optional const& value);
    Result<void> take_enterprise(std::string_view key, Optional const& value);
    Result<void> take_principal(std::string_view key, Optional const& value);
    Result<void> take_credential(std::string_view key, Optional const& value);
    Result<void> take_profile(std::string_view key, Optional const& value);
    void put_principal(std::string_view id, std::shared_ptr<Principal const> principal);  // null = gone
    void put_credential(CredentialInfo info);
    void refresh_members(std::string_view enterprise);
    void refresh_profiles(std::string_view key);
    std::string first_prefix_of(std::string_view enterprise) const;
    std::vector<ident::CodingProfile> active_profiles(std::string_view prefix,
                                                      std::vector<std::string> const& names) const;

    SharedMap<std::shared_ptr<PrefixInfo const>> prefixes_;  // by canonical prefix
    SharedMap<storage::EnterpriseRow> enterprises_;
    SharedMap<std::shared_ptr<Principal const>> principals_;
    SharedMap<CredentialInfo> credentials_;
    SharedMap<ProfileInfo> profiles_;
    // Who belongs to whom: owner 0x00 owned.
    struct Nothing {};
    SharedMap<Nothing> held_;            // enterprise, prefix
    SharedMap<Nothing> members_;         // enterprise, principal
    SharedMap<Nothing> keys_;            // principal, credential
    SharedMap<Nothing> administrators_;  // credentials of principals that are security_admin
    bool damaged_ = false;
};

}  // namespace ingot::registry
