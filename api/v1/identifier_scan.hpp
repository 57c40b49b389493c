// Lists of records under one prefix, in canonical order: /v1/identifiers and /v1/codes.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "api/cursor.hpp"
#include "api/handler.hpp"
#include "storage/record_table.hpp"

namespace ingot::api::v1 {

using ListedRow = std::function<void(std::string& out, storage::Record const&, std::string_view canonical)>;

// {"items":[...],"next"}: the records of the parameter `prefix` (default: the caller's first one) whose suffix begins
// with `q`; at most Limits::answer_bytes_max and one record. Another enterprise's prefix lists nothing, as an unknown
// one does.
Result<net::Answer> list_records(Call const& call, Services& services, ListedRow const& write,
                                 std::function<bool(storage::Record const&)> const& keep);

// Filters of the parameters state (repeatable), allocation, template. InvalidParameter.
Result<std::function<bool(storage::Record const&)>> record_filter(Call const& call);

// Calls `take` for each kept record whose key begins with `begin`, until it answers that the page is full; answers the
// position to go on behind, if there may be more.
Result<std::optional<std::string>> scan_records(
    Services& services, std::string const& begin, ListPage const& page,
    std::function<bool(storage::Record const&)> const& keep,
    std::function<bool(storage::Record const&, std::string_view, size_t)> const& take);

}  // namespace ingot::api::v1
