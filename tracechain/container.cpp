#include "tracechain/container.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "tracechain/amount.hpp"

namespace ingot::tracechain {

using storage::Amounts;
using storage::ContentRow;
using storage::EventSeq;
using storage::LotNumber;

namespace {

bool live(ContentRow const& row, EventSeq as_of) {
    return row.seq <= as_of && (row.void_seq == 0 || row.void_seq > as_of);
}

using Inside = std::map<LotNumber, Content>;

// Less by what came out; gone when nothing or everything is stated.
void take_out(Inside& inside, ContentRow const& row) {
    if (row.lot == 0) return inside.clear();
    auto found = inside.find(row.lot);
    if (found == inside.end()) return;
    if (row.amounts.empty() || found->second.amounts.empty()) {
        inside.erase(found);
        return;
    }
    auto const& line = row.amounts.lines().front();
    int64_t const left = found->second.amounts.value(line.basis) - line.amount;
    if (left <= 0) {
        inside.erase(found);
    } else {
        found->second.amounts.set(line.basis, left);
    }
}

void put_in(Inside& inside, ContentRow const& row) {
    auto [at, fresh] = inside.try_emplace(row.lot, Content{row.lot, row.amounts, row.seq});
    if (fresh) return;
    if (row.amounts.empty()) at->second.amounts = {};
    for (auto const& line : row.amounts.lines())
        if (auto before = at->second.amounts.get(line.basis))
            at->second.amounts.set(line.basis, held_sum(*before, line.amount));
}

}  // namespace

Result<std::vector<Content>> contents(storage::View const& view, LotNumber container, int64_t at_us, EventSeq as_of) {
    auto rows = storage::container_rows(view, container, at_us);
    if (!rows) return tl::unexpected(rows.error());
    return contents_of(std::move(*rows), as_of);
}

std::vector<Content> contents_of(std::vector<ContentRow> rows, EventSeq as_of) {
    std::stable_sort(rows.begin(), rows.end(), [](ContentRow const& a, ContentRow const& b) {
        return std::tie(a.time_us, a.seq, a.lot) < std::tie(b.time_us, b.seq, b.lot);
    });
    Inside inside;
    for (ContentRow const& row : rows) {
        if (!live(row, as_of)) continue;
        row.out ? take_out(inside, row) : put_in(inside, row);
    }
    std::vector<Content> out;
    for (auto& [lot, content] : inside) out.push_back(std::move(content));
    return out;
}

bool holds(std::vector<Content> const& contents, LotNumber lot) {
    return std::binary_search(contents.begin(), contents.end(), Content{lot, {}, 0},
                              [](Content const& a, Content const& b) { return a.lot < b.lot; });
}

std::vector<LotNumber> containers_of(std::vector<ContentRow> const& rows, EventSeq as_of) {
    std::vector<LotNumber> out;
    std::set<LotNumber> known;
    for (auto row = rows.rbegin(); row != rows.rend(); ++row)
        if (!row->out && live(*row, as_of) && known.insert(row->container).second) out.push_back(row->container);
    return out;
}

Result<std::optional<LotNumber>> container_of(storage::View const& view, LotNumber lot, int64_t at_us, EventSeq as_of) {
    auto rows = storage::contained_rows(view, lot, at_us);
    if (!rows) return tl::unexpected(rows.error());
    for (LotNumber container : containers_of(*rows, as_of)) {
        auto inside = contents(view, container, at_us, as_of);
        if (!inside) return tl::unexpected(inside.error());
        if (holds(*inside, lot)) return std::optional(container);
    }
    return std::optional<LotNumber>();
}

}  // namespace ingot::tracechain
