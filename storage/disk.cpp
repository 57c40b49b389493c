#include "storage/disk.hpp"

#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "storage/file_layer.hpp"

namespace ingot::storage {
namespace {

Result<void> to_result(rocksdb::IOStatus const& status, std::string const& path) {
    if (status.ok()) return {};
    Code code = status.IsNoSpace() ? Code::StorageFull : Code::StorageUnavailable;
    return fail(code, path + ": " + status.ToString());
}

class RocksSlotFile final : public SlotFile {
  public:
    RocksSlotFile(std::unique_ptr<rocksdb::FSRandomRWFile> file, std::string path)
        : file_(std::move(file)), path_(std::move(path)) {}
    ~RocksSlotFile() override { file_->Close({}, nullptr).PermitUncheckedError(); }
    Result<void> write_at(uint64_t offset, std::string_view bytes) override {
        return to_result(file_->Write(offset, {bytes.data(), bytes.size()}, {}, nullptr), path_);
    }
    Result<void> sync() override { return to_result(file_->Sync({}, nullptr), path_); }

  private:
    std::unique_ptr<rocksdb::FSRandomRWFile> file_;
    std::string path_;
};

class RocksFileLock final : public FileLock {
  public:
    RocksFileLock(std::shared_ptr<FileLayer> layer, rocksdb::FileLock* lock) : layer_(std::move(layer)), lock_(lock) {}
    ~RocksFileLock() override { layer_->file_system->UnlockFile(lock_, {}, nullptr).PermitUncheckedError(); }

