// Opening the RocksDB store (spec/durability.md). The engine owns one committer thread; it is safe to use from any
// thread and is destroyed after its last user. Views may outlive it and then answer StorageUnavailable.
#pragma once

#include "base/limits.hpp"
#include "storage/engine.hpp"
#include "storage/event_sink.hpp"
#include "storage/store_gauges.hpp"

namespace ingot::storage {

struct FileLayer;  // storage/file_layer.hpp: the file system, injected by tests

enum class OnMismatch { degrade, exit };  // recovery.on_mismatch

struct StoreOptions {
    std::string data_dir;
    std::string anchor_dir;  // empty: <data_dir>/anchor; best on another disk
    Limits limits;
    std::optional<uint64_t> reserve_bytes, ballast_bytes;  // nothing: by the size of the file system (durability.md 5)
    size_t write_buffer_bytes = 0;                         // 0: by the size of the file system
    size_t cache_bytes = 64 << 20;
    std::string origin;     // of the transparency log, fixed at first start; empty: no genesis leaf (tests)
    std::string audit_key;  // HMAC key of the audit chain, from a secrets file
    OnMismatch on_mismatch = OnMismatch::degrade;
    bool case_sensitive = false;          // fixed at first start
    std::string program = "ingot 0.1.0";  // written into the format record
    std::shared_ptr<FileLayer> files;     // empty: the machine's own
    bool started = true;                  // false: the owner calls Engine::start() with its observer
    GroupObserver on_group;               // when a group is durable, one call at a time; must be short
    // How soon the store looks after itself; tests shorten them.
    std::chrono::milliseconds full_check{1'000}, first_probe{1'000}, sweep{3'600'000};
};

// Errors at open: StoreInUse (exit 3), RefusedToOpen (exit 4 or 6: extra "exit"), StorageFull, StorageUnavailable.
// A store that contradicts its anchor opens degraded (Health says why) or, with OnMismatch::exit, is refused.
Result<std::unique_ptr<Engine>> open_store(StoreOptions options, Clock& clock, Random& random, EventSink events = {});

// A fresh store in memory for tests; opens in about 5 ms. `options.files` may name an earlier memory layer to re-open.
Result<std::unique_ptr<Engine>> open_memory_store(Clock& clock, Random& random, StoreOptions options = {},
                                                  EventSink events = {});

// Gauges of a store that open_store() made; none while it is closed or re-opening, none of another engine. Never waits.
std::vector<StoreGauge> gauges_of(Engine const& engine);

}  // namespace ingot::storage
