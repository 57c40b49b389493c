// "Did you mean": the known word that is most like the one written.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ingot::app {

// Empty when none is near: at most three letters differ, and fewer than half of the word.
std::string nearest_word(std::string_view written, std::vector<std::string> const& known);

}  // namespace ingot::app
