#include "api/v1/identifier_call.hpp"

#include <algorithm>

#include "base/encoding.hpp"

namespace ingot::api {

std::string path_identifier(Call const& call) {
    auto part = [&](std::string_view name) -> std::string const* {
        auto found = call.path.find(name);
        return found == call.path.end() ? nullptr : &found->second;
    };
    if (auto const* suffix = part("suffix")) {
        std::string text;
        if (auto const* prefix = part("prefix")) text = *prefix;
        return text.append(1, '/').append(*suffix);
    }
    for (std::string_view name : {"handle", "tail", "identifier", "id", "prefix"})
        if (auto const* whole = part(name)) return *whole;
    return {};
}

registry::Precondition precondition_of(Call const& call) {
    registry::Precondition before;
    before.if_match = std::string(call.request.head.field("If-Match"));
    before.if_none_match_any = call.request.head.field("If-None-Match") == "*";
    return before;
}

std::optional<net::Answer> not_modified(Call const& call, std::string_view etag, std::string_view cache_control) {
    if (!registry::if_none_match_hits(call.request.head.field("If-None-Match"), etag)) return std::nullopt;
    net::Answer answer;
    answer.status = 304;
    answer.header("ETag", std::string(etag)).header("Cache-Control", std::string(cache_control));
    return answer;
}

Result<std::string> view_of(Call const& call, std::initializer_list<std::string_view> allowed) {
    auto view = call.parameter("view");
    if (!view) return std::string(*allowed.begin());
    if (std::find(allowed.begin(), allowed.end(), *view) != allowed.end()) return std::string(*view);
    std::string words;
    for (std::string_view word : allowed) words.append(words.empty() ? "" : ", ").append(word);
    Error error{Code::InvalidParameter, "view must be one of: " + words, "view 应为：" + words};
    error.faults.push_back({"parameter:view", "invalid-parameter", error.detail, error.detail_zh});
    return fail(std::move(error));
}

std::string identifier_location(std::string_view display) { return "/v1/identifiers/" + percent_encode(display, "/"); }

std::chrono::microseconds elapsed(Call const& call, Services const& services) {
    return std::chrono::duration_cast<std::chrono::microseconds>(services.clock.steady() -
                                                                 call.request.received_steady);
}

}  // namespace ingot::api
