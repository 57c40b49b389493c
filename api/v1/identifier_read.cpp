#include "api/cursor.hpp"
#include "api/json_guard.hpp"
#include "api/metrics.hpp"
#include "api/ready_answer.hpp"
#include "api/v1/identifier_answer.hpp"
#include "api/v1/identifier_bulk.hpp"
#include "api/v1/identifier_call.hpp"
#include "api/v1/identifier_handlers.hpp"
#include "registry/registration.hpp"
#include "storage/keys.hpp"

namespace ingot::api::v1 {
namespace {

using registry::Visibility;
using resolver::Dialect;
using resolver::max_age;
using resolver::Outcome;
using resolver::visible_values;

// The public answer, kept for the next caller.
std::shared_ptr<ReadyAnswer const> make_ready_record(Services& services, ident::Identifier const& identifier,
                                                     resolver::Resolution const& found) {
    auto const values = visible_values(found.record, found.level);
    std::string body;
    write_record(body, found.record, identifier.canonical(), found.level);
    auto ready =
        make_ready("application/json", registry::record_etag(identifier.canonical(), found.record.version, found.level),
                   "public, max-age=" + std::to_string(max_age(values, services.clock.now())), std::move(body));
    bool fixed = true;  // a value that ends at a certain time changes what may be said of its age
    for (auto const* value : values) fixed = fixed && !value->ttl_absolute;
    if (fixed) services.resolver.keep_answer(Dialect::v1, identifier, {}, ready, ready->bytes(), found);
    return ready;
}

void count(Call const& call, Services& services, resolver::Resolution const* found, bool ok) {
    std::string_view const prefix = found && found->prefix ? std::string_view(found->prefix->prefix) : "";
    services.metrics.resolved(prefix, Surface::v1, ok, elapsed(call, services));
}

bool shows_record(resolver::Resolution const& found) {
    return found.outcome == Outcome::record || found.outcome == Outcome::reserved;
}

// For everyone without a login: no store read when the answer is ready.
Result<net::Answer> answer_anonymous(Call const& call, Services& services, ident::Identifier const& identifier) {
    if (auto kept = services.resolver.find_answer(Dialect::v1, identifier, {})) {
        auto prefix = services.registry.prefix_of(identifier);
        services.metrics.resolved(prefix ? prefix->prefix : "", Surface::v1, true, elapsed(call, services));
        return answer_from(call, *std::static_pointer_cast<ReadyAnswer const>(kept));
    }
    auto found = services.resolver.resolve(identifier, call.principal);
    count(call, services, found ? &*found : nullptr, found && shows_record(*found));
    if (!found) return fail(std::move(found.error()));
    if (!shows_record(*found)) return fail(error_of(*found));
    return answer_from(call, *make_ready_record(services, identifier, *found));
}

Result<net::Answer> answer_record(Call const& call, Services& services, ident::Identifier const& identifier,
                                  std::string const& view) {
    auto found = services.resolver.resolve(identifier, call.principal);
    count(call, services, found ? &*found : nullptr, found && shows_record(*found));
    if (!found) return fail(std::move(found.error()));
    if (!shows_record(*found)) return fail(error_of(*found));
    std::string const etag = registry::record_etag(identifier.canonical(), found->record.version, found->level, view);
    auto const values = visible_values(found->record, found->level);
    std::string const cache_control = call.principal.anonymous()
                                          ? "public, max-age=" + std::to_string(max_age(values, services.clock.now()))
                                          : std::string(kPrivate);
    if (auto same = not_modified(call, etag, cache_control)) return std::move(*same);
    std::string body;
    if (view == "values") {
        body = "{\"identifier\":";
        write_text(body, found->record.identifier);
        body += ",\"values\":";
        write_values(body, values, true);
        body += '}';
    } else {
        write_record(body, found->record, identifier.canonical(), found->level);
    }
    net::Answer answer = json_answer(200, std::move(body));
    answer.header("ETag", etag).header("Cache-Control", cache_control);
    return answer;
}

// Every version, newest first; for those who see the whole record.
Result<net::Answer> answer_history(Call const& call, Services& services, ident::Identifier const& identifier) {
    auto found = services.resolver.resolve(identifier, call.principal);
    if (!found) return fail(std::move(found.error()));
    if (found->level != Visibility::record) {
        bool const tells = found->outcome == Outcome::not_hosted || found->outcome == Outcome::elsewhere;
        return tells ? Result<net::Answer>(fail(error_of(*found)))
                     : fail(Code::NotFound, "there is no such identifier", "没有找到标识");
    }
    auto page = ListPage::of(call, services);
    if (!page) return fail(std::move(page.error()));
    std::string const key = storage::record_key(identifier);
    storage::Range range = storage::history_range(key);
    if (page->position()) range.begin = *page->position() + '\0';
    range.rows_max = page->limit();
    auto view = services.engine.view();
    if (!view) return fail(std::move(view.error()));
    auto rows = (*view)->scan(range);
    if (!rows) return fail(std::move(rows.error()));
    std::string body = "{\"identifier\":";
    write_text(body, found->record.identifier);
    body += ",\"items\":[";
    size_t shown = 0;
    for (; shown < rows->rows.size() && body.size() < services.limits.answer_bytes_max; ++shown) {
        auto record = storage::decode_record(key, rows->rows[shown].value);
        if (!record) return fail(std::move(record.error()));
        if (shown) body += ',';
        write_record(body, *record, identifier.canonical(), Visibility::record);
        body.pop_back();
        body += ",\"changedBy\":" + json_quote(record->changed_by) + '}';
    }
    body += ']';
    net::Answer answer;
    if (shown < rows->rows.size() || (rows->rest && shown > 0)) {
        std::string const next = page->next(rows->rows[shown - 1].key);
        body += ",\"next\":\"" + next + '"';
        answer.header("Link", page->link(next));
    }
    answer.body = std::move(body) + '}';
    answer.header("Content-Type", "application/json").header("Cache-Control", std::string(kPrivate));
    return answer;
}

// The word of an outcome in a row of POST /v1/resolve.
std::string_view status_word(Outcome outcome) {
    switch (outcome) {
        case Outcome::record:
        case Outcome::reserved:  // the record says so in `state`; a reader of rows asks only whether it is there
            return "found";
        case Outcome::voided:
            return "void";
        case Outcome::withdrawn:
            return "withdrawn";
        case Outcome::elsewhere:
            return "prefix-elsewhere";
        case Outcome::not_hosted:
            return "prefix-not-hosted";
        case Outcome::absent:
            return "not-found";
    }
    return "not-found";
}

Result<std::string> wanted_id(std::string_view json) {
    auto body = JsonBody::parse(json);
    if (!body) return fail(std::move(body.error()));
    std::string id =
        body->value().kind() == JsonKind::text ? body->value().text(2048) : body->object().text("id", 2048);
    if (auto fine = body->finish(); !fine) return fail(std::move(fine.error()));
    return id;
}

void resolve_row(BulkAnswer& answer, size_t index, std::string_view json, storage::View const& view, Call const& call,
                 Services& services) {
    ProblemContext const context = problem_context(call, services);
    auto id = wanted_id(json);
    if (!id) return answer.error_row(index, id.error(), context);
    auto identifier = ident::Identifier::parse(*id);
    std::string& out = answer.begin_row(index);
    out += ",\"id\":";
    out += json_quote(*id);
    if (!identifier) {
        out += ",\"status\":\"invalid\",\"error\":" + problem_json(identifier.error(), context);
        return answer.end_row();
    }
    auto found = services.resolver.resolve_in(view, *identifier, call.principal);
    if (!found) {
        out.append(",\"status\":\"").append(slug(found.error().code));
        out += "\",\"error\":" + problem_json(found.error(), context);
        return answer.end_row();
    }
    out.append(",\"status\":\"").append(status_word(found->outcome)).append(1, '"');
    if (shows_record(*found)) {
        out += ",\"record\":";
        write_record(out, found->record, identifier->canonical(), found->level);
    } else if (found->outcome == Outcome::elsewhere && !found->prefix->referral_url.empty()) {
        out += ",\"referral\":" + json_quote(found->prefix->referral_url);
    }
    answer.end_row();
}

}  // namespace

Result<net::Answer> get_identifier(Call const& call, Services& services) {
    if (auto known = check_parameters(call, {"view", "limit", "cursor"}); !known) return fail(known.error());
    auto identifier = ident::Identifier::parse(path_identifier(call));
    if (!identifier) return fail(std::move(identifier.error()));
    if (call.parameters.empty() && call.principal.anonymous()) return answer_anonymous(call, services, *identifier);
    auto view = view_of(call, {"record", "values", "history"});
    if (!view) return fail(std::move(view.error()));
    if (*view == "history") return answer_history(call, services, *identifier);
    return answer_record(call, services, *identifier, *view);
}

Result<net::Answer> resolve_identifiers(Call const& call, Services& services) {
    if (auto known = check_parameters(call, {}); !known) return fail(known.error());
    auto bulk = read_bulk(call, services, {"ids", "items"});
    if (!bulk) return fail(std::move(bulk.error()));
    if (!*bulk) {
        Error error{Code::InvalidMember, "send an array, {\"ids\":[...]} or NDJSON",
                    "请发送数组、{\"ids\":[...]} 或 NDJSON"};
        error.faults.push_back({"/ids", "invalid-member", "is missing", "缺少该成员"});
        return fail(std::move(error));
    }
    auto view = services.engine.view();
    if (!view) return fail(std::move(view.error()));
    BulkAnswer rows((*bulk)->lines);
    for (size_t i = 0; i < (*bulk)->items.size(); ++i) {
        if (auto fine = rows.room(call, services); fine)
            resolve_row(rows, i, (*bulk)->items[i], **view, call, services);
        else
            rows.error_row(i, fine.error(), problem_context(call, services));
    }
    net::Answer answer;
    answer.header("Content-Type", std::string(rows.content_type())).header("Cache-Control", std::string(kPrivate));
    answer.body = rows.finish();
    return answer;
}

}  // namespace ingot::api::v1
