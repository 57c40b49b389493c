#include <rocksdb/iterator.h>

#include "storage/log_keys.hpp"
#include "storage/rocks_state.hpp"

namespace ingot::storage {
namespace {

std::string full_key(Space space, Bytes key) {
    std::string full;
    full.reserve(key.size() + 1);
    full += char(space);
    full += key;
    return full;
}

Result<std::string> value_of(Space space, Bytes key, rocksdb::Slice stored) {
    auto value = unseal(space, key, {stored.data(), stored.size()});
    if (!value) return fail(value.error());
    return std::string(*value);
}

// One page from an iterator whose bounds may be wider than the range.
Result<Page> page_from(rocksdb::Iterator& it, Range const& range) {
    Page page;
    std::string begin = full_key(range.space, range.begin);
    std::string end =
        range.end.empty() ? std::string(1, char(uint8_t(range.space) + 1)) : full_key(range.space, range.end);
    if (range.reverse)
        it.SeekForPrev(end);
    else
        it.Seek(begin);
    if (range.reverse && it.Valid() && it.key() == end) it.Prev();
    auto inside = [&] {
        return it.Valid() && (range.reverse ? it.key().compare(begin) >= 0 : it.key().compare(end) < 0);
    };
    size_t bytes = 0;
    for (; inside(); range.reverse ? it.Prev() : it.Next()) {
        bool full = page.rows.size() >= range.rows_max || (bytes >= range.bytes_max && !page.rows.empty());
        if (full) {
            Range rest = range;
            if (range.reverse)
                rest.end = page.rows.back().key;
            else
                rest.begin.assign(it.key().data() + 1, it.key().size() - 1);
            page.rest = std::move(rest);
            break;
        }
        Bytes key(it.key().data() + 1, it.key().size() - 1);
        auto value = value_of(range.space, key, it.value());
        if (!value && range.past_damage) {
            page.damaged = true;
            continue;
        }
        if (!value) return fail(value.error());
        bytes += key.size() + value->size();
        page.rows.push_back({std::string(key), std::move(*value)});
    }
    if (range.past_damage && it.status().IsCorruption())
        page.damaged = page.cut = true;
    else if (!it.status().ok())
        return fail(to_error(it.status(), "scanning"));
    return page;
}

}  // namespace

RocksStore::Snapshot::~Snapshot() {
    OpenGate gate(state_);
    if (!gate) return;
    std::lock_guard lock(state_.snapshots_mutex);
    if (state_.snapshots.erase(at) != 0) state_.db->ReleaseSnapshot(at);
}

std::shared_ptr<RocksStore::Snapshot const> RocksStore::snapshot() const {
    auto point = std::make_shared<Snapshot>(*state_);
    OpenGate gate(*state_);
    if (!gate) return point;
    point->at = state_->db->GetSnapshot();
    std::lock_guard lock(state_->snapshots_mutex);
    state_->snapshots.insert(point->at);
    return point;
}

Result<std::optional<std::string>> RocksStore::get(Snapshot const* at, Space space, Bytes key) const {
    OpenGate gate(*state_);
    if (!gate) return store_closed();
    rocksdb::ReadOptions read;
    if (at != nullptr) read.snapshot = at->at;
    rocksdb::PinnableSlice stored;
    auto status = state_->db->Get(read, state_->db->DefaultColumnFamily(), full_key(space, key), &stored);
    if (status.IsNotFound()) return std::optional<std::string>{};
    if (!status.ok()) return state_->failed(to_error(status, "reading"));
    auto value = value_of(space, key, stored);
    if (!value) return state_->failed(std::move(value.error()));
    return std::optional<std::string>(std::move(*value));
}

Result<std::vector<std::optional<std::string>>> RocksStore::multi_get(Snapshot const* at, Space space,
                                                                      std::span<std::string const> keys) const {
    OpenGate gate(*state_);
    if (!gate) return store_closed();
    rocksdb::ReadOptions read;
    if (at != nullptr) read.snapshot = at->at;
    std::vector<std::string> full;
    full.reserve(keys.size());
    for (auto const& key : keys) full.push_back(full_key(space, key));
    std::vector<rocksdb::Slice> slices(full.begin(), full.end());
    std::vector<rocksdb::PinnableSlice> stored(keys.size());
    std::vector<rocksdb::Status> status(keys.size());
    state_->db->MultiGet(read, state_->db->DefaultColumnFamily(), keys.size(), slices.data(), stored.data(),
                         status.data());
    std::vector<std::optional<std::string>> out(keys.size());
    for (size_t i = 0; i < keys.size(); ++i) {
        if (status[i].IsNotFound()) continue;
        if (!status[i].ok()) return state_->failed(to_error(status[i], "reading"));
        auto value = value_of(space, keys[i], stored[i]);
        if (!value) return state_->failed(std::move(value.error()));
        out[i] = std::move(*value);
    }
    return out;
}

Result<Page> RocksStore::scan(Snapshot const* at, Range const& range) const {
    auto pages = multi_scan(at, {&range, 1});
    if (!pages) return fail(pages.error());
    return std::move(pages->front());
}

Result<std::vector<Page>> RocksStore::multi_scan(Snapshot const* at, std::span<Range const> ranges) const {
    OpenGate gate(*state_);
    if (!gate) return store_closed();
    rocksdb::ReadOptions read;
    if (at != nullptr) read.snapshot = at->at;
    std::unique_ptr<rocksdb::Iterator> it(state_->db->NewIterator(read));
    std::vector<Page> pages;
    pages.reserve(ranges.size());
    for (auto const& range : ranges) {
        auto page = page_from(*it, range);
        if (!page) return state_->failed(std::move(page.error()));
        if (page->damaged)
            (void)state_->failed({Code::DataDamaged,
                                  "rows are damaged behind " + readable_key(range.space, range.begin),
                                  "存储的数据已损坏"});
        pages.push_back(std::move(*page));
    }
    return pages;
}

Result<void> RocksStore::each_raw(Snapshot const* at, Space space, std::function<bool(Bytes, Bytes)> const& row) const {
    OpenGate gate(*state_);
    if (!gate) return store_closed();
    rocksdb::ReadOptions read;
    if (at != nullptr) read.snapshot = at->at;
    read.readahead_size = 2 << 20;
    read.fill_cache = false;
    std::unique_ptr<rocksdb::Iterator> it(state_->db->NewIterator(read));
    char first = char(space);
    for (it->Seek({&first, 1}); it->Valid() && it->key()[0] == first; it->Next()) {
        Bytes key(it->key().data() + 1, it->key().size() - 1);
        if (!row(key, {it->value().data(), it->value().size()})) return {};
    }
    if (!it->status().ok()) return fail(to_error(it->status(), "scanning"));
    return {};
}

}  // namespace ingot::storage
