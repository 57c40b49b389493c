// How single values are written into the pre-hash string (spec/epcis-rest.md 5, "Values").
#pragma once

#include <string>
#include <string_view>

#include "tracechain/epcis_names.hpp"
#include "tracechain/epcis_words.hpp"

namespace ingot::tracechain {

std::string_view trimmed(std::string_view text);

// Trimmed text of a string value: numbers in plain decimal; bare words, old CBV URNs and CURIEs as full URIs; GS1 ids
// canonical. `words` is the list a bare word belongs to.
void append_hash_text(std::string_view text, WordList words, Names const& names, std::string& out);

// A date-time in UTC with three fraction digits, half up. Other text as it is.
void append_hash_time(std::string_view text, std::string& out);

}  // namespace ingot::tracechain
