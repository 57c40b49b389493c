// The file system calls of CrashFs; what a power cut leaves is in crash_fs.cpp.
#include <algorithm>
#include <cstring>

#include "tests/support/crash_fs.hpp"

namespace ingot::test {
namespace {

using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;
using Mutex = std::shared_ptr<std::mutex>;

IOStatus missing(std::string const& path) { return IOStatus::NotFound(path, "no such file"); }

Slice read_at(CrashFile const& file, uint64_t offset, size_t n, char* scratch) {
    if (offset >= file.data.size()) return {};
    size_t size = std::min<size_t>(n, file.data.size() - offset);
    std::memcpy(scratch, file.data.data() + offset, size);
    return {scratch, size};
}

class Sequential final : public rocksdb::FSSequentialFile {
  public:
    Sequential(Mutex mutex, std::shared_ptr<CrashFile> file) : mutex_(std::move(mutex)), file_(std::move(file)) {}
    IOStatus Read(size_t n, IOOptions const&, Slice* result, char* scratch, IODebugContext*) override {
        std::lock_guard lock(*mutex_);
        *result = read_at(*file_, at_, n, scratch);
        at_ += result->size();
        return IOStatus::OK();
    }
    IOStatus Skip(uint64_t n) override {
        at_ += n;
        return IOStatus::OK();
    }

  private:
    Mutex mutex_;
    std::shared_ptr<CrashFile> file_;
    uint64_t at_ = 0;
};

class RandomAccess final : public rocksdb::FSRandomAccessFile {
  public:
    RandomAccess(Mutex mutex, std::shared_ptr<CrashFile> file) : mutex_(std::move(mutex)), file_(std::move(file)) {}
    IOStatus Read(uint64_t offset, size_t n, IOOptions const&, Slice* result, char* scratch,
                  IODebugContext*) const override {
        std::lock_guard lock(*mutex_);
        *result = read_at(*file_, offset, n, scratch);
        return IOStatus::OK();
    }

  private:
    Mutex mutex_;
    std::shared_ptr<CrashFile> file_;
};

class Writable final : public rocksdb::FSWritableFile {
  public:
    Writable(Mutex mutex, std::shared_ptr<CrashFile> file, std::string path,
             std::shared_ptr<CrashFs::SyncWatch const> watch)
        : mutex_(std::move(mutex)), file_(std::move(file)), path_(std::move(path)), watch_(std::move(watch)) {}
    using FSWritableFile::Append;
    IOStatus Append(Slice const& data, IOOptions const&, IODebugContext*) override {
        std::lock_guard lock(*mutex_);
        file_->write(file_->data.size(), {data.data(), data.size()});
        return IOStatus::OK();
    }
    IOStatus Truncate(uint64_t size, IOOptions const&, IODebugContext*) override {
        std::lock_guard lock(*mutex_);
        file_->truncate(size);
        return IOStatus::OK();
    }
    IOStatus Close(IOOptions const&, IODebugContext*) override { return IOStatus::OK(); }
    IOStatus Flush(IOOptions const&, IODebugContext*) override { return IOStatus::OK(); }
    IOStatus Sync(IOOptions const&, IODebugContext*) override {
        if (watch_) (*watch_)(path_);
        std::lock_guard lock(*mutex_);
        file_->sync();
        return IOStatus::OK();
    }
    uint64_t GetFileSize(IOOptions const&, IODebugContext*) override {
        std::lock_guard lock(*mutex_);
        return file_->data.size();
    }

  private:
    Mutex mutex_;
    std::shared_ptr<CrashFile> file_;
    std::string path_;
    std::shared_ptr<CrashFs::SyncWatch const> watch_;
};

class ReadWrite final : public rocksdb::FSRandomRWFile {
  public:
    ReadWrite(Mutex mutex, std::shared_ptr<CrashFile> file) : mutex_(std::move(mutex)), file_(std::move(file)) {}
    IOStatus Write(uint64_t offset, Slice const& data, IOOptions const&, IODebugContext*) override {
        std::lock_guard lock(*mutex_);
        file_->write(offset, {data.data(), data.size()});
        return IOStatus::OK();
    }
    IOStatus Read(uint64_t offset, size_t n, IOOptions const&, Slice* result, char* scratch,
                  IODebugContext*) const override {
        std::lock_guard lock(*mutex_);
        *result = read_at(*file_, offset, n, scratch);
        return IOStatus::OK();
    }
    IOStatus Flush(IOOptions const&, IODebugContext*) override { return IOStatus::OK(); }
    IOStatus Sync(IOOptions const&, IODebugContext*) override {
        std::lock_guard lock(*mutex_);
        file_->sync();
        return IOStatus::OK();
    }
    IOStatus Close(IOOptions const&, IODebugContext*) override { return IOStatus::OK(); }

  private:
    Mutex mutex_;
    std::shared_ptr<CrashFile> file_;
};

struct HeldLock final : rocksdb::FileLock {
    std::string path;
};

}  // namespace

class CrashDirectory final : public rocksdb::FSDirectory {
  public:
    CrashDirectory(CrashFs& files, std::string path) : files_(files), path_(std::move(path)) {}
    IOStatus Fsync(IOOptions const&, IODebugContext*) override {
        files_.sync_folder(path_);
        return IOStatus::OK();
    }
    IOStatus Close(IOOptions const&, IODebugContext*) override { return IOStatus::OK(); }

