// The plant of spec/trace-semantics.md 8.4 as a Graph: no randomness, no vessels, every event with exact integers.
#pragma once

#include "tests/tracechain/walk_fixture.hpp"

namespace ingot::tracechain {

class PlantGraph {
  public:
    explicit PlantGraph(int days) : days_(days) {
        for (int day = 0; day < days; ++day) run(day);
    }
    Graph& graph() { return graph_; }

  private:
    using Amount = Graph::Amount;
    static std::string name(char const* letters, int64_t a) { return letters + std::to_string(a); }
    static std::string name(char const* letters, int64_t a, int64_t b) {
        return letters + std::to_string(a) + "_" + std::to_string(b);
    }

    void transform(int day, int minute, std::vector<Amount> inputs, std::vector<Amount> outputs) {
        graph_.event(storage::LinkKind::transform, time(day, minute), std::move(inputs), std::move(outputs));
    }
    static int64_t time(int day, int minute) {
        return Graph::kStart + (static_cast<int64_t>(day) * 1440 + minute) * Graph::kMinute;
    }

    void run(int day) {
        for (int k = 0; k < 20; ++k) {
            graph_.event(storage::LinkKind::commission, time(day, k), {}, {{name("R", day, k), 60'000}});
        }
        if (day < 7) return;
        if (day % 7 == 0) {
            std::vector<Amount> trucks;
            for (int d = day - 7; d < day; ++d) {
                for (int k = 0; k < 20; ++k) trucks.push_back({name("R", d, k), 60'000});
            }
            transform(day, 30, std::move(trucks), {{name("P", day / 7), 8'400'000}});
        }
        // Events in the order of their minutes: heat h at 60 + 60 h, kettle after every third at 90 + 60 h.
        int cast_at = 800;
        bool cast = false;
        for (int h = 0; h < 12; ++h) {
            if (!cast && 60 + 60 * h > cast_at) {
                cast_day(day);
                cast = true;
            }
            heat(day, h);
            if (h % 3 != 2) continue;
            if (!cast && 90 + 60 * h > cast_at) {
                cast_day(day);
                cast = true;
            }
            kettle(day, h);
        }
        if (!cast) cast_day(day);
    }

    void heat(int day, int h) {
        int64_t n = 12LL * (day - 7) + h;
        std::vector<Amount> inputs{{name("P", day / 7), 100'000}};
        if (n > 0) inputs.push_back({name("H", n - 1), 28'000});
        if (day - 1 >= 15) inputs.push_back({name("POOL", day - 1), 11'000});
        int64_t sum = 0;
        for (auto const& input : inputs) sum += input.kg;
        heats_.push_back(sum);
        transform(day, 60 + 60 * h, inputs, {{name("H", n), sum}});
    }

    void kettle(int day, int h) {
        int64_t m = 4LL * (day - 7) + (h - 2) / 3;
        std::vector<Amount> inputs;
        int64_t sum = 0;
        for (int64_t n = 3 * m; n < 3 * m + 3; ++n) {
            inputs.push_back({name("H", n), heats_[static_cast<size_t>(n)] - 28'000});
            sum += inputs.back().kg;
        }
        kettles_.push_back(sum);
        transform(day, 90 + 60 * h, inputs, {{name("K", m), sum}});
    }

    void cast_day(int day) {
        if (day < 15) return;
        for (int c = 0; c < 2; ++c) {
            std::vector<Amount> inputs, outputs;
            int64_t sum = 0;
            for (int64_t j = 4LL * (day - 15); j < 4LL * (day - 15) + 4; ++j) {
                int64_t size = kettles_[static_cast<size_t>(j)];
                inputs.push_back({name("K", j), c == 0 ? size / 2 : size - size / 2});
                sum += inputs.back().kg;
            }
            int64_t each = (sum - 66'000) / 80;
            for (int b = 0; b < 80; ++b) {
                outputs.push_back(
                    {name("Z", day, c) + "_" + std::to_string(b), b < 79 ? each : sum - 66'000 - 79 * each});
            }
            outputs.push_back({name("SC", day, c), 66'000});
            transform(day, 800 + c, inputs, outputs);
        }
        transform(day, 810, {{name("SC", day, 0), 66'000}, {name("SC", day, 1), 66'000}},
                  {{name("POOL", day), 132'000}});
    }

    int days_;
    Graph graph_;
    std::vector<int64_t> heats_, kettles_;
};

}  // namespace ingot::tracechain
