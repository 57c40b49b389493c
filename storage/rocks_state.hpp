// Inside of RocksStore, shared by rocks_store.cpp and rocks_read.cpp only.
#pragma once

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <atomic>
#include <mutex>
#include <set>
#include <shared_mutex>

#include "storage/file_layer.hpp"
#include "storage/rocks_store.hpp"

namespace ingot::storage {

struct RocksStore::State {
    RocksSettings settings;
    std::unique_ptr<rocksdb::Env> env;  // outlives db
    std::unique_ptr<rocksdb::DB> db;    // null once closed
    rocksdb::WriteOptions write_options;
    std::atomic<uint64_t> flushed_through{0};
    // Calls hold the gate shared; close() takes it alone.
    mutable std::shared_mutex gate;
    std::atomic<bool> closing{false};
    mutable std::mutex snapshots_mutex;
    mutable std::set<rocksdb::Snapshot const*> snapshots;

    // A read that failed: damage is told on its way out.
    tl::unexpected<Error> failed(Error error) const {
        if (error.code == Code::DataDamaged && settings.on_damage) settings.on_damage(error);
        return fail(std::move(error));
    }
};

class RocksStore::Snapshot {
  public:
    explicit Snapshot(State const& state) : state_(state) {}
    ~Snapshot();
    State const& state_;
    rocksdb::Snapshot const* at = nullptr;
};

struct WriteGroup::State {
    rocksdb::WriteBatch batch{0, 0, 8, 0};
};

// Holds the store open for one call.
class OpenGate {
  public:
    template <class StoreState>
    explicit OpenGate(StoreState const& state) {
        if (state.closing.load(std::memory_order_acquire)) return;
        lock_ = std::shared_lock(state.gate);
        open_ = state.db != nullptr;
    }
    explicit operator bool() const { return open_; }

  private:
    std::shared_lock<std::shared_mutex> lock_;
    bool open_ = false;
};

tl::unexpected<Error> store_closed();
Error to_error(rocksdb::Status const& status, std::string_view doing);

}  // namespace ingot::storage
