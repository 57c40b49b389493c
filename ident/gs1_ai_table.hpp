// The table of GS1 application identifiers and the key table of Digital Links (spec/gs1-resolver.md 2.1, 2.2; GS1
// Barcode Syntax Dictionary, release 2026-01). Built once, immutable, thread safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace ingot::ident {

struct AiComponent {
    char set = 'X';  // N digits, X CSET 82, Y CSET 39, Z base64url
    size_t min = 1, max = 1;
    bool optional = false;
    std::vector<std::string> checks;  // words of spec/gs1-resolver.md 2.2: csum, gcp1, yymmd0 ...
};

struct AiRow {
    std::string ai;
    std::vector<AiComponent> components;
    bool attribute = true;    // allowed in the query of a Digital Link
    bool predefined = false;  // predefined length: no separator needed after it
    size_t min_length() const;
    size_t max_length() const;
};

AiRow const* find_ai(std::string_view ai);
std::vector<AiRow> const& ai_rows();  // in order of AI

// Length of an AI by its first two digits: 4, 3 or 2.
size_t ai_length(std::string_view first_two_digits);

struct KeyRow {
    std::string ai;
    std::vector<std::vector<std::string>> alternatives;  // qualifier sequences
    std::string required;                                // a qualifier that must be there, or empty
    std::string expected() const;                        // "22,10,21 | 235"
};
KeyRow const* find_key(std::string_view ai);
std::vector<KeyRow> const& key_rows();

// The numeric AI of a short name removed in Digital Link 1.3.0 ("lot" -> "10"); nothing for other words.
std::optional<std::string_view> removed_short_name(std::string_view word);

// A value against its row: length, charset, checks. The error is a dl_... code with `ai` and perhaps `expected`; the
// caller adds the position. An AI 01 value of 8, 12 or 13 digits must have been padded before.
Result<void> check_ai_value(AiRow const& row, std::string_view value);

// The value with its wrong check digit or pair replaced; nothing when the row has none.
std::optional<std::string> with_right_check(AiRow const& row, std::string_view value);

// Index in CSET 82, or -1.
int cset82_index(char c);

bool is_country_number(std::string_view digits);
bool is_country_letters(std::string_view letters);
bool is_currency_number(std::string_view digits);

}  // namespace ingot::ident
