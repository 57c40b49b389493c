// Asks a Graph as the API does and reads the answers as JSON.
#pragma once

#include <nlohmann/json.hpp>

#include "tests/tracechain/notation.hpp"
#include "tests/tracechain/walk_answers.hpp"
#include "tracechain/query_run.hpp"

namespace ingot::tracechain {

using Json = nlohmann::json;

// Steady time that moves on by `step` at every look, the test's to choose.
class LookedAtClock final : public Clock {
  public:
    Time now() const override { return from_micros(Graph::kStart); }
    Steady steady() const override { return steady_ += step; }
    std::chrono::milliseconds step{0};

  private:
    mutable Steady steady_{};
};

inline StartLot lot(std::string const& name) { return {Notation::full(name), Notation::full(name)}; }

inline TraceQuery asking(std::string const& name) {
    TraceQuery query;
    query.start = {lot(name)};
    return query;
}

inline Json page_of(PagedAnswer& run, Graph& graph, bool* more = nullptr) {
    auto page = run.page(graph.view(), "next-one");
    EXPECT_TRUE(page) << (page ? "" : page.error().detail);
    if (!page) return Json();
    if (more != nullptr) *more = page->more;
    Json answer = Json::parse(page->body);
    EXPECT_EQ(answer["next"].is_null(), !page->more);
    return answer;
}

inline std::unique_ptr<TraceRun> begin(Graph& graph, Direction direction, TraceQuery query, WalkTerms terms = {}) {
    auto run = TraceRun::begin(graph.view(), direction, std::move(query), std::move(terms));
    EXPECT_TRUE(run) << (run ? "" : run.error().detail);
    return run ? std::move(*run) : nullptr;
}

inline Json ask(Graph& graph, Direction direction, TraceQuery query, WalkTerms terms = {}) {
    auto run = begin(graph, direction, std::move(query), std::move(terms));
    return run ? page_of(*run, graph) : Json();
}

inline std::vector<std::string> ids(Json const& nodes) {
    std::vector<std::string> out;
    for (auto const& node : nodes) out.push_back(node.at("id").get<std::string>().substr(9));
    return out;
}

// What the caller of 88.999.<site> sees.
inline WalkTerms seen_by(std::string const& site) {
    WalkTerms terms;
    terms.visible = [own = "88.999." + site](std::string_view prefix) { return prefix == own; };
    return terms;
}

}  // namespace ingot::tracechain
