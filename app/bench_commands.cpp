#include "app/bench_commands.hpp"

#include <iostream>
#include <memory>

namespace ingot::app {
namespace {

struct BenchSizes {
    int records = 1'000'000, rounds = 5, connections = 10'000;
    double seconds = 5;
    bool no_postgres = false;
};

int bench_all(BenchSizes const& sizes) {
    int worst = 0;
    auto take = [&](int code) { worst = std::max(worst, code); };
    take(bench_resolve(sizes.records, sizes.rounds, sizes.seconds));
    take(bench_assign(sizes.rounds, sizes.seconds));
    take(bench_capture(sizes.rounds, sizes.seconds));
    take(bench_walk(sizes.rounds, !sizes.no_postgres));
    take(bench_idle(sizes.connections));
    return worst;
}

}  // namespace

void register_bench_commands(CLI::App& program, Command& chosen) {
    auto* bench = program.add_subcommand("bench", "measure this machine: ratios against peers in the same run");
    bench->require_subcommand(0, 1);
    auto sizes = std::make_shared<BenchSizes>();
    bench->add_option("--rounds", sizes->rounds, "rounds of each comparison")->capture_default_str();
    bench->add_option("--seconds", sizes->seconds, "length of a round")->capture_default_str();
    bench->add_option("--records", sizes->records, "records of the resolve measurement")->capture_default_str();
    bench->add_option("--connections", sizes->connections, "idle connections")->capture_default_str();
    bench->add_flag("--no-postgres", sizes->no_postgres, "leave PostgreSQL out of the walk measurement");
    bench->fallthrough();

    auto add = [&](char const* name, char const* what, std::function<int()> run) {
        auto* command = bench->add_subcommand(name, what);
        command->callback([run, &chosen] { chosen = run; });
    };
    add("resolve", "resolution over TLS against nginx",
        [sizes] { return bench_resolve(sizes->records, sizes->rounds, sizes->seconds); });
    add("assign", "durable assignment against synced RocksDB puts",
        [sizes] { return bench_assign(sizes->rounds, sizes->seconds); });
    add("capture", "durable capture of trace events", [sizes] { return bench_capture(sizes->rounds, sizes->seconds); });
    add("walk", "walks of the T17 plant, one year and five, against PostgreSQL",
        [sizes] { return bench_walk(sizes->rounds, !sizes->no_postgres); });
    add("idle", "memory of idle TLS connections", [sizes] { return bench_idle(sizes->connections); });
    bench->callback([sizes, bench, &chosen] {
        if (bench->get_subcommands().empty()) chosen = [sizes] { return bench_all(*sizes); };
    });
}

}  // namespace ingot::app
