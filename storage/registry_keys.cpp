// The keys of storage/registry_table.hpp.
#include "base/encoding.hpp"
#include "storage/keys.hpp"
#include "storage/registry_table.hpp"

namespace ingot::storage {
namespace {

std::string key_of(char letter, std::string_view text) {
    std::string key(1, letter);
    key += text;
    return key;
}

constexpr char letter_of(RegistryRow kind) {
    switch (kind) {
        case RegistryRow::enterprise:
            return 'E';
        case RegistryRow::profile:
            return 'F';
        case RegistryRow::prefix:
            return 'P';
        case RegistryRow::principal:
            return 'A';
        case RegistryRow::credential:
            return 'K';
        case RegistryRow::other:
            break;
    }
    return '\0';
}

}  // namespace

std::string prefix_key(std::string_view prefix) { return key_of('P', prefix); }
std::string enterprise_key(std::string_view id) { return key_of('E', id); }
std::string principal_key(std::string_view id) { return key_of('A', id); }
std::string credential_key(std::string_view id) { return key_of('K', id); }

std::string profile_key(std::string_view prefix_or_star, std::string_view name, uint32_t version) {
    std::string key = key_of('F', prefix_or_star);
    key += '\0';
    key += name;
    key += '\0';
    put_u32be(key, version);
    return key;
}

std::string enterprise_principal_key(std::string_view enterprise, std::string_view principal) {
    std::string key = key_of('a', enterprise);
    key += '\0';
    key += principal;
    return key;
}

std::string code_counter_key(std::string_view prefix, std::string_view profile, std::string_view scope) {
    std::string key = key_of('c', prefix);
    key += '\0';
    key += profile;
    key += '\0';
    key += scope;
    return key;
}

std::string code_quota_key(std::string_view prefix, std::string_view day) {
    std::string key = key_of('q', prefix);
    key += '\0';
    key += day;
    return key;
}

std::string version_key(std::string_view row_key, uint64_t version) {
    std::string key = key_of('G', row_key);
    key += '\0';
    put_u64be(key, ~version);
    return key;
}

std::optional<ProfileKey> parse_profile_key(std::string_view key) {
    if (key.size() < 9 || key[0] != 'F' || key[key.size() - 5] != '\0') return std::nullopt;
    std::string_view const texts = key.substr(1, key.size() - 6);
    size_t const zero = texts.find('\0');
    if (zero == std::string_view::npos) return std::nullopt;
    return ProfileKey{std::string(texts.substr(0, zero)), std::string(texts.substr(zero + 1)),
                      get_u32be(key, key.size() - 4)};
}

RegistryRow registry_row(std::string_view key) {
    for (RegistryRow kind : kRegistryRows)
        if (!key.empty() && key[0] == letter_of(kind)) return kind;
    return RegistryRow::other;
}

Range registry_rows(RegistryRow kind) { return prefix_range(Space::record, std::string(1, letter_of(kind))); }

Range profile_versions(std::string_view prefix_or_star, std::string_view name) {
    std::string begin = profile_key(prefix_or_star, name, 0);
    begin.resize(begin.size() - 4);
    return prefix_range(Space::record, std::move(begin));
}

}  // namespace ingot::storage
