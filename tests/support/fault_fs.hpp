// A file system that fails on demand (spec/durability.md 13): the n-th call of a kind, once or for good, with EIO or
// ENOSPC, short writes included; and syncs that take their time. Everything else goes through to the one below.
#pragma once

#include <rocksdb/file_system.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>

namespace ingot::test {

enum class FaultKind { append, sync, range_sync, rename, create, read };
inline constexpr FaultKind kFaultKinds[] = {FaultKind::append, FaultKind::sync,   FaultKind::range_sync,
                                            FaultKind::rename, FaultKind::create, FaultKind::read};
char const* name_of(FaultKind kind);

class FaultFs final : public rocksdb::FileSystemWrapper {
  public:
    struct Fault {
        FaultKind kind = FaultKind::sync;
        uint64_t nth = 0;           // fails the nth call from now on, counted from 1; 0 = none
        bool for_good = false;      // and every later one
        bool no_space = false;      // ENOSPC instead of EIO
        bool short_write = false;   // an append leaves half of its bytes
        std::string path_end = {};  // only files whose path ends so
    };

    explicit FaultFs(std::shared_ptr<rocksdb::FileSystem> below) : FileSystemWrapper(std::move(below)) {}

    void inject(Fault fault);
    void cure() { inject({}); }
    uint64_t calls(FaultKind kind) const { return calls_[size_t(kind)]; }
    bool struck() const { return struck_; }
    // Of files whose path ends in `path_end`; empty: of all.
    void delay_syncs(std::chrono::milliseconds by, std::string path_end = {});
    // Called when a sync fails, before the error is returned.
    void on_failed_sync(std::function<void()> react);

    char const* Name() const override { return "FaultFs"; }
    using Options = rocksdb::IOOptions;
    using Debug = rocksdb::IODebugContext;
    using Status = rocksdb::IOStatus;
    Status NewSequentialFile(std::string const&, rocksdb::FileOptions const&,
                             std::unique_ptr<rocksdb::FSSequentialFile>*, Debug*) override;
    Status NewRandomAccessFile(std::string const&, rocksdb::FileOptions const&,
                               std::unique_ptr<rocksdb::FSRandomAccessFile>*, Debug*) override;
    Status NewWritableFile(std::string const&, rocksdb::FileOptions const&, std::unique_ptr<rocksdb::FSWritableFile>*,
                           Debug*) override;
    Status NewRandomRWFile(std::string const&, rocksdb::FileOptions const&, std::unique_ptr<rocksdb::FSRandomRWFile>*,
                           Debug*) override;
    Status NewDirectory(std::string const&, Options const&, std::unique_ptr<rocksdb::FSDirectory>*, Debug*) override;
    Status RenameFile(std::string const&, std::string const&, Options const&, Debug*) override;

    // Counts a call; not OK if it is the one to fail. Used by the files this file system hands out.
    Status count(FaultKind kind, std::string const& path);
    bool writes_short() const;

  private:
    std::chrono::milliseconds delay_of(FaultKind kind, std::string const& path) const;

    mutable std::mutex mutex_;
    Fault fault_;
    uint64_t counted_ = 0;
    std::function<void()> on_failed_sync_;
    std::atomic<uint64_t> calls_[6] = {};
    std::atomic<bool> struck_{false};
    std::chrono::milliseconds delay_{0};
    std::string delayed_path_end_;
};

}  // namespace ingot::test
