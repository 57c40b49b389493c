// EPC URNs as Digital Link paths (EPC Tag Data Standard 2.0 clause 6; spec/epcis-rest.md 4). Thread safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ident/gs1.hpp"

namespace ingot::ident {

// The key and qualifier of urn:epc:id:*, urn:epc:class:lgtin:* and urn:epc:idpat:*:....*; nothing when the URN has no
// Digital Link form or breaks the lengths and characters of its scheme. Values are decoded.
std::optional<std::vector<AiValue>> epc_urn_pairs(std::string_view urn);

}  // namespace ingot::ident
