#include "storage/rocks_store.hpp"

#include <rocksdb/listener.h>

#include <cstdlib>
#include <cstring>

#include "base/encoding.hpp"
#include "storage/log_keys.hpp"
#include "storage/rocks_options.hpp"
#include "storage/rocks_state.hpp"

namespace ingot::storage {
namespace {

// Takes notes of what RocksDB does in its own threads.
class Listener final : public rocksdb::EventListener {
  public:
    Listener(std::atomic<uint64_t>& flushed_through, std::function<void(Error)> on_error)
        : flushed_through_(flushed_through), on_error_(std::move(on_error)) {}
    void OnFlushCompleted(rocksdb::DB*, rocksdb::FlushJobInfo const& info) override {
        uint64_t before = flushed_through_.load();
        while (before < info.largest_seqno && !flushed_through_.compare_exchange_weak(before, info.largest_seqno)) {
        }
    }
    void OnBackgroundError(rocksdb::BackgroundErrorReason, rocksdb::Status* status) override {
        if (on_error_) on_error_(to_error(*status, "background work"));
    }
    // Our supervisor decides when to go on (option row 13).
    void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason, rocksdb::Status, bool* auto_recovery) override {
        *auto_recovery = false;
    }

  private:
    std::atomic<uint64_t>& flushed_through_;
    std::function<void(Error)> on_error_;
};

uint32_t trailer_of(Space space, Bytes key, Bytes value) {
    char first = char(space);
    return crc32c(value, crc32c(key, crc32c({&first, 1})));
}

tl::unexpected<Error> weak_setting(std::string const& name) {
    Error error{Code::RefusedToOpen, "the store would run with a setting that can lose data: " + name,
                "存储使用了可能丢失数据的设置：" + name};
    return fail(std::move(error.with("exit", int64_t(4)).with("option", name)));
}

}  // namespace

tl::unexpected<Error> store_closed() {
    return fail(Code::StorageUnavailable, "the store is closed for re-opening", "存储正在重新打开，暂时不可用");
}

Error to_error(rocksdb::Status const& status, std::string_view doing) {
    std::string detail = std::string(doing) + ": " + status.ToString();
    if (status.IsNoSpace()) return {Code::StorageFull, detail, "存储空间已满"};
    if (status.IsCorruption()) return {Code::DataDamaged, detail, "存储的数据已损坏"};
    return {Code::StorageUnavailable, detail, "存储暂时不可用"};
}

std::string seal(Space space, Bytes key, Bytes value) {
    std::string stored(value);
    put_u32be(stored, trailer_of(space, key, value));
    return stored;
}

Result<Bytes> unseal(Space space, Bytes key, Bytes stored) {
    if (stored.size() >= 4) {
        Bytes value = stored.substr(0, stored.size() - 4);
        if (get_u32be(stored, value.size()) == trailer_of(space, key, value)) return value;
    }
    return fail(Code::DataDamaged, "the value of " + readable_key(space, key) + " does not fit its checksum",
                "存储的数据已损坏");
}

WriteGroup::WriteGroup() : state_(std::make_unique<State>()) {}
WriteGroup::~WriteGroup() = default;

void WriteGroup::put(Space space, Bytes key, Bytes value) {
    char first = char(space);
    uint32_t crc = trailer_of(space, key, value);
    char trailer[4] = {char(crc >> 24), char(crc >> 16), char(crc >> 8), char(crc)};
    rocksdb::Slice key_parts[2] = {{&first, 1}, {key.data(), key.size()}};
    rocksdb::Slice value_parts[2] = {{value.data(), value.size()}, {trailer, 4}};
    auto status = state_->batch.Put(rocksdb::SliceParts(key_parts, 2), rocksdb::SliceParts(value_parts, 2));
    if (!status.ok()) throw std::runtime_error("WriteBatch::Put: " + status.ToString());
}

void WriteGroup::erase(Space space, Bytes key) {
    char first = char(space);
    rocksdb::Slice key_parts[2] = {{&first, 1}, {key.data(), key.size()}};
    auto status = state_->batch.Delete(rocksdb::SliceParts(key_parts, 2));
    if (!status.ok()) throw std::runtime_error("WriteBatch::Delete: " + status.ToString());
}

size_t WriteGroup::bytes() const { return state_->batch.GetDataSize(); }

RocksStore::RocksStore(std::unique_ptr<State> state) : state_(std::move(state)) {}
RocksStore::~RocksStore() { close(); }

