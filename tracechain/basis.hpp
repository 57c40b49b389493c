// How a basis of spec/trace-semantics.md 1.2 is written: gross_mass, dry_mass, element:Pb, economic, count ...
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "storage/graph_table.hpp"

namespace ingot::tracechain {

std::string basis_name(storage::Basis const& basis);
std::optional<storage::Basis> parse_basis(std::string_view text);

// The basis by which an amount of an account is counted: gross_mass if stated, else the dimension stated.
storage::Basis primary_of(storage::Amounts const& amounts);

// Nothing is known, or nothing is there.
bool all_zero(storage::Amounts const& amounts);

// A symbol or formula: Pb, SiO2, Ca(OH)2. Case counts.
bool is_element_name(std::string_view text);

}  // namespace ingot::tracechain