  private:
    CrashFs& files_;
    std::string path_;
};

CrashFs::Status CrashFs::NewSequentialFile(std::string const& path, rocksdb::FileOptions const&,
                                           std::unique_ptr<rocksdb::FSSequentialFile>* out, Debug*) {
    std::lock_guard lock(*mutex_);
    auto file = find(plain(path));
    if (!file) return missing(path);
    *out = std::make_unique<Sequential>(mutex_, file);
    return Status::OK();
}

CrashFs::Status CrashFs::NewRandomAccessFile(std::string const& path, rocksdb::FileOptions const&,
                                             std::unique_ptr<rocksdb::FSRandomAccessFile>* out, Debug*) {
    std::lock_guard lock(*mutex_);
    auto file = find(plain(path));
    if (!file) return missing(path);
    *out = std::make_unique<RandomAccess>(mutex_, file);
    return Status::OK();
}

CrashFs::Status CrashFs::NewWritableFile(std::string const& path, rocksdb::FileOptions const&,
                                         std::unique_ptr<rocksdb::FSWritableFile>* out, Debug*) {
    std::lock_guard lock(*mutex_);
    *out = std::make_unique<Writable>(mutex_, create(plain(path)), plain(path), sync_watch_);
    return Status::OK();
}

CrashFs::Status CrashFs::NewRandomRWFile(std::string const& path, rocksdb::FileOptions const&,
                                         std::unique_ptr<rocksdb::FSRandomRWFile>* out, Debug*) {
    std::lock_guard lock(*mutex_);
    auto file = find(plain(path));
    if (!file) return missing(path);
    *out = std::make_unique<ReadWrite>(mutex_, file);
    return Status::OK();
}

CrashFs::Status CrashFs::NewDirectory(std::string const& path, Options const&,
                                      std::unique_ptr<rocksdb::FSDirectory>* out, Debug*) {
    *out = std::make_unique<CrashDirectory>(*this, plain(path));
    return Status::OK();
}

CrashFs::Status CrashFs::FileExists(std::string const& path, Options const&, Debug*) {
    std::lock_guard lock(*mutex_);
    return find(plain(path)) || folders_.contains(plain(path)) ? Status::OK() : missing(path);
}

CrashFs::Status CrashFs::GetChildren(std::string const& folder, Options const&, std::vector<std::string>* out, Debug*) {
    std::lock_guard lock(*mutex_);
    if (!folders_.contains(plain(folder))) return missing(folder);
    out->clear();
    for (auto const& [path, file] : files_)
        if (folder_of(path) == plain(folder)) out->push_back(path.substr(path.find_last_of('/') + 1));
    return Status::OK();
}

CrashFs::Status CrashFs::DeleteFile(std::string const& path, Options const&, Debug*) {
    std::lock_guard lock(*mutex_);
    if (files_.erase(plain(path)) == 0) return missing(path);
    unsynced_.push_back({plain(path), {}, nullptr});
    return Status::OK();
}

CrashFs::Status CrashFs::CreateDir(std::string const& path, Options const&, Debug*) {
    std::lock_guard lock(*mutex_);
    folders_.insert(plain(path));
    return Status::OK();
}

CrashFs::Status CrashFs::CreateDirIfMissing(std::string const& path, Options const& options, Debug* debug) {
    return CreateDir(path, options, debug);
}

CrashFs::Status CrashFs::DeleteDir(std::string const& path, Options const&, Debug*) {
    std::lock_guard lock(*mutex_);
    folders_.erase(plain(path));
    return Status::OK();
}

CrashFs::Status CrashFs::GetFileSize(std::string const& path, Options const&, uint64_t* size, Debug*) {
    std::lock_guard lock(*mutex_);
    auto file = find(plain(path));
    if (!file) return missing(path);
    *size = file->data.size();
    return Status::OK();
}

CrashFs::Status CrashFs::GetFileModificationTime(std::string const& path, Options const&, uint64_t* time, Debug*) {
    std::lock_guard lock(*mutex_);
    *time = 0;
    return find(plain(path)) ? Status::OK() : missing(path);
}

CrashFs::Status CrashFs::RenameFile(std::string const& from, std::string const& to, Options const&, Debug*) {
    std::lock_guard lock(*mutex_);
    auto file = find(plain(from));
    if (!file) return missing(from);
    Change change{plain(from), plain(to), file};
    apply(change, files_);
    unsynced_.push_back(std::move(change));
    return Status::OK();
}

CrashFs::Status CrashFs::LockFile(std::string const& path, Options const&, rocksdb::FileLock** out, Debug*) {
    std::lock_guard lock(*mutex_);
    if (!locks_.insert(path).second) return Status::IOError("lock " + path, "already held");
    auto lock_held = std::make_unique<HeldLock>();
    lock_held->path = path;
    *out = lock_held.release();
    return Status::OK();
}

CrashFs::Status CrashFs::UnlockFile(rocksdb::FileLock* held, Options const&, Debug*) {
    std::lock_guard lock(*mutex_);
    std::unique_ptr<HeldLock> owned(static_cast<HeldLock*>(held));
    locks_.erase(owned->path);
    return Status::OK();
}

CrashFs::Status CrashFs::GetTestDirectory(Options const&, std::string* path, Debug*) {
    *path = "/test";
    return Status::OK();
}

CrashFs::Status CrashFs::GetAbsolutePath(std::string const& path, Options const&, std::string* out, Debug*) {
    *out = path;
    return Status::OK();
}

CrashFs::Status CrashFs::IsDirectory(std::string const& path, Options const&, bool* is, Debug*) {
    std::lock_guard lock(*mutex_);
    *is = folders_.contains(plain(path));
    return Status::OK();
}

CrashFs::Status CrashFs::GetFreeSpace(std::string const&, Options const&, uint64_t* bytes, Debug*) {
    std::lock_guard lock(*mutex_);
    *bytes = free_bytes_;
    return Status::OK();
}

}  // namespace ingot::test
