// What a trace query asks for: as of which event, and from which lots.
#include <map>

#include "storage/event_table.hpp"
#include "tracechain/amount.hpp"
#include "tracechain/container.hpp"
#include "tracechain/query_run.hpp"

namespace ingot::tracechain {

Result<AsOf> resolve_as_of(storage::View const& view, AsAt const& query) {
    auto newest = storage::read_count(view, "events");
    if (!newest) return fail(newest.error());
    AsOf out{*newest, 0};
    if (query.as_of_seq) out.seq = std::min(out.seq, *query.as_of_seq);
    if (query.as_of_us) {
        auto seq = storage::last_seq_at(view, *query.as_of_us);
        if (!seq) return fail(seq.error());
        out.seq = std::min(out.seq, *seq);
    }
    if (out.seq == 0) return out;
    auto facts = storage::find_facts(view, out.seq);
    if (!facts) return fail(facts.error());
    if (*facts) out.record_time_us = (*facts)->record_time_us;
    return out;
}

namespace {

constexpr int kLevels = 10;  // of containers in containers, as at capture

tl::unexpected<Error> no_such_lot() { return fail(Code::NotFound, "no such lot is known here", "此处没有该批次"); }

// Names of lots become numbers, containers their contents.
class StartReader {
  public:
    StartReader(storage::View const& view, TraceQuery const& query, WalkTerms const& terms, AsOf const& as_of)
        : view_(view), query_(query), terms_(terms), as_of_(as_of) {}

    Result<void> add(StartLot const& start) {
        auto number = storage::find_lot_number(view_, start.key);
        if (!number) return fail(number.error());
        if (!*number) return no_such_lot();
        auto lot = read(**number);
        if (!lot) return fail(lot.error());
        if (!*lot) return no_such_lot();
        auto inside = add_contents(**lot, 1);
        if (!inside) return fail(inside.error());
        if (!*inside) put((*lot)->lot, {});
        return {};
    }

    std::vector<Start> take() {
        std::vector<Start> out;
        for (auto& [lot, part] : parts_) out.push_back({lot, std::move(part)});
        return out;
    }

  private:
    // Nothing: not known at as_of, or not visible.
    Result<std::optional<storage::LotRow>> read(LotNumber number) const {
        auto lot = storage::find_lot(view_, number);
        if (lot && *lot && ((*lot)->first_seq > as_of_.seq || !sees(terms_, **lot))) lot->reset();
        return lot;
    }

    // True when it is a container and something visible stands in it.
    Result<bool> add_contents(storage::LotRow const& container, int level) {
        if (!container.is_container || !container.rows.empty() || level > kLevels) return false;
        auto inside = contents(view_, container.lot, query_.at_us.value_or(INT64_MAX), as_of_.seq);
        if (!inside) return fail(inside.error());
        bool any = false;
        for (Content const& content : *inside) {
            auto lot = read(content.lot);
            if (!lot) return fail(lot.error());
            if (!*lot) continue;
            auto deeper = add_contents(**lot, level + 1);
            if (!deeper) return fail(deeper.error());
            if (!*deeper) put(content.lot, content.amounts);
            any = true;
        }
        return any;
    }

    // A lot met twice: the whole of it, if it was once met whole, else both parts.
    void put(LotNumber lot, storage::Amounts const& part) {
        auto [at, fresh] = parts_.emplace(lot, part);
        if (fresh || at->second.empty()) return;
        storage::Amounts both;
        for (auto const& line : part.lines()) {
            if (auto more = at->second.get(line.basis)) both.append_sorted(line.basis, held_sum(line.amount, *more));
        }
        at->second = std::move(both);
    }

    storage::View const& view_;
    TraceQuery const& query_;
    WalkTerms const& terms_;
    AsOf const& as_of_;
    std::map<LotNumber, storage::Amounts> parts_;
};

}  // namespace

Result<std::vector<Start>> resolve_starts(storage::View const& view, TraceQuery const& query, WalkTerms const& terms,
                                          AsOf const& as_of) {
    StartReader reader(view, query, terms, as_of);
    for (StartLot const& start : query.start) {
        if (auto added = reader.add(start); !added) return fail(added.error());
    }
    return reader.take();
}

}  // namespace ingot::tracechain
