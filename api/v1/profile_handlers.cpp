#include "api/v1/profile_handlers.hpp"

#include <charconv>

#include "api/cursor.hpp"
#include "api/json_guard.hpp"
#include "api/v1/identifier_call.hpp"
#include "base/crypto.hpp"
#include "base/encoding.hpp"
#include "registry/profile_change.hpp"

namespace ingot::api::v1 {
namespace {

using registry::Act;

// The node-wide scope is everyone's, a prefix its enterprise's and the platform's.
bool sees(registry::Directory const& known, registry::Principal const& principal, std::string_view scope) {
    if (scope == "*" || principal.has(registry::Role::platform_admin)) return true;
    auto const info = known.exact_prefix(scope);
    return info && !principal.enterprise.empty() && info->enterprise == principal.enterprise;
}

// Only profiles that may be used under this prefix are wanted: its own and the node-wide ones. Nothing = all.
struct Scope {
    std::optional<std::string> prefix;  // canonical
    bool holds(std::string_view scope) const { return !prefix || scope == "*" || scope == *prefix; }
};

Result<Scope> scope_of(Call const& call) {
    auto const text = call.parameter("prefix");
    if (!text) return Scope{};
    auto prefix = ident::Prefix::parse(*text);
    if (!prefix) {
        Error error{Code::InvalidParameter, "prefix is not a prefix: " + prefix.error().detail,
                    "prefix 不是有效的前缀：" + prefix.error().detail_zh};
        error.faults.push_back({"parameter:prefix", "invalid-parameter", error.detail, error.detail_zh});
        return fail(std::move(error));
    }
    return Scope{prefix->canonical()};
}

struct Named {
    std::string name;
    uint32_t version = 0;
};

Result<Named> named(Call const& call) {
    Named wanted;
    if (auto found = call.path.find("name"); found != call.path.end()) wanted.name = found->second;
    std::string_view text;
    if (auto found = call.path.find("version"); found != call.path.end()) text = found->second;
    auto const [end, trouble] = std::from_chars(text.data(), text.data() + text.size(), wanted.version);
    if (trouble != std::errc() || end != text.data() + text.size() || wanted.version == 0)
        return fail(Code::NotFound, "there is no such coding profile", "没有该编码方案");
    return wanted;
}

// An own one before the node-wide one of that name.
registry::ProfileInfo const* find_profile(registry::Directory const& known, registry::Principal const& principal,
                                          Named const& wanted, Scope const& scope) {
    auto look = [&](std::string_view at) -> registry::ProfileInfo const* {
        return sees(known, principal, at) ? known.profile(at, wanted.name, wanted.version) : nullptr;
    };
    registry::ProfileInfo const* found = nullptr;
    if (scope.prefix)
        found = look(*scope.prefix);
    else if (!principal.enterprise.empty())
        for (auto const& own : known.prefixes_of(principal.enterprise))
            if (!found) found = look(own->prefix);
    return found ? found : look("*");
}

std::string document_etag(std::string_view json) { return '"' + to_hex(bytes_of(sha256(json)).substr(0, 8)) + '"'; }

}  // namespace

Result<net::Answer> list_profiles(Call const& call, Services& services) {
    if (auto known = check_parameters(call, {"prefix", "limit", "cursor"}); !known) return fail(known.error());
    auto scope = scope_of(call);
    if (!scope) return fail(std::move(scope.error()));
    auto page = ListPage::of(call, services);
    if (!page) return fail(std::move(page.error()));
    auto directory = services.registry.directory();
    auto const& all = directory->profiles();
    std::string body = "{\"items\":[";
    std::optional<std::string> last, next;
    uint32_t rows = 0;
    for (auto it = page->position() ? all.upper_bound(*page->position()) : all.begin(); it != all.end(); ++it) {
        auto const key = storage::parse_profile_key(it->first);
        if (!key || !scope->holds(key->prefix) || !sees(*directory, call.principal, key->prefix)) continue;
        if (rows == page->limit()) {
            next = last;
            break;
        }
        if (rows++) body += ',';
        body += "{\"profile\":" + json_quote(key->name) + ",\"version\":" + std::to_string(key->version);
        body += ",\"prefix\":" + json_quote(it->second.profile.prefix());
        body.append(",\"used\":").append(it->second.used ? "true" : "false");
        body.append(",\"createdAt\":\"").append(format_time(it->second.created, 3)).append("\"}");
        last = it->first;
    }
    net::Answer answer;
    body += ']';
    if (next) {
        std::string const cursor = page->next(*next);
        body += ",\"next\":\"" + cursor + '"';
        answer.header("Link", page->link(cursor));
    }
    answer.body = std::move(body) + '}';
    answer.header("Content-Type", "application/json").header("Cache-Control", std::string(kPrivate));
    return answer;
}

Result<net::Answer> get_profile(Call const& call, Services& services) {
    if (auto known = check_parameters(call, {"prefix"}); !known) return fail(known.error());
    auto wanted = named(call);
    if (!wanted) return fail(std::move(wanted.error()));
    auto scope = scope_of(call);
    if (!scope) return fail(std::move(scope.error()));
    auto directory = services.registry.directory();
    registry::ProfileInfo const* info = find_profile(*directory, call.principal, *wanted, *scope);
    if (!info) return fail(Code::NotFound, "there is no such coding profile", "没有该编码方案");
    std::string const& json = info->profile.json();
    std::string const etag = document_etag(json);
    if (auto same = not_modified(call, etag, kPrivate)) return std::move(*same);
    net::Answer answer = json_answer(200, json);
    answer.header("ETag", etag).header("Cache-Control", std::string(kPrivate));
    return answer;
}

Result<Change> put_profile(Call const& call, Services& services) {
    if (auto known = check_parameters(call, {}); !known) return fail(known.error());
    auto wanted = named(call);
    if (!wanted) return fail(std::move(wanted.error()));
    if (auto fine = check_json(call.body(), JsonRules::body(services.limits)); !fine) return fail(fine.error());
    auto profile = ident::CodingProfile::parse(call.body());
    if (!profile) return fail(std::move(profile.error()));
    if (profile->name() != wanted->name || profile->version() != wanted->version) {
        Error error{Code::ProfileViolation, "the document has another name or version than the address",
                    "文档的名称或版本与地址不一致"};
        error.faults.push_back({"/profile", "profile-violation", error.detail, error.detail_zh});
        return fail(std::move(error));
    }
    auto allowed = [&]() -> Result<registry::Authorised> {
        if (profile->prefix() == "*") return registry::Authorised::check(call.principal, Act::TemplateWrite, {});
        auto prefix = ident::Prefix::parse(profile->prefix());
        if (!prefix) return fail(std::move(prefix.error()));
        return services.registry.authorise_change(call.principal, Act::TemplateWrite, *prefix);
    }();
    if (!allowed) return fail(std::move(allowed.error()));
    auto operation = registry::store_profile(
        services.registry, *allowed, std::move(*profile), [](registry::ProfileStored const& done) {
            storage::Reply reply;
            reply.status = done.created ? 201 : 200;
            reply.etag = document_etag(done.profile.json());
            reply.log_index = done.log.header();
            if (done.created)
                reply.location = "/v1/coding-profiles/" + percent_encode(done.profile.name()) + '/' +
                                 std::to_string(done.profile.version());
            reply.body = done.profile.json();
            return reply;
        });
    if (!operation) return fail(std::move(operation.error()));
    Change change;
    change.operation = std::move(*operation);
    change.owner = call.principal.enterprise.empty() ? call.principal.id : call.principal.enterprise;
    return change;
}

}  // namespace ingot::api::v1
