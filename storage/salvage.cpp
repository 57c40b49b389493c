// A store that RocksDB refuses for bytes that were never acknowledged is opened without them: the damaged end of the
// WAL (spec/durability.md 4.6), and the unfinished end of the MANIFEST (docs/decisions/0013). What would be left is
// looked at first, read-only and beside the files, so that a refused store is as it was.
#include <algorithm>

#include "storage/file_layer.hpp"
#include "storage/log_keys.hpp"
#include "storage/log_tree.hpp"
#include "storage/manifest_tail.hpp"
#include "storage/startup.hpp"

namespace ingot::storage {
namespace {

constexpr std::string_view kManifest = "MANIFEST-", kCopy = ".damaged";
constexpr size_t kCopiesKept = 4;

// Bytes that are read as if they were a file.
class ShownFile final : public rocksdb::FSSequentialFile {
  public:
    explicit ShownFile(std::string bytes) : bytes_(std::move(bytes)) {}
    rocksdb::IOStatus Read(size_t n, rocksdb::IOOptions const&, rocksdb::Slice* result, char* scratch,
                           rocksdb::IODebugContext*) override {
        size_t size = std::min(n, bytes_.size() - at_);
        std::copy_n(bytes_.data() + at_, size, scratch);
        *result = {scratch, size};
        at_ += size;
        return rocksdb::IOStatus::OK();
    }
    rocksdb::IOStatus Skip(uint64_t n) override {
        at_ += std::min<size_t>(n, bytes_.size() - at_);
        return rocksdb::IOStatus::OK();
    }

  private:
    std::string bytes_;
    size_t at_ = 0;
};

// Another file system with one file as it would be.
class Shown final : public rocksdb::FileSystemWrapper {
  public:
    Shown(std::shared_ptr<rocksdb::FileSystem> const& files, std::string name, std::string bytes)
        : FileSystemWrapper(files), name_("/" + std::move(name)), bytes_(std::move(bytes)) {}
    char const* Name() const override { return "Shown"; }
    rocksdb::IOStatus NewSequentialFile(std::string const& path, rocksdb::FileOptions const& options,
                                        std::unique_ptr<rocksdb::FSSequentialFile>* out,
                                        rocksdb::IODebugContext* debug) override {
        if (!path.ends_with(name_)) return FileSystemWrapper::NewSequentialFile(path, options, out, debug);
        *out = std::make_unique<ShownFile>(bytes_);
        return rocksdb::IOStatus::OK();
    }
    rocksdb::IOStatus GetFileSize(std::string const& path, rocksdb::IOOptions const& options, uint64_t* size,
                                  rocksdb::IODebugContext* debug) override {
        if (!path.ends_with(name_)) return FileSystemWrapper::GetFileSize(path, options, size, debug);
        *size = bytes_.size();
        return rocksdb::IOStatus::OK();
    }

