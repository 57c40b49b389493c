// The table of configuration keys: name, how a value is read, where it goes.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/config.hpp"
#include "app/language.hpp"

namespace ingot::app {

// A value as it stands in a file, or the text of the environment or the command line.
struct RawValue {
    enum class Kind : uint8_t { text, integer, real, boolean, texts, other };
    Kind kind = Kind::other;
    std::string text;  // as written, without quotes
    int64_t integer = 0;
    double real = 0;
    bool boolean = false;
    std::vector<std::string> texts;
    bool outside = false;  // environment or command line: text that may stand for any kind
};

struct ConfigKey {
    std::string_view name;  // "limits.body"
    // Puts the value into the config; answers what is wrong with it ("\"1MB\" is not a size; did you mean \"1MiB\"?").
    std::function<std::optional<Said>(Config&, RawValue const&)> set;
    std::function<std::string(Config const&)> print;
};

std::span<ConfigKey const> config_keys();
// The key, or nothing; `nearest` gets the most similar known one, empty when none is near.
ConfigKey const* find_config_key(std::string_view name, std::string* nearest = nullptr);

}  // namespace ingot::app
