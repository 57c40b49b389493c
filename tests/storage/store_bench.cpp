// Run by hand (not a test): ./store_bench DIR. Groups of one-put operations against raw synced RocksDB puts by as many
// writers, and codes a second at 2,000 leaves an operation. Figures go to docs/performance.md.
#include <rocksdb/db.h>

#include <atomic>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <semaphore>
#include <thread>

#include "base/encoding.hpp"
#include "storage/rocks_engine.hpp"

using namespace ingot;
using namespace ingot::storage;

namespace {

double seconds_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double raw_puts(std::string const& folder, int writers, int puts) {
    rocksdb::Options options;
    options.create_if_missing = true;
    rocksdb::DB* db = nullptr;
    if (!rocksdb::DB::Open(options, folder, &db).ok()) return 0;
    std::unique_ptr<rocksdb::DB> owned(db);
    rocksdb::WriteOptions write;
    write.sync = true;
    auto start = std::chrono::steady_clock::now();
    std::vector<std::thread> threads;
    for (int w = 0; w < writers; ++w)
        threads.emplace_back([&, w] {
            for (int n = 0; n < puts / writers; ++n)
                (void)db->Put(write, "R" + std::to_string(w) + "-" + std::to_string(n), std::string(200, 'x'));
        });
    for (auto& thread : threads) thread.join();
    return puts / seconds_since(start);
}

// `waiting` operations are always in the queue, as 64 clients would keep it.
double engine_puts(Engine& engine, int waiting, int puts) {
    std::counting_semaphore<1024> room(waiting);
    std::atomic<int> failed{0};
    auto start = std::chrono::steady_clock::now();
    for (int n = 0; n < puts; ++n) {
        room.acquire();
        Operation put;
        put.apply = [n](Batch& batch, uint32_t) -> Result<void> {
            batch.put(Space::record, "R" + std::to_string(n), std::string(200, 'x'));
            return {};
        };
        engine.submit(std::move(put), [&](Result<Committed> const& done) {
            failed += done ? 0 : 1;
            room.release();
        });
    }
    for (int n = 0; n < waiting; ++n) room.acquire();
    if (failed > 0) std::printf("  %d failed\n", failed.load());
    return puts / seconds_since(start);
}

// Each code: a record version, the newest record, an index row and a leaf, as registry/ will write them.
double codes(Engine& engine, Random& random, int per_operation, int operations) {
    auto start = std::chrono::steady_clock::now();
    std::clock_t cpu_before = std::clock();
    for (int n = 0; n < operations; ++n) {
        std::vector<Leaf> leaves;
        std::vector<std::pair<std::string, std::string>> rows;
        for (int i = 0; i < per_operation; ++i) {
            std::string suffix = "88.999.3212001/PD.PB99994.20261122." + std::to_string(n * per_operation + i);
            std::string key = "H" + suffix + std::string(9, '\0'), value(40, char('a' + i % 26));
            leaves.push_back(make_leaf(random, 0x0101, "88.999.3212001", suffix, Space::record, key, value));
            rows.emplace_back("R" + suffix, value);
        }
        Operation assign;
        assign.bytes = size_t(per_operation) * 400;
        assign.apply = [&](Batch& batch, uint32_t) -> Result<void> {
            for (size_t i = 0; i < rows.size(); ++i) {
                batch.put(Space::record, leaves[i].key, rows[i].second);
                batch.put(Space::record, rows[i].first, rows[i].second);
                batch.leaf(std::move(leaves[i]));
            }
            return {};
        };
        if (auto done = engine.update(std::move(assign)); !done) std::printf("  %s\n", done.error().detail.c_str());
    }
    double done = double(per_operation) * operations, cpu = double(std::clock() - cpu_before) / CLOCKS_PER_SEC;
    std::printf("  %.1f us of CPU a code, compactions and leaf making included\n", cpu / done * 1e6);
    return done / seconds_since(start);
}

}  // namespace

int main(int count, char** arguments) {
    std::string folder = count > 1 ? arguments[1] : "/tmp/store_bench";
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    SystemClock clock;
    SystemRandom random;
    StoreOptions options;
    options.data_dir = folder + "/data";
    auto opened = open_store(options, clock, random);
    if (!opened) {
        std::printf("%s\n", opened.error().detail.c_str());
        return 1;
    }
    for (int round = 0; round < 3; ++round) {
        double raw = raw_puts(folder + "/raw" + std::to_string(round), 64, 40'000);
        double own = engine_puts(**opened, 64, 40'000);
        std::printf("64 one-put operations: raw %.0f/s, engine %.0f/s, ratio %.2f\n", raw, own, own / raw);
        std::printf("256 one-put operations: engine %.0f/s\n", engine_puts(**opened, 256, 80'000));
        std::printf("2,000 codes an operation: %.0f codes/s\n", codes(**opened, random, 2000, 50));
    }
    auto close = std::chrono::steady_clock::now();
    opened->reset();
    std::printf("close %.3f s\n", seconds_since(close));
    auto start = std::chrono::steady_clock::now();
    auto again = open_store(options, clock, random);
    std::printf("re-open %.3f s: %s, %llu leaves\n", seconds_since(start),
                (*again)->health().state == State::open ? "open" : "not open",
                static_cast<unsigned long long>((*again)->health().tree_size));
    return 0;
}
