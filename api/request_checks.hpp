// What is checked of a routed request before its handler sees it: credential, media type, parameters, Idempotency-Key.
// Pure functions; thread safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/routes.hpp"

namespace ingot::api {

// The token of `Authorization: Bearer ...`; nothing without the field. TwoCredentials, InvalidToken for another scheme.
Result<std::optional<std::string_view>> bearer_token(net::Head const& head);

// UnsupportedMediaType unless Content-Type is one the route takes (security.md 8).
Result<void> check_media_type(Body body, net::Head const& head);
bool is_lines(net::Head const& head);  // application/x-ndjson

// The query, decoded once; "+" stays a plus sign. BadEncoding, InvalidParameter above `most`, DuplicateMember for two
// spellings of one name.
Result<std::vector<Parameter>> read_parameters(std::string_view query, size_t most);

// The key without its quotes, empty when there is none. IdempotencyKeyRequired, IdempotencyKeyInvalid. Ignored on
// routes that ignore it.
Result<std::string> read_idempotency_key(Key rule, net::Head const& head);

// SHA-256 over method, path, query, content type and body, each preceded by its u32be length (durability.md 2.3).
Digest request_hash(net::Request const& request);

}  // namespace ingot::api
