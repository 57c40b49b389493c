// The plant of spec/trace-semantics.md 8.4 as a Graph: the events of app/plant.hpp, with exact integers.
#pragma once

#include "app/plant.hpp"
#include "tests/tracechain/walk_fixture.hpp"

namespace ingot::tracechain {

class PlantGraph {
  public:
    explicit PlantGraph(int days) {
        app::generate_plant(days, [this](app::PlantEvent const& event) {
            int64_t const minute = static_cast<int64_t>(event.day) * 1440 + event.minute;
            auto const kind = event.inputs.empty() ? storage::LinkKind::commission : storage::LinkKind::transform;
            graph_.event(kind, Graph::kStart + minute * Graph::kMinute, lines(event.inputs), lines(event.outputs));
            return true;
        });
    }
    Graph& graph() { return graph_; }

  private:
    static std::vector<Graph::Amount> lines(std::vector<app::PlantAmount> const& amounts) {
        std::vector<Graph::Amount> out;
        for (auto const& amount : amounts) out.push_back({amount.lot.name, amount.kg});
        return out;
    }

    Graph graph_;
};

}  // namespace ingot::tracechain
