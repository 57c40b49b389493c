// Deriving everything again from the events alone (spec/trace-semantics.md 1.7).
#include "storage/event_table.hpp"
#include "tracechain/capture.hpp"
#include "tracechain/tracechain.hpp"

namespace ingot::tracechain {
namespace {

// The events accepted as one unit, beginning with `first`.
Result<std::vector<StoredEvent>> read_unit(storage::View const& view, EventSeq first, EventSeq last) {
    std::vector<StoredEvent> unit;
    for (EventSeq seq = first; seq <= last; ++seq) {
        auto event = read_event(view, seq);
        if (!event) return tl::unexpected(event.error());
        if (!*event) return fail(Code::DataDamaged, "event " + std::to_string(seq) + " is missing");
        if ((*event)->facts.unit_first != first) break;
        unit.push_back(std::move(**event));
    }
    return unit;
}

Result<std::shared_ptr<CaptureUnit>> prepare_unit(std::vector<StoredEvent> stored, TraceSettings const& settings,
                                                  ReadTerms const& terms) {
    auto unit = std::make_shared<CaptureUnit>();
    unit->rollback = true;
    unit->settings = &settings;
    for (StoredEvent& each : stored) {
        auto event = read_stored_event(each.bytes, each.facts.context, terms);
        if (!event) return tl::unexpected(event.error());
        if (event->id.empty()) event->id = each.facts.event_id;
        unit->events.push_back(prepare_stored(std::move(*event), std::move(each.facts)));
    }
    unit->results.resize(unit->events.size());
    return unit;
}

}  // namespace

Result<void> Tracechain::rebuild_into(storage::View const& events, storage::Engine& target) const {
    auto last = storage::read_count(events, "events");
    if (!last) return tl::unexpected(last.error());
    ReadTerms terms = read_terms(false);
    terms.lenient = true;
    for (EventSeq first = 1; first <= *last;) {
        auto stored = read_unit(events, first, *last);
        if (!stored) return tl::unexpected(stored.error());
        if (stored->empty()) return fail(Code::DataDamaged, "event " + std::to_string(first) + " belongs to no unit");
        first += stored->size();
        auto unit = prepare_unit(std::move(*stored), settings_, terms);
        if (!unit) return tl::unexpected(unit.error());
        storage::Operation operation;
        operation.apply = [shared = *unit](storage::Batch& batch, uint32_t) -> Result<void> {
            std::vector<size_t> all(shared->events.size());
            for (size_t i = 0; i < all.size(); ++i) all[i] = i;
            return run_capture_again(batch, *shared, all);
        };
        operation.reply = [](storage::Batch&) { return storage::Reply{}; };
        if (auto done = target.update(std::move(operation)); !done) return tl::unexpected(done.error());
    }
    return {};
}

}  // namespace ingot::tracechain
