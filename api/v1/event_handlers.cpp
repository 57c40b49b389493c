#include "api/v1/event_handlers.hpp"

#include "api/cursor.hpp"
#include "api/json_guard.hpp"
#include "api/metrics.hpp"
#include "api/parameter.hpp"
#include "api/request_checks.hpp"
#include "api/v1/event_answer.hpp"
#include "ident/event_id.hpp"
#include "registry/registry.hpp"
#include "storage/event_table.hpp"
#include "tracechain/flags.hpp"
#include "tracechain/tracechain.hpp"

namespace ingot::api {

using registry::Act;
using tracechain::EventQuery;
using tracechain::StoredEvent;

namespace {

Result<void> allowed(Call const& call, Act act) {
    registry::Principal const& who = call.principal;
    auto proof = registry::Authorised::check(who, act, {who.prefix, who.enterprise, false});
    if (!proof) return tl::unexpected(proof.error());
    return {};
}

// Nothing changes under a prefix that is suspended or hosted elsewhere.
Result<void> open_prefix(Call const& call, Services& services) {
    auto prefix = ident::Prefix::parse(call.principal.prefix);
    if (!prefix) return tl::unexpected(prefix.error());
    auto open = services.registry.authorise_change(call.principal, Act::EventCapture, *prefix);
    if (!open) return tl::unexpected(open.error());
    return {};
}

Result<std::optional<bool>> rollback_of(Call const& call) {
    auto const text = call.parameter("onerror");
    if (!text) return std::optional<bool>();
    if (*text == "rollback") return std::optional(true);
    if (*text == "proceed") return std::optional(false);
    return bad_parameter("on_error", "rollback or proceed", "应为 rollback 或 proceed");
}

Result<bool> tolerant_of(Call const& call) {
    auto const text = call.parameter("accept");
    if (!text) return false;
    if (*text == "tolerant") return true;
    return bad_parameter("accept", "tolerant, or nothing", "只能是 tolerant");
}

Result<std::optional<int64_t>> time_of(Call const& call, std::string_view name) {
    auto const text = call.parameter(name);
    if (!text) return std::optional<int64_t>();
    auto const time = read_time(name, *text);
    if (!time) return tl::unexpected(time.error());
    return std::optional(*time);
}

Result<void> read_kinds(Call const& call, EventQuery& query) {
    for (std::string_view word : call.all("kind")) {
        auto const kind = tracechain::parse_kind(word);
        if (!kind)
            return bad_parameter("kind", "a kind of event like transform or commission",
                                 "应为事件类型，例如 transform 或 commission");
        query.kinds.push_back(*kind);
    }
    for (std::string_view word : call.all("flag")) {
        auto const flag = tracechain::parse_flag(word);
        if (!flag)
            return bad_parameter("flag", "a flag like overdraw or time-order", "应为标记，例如 overdraw 或 time-order");
        query.flags |= tracechain::bit(*flag);
    }
    for (std::string_view site : call.all("site")) query.sites.emplace_back(site);
    return {};
}

Result<EventQuery> read_query(Call const& call, Services& services, storage::View const& view, ListPage const& page) {
    EventQuery query;
    query.enterprise = call.principal.enterprise;
    query.limit = page.limit();
    if (auto const& position = page.position()) {
        auto seq = storage::parse_seq_value(*position);
        if (!seq) return fail(Code::BadCursor, "the cursor does not belong to this list", "游标不属于此列表");
        query.before = *seq;
    }
    if (auto const lot = call.parameter("lot")) {
        auto key = ident::canon_parameter(*lot, services.tracechain.settings().hosts);
        if (!key) return tl::unexpected(key.error());
        query.lot = key->canonical;
    }
    if (auto read = read_kinds(call, query); !read) return tl::unexpected(read.error());
    auto from = time_of(call, "from");
    if (!from) return tl::unexpected(from.error());
    auto to = time_of(call, "to");
    if (!to) return tl::unexpected(to.error());
    query.from_us = *from;
    query.to_us = *to;
    if (auto const as_of = call.parameter("asof")) {
        auto const point = read_as_of(*as_of);
        if (!point) return tl::unexpected(point.error());
        auto seq = point->seq ? Result<storage::EventSeq>(*point->seq) : storage::last_seq_at(view, *point->micros);
        if (!seq) return tl::unexpected(seq.error());
        query.as_of = *seq;
    }
    return query;
}

// Records of an event id that the caller's enterprise reported; NotFound when there are none.
Result<std::vector<StoredEvent>> own_records(Call const& call, Services& services) {
    if (auto fine = allowed(call, Act::EventRead); !fine) return tl::unexpected(fine.error());
    auto view = services.engine.view();
    if (!view) return tl::unexpected(view.error());
    auto records = tracechain::read_events_of(**view, call.path.at("id"),
                                              services.tracechain.settings().declarations_per_event_max);
    if (!records) return records;
    std::erase_if(*records, [&](StoredEvent const& each) { return each.facts.reporter != call.principal.enterprise; });
    if (records->empty()) return fail(Code::NotFound, "there is no such event", "没有该事件");
    return records;
}

}  // namespace

Result<Change> capture_events(Call const& call, Services& services) {
    if (auto fine = check_parameters(call, {"onerror", "accept"}); !fine) return tl::unexpected(fine.error());
    if (auto fine = allowed(call, Act::EventCapture); !fine) return tl::unexpected(fine.error());
    if (auto fine = open_prefix(call, services); !fine) return tl::unexpected(fine.error());
    auto rollback = rollback_of(call);
    if (!rollback) return tl::unexpected(rollback.error());
    auto tolerant = tolerant_of(call);
    if (!tolerant) return tl::unexpected(tolerant.error());
    size_t const limit = services.limits.batch_bytes_max;
    if (call.body().size() > limit) {
        Error error{Code::CaptureLimit, "a capture request is at most 8 MiB; cut it into several",
                    "一次登记请求最多 8 MiB，请拆分"};
        error.with("limit", static_cast<int64_t>(limit));
        return fail(std::move(error));
    }
    if (!is_lines(call.request.head))
        if (auto fine = check_json(call.body(), JsonRules::capture(services.limits)); !fine) return fail(fine.error());
    auto const& trace = services.tracechain;
    bool const strict = trace.is_strict(call.principal) && !*tolerant;
    auto body =
        tracechain::read_capture_body(call.body(), call.request.head.field("content-type"), trace.read_terms(strict));
    if (!body) return tl::unexpected(body.error());
    auto kinds = std::make_shared<tracechain::StoredKinds>();
    auto operation = trace.capture({std::move(*body), call.principal, *rollback, *tolerant, call.body().size(), kinds,
                                    call.language == Language::zh});
    if (!operation) return tl::unexpected(operation.error());
    auto count = [kinds, &metrics = services.metrics](storage::Committed const& done, net::Answer answer) {
        if (!done.replayed)
            for (auto const& [kind, stored] : *kinds) metrics.events_captured(kind, stored);
        return answer;
    };
    Change change;
    change.operation = std::move(*operation);
    change.owner = call.principal.enterprise;
    change.object = call.principal.prefix;  // the events are told by their places in the log
    change.render = count;
    return change;
}

Result<net::Answer> list_events(Call const& call, Services& services) {
    if (auto fine = check_parameters(call, {"lot", "kind", "site", "from", "to", "asof", "flag", "limit", "cursor"});
        !fine)
        return tl::unexpected(fine.error());
    if (auto fine = allowed(call, Act::EventRead); !fine) return tl::unexpected(fine.error());
    auto page = ListPage::of(call, services);
    if (!page) return tl::unexpected(page.error());
    auto view = services.engine.view();
    if (!view) return tl::unexpected(view.error());
    auto query = read_query(call, services, **view, *page);
    if (!query) return tl::unexpected(query.error());
    auto found = tracechain::list_events(**view, *query);
    if (!found) return tl::unexpected(found.error());
    std::string const next = found->next == 0 ? "" : page->next(storage::seq_value(found->next));
    net::Answer answer = json_answer(200, events_json(found->events, next));
    if (!next.empty()) answer.header("Link", page->link(next));
    return answer;
}

Result<net::Answer> show_event(Call const& call, Services& services) {
    if (auto fine = check_parameters(call, {}); !fine) return tl::unexpected(fine.error());
    auto records = own_records(call, services);
    if (!records) return tl::unexpected(records.error());
    return json_answer(200, events_json(*records, ""));
}

Result<net::Answer> show_event_hash(Call const& call, Services& services) {
    if (auto fine = check_parameters(call, {}); !fine) return tl::unexpected(fine.error());
    auto records = own_records(call, services);
    if (!records) return tl::unexpected(records.error());
    StoredEvent const& event = records->front();
    auto hash = tracechain::hash_event(event.bytes, event.facts.context);
    if (!hash) return tl::unexpected(hash.error());
    return json_answer(200, event_hash_json(event.facts.event_id, hash->ni_cbv20, hash->ni_cbv21));
}

}  // namespace ingot::api