  private:
    std::string name_, bytes_;
};

tl::unexpected<Error> refused(AnchorState const& anchor, Error const& refusal, std::string const& found) {
    std::string expected = anchor.newest ? std::to_string(anchor.newest->sequence) : "unknown (no anchor)";
    return fail(refuse_to_open("store-damaged", refusal.detail + "; sequence found: " + found +
                                                    ", expected: " + expected + "; nothing was changed"));
}

}  // namespace

struct StartUp::RefusedManifest {
    std::string name, bytes;
    LogTail tail;
    std::string whole() const { return bytes.substr(0, tail.whole_bytes); }
};

Result<std::shared_ptr<RocksStore>> StartUp::salvage(AnchorState const& anchor, Error const& refusal) {
    if (!anchor.newest) return refused(anchor, refusal, "not looked for");
    auto manifest = refused_manifest(refusal);
    if (!manifest) return fail(manifest.error());
    if (!*manifest) return salvage_wal(anchor, refusal);
    LogTail const& tail = (*manifest)->tail;
    if (tail.end == LogEnd::unfinished) return salvage_manifest(anchor, refusal, **manifest);
    return refused(anchor, refusal,
                   "none (" + (*manifest)->name + " at byte " + std::to_string(tail.damage_at) + ": " + tail.why + ")");
}

// What a store without its damaged end lacks; empty if that is nothing which was acknowledged. Changes nothing.
// `flushes_too`: the end may be that of the MANIFEST, and a flush which the store went on from may be in it. Then the
// chain must reach back to the last flush (kChainKept): what looks like a cut into an append may be damage to records
// that were synced.
std::string StartUp::look(AnchorState const& anchor, std::shared_ptr<FileLayer> files, bool flushes_too) const {
    auto how = settings(OpenMode::salvage_read_only);
    how.files = std::move(files);
    auto store = RocksStore::open(std::move(how));
    if (!store) return "none (" + store.error().detail + ")";
    RocksView view(*store, nullptr, 0);
    Head head;
    auto facts = read_facts(view, head);
    if (!facts) return "none (" + facts.error().detail + ")";
    std::string found = std::to_string(head.commit.sequence);
    auto judgement = compare(anchor, *facts, [&](uint64_t size) { return stored_root(view, size); });
    bool whole = judgement.verdict == Verdict::open || judgement.verdict == Verdict::write_slot;
    if (!whole) return found + " (" + judgement.reason + ")";
    if (flushes_too && head.commit.sequence - head.commit.chain_first + 1 >= kChainKept)
        return found + " (the chain does not reach back to the last flush)";
    return {};
}

Result<std::shared_ptr<RocksStore>> StartUp::salvage_wal(AnchorState const& anchor, Error const& refusal) {
    if (auto lacks = look(anchor, disk_.layer(), false); !lacks.empty()) return refused(anchor, refusal, lacks);
    {
        auto once = RocksStore::open(settings(OpenMode::salvage));
        if (!once) return refused(anchor, refusal, "readable, but not writable (" + once.error().detail + ")");
        (*once)->close();
    }
    if (events_) events_(Severity::warning, "wal-tail-dropped", member("refusal", refusal.detail));
    return RocksStore::open(settings(OpenMode::normal));
}

Result<std::string> StartUp::current_manifest() const {
    auto name = disk_.read(store_folder() + "/CURRENT");
    if (!name) return name;
    if (name->ends_with('\n')) name->pop_back();
    return name;
}

// The MANIFEST that RocksDB names in its refusal; nothing if it refuses something else.
Result<std::optional<StartUp::RefusedManifest>> StartUp::refused_manifest(Error const& refusal) const {
    auto name = current_manifest();
    if (!name) return fail(name.error());
    std::string path = store_folder() + "/" + *name;
    if (!name->starts_with(kManifest) || refusal.detail.find("/" + *name) == std::string::npos || !disk_.exists(path))
        return std::optional<RefusedManifest>{};
    auto bytes = disk_.read(path);
    if (!bytes) return fail(bytes.error());
    LogTail tail = find_log_tail(*bytes);
    if (tail.end == LogEnd::whole) return std::optional<RefusedManifest>{};
    return std::optional<RefusedManifest>({std::move(*name), std::move(*bytes), tail});
}

// The original beside it; the oldest copies go.
Result<void> StartUp::keep_copy(RefusedManifest const& manifest) const {
    auto names = disk_.list(store_folder());
    if (!names) return fail(names.error());
    std::string copy = manifest.name + std::string(kCopy);
    std::erase_if(*names, [&](std::string const& name) {
        return !name.starts_with(kManifest) || !name.ends_with(kCopy) || name == copy;
    });
    // Numbers have six digits at least, and more once those are used up.
    std::sort(names->begin(), names->end(),
              [](auto const& a, auto const& b) { return std::pair(a.size(), a) < std::pair(b.size(), b); });
    for (size_t i = 0; i + kCopiesKept <= names->size(); ++i)
        if (auto ok = disk_.remove(store_folder() + "/" + (*names)[i]); !ok) return ok;
    return disk_.replace(store_folder(), copy, manifest.bytes);
}

// After a failed open, unless RocksDB has gone on to another MANIFEST already. What to add to the refusal.
std::string StartUp::put_back(RefusedManifest const& manifest) const {
    auto name = current_manifest();
    if (name && *name != manifest.name) return {};
    auto ok = disk_.replace(store_folder(), manifest.name, manifest.bytes);
    return ok ? std::string() : "; the original " + manifest.name + " is beside it, ending in " + std::string(kCopy);
}

Result<std::shared_ptr<RocksStore>> StartUp::salvage_manifest(AnchorState const& anchor, Error const& refusal,
                                                              RefusedManifest const& manifest) {
    auto files = std::make_shared<FileLayer>(*disk_.layer());
    files->file_system = std::make_shared<Shown>(files->file_system, manifest.name, manifest.whole());
    if (auto lacks = look(anchor, std::move(files), true); !lacks.empty()) return refused(anchor, refusal, lacks);
    if (auto ok = keep_copy(manifest); !ok) return fail(ok.error());
    if (auto ok = disk_.replace(store_folder(), manifest.name, manifest.whole()); !ok) return fail(ok.error());
    auto store = RocksStore::open(settings(OpenMode::normal));
    if (!store && store.error().code == Code::DataDamaged) store = salvage_wal(anchor, store.error());
    if (!store) {
        store.error().detail += put_back(manifest);
        return store;
    }
    if (events_)
        events_(Severity::warning, "manifest-tail-dropped",
                member("file", manifest.name) + "," +
                    member("bytes", uint64_t(manifest.bytes.size() - manifest.tail.whole_bytes)) + "," +
                    member("copy", manifest.name + std::string(kCopy)) + "," + member("refusal", refusal.detail));
    return store;
}

}  // namespace ingot::storage
