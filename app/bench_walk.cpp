#include <sys/stat.h>

#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "app/bench_commands.hpp"
#include "app/bench_postgres.hpp"
#include "app/bench_process.hpp"
#include "app/capture_file.hpp"
#include "app/plant.hpp"
#include "base/encoding.hpp"

namespace ingot::app {
namespace {

using Json = nlohmann::json;

// Two plants in one store: one year and five, told apart by their prefix.
struct BenchPlant {
    int days;
    std::string prefix, key_file;
    int64_t up_lots, up_events, down_lots, down_events;  // what T17 says is visited at theta 1e-6
    std::string bundle() const { return "Z" + std::to_string(days - 1) + "_1_79"; }
};

Result<void> load(BenchNode& node, BenchPlant const& plant) {
    auto client = NodeClient::open({node.plant().url, node.plant().ca_file, plant.key_file});
    if (!client) return fail(client.error());
    PlantSpelling spelling;
    spelling.prefix = plant.prefix;
    std::stringstream lines;
    uint64_t events = 0;
    generate_plant(plant.days, [&](PlantEvent const& event) {
        lines << plant_event_json(event, ++events, spelling) << '\n';
        return true;
    });
    CaptureOptions options;
    options.progress = [&](CaptureCounts const& counts) {
        std::cerr << "\rcapturing " << plant.days << " days: " << counts.stored << " of " << events << std::flush;
    };
    auto start = std::chrono::steady_clock::now();
    auto counts = capture_stream(*client, lines, true, options);
    if (!counts) return fail(counts.error());
    std::cerr << "  (" << int(double(events) / seconds_since(start)) << " events/s)\n";
    if (counts->refused > 0) return fail(Code::EventInvalid, "the node refused events of the plant");
    return {};
}

struct WalkTime {
    double engine_ms = 0, total_ms = 0;
    int64_t lots = 0, events = 0;
};

// One walk; the engine's own time from `stats`.
Result<WalkTime> walk(NodeClient& node, BenchPlant const& plant, std::string const& lot, bool up, char const* theta) {
    std::string target = std::string("/v1/trace/") + (up ? "upstream" : "downstream") + "?start=" + plant.prefix + "/" +
                         lot + "&theta=" + theta + "&max_nodes=5000000&timeout_ms=60000&limit=10000";
    bool complete = std::string_view(theta) == "0";
    WalkTime time;
    auto start = std::chrono::steady_clock::now();
    std::string tail;
    if (complete) {
        std::string rest;
        auto answer = node.stream(target, "application/x-ndjson", [&](std::string_view piece) {
            rest.append(piece);
            size_t cut = rest.rfind('\n', rest.size() < 2 ? 0 : rest.size() - 2);
            if (cut != std::string::npos) rest.erase(0, cut + 1);
        });
        if (!answer) return fail(answer.error());
        tail = rest;
    } else {
        auto answer = node.send("GET", target);
        if (!answer) return fail(answer.error());
        tail = answer->body;
    }
    time.total_ms = seconds_since(start) * 1000;
    Json body = Json::parse(tail, nullptr, false);
    if (!body.is_object() || !body.contains("stats"))
        return fail(Code::Unreachable, "no answer: " + excerpt(tail, 300));
    Json const& stats = body["stats"];
    time.engine_ms = stats.value("elapsed_ms", 0.0);
    time.lots = stats.value("lots_visited", int64_t(0)) - 1;
    time.events = stats.value("events_visited", int64_t(0));
    return time;
}

struct Series {
    std::vector<double> one, five, ratio;
};

int pruned(NodeClient& one, NodeClient& five, std::vector<BenchPlant> const& plants, bool up, int rounds) {
    Series series;
    bool exact = true;
    for (int round = 0; round < rounds * 20; ++round) {
        double milliseconds[2];
        for (size_t i = 0; i < 2; ++i) {
            std::string lot = up ? plants[i].bundle() : "R100_3";
            auto time = walk(i == 0 ? one : five, plants[i], lot, up, "0.000001");
            if (!time) return report(time.error());
            milliseconds[i] = time->engine_ms;
            exact = exact && time->lots == (up ? plants[i].up_lots : plants[i].down_lots) &&
                    time->events == (up ? plants[i].up_events : plants[i].down_events);
        }
        series.one.push_back(milliseconds[0]);
        series.five.push_back(milliseconds[1]);
        series.ratio.push_back(milliseconds[1] / milliseconds[0]);
    }
    std::printf(
        "  %-10s theta 1e-6   one year %7.2f ms   five years %7.2f ms   ratio %.3f (goal at most 1.20)   visited "
        "counts %s\n",
        up ? "upstream" : "downstream", median(series.one), median(series.five),
        median(series.five) / median(series.one), exact ? "exactly those of T17" : "DIFFER FROM T17");
    return exact ? kDone : kNo;
}

int complete(NodeClient& node, BenchPlant const& plant, BenchPostgres* postgres, bool up, int rounds) {
    std::string lot = up ? plant.bundle() : "R100_3";
    std::vector<double> engine, total, peer;
    int64_t lots = 0;
    uint64_t peer_lots = 0;
    for (int round = 0; round < rounds; ++round) {
        auto time = walk(node, plant, lot, up, "0");
        if (!time) return report(time.error());
        engine.push_back(time->engine_ms);
        total.push_back(time->total_ms);
        lots = time->lots;
        if (postgres == nullptr) continue;
        auto answer = postgres->closure(plant.days, lot, up);
        if (!answer) return report(answer.error());
        peer.push_back(answer->milliseconds);
        peer_lots = answer->lots;
    }
    std::printf("  %-10s theta 0      %4d days, %lld lots: engine %.0f ms, NDJSON over HTTPS %.0f ms",
                up ? "upstream" : "downstream", plant.days, static_cast<long long>(lots), median(engine),
                median(total));
    if (postgres != nullptr)
        std::printf("; PostgreSQL 15 %.0f ms (%llu lots, no weights)", median(peer),
                    static_cast<unsigned long long>(peer_lots));
    std::printf("\n");
    return kDone;
}

Result<std::string> second_operator(BenchNode& node, std::string const& folder, std::string const& prefix) {
    auto admin = NodeClient::open(node.admin());
    if (!admin) return fail(admin.error());
    Json body = {{"prefix", prefix}, {"name", "Benchmark plant, five years"}};
    auto made = admin->send("POST", "/v1/prefixes", body.dump(), "application/json", fresh_key());
    if (!made) return fail(made.error());
    Json key_body = {{"role", "operator"}, {"prefix", prefix}};
    auto key = admin->send("POST", "/v1/credentials", key_body.dump(), "application/json", fresh_key());
    if (!key) return fail(key.error());
    Json answer = Json::parse(key->body, nullptr, false);
    if (!answer.is_object() || !answer.contains("key")) return fail(Code::Unreachable, "no key: " + key->body);
    std::string file = folder + "/second.key";
    std::ofstream(file) << answer["key"].get<std::string>() << "\n";
    chmod(file.c_str(), 0600);
    return file;
}

}  // namespace

int bench_walk(int rounds, bool with_postgres) {
    ScratchFolder folder;
    auto node = BenchNode::start(folder.path(), "[logging]\nlevel = \"error\"\n");
    if (!node) return report(node.error());
    auto second = second_operator(*node, folder.path(), "88.999.2");
    if (!second) return report(second.error());
    std::vector<BenchPlant> plants = {{365, "88.999.1", node->plant().key_file, 751, 192, 5543, 583},
                                      {1825, "88.999.2", *second, 751, 192, 5543, 583}};
    for (auto const& plant : plants)
        if (auto loaded = load(*node, plant); !loaded) return report(loaded.error());

    auto one = NodeClient::open({node->plant().url, node->plant().ca_file, plants[0].key_file});
    auto five = NodeClient::open({node->plant().url, node->plant().ca_file, plants[1].key_file});
    if (!one || !five) return kUnreachable;
    std::printf("walks of the T17 plant, from RocksDB\n");
    int worst = std::max(pruned(*one, *five, plants, true, rounds), pruned(*one, *five, plants, false, rounds));

    std::optional<BenchPostgres> postgres;
    if (with_postgres) {
        auto started = BenchPostgres::start(folder.path());
        if (!started) return report(started.error());
        postgres.emplace(std::move(*started));
        if (auto loaded = postgres->load_plant(1825); !loaded) return report(loaded.error());
    }
    for (bool up : {true, false})
        worst = std::max(worst, complete(*five, plants[1], postgres ? &*postgres : nullptr, up, rounds));
    return worst;
}

}  // namespace ingot::app
