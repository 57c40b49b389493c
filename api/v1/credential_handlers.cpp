#include "api/v1/credential_handlers.hpp"

#include "api/cursor.hpp"
#include "api/json_guard.hpp"
#include "api/json_reader.hpp"
#include "api/v1/identifier_answer.hpp"
#include "api/v1/identifier_call.hpp"
#include "registry/credential_change.hpp"
#include "registry/role_word.hpp"

namespace ingot::api::v1 {
namespace {

using registry::Act;

void write_credential(std::string& out, storage::CredentialRow const& row, std::string_view name,
                      std::vector<uint32_t> const& roles, std::string_view enterprise) {
    out += "{\"id\":" + json_quote(row.id) + ",\"principal\":" + json_quote(row.principal);
    out += ",\"name\":" + json_quote(name) + ",\"roles\":[";
    for (size_t i = 0; i < roles.size(); ++i) {
        if (i) out += ',';
        out.append(1, '"').append(word(static_cast<registry::Role>(roles[i]))).append(1, '"');
    }
    out += ']';
    if (!enterprise.empty()) out += ",\"enterprise\":" + json_quote(enterprise);
    out.append(",\"createdAt\":\"").append(format_time(row.created, 3));
    out.append("\",\"expiresAt\":\"").append(format_time(row.expires, 3)).append(1, '"');
    if (to_micros(row.revoked) != 0) out.append(",\"revokedAt\":\"").append(format_time(row.revoked, 3)).append(1, '"');
}

Result<registry::NewCredential> read_request(Call const& call, Limits const& limits) {
    auto body = JsonBody::parse(call.body(), JsonRules::body(limits));
    if (!body) return fail(std::move(body.error()));
    JsonObject const whole = body->object();
    registry::NewCredential request;
    std::string const role =
        whole.word("role", {"platform_admin", "security_admin", "operator", "viewer", "station", "partner"});
    request.role = registry::role_of(role).value_or(registry::Role::viewer);
    request.name = whole.text_if("name", 1024).value_or("");
    std::string const prefix = whole.text_if("prefix", 255).value_or("");
    request.acts = whole.texts_if("acts", 32, 64);
    if (auto text = whole.text_if("expires", 64)) {
        request.expires = parse_time(*text);
        if (!request.expires)
            whole.fault("expires", "invalid-member", "must be a time with offset", "应为带时区的时间");
    }
    if (auto fine = body->finish(); !fine) return fail(std::move(fine.error()));
    if (!prefix.empty()) {
        auto parsed = ident::Prefix::parse(prefix);
        if (!parsed) return fail(std::move(parsed.error()));
        request.prefix = parsed->canonical();
    }
    return request;
}

storage::Reply made_reply(registry::CredentialMade const& done, std::string_view origin) {
    storage::Reply reply;
    reply.status = 201;
    reply.location = "/v1/credentials/" + done.credential.id;
    reply.log_index = done.log.header();
    write_credential(reply.body, done.credential, done.principal.name, done.principal.roles, done.principal.enterprise);
    write_log(reply.body, done.log, origin);
    reply.body += '}';
    return reply;
}

}  // namespace

Result<net::Answer> list_credentials(Call const& call, Services& services) {
    if (auto known = check_parameters(call, {"limit", "cursor"}); !known) return fail(known.error());
    auto allowed = registry::Authorised::check(call.principal, Act::UserManage, {});
    if (!allowed) return fail(std::move(allowed.error()));
    auto page = ListPage::of(call, services);
    if (!page) return fail(std::move(page.error()));
    auto directory = services.registry.directory();
    auto const& all = directory->credentials();
    std::string body = "{\"items\":[", last;
    uint32_t rows = 0;
    auto it = page->position() ? all.upper_bound(*page->position()) : all.begin();
    for (; it != all.end() && rows < page->limit(); ++it) {
        if (rows++) body += ',';
        auto const& info = it->second;
        std::vector<uint32_t> roles;
        if (info.principal)
            for (registry::Role role : info.principal->roles) roles.push_back(static_cast<uint32_t>(role));
        write_credential(body, info.row, info.principal ? info.principal->name : "", roles,
                         info.principal ? info.principal->enterprise : "");
        if (int64_t const hour = info.last_used_hour->load(std::memory_order_relaxed))
            body += ",\"lastUsedAt\":\"" + format_time(from_micros(hour * 3'600'000'000), 3) + '"';
        body += '}';
        last = it->first;
    }
    net::Answer answer;
    body += ']';
    if (it != all.end()) {
        std::string const next = page->next(last);
        body += ",\"next\":\"" + next + '"';
        answer.header("Link", page->link(next));
    }
    answer.body = std::move(body) + '}';
    answer.header("Content-Type", "application/json").header("Cache-Control", std::string(kPrivate));
    return answer;
}

Result<Change> post_credential(Call const& call, Services& services) {
    if (auto known = check_parameters(call, {}); !known) return fail(known.error());
    auto allowed = registry::Authorised::check(call.principal, Act::UserManage, {});
    if (!allowed) return fail(std::move(allowed.error()));
    auto request = read_request(call, services.limits);
    if (!request) return fail(std::move(request.error()));
    // The key goes into the answer only, never into the stored reply: a secret at rest is one too many.
    auto key = std::make_shared<std::string>();
    auto operation =
        registry::add_credential(services.registry, *allowed, std::move(*request),
                                 [key, origin = services.log_origin](registry::CredentialMade const& done) {
                                     *key = done.key;
                                     return made_reply(done, origin);
                                 });
    if (!operation) return fail(std::move(operation.error()));
    Change change;
    change.operation = std::move(*operation);
    change.owner = call.principal.id;
    change.render = [key](storage::Committed const& committed, net::Answer answer) {
        if (committed.replayed) return answer;
        answer.body.insert(1, "\"key\":\"" + *key + "\",");
        wipe(*key);
        return answer;
    };
    return change;
}

Result<Change> delete_credential(Call const& call, Services& services) {
    if (auto known = check_parameters(call, {}); !known) return fail(known.error());
    auto allowed = registry::Authorised::check(call.principal, Act::UserManage, {});
    if (!allowed) return fail(std::move(allowed.error()));
    auto operation = registry::revoke_credential(services.registry, *allowed, path_identifier(call),
                                                 [](registry::CredentialRevoked const& done) {
                                                     storage::Reply reply;
                                                     reply.status = 204;
                                                     reply.log_index = done.log.header();
                                                     return reply;
                                                 });
    if (!operation) return fail(std::move(operation.error()));
    Change change;
    change.operation = std::move(*operation);
    change.owner = call.principal.id;
    return change;
}

}  // namespace ingot::api::v1
