#include "api/json_guard.hpp"
#include "api/metrics.hpp"
#include "api/v1/code_handlers.hpp"
#include "api/v1/identifier_answer.hpp"
#include "api/v1/identifier_bulk.hpp"
#include "api/v1/identifier_call.hpp"
#include "api/v1/identifier_scan.hpp"
#include "api/v1/identifier_values.hpp"
#include "api/v1/registration_count.hpp"
#include "base/encoding.hpp"
#include "registry/allocation.hpp"

namespace ingot::api::v1 {
namespace {

using registry::Act;

storage::Reply allocation_reply(registry::Allocation const& done, std::string_view origin) {
    storage::Reply reply;
    reply.status = 201;
    reply.log_index = done.log.header();
    std::string& out = reply.body;
    out.reserve(256 + done.codes.size() * (done.codes.empty() ? 0 : done.codes.front().size() + 3));
    out.append("{\"allocation\":\"").append(done.id).append("\",\"profile\":");
    write_text(out, done.profile);
    out.append(",\"version\":").append(std::to_string(done.version)).append(",\"codes\":[");
    for (size_t i = 0; i < done.codes.size(); ++i) {
        if (i) out += ',';
        write_text(out, done.codes[i]);
    }
    out.append("],\"from\":").append(std::to_string(done.from)).append(",\"to\":").append(std::to_string(done.to));
    write_log(out, done.log, origin);
    out += '}';
    return reply;
}

struct Wanted {
    std::string prefix;
    registry::AllocationRequest request;
};

Result<Wanted> read_wanted(Call const& call, Services const& services) {
    auto body = JsonBody::parse(call.body(), value_rules(services.limits));
    if (!body) return fail(std::move(body.error()));
    JsonObject const whole = body->object();
    Wanted wanted;
    wanted.prefix = whole.text("prefix", services.limits.prefix_bytes_read_max);
    wanted.request.profile = whole.text_if("profile", 128).value_or("");
    wanted.request.profile_version = static_cast<uint32_t>(whole.integer_if("version", 1, INT32_MAX).value_or(0));
    if (auto values = whole.object_if("values"))
        for (auto const& [name, value] : values->members())
            wanted.request.values.emplace(name, value.kind() == JsonKind::number ? value.decimal() : value.text(255));
    wanted.request.count = static_cast<uint64_t>(whole.integer_if("count", 1, 1'000'000'000'000).value_or(1));
    wanted.request.template_version = read_template_version(whole);
    wanted.request.station = whole.text_if("station", 128).value_or("");
    if (auto record = whole.object_if("record")) wanted.request.record = read_record(*record);
    if (auto fine = body->finish(); !fine) return fail(std::move(fine.error()));
    return wanted;
}

}  // namespace

namespace {

Result<Change> allocate(Call const& call, Services& services, std::string& label) {
    if (auto known = check_parameters(call, {}); !known) return fail(known.error());
    auto wanted = read_wanted(call, services);
    if (!wanted) return fail(std::move(wanted.error()));
    auto prefix = ident::Prefix::parse(wanted->prefix);
    if (!prefix) return fail(std::move(prefix.error()));
    label = prefix_label(services, *prefix);
    auto allowed = services.registry.authorise_change(call.principal, Act::CodeAllocate, *prefix);
    if (!allowed) return fail(std::move(allowed.error()));
    if (allowed->prefix() != prefix->canonical())
        return fail(Code::PrefixNotHosted, "codes are issued under a registered prefix itself, not below it",
                    "只能在已登记的前缀下分配编码");
    uint64_t const count = wanted->request.count;
    auto operation = registry::allocate_codes(
        services.registry, *allowed, std::move(wanted->request),
        [origin = services.log_origin](registry::Allocation const& done) { return allocation_reply(done, origin); });
    if (!operation) return fail(std::move(operation.error()));
    Change change;
    change.operation = std::move(*operation);
    change.owner = call.principal.enterprise;
    change.object = prefix->canonical();
    change.refused = [&metrics = services.metrics, &clock = services.clock, label, count,
                      begun = call.request.received_steady](Error const&) {
        auto const spent = std::chrono::duration_cast<std::chrono::microseconds>(clock.steady() - begun);
        metrics.registered(label, Surface::v1, false, spent, count);
    };
    change.render = [&metrics = services.metrics, &clock = services.clock, label, count,
                     begun = call.request.received_steady](storage::Committed const& committed, net::Answer answer) {
        if (committed.replayed) return answer;
        auto const spent = std::chrono::duration_cast<std::chrono::microseconds>(clock.steady() - begun);
        metrics.codes_allocated(label, count);
        metrics.registered(label, Surface::v1, true, spent, count);
        return answer;
    };
    return change;
}

}  // namespace

Result<Change> allocate_codes(Call const& call, Services& services) {
    std::string label;
    auto change = allocate(call, services, label);
    return counted(std::move(change), call, services, label);
}

Result<net::Answer> list_codes(Call const& call, Services& services) {
    if (auto known = check_parameters(call, {"prefix", "q", "state", "allocation", "template", "limit", "cursor"});
        !known)
        return fail(known.error());
    auto filter = record_filter(call);
    if (!filter) return fail(std::move(filter.error()));
    // A code is what a counter issued, or a registered suffix that has the shape of one.
    auto keep = [filter = std::move(*filter)](storage::Record const& record) {
        return !record.free_form && filter(record);
    };
    auto write = [](std::string& out, storage::Record const& record, std::string_view) {
        out += "{\"code\":";
        write_text(out, record.identifier);
        out.append(",\"state\":\"").append(word(record.state)).append(1, '"');
        if (!record.allocation.empty()) out.append(",\"allocation\":\"").append(record.allocation).append(1, '"');
        if (!record.profile.empty()) {
            out += ",\"profile\":";
            write_text(out, record.profile);
            out.append(",\"version\":").append(std::to_string(record.profile_version));
        }
        if (!record.station.empty()) {
            out += ",\"station\":";
            write_text(out, record.station);
        }
        out.append(",\"createdAt\":\"").append(format_time(record.created, 3)).append("\"}");
    };
    return list_records(call, services, write, keep);
}

}  // namespace ingot::api::v1
