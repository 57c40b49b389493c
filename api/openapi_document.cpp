#include "api/openapi_document.hpp"

#include <nlohmann/json.hpp>
#include <set>

#include "api/routes.hpp"
#include "base/encoding.hpp"

namespace ingot::api {
namespace {

using Json = nlohmann::ordered_json;

constexpr OpenapiPart kParts[] = {
#include "api/openapi/parts.inc"
};

// "get /v1/identifiers/{prefix}/{suffix}" of a route: OpenAPI has no greedy parameters.
std::string operation_name(Route const& route) {
    std::string path(route.path);
    for (size_t at = path.find("...}"); at != std::string::npos; at = path.find("...}")) path.erase(at, 3);
    return to_lower_ascii(net::name(route.method)) + " " + path;
}

}  // namespace

std::span<OpenapiPart const> openapi_parts() { return kParts; }

std::optional<std::string> openapi_document(std::string_view surface, std::string_view base_url) {
    bool const whole = surface.empty();
    if (!whole && surface != "handle") return std::nullopt;
    std::set<std::string> served;
    for (auto const& route : routes())
        if (whole || name(route.surface) == surface) served.insert(operation_name(route));
    Json document = Json::parse(kParts[0].json);
    if (!base_url.empty()) document["servers"][0]["url"] = base_url;
    std::set<std::string> tags;
    for (auto const& part : std::span(kParts).subspan(1)) {
        Json const paths = Json::parse(part.json)["paths"];
        for (auto const& [path, operations] : paths.items())
            for (auto const& [method, operation] : operations.items()) {
                if (!served.contains(method + " " + path)) continue;
                Json& shown = document["paths"][path][method] = operation;
                if (shown.contains("requestBody"))  // a body may always come too slowly (security.md 13)
                    shown["responses"]["408"]["$ref"] = "#/components/responses/RequestTimeout";
                tags.insert(operation["tags"][0].get<std::string>());
            }
    }
    Json kept = Json::array();
    for (auto const& tag : document["tags"])
        if (tags.contains(tag["name"].get<std::string>())) kept.push_back(tag);
    document["tags"] = std::move(kept);
    return document.dump();
}

}  // namespace ingot::api
