// Which characters a new suffix may hold (spec/identifiers.md 2.2).
#pragma once

#include <string_view>

#include "base/result.hpp"

namespace ingot::ident {

// Refuses, with the character named, everything identifiers.md 2.2 refuses at registration. `text` is not empty and
// may be malformed UTF-8. Code::InvalidIdentifier.
Result<void> check_new_suffix(std::string_view text);

// The same for the characters alone, U+0020 allowed (supplier codes, template versions).
Result<void> check_new_characters(std::string_view text, bool allow_space);

}  // namespace ingot::ident
