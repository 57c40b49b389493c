#include "api/audit_line.hpp"

#include "api/json_guard.hpp"

namespace ingot::api {
namespace {

class Line {
  public:
    void put(std::string_view name, std::string_view value) {
        text_ += (text_.size() > 1 ? ",\"" : "\"") + std::string(name) + "\":" + json_quote(value);
    }
    void put_if(std::string_view name, std::string_view value) {
        if (!value.empty()) put(name, value);
    }
    void put(std::string_view name, uint64_t value) {
        text_ += ",\"" + std::string(name) + "\":" + std::to_string(value);
    }
    std::string end() { return std::move(text_) + "}"; }

  private:
    std::string text_ = "{";
};

}  // namespace

std::string path_object(std::map<std::string, std::string, std::less<>> const& path) {
    auto part = [&](std::string_view name) {
        auto found = path.find(name);
        return found == path.end() ? std::string() : found->second;
    };
    for (char const* name : {"id", "name"})
        if (auto value = part(name); !value.empty()) return value;
    std::string prefix = part("prefix"), suffix = part("suffix");
    return suffix.empty() ? prefix : prefix + "/" + suffix;
}

std::string audit_line(Call const& call, Route const& route, std::string_view object, storage::Reply const& reply) {
    std::string named(object);
    if (named.empty()) named = path_object(call.path);
    if (named.empty()) named = reply.location;
    Line line;
    line.put("actor", call.principal.id);
    line.put("credential", call.principal.credential);
    line.put("act", registry::name(route.act));
    line.put("method", net::name(route.method));
    line.put("route", call.route);
    line.put("object", named);
    line.put("result", "allow");
    line.put("request", call.request.request_id);
    line.put("address", call.request.head.peer);
    line.put_if("log", reply.log_index);
    return line.end();
}

std::string audit_line(Refusal const& refusal, uint64_t count) {
    Line line;
    line.put("actor", refusal.actor);
    line.put_if("credential", refusal.credential);
    line.put("act", refusal.act);
    line.put("route", refusal.route);
    line.put("object", refusal.object);
    line.put("result", "deny");
    line.put("reason", refusal.reason);
    line.put_if("request", refusal.request);
    line.put("address", refusal.address);
    if (count > 1) line.put("count", count);
    return line.end();
}

}  // namespace ingot::api
