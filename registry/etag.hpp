// Strong entity tags (spec/api-conventions.md 6): `"` 16 hex digits `"`, of what the viewer may see.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "registry/access.hpp"

namespace ingot::registry {

// `form` names the representation: "record", "values", "handle" ...
std::string make_etag(std::string_view id, uint64_t version, Visibility level, std::string_view form);

// If-Match: strong comparison with each tag of the list; `*` fits everything.
bool if_match_fits(std::string_view field, std::string_view etag);

// If-None-Match: weak comparison; true = the client has it already.
bool if_none_match_hits(std::string_view field, std::string_view etag);

// What the request demands of the state before a change.
struct Precondition {
    std::string if_match;            // field value; empty = absent
    bool if_none_match_any = false;  // If-None-Match: *
};

// EtagRequired or EtagMismatch (with `current`) for a change of an object that exists.
Result<void> check_if_match(Precondition const& before, std::string_view current);

}  // namespace ingot::registry
