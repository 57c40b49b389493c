// What the routes of identifiers read from a call: the identifier of the path, preconditions, conditional answers.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/handler.hpp"
#include "ident/identifier.hpp"
#include "registry/etag.hpp"
#include "storage/record_table.hpp"

namespace ingot::api {

// "prefix/suffix" of the path, decoded; whichever parameters the route has.
std::string path_identifier(Call const& call);

// If-Match and If-None-Match: *.
registry::Precondition precondition_of(Call const& call);

// 304 with these headers when If-None-Match names the tag; else nothing.
std::optional<net::Answer> not_modified(Call const& call, std::string_view etag, std::string_view cache_control);

// A word of the parameter `view`; InvalidParameter for another than `allowed`. The first is the default.
Result<std::string> view_of(Call const& call, std::initializer_list<std::string_view> allowed);

// "/v1/identifiers/88.1/a%20b"
std::string identifier_location(std::string_view display);

// Everything between the address of a request and now, for metrics.
std::chrono::microseconds elapsed(Call const& call, Services const& services);

inline constexpr std::string_view kPrivate = "private, no-store";

}  // namespace ingot::api
