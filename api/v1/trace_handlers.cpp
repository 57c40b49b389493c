#include "api/v1/trace_handlers.hpp"

#include <charconv>

#include "api/metrics.hpp"
#include "api/v1/identifier_call.hpp"
#include "api/v1/trace_parameters.hpp"
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
using tracechain::TraceRun;
using tracechain::WalkStore;

std::string_view route_of(Direction direction) { return direction == Direction::up ? "upstream" : "downstream"; }

// With an explicit as_of an answer does not change for a while, and says by what it may be compared.
void say_how_long(net::Answer& answer, tracechain::TraceQuery const& query, std::string const& digest) {
    bool pinned = query.as_of_seq || query.as_of_us;
    answer.header("Cache-Control", pinned ? "private, max-age=300" : std::string(kPrivate));
    if (pinned && !digest.empty()) answer.header("ETag", "\"" + digest + "\"");
}

net::Answer private_json(std::string body) {
    net::Answer answer = json_answer(200, std::move(body));
    answer.header("Cache-Control", std::string(kPrivate));
    return answer;
}

struct LineStream final : net::Stream {
    LineStream(std::unique_ptr<tracechain::TraceStream> trace, WalkStore::Ticket held)
        : lines(std::move(trace)), ticket(std::move(held)) {}
    bool next(std::string& out) override { return lines->next(out); }
    std::unique_ptr<tracechain::TraceStream> lines;
    WalkStore::Ticket ticket;
};

void keep(std::unique_ptr<TraceRun> run, std::string const& cursor, Call const& call, Services& services,
          Direction direction) {
    if (run->more())
        services.tracechain.walks().keep(cursor, call.principal.id, route_of(direction), std::move(run),
                                         services.clock.now());
}

Result<net::Answer> answer_pages(std::unique_ptr<TraceRun> run, tracechain::TraceQuery const& query, Call const& call,
                                 Services& services, Direction direction) {
    auto view = services.engine.view();
    if (!view) return fail(view.error());
    std::string const cursor = WalkStore::make_cursor(services.random);
    auto page = run->page(**view, cursor);
    if (!page) return fail(page.error());
    services.metrics.traced(route_of(direction), elapsed(call, services), !run->stats().complete);
    net::Answer answer = json_answer(200, std::move(*page));
    say_how_long(answer, query, run->digest());
    keep(std::move(run), cursor, call, services, direction);
    return answer;
}

Result<net::Answer> trace(Call const& call, Services& services, Direction direction) {
    auto asked = read_trace_call(call, services);
    if (!asked) return fail(asked.error());
    auto ticket = services.tracechain.walks().enter(call.principal.id);
    if (!ticket) return fail(ticket.error());
    if (asked->cursor) {
        auto run = services.tracechain.walks().take(*asked->cursor, call.principal.id, route_of(direction),
                                                    services.clock.now());
        if (!run) return fail(run.error());
        return answer_pages(std::move(*run), asked->query, call, services, direction);
    }
    auto view = services.engine.view();
    if (!view) return fail(view.error());
    auto terms = walk_terms(call, services);
    if (asked->query.standard) {
        auto body = tracechain::run_standard(**view, direction, asked->query, terms);
        if (!body) return fail(body.error());
        return private_json(std::move(*body));
    }
    if (asked->format == TraceFormat::ndjson) {
        auto lines = tracechain::TraceStream::begin(std::move(*view), direction, asked->query, std::move(terms));
        if (!lines) return fail(lines.error());
        net::Answer answer;
        answer.header("Content-Type", "application/x-ndjson");
        answer.header("Cache-Control", std::string(kPrivate));
        answer.stream = std::make_shared<LineStream>(std::move(*lines), std::move(*ticket));
        return answer;
    }
    auto run = TraceRun::begin(**view, direction, asked->query, std::move(terms));
    if (!run) return fail(run.error());
    return answer_pages(std::move(*run), asked->query, call, services, direction);
}

Result<uint64_t> number_parameter(Call const& call, std::string_view name, uint64_t otherwise, uint64_t most) {
    auto text = call.parameter(name);
    if (!text) return otherwise;
    uint64_t value = 0;
    auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
    if (error != std::errc() || end != text->data() + text->size() || value == 0 || value > most) {
        return bad_parameter(name, "from 1 to " + std::to_string(most), "应为 1 到 " + std::to_string(most));
    }
    return value;
}

