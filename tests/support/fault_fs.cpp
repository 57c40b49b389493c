#include "tests/support/fault_fs.hpp"

#include <thread>

namespace ingot::test {
namespace {

using rocksdb::DataVerificationInfo;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

class Sequential final : public rocksdb::FSSequentialFileOwnerWrapper {
  public:
    Sequential(FaultFs& faults, std::string path, std::unique_ptr<FSSequentialFile> below)
        : FSSequentialFileOwnerWrapper(std::move(below)), faults_(faults), path_(std::move(path)) {}
    IOStatus Read(size_t n, IOOptions const& options, Slice* result, char* scratch, IODebugContext* debug) override {
        auto status = faults_.count(FaultKind::read, path_);
        return status.ok() ? target()->Read(n, options, result, scratch, debug) : status;
    }

  private:
    FaultFs& faults_;
    std::string path_;
};

class RandomAccess final : public rocksdb::FSRandomAccessFileOwnerWrapper {
  public:
    RandomAccess(FaultFs& faults, std::string path, std::unique_ptr<FSRandomAccessFile> below)
        : FSRandomAccessFileOwnerWrapper(std::move(below)), faults_(faults), path_(std::move(path)) {}
    IOStatus Read(uint64_t offset, size_t n, IOOptions const& options, Slice* result, char* scratch,
                  IODebugContext* debug) const override {
        auto status = faults_.count(FaultKind::read, path_);
        return status.ok() ? target()->Read(offset, n, options, result, scratch, debug) : status;
    }

  private:
    FaultFs& faults_;
    std::string path_;
};

class Writable final : public rocksdb::FSWritableFileOwnerWrapper {
  public:
    Writable(FaultFs& faults, std::string path, std::unique_ptr<FSWritableFile> below)
        : FSWritableFileOwnerWrapper(std::move(below)), faults_(faults), path_(std::move(path)) {}
    IOStatus Append(Slice const& data, IOOptions const& options, IODebugContext* debug) override {
        auto status = faults_.count(FaultKind::append, path_);
        if (status.ok()) return target()->Append(data, options, debug);
        if (faults_.writes_short())
            target()->Append({data.data(), data.size() / 2}, options, debug).PermitUncheckedError();
        return status;
    }
    IOStatus Append(Slice const& data, IOOptions const& options, DataVerificationInfo const&,
                    IODebugContext* debug) override {
        return Append(data, options, debug);
    }
    IOStatus Sync(IOOptions const& options, IODebugContext* debug) override {
        auto status = faults_.count(FaultKind::sync, path_);
        return status.ok() ? target()->Sync(options, debug) : status;
    }
    IOStatus Fsync(IOOptions const& options, IODebugContext* debug) override { return Sync(options, debug); }
    IOStatus RangeSync(uint64_t offset, uint64_t bytes, IOOptions const& options, IODebugContext* debug) override {
        auto status = faults_.count(FaultKind::range_sync, path_);
        return status.ok() ? target()->RangeSync(offset, bytes, options, debug) : status;
    }
    IOStatus Truncate(uint64_t size, IOOptions const& options, IODebugContext* debug) override {
        return target()->Truncate(size, options, debug);
    }
    IOStatus Close(IOOptions const& options, IODebugContext* debug) override { return target()->Close(options, debug); }

  private:
    FaultFs& faults_;
    std::string path_;
};

class ReadWrite final : public rocksdb::FSRandomRWFileOwnerWrapper {
  public:
    ReadWrite(FaultFs& faults, std::string path, std::unique_ptr<FSRandomRWFile> below)
        : FSRandomRWFileOwnerWrapper(std::move(below)), faults_(faults), path_(std::move(path)) {}
    IOStatus Write(uint64_t offset, Slice const& data, IOOptions const& options, IODebugContext* debug) override {
        auto status = faults_.count(FaultKind::append, path_);
        if (status.ok()) return target()->Write(offset, data, options, debug);
        if (faults_.writes_short())
            target()->Write(offset, {data.data(), data.size() / 2}, options, debug).PermitUncheckedError();
        return status;
    }
    IOStatus Sync(IOOptions const& options, IODebugContext* debug) override {
        auto status = faults_.count(FaultKind::sync, path_);
        return status.ok() ? target()->Sync(options, debug) : status;
    }
    IOStatus Fsync(IOOptions const& options, IODebugContext* debug) override { return Sync(options, debug); }

