#include "api/json_guard.hpp"
#include "api/v1/identifier_answer.hpp"
#include "api/v1/identifier_bulk.hpp"
#include "api/v1/identifier_call.hpp"
#include "api/v1/identifier_handlers.hpp"
#include "api/v1/identifier_values.hpp"
#include "api/v1/registration_count.hpp"
#include "registry/registration.hpp"

namespace ingot::api::v1 {
namespace {

using registry::Act;
using registry::RecordChanged;
using registry::Visibility;

Result<registry::Registrar> registrar_for(Call const& call, Services& services, Act act,
                                          ident::Identifier const& identifier) {
    auto allowed = services.registry.authorise_change(call.principal, act, identifier.prefix());
    if (!allowed) return fail(std::move(allowed.error()));
    return registry::Registrar(services.registry, *allowed);
}

// 201 or 200 with the record and its place in the log.
storage::Reply record_reply(RecordChanged const& done, std::string_view origin) {
    storage::Reply reply;
    reply.status = done.created ? 201 : 200;
    reply.etag = done.etag();
    reply.log_index = done.log.header();
    if (done.created) reply.location = identifier_location(done.record.identifier);
    write_record(reply.body, done.record, done.canonical, Visibility::record);
    reply.body.pop_back();
    write_log(reply.body, done.log, origin);
    reply.body += '}';
    return reply;
}

Change change_of(storage::Operation operation, Call const& call, Services& services,
                 std::shared_ptr<Registrations> items) {
    Change change;
    change.operation = std::move(operation);
    change.owner = call.principal.enterprise.empty() ? call.principal.id : call.principal.enterprise;
    count_registrations(change, call, services, std::move(items));
    return change;
}

std::shared_ptr<Registrations> one_of(std::string label) {
    return std::make_shared<Registrations>(Registrations{{std::move(label)}, {}});
}

// Values of a body: the member `values` or the short form `record`.
std::vector<storage::RecordValue> values_of(JsonObject const& body, Services const& services) {
    if (body.has("record") && body.has("values"))
        body.fault("record", "invalid-member", "send values or record, not both", "values 与 record 只能有一个");
    if (body.has("record")) return read_record(body.object("record"));
    return read_values(body.objects("values", services.limits.values_per_record_max));
}

Result<registry::NewRecord> read_new_record(std::string_view json, Services const& services) {
    auto body = JsonBody::parse(json, value_rules(services.limits));
    if (!body) return fail(std::move(body.error()));
    JsonObject const whole = body->object();
    std::string const text = whole.text("identifier", services.limits.identifier_bytes_read_max);
    std::vector<storage::RecordValue> values = values_of(whole, services);
    std::string form = read_template_version(whole);
    if (auto fine = body->finish(); !fine) return fail(std::move(fine.error()));
    auto identifier = ident::Identifier::parse_for_registration(text);
    if (!identifier) return fail(std::move(identifier.error()));
    return registry::NewRecord{std::move(*identifier), std::move(values), std::move(form)};
}

registry::RecordPatch read_patch(JsonObject const& whole, Services const& services) {
    registry::RecordPatch patch;
    if (whole.has("values")) {
        if (whole.is_null("values"))
            patch.values.emplace();
        else
            patch.values = read_values(whole.objects("values", services.limits.values_per_record_max));
    }
    if (auto record = whole.object_if("record")) {
        if (patch.values)
            whole.fault("record", "invalid-member", "send values or record, not both", "values 与 record 只能有一个");
        patch.by_index = read_record_map(*record);
    }
    if (auto state = whole.word_if("state", {"active", "suspended"})) patch.state = storage::record_state(*state);
    if (whole.has("template")) patch.template_version = read_template_version(whole);
    return patch;
}

std::string created_row(size_t index, RecordChanged const& done) {
    std::string out = "{\"index\":" + std::to_string(index);
    out += ",\"status\":\"created\",\"identifier\":";
    write_text(out, done.record.identifier);
    out.append(",\"state\":\"").append(word(done.record.state)).append("\",\"version\":");
    out.append(std::to_string(done.record.version)).append(",\"etag\":");
    write_text(out, done.etag());
    out.append(",\"log\":{\"index\":").append(std::to_string(done.log.first));
    return out.append("}}");
}

// What a bulk request names: the prefix of each item, and its first identifier.
struct BulkNames {
    std::vector<std::string> labels;
    std::string first;
};

registry::BulkItem item_of(std::string_view json, Call const& call, Services& services, BulkNames& names) {
    names.labels.emplace_back();
    auto refused = [](Error error) -> registry::BulkItem {
        return [error = std::move(error)](storage::Batch&) -> Result<RecordChanged> { return fail(error); };
    };
    auto record = read_new_record(json, services);
    if (!record) return refused(std::move(record.error()));
    names.labels.back() = prefix_label(services, record->identifier.prefix());
    if (names.first.empty()) names.first = record->identifier.display();
    auto registrar = registrar_for(call, services, Act::RecordWrite, record->identifier);
    if (!registrar) return refused(std::move(registrar.error()));
    return [registrar = std::move(*registrar), record = std::move(*record)](storage::Batch& batch) {
        return registrar.create(batch, record);
    };
}

Result<Change> post_many(Call const& call, Services& services, BulkBody const& bulk) {
    auto on_error = read_on_error(call);
    if (!on_error) return fail(std::move(on_error.error()));
    if (bulk.items.empty()) {
        Error error{Code::InvalidMember, "there is no item", "没有任何条目"};
        error.faults.push_back({"/items", "invalid-member", "is empty", "为空"});
        return fail(std::move(error));
    }
    std::vector<registry::BulkItem> items;
    BulkNames names;
    for (std::string_view json : bulk.items) items.push_back(item_of(json, call, services, names));
    auto tally = std::make_shared<Registrations>(Registrations{std::move(names.labels), {}});
    auto ok = std::make_shared<std::vector<bool>>(items.size());
    auto row = [context = keep_context(call, services), ok](size_t i, Result<RecordChanged> const& done) {
        (*ok)[i] = done.has_value();
        return done ? created_row(i, *done) : BulkAnswer::error_text(i, done.error(), context.problem());
    };
    auto render = [origin = services.log_origin, lines = bulk.lines, tally, ok](registry::BulkDone const& done) {
        tally->ok = *ok;
        BulkAnswer rows(lines);
        for (std::string const& text : done.rows) rows.add(text);
        std::string log;
        write_log(log, done.log, origin);
        storage::Reply reply;
        reply.content_type = std::string(rows.content_type());
        reply.log_index = done.log.header();
        reply.body = rows.finish(log);
        return reply;
    };
    auto operation = registry::bulk_change(std::move(items), *on_error, row, render);
    operation.bytes += 3 * call.body().size();
    Change change = change_of(std::move(operation), call, services, tally);
    change.object = object_of_many(names.first, bulk.items.size());
    return change;
}

// A change of the identifier in the path: `change` makes it, a refusal is counted under its prefix.
template <class Make>
Result<Change> change_at_path(Call const& call, Services& services, Result<ident::Identifier> const& identifier,
                              Make&& make) {
    std::string const label = identifier ? prefix_label(services, identifier->prefix()) : "";
    auto change = [&]() -> Result<Change> {
        if (auto known = check_parameters(call, {}); !known) return fail(known.error());
        if (!identifier) return fail(identifier.error());
        auto operation = make(*identifier);
        if (!operation) return fail(std::move(operation.error()));
        return change_of(std::move(*operation), call, services, one_of(label));
    };
    return counted(change(), call, services, label);
}

Result<ident::Identifier> identifier_to_change(Call const& call) {
    return ident::Identifier::parse(path_identifier(call));
}

using Made = Result<storage::Operation>;

Made put_at(Call const& call, Services& services, ident::Identifier const& identifier) {
    auto registrar = registrar_for(call, services, Act::RecordWrite, identifier);
    if (!registrar) return fail(std::move(registrar.error()));
    auto body = JsonBody::parse(call.body(), value_rules(services.limits));
    if (!body) return fail(std::move(body.error()));
    registry::NewRecord record{identifier, values_of(body->object(), services), read_template_version(body->object())};
    if (auto fine = body->finish(); !fine) return fail(std::move(fine.error()));
    return registry::put_identifier(
        std::move(*registrar), std::move(record), precondition_of(call),
        [origin = services.log_origin](RecordChanged const& done) { return record_reply(done, origin); });
}

Made patch_at(Call const& call, Services& services, ident::Identifier const& identifier) {
    auto registrar = registrar_for(call, services, Act::RecordWrite, identifier);
    if (!registrar) return fail(std::move(registrar.error()));
    auto body = JsonBody::parse(call.body(), value_rules(services.limits));
    if (!body) return fail(std::move(body.error()));
    registry::RecordPatch patch = read_patch(body->object(), services);
    if (auto fine = body->finish(); !fine) return fail(std::move(fine.error()));
    return registry::patch_identifier(
        std::move(*registrar), identifier, std::move(patch), precondition_of(call),
        [origin = services.log_origin](RecordChanged const& done) { return record_reply(done, origin); });
}

Made delete_at(Call const& call, Services& services, ident::Identifier const& identifier) {
    auto registrar = registrar_for(call, services, Act::RecordWithdraw, identifier);
    if (!registrar) return fail(std::move(registrar.error()));
    auto render = [](RecordChanged const& done) {
        storage::Reply reply;
        reply.status = 204;
        reply.log_index = done.log.header();
        return reply;
    };
    return registry::withdraw_identifier(std::move(*registrar), identifier, precondition_of(call), render);
}

Result<Change> post_one(Call const& call, Services& services, registry::NewRecord record) {
    auto registrar = registrar_for(call, services, Act::RecordWrite, record.identifier);
    if (!registrar) return fail(std::move(registrar.error()));
    auto items = one_of(prefix_label(services, record.identifier.prefix()));
    std::string name = record.identifier.display();
    auto operation = registry::create_identifier(
        std::move(*registrar), std::move(record),
        [origin = services.log_origin](RecordChanged const& done) { return record_reply(done, origin); });
    Change change = change_of(std::move(operation), call, services, std::move(items));
    change.object = std::move(name);
    return change;
}

}  // namespace

Result<Change> put_identifier(Call const& call, Services& services) {
    auto const identifier = ident::Identifier::parse_for_registration(path_identifier(call));
    return change_at_path(call, services, identifier, [&](auto const& at) { return put_at(call, services, at); });
}

Result<Change> patch_identifier(Call const& call, Services& services) {
    return change_at_path(call, services, identifier_to_change(call),
                          [&](auto const& at) { return patch_at(call, services, at); });
}

Result<Change> delete_identifier(Call const& call, Services& services) {
    return change_at_path(call, services, identifier_to_change(call),
                          [&](auto const& at) { return delete_at(call, services, at); });
}

Result<Change> post_identifiers(Call const& call, Services& services) {
    std::string label;
    auto change = [&]() -> Result<Change> {
        if (auto known = check_parameters(call, {"onerror"}); !known) return fail(known.error());
        auto bulk = read_bulk(call, services, {"items"});
        if (!bulk) return fail(std::move(bulk.error()));
        if (*bulk) return post_many(call, services, **bulk);
        auto record = read_new_record(call.body(), services);
        if (!record) return fail(std::move(record.error()));
        label = prefix_label(services, record->identifier.prefix());
        return post_one(call, services, std::move(*record));
    };
    auto made = change();
    return counted(std::move(made), call, services, label);
}

}  // namespace ingot::api::v1
