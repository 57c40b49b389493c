#include "registry/directory.hpp"

#include <algorithm>

namespace ingot::registry {
namespace {

std::string pair_key(std::string_view owner, std::string_view owned) {
    std::string key(owner);
    return key.append(1, '\0').append(owned);
}

// Calls `see(owned)` for everything an owner has, in order, until it answers false.
template <class Pairs, class See>
void each_of(Pairs const& pairs, std::string_view owner, See&& see) {
    std::string const begin = pair_key(owner, {});
    for (auto it = pairs.lower_bound(begin); it != pairs.end(); ++it) {
        if (it->first.compare(0, begin.size(), begin) != 0) return;
        if (!see(std::string_view(it->first).substr(begin.size()))) return;
    }
}

PrefixInfo info_of(std::string_view canonical, storage::PrefixRow row) {
    PrefixInfo info;
    info.prefix = canonical;
    info.display = std::move(row.prefix);
    info.enterprise = std::move(row.enterprise);
    info.hosted = !row.unhosted;
    info.suspended = row.suspended;
    info.referral_url = std::move(row.referral_url);
    info.code_type = std::move(row.code_type);
    info.landing_redirect = std::move(row.landing_redirect);
    info.version = row.version;
    info.created = row.created;
    info.changed = row.changed;
    info.adopted = std::move(row.profiles);
    return info;
}

void tell_owner(PrefixInfo& info, storage::EnterpriseRow const& owner) {
    info.enterprise_name = owner.name;
    info.enterprise_version = owner.version;
    info.trace_mode = owner.trace_mode;
}

}  // namespace

bool Directory::concerns(std::string_view key) { return storage::registry_row(key) != storage::RegistryRow::other; }

Result<void> Directory::take(std::string_view key, Optional const& value) {
    switch (storage::registry_row(key)) {
        case storage::RegistryRow::prefix:
            return take_prefix(key, value);
        case storage::RegistryRow::enterprise:
            return take_enterprise(key, value);
        case storage::RegistryRow::principal:
            return take_principal(key, value);
        case storage::RegistryRow::credential:
            return take_credential(key, value);
        case storage::RegistryRow::profile:
            return take_profile(key, value);
        case storage::RegistryRow::other:
            break;
    }
    return {};
}

Result<void> Directory::take_prefix(std::string_view key, Optional const& value) {
    std::string_view const canonical = storage::name_in_key(key);
    auto const before = exact_prefix(canonical);
    if (value) {
        auto row = storage::decode_prefix(key, *value);
        if (!row) return fail(std::move(row.error()));
        auto info = std::make_shared<PrefixInfo>(info_of(canonical, std::move(*row)));
        if (auto const* owner = enterprise(info->enterprise)) tell_owner(*info, *owner);
        info->profiles = active_profiles(canonical, info->adopted);
        held_.put(pair_key(info->enterprise, canonical), {});
        if (before && before->enterprise != info->enterprise) held_.erase(pair_key(before->enterprise, canonical));
        prefixes_.put(canonical, info);
        refresh_members(info->enterprise);
    } else if (before) {
        held_.erase(pair_key(before->enterprise, canonical));
        prefixes_.erase(canonical);
    }
    if (before) refresh_members(before->enterprise);
    return {};
}

Result<void> Directory::take_enterprise(std::string_view key, Optional const& value) {
    std::string_view const id = storage::name_in_key(key);
    if (!value) {
        enterprises_.erase(id);
        return {};
    }
    auto row = storage::decode_enterprise(key, *value);
    if (!row) return fail(std::move(row.error()));
    auto const* before = enterprise(id);
    bool const same = before && *before == *row;
    if (same) return {};
    each_of(held_, id, [&](std::string_view prefix) {
        auto info = std::make_shared<PrefixInfo>(*exact_prefix(prefix));
        tell_owner(*info, *row);
        prefixes_.put(prefix, std::move(info));
        return true;
    });
    enterprises_.put(id, std::move(*row));
    refresh_members(id);
    return {};
}

// What principals repeat of their enterprise: its first prefix and its trace mode.
void Directory::refresh_members(std::string_view id) {
    std::string const first = first_prefix_of(id);
    auto const* owner = enterprise(id);
    std::string const mode = owner ? owner->trace_mode : "";
    each_of(members_, id, [&](std::string_view member) {
        auto const known = principal(member);
        if (known->prefix == first && known->trace_mode == mode) return true;
        auto now = std::make_shared<Principal>(*known);
        now->prefix = first;
        now->trace_mode = mode;
        put_principal(member, std::move(now));
        return true;
    });
}

Result<void> Directory::take_principal(std::string_view key, Optional const& value) {
    std::string_view const id = storage::name_in_key(key);
    std::shared_ptr<Principal> now;
    if (value) {
        auto row = storage::decode_principal(key, *value);
        if (!row) return fail(std::move(row.error()));
        if (row->status != storage::PrincipalStatus::closed) {
            now = std::make_shared<Principal>();
            now->id = id;
            now->name = row->name;
            now->enterprise = row->enterprise;
            if (!row->enterprise.empty()) now->prefix = first_prefix_of(row->enterprise);
            for (uint32_t role : row->roles) now->roles.push_back(static_cast<Role>(role));
            now->acts = row->acts;
            if (auto const* owner = enterprise(row->enterprise)) now->trace_mode = owner->trace_mode;
            now->active = row->status == storage::PrincipalStatus::active;
        }
    }
    if (auto const before = principal(id)) members_.erase(pair_key(before->enterprise, id));
    if (now && !now->enterprise.empty()) members_.put(pair_key(now->enterprise, id), {});
    put_principal(id, std::move(now));
    return {};
}

void Directory::put_principal(std::string_view id, std::shared_ptr<Principal const> now) {
    if (now)
        principals_.put(id, std::move(now));
    else
        principals_.erase(id);
    each_of(keys_, id, [&](std::string_view credential) {
        put_credential(*credentials_.find(credential));
        return true;
    });
}

// Stores it with the principal as it is now.
void Directory::put_credential(CredentialInfo info) {
    info.principal = nullptr;
    administrators_.erase(info.row.id);
    if (auto holder = principal(info.row.principal)) {
        auto with_key = std::make_shared<Principal>(*holder);
        with_key->credential = info.row.id;
        info.principal = std::move(with_key);
        if (holder->has(Role::security_admin)) administrators_.put(info.row.id, {});
    }
    std::string const id = info.row.id;
    credentials_.put(id, std::move(info));
}

Result<void> Directory::take_credential(std::string_view key, Optional const& value) {
    std::string_view const id = storage::name_in_key(key);
    CredentialInfo const* before = credential(id);
    if (!value) {
        if (before) keys_.erase(pair_key(before->row.principal, id));
        credentials_.erase(id);
        administrators_.erase(id);
        return {};
    }
    auto row = storage::decode_credential(key, *value);
    if (!row) return fail(std::move(row.error()));
    auto used = before ? before->last_used_hour : std::make_shared<std::atomic<int64_t>>(0);
    keys_.put(pair_key(row->principal, id), {});
    put_credential({std::move(*row), nullptr, std::move(used)});
    return {};
}

void Directory::keep_last_used(Directory const& before) {
    for (auto const& [id, known] : before.credentials_) {
        auto const* now = credentials_.find(id);
        if (!now) continue;
        CredentialInfo info = *now;
        info.last_used_hour = known.last_used_hour;
        credentials_.put(id, std::move(info));
    }
}

Result<void> Directory::take_profile(std::string_view key, Optional const& value) {
    auto const* known = profiles_.find(key);
    if (!value) {
        profiles_.erase(key);
        refresh_profiles(key);
        return {};
    }
    auto row = storage::decode_profile(key, *value);
    if (!row) return fail(std::move(row.error()));
    if (known && known->profile.json() == row->json) {
        ProfileInfo info = *known;
        info.used = row->used;
        profiles_.put(key, std::move(info));
        return {};
    }
    auto profile = ident::CodingProfile::parse(row->json);
    if (!profile) return fail(Code::DataDamaged, "a stored coding profile does not parse", "存储的编码方案已损坏");
    profiles_.put(key, ProfileInfo{std::move(*profile), row->used, row->created});
    refresh_profiles(key);
    return {};
}

// The prefixes that have adopted the profile under this key use it from now on.
void Directory::refresh_profiles(std::string_view key) {
    auto const changed = storage::parse_profile_key(key);
    if (!changed) return;
    auto refresh = [&](PrefixInfo const& before) {
        auto const& names = before.adopted;
        if (std::find(names.begin(), names.end(), changed->name) == names.end()) return;
        auto info = std::make_shared<PrefixInfo>(before);
        info->profiles = active_profiles(info->prefix, info->adopted);
        prefixes_.put(before.prefix, std::move(info));
    };
    if (changed->prefix != "*") {
        if (auto const info = exact_prefix(changed->prefix)) refresh(*info);
        return;
    }
    auto const all = prefixes_;  // the walk goes over what was, while entries are replaced
    for (auto const& [prefix, info] : all) refresh(*info);
}

std::vector<ident::CodingProfile> Directory::active_profiles(std::string_view prefix,
                                                             std::vector<std::string> const& names) const {
    std::vector<ident::CodingProfile> active;
    for (std::string const& name : names) {
        size_t const first = active.size();
        for (std::string_view scope : {prefix, std::string_view("*")}) {
            storage::Range const versions = storage::profile_versions(scope, name);
            for (auto it = profiles_.lower_bound(versions.begin); it != profiles_.end(); ++it) {
                if (it->first >= versions.end) break;
                active.push_back(it->second.profile);
            }
        }
        std::stable_sort(active.begin() + static_cast<std::ptrdiff_t>(first), active.end(),
                         [](auto const& a, auto const& b) { return a.version() > b.version(); });
    }
    return active;
}

std::shared_ptr<PrefixInfo const> Directory::prefix_of(std::string_view canonical) const {
    while (true) {
        if (auto const* found = prefixes_.find(canonical)) return *found;
        size_t const dot = canonical.rfind('.');
        if (dot == std::string_view::npos) return nullptr;
        canonical = canonical.substr(0, dot);
    }
}

std::shared_ptr<PrefixInfo const> Directory::exact_prefix(std::string_view canonical) const {
    auto const* found = prefixes_.find(canonical);
    return found ? *found : nullptr;
}

bool Directory::administered_besides(std::string_view id, Time now) const {
    for (auto const& [key, nothing] : administrators_) {
        CredentialInfo const* held = credential(key);
        bool const live = held && to_micros(held->row.revoked) == 0 && held->row.expires > now;
        if (key != id && live && held->principal && held->principal->active) return true;
    }
    return false;
}

std::vector<std::shared_ptr<PrefixInfo const>> Directory::prefixes_of(std::string_view enterprise) const {
    std::vector<std::shared_ptr<PrefixInfo const>> all;
    each_of(held_, enterprise, [&](std::string_view prefix) {
        all.push_back(exact_prefix(prefix));
        return true;
    });
    return all;
}

std::string Directory::first_prefix_of(std::string_view enterprise) const {
    std::string first;
    each_of(held_, enterprise, [&](std::string_view prefix) {
        first = prefix;
        return false;
    });
    return first;
}

std::shared_ptr<Principal const> Directory::principal(std::string_view id) const {
    auto const* found = principals_.find(id);
    return found ? *found : nullptr;
}

ProfileInfo const* Directory::profile(std::string_view prefix_or_star, std::string_view name, uint32_t version) const {
    return profiles_.find(storage::profile_key(prefix_or_star, name, version));
}

bool Directory::has_profile(std::string_view prefix_or_star, std::string_view name) const {
    storage::Range const versions = storage::profile_versions(prefix_or_star, name);
    auto const it = profiles_.lower_bound(versions.begin);
    return it != profiles_.end() && it->first < versions.end;
}

}  // namespace ingot::registry
