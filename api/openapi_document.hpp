// The published description of the API: OpenAPI 3.1.0, put together from the parts under api/openapi/
// (api-conventions.md 16). Thread safe.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace ingot::api {

struct OpenapiPart {
    std::string_view name;  // file name without ".json"
    std::string_view json;
};

// The files as they were built in, frame first.
std::span<OpenapiPart const> openapi_parts();

// The whole document of /v1 and the node's own pages, or with surface "handle" that of the Handle REST surface; nothing
// for another surface. `base_url`: the server it names.
std::optional<std::string> openapi_document(std::string_view surface, std::string_view base_url);

}  // namespace ingot::api
