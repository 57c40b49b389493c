// What a JSON document must be before it is read: small, shallow, valid (RFC 8259), and without a member name twice.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/result.hpp"

namespace ingot::ident {

// Code::BodyTooLarge, BadJson, JsonDepth, DuplicateMember.
Result<void> check_json_syntax(std::string_view text, size_t bytes_max, size_t depth_max);

}  // namespace ingot::ident
