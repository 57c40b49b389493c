#include "api/json_guard.hpp"
#include "api/v1/code_handlers.hpp"
#include "api/v1/identifier_answer.hpp"
#include "api/v1/identifier_bulk.hpp"
#include "api/v1/identifier_call.hpp"
#include "ident/scan.hpp"
#include "registry/registration.hpp"

namespace ingot::api::v1 {
namespace {

using registry::Act;
using registry::RecordChanged;

registry::BulkItem void_item(std::string_view json, std::string const& reason, Call const& call, Services& services) {
    auto refused = [](Error error) -> registry::BulkItem {
        return [error = std::move(error)](storage::Batch&) -> Result<RecordChanged> { return fail(error); };
    };
    auto body = JsonBody::parse(json);
    if (!body) return refused(std::move(body.error()));
    std::string const text = body->value().text(services.limits.identifier_bytes_read_max);
    if (auto fine = body->finish(); !fine) return refused(std::move(fine.error()));
    auto identifier = ident::Identifier::parse(text);
    if (!identifier) return refused(std::move(identifier.error()));
    auto allowed = services.registry.authorise_change(call.principal, Act::CodeVoid, identifier->prefix());
    if (!allowed) return refused(std::move(allowed.error()));
    return [registrar = registry::Registrar(services.registry, *allowed), identifier = std::move(*identifier),
            reason](storage::Batch& batch) { return registrar.void_code(batch, identifier, reason); };
}

// What a code is to the coding profiles of its prefix.
struct Judged {
    std::string_view check = "none";  // ok, wrong, none
    std::string profile;
    uint32_t version = 0;
};

Judged judge(Services const& services, ident::Identifier const& identifier) {
    auto info = services.registry.prefix_of(identifier);
    if (!info) return {};
    auto const match = ident::match_profiles(info->profiles, identifier);
    if (!match.profile || match.shape == ident::Shape::NoMatch) return {};
    return {match.shape == ident::Shape::Match ? "ok" : "wrong", match.profile->name(), match.profile->version()};
}

std::string_view state_word(resolver::Resolution const& found) {
    switch (found.outcome) {
        case resolver::Outcome::record:
            return word(found.record.state);
        case resolver::Outcome::reserved:
            return "reserved";
        case resolver::Outcome::voided:
            return "void";
        case resolver::Outcome::withdrawn:
            return "withdrawn";
        case resolver::Outcome::elsewhere:
            return "prefix-elsewhere";
        case resolver::Outcome::not_hosted:
            return "prefix-not-hosted";
        case resolver::Outcome::absent:
            return "unknown";
    }
    return "unknown";
}

// Members of an answer about one scanned text, each with a comma before it. No registration data.
Result<std::string> verify_members(std::string const& text, storage::View const& view, Call const& call,
                                   Services& services) {
    auto scan = ident::parse_scan(text);
    if (!scan) return fail(std::move(scan.error()));
    std::string out = ",\"text\":" + json_quote(text);
    out.append(",\"kind\":\"").append(word(scan->kind)).append(1, '"');
    if (!scan->identifier) return out += ",\"check\":\"none\",\"state\":\"unknown\"";
    auto found = services.resolver.resolve_in(view, *scan->identifier, call.principal);
    if (!found) return fail(std::move(found.error()));
    Judged const judged = judge(services, *scan->identifier);
    out += ",\"identifier\":" + json_quote(scan->identifier->display());
    if (!judged.profile.empty())
        out += ",\"profile\":" + json_quote(judged.profile) + ",\"version\":" + std::to_string(judged.version);
    out.append(",\"check\":\"").append(judged.check).append("\",\"state\":\"").append(state_word(*found));
    return out.append(1, '"');
}

Result<std::string> text_of(std::string_view json, size_t bytes_max) {
    auto body = JsonBody::parse(json);
    if (!body) return fail(std::move(body.error()));
    std::string text =
        body->value().kind() == JsonKind::text ? body->value().text(bytes_max) : body->object().text("text", bytes_max);
    if (auto fine = body->finish(); !fine) return fail(std::move(fine.error()));
    return text;
}

}  // namespace

Result<Change> void_codes(Call const& call, Services& services) {
    if (auto known = check_parameters(call, {"onerror"}); !known) return fail(known.error());
    auto on_error = read_on_error(call);
    if (!on_error) return fail(std::move(on_error.error()));
    JsonItems const wanted{{"codes"}, services.limits.batch_items_max};
    auto body = JsonBody::parse(call.body(), JsonRules::batch(services.limits), &wanted);
    if (!body) return fail(std::move(body.error()));
    JsonObject const whole = body->object();
    std::vector<JsonValue> codes = whole.value("codes").items(wanted.items_max);
    std::string const reason = whole.text("reason", 1024);
    if (codes.empty()) whole.fault("codes", "invalid-member", "is empty", "为空");
    if (auto fine = body->finish(); !fine) return fail(std::move(fine.error()));
    std::vector<registry::BulkItem> items;
    for (JsonValue const& code : codes) items.push_back(void_item(code.raw(), reason, call, services));
    std::string const first =
        codes.front().kind() == JsonKind::text ? codes.front().text(services.limits.identifier_bytes_read_max) : "";
    auto row = [context = keep_context(call, services)](size_t i, Result<RecordChanged> const& done) {
        if (!done) return BulkAnswer::error_text(i, done.error(), context.problem());
        std::string out = "{\"index\":" + std::to_string(i);
        out += ",\"status\":\"voided\",\"code\":";
        write_text(out, done->record.identifier);
        out.append(",\"state\":\"void\",\"log\":{\"index\":").append(std::to_string(done->log.first));
        return out.append("}}");
    };
    auto render = [origin = services.log_origin](registry::BulkDone const& done) {
        BulkAnswer rows(false);
        for (std::string const& text : done.rows) rows.add(text);
        storage::Reply reply;
        std::string log;
        write_log(log, done.log, origin);
        reply.log_index = done.log.header();
        reply.body = rows.finish(log);
        return reply;
    };
    Change change;
    change.operation = registry::bulk_change(std::move(items), *on_error, row, render);
    change.owner = call.principal.enterprise;
    change.object = object_of_many(first, codes.size());
    return change;
}

Result<net::Answer> verify_codes(Call const& call, Services& services) {
    if (auto known = check_parameters(call, {}); !known) return fail(known.error());
    auto bulk = read_bulk(call, services, {"items"});
    if (!bulk) return fail(std::move(bulk.error()));
    auto view = services.engine.view();
    if (!view) return fail(std::move(view.error()));
    net::Answer answer;
    answer.header("Cache-Control", std::string(kPrivate));
    if (!*bulk) {
        auto text = text_of(call.body(), 2048);
        if (!text) return fail(std::move(text.error()));
        auto members = verify_members(*text, **view, call, services);
        if (!members) return fail(std::move(members.error()));
        answer.header("Content-Type", "application/json");
        answer.body = '{' + members->substr(1) + '}';
        return answer;
    }
    BulkAnswer rows((*bulk)->lines);
    for (size_t i = 0; i < (*bulk)->items.size(); ++i) {
        auto text = text_of((*bulk)->items[i], 2048);
        auto members = text ? verify_members(*text, **view, call, services) : fail(std::move(text.error()));
        if (!members) {
            rows.error_row(i, members.error(), problem_context(call, services));
            continue;
        }
        rows.begin_row(i).append(",\"status\":\"verified\"").append(*members);
        rows.end_row();
    }
    answer.header("Content-Type", std::string(rows.content_type()));
    answer.body = rows.finish();
    return answer;
}

}  // namespace ingot::api::v1
