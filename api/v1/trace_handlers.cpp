#include "api/v1/trace_handlers.hpp"

#include "api/metrics.hpp"
#include "api/parameter.hpp"
#include "api/v1/identifier_call.hpp"
#include "api/v1/trace_parameters.hpp"
#include "base/encoding.hpp"
#include "tracechain/cursor.hpp"
#include "tracechain/explain.hpp"
#include "tracechain/lot_view.hpp"
#include "tracechain/query_stream.hpp"
#include "tracechain/standard_walk.hpp"
#include "tracechain/tracechain.hpp"
#include "tracechain/vessel_view.hpp"

namespace ingot::api::v1 {
namespace {

using tracechain::Direction;
using tracechain::WalkStore;

std::string_view route_of(Direction direction) { return direction == Direction::up ? "upstream" : "downstream"; }

net::Answer private_json(std::string body) {
    net::Answer answer = json_answer(200, std::move(body));
    answer.header("Cache-Control", std::string(kPrivate));
    return answer;
}

// With an explicit as_of an answer does not change for a while, and says by what it may be compared.
net::Answer dated_json(Call const& call, std::string body, bool pinned, std::string const& digest) {
    if (!pinned || digest.empty()) return private_json(std::move(body));
    constexpr std::string_view kWhile = "private, max-age=300";
    std::string const etag = '"' + digest + '"';
    if (auto known = not_modified(call, etag, kWhile)) return std::move(*known);
    net::Answer answer = json_answer(200, std::move(body));
    answer.header("Cache-Control", std::string(kWhile)).header("ETag", etag);
    return answer;
}

std::string digest_of(std::string_view body) { return "sha256:" + to_hex(bytes_of(sha256(body))); }

struct LineStream final : net::Stream {
    LineStream(std::unique_ptr<tracechain::TraceStream> trace, WalkStore::Ticket held)
        : lines(std::move(trace)), ticket(std::move(held)) {}
    bool next(std::string& out) override { return lines->next(out); }
    std::unique_ptr<tracechain::TraceStream> lines;
    WalkStore::Ticket ticket;
};

Result<std::unique_ptr<tracechain::PagedAnswer>> begin_pages(storage::View const& view, Direction direction,
                                                             tracechain::TraceQuery query,
                                                             tracechain::WalkTerms terms) {
    std::unique_ptr<tracechain::PagedAnswer> out;
    if (query.standard) {
        auto run = tracechain::StandardRun::begin(view, direction, std::move(query), std::move(terms));
        if (!run) return fail(run.error());
        out = std::move(*run);
    } else {
        auto run = tracechain::TraceRun::begin(view, direction, std::move(query), std::move(terms));
        if (!run) return fail(run.error());
        out = std::move(*run);
    }
    return out;
}

Result<tracechain::TracePage> first_page(storage::View const& view, Direction direction,
                                         tracechain::TraceQuery const& query, Call const& call, Services& services) {
    auto pages = begin_pages(view, direction, query, walk_terms(call, services));
    if (!pages) return fail(pages.error());
    return services.tracechain.walks().begin(std::move(*pages), {call.principal.id, route_of(direction)}, view,
                                             services.random, services.clock.now());
}

Result<net::Answer> stream(std::unique_ptr<storage::View> view, Direction direction, tracechain::TraceQuery query,
                           WalkStore::Ticket ticket, Call const& call, Services& services) {
    if (query.standard) {
        return fail(Code::NotAcceptable, "rule=standard is answered as application/json",
                    "rule=standard 只返回 application/json");
    }
    auto lines =
        tracechain::TraceStream::begin(std::move(view), direction, std::move(query), walk_terms(call, services));
    if (!lines) return fail(lines.error());
    net::Answer answer;
    answer.header("Content-Type", "application/x-ndjson");
    answer.header("Cache-Control", std::string(kPrivate));
    answer.stream = std::make_shared<LineStream>(std::move(*lines), std::move(ticket));
    return answer;
}

Result<net::Answer> trace(Call const& call, Services& services, Direction direction) {
    auto asked = read_trace_call(call, services);
    if (!asked) return fail(asked.error());
    WalkStore& walks = services.tracechain.walks();
    auto ticket = walks.enter(call.principal.id);
    if (!ticket) return fail(ticket.error());
    auto view = services.engine.view();
    if (!view) return fail(view.error());
    if (!asked->cursor && asked->format == TraceFormat::ndjson) {
        return stream(std::move(*view), direction, std::move(asked->query), std::move(*ticket), call, services);
    }
    auto page = asked->cursor
                    ? walks.page(*asked->cursor, {call.principal.id, route_of(direction)}, **view, services.clock.now())
                    : first_page(**view, direction, asked->query, call, services);
    if (!page) return fail(page.error());
    services.metrics.traced(route_of(direction), elapsed(call, services), !page->complete);
    return dated_json(call, std::move(page->body), page->pinned, page->digest);
}

}  // namespace

Result<net::Answer> trace_upstream(Call const& call, Services& services) {
    return trace(call, services, Direction::up);
}

Result<net::Answer> trace_downstream(Call const& call, Services& services) {
    return trace(call, services, Direction::down);
}

Result<net::Answer> trace_both(Call const& call, Services& services) {
    auto asked = read_trace_call(call, services);
    if (!asked) return fail(asked.error());
    if (asked->cursor) {
        return bad_parameter("cursor", "go on at /v1/trace/upstream or /v1/trace/downstream",
                             "请在 /v1/trace/upstream 或 /v1/trace/downstream 继续");
    }
    if (asked->format == TraceFormat::ndjson) {
        return fail(Code::NotAcceptable, "both directions at once are answered as application/json",
                    "同时查询两个方向只返回 application/json");
    }
    auto ticket = services.tracechain.walks().enter(call.principal.id);
    if (!ticket) return fail(ticket.error());
    auto view = services.engine.view();
    if (!view) return fail(view.error());
    std::string body, digests;
    bool partial = false;
    for (Direction direction : {Direction::up, Direction::down}) {
        auto page = first_page(**view, direction, asked->query, call, services);
        if (!page) return fail(page.error());
        digests += page->digest;
        body += (direction == Direction::up ? "{\"up\":" : ",\"down\":") + page->body;
        partial = partial || !page->complete;
    }
    services.metrics.traced("both", elapsed(call, services), partial);
    bool const pinned = asked->query.pinned() && !asked->query.standard;
    return dated_json(call, body + "}", pinned, digest_of(digests));
}

Result<net::Answer> trace_explain(Call const& call, Services& services) {
    if (auto fine =
            check_parameters(call, {"from", "to", "k", "basis", "asof", "at", "maxdepth", "maxnodes", "timeoutms"});
        !fine) {
        return fail(fine.error());
    }
    tracechain::ExplainQuery query;
    for (auto [name, lot] : {std::pair("from", &query.from), std::pair("to", &query.to)}) {
        auto const text = call.parameter(name);
        if (!text) return bad_parameter(name, "name a lot", "请给出一个批次");
        auto read = read_lot_parameter(*text, services);
        if (!read) return fail(read.error());
        *lot = std::move(*read);
    }
    auto k = number_parameter(call, "k", 5, 100);
    if (!k) return fail(k.error());
    query.k = static_cast<uint32_t>(*k);
    auto walk = read_walk_parameters(call, services, {"basis", "asof", "at", "maxdepth", "maxnodes", "timeoutms"});
    if (!walk) return fail(walk.error());
    query.walk = std::move(*walk);
    auto ticket = services.tracechain.walks().enter(call.principal.id);
    if (!ticket) return fail(ticket.error());
    auto view = services.engine.view();
    if (!view) return fail(view.error());
    auto paths = tracechain::run_explain(**view, query, walk_terms(call, services));
    if (!paths) return fail(paths.error());
    services.metrics.traced("explain", elapsed(call, services), !paths->complete);
    return dated_json(call, std::move(paths->body), query.walk.pinned(), paths->digest);
}

Result<net::Answer> get_lot(Call const& call, Services& services) {
    if (auto fine = check_parameters(call, {"id", "asof", "at", "limit", "cursor"}); !fine) return fail(fine.error());
    tracechain::LotQuery query;
    auto id = call.parameter("id");
    std::string const named = id ? std::string(*id) : path_identifier(call);
    if (named.empty()) return bad_parameter("id", "name a lot", "请给出一个批次");
    auto lot = read_lot_parameter(named, services);
    if (!lot) return fail(lot.error());
    query.lot = std::move(*lot);
    auto moment = read_walk_parameters(call, services, {"asof", "at"});
    if (!moment) return fail(moment.error());
    static_cast<tracechain::AsAt&>(query) = *moment;
    auto limit = number_parameter(call, "limit", services.limits.page_rows_default, services.limits.page_rows_max);
    if (!limit) return fail(limit.error());
    query.limit = static_cast<uint32_t>(*limit);
    if (call.parameter("cursor")) {
        auto before = number_parameter(call, "cursor", 0, UINT64_MAX);
        if (!before) return fail(Code::BadCursor, "this is not a cursor of a lot's events", "游标无效");
        query.before = *before;
    }
    auto view = services.engine.view();
    if (!view) return fail(view.error());
    auto body = tracechain::read_lot(**view, query, walk_terms(call, services));
    if (!body) return fail(body.error());
    std::string const digest = digest_of(*body);
    return dated_json(call, std::move(*body), query.pinned(), digest);
}

Result<net::Answer> get_vessel(Call const& call, Services& services) {
    if (auto fine = check_parameters(call, {"campaign", "asof", "at"}); !fine) return fail(fine.error());
    auto campaign = call.parameter("campaign");
    if (!campaign) return bad_parameter("campaign", "name a transformationID", "请给出 transformationID");
    auto key = ident::canon_parameter(*campaign, services.tracechain.settings().hosts);
    if (!key) return fail(key.error());
    tracechain::VesselQuery query;
    query.campaign = {key->canonical, key->display};
    auto moment = read_walk_parameters(call, services, {"asof", "at"});
    if (!moment) return fail(moment.error());
    static_cast<tracechain::AsAt&>(query) = *moment;
    auto view = services.engine.view();
    if (!view) return fail(view.error());
    auto body = tracechain::read_vessel(**view, query, walk_terms(call, services));
    if (!body) return fail(body.error());
    std::string const digest = digest_of(*body);
    return dated_json(call, std::move(*body), query.pinned(), digest);
}

}  // namespace ingot::api::v1