Result<std::shared_ptr<RocksStore>> RocksStore::open(RocksSettings settings) {
    auto state = std::make_unique<State>();
    state->env = rocksdb::NewCompositeEnv(settings.files->file_system);
    auto options = make_options(settings, state->env.get());
    options.listeners.push_back(std::make_shared<Listener>(state->flushed_through, settings.on_background_error));
    state->write_options = make_write_options();
    if (settings.files->change_options) settings.files->change_options(options, state->write_options);

    if (auto wrong = first_wrong_option(options, state->write_options, settings.mode)) return weak_setting(*wrong);
    rocksdb::DB* db = nullptr;
    bool read_only = settings.mode == OpenMode::salvage_read_only || settings.mode == OpenMode::inspect;
    auto status = read_only ? rocksdb::DB::OpenForReadOnly(options, settings.folder, &db)
                            : rocksdb::DB::Open(options, settings.folder, &db);
    if (!status.ok()) return fail(to_error(status, "opening " + settings.folder));
    state->db.reset(db);
    // RocksDB adjusts what it is given: the effective settings count as well.
    if (auto wrong = first_wrong_option(db->GetOptions(), state->write_options, settings.mode)) {
        state->db.reset();
        return weak_setting(*wrong);
    }
    state->settings = std::move(settings);
    return std::shared_ptr<RocksStore>(new RocksStore(std::move(state)));
}

Result<void> RocksStore::write(WriteGroup& group) {
    OpenGate gate(*state_);
    if (!gate) return store_closed();
    auto status = state_->db->Write(state_->write_options, &group.state_->batch);
    if (!status.ok()) return fail(to_error(status, "writing a commit group"));
    return {};
}

Result<void> RocksStore::flush() {
    OpenGate gate(*state_);
    if (!gate) return store_closed();
    auto status = state_->db->Flush(rocksdb::FlushOptions());
    if (!status.ok()) return fail(to_error(status, "flushing"));
    return {};
}

uint64_t RocksStore::written_through() const {
    OpenGate gate(*state_);
    return gate ? state_->db->GetLatestSequenceNumber() : 0;
}

uint64_t RocksStore::flushed_through() const { return state_->flushed_through.load(); }

uint64_t RocksStore::wal_bytes() const {
    OpenGate gate(*state_);
    if (!gate) return 0;
    rocksdb::VectorLogPtr files;
    if (!state_->db->GetSortedWalFiles(files).ok()) return 0;
    uint64_t bytes = 0;
    for (auto const& file : files) bytes += file->SizeFileBytes();
    return bytes;
}

std::vector<StoreGauge> RocksStore::gauges() const {
    std::vector<StoreGauge> out;
    OpenGate gate(*state_);
    if (!gate) return out;
    auto add = [&](std::string_view name, std::string const& property) {
        uint64_t value = 0;
        if (state_->db->GetIntProperty(property, &value)) out.push_back({name, {}, value});
    };
    add("memtable_bytes", rocksdb::DB::Properties::kCurSizeAllMemTables);
    add("pending_compaction_bytes", rocksdb::DB::Properties::kEstimatePendingCompactionBytes);
    add("write_stopped", rocksdb::DB::Properties::kIsWriteStopped);
    add("cache_bytes", rocksdb::DB::Properties::kBlockCacheUsage);
    for (int level = 0; level < state_->db->NumberLevels(); ++level) {
        std::string files;
        if (state_->db->GetProperty(rocksdb::DB::Properties::kNumFilesAtLevelPrefix + std::to_string(level), &files))
            out.push_back({"files", static_cast<unsigned>(level), std::strtoull(files.c_str(), nullptr, 10)});
    }
    return out;
}

std::vector<RocksStore::File> RocksStore::files() const {
    OpenGate gate(*state_);
    std::vector<File> out;
    if (!gate) return out;
    std::vector<rocksdb::LiveFileMetaData> live;
    state_->db->GetLiveFilesMetaData(&live);
    for (auto const& file : live)
        if (file.file_checksum_func_name != rocksdb::kUnknownFileChecksumFuncName)
            out.push_back({file.db_path + file.name, file.file_checksum});
    return out;
}

// As FileChecksumGenCrc32c stores it: CRC-32C of the whole file, big-endian.
Result<std::string> RocksStore::checksum_of(File const& file) const {
    auto content = Disk(state_->settings.files).read(file.path);
    if (!content) return fail(content.error());
    std::string checksum;
    put_u32be(checksum, crc32c(*content));
    return checksum;
}

Result<void> RocksStore::verify_blocks() const {
    OpenGate gate(*state_);
    if (!gate) return store_closed();
    auto status = state_->db->VerifyChecksum(rocksdb::ReadOptions());
    if (!status.ok()) return fail(to_error(status, "block checksums"));
    return {};
}

void RocksStore::close() {
    state_->closing.store(true, std::memory_order_release);
    std::unique_lock alone(state_->gate);
    if (!state_->db) return;
    std::lock_guard lock(state_->snapshots_mutex);
    for (auto const* snapshot : state_->snapshots) state_->db->ReleaseSnapshot(snapshot);
    state_->snapshots.clear();
    state_->db->Close().PermitUncheckedError();
    state_->db.reset();
}

}  // namespace ingot::storage
