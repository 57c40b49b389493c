#include "api/v1/prefix_handlers.hpp"

#include "api/cursor.hpp"
#include "api/json_guard.hpp"
#include "api/json_reader.hpp"
#include "api/v1/identifier_answer.hpp"
#include "api/v1/identifier_call.hpp"
#include "base/encoding.hpp"
#include "registry/prefix_change.hpp"

namespace ingot::api::v1 {
namespace {

using registry::Act;
using registry::PrefixInfo;
using registry::Visibility;

// Everyone may know whose a prefix is and where it lives; its owner and the platform see how it is run.
Visibility level_for(registry::Principal const& principal, PrefixInfo const& info) {
    registry::Resource const resource{info.prefix, info.enterprise, true};
    if (authorize(principal, Act::PrefixDelegate, resource).verdict == registry::Verdict::Allow)
        return Visibility::record;
    bool const own = !principal.enterprise.empty() && principal.enterprise == info.enterprise && principal.active;
    return own ? Visibility::record : Visibility::public_fields;
}

void write_prefix(std::string& out, PrefixInfo const& info, Visibility level) {
    out += "{\"prefix\":" + json_quote(info.display);
    out += ",\"enterprise\":{\"id\":" + json_quote(info.enterprise) + ",\"name\":" + json_quote(info.enterprise_name);
    out.append("},\"hosted\":").append(info.hosted ? "true" : "false");
    out.append(",\"suspended\":").append(info.suspended ? "true" : "false");
    if (!info.referral_url.empty()) out += ",\"referral\":{\"url\":" + json_quote(info.referral_url) + '}';
    if (level == Visibility::record) {
        out += ",\"codeType\":" + json_quote(info.code_type) + ",\"profiles\":[";
        for (size_t i = 0; i < info.adopted.size(); ++i) out += (i ? "," : "") + json_quote(info.adopted[i]);
        out += ']';
        if (!info.trace_mode.empty()) out += ",\"traceMode\":" + json_quote(info.trace_mode);
        if (!info.landing_redirect.empty()) out += ",\"landingRedirect\":" + json_quote(info.landing_redirect);
        out.append(",\"version\":").append(std::to_string(info.version));
        out.append(",\"createdAt\":\"").append(format_time(info.created, 3));
        out.append("\",\"updatedAt\":\"").append(format_time(info.changed, 3)).append(1, '"');
    }
    out += ",\"etag\":" + json_quote(registry::prefix_etag(info.prefix, info.version, info.enterprise_version, level)) +
           '}';
}

PrefixInfo info_of(registry::PrefixChanged const& done, std::string const& canonical) {
    PrefixInfo info;
    info.prefix = canonical;
    info.display = done.prefix.prefix;
    info.enterprise = done.enterprise.id;
    info.enterprise_name = done.enterprise.name;
    info.enterprise_version = done.enterprise.version;
    info.hosted = !done.prefix.unhosted;
    info.suspended = done.prefix.suspended;
    info.referral_url = done.prefix.referral_url;
    info.trace_mode = done.enterprise.trace_mode;
    info.code_type = done.prefix.code_type;
    info.landing_redirect = done.prefix.landing_redirect;
    info.version = done.prefix.version;
    info.created = done.prefix.created;
    info.changed = done.prefix.changed;
    info.adopted = done.prefix.profiles;
    return info;
}

storage::Reply prefix_reply(registry::PrefixChanged const& done, std::string const& canonical, int status,
                            std::string_view origin) {
    storage::Reply reply;
    reply.status = status;
    if (status == 201) reply.location = "/v1/prefixes/" + percent_encode(done.prefix.prefix);
    reply.etag = registry::prefix_etag(canonical, done.prefix.version, done.enterprise.version, Visibility::record);
    reply.log_index = done.log.header();
    write_prefix(reply.body, info_of(done, canonical), Visibility::record);
    reply.body.pop_back();
    write_log(reply.body, done.log, origin);
    reply.body += '}';
    return reply;
}

std::optional<std::string> referral_url(JsonObject const& whole) {
    if (whole.is_null("referral")) return std::string();
    auto referral = whole.object_if("referral");
    if (!referral) return std::nullopt;
    return referral->text("url", 2048);
}

Change change_of(storage::Operation operation, Call const& call, std::string prefix) {
    Change change;
    change.operation = std::move(operation);
    change.owner = call.principal.id;
    change.object = std::move(prefix);
    return change;
}

std::string link_or_nothing(std::string& body, ListPage const& page, std::optional<std::string> const& last) {
    body += ']';
    if (!last) {
        body += '}';
        return {};
    }
    std::string const next = page.next(*last);
    body += ",\"next\":\"" + next + "\"}";
    return page.link(next);
}

// A list over a map of the directory: one page of what `write` puts out for each entry.
template <class Map, class Write>
Result<net::Answer> list_map(Call const& call, Services& services, Map const& map, Write&& write) {
    auto page = ListPage::of(call, services);
    if (!page) return fail(std::move(page.error()));
    auto it = page->position() ? map.upper_bound(*page->position()) : map.begin();
    std::string body = "{\"items\":[";
    std::optional<std::string> last;
    uint32_t rows = 0;
    for (; it != map.end(); ++it) {
        if (rows == page->limit() || body.size() >= services.limits.answer_bytes_max) break;
        if (rows++) body += ',';
        write(body, it->first, it->second);
        last = it->first;
    }
    if (it == map.end()) last.reset();
    net::Answer answer;
    std::string link = link_or_nothing(body, *page, last);
    if (!link.empty()) answer.header("Link", std::move(link));
    answer.header("Content-Type", "application/json").header("Cache-Control", std::string(kPrivate));
    answer.body = std::move(body);
    return answer;
}

void write_enterprise(std::string& out, storage::EnterpriseRow const& row, registry::Directory const& known) {
    out += "{\"id\":" + json_quote(row.id) + ",\"name\":" + json_quote(row.name) + ",\"prefixes\":[";
    bool first = true;
    for (auto const& info : known.prefixes_of(row.id)) {
        out += (first ? "" : ",") + json_quote(info->display);
        first = false;
    }
    out += "]}";
}

}  // namespace

Result<net::Answer> list_prefixes(Call const& call, Services& services) {
    if (auto known = check_parameters(call, {"limit", "cursor"}); !known) return fail(known.error());
    auto directory = services.registry.directory();
    return list_map(call, services, directory->prefixes(), [&](std::string& out, std::string const&, auto const& info) {
        write_prefix(out, *info, level_for(call.principal, *info));
    });
}

Result<net::Answer> get_prefix(Call const& call, Services& services) {
    if (auto known = check_parameters(call, {}); !known) return fail(known.error());
    auto prefix = ident::Prefix::parse(path_identifier(call));
    if (!prefix) return fail(std::move(prefix.error()));
    auto info = services.registry.directory()->exact_prefix(prefix->canonical());
    if (!info) return fail(Code::NotFound, "this prefix is not registered here", "该前缀未在本节点登记");
    Visibility const level = level_for(call.principal, *info);
    std::string const etag = registry::prefix_etag(info->prefix, info->version, info->enterprise_version, level);
    if (auto same = not_modified(call, etag, kPrivate)) return std::move(*same);
    std::string body;
    write_prefix(body, *info, level);
    net::Answer answer = json_answer(200, std::move(body));
    answer.header("ETag", etag).header("Cache-Control", std::string(kPrivate));
    return answer;
}

Result<Change> post_prefix(Call const& call, Services& services) {
    if (auto known = check_parameters(call, {}); !known) return fail(known.error());
    auto allowed = registry::Authorised::check(call.principal, Act::PrefixDelegate, {});
    if (!allowed) return fail(std::move(allowed.error()));
    auto body = JsonBody::parse(call.body(), JsonRules::body(services.limits));
    if (!body) return fail(std::move(body.error()));
    JsonObject const whole = body->object();
    std::string const text = whole.text("prefix", 255);
    std::string const name = whole.text_if("name").value_or("");
    std::string const enterprise = whole.text_if("enterprise", 64).value_or("");
    if (name.empty() == enterprise.empty())
        whole.fault("name", "invalid-member", "send name for a new enterprise, or enterprise for a known one",
                    "新企业请给出 name，已有企业请给出 enterprise");
    bool const hosted = whole.boolean_if("hosted").value_or(true);
    std::string referral = referral_url(whole).value_or("");
    std::string const code_type = whole.text_if("codeType", 16).value_or("");
    std::string const trace_mode = whole.word_if("traceMode", {"strict", "tolerant"}).value_or("");
    std::vector<std::string> profiles = whole.texts_if("profiles", 16, 128);
    if (auto fine = body->finish(); !fine) return fail(std::move(fine.error()));
    auto prefix = ident::Prefix::parse_for_registration(text);
    if (!prefix) return fail(std::move(prefix.error()));
    registry::NewPrefix request{*prefix,   name,       enterprise,         hosted, std::move(referral),
                                code_type, trace_mode, std::move(profiles)};
    auto operation = registry::add_prefix(
        services.registry, *allowed, std::move(request),
        [origin = services.log_origin, canonical = prefix->canonical()](registry::PrefixChanged const& done) {
            return prefix_reply(done, canonical, 201, origin);
        });
    if (!operation) return fail(std::move(operation.error()));
    return change_of(std::move(*operation), call, prefix->canonical());
}

Result<Change> patch_prefix(Call const& call, Services& services) {
    if (auto known = check_parameters(call, {}); !known) return fail(known.error());
    auto allowed = registry::Authorised::check(call.principal, Act::PrefixDelegate, {});
    if (!allowed) return fail(std::move(allowed.error()));
    auto prefix = ident::Prefix::parse(path_identifier(call));
    if (!prefix) return fail(std::move(prefix.error()));
    auto body = JsonBody::parse(call.body(), JsonRules::body(services.limits));
    if (!body) return fail(std::move(body.error()));
    JsonObject const whole = body->object();
    registry::PrefixPatch patch;
    patch.suspended = whole.boolean_if("suspended");
    patch.hosted = whole.boolean_if("hosted");
    patch.referral_url = referral_url(whole);
    patch.code_type = whole.text_if("codeType", 16);
    patch.name = whole.text_if("name");
    patch.trace_mode = whole.is_null("traceMode") ? std::string() : whole.word_if("traceMode", {"strict", "tolerant"});
    patch.landing_redirect = whole.is_null("landingRedirect")
                                 ? std::string()
                                 : whole.word_if("landingRedirect", {"any", "registered", "never"});
    if (whole.has("profiles")) patch.profiles = whole.texts("profiles", 16, 128);
    if (auto fine = body->finish(); !fine) return fail(std::move(fine.error()));
    if (patch.suspended)
        if (auto may = registry::Authorised::check(call.principal, Act::PrefixSuspend, {}); !may)
            return fail(std::move(may.error()));
    auto operation = registry::change_prefix(
        services.registry, *allowed, prefix->canonical(), std::move(patch), precondition_of(call),
        [origin = services.log_origin, canonical = prefix->canonical()](registry::PrefixChanged const& done) {
            return prefix_reply(done, canonical, 200, origin);
        });
    if (!operation) return fail(std::move(operation.error()));
    return change_of(std::move(*operation), call, prefix->canonical());
}

Result<net::Answer> list_enterprises(Call const& call, Services& services) {
    if (auto known = check_parameters(call, {"limit", "cursor"}); !known) return fail(known.error());
    auto directory = services.registry.directory();
    return list_map(
        call, services, directory->enterprises(),
        [&](std::string& out, std::string const&, auto const& row) { write_enterprise(out, row, *directory); });
}

Result<net::Answer> get_enterprise(Call const& call, Services& services) {
    if (auto known = check_parameters(call, {}); !known) return fail(known.error());
    auto directory = services.registry.directory();
    auto const* row = directory->enterprise(path_identifier(call));
    if (!row) return fail(Code::NotFound, "there is no such enterprise", "没有找到该企业");
    std::string body;
    write_enterprise(body, *row, *directory);
    net::Answer answer = json_answer(200, std::move(body));
    answer.header("Cache-Control", std::string(kPrivate));
    return answer;
}

}  // namespace ingot::api::v1
