// Durations "500ms" "10s" "15m" "24h" "7d" and sizes "64KiB" "1MiB" "2GiB" of a configuration file. Pure functions.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ingot::app {

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);
std::optional<uint64_t> parse_size(std::string_view text);
std::string print_duration(std::chrono::milliseconds duration);
std::string print_size(uint64_t bytes);
// What was probably meant: "1MB" -> "1MiB", "10 s" -> "10s"; empty when there is no guess.
std::string guess_duration(std::string_view text);
std::string guess_size(std::string_view text);

}  // namespace ingot::app
