// The check that an operation repeats inside the committer: its prefix is still open for changes.
#pragma once

#include <string>

#include "storage/registry_table.hpp"

namespace ingot::registry {

// PrefixNotHosted, PrefixElsewhere, or State when it is suspended.
inline Result<void> check_open_prefix(storage::View const& view, std::string const& canonical) {
    std::string const key = storage::prefix_key(canonical);
    auto value = view.get(storage::Space::record, key);
    if (!value) return fail(std::move(value.error()));
    if (!value->has_value()) return fail(Code::PrefixNotHosted, "the prefix is not registered", "该前缀未登记");
    auto row = storage::decode_prefix(key, **value);
    if (!row) return fail(std::move(row.error()));
    if (row->unhosted)
        return fail(Code::PrefixElsewhere, "the prefix is hosted by its enterprise", "该前缀由企业自行托管");
    if (row->suspended) return fail(Code::State, "the prefix is suspended", "该前缀已停用");
    return {};
}

}  // namespace ingot::registry
