// The keys of storage/registry_table.hpp.
#include "base/encoding.hpp"
#include "storage/registry_table.hpp"

namespace ingot::storage {
namespace {

std::string key_of(char letter, std::string_view text) {
    std::string key(1, letter);
    key += text;
    return key;
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

std::optional<CodeCounterKey> parse_code_counter_key(std::string_view key) {
    if (key.empty() || key[0] != 'c') return std::nullopt;
    size_t const first = key.find('\0');
    size_t const second = first == std::string_view::npos ? first : key.find('\0', first + 1);
    if (second == std::string_view::npos) return std::nullopt;
    return CodeCounterKey{std::string(key.substr(1, first - 1)), std::string(key.substr(first + 1, second - first - 1)),
                          std::string(key.substr(second + 1))};
}

}  // namespace ingot::storage