// as_of and at, as lots and vessels take them.
template <class Query>
Result<void> read_moments(Call const& call, Query& query) {
    if (auto text = call.parameter("asof")) {
        auto as_of = read_as_of(*text);
        if (!as_of) return fail(as_of.error());
        query.as_of_seq = as_of->seq;
        query.as_of_us = as_of->micros;
    }
    if (auto text = call.parameter("at")) {
        auto time = parse_time(*text);
        if (!time)
            return bad_parameter("at", "a time like 2026-11-22T00:00:00Z", "应为 2026-11-22T00:00:00Z 形式的时间");
        query.at_us = to_micros(*time);
    }
    return {};
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
    std::string body;
    for (Direction direction : {Direction::up, Direction::down}) {
        body += direction == Direction::up ? "{\"up\":" : ",\"down\":";
        if (asked->query.standard) {
            auto set = tracechain::run_standard(**view, direction, asked->query, walk_terms(call, services));
            if (!set) return fail(set.error());
            body += *set;
            continue;
        }
        auto run = TraceRun::begin(**view, direction, asked->query, walk_terms(call, services));
        if (!run) return fail(run.error());
        std::string const cursor = WalkStore::make_cursor(services.random);
        auto page = (*run)->page(**view, cursor);
        if (!page) return fail(page.error());
        body += *page;
        keep(std::move(*run), cursor, call, services, direction);
    }
    services.metrics.traced("both", elapsed(call, services), false);
    return private_json(body + "}");
}

Result<net::Answer> trace_explain(Call const& call, Services& services) {
    if (auto fine = check_parameters(call, {"from", "to", "k", "basis", "asof", "at", "maxdepth"}); !fine) {
        return fail(fine.error());
    }
    tracechain::ExplainQuery query;
    auto from = call.parameter("from"), to = call.parameter("to");
    if (!from || !to) return bad_parameter(from ? "to" : "from", "name a lot", "请给出一个批次");
    auto from_lot = read_lot_parameter(*from, services);
    if (!from_lot) return fail(from_lot.error());
    auto to_lot = read_lot_parameter(*to, services);
    if (!to_lot) return fail(to_lot.error());
    query.from = std::move(*from_lot);
    query.to = std::move(*to_lot);
    auto k = number_parameter(call, "k", 5, 100);
    if (!k) return fail(k.error());
    query.k = static_cast<uint32_t>(*k);
    auto depth = number_parameter(call, "maxdepth", services.limits.trace_depth_max, services.limits.trace_depth_max);
    if (!depth) return fail(depth.error());
    query.walk.max_depth = static_cast<uint32_t>(*depth);
    if (auto basis = call.parameter("basis")) {
        auto parsed = tracechain::parse_basis(*basis);
        if (!parsed) return fail(Code::BasisUnknown, "no such basis", "没有该基准");
        query.walk.basis = std::move(*parsed);
    }
    if (auto read = read_moments(call, query.walk); !read) return fail(read.error());
    auto ticket = services.tracechain.walks().enter(call.principal.id);
    if (!ticket) return fail(ticket.error());
    auto view = services.engine.view();
    if (!view) return fail(view.error());
    auto body = tracechain::run_explain(**view, query, walk_terms(call, services));
    if (!body) return fail(body.error());
    services.metrics.traced("explain", elapsed(call, services), false);
    return private_json(std::move(*body));
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
    if (auto read = read_moments(call, query); !read) return fail(read.error());
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
    return private_json(std::move(*body));
}

Result<net::Answer> get_vessel(Call const& call, Services& services) {
    if (auto fine = check_parameters(call, {"campaign", "asof", "at"}); !fine) return fail(fine.error());
    auto campaign = call.parameter("campaign");
    if (!campaign) return bad_parameter("campaign", "name a transformationID", "请给出 transformationID");
    auto key = ident::canon_parameter(*campaign, services.tracechain.settings().hosts);
    if (!key) return fail(key.error());
    tracechain::VesselQuery query;
    query.campaign = {key->canonical, key->display};
    if (auto read = read_moments(call, query); !read) return fail(read.error());
    auto view = services.engine.view();
    if (!view) return fail(view.error());
    auto body = tracechain::read_vessel(**view, query, walk_terms(call, services));
    if (!body) return fail(body.error());
    return private_json(std::move(*body));
}

}  // namespace ingot::api::v1
