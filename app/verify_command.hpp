// `ingot verify --data DIR [--config FILE]`: the full check of a stopped node's store (spec/durability.md 8).
#pragma once

#include <string>

namespace ingot::app {

// One line a finding on stdout (or one JSON object with `json`), totals at the end. 0 clean, 1 findings, 2 to 4 when
// the check could not run. Nothing is changed.
int verify_data(std::string const& data_dir, std::string const& config_file, bool deep, bool json);

}  // namespace ingot::app
