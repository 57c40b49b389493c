#include <atomic>
#include <fstream>
#include <iostream>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "app/bench_commands.hpp"
#include "app/bench_load.hpp"
#include "app/plant.hpp"
#include "storage/raw_writes.hpp"

namespace ingot::app {
namespace {

using Json = nlohmann::json;

constexpr int kClients = 64;
char const* const kSettings = "[limits]\ncodes_per_prefix_day_max = 100000000\n[logging]\nlevel = \"error\"\n";

std::string assignment(int product, int count) {
    return Json({{"prefix", "88.999.1"},
                 {"values", {{"class", "PD"}, {"product", "PB" + std::to_string(product)}}},
                 {"count", count}})
        .dump();
}

// One code a call, each with a key of its own and one of 64 products.
std::string single_assignments(std::string const& key, int round) {
    return "local n = 0\n"
           "request = function()\n"
           "  n = n + 1\n"
           "  local headers = {['Content-Type'] = 'application/json', ['Authorization'] = 'Bearer " +
           key + "', ['Idempotency-Key'] = string.format('bench-" + std::to_string(round) +
           "-%016d', n)}\n"
           "  local body = string.format('{\"prefix\":\"88.999.1\",\"count\":1,\"values\":{\"class\":\"PD\","
           "\"product\":\"PB%d\"}}', n % 64)\n"
           "  return wrk.format('POST', '/v1/codes', headers, body)\n"
           "end\n";
}

struct Rate {
    double a_second = 0;
    uint64_t failures = 0;
    std::string failure;
};

// `clients` connections send `make(client, n)` to `target` one after another for `seconds`.
template <class Make>
Rate send_for(NodeAddress const& address, unsigned clients, double seconds, std::string const& target,
              std::string const& content_type, Make make) {
    std::atomic<bool> stop{false};
    std::atomic<uint64_t> done{0};
    Rate rate;
    std::mutex rate_mutex;
    auto run = [&](unsigned client) {
        auto node = NodeClient::open(address);
        for (uint64_t n = 0; node && !stop; ++n) {
            auto answer = node->send("POST", target, make(client, n), content_type, fresh_key());
            if (answer && answer->status < 300) {
                ++done;
                continue;
            }
            std::lock_guard lock(rate_mutex);
            ++rate.failures;
            rate.failure = answer ? answer->body.substr(0, 200) : answer.error().detail;
        }
    };
    std::vector<std::thread> threads;
    auto start = std::chrono::steady_clock::now();
    for (unsigned client = 0; client < clients; ++client) threads.emplace_back(run, client);
    std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
    stop = true;
    for (auto& thread : threads) thread.join();
    rate.a_second = double(done) / seconds_since(start);
    return rate;
}

void tell_failures(Rate const& rate) {
    if (rate.failures > 0) std::cerr << rate.failures << " calls failed, the last with: " << rate.failure << "\n";
}

}  // namespace

int bench_assign(int rounds, double seconds) {
    ScratchFolder folder;
    auto node = BenchNode::start(folder.path(), kSettings);
    if (!node) return report(node.error());
    NodeAddress plant = node->plant();
    std::vector<double> ours, raw, ratios, bulk;
    std::string script = folder.path() + "/assign.lua", key;
    std::getline(std::ifstream(plant.key_file) >> std::ws, key);
    // The peer writes as many bytes as an assignment does: record, leaf, reference, change, audit line, replay entry.
    uint64_t const before = node->wal_bytes();
    write_wrk_script(script, single_assignments(key, -1));
    Load first = run_wrk(node->process(), {node->url(), script, kClients, 1, {}});
    size_t const each = size_t(double(node->wal_bytes() - before) / std::max(1.0, first.requests));
    for (int round = 0; round < rounds; ++round) {
        write_wrk_script(script, single_assignments(key, round));
        wait_until_idle(node->process());  // what the last round left to compact is not this one's work
        Load single = run_wrk(node->process(), {node->url(), script, kClients, seconds, {}});
        if (single.errors > 0) std::cerr << single.errors << " assignments failed\n";
        auto peer = storage::raw_synced_puts(folder.path() + "/raw-" + std::to_string(round), kClients, each, seconds);
        if (!peer) return report(peer.error());
        ours.push_back(single.per_second());
        raw.push_back(*peer);
        ratios.push_back(single.per_second() / *peer);
    }
    for (int round = 0; round < rounds; ++round) {
        Rate many = send_for(plant, 1, seconds, "/v1/codes", "application/json", [&](unsigned, uint64_t n) {
            return assignment(1'000'000 + round * 10'000 + int(n), 2000);
        });
        tell_failures(many);
        bulk.push_back(many.a_second * 2000);
    }
    std::printf("durable assignment over HTTPS (client and node share the machine; %zu bytes written an assignment)\n",
                each);
    std::printf(
        "  64 clients, one code a call   %8.0f calls/s   raw synced RocksDB puts, 64 writers %8.0f/s   ratio %.3f "
        "(goal 0.40)\n",
        median(ours), median(raw), median(ratios));
    std::printf("  1 client, 2,000 codes a call  %8.0f codes/s   (goal 40,000)\n", median(bulk));
    return kDone;
}

int bench_capture(int rounds, double seconds) {
    ScratchFolder folder;
    auto node = BenchNode::start(folder.path(), kSettings);
    if (!node) return report(node.error());

    // Documents of 100 plant events, in time order, enough for every round.
    std::vector<std::string> documents;
    std::string lines;
    uint64_t events = 0;
    generate_plant(3650, [&](PlantEvent const& event) {
        lines += plant_event_json(event, ++events, PlantSpelling{}) + "\n";
        if (events % 100 == 0) documents.push_back(std::move(lines)), lines.clear();
        return documents.size() < 1400;
    });
    std::atomic<size_t> next{0};
    std::vector<double> rates;
    for (int round = 0; round < rounds && next + 100 < documents.size(); ++round) {
        Rate rate = send_for(node->plant(), 1, seconds, "/v1/events?on_error=rollback", "application/x-ndjson",
                             [&](unsigned, uint64_t) { return documents[std::min(next++, documents.size() - 1)]; });
        tell_failures(rate);
        if (next > documents.size()) break;  // it ended in repeats, which are not stored again
        rates.push_back(rate.a_second * 100);
    }
    std::printf("durable capture over HTTPS, documents of 100 events, 1 client: %.0f events/s (goal 4,000)\n",
                median(rates));
    return kDone;
}

}  // namespace ingot::app
