// The dialects of the public surface, as routes, metrics and logs name them.
#pragma once

#include <cstdint>
#include <string_view>

namespace ingot::api {

enum class Surface : uint8_t { v1, epcis, handle, snms, doip, gs1, landing, console, log, system };
inline constexpr size_t kSurfaces = 10;

constexpr std::string_view name(Surface surface) {
    constexpr std::string_view names[] = {"v1",  "epcis",   "handle",  "snms", "doip",
                                          "gs1", "landing", "console", "log",  "system"};
    return names[static_cast<size_t>(surface)];
}

// What a request may cost: a point runs where it arrives; scans and writes run on the worker pool.
enum class Cost : uint8_t { Point, Scan, Write };
constexpr std::string_view name(Cost cost) {
    constexpr std::string_view names[] = {"point", "scan", "write"};
    return names[static_cast<size_t>(cost)];
}

}  // namespace ingot::api
