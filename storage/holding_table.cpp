#include "storage/holding_table.hpp"

#include <algorithm>

#include "storage/keys.hpp"
#include "storage/wire.hpp"

namespace ingot::storage {
namespace {

// table letter, two lots around the time, seq
std::string key_of(char table, LotNumber first, int64_t time_us, LotNumber second, EventSeq seq) {
    std::string key(1, table);
    put_u64be(key, first);
    put_i64be(key, time_us);
    put_u64be(key, second);
    put_u64be(key, seq);
    return key;
}
constexpr size_t kKeySize = 1 + 4 * 8;

Range until(char table, LotNumber first, int64_t until_us) {
    std::string begin(1, table);
    put_u64be(begin, first);
    if (until_us == INT64_MAX) return prefix_range(Space::index, begin);
    return Range{Space::index, begin, key_of(table, first, until_us + 1, 0, 0)};
}

Result<ContentRow> decode(std::string_view key, Bytes value) {
    ContentRow row;
    WireReader in(value);
    while (in.next()) {
        switch (in.field()) {
            case 1:
                row.out = in.u64() != 0;
                break;
            case 2:
                row.void_seq = in.u64();
                break;
            case 3:
                row.amounts.append_sorted(Basis{BasisKind::gross_mass, {}}, in.s64());
                break;
            case 4:
                row.amounts.append_sorted(Basis{BasisKind::count, {}}, in.s64());
                break;
            case 5:
                row.amounts.append_sorted(Basis{BasisKind::volume, {}}, in.s64());
                break;
            case 6:
                row.amounts.append_sorted(Basis{BasisKind::length, {}}, in.s64());
                break;
            case 7:
                row.amounts.append_sorted(Basis{BasisKind::area, {}}, in.s64());
                break;
            default:
                in.skip();
        }
    }
    if (!in.ok() || key.size() != kKeySize) return fail(Code::DataDamaged, "a stored container row does not parse");
    row.container = get_u64be(key, 1);
    row.time_us = get_i64be(key, 9);
    row.lot = get_u64be(key, 17);
    row.seq = get_u64be(key, 25);
    return row;
}

}  // namespace

std::string content_key(ContentRow const& row) { return key_of('b', row.container, row.time_us, row.lot, row.seq); }
std::string contained_key(ContentRow const& row) { return key_of('w', row.lot, row.time_us, row.container, row.seq); }

std::string encode(ContentRow const& row) {
    std::string bytes;
    WireWriter out(bytes);
    out.u64(1, row.out ? 1 : 0);
    out.u64(2, row.void_seq);
    auto line = [&](uint32_t field, BasisKind kind) {
        if (auto amount = row.amounts.get(Basis{kind, {}})) out.always_s64(field, *amount);
    };
    line(3, BasisKind::gross_mass);
    line(4, BasisKind::count);
    line(5, BasisKind::volume);
    line(6, BasisKind::length);
    line(7, BasisKind::area);
    return bytes;
}

Result<std::vector<ContentRow>> container_rows(View const& view, LotNumber container, int64_t until_us,
                                               uint32_t rows_max) {
    std::vector<ContentRow> rows;
    std::optional<Range> range = until('b', container, until_us);
    while (range && rows.size() < rows_max) {
        range->rows_max = std::min<uint32_t>(range->rows_max, rows_max - static_cast<uint32_t>(rows.size()));
        auto page = view.scan(*range);
        if (!page) return tl::unexpected(page.error());
        for (Row const& stored : page->rows) {
            auto row = decode(stored.key, stored.value);
            if (!row) return tl::unexpected(row.error());
            rows.push_back(std::move(*row));
        }
        range = page->rest;
    }
    return rows;
}

Result<std::vector<ContentRow>> contained_rows(View const& view, LotNumber lot, int64_t until_us, uint32_t rows_max) {
    std::vector<std::string> keys;
    std::vector<ContentRow> rows;
    std::optional<Range> range = until('w', lot, until_us);
    while (range && keys.size() < rows_max) {
        range->rows_max = std::min<uint32_t>(range->rows_max, rows_max - static_cast<uint32_t>(keys.size()));
        auto page = view.scan(*range);
        if (!page) return tl::unexpected(page.error());
        for (Row const& stored : page->rows) {
            if (stored.key.size() != kKeySize) return fail(Code::DataDamaged, "a container index key has a wrong size");
            ContentRow row;
            row.lot = get_u64be(stored.key, 1);
            row.time_us = get_i64be(stored.key, 9);
            row.container = get_u64be(stored.key, 17);
            row.seq = get_u64be(stored.key, 25);
            keys.push_back(content_key(row));
        }
        range = page->rest;
    }
    auto values = view.multi_get(Space::index, keys);
    if (!values) return tl::unexpected(values.error());
    for (size_t i = 0; i < keys.size(); ++i) {
        if (!(*values)[i]) return fail(Code::DataDamaged, "a container index entry points to nothing");
        auto row = decode(keys[i], *(*values)[i]);
        if (!row) return tl::unexpected(row.error());
        rows.push_back(std::move(*row));
    }
    return rows;
}

}  // namespace ingot::storage
