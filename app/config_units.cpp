#include "app/config_units.hpp"

#include <charconv>

#include "base/encoding.hpp"

namespace ingot::app {
namespace {

struct Unit {
    std::string_view name;
    uint64_t factor;
};
constexpr Unit kDurations[] = {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};
constexpr Unit kSizes[] = {{"B", 1}, {"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"TiB", uint64_t{1} << 40}};

template <size_t N>
std::optional<uint64_t> parse(std::string_view text, Unit const (&units)[N]) {
    uint64_t number = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc()) return std::nullopt;
    std::string_view const unit(end, static_cast<size_t>(text.data() + text.size() - end));
    for (auto const& known : units) {
        if (unit != known.name) continue;
        if (number > UINT64_MAX / 2 / known.factor) return std::nullopt;
        return number * known.factor;
    }
    return std::nullopt;
}

template <size_t N>
std::string print(uint64_t value, Unit const (&units)[N]) {
    size_t best = 0;
    for (size_t i = 0; i < N; ++i)
        if (value > 0 && value % units[i].factor == 0) best = i;
    return std::to_string(value / units[best].factor) + std::string(units[best].name);
}

// The leading digits and what follows them, without white space and in lower case.
std::pair<std::string, std::string> split(std::string_view text) {
    std::string digits, unit;
    for (char const c : text) {
        if (c >= '0' && c <= '9' && unit.empty())
            digits.push_back(c);
        else if (c != ' ')
            unit.push_back(c);
    }
    return {digits, to_lower_ascii(unit)};
}

}  // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
    auto const value = parse(text, kDurations);
    if (!value) return std::nullopt;
    return std::chrono::milliseconds(static_cast<int64_t>(*value));
}

std::optional<uint64_t> parse_size(std::string_view text) { return parse(text, kSizes); }

std::string print_duration(std::chrono::milliseconds duration) {
    return print(static_cast<uint64_t>(duration.count()), kDurations);
}
std::string print_size(uint64_t bytes) { return print(bytes, kSizes); }

std::string guess_duration(std::string_view text) {
    auto const [digits, unit] = split(text);
    if (digits.empty()) return {};
    if (unit.empty() || unit.starts_with("sec")) return digits + "s";
    if (unit.starts_with("min")) return digits + "m";
    if (unit.starts_with("hour") || unit == "hr") return digits + "h";
    if (unit.starts_with("day")) return digits + "d";
    return parse_duration(digits + unit) ? digits + unit : std::string();
}

std::string guess_size(std::string_view text) {
    auto const [digits, unit] = split(text);
    if (digits.empty()) return {};
    if (unit == "kb" || unit == "k" || unit == "kib") return digits + "KiB";
    if (unit == "mb" || unit == "m" || unit == "mib") return digits + "MiB";
    if (unit == "gb" || unit == "g" || unit == "gib") return digits + "GiB";
    if (unit == "b" || unit.empty()) return digits + "B";
    return {};
}

}  // namespace ingot::app
