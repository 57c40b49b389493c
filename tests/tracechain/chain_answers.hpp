// Asks a Chain, filled by real capture, as the API does.
#pragma once

#include "tests/tracechain/capture_fixture.hpp"
#include "tests/tracechain/query_answers.hpp"

namespace ingot::tracechain {

inline Json ask(Chain const& chain, Direction direction, TraceQuery query, WalkTerms terms = {}) {
    auto const view = chain.view();
    auto run = TraceRun::begin(*view, direction, std::move(query), std::move(terms));
    EXPECT_TRUE(run) << (run ? "" : run.error().detail);
    auto page = run ? (*run)->page(*view, "next-one") : Result<TracePage>(fail(run.error()));
    EXPECT_TRUE(page) << (page ? "" : page.error().detail);
    return page ? Json::parse(page->body) : Json();
}

// The line's event with `from` in its JSON replaced by `to`: what the notation of 7.1 has no word for.
inline NotedEvent edited(Chain& chain, std::string const& line, std::string const& from, std::string const& to) {
    NotedEvent event = chain.notation.line(line);
    size_t const at = event.json.find(from);
    EXPECT_NE(at, std::string::npos) << from << " in " << event.json;
    if (at != std::string::npos) event.json.replace(at, from.size(), to);
    return event;
}

// Captures an event; the answer must say it was stored.
inline void store(Chain& chain, NotedEvent const& event) {
    auto answer = chain.post(event);
    ASSERT_TRUE(answer) << answer.error().detail << " " << event.json;
    ASSERT_EQ((*answer)["stored"], 1) << answer->dump();
}

inline std::map<std::string, double> shares_of(Json const& answer, char const* member = "share") {
    std::map<std::string, double> out;
    for (auto const& node : answer["nodes"]) out[node["id"].get<std::string>().substr(9)] = node[member];
    return out;
}

}  // namespace ingot::tracechain
