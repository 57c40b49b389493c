#include "tests/support/crash_fs.hpp"

#include <algorithm>
#include <cstring>

namespace ingot::test {
namespace {

constexpr size_t kPage = 4096, kSector = 512;

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

size_t CrashFs::synced_bytes(std::string const& path) const {
    std::lock_guard lock(*mutex_);
    auto file = find(path);
    return file ? file->synced : 0;
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

}  // namespace ingot::test
