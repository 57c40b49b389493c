// One row for each thing the node answers. Routing, access, limits, metrics labels and the published API description
// all read this table (api/routes.cpp).
#pragma once

#include <span>
#include <string_view>
#include <variant>

#include "api/handler.hpp"
#include "api/surface.hpp"

namespace ingot::api {

// What body a route takes: media types (415 for others) and how large it may get (413).
enum class Body : uint8_t {
    None,     // dropped up to 64 KiB
    Json,     // application/json, 1 MiB
    Patch,    // application/merge-patch+json or application/json, 1 MiB
    Batch,    // application/json or application/x-ndjson, 8 MiB
    Capture,  // application/json, application/ld+json or application/x-ndjson, 16 MiB, gzip allowed
};

// What an Idempotency-Key does (security.md 6).
enum class Key : uint8_t { Ignored, Accepted, Required };
constexpr std::string_view name(Key key) {
    constexpr std::string_view names[] = {"ignored", "accepted", "required"};
    return names[static_cast<size_t>(key)];
}

using Handler = std::variant<ReadHandler, WriteHandler>;

// Templates: "{name}" is one path part, "{name...}" the rest of the path with its slashes, "{prefix}/{suffix...}" the
// rest decoded and then cut at its first "/" (identifiers.md 4). A template that begins with a parameter is matched
// only when the first part looks like an identifier prefix.
struct Route {
    net::Method method;
    std::string_view path;
    Handler handler;
    registry::Act act;
    Cost cost;
    Body body = Body::None;
    Key key = Key::Ignored;
    Surface surface = Surface::v1;
    std::string_view scan_view = {};  // the value of the parameter `view` that makes a point a scan
};

// The whole public surface.
std::span<Route const> routes();

}  // namespace ingot::api
