// Which AIs may stand together in a Digital Link, and the errors with their places (spec/gs1-resolver.md 2 steps 7 and
// 8, 2.5). Shared by the URI and the element string parser.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "ident/gs1.hpp"
#include "ident/gs1_ai_table.hpp"

namespace ingot::ident {

using AiNames = std::set<std::string, std::less<>>;

// A decoded, checked pair and where it was read.
struct AiItem {
    AiValue pair;
    size_t ai_at = 0, value_at = 0, value_length = 0;
};

// An error with `position` and `length`.
Error error_at(Code code, size_t position, size_t length, std::string detail, std::string detail_zh);
tl::unexpected<Error> refuse_at(Code code, size_t position, size_t length, std::string detail, std::string detail_zh);
tl::unexpected<Error> refuse_duplicate(std::string_view ai, size_t position, size_t length);
// Adds position, length and `ai` to an error of a value.
Error place(Error error, std::string_view ai, size_t position, size_t length);

// Step 7: items[0] is the key. `end` is the position of a missing qualifier.
Result<void> check_qualifiers(std::vector<AiItem> const& items, size_t end);

// The end of step 8: an attribute that belongs into the path or nowhere. `length` is that of the whole parameter.
Result<void> check_attribute(DigitalLink const& link, AiItem const& item, size_t length);

// Whether `ais` come in this order in the sequence, gaps allowed.
bool is_in_order(std::vector<std::string> const& sequence, std::vector<std::string> const& ais);
bool holds_all(std::vector<std::string> const& sequence, std::vector<std::string> const& ais);

}  // namespace ingot::ident
