// A file system in memory that knows what a power cut would leave (spec/durability.md 13): per file the bytes synced so
// far, per folder the creates, renames and deletes not yet synced.
#pragma once

#include <rocksdb/file_system.h>

#include <functional>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace ingot::test {

enum class CrashMode {
    none,     // unsynced bytes and folder changes dropped
    prefix,   // a random prefix of both kept
    garbage,  // a random prefix of the bytes, then noise to the old length; folder changes kept
    zero,     // length kept, unsynced bytes zero; folder changes kept
    pages,    // every dirty page old, new or torn at 512 bytes; a random prefix of the folder changes
};
inline constexpr CrashMode kCrashModes[] = {CrashMode::none, CrashMode::prefix, CrashMode::garbage, CrashMode::zero,
                                            CrashMode::pages};
char const* name_of(CrashMode mode);

// One file. Guarded by the mutex of its file system.
struct CrashFile {
    std::string data;
    size_t synced = 0;                       // bytes of data that were ever synced at their place
    std::map<size_t, std::string> replaced;  // page number -> synced content of a page written over since

    void write(size_t offset, std::string_view bytes);
    void sync() { synced = data.size(), replaced.clear(); }
    void truncate(size_t size);
    std::string as_synced() const;
};

class CrashFs final : public rocksdb::FileSystem {
  public:
    // A new file system as the power cut leaves this one. Atomic; the old one goes on undisturbed.
    std::shared_ptr<CrashFs> crash(CrashMode mode, std::mt19937_64& random) const;
    // In place: what a kernel does that marked failed pages clean and then dropped them.
    void drop_unsynced();

    // For tests that damage a stopped store. Names are whole paths.
    std::vector<std::string> files() const;
    std::string content(std::string const& path) const;
    void set_content(std::string const& path, std::string bytes);  // synced
    void remove(std::string const& path);
    std::shared_ptr<CrashFs> copy() const;
    void set_free_bytes(uint64_t bytes);  // what GetFreeSpace answers; by default plenty
    // Called by whoever syncs a file that is created from now on, before anything of it counts as synced.
    using SyncWatch = std::function<void(std::string const& path)>;
    void watch_syncs(SyncWatch watch) { sync_watch_ = std::make_shared<SyncWatch const>(std::move(watch)); }
    size_t synced_bytes(std::string const& path) const;

    char const* Name() const override { return "CrashFs"; }
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
    Status FileExists(std::string const&, Options const&, Debug*) override;
    Status GetChildren(std::string const&, Options const&, std::vector<std::string>*, Debug*) override;
    Status DeleteFile(std::string const&, Options const&, Debug*) override;
    Status CreateDir(std::string const&, Options const&, Debug*) override;
    Status CreateDirIfMissing(std::string const&, Options const&, Debug*) override;
    Status DeleteDir(std::string const&, Options const&, Debug*) override;
    Status GetFileSize(std::string const&, Options const&, uint64_t*, Debug*) override;
    Status GetFileModificationTime(std::string const&, Options const&, uint64_t*, Debug*) override;
    Status RenameFile(std::string const&, std::string const&, Options const&, Debug*) override;
    Status LockFile(std::string const&, Options const&, rocksdb::FileLock**, Debug*) override;
    Status UnlockFile(rocksdb::FileLock*, Options const&, Debug*) override;
    Status GetTestDirectory(Options const&, std::string*, Debug*) override;
    Status GetAbsolutePath(std::string const&, Options const&, std::string*, Debug*) override;
    Status IsDirectory(std::string const&, Options const&, bool*, Debug*) override;
    Status GetFreeSpace(std::string const&, Options const&, uint64_t*, Debug*) override;

    using Files = std::map<std::string, std::shared_ptr<CrashFile>>;

  private:
    friend class CrashDirectory;
    struct Change {  // create: to; delete: from; rename: both
        std::string from, to;
        std::shared_ptr<CrashFile> file;
    };
    static void apply(Change const& change, Files& files);
    void sync_folder(std::string const& folder);
    std::shared_ptr<CrashFile> find(std::string const& path) const;
    std::shared_ptr<CrashFile> create(std::string const& path);

    std::shared_ptr<std::mutex> mutex_ = std::make_shared<std::mutex>();
    Files files_;    // as programs see them
    Files durable_;  // names a power cut leaves
    std::vector<Change> unsynced_;
    std::set<std::string> folders_ = {"/"};
    std::set<std::string> locks_;
    uint64_t free_bytes_ = uint64_t(1) << 40;
    std::shared_ptr<SyncWatch const> sync_watch_;
};

// "/a//b/" is "/a/b".
inline std::string plain(std::string const& path) {
    std::string out;
    for (char c : path)
        if (c != '/' || out.empty() || out.back() != '/') out += c;
    while (out.size() > 1 && out.back() == '/') out.pop_back();
    return out;
}

inline std::string folder_of(std::string const& path) {
    size_t slash = path.find_last_of('/');
    return slash == 0 || slash == std::string::npos ? "/" : path.substr(0, slash);
}

}  // namespace ingot::test
