// Calls handlers as the dispatcher does: a routed call in, the final answer out; changes go through the committer.
#pragma once

#include "../registry/registry_fixture.hpp"
#include "api/handler.hpp"
#include "api/json_reader.hpp"
#include "api/metrics.hpp"
#include "api/problem.hpp"
#include "base/encoding.hpp"

namespace ingot {

struct Sent {
    net::Method method = net::Method::Get;
    std::string target;  // path and query, raw
    std::string body;
    registry::Principal const* as = nullptr;
    std::vector<std::pair<std::string, std::string>> fields = {};
    std::map<std::string, std::string, std::less<>> path = {};
};

// What went out, whether it was kept ready or made for this call.
struct Got {
    int status = 0;
    std::string body;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string header(std::string_view name) const {
        for (auto const& [held, value] : headers)
            if (equal_ignoring_ascii_case(held, name)) return value;
        return {};
    }
    bool says(std::string_view text) const { return body.find(text) != std::string::npos; }
};

struct ApiNode : TestNode {
    explicit ApiNode(registry::Settings settings = {}) : TestNode(std::move(settings)) {}

    Got get(api::ReadHandler handler, Sent const& sent) {
        auto request = request_of(sent);
        auto call = call_of(sent, request);
        return got(handler(call, services), call);
    }

    Got change(api::WriteHandler handler, Sent const& sent, std::string key = {}) {
        auto request = request_of(sent);
        auto call = call_of(sent, request);
        auto change = handler(call, services);
        if (!change) return got(fail(change.error()), call);
        change->operation.owner = change->owner;
        change->operation.route = request.head.path;
        change->operation.idempotency_key = std::move(key);
        change->operation.request_hash = sha256(sent.body);
        auto done = engine->update(std::move(change->operation));
        if (!done && change->refused) change->refused(done.error());
        if (!done) return got(fail(done.error()), call);
        net::Answer answer = api::answer_of(*done);
        if (change->render) answer = change->render(*done, std::move(answer));
        return got(std::move(answer), call);
    }

    // GET and friends of one identifier.
    static Sent of(std::string_view identifier, registry::Principal const* as = nullptr, std::string query = {}) {
        Sent sent;
        sent.target = "/v1/identifiers/" + percent_encode(identifier, "/") + (query.empty() ? "" : "?" + query);
        sent.as = as;
        size_t const slash = identifier.find('/');
        sent.path = {{"prefix", std::string(identifier.substr(0, slash))}};
        if (slash != std::string_view::npos) sent.path["suffix"] = std::string(identifier.substr(slash + 1));
        return sent;
    }

    net::Request request_of(Sent const& sent) {
        net::Request request;
        request.head.method = sent.method;
        request.head.method_text = net::name(sent.method);
        std::string_view const target = sent.target;
        request.head.target = target;
        size_t const mark = target.find('?');
        request.head.path = target.substr(0, mark);
        if (mark != std::string_view::npos) request.head.query = target.substr(mark + 1);
        for (auto const& [name, value] : sent.fields) request.head.fields.emplace_back(name, value);
        request.body = sent.body;
        request.request_id = "06937ab2-4c1e-7f00-8a2b-1d2f3a4b5c6d";
        request.received = clock.now();
        request.received_steady = clock.steady();
        return request;
    }

    api::Call call_of(Sent const& sent, net::Request const& request) {
        api::Call call{request,
                       sent.as ? *sent.as : nobody,
                       sent.path,
                       {},
                       api::Language::en,
                       request.received_steady + limits.scan_deadline,
                       {},
                       {}};
        std::string_view query = request.head.query;
        while (!query.empty()) {
            size_t const end = query.find('&');
            std::string_view const part = query.substr(0, end);
            query.remove_prefix(end == std::string_view::npos ? query.size() : end + 1);
            size_t const equals = part.find('=');
            std::string name = *percent_decode(part.substr(0, equals));
            std::string value =
                equals == std::string_view::npos ? std::string() : *percent_decode(part.substr(equals + 1));
            call.parameters.push_back({name, api::fold_name(name), value});
        }
        return call;
    }

    Got got(Result<net::Answer> result, api::Call const& call) {
        net::Answer answer =
            result ? std::move(*result) : api::problem(result.error(), api::problem_context(call, services));
        return shown(std::move(answer));
    }

    static Got shown(net::Answer answer) {
        Got made{answer.status, answer.body, answer.headers};
        if (answer.rendered) {
            made.status = answer.rendered->status;
            made.body = answer.rendered->body;
            std::string_view lines = answer.rendered->header_lines;
            while (!lines.empty()) {
                size_t const end = lines.find("\r\n"), colon = lines.find(": ");
                made.headers.emplace_back(lines.substr(0, colon), lines.substr(colon + 2, end - colon - 2));
                lines.remove_prefix(end + 2);
            }
        }
        return made;
    }

    registry::Principal const nobody;
    Limits limits;
    api::Metrics metrics;
    char no_tracechain = 0;  // the registry's routes never touch it
    api::Services services{*engine,        *registry,
                           *resolver,      reinterpret_cast<tracechain::Tracechain&>(no_tracechain),
                           clock,          random,
                           limits,         metrics,
                           "node.example", "node.example/v1/log"};
};

}  // namespace ingot
