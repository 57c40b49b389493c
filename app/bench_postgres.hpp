// PostgreSQL as the peer of the walk benchmark: its own unprivileged instance in a scratch folder, an indexed edge
// table of the same lots, its recursive query, warm, jit off.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "app/bench_process.hpp"

namespace ingot::app {

class BenchPostgres {
  public:
    // Loads the lot-to-lot pairs of the T17 plant of `days` days into table edges_<days>.
    static Result<BenchPostgres> start(std::string const& folder);
    Result<void> load_plant(int days);

    struct Answer {
        uint64_t lots = 0;
        double milliseconds = 0;
    };
    // The set of ancestors (up) or descendants of a lot, by the recursive query.
    Result<Answer> closure(int days, std::string const& lot, bool up);

  private:
    Result<std::string> sql(std::string const& text);
    std::string folder_, user_, bin_;
    std::optional<Child> process_;
};

}  // namespace ingot::app
