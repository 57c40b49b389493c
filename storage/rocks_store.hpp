// RocksDB behind a plain interface: rows of every Space in one column family, the first key byte says which. Every
// value ends in a CRC-32C over whole key and value that is added and checked here (spec/durability.md 3, 7).
//
// Thread safe, except that write() and flush() belong to the committer. After close() every call answers
// StorageUnavailable; snapshots that are still out there are released by close(), so that none outlives the database.
// Errors: StorageFull (no space), DataDamaged (corruption), StorageUnavailable (every other failure).
#pragma once

#include <memory>

#include "storage/commit_record.hpp"
#include "storage/disk.hpp"
#include "storage/event_sink.hpp"
#include "storage/store_gauges.hpp"

namespace ingot::storage {

enum class OpenMode {
    normal,
    create,             // first start only
    inspect,            // read-only, for verify: changes nothing on disk
    salvage_read_only,  // durability.md 4.6 step 1: changes nothing on disk
    salvage,            // step 2: drops an unacknowledged tail
};

struct RocksSettings {
    std::string folder;
    std::shared_ptr<FileLayer> files;
    size_t write_buffer_bytes = 64 << 20;
    size_t cache_bytes = 64 << 20;
    OpenMode mode = OpenMode::normal;
    EventSink events;
    std::function<void(Error)> on_background_error;  // from RocksDB's threads; must only take a note
    std::function<void(Error const&)> on_damage;     // from reading threads; must not block
};

// One commit group on its way to disk.
class WriteGroup {
  public:
    WriteGroup();
    ~WriteGroup();
    WriteGroup(WriteGroup const&) = delete;
    WriteGroup& operator=(WriteGroup const&) = delete;
    void put(Space space, Bytes key, Bytes value);
    void erase(Space space, Bytes key);
    size_t bytes() const;

  private:
    friend class RocksStore;
    struct State;
    std::unique_ptr<State> state_;
};

class RocksStore {
  public:
    static Result<std::shared_ptr<RocksStore>> open(RocksSettings settings);
    ~RocksStore();
    RocksStore(RocksStore const&) = delete;
    RocksStore& operator=(RocksStore const&) = delete;

    class Snapshot;  // a read point; shared by the views that use it
    std::shared_ptr<Snapshot const> snapshot() const;

    // A null snapshot reads the newest state.
    Result<std::optional<std::string>> get(Snapshot const* at, Space space, Bytes key) const;
    Result<std::vector<std::optional<std::string>>> multi_get(Snapshot const* at, Space space,
                                                              std::span<std::string const> keys) const;
    Result<Page> scan(Snapshot const* at, Range const& range) const;
    Result<std::vector<Page>> multi_scan(Snapshot const* at, std::span<Range const> ranges) const;
    // Every row of a space, in order, stored value with its trailer: what verify reads. Stops when `row` answers false.
    Result<void> each_raw(Snapshot const* at, Space space, std::function<bool(Bytes key, Bytes raw)> const& row) const;

    Result<void> write(WriteGroup& group);  // one synced batch
    Result<void> flush();                   // memory to files; a clean stop leaves no WAL to replay
    uint64_t written_through() const;       // engine sequence of the last write
    uint64_t flushed_through() const;       // engine sequence that is safe in files
    // Live table files with the checksum the manifest holds, and the checksum of the bytes on disk.
    struct File {
        std::string path, checksum;
    };
    std::vector<File> files() const;
    Result<std::string> checksum_of(File const& file) const;
    Result<void> verify_blocks() const;  // stops at the first bad block
    uint64_t wal_bytes() const;
    std::vector<StoreGauge> gauges() const;

    void close();

  private:
    struct State;
    explicit RocksStore(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

// Trailer: value | CRC-32C(space byte | key | value) u32be.
std::string seal(Space space, Bytes key, Bytes value);
// The value without its trailer; DataDamaged naming the key when the trailer is wrong.
Result<Bytes> unseal(Space space, Bytes key, Bytes stored);

// A View over one snapshot of a store, or over its newest state (no snapshot).
class RocksView final : public View {
  public:
    RocksView(std::shared_ptr<RocksStore> store, std::shared_ptr<RocksStore::Snapshot const> at, Sequence sequence)
        : store_(std::move(store)), at_(std::move(at)), sequence_(sequence) {}
    Result<std::optional<std::string>> get(Space space, Bytes key) const override {
        return store_->get(at_.get(), space, key);
    }
    Result<std::vector<std::optional<std::string>>> multi_get(Space space,
                                                              std::span<std::string const> keys) const override {
        return store_->multi_get(at_.get(), space, keys);
    }
    Result<Page> scan(Range const& range) const override { return store_->scan(at_.get(), range); }
    Result<std::vector<Page>> multi_scan(std::span<Range const> ranges) const override {
        return store_->multi_scan(at_.get(), ranges);
    }
    Sequence sequence() const override { return sequence_; }

  private:
    std::shared_ptr<RocksStore> store_;
    std::shared_ptr<RocksStore::Snapshot const> at_;
    Sequence sequence_;
};

}  // namespace ingot::storage
