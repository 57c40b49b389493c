#include "storage/raw_writes.hpp"

#include <rocksdb/db.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

#include "base/encoding.hpp"

namespace ingot::storage {

Result<double> raw_synced_puts(std::string const& folder, unsigned writers, size_t value_bytes, double seconds) {
    rocksdb::Options options;
    options.create_if_missing = true;
    rocksdb::DB* raw = nullptr;
    auto status = rocksdb::DB::Open(options, folder, &raw);
    if (!status.ok()) return fail(Code::StorageUnavailable, status.ToString());
    std::unique_ptr<rocksdb::DB> db(raw);

    std::atomic<bool> stop{false};
    std::atomic<uint64_t> puts{0};
    auto write = [&](unsigned writer) {
        rocksdb::WriteOptions synced;
        synced.sync = true;
        std::string value(value_bytes, char('a' + writer % 26));
        for (uint64_t n = 0; !stop; ++n) {
            std::string key;
            put_u32be(key, writer);
            put_u64be(key, n);
            if (!db->Put(synced, key, value).ok()) return;
            ++puts;
        }
    };
    std::vector<std::thread> threads;
    auto start = std::chrono::steady_clock::now();
    for (unsigned writer = 0; writer < writers; ++writer) threads.emplace_back(write, writer);
    std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
    stop = true;
    for (auto& thread : threads) thread.join();
    std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
    return double(puts) / elapsed.count();
}

}  // namespace ingot::storage
