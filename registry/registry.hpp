// The registry: who and what this node knows of. Reads come from memory (directory.hpp); changes are operations for
// the committer, made by the functions of prefix_change.hpp, credential_change.hpp, profile_change.hpp,
// allocation.hpp and registration.hpp.
//
// Thread safe. load() comes before the first request; committed() is called by the engine's commit observer, before
// the answers of the group are released, so that what was acknowledged is in force.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/crypto.hpp"
#include "base/limits.hpp"
#include "ident/identifier.hpp"
#include "registry/access.hpp"
#include "registry/directory.hpp"
#include "registry/foreseen_numbers.hpp"
#include "storage/engine.hpp"

namespace ingot::registry {

struct Settings {
    uint64_t codes_per_prefix_day_max = 1'000'000;                  // UTC days of log time
    uint64_t allocation_codes_max = Limits{}.allocation_codes_max;  // of one call
    // Prefixes this node is authoritative for, canonical: what is hosted here lies under one of them. Empty = any.
    std::vector<std::string> authority;
    int64_t key_life_days = 365;  // of API keys made without an end of their own
    // Set by the composition root. in_use: quantity on hand, locked or pledged under the code (void is refused).
    // mentioned: named by trace events (a withdrawn free-form identifier stays withdrawn). Null = nothing is.
    std::function<Result<bool>(storage::View const&, ident::Identifier const&)> lot_in_use;
    std::function<Result<bool>(storage::View const&, ident::Identifier const&)> lot_mentioned;
};

// What a committed change answers; made inside the committer from what was done.
template <class Done>
using Render = std::function<storage::Reply(Done const&)>;

class Registry {
  public:
    // `pepper`: the secret of API keys, 32 bytes or more.
    Registry(storage::Engine& engine, Clock& clock, Random& random, std::string pepper, Settings settings = {});
    ~Registry();
    Registry(Registry const&) = delete;
    Registry& operator=(Registry const&) = delete;

    // Reads everything the directory holds. Rows that are damaged are reported and left out: what hangs on them is
    // answered DataDamaged, the rest as always. StorageUnavailable.
    Result<void> load();
    // First start: stores the default coding profile and a principal that is platform_admin and security_admin;
    // answers its API key. Exists when the store has principals already.
    Result<std::string> initialise(std::string const& admin_name);
    // A further principal like that of initialise(), for a stopped node whose administrators have no key any more.
    // `keep` gets the key before it is in force, and puts it where it cannot be lost: its error ends the call.
    Result<void> add_administrator(std::string const& name,
                                   std::function<Result<void>(std::string const&)> const& keep);
    // Takes over what a commit group changed; keys of other tables are ignored. No keys: the store was re-opened,
    // everything is read again. An error says that the store could not be read at all: its next commit, or its
    // re-opening, reads everything.
    Result<void> committed(std::span<storage::Row const> changed_keys);

    std::shared_ptr<Directory const> directory() const;

    // The directory as `batch` sees it: with what was decided in its group and is not in force yet. Committer only.
    Result<std::shared_ptr<Directory const>> directory_in(storage::Batch const& batch) const;

    // The registered prefix that this one is or lies under, by whole segments.
    std::shared_ptr<PrefixInfo const> prefix_of(std::string_view canonical) const;
    // The prefix an identifier stands under; for a prefix record, the one it is about.
    std::shared_ptr<PrefixInfo const> prefix_of(ident::Identifier const& identifier) const;

    // Whether everything can be read that says whose a prefix is and which codes it has: looked at only when damage
    // was met. DataDamaged.
    Result<void> check_readable(std::string_view canonical) const;
    Result<void> check_readable(ident::Identifier const& identifier) const;

    // Log time, as far as it is known before a commit: what is stamped ahead of it is stamped so. Never falls, however
    // the clock jumps.
    Time log_time() const;

    // The principal of an API key. InvalidToken, the same for every reason; DataDamaged.
    Result<std::shared_ptr<Principal const>> authenticate(std::string_view bearer) const;

    // The order of checks for a change under a prefix: NotAuthenticated, PrefixNotHosted, PrefixElsewhere (with
    // `referral`), Forbidden or NoPermission, State when suspended. Nothing about existence is looked at.
    Result<Authorised> authorise_change(Principal const& principal, Act act, ident::Prefix const& prefix) const;

    // PrefixNotHosted or PrefixElsewhere with `referral`, for `info` null or un-hosted; else success.
    static Result<void> check_hosted(PrefixInfo const* info);

    ForeseenNumbers& foreseen_numbers() { return foreseen_numbers_; }
    // Numbers passed over because their code existed, by prefix (metric ingot_code_skips_total).
    std::map<std::string, uint64_t> code_skips() const;

    storage::Engine& engine() const { return engine_; }
    Clock& clock() const { return clock_; }
    Random& random() const { return random_; }
    std::string const& pepper() const { return pepper_; }
    Settings const& settings() const { return settings_; }

  private:
    friend class AllocationRun;
    Result<void> load_locked();
    Result<void> take_changes(std::span<storage::Row const> changed_keys);
    void take(Directory& next, std::string_view key, std::optional<std::string> const& value) const;
    Result<void> check_row(storage::View const& view, std::string const& key) const;
    void publish(Directory next);

    storage::Engine& engine_;
    Clock& clock_;
    Random& random_;
    std::string pepper_;
    Settings settings_;

    std::mutex change_mutex_;             // held while the next directory is made
    bool behind_ = false;                 // a committed change could not be read yet
    mutable std::mutex directory_mutex_;  // guards the pointer, held for its copy only
    std::shared_ptr<Directory const> directory_;

    ForeseenNumbers foreseen_numbers_;
    mutable std::mutex codes_mutex_;         // guards the one below
    std::map<std::string, uint64_t> skips_;  // by prefix
};

}  // namespace ingot::registry
