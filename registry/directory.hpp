// Who and what the node knows of, in memory: enterprises, prefixes, principals, credentials, coding profiles. One
// Directory is immutable; a change builds the next and swaps it whole, so that finding a prefix or a principal costs
// no store read and no lock.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ident/coding_profile.hpp"
#include "registry/principal.hpp"
#include "storage/registry_table.hpp"

namespace ingot::registry {

// A registered prefix with what is needed of its enterprise.
struct PrefixInfo {
    std::string prefix;   // canonical
    std::string display;  // as registered
    std::string enterprise, enterprise_name;
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

// The rows a directory is made of, by key. Held by the registry only.
struct DirectoryRows {
    std::map<std::string, storage::PrefixRow, std::less<>> prefixes;  // by canonical prefix
    std::map<std::string, storage::EnterpriseRow, std::less<>> enterprises;
    std::map<std::string, storage::PrincipalRow, std::less<>> principals;
    std::map<std::string, storage::CredentialRow, std::less<>> credentials;
    std::map<std::string, ProfileInfo, std::less<>> profiles;  // by whole key, 'F'...
    std::map<std::string, std::shared_ptr<std::atomic<int64_t>>, std::less<>> last_used;

    // Takes the value now under a key of Space::record; nothing = erased. Keys of other tables are ignored.
    // DataDamaged.
    Result<void> take(std::string_view key, std::optional<std::string> const& value);
    static bool concerns(std::string_view key);  // whether take() would do anything
};

class Directory {
  public:
    explicit Directory(DirectoryRows const& rows);

    // The registered prefix that `canonical` is or lies under: longest match by whole segments (security.md 4.2).
    // Null when there is none.
    std::shared_ptr<PrefixInfo const> prefix_of(std::string_view canonical) const;
    // That very prefix, registered.
    std::shared_ptr<PrefixInfo const> exact_prefix(std::string_view canonical) const;
    std::map<std::string, std::shared_ptr<PrefixInfo const>, std::less<>> const& prefixes() const { return prefixes_; }

    storage::EnterpriseRow const* enterprise(std::string_view id) const;
    std::map<std::string, storage::EnterpriseRow, std::less<>> const& enterprises() const { return enterprises_; }

    CredentialInfo const* credential(std::string_view id) const;
    std::map<std::string, CredentialInfo, std::less<>> const& credentials() const { return credentials_; }
    std::shared_ptr<Principal const> principal(std::string_view id) const;

    ProfileInfo const* profile(std::string_view prefix_or_star, std::string_view name, uint32_t version) const;
    std::map<std::string, ProfileInfo, std::less<>> const& profiles() const { return profiles_; }  // by key

  private:
    void add_prefixes(DirectoryRows const& rows);
    void add_principals(DirectoryRows const& rows);
    std::vector<ident::CodingProfile> active_profiles(std::string_view prefix,
                                                      std::vector<std::string> const& names) const;

    std::map<std::string, std::shared_ptr<PrefixInfo const>, std::less<>> prefixes_;
    std::unordered_map<std::string_view, std::shared_ptr<PrefixInfo const>> by_text_;  // views into prefixes_
    std::map<std::string, storage::EnterpriseRow, std::less<>> enterprises_;
    std::map<std::string, std::shared_ptr<Principal const>, std::less<>> principals_;
    std::map<std::string, CredentialInfo, std::less<>> credentials_;
    std::map<std::string, ProfileInfo, std::less<>> profiles_;
};

}  // namespace ingot::registry
