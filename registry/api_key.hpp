// API keys (spec/security.md 2.3): `ingk_`, 10 characters a-z 2-7 (the key id), `_`, 43 base64url characters.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/crypto.hpp"

namespace ingot::registry {

// A new key, 59 characters. Shown to its holder once, never stored.
std::string make_api_key(Random& random);

// The id of a text that has the form of a key.
std::optional<std::string_view> api_key_id(std::string_view text);

// What is stored instead of the key: HMAC-SHA-256(pepper, whole key).
Digest api_key_mac(std::string_view pepper, std::string_view key);

}  // namespace ingot::registry
