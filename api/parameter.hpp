// Query parameters read into values, one way for every route (api-conventions.md 3): what is wrong, and what would be
// right, in both languages.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/handler.hpp"
#include "storage/graph_table.hpp"

namespace ingot::api {

// InvalidParameter: `reason` says what would be right. Extras `parameter` and `reason`, one row in `errors`.
tl::unexpected<Error> bad_parameter(std::string_view parameter, std::string reason, std::string reason_zh);

// A whole number from 1 to `most`; `otherwise` when it is absent.
Result<uint64_t> number_parameter(Call const& call, std::string_view name, uint64_t otherwise, uint64_t most);

// An RFC 3339 time, microseconds since 1970.
Result<int64_t> read_time(std::string_view parameter, std::string_view text);

// A point in the record: "#17" or an RFC 3339 time.
struct AsOfParameter {
    std::optional<storage::EventSeq> seq;
    std::optional<int64_t> micros;
};
Result<AsOfParameter> read_as_of(std::string_view text);

}  // namespace ingot::api
