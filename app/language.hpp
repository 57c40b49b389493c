// The language in which the command line speaks to a person: --lang, else LC_ALL, LC_MESSAGES, LANG in the order POSIX
// gives them; English unless they name Chinese. Every text it prints stands in the code in both languages, side by
// side.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace ingot::app {

// The same text in both languages, where it is made before it is known who reads it.
struct Said {
    std::string en, zh;
};

bool speaks_chinese();
// The text in the language of this process.
std::string say(std::string_view en, std::string_view zh);
inline std::string say(Said const& text) { return say(text.en, text.zh); }

// Takes --lang zh|en out of the words of the command line, wherever it stands before "--", and lets say() obey it.
// Usage for another language. Called once, by main, before there is a second thread.
Result<void> take_language(std::vector<std::string>& words);

}  // namespace ingot::app
