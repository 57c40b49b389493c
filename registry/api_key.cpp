#include "registry/api_key.hpp"

#include <algorithm>

#include "base/encoding.hpp"

namespace ingot::registry {
namespace {

constexpr std::string_view kStart = "ingk_";
constexpr size_t kIdChars = 10, kSecretChars = 43, kSecretBytes = 32;
constexpr size_t kKeyChars = kStart.size() + kIdChars + 1 + kSecretChars;
constexpr std::string_view kIdAlphabet = "abcdefghijklmnopqrstuvwxyz234567";

bool in_id(char c) { return kIdAlphabet.find(c) != std::string_view::npos; }
bool in_base64url(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

}  // namespace

std::string make_api_key(Random& random) {
    std::string key(kStart);
    for (unsigned char byte : random.bytes(kIdChars)) key += kIdAlphabet[byte & 31];
    key += '_';
    key += to_base64url(random.bytes(kSecretBytes));
    return key;
}

std::optional<std::string_view> api_key_id(std::string_view text) {
    if (text.size() != kKeyChars || text.substr(0, kStart.size()) != kStart) return std::nullopt;
    std::string_view const id = text.substr(kStart.size(), kIdChars);
    std::string_view const rest = text.substr(kStart.size() + kIdChars);
    if (rest[0] != '_' || !std::all_of(id.begin(), id.end(), in_id)) return std::nullopt;
    if (!std::all_of(rest.begin() + 1, rest.end(), in_base64url)) return std::nullopt;
    return id;
}

Digest api_key_mac(std::string_view pepper, std::string_view key) { return hmac_sha256(pepper, key); }

}  // namespace ingot::registry
