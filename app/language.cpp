#include "app/language.hpp"

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "base/encoding.hpp"

namespace ingot::app {
namespace {

std::optional<bool> chosen_chinese;  // what --lang said

}  // namespace

bool speaks_chinese() {
    if (chosen_chinese) return *chosen_chinese;
    for (char const* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
        char const* value = std::getenv(name);
        if (value != nullptr && *value != '\0') return std::string_view(value).starts_with("zh");
    }
    return false;
}

std::string say(std::string_view en, std::string_view zh) { return std::string(speaks_chinese() ? zh : en); }

Result<void> take_language(std::vector<std::string>& words) {
    constexpr std::string_view kName = "--lang";
    auto const end = std::find(words.begin(), words.end(), "--");
    auto const at = std::find_if(words.begin(), end, [&](std::string const& word) {
        return word == kName || word.starts_with(std::string(kName) + "=");
    });
    if (at == end) return {};
    bool const apart = *at == kName;
    std::string const language = !apart ? at->substr(kName.size() + 1) : at + 1 == end ? std::string() : *(at + 1);
    if (language != "zh" && language != "en")
        return fail(Code::Usage, "--lang is zh or en, not \"" + excerpt(language) + "\"",
                    "--lang 应为 zh 或 en，现为 \"" + excerpt(language) + "\"");
    chosen_chinese = language == "zh";
    words.erase(at, at + (apart ? 2 : 1));
    return {};
}

}  // namespace ingot::app
