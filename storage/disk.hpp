// The only code of the store that touches files beside RocksDB itself; all of it through the injected file system, so
// that tests own every fault. Errors: StorageFull for "no space", StorageUnavailable for the rest, naming the path.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace ingot::storage {

struct FileLayer;

// An advisory lock on a file, released with the object.
class FileLock {
  public:
    virtual ~FileLock() = default;
};

// A preallocated file that is written in place.
class SlotFile {
  public:
    virtual ~SlotFile() = default;
    virtual Result<void> write_at(uint64_t offset, std::string_view bytes) = 0;
    virtual Result<void> sync() = 0;
};

class Disk {
  public:
    explicit Disk(std::shared_ptr<FileLayer> layer) : layer_(std::move(layer)) {}

    bool exists(std::string const& path) const;
    Result<std::vector<std::string>> list(std::string const& folder) const;  // names; empty if there is no folder
    Result<std::string> read(std::string const& path) const;
    Result<uint64_t> size(std::string const& path) const;
    Result<void> make_folder(std::string const& path) const;   // and its parents
    Result<void> empty_folder(std::string const& path) const;  // makes it; deletes the files in it
    Result<void> remove(std::string const& path) const;
    Result<void> sync_folder(std::string const& path) const;
    // Creates or replaces a file; synced, but not its folder.
    Result<void> write(std::string const& path, std::string_view bytes) const;
    // Temporary name, sync, rename, folder sync: old or new, never half.
    Result<void> replace(std::string const& folder, std::string const& name, std::string_view bytes) const;
    // A file of `bytes` that really occupies them.
    Result<void> reserve(std::string const& path, uint64_t bytes) const;
    Result<std::unique_ptr<SlotFile>> slots(std::string const& path) const;
    Result<std::unique_ptr<FileLock>> lock(std::string const& path) const;

    std::optional<uint64_t> free_bytes(std::string const& path) const;  // nothing: the file system cannot say
    uint64_t total_bytes(std::string const& path) const;                // 0: it cannot say
    // Owner and mode of the data folder (durability.md 3.2): refused with extra "exit" = 6 when others could write.
    Result<void> check_owner_and_mode(std::string const& folder) const;
    // Makes the next read of a file come from the disk and not from the page cache (durability.md 6.2).
    void forget_cached(std::string const& path) const;
    // Create, write 64 KiB, sync, read back, delete.
    Result<void> probe(std::string const& folder) const;

    std::shared_ptr<FileLayer> const& layer() const { return layer_; }

  private:
    std::shared_ptr<FileLayer> layer_;
};

}  // namespace ingot::storage
