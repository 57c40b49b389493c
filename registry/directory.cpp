#include "registry/directory.hpp"

#include <algorithm>

#include "storage/keys.hpp"

namespace ingot::registry {
namespace {

// Puts, replaces or erases one row of a table.
template <class Map, class Decoded>
Result<void> place(Map& map, std::string_view key, Decoded&& decoded) {
    if (!decoded) return fail(std::move(decoded.error()));
    map.insert_or_assign(std::string(key), std::move(*decoded));
    return {};
}

Result<void> place_profile(DirectoryRows& rows, std::string_view key, std::string const& value) {
    auto row = storage::decode_profile(key, value);
    if (!row) return fail(std::move(row.error()));
    auto known = rows.profiles.find(key);
    if (known != rows.profiles.end() && known->second.profile.json() == row->json) {
        known->second.used = row->used;
        return {};
    }
    auto profile = ident::CodingProfile::parse(row->json);
    if (!profile) return fail(Code::DataDamaged, "a stored coding profile does not parse", "存储的编码方案已损坏");
    rows.profiles.insert_or_assign(std::string(key), ProfileInfo{std::move(*profile), row->used, row->created});
    return {};
}

}  // namespace

bool DirectoryRows::concerns(std::string_view key) {
    return !key.empty() && std::string_view("PEAKF").find(key[0]) != std::string_view::npos;
}

Result<void> DirectoryRows::take(std::string_view key, std::optional<std::string> const& value) {
    if (!concerns(key)) return {};
    std::string_view const name = key.substr(1);
    auto erase = [](auto& map, std::string_view of) {
        if (auto found = map.find(of); found != map.end()) map.erase(found);
        return Result<void>();
    };
    switch (key[0]) {
        case 'P':
            return value ? place(prefixes, name, storage::decode_prefix(key, *value)) : erase(prefixes, name);
        case 'E':
            return value ? place(enterprises, name, storage::decode_enterprise(key, *value)) : erase(enterprises, name);
        case 'A':
            return value ? place(principals, name, storage::decode_principal(key, *value)) : erase(principals, name);
        case 'K':
            if (!value) return erase(credentials, name);
            if (auto& used = last_used[std::string(name)]; !used) used = std::make_shared<std::atomic<int64_t>>(0);
            return place(credentials, name, storage::decode_credential(key, *value));
        default:
            return value ? place_profile(*this, key, *value) : erase(profiles, key);
    }
}

Directory::Directory(DirectoryRows const& rows) : enterprises_(rows.enterprises), profiles_(rows.profiles) {
    add_prefixes(rows);
    add_principals(rows);
}

std::vector<ident::CodingProfile> Directory::active_profiles(std::string_view prefix,
                                                             std::vector<std::string> const& names) const {
    std::vector<ident::CodingProfile> active;
    for (std::string const& name : names) {
        size_t const first = active.size();
        for (std::string_view scope : {prefix, std::string_view("*")}) {
            std::string begin = storage::profile_key(scope, name, 0);
            begin.resize(begin.size() - 4);
            for (auto it = profiles_.lower_bound(begin); it != profiles_.end(); ++it) {
                if (it->first.compare(0, begin.size(), begin) != 0 || it->first.size() != begin.size() + 4) break;
                active.push_back(it->second.profile);
            }
        }
        std::stable_sort(active.begin() + static_cast<std::ptrdiff_t>(first), active.end(),
                         [](auto const& a, auto const& b) { return a.version() > b.version(); });
    }
    return active;
}

void Directory::add_prefixes(DirectoryRows const& rows) {
    for (auto const& [canonical, row] : rows.prefixes) {
        auto info = std::make_shared<PrefixInfo>();
        info->prefix = canonical;
        info->display = row.prefix;
        info->enterprise = row.enterprise;
        if (auto const* owner = enterprise(row.enterprise)) {
            info->enterprise_name = owner->name;
            info->trace_mode = owner->trace_mode;
        }
        info->hosted = !row.unhosted;
        info->suspended = row.suspended;
        info->referral_url = row.referral_url;
        info->code_type = row.code_type;
        info->landing_redirect = row.landing_redirect;
        info->version = row.version;
        info->created = row.created;
        info->changed = row.changed;
        info->adopted = row.profiles;
        info->profiles = active_profiles(canonical, row.profiles);
        auto const placed = prefixes_.emplace(canonical, std::move(info)).first;
        by_text_.emplace(placed->first, placed->second);
    }
}

void Directory::add_principals(DirectoryRows const& rows) {
    std::map<std::string_view, std::vector<std::string>> held;
    for (auto const& [canonical, row] : rows.prefixes) held[row.enterprise].push_back(canonical);
    for (auto const& [id, row] : rows.principals) {
        if (row.status == storage::PrincipalStatus::closed) continue;
        auto principal = std::make_shared<Principal>();
        principal->id = id;
        principal->name = row.name;
        principal->enterprise = row.enterprise;
        if (!row.enterprise.empty()) principal->prefixes = held[row.enterprise];
        if (!principal->prefixes.empty()) principal->prefix = principal->prefixes.front();
        for (uint32_t role : row.roles) principal->roles.push_back(static_cast<Role>(role));
        principal->acts = row.acts;
        if (auto const* owner = enterprise(row.enterprise)) principal->trace_mode = owner->trace_mode;
        principal->active = row.status == storage::PrincipalStatus::active;
        principals_.emplace(id, std::move(principal));
    }
    for (auto const& [id, row] : rows.credentials) {
        CredentialInfo info{row, nullptr, rows.last_used.at(id)};
        if (auto holder = principal(row.principal)) {
            auto with_key = std::make_shared<Principal>(*holder);
            with_key->credential = id;
            info.principal = std::move(with_key);
        }
        credentials_.emplace(id, std::move(info));
    }
}

std::shared_ptr<PrefixInfo const> Directory::prefix_of(std::string_view canonical) const {
    while (true) {
        if (auto found = by_text_.find(canonical); found != by_text_.end()) return found->second;
        size_t const dot = canonical.rfind('.');
        if (dot == std::string_view::npos) return nullptr;
        canonical = canonical.substr(0, dot);
    }
}

std::shared_ptr<PrefixInfo const> Directory::exact_prefix(std::string_view canonical) const {
    auto found = by_text_.find(canonical);
    return found == by_text_.end() ? nullptr : found->second;
}

storage::EnterpriseRow const* Directory::enterprise(std::string_view id) const {
    auto found = enterprises_.find(id);
    return found == enterprises_.end() ? nullptr : &found->second;
}

CredentialInfo const* Directory::credential(std::string_view id) const {
    auto found = credentials_.find(id);
    return found == credentials_.end() ? nullptr : &found->second;
}

std::shared_ptr<Principal const> Directory::principal(std::string_view id) const {
    auto found = principals_.find(id);
    return found == principals_.end() ? nullptr : found->second;
}

ProfileInfo const* Directory::profile(std::string_view prefix_or_star, std::string_view name, uint32_t version) const {
    auto found = profiles_.find(storage::profile_key(prefix_or_star, name, version));
    return found == profiles_.end() ? nullptr : &found->second;
}

}  // namespace ingot::registry
