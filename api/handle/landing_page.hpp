// The plain page a phone gets from a label (spec/handle-rest.md 6, console.md 12): no script, every value escaped.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/handler.hpp"

namespace ingot::api::handle {

struct LandingPage {
    std::string verdict;     // one line
    std::string identifier;  // may be empty
    std::vector<std::pair<std::string, std::string>> rows;
    std::string link;  // http or https; empty = none
};

std::string escape_html(std::string_view text);
std::string landing_html(LandingPage const& page, Language language);

// A target a redirect or a link may lead to: http or https, at most 2,048 bytes of printable ASCII, no userinfo.
bool is_safe_target(std::string_view url);

}  // namespace ingot::api::handle