  private:
    FaultFs& faults_;
    std::string path_;
};

class Directory final : public rocksdb::FSDirectory {
  public:
    Directory(FaultFs& faults, std::string path, std::unique_ptr<FSDirectory> below)
        : faults_(faults), path_(std::move(path)), below_(std::move(below)) {}
    IOStatus Fsync(IOOptions const& options, IODebugContext* debug) override {
        auto status = faults_.count(FaultKind::sync, path_);
        return status.ok() ? below_->Fsync(options, debug) : status;
    }
    IOStatus Close(IOOptions const& options, IODebugContext* debug) override { return below_->Close(options, debug); }

  private:
    FaultFs& faults_;
    std::string path_;
    std::unique_ptr<FSDirectory> below_;
};

template <class Wrapper, class File>
IOStatus wrap(FaultFs& faults, std::string const& path, IOStatus opened, std::unique_ptr<File>& file) {
    if (opened.ok()) file = std::make_unique<Wrapper>(faults, path, std::move(file));
    return opened;
}

}  // namespace

char const* name_of(FaultKind kind) {
    static constexpr char const* names[] = {"append", "sync", "range_sync", "rename", "create", "read"};
    return names[size_t(kind)];
}

void FaultFs::inject(Fault fault) {
    std::lock_guard lock(mutex_);
    fault_ = fault;
    counted_ = 0;
    struck_ = false;
}

void FaultFs::on_failed_sync(std::function<void()> react) {
    std::lock_guard lock(mutex_);
    on_failed_sync_ = std::move(react);
}

bool FaultFs::writes_short() const {
    std::lock_guard lock(mutex_);
    return fault_.short_write;
}

void FaultFs::delay_syncs(std::chrono::milliseconds by, std::string path_end) {
    std::lock_guard lock(mutex_);
    delay_ = by;
    delayed_path_end_ = std::move(path_end);
}

std::chrono::milliseconds FaultFs::delay_of(FaultKind kind, std::string const& path) const {
    std::lock_guard lock(mutex_);
    return kind == FaultKind::sync && path.ends_with(delayed_path_end_) ? delay_ : std::chrono::milliseconds(0);
}

FaultFs::Status FaultFs::count(FaultKind kind, std::string const& path) {
    if (auto const delay = delay_of(kind, path); delay.count() > 0) std::this_thread::sleep_for(delay);
    calls_[size_t(kind)]++;
    std::function<void()> react;
    bool no_space = false;
    {
        std::lock_guard lock(mutex_);
        if (fault_.nth == 0 || fault_.kind != kind || !path.ends_with(fault_.path_end)) return Status::OK();
        ++counted_;
        if (counted_ < fault_.nth || (counted_ > fault_.nth && !fault_.for_good)) return Status::OK();
        struck_ = true;
        no_space = fault_.no_space;
        if (kind == FaultKind::sync) react = on_failed_sync_;
    }
    if (react) react();
    return no_space ? Status::NoSpace("injected") : Status::IOError("injected", name_of(kind));
}

FaultFs::Status FaultFs::NewSequentialFile(std::string const& path, rocksdb::FileOptions const& options,
                                           std::unique_ptr<rocksdb::FSSequentialFile>* out, Debug* debug) {
    return wrap<Sequential>(*this, path, target()->NewSequentialFile(path, options, out, debug), *out);
}

FaultFs::Status FaultFs::NewRandomAccessFile(std::string const& path, rocksdb::FileOptions const& options,
                                             std::unique_ptr<rocksdb::FSRandomAccessFile>* out, Debug* debug) {
    return wrap<RandomAccess>(*this, path, target()->NewRandomAccessFile(path, options, out, debug), *out);
}

FaultFs::Status FaultFs::NewWritableFile(std::string const& path, rocksdb::FileOptions const& options,
                                         std::unique_ptr<rocksdb::FSWritableFile>* out, Debug* debug) {
    if (auto status = count(FaultKind::create, path); !status.ok()) return status;
    return wrap<Writable>(*this, path, target()->NewWritableFile(path, options, out, debug), *out);
}

FaultFs::Status FaultFs::NewRandomRWFile(std::string const& path, rocksdb::FileOptions const& options,
                                         std::unique_ptr<rocksdb::FSRandomRWFile>* out, Debug* debug) {
    return wrap<ReadWrite>(*this, path, target()->NewRandomRWFile(path, options, out, debug), *out);
}

FaultFs::Status FaultFs::NewDirectory(std::string const& path, Options const& options,
                                      std::unique_ptr<rocksdb::FSDirectory>* out, Debug* debug) {
    return wrap<Directory>(*this, path, target()->NewDirectory(path, options, out, debug), *out);
}

FaultFs::Status FaultFs::RenameFile(std::string const& from, std::string const& to, Options const& options,
                                    Debug* debug) {
    if (auto status = count(FaultKind::rename, from); !status.ok()) return status;
    return target()->RenameFile(from, to, options, debug);
}

}  // namespace ingot::test
