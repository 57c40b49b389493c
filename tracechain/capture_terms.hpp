// What the trace chain is told from outside: settings of the node (trace.*) and who operates what.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/limits.hpp"
#include "ident/event_id.hpp"

namespace ingot::tracechain {

// The enterprise behind a place, a lot or a party.
struct Owner {
    std::string enterprise;  // en_...
    std::string prefix;      // the prefix that names it in answers: its first one, canonical
};

// Longest registered prefix of the key; nothing when nobody registered one. Called on worker threads, never in the
// committer: must be thread safe and must not wait.
using OwnerLookup = std::function<std::optional<Owner>(ident::LotKey const&)>;

struct TraceSettings {
    ident::CanonContext hosts;
    Limits limits;
    double tolerance_lot = 0.005;                             // trace.tolerance.lot
    double tolerance_vessel = 0.02;                           // trace.tolerance.vessel
    int64_t late_supply_window_us = 24LL * 3600 * 1'000'000;  // trace.late_supply_window
    bool lenient = false;                                     // epcis.lenient
    // Stored rows that one late event may derive again while every other writer waits (5.5, docs/decisions/0009).
    uint32_t rederive_rows_max = 5'000;
    uint32_t content_rows_max = 20'000;  // packing records read for one event (1.4)
    // Assays of one event; of one event times its lots; kept of one lot. Description: bytes of ilmd times lots.
    uint32_t assays_per_event_max = 256, lot_assays_per_event_max = 20'000, assays_per_lot_max = 256;
    uint32_t description_bytes_max = 8 << 20;
    uint32_t parties_per_lot_max = 500;          // sums by party and source (1.4)
    uint32_t cycle_search_records_max = 1'000;   // records read to tell lineage-cycle from time-order (3.10)
    uint32_t waiting_declarations_max = 10'000;  // of one enterprise, for events that are not captured yet (2.5)
    uint32_t declarations_per_event_max = 100;
    std::string log_origin;  // of the transparency log, for the `log` member of results
};

}  // namespace ingot::tracechain
