#include "api/audit_line.hpp"

#include "api/json_guard.hpp"

namespace ingot::api {
namespace {

// The identifier, event or document that the path names; empty when it names none.
std::string object_of(Call const& call) {
    auto part = [&](std::string_view name) {
        auto found = call.path.find(name);
        return found == call.path.end() ? std::string() : found->second;
    };
    for (char const* name : {"id", "name"})
        if (auto value = part(name); !value.empty()) return value;
    std::string prefix = part("prefix"), suffix = part("suffix");
    return suffix.empty() ? prefix : prefix + "/" + suffix;
}

}  // namespace

std::string audit_line(Call const& call, Route const& route) {
    if (route.act == registry::Act::PrefixDelegate || route.act == registry::Act::UserManage) return {};
    std::string line = "{";
    auto put = [&](std::string_view name, std::string_view value) {
        line += (line.size() > 1 ? ",\"" : "\"") + std::string(name) + "\":" + json_quote(value);
    };
    put("actor", call.principal.id);
    put("credential", call.principal.credential);
    put("act", registry::name(route.act));
    put("route", call.route);
    put("object", object_of(call));
    put("result", "allow");
    put("request", call.request.request_id);
    put("address", call.request.head.peer);
    return line + "}";
}

}  // namespace ingot::api
