#include "api/handle/handle_handlers.hpp"

#include <algorithm>

#include "api/handle/handle_body.hpp"
#include "api/json_guard.hpp"
#include "api/metrics.hpp"
#include "api/ready_answer.hpp"
#include "api/v1/identifier_call.hpp"
#include "base/encoding.hpp"
#include "registry/registration.hpp"

namespace ingot::api::handle {
namespace {

using registry::Visibility;
using resolver::Dialect;
using resolver::max_age;
using resolver::Outcome;
using resolver::visible_values;

constexpr std::string_view kNoStore = "no-store";

// `[A-Za-z_$][A-Za-z0-9_$.]{0,63}`
bool is_callback(std::string_view name) {
    auto const letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || c == '$'; };
    if (name.empty() || name.size() > 64 || !letter(name[0])) return false;
    return std::all_of(name.begin(), name.end(),
                       [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '.'; });
}

net::Answer refusal(ResponseCode code, std::string_view handle, std::string_view message = {}) {
    net::Answer answer = json(status_of(code), plain_body(code, handle, message));
    answer.header("Cache-Control", std::string(kNoStore));
    return answer;
}

net::Answer answer_of_error(Error const& error, std::string_view handle) {
    if (error.code == Code::InvalidIdentifier || error.code == Code::BadEncoding)
        return refusal(ResponseCode::invalid_handle, handle);
    bool const busy = error.code == Code::StorageUnavailable || error.code == Code::Busy;
    net::Answer answer = refusal(ResponseCode::error, handle);
    if (busy) {
        answer.status = 503;
        answer.body = "{\"responseCode\":3,\"handle\":" + json_quote(handle) + '}';
    }
    return answer;
}

// The body for the outcomes that show no record.
std::optional<net::Answer> answer_without_record(resolver::Resolution const& found, std::string_view handle) {
    switch (found.outcome) {
        case Outcome::record:
        case Outcome::reserved:
            return std::nullopt;
        case Outcome::not_hosted:
            return refusal(ResponseCode::not_responsible, handle, "That prefix doesn't live here");
        case Outcome::elsewhere:
            return refusal(ResponseCode::referral, handle);
        default:
            return refusal(ResponseCode::handle_not_found, handle);
    }
}

// A tag for these very bytes: they repeat the handle as it was sent and depend on what was selected.
std::string tag_of(Call const& call, ident::Identifier const& identifier, std::string const& handle,
                   resolver::Resolution const& found, Visibility level) {
    return registry::record_etag(identifier.canonical(), found.record.version, level,
                                 "handle\n" + handle + '\n' + std::string(call.request.head.query));
}

// Anonymous, no parameters: from the ready answers, or made and kept.
net::Answer answer_public(Call const& call, Services& services, ident::Identifier const& identifier,
                          std::string const& handle, bool& shown) {
    shown = true;
    if (auto kept = services.resolver.find_answer(Dialect::handle, identifier, handle))
        return answer_from(call, *std::static_pointer_cast<ReadyAnswer const>(kept));
    auto found = services.resolver.resolve(identifier, call.principal);
    shown = found && (found->outcome == Outcome::record || found->outcome == Outcome::reserved);
    if (!found) return answer_of_error(found.error(), handle);
    if (auto other = answer_without_record(*found, handle)) return std::move(*other);
    auto const values = visible_values(found->record, found->level);
    auto ready = make_ready("application/json;charset=utf-8", tag_of(call, identifier, handle, *found, found->level),
                            "public, max-age=" + std::to_string(max_age(values, services.clock.now())),
                            values_body(handle, values));
    bool const fixed = std::none_of(values.begin(), values.end(), [](auto const* v) { return v->ttl_absolute; });
    if (fixed) services.resolver.keep_answer(Dialect::handle, identifier, handle, ready, ready->bytes(), *found);
    return answer_from(call, *ready);
}

net::Answer answer_selected(Call const& call, Services& services, ident::Identifier const& identifier,
                            std::string const& handle, registry::Principal const& principal, bool& shown) {
    shown = false;
    auto const selection = Selection::of(call);
    if (!selection) return refusal(ResponseCode::protocol_error, handle, "index must be a number");
    auto found = services.resolver.resolve(identifier, principal);
    if (!found) return answer_of_error(found.error(), handle);
    if (auto other = answer_without_record(*found, handle)) return std::move(*other);
    bool const anonymous = principal.anonymous();
    bool const public_only = truth(call, "publiconly", anonymous);
    Visibility const level = public_only ? Visibility::public_fields : found->level;
    auto values = visible_values(found->record, level);
    if (!public_only && anonymous) {
        bool const hidden = std::any_of(found->record.values.begin(), found->record.values.end(),
                                        [&](auto const& v) { return selection->takes(v) && !v.is_public(); });
        if (hidden) return refusal(ResponseCode::authentication_needed, handle);
    }
    std::erase_if(values, [&](auto const* value) { return !selection->takes(*value); });
    shown = true;
    std::string const etag = tag_of(call, identifier, handle, *found, level);
    std::string const cache_control =
        anonymous ? "public, max-age=" + std::to_string(max_age(values, services.clock.now())) : std::string(kNoStore);
    if (auto same = not_modified(call, etag, cache_control)) return std::move(*same);
    net::Answer answer = json(200, values_body(handle, values));
    answer.header("ETag", etag).header("Cache-Control", cache_control);
    return answer;
}

// JSONP wraps the JSON of any answer that has a body.
void wrap(net::Answer& answer, std::string_view callback) {
    if (answer.status == 304) return;
    answer.body = std::string(callback) + '(' + answer.body + ");";
    for (auto& [name, value] : answer.headers)
        if (name == "Content-Type") value = "application/javascript;charset=utf-8";
}

}  // namespace

Result<net::Answer> get_handle(Call const& call, Services& services) {
    std::string const handle = path_identifier(call);
    auto const callback = call.parameter("callback");
    registry::Principal const nobody;
    net::Answer answer;
    bool shown = false;
    auto identifier = ident::Identifier::parse(handle);
    if (callback && !is_callback(*callback)) {
        answer = refusal(ResponseCode::protocol_error, handle, "callback is not a valid name");
    } else if (!identifier) {
        answer = answer_of_error(identifier.error(), handle);
    } else if (call.parameters.empty() && call.principal.anonymous()) {
        answer = answer_public(call, services, *identifier, handle, shown);
    } else {
        answer = answer_selected(call, services, *identifier, handle, callback ? nobody : call.principal, shown);
    }
    auto const registered = identifier ? services.registry.prefix_of(*identifier) : nullptr;
    services.metrics.resolved(registered ? registered->prefix : "", Surface::handle, shown, elapsed(call, services));
    auto const pretty = call.parameter("pretty");
    if (pretty && *pretty != "true" && truth(call, "pretty", false)) answer.body = indent_json(answer.body);
    if (callback && is_callback(*callback)) wrap(answer, *callback);
    add_cors(call, answer);
    return answer;
}

Result<net::Answer> unknown_endpoint(Call const& call, Services&) {
    std::string const asked = std::string(call.request.head.method_text) + ' ' + excerpt(call.request.head.path);
    net::Answer answer =
        json(404, "{\"responseCode\":4,\"message\":" + json_quote("Unknown HTTP API endpoint " + asked) + '}');
    add_cors(call, answer);
    return answer;
}

}  // namespace ingot::api::handle