  private:
    std::shared_ptr<FileLayer> layer_;
    rocksdb::FileLock* lock_;
};

Result<void> write_file(rocksdb::FileSystem& files, std::string const& path, std::string_view bytes) {
    std::unique_ptr<rocksdb::FSWritableFile> file;
    auto status = files.NewWritableFile(path, {}, &file, nullptr);
    if (status.ok()) status = file->Append({bytes.data(), bytes.size()}, {}, nullptr);
    if (status.ok()) status = file->Sync({}, nullptr);
    if (file) {
        auto closed = file->Close({}, nullptr);
        if (status.ok()) status = closed;
    }
    return to_result(status, path);
}

}  // namespace

std::shared_ptr<FileLayer> disk_file_layer() {
    return std::make_shared<FileLayer>(FileLayer{rocksdb::FileSystem::Default(), true});
}

std::shared_ptr<FileLayer> memory_file_layer() {
    std::shared_ptr<rocksdb::Env> env(rocksdb::NewMemEnv(rocksdb::Env::Default()));
    // The file system lives as long as the environment that made it.
    std::shared_ptr<rocksdb::FileSystem> files(env, env->GetFileSystem().get());
    return std::make_shared<FileLayer>(FileLayer{std::move(files), false});
}

bool Disk::exists(std::string const& path) const { return layer_->file_system->FileExists(path, {}, nullptr).ok(); }

Result<std::vector<std::string>> Disk::list(std::string const& folder) const {
    std::vector<std::string> names;
    auto status = layer_->file_system->GetChildren(folder, {}, &names, nullptr);
    if (status.IsNotFound() || status.IsPathNotFound()) return std::vector<std::string>{};
    if (auto ok = to_result(status, folder); !ok) return fail(ok.error());
    std::erase_if(names, [](std::string const& name) { return name == "." || name == ".."; });
    return names;
}

Result<std::string> Disk::read(std::string const& path) const {
    auto bytes = size(path);
    if (!bytes) return fail(bytes.error());
    std::unique_ptr<rocksdb::FSSequentialFile> file;
    auto status = layer_->file_system->NewSequentialFile(path, {}, &file, nullptr);
    std::string content;
    std::string scratch(64 * 1024, '\0');
    while (status.ok() && content.size() < *bytes) {
        rocksdb::Slice piece;
        status = file->Read(scratch.size(), {}, &piece, scratch.data(), nullptr);
        if (!status.ok() || piece.empty()) break;
        content.append(piece.data(), piece.size());
    }
    if (auto ok = to_result(status, path); !ok) return fail(ok.error());
    return content;
}

Result<uint64_t> Disk::size(std::string const& path) const {
    uint64_t bytes = 0;
    auto ok = to_result(layer_->file_system->GetFileSize(path, {}, &bytes, nullptr), path);
    if (!ok) return fail(ok.error());
    return bytes;
}

Result<void> Disk::make_folder(std::string const& path) const {
    for (size_t at = path.find('/', 1); at != std::string::npos; at = path.find('/', at + 1))
        if (std::string parent = path.substr(0, at); !exists(parent))
            layer_->file_system->CreateDirIfMissing(parent, {}, nullptr).PermitUncheckedError();
    return to_result(layer_->file_system->CreateDirIfMissing(path, {}, nullptr), path);
}

Result<void> Disk::empty_folder(std::string const& path) const {
    if (auto ok = make_folder(path); !ok) return ok;
    auto names = list(path);
    if (!names) return fail(names.error());
    for (auto const& name : *names)
        if (auto ok = remove(path + "/" + name); !ok) return ok;
    return {};
}

Result<void> Disk::remove(std::string const& path) const {
    return to_result(layer_->file_system->DeleteFile(path, {}, nullptr), path);
}

Result<void> Disk::sync_folder(std::string const& path) const {
    std::unique_ptr<rocksdb::FSDirectory> folder;
    auto status = layer_->file_system->NewDirectory(path, {}, &folder, nullptr);
    if (status.ok()) status = folder->Fsync({}, nullptr);
    return to_result(status, path);
}

Result<void> Disk::write(std::string const& path, std::string_view bytes) const {
    return write_file(*layer_->file_system, path, bytes);
}

Result<void> Disk::replace(std::string const& folder, std::string const& name, std::string_view bytes) const {
    std::string temporary = folder + "/" + name + ".new", target = folder + "/" + name;
    if (auto ok = write(temporary, bytes); !ok) return ok;
    auto status = layer_->file_system->RenameFile(temporary, target, {}, nullptr);
    if (auto ok = to_result(status, target); !ok) return ok;
    return sync_folder(folder);
}

Result<void> Disk::reserve(std::string const& path, uint64_t bytes) const {
    std::unique_ptr<rocksdb::FSWritableFile> file;
    auto status = layer_->file_system->NewWritableFile(path, {}, &file, nullptr);
    if (!status.ok()) return to_result(status, path);
    status = file->Allocate(0, bytes, {}, nullptr);
    if (status.IsNotSupported() || (!status.ok() && !status.IsNoSpace())) {
        // No fallocate here: bytes that are written are there as well.
        std::string zeros(1 << 20, '\0');
        status = rocksdb::IOStatus::OK();
        for (uint64_t done = 0; status.ok() && done < bytes; done += zeros.size())
            status = file->Append({zeros.data(), size_t(std::min<uint64_t>(zeros.size(), bytes - done))}, {}, nullptr);
    }
    auto closed = file->Close({}, nullptr);
    return to_result(status.ok() ? closed : status, path);
}

Result<std::unique_ptr<SlotFile>> Disk::slots(std::string const& path) const {
    std::unique_ptr<rocksdb::FSRandomRWFile> file;
    auto ok = to_result(layer_->file_system->NewRandomRWFile(path, {}, &file, nullptr), path);
    if (!ok) return fail(ok.error());
    return std::make_unique<RocksSlotFile>(std::move(file), path);
}

Result<std::unique_ptr<FileLock>> Disk::lock(std::string const& path) const {
    rocksdb::FileLock* lock = nullptr;
    auto status = layer_->file_system->LockFile(path, {}, &lock, nullptr);
    // A lock file that cannot be made or written is no sign of another process.
    if (!status.ok() && layer_->on_disk && ::access(path.c_str(), R_OK | W_OK) != 0) {
        if (auto failed = to_result(status, path); !failed) return fail(failed.error());
    }
    if (!status.ok()) {
        Error error{Code::StoreInUse, "another process uses this data folder (" + path + ": " + status.ToString() + ")",
                    "另一个进程正在使用此数据目录（" + path + "）"};
        return fail(std::move(error.with("exit", int64_t(3))));
    }
    return std::make_unique<RocksFileLock>(layer_, lock);
}

std::optional<uint64_t> Disk::free_bytes(std::string const& path) const {
    uint64_t bytes = 0;
    if (!layer_->file_system->GetFreeSpace(path, {}, &bytes, nullptr).ok()) return {};
    return bytes;
}

uint64_t Disk::total_bytes(std::string const& path) const {
    if (!layer_->on_disk) return 0;
    struct statvfs info {};
    // A folder that is still to be made lies on the file system of its nearest parent.
    for (std::string at = path; !at.empty(); at.resize(std::min(at.size() - 1, at.find_last_of('/'))))
        if (::statvfs(at.c_str(), &info) == 0) return uint64_t(info.f_blocks) * info.f_frsize;
    return ::statvfs(".", &info) == 0 ? uint64_t(info.f_blocks) * info.f_frsize : 0;
}

Result<void> Disk::check_owner_and_mode(std::string const& folder) const {
    struct stat info {};
    if (!layer_->on_disk || ::stat(folder.c_str(), &info) != 0) return {};
    auto refuse = [&](std::string detail, std::string detail_zh) {
        Error error{Code::RefusedToOpen, folder + detail, folder + detail_zh};
        return fail(std::move(error.with("exit", int64_t(6))));
    };
    if (info.st_uid != ::geteuid()) return refuse(" belongs to another user", " 属于另一个用户");
    if ((info.st_mode & 0022) != 0)
        return refuse(" can be written by others; use mode 0700", " 可被他人写入；请用 0700");
    if ((info.st_mode & 0055) != 0 && ::chmod(folder.c_str(), 0700) != 0)
        return refuse(" can be read by others and cannot be tightened to 0700", " 可被他人读取且无法改为 0700");
    return {};
}

void Disk::forget_cached(std::string const& path) const {
    std::unique_ptr<rocksdb::FSSequentialFile> file;
    if (layer_->file_system->NewSequentialFile(path, {}, &file, nullptr).ok())
        file->InvalidateCache(0, 0).PermitUncheckedError();
}

Result<void> Disk::probe(std::string const& folder) const {
    std::string path = folder + "/probe.tmp", bytes(64 * 1024, '\0');
    for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = char(i * 31 >> 3);
    auto ok = write(path, bytes);
    if (!ok) return ok;
    forget_cached(path);
    auto back = read(path);
    if (!back) return fail(back.error());
    if (*back != bytes) return fail(Code::StorageUnavailable, path + ": reads back other bytes than were written");
    return remove(path);
}

}  // namespace ingot::storage
