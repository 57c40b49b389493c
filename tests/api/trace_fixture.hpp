// A node with a trace chain, filled through capture in the notation of spec/trace-semantics.md 7.1 and asked through
// the handlers of /v1/trace, /v1/lots and /v1/vessels.
#pragma once

#include <nlohmann/json.hpp>

#include "api/v1/trace_handlers.hpp"
#include "tests/api/registry_api_fixture.hpp"
#include "tests/tracechain/notation.hpp"
#include "tracechain/tracechain.hpp"

namespace ingot {

using Json = nlohmann::json;

// The test's own time; steady time moves on by `step` at every look.
class SteppedClock final : public Clock {
  public:
    Time now() const override { return at; }
    Steady steady() const override { return steady_ += step; }
    Time at = *parse_time("2026-11-22T02:00:00Z");
    std::chrono::milliseconds step{0};

  private:
    mutable Steady steady_{};
};

struct TraceNode : ApiNode {
    explicit TraceNode(Limits const& node_limits = {}) : set(node_limits) {
        for (char const* site : {"1", "3"}) add_prefix(std::string("88.999.") + site, std::string("Works ") + site);
        works = login(registry::Role::operator_, "88.999.1");
        smelter = login(registry::Role::operator_, "88.999.3");
        station = login(registry::Role::station, "88.999.1");
    }

    void say(std::vector<std::string> const& lines) {
        for (std::string const& line : lines) {
            auto const event = notation.line(line);
            auto const& who = event.site == "3" ? *smelter : *works;
            std::string const body = tracechain::Notation::document({event.json});
            auto read = tracechain::read_capture_body(body, "application/json", trace->read_terms(false));
            ASSERT_TRUE(read) << line;
            auto done = engine->update(*trace->capture({std::move(*read), who, {}, false, body.size()}));
            ASSERT_TRUE(done) << line << ": " << done.error().detail;
            ASSERT_EQ(Json::parse(done->reply.body)["stored"], 1) << line << done->reply.body;
        }
    }

    void say_the_diamond() {
        say({"C A:60000", "C B:40000", "C C:50000", "X A:60000,B:40000 > M:100000", "X M:100000 > P:70000,Q:30000",
             "X P:50000,C:50000 > R:100000", "X Q:30000,R:30000 > Z:60000"});
    }

    // GET of a whole target, or POST with a body, by the route's handler.
    Got ask(std::string const& target, registry::Principal const* as = nullptr, std::string body = {},
            std::string accept = {}, std::string if_none_match = {}) {
        Sent sent;
        sent.target = target;
        sent.as = as ? as : works.get();
        sent.method = body.empty() ? net::Method::Get : net::Method::Post;
        sent.body = std::move(body);
        if (!accept.empty()) sent.fields.emplace_back("Accept", accept);
        if (!if_none_match.empty()) sent.fields.emplace_back("If-None-Match", if_none_match);
        std::string const path = target.substr(0, target.find('?'));
        if (std::string const lots = "/v1/lots/"; path.starts_with(lots)) {
            std::string const id = *percent_decode(path.substr(lots.size()));
            sent.path = {{"prefix", id.substr(0, id.find('/'))}, {"suffix", id.substr(id.find('/') + 1)}};
        }
        auto request = request_of(sent);
        auto call = call_of(sent, request);
        return drained(handler_of(path)(call, traced), call);
    }
    Json answer(std::string const& target, registry::Principal const* as = nullptr) {
        Got const got = ask(target, as);
        EXPECT_EQ(got.status, 200) << target << " " << got.body;
        return got.status == 200 ? Json::parse(got.body) : Json();
    }

    static api::ReadHandler handler_of(std::string const& path) {
        if (path == "/v1/trace/upstream") return api::v1::trace_upstream;
        if (path == "/v1/trace/downstream") return api::v1::trace_downstream;
        if (path == "/v1/trace/both") return api::v1::trace_both;
        if (path == "/v1/trace/explain") return api::v1::trace_explain;
        return path == "/v1/vessels" ? api::v1::get_vessel : api::v1::get_lot;
    }

    Got drained(Result<net::Answer> result, api::Call const& call) {
        std::string text;
        if (result && result->stream) {
            while (result->stream->next(text)) {
            }
        }
        Got made = got(std::move(result), call);
        if (!text.empty()) made.body = text;
        return made;
    }

    Limits set;
    SteppedClock steps;
    tracechain::Notation notation;
    std::shared_ptr<registry::Principal const> works, smelter, station;
    std::unique_ptr<tracechain::Tracechain> trace = make_trace();
    api::Services traced{*engine, *registry, *resolver, *trace,          steps,
                         random,  set,       metrics,   "ingot.example", "ingot.example/v1/log"};

  private:
    std::unique_ptr<tracechain::Tracechain> make_trace() {
        tracechain::TraceSettings settings;
        settings.hosts.own_hosts = {"ingot.example"};
        settings.limits = set;
        auto owner = [this](ident::LotKey const& key) -> std::optional<tracechain::Owner> {
            if (!key.identifier) return std::nullopt;
            auto const info = registry->prefix_of(*key.identifier);
            if (!info) return std::nullopt;
            return tracechain::Owner{info->enterprise, info->prefix};
        };
        return std::make_unique<tracechain::Tracechain>(*engine, steps, random, std::move(settings), owner);
    }
};

}  // namespace ingot
