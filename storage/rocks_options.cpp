#include "storage/rocks_options.hpp"

#include <rocksdb/file_checksum.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>

#include <algorithm>
#include <cstdarg>
#include <cstdio>

namespace ingot::storage {
namespace {

// RocksDB's own words go into the node's log; its LOG file would abort the process on a full disk (note e).
class SinkLogger final : public rocksdb::Logger {
  public:
    explicit SinkLogger(EventSink sink) : Logger(rocksdb::InfoLogLevel::WARN_LEVEL), sink_(std::move(sink)) {}
    using Logger::Logv;
    void Logv(char const* format, va_list arguments) override {
        char line[1024];
        std::vsnprintf(line, sizeof line, format, arguments);
        if (sink_) sink_(Severity::warning, "rocksdb", member("message", std::string_view(line)));
    }
    void LogHeader(char const*, va_list) override {}

  private:
    EventSink sink_;
};

// Where the rows of a memtable grow: new rows are put in beside the last one of the same place, which costs a fraction
// of a search from the top. A place is a kind of key; for records the codes that differ in their serial number only.
class GrowingPlaces final : public rocksdb::SliceTransform {
  public:
    char const* Name() const override { return "ingot.places"; }
    bool InDomain(rocksdb::Slice const& key) const override { return key.size() >= kKindBytes; }
    rocksdb::Slice Transform(rocksdb::Slice const& key) const override {
        std::string_view text(key.data(), key.size());
        if (text[0] != char(Space::record)) return {key.data(), kKindBytes};
        if (text[1] == 'H') text.remove_suffix(std::min(kVersionBytes, text.size()));
        size_t const dot = text.rfind('.');
        bool const serial = dot != text.npos && dot > kKindBytes && text.size() - dot <= kSerialBytesMax;
        return {key.data(), serial ? dot : kKindBytes};
    }

  private:
    static constexpr size_t kKindBytes = 3, kVersionBytes = 9, kSerialBytesMax = 24;
};

bool salvages(OpenMode mode) { return mode == OpenMode::salvage || mode == OpenMode::salvage_read_only; }

}  // namespace

rocksdb::Options make_options(RocksSettings const& settings, rocksdb::Env* env) {
    rocksdb::Options options;
    options.env = env;
    options.wal_recovery_mode = salvages(settings.mode) ? rocksdb::WALRecoveryMode::kPointInTimeRecovery
                                                        : rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
    options.track_and_verify_wals_in_manifest = true;
    options.create_if_missing = settings.mode == OpenMode::create;
    options.info_log = std::make_shared<SinkLogger>(settings.events);
    options.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
    options.recycle_log_file_num = 0;
    options.manual_wal_flush = false;
    options.allow_mmap_writes = options.allow_mmap_reads = false;
    options.use_direct_io_for_flush_and_compaction = false;
    options.enable_pipelined_write = options.unordered_write = options.two_write_queues = false;
    options.avoid_flush_during_recovery = false;
    options.avoid_flush_during_shutdown = false;
    options.best_efforts_recovery = false;
    options.max_bgerror_resume_count = 0;
    options.memtable_protection_bytes_per_key = 8;
    options.paranoid_checks = options.force_consistency_checks = true;
    options.verify_sst_unique_id_in_manifest = true;
    options.paranoid_file_checks = true;
    options.file_checksum_gen_factory = rocksdb::GetFileChecksumGenCrc32cFactory();
    options.skip_checking_sst_file_sizes_on_db_open = false;
    options.write_dbid_to_manifest = true;
    options.write_buffer_size = settings.write_buffer_bytes;
    options.max_total_wal_size = 4 * settings.write_buffer_bytes;
    options.max_open_files = -1;
    options.skip_stats_update_on_db_open = true;
    options.bytes_per_sync = 1 << 20;
    options.allow_concurrent_memtable_write = false;  // one writer
    options.memtable_insert_with_hint_prefix_extractor = std::make_shared<GrowingPlaces>();
    // A new key (a code, a replay entry) is told from those there without a walk through the skip list.
    options.memtable_whole_key_filtering = true;
    options.memtable_prefix_bloom_size_ratio = 0.05;
    options.stats_dump_period_sec = options.stats_persist_period_sec = 0;
    options.max_background_jobs = 2;
    options.level_compaction_dynamic_level_bytes = true;
    // What was just flushed is merged again soon: it is compressed then.
    options.compression_per_level = {rocksdb::kNoCompression, rocksdb::kLZ4Compression};

    rocksdb::BlockBasedTableOptions table;
    table.checksum = rocksdb::kXXH3;
    table.block_size = 8 * 1024;
    table.format_version = 5;
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
    table.data_block_index_type = rocksdb::BlockBasedTableOptions::kDataBlockBinaryAndHash;
    table.block_cache = rocksdb::NewLRUCache(settings.cache_bytes);
    options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
    return options;
}

rocksdb::WriteOptions make_write_options() {
    rocksdb::WriteOptions write;
    write.sync = true;
    write.protection_bytes_per_key = 8;
    return write;
}

std::optional<std::string> first_wrong_option(rocksdb::Options const& options, rocksdb::WriteOptions const& write,
                                              OpenMode mode) {
    auto wanted_recovery = salvages(mode) ? rocksdb::WALRecoveryMode::kPointInTimeRecovery
                                          : rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
    struct Setting {
        bool right;
        char const* name;
    };
    Setting const rows[] = {
        {write.sync, "WriteOptions::sync"},
        {!write.disableWAL, "WriteOptions::disableWAL"},
        {options.wal_recovery_mode == wanted_recovery, "wal_recovery_mode"},
        {options.track_and_verify_wals_in_manifest, "track_and_verify_wals_in_manifest"},
        {options.create_if_missing == (mode == OpenMode::create), "create_if_missing"},
        {dynamic_cast<SinkLogger*>(options.info_log.get()) != nullptr, "info_log"},
        {options.recycle_log_file_num == 0, "recycle_log_file_num"},
        {!options.manual_wal_flush, "manual_wal_flush"},
        {!options.allow_mmap_writes, "allow_mmap_writes"},
        {!options.allow_mmap_reads, "allow_mmap_reads"},
        {!options.use_direct_io_for_flush_and_compaction, "use_direct_io_for_flush_and_compaction"},
        {!options.enable_pipelined_write, "enable_pipelined_write"},
        {!options.unordered_write, "unordered_write"},
        {!options.two_write_queues, "two_write_queues"},
        {!options.avoid_flush_during_recovery, "avoid_flush_during_recovery"},
        {!options.avoid_flush_during_shutdown, "avoid_flush_during_shutdown"},
        {!options.best_efforts_recovery, "best_efforts_recovery"},
    };
    for (auto const& row : rows)
        if (!row.right) return row.name;
    return {};
}

}  // namespace ingot::storage
