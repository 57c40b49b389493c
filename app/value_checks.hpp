// What `ingot verify` checks of each stored value (V2 of spec/durability.md 8): every table's own decoder, by key
// letter.
#pragma once

#include "storage/verify.hpp"

namespace ingot::app {

storage::ValueChecks value_checks();

}  // namespace ingot::app
