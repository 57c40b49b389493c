#include "registry/etag.hpp"

#include "base/crypto.hpp"
#include "base/encoding.hpp"

namespace ingot::registry {
namespace {

// Calls `hit(tag, weak)` for each entity tag of a list; a malformed list ends it.
template <class Hit>
bool any_tag(std::string_view field, Hit&& hit) {
    while (!field.empty()) {
        size_t const start = field.find_first_not_of(" \t,");
        if (start == std::string_view::npos) return false;
        field.remove_prefix(start);
        bool const weak = field.substr(0, 2) == "W/";
        if (weak) field.remove_prefix(2);
        size_t const end = field.size() > 1 && field[0] == '"' ? field.find('"', 1) : std::string_view::npos;
        if (end == std::string_view::npos) return false;
        if (hit(field.substr(0, end + 1), weak)) return true;
        field.remove_prefix(end + 1);
    }
    return false;
}

}  // namespace

std::string make_etag(std::string_view id, uint64_t version, Visibility level, std::string_view form) {
    std::string text(id);
    text += '\0';
    text += std::to_string(version);
    text += '\0';
    text += static_cast<char>('0' + static_cast<int>(level));
    text += '\0';
    text += form;
    return '"' + to_hex(bytes_of(sha256(text)).substr(0, 8)) + '"';
}

bool if_match_fits(std::string_view field, std::string_view etag) {
    if (field == "*") return true;
    return any_tag(field, [&](std::string_view tag, bool weak) { return !weak && tag == etag; });
}

bool if_none_match_hits(std::string_view field, std::string_view etag) {
    if (field.empty()) return false;
    if (field == "*") return true;
    return any_tag(field, [&](std::string_view tag, bool) { return tag == etag; });
}

Result<void> check_if_match(Precondition const& before, std::string_view current) {
    if (before.if_match.empty())
        return fail(Code::EtagRequired, "send If-Match with the ETag of the state you read",
                    "请用 If-Match 带上所读状态的 ETag");
    if (if_match_fits(before.if_match, current)) return {};
    Error error{Code::EtagMismatch, "it was changed meanwhile: read it again", "内容已被更改，请重新读取"};
    return fail(error.with("current", std::string(current)));
}

}  // namespace ingot::registry
