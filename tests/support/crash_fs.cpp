#include "tests/support/crash_fs.hpp"

#include <algorithm>
#include <cstring>

namespace ingot::test {
namespace {

using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;
using Mutex = std::shared_ptr<std::mutex>;

constexpr size_t kPage = 4096, kSector = 512;

// "/a//b/" is "/a/b".
std::string plain(std::string const& path) {
    std::string out;
    for (char c : path)
        if (c != '/' || out.empty() || out.back() != '/') out += c;
    while (out.size() > 1 && out.back() == '/') out.pop_back();
    return out;
}

std::string folder_of(std::string const& path) {
    size_t slash = path.find_last_of('/');
    return slash == 0 || slash == std::string::npos ? "/" : path.substr(0, slash);
}

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
    Writable(Mutex mutex, std::shared_ptr<CrashFile> file) : mutex_(std::move(mutex)), file_(std::move(file)) {}
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

// What one file holds after the cut.
std::string survivor(CrashFile const& file, CrashMode mode, std::mt19937_64& random) {
    std::string out = file.as_synced();
    if (mode == CrashMode::none || (file.replaced.empty() && file.synced == file.data.size())) return out;
    size_t unsynced = file.data.size() - std::min(file.synced, file.data.size());
    auto page_of_data = [&](size_t page) { return file.data.substr(page * kPage, kPage); };
    auto put = [&](size_t at, std::string const& bytes) {
        if (out.size() < at + bytes.size()) out.resize(at + bytes.size(), '\0');
        std::copy(bytes.begin(), bytes.end(), out.begin() + long(at));
    };
    if (mode == CrashMode::pages) {
        std::set<size_t> dirty;
        for (auto const& [page, old] : file.replaced) dirty.insert(page);
        for (size_t at = file.synced; at < file.data.size(); at = (at / kPage + 1) * kPage) dirty.insert(at / kPage);
        for (size_t page : dirty) {
            std::string fresh = page_of_data(page);
            switch (random() % 3) {
                case 0:
                    break;
                case 1:
                    put(page * kPage, fresh);
                    break;
                default:
                    put(page * kPage, fresh.substr(0, random() % (kPage / kSector) * kSector));
            }
        }
        return out;
    }
    for (auto const& [page, old] : file.replaced)
        if (random() % 2 == 0) put(page * kPage, page_of_data(page));
    size_t kept = mode == CrashMode::zero || unsynced == 0 ? 0 : random() % (unsynced + 1);
    if (mode == CrashMode::prefix && kept > kPage) kept -= (file.synced + kept) % kPage;
    put(file.synced, file.data.substr(file.synced, kept));
    if (mode == CrashMode::prefix) return out;
    while (out.size() < file.data.size()) out += mode == CrashMode::zero ? '\0' : char(random());
    return out;
}

}  // namespace

char const* name_of(CrashMode mode) {
    switch (mode) {
        case CrashMode::none:
            return "none";
        case CrashMode::prefix:
            return "prefix";
        case CrashMode::garbage:
            return "garbage";
        case CrashMode::zero:
            return "zero";
        case CrashMode::pages:
            return "pages";
    }
    return "?";
}

void CrashFile::write(size_t offset, std::string_view bytes) {
    if (offset < synced)
        for (size_t page = offset / kPage; page * kPage < std::min(synced, offset + bytes.size()); ++page)
            replaced.emplace(page, data.substr(page * kPage, std::min(kPage, synced - page * kPage)));
    if (data.size() < offset + bytes.size()) data.resize(offset + bytes.size(), '\0');
    std::copy(bytes.begin(), bytes.end(), data.begin() + long(offset));
}

void CrashFile::truncate(size_t size) {
    data.resize(size, '\0');
    synced = std::min(synced, size);
}

std::string CrashFile::as_synced() const {
    std::string out = data.substr(0, synced);
    for (auto const& [page, old] : replaced) std::copy(old.begin(), old.end(), out.begin() + long(page * kPage));
    return out;
}

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

void CrashFs::apply(Change const& change, Files& files) {
    if (!change.from.empty()) files.erase(change.from);
    if (!change.to.empty()) files[change.to] = change.file;
}

void CrashFs::sync_folder(std::string const& folder) {
    std::lock_guard lock(*mutex_);
    auto in_folder = [&](Change const& change) {
        return folder_of(change.to.empty() ? change.from : change.to) == folder;
    };
    for (auto const& change : unsynced_)
        if (in_folder(change)) apply(change, durable_);
    std::erase_if(unsynced_, in_folder);
}

std::shared_ptr<CrashFs> CrashFs::crash(CrashMode mode, std::mt19937_64& random) const {
    std::lock_guard lock(*mutex_);
    auto left = std::make_shared<CrashFs>();
    left->folders_ = folders_;
    Files names = durable_;
    size_t changes = mode == CrashMode::none                                 ? 0
                     : mode == CrashMode::prefix || mode == CrashMode::pages ? random() % (unsynced_.size() + 1)
                                                                             : unsynced_.size();
    for (size_t i = 0; i < changes; ++i) apply(unsynced_[i], names);
    for (auto const& [path, file] : names) {
        auto kept = std::make_shared<CrashFile>();
        kept->data = survivor(*file, mode, random);
        kept->sync();
        left->files_[path] = kept;
    }
    left->durable_ = left->files_;
    return left;
}

std::shared_ptr<CrashFs> CrashFs::copy() const {
    std::lock_guard lock(*mutex_);
    auto twin = std::make_shared<CrashFs>();
    twin->folders_ = folders_;
    for (auto const& [path, file] : files_) {
        auto kept = std::make_shared<CrashFile>();
        kept->data = file->data;
        kept->sync();
        twin->files_[path] = kept;
    }
    twin->durable_ = twin->files_;
    return twin;
}

void CrashFs::drop_unsynced() {
    std::lock_guard lock(*mutex_);
    for (auto& [path, file] : files_) {
        file->data = file->as_synced();
        file->sync();
    }
}

std::vector<std::string> CrashFs::files() const {
    std::lock_guard lock(*mutex_);
    std::vector<std::string> paths;
    for (auto const& [path, file] : files_) paths.push_back(path);
    return paths;
}

std::string CrashFs::content(std::string const& path) const {
    std::lock_guard lock(*mutex_);
    auto file = find(path);
    return file ? file->data : std::string();
}

void CrashFs::set_content(std::string const& path, std::string bytes) {
    std::lock_guard lock(*mutex_);
    auto file = std::make_shared<CrashFile>();
    file->data = std::move(bytes);
    file->sync();
    files_[path] = durable_[path] = file;
}

void CrashFs::remove(std::string const& path) {
    std::lock_guard lock(*mutex_);
    files_.erase(path);
    durable_.erase(path);
}

void CrashFs::set_free_bytes(uint64_t bytes) {
    std::lock_guard lock(*mutex_);
    free_bytes_ = bytes;
}

std::shared_ptr<CrashFile> CrashFs::find(std::string const& path) const {
    auto it = files_.find(path);
    return it == files_.end() ? nullptr : it->second;
}

std::shared_ptr<CrashFile> CrashFs::create(std::string const& path) {
    auto file = std::make_shared<CrashFile>();
    files_[path] = file;
    unsynced_.push_back({{}, path, file});
    return file;
}

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
    *out = std::make_unique<Writable>(mutex_, create(plain(path)));
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
