// Members of a node's answer as text and numbers; what is absent or of another kind is empty. For .cpp files only.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace ingot::app {

using Json = nlohmann::json;

inline std::string text(Json const& object, char const* name) {
    if (!object.is_object()) return {};
    auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

inline double number(Json const& object, char const* name) {
    if (!object.is_object()) return 0;
    auto found = object.find(name);
    return found != object.end() && found->is_number() ? found->get<double>() : 0.0;
}

// An empty array or object when it is absent, so that loops over it do nothing.
inline Json member(Json const& object, char const* name) {
    if (!object.is_object()) return Json::array();
    auto found = object.find(name);
    return found != object.end() ? *found : Json::array();
}

}  // namespace ingot::app
