// What a trace query asks (spec/trace-semantics.md 4.1) and the terms under which a walk runs. Plain values.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "storage/graph_table.hpp"
#include "tracechain/basis.hpp"

namespace ingot::tracechain {

enum class Direction : uint8_t { up, down };
enum class Cutoff : uint8_t { exposure, share };  // what a down walk compares with theta: F or D
enum class ViewForm : uint8_t { graph, table, tree };

// Where a walk stops although it could go on: the lot is listed, what lies behind it is `beyond_limit` `stop-at`.
struct StopAt {
    bool owner_change = false, custody_change = false, site_change = false;
    std::vector<std::string> materials, origins;
    std::vector<std::string> texts;  // as asked
    bool empty() const { return texts.empty(); }
};

// A display filter: comma list, `!` excludes.
struct Filter {
    std::vector<std::string> include, exclude;
    bool empty() const { return include.empty() && exclude.empty(); }
    bool allows(std::string_view text) const;
};

struct StartLot {
    std::string key;   // ident::LotKey::canonical
    std::string text;  // as answers show it
};

// The two times of an answer (3.11): what was recorded by then, and the moment it tells of.
struct AsAt {
    std::optional<storage::EventSeq> as_of_seq;
    std::optional<int64_t> as_of_us;  // record time
    std::optional<int64_t> at_us;
    bool pinned() const { return as_of_seq || as_of_us; }
};

struct TraceQuery : AsAt {
    std::vector<StartLot> start;
    storage::Basis basis{};
    bool as_reported = false;  // each event's own ingot:allocation basis
    bool standard = false;     // rule=standard (3.12)
    double theta = 1e-6;
    Cutoff cutoff = Cutoff::exposure;
    double min_share = 0;
    uint32_t max_depth = 64;
    bool raw = false;  // max_depth counts every node
    std::optional<int64_t> from_us, to_us;
    StopAt stop_at;
    Filter material, owner, holder, role, kind;
    ViewForm view = ViewForm::graph;
    bool bounds = false;
    uint32_t limit = 1000;
    uint64_t max_nodes = 10'000;
    uint64_t max_edges = 50'000;  // 0: no limit (export.run)
    std::chrono::milliseconds timeout{500};
    size_t walk_bytes = 48 * 1024 * 1024;  // a paged walk that holds more ends as if its nodes were used up
    size_t page_bytes = 4 * 1024 * 1024;   // a page ends before it grows larger (one row it always has)
    uint32_t batch = 64;                   // records a multi_get fetches ahead; answers do not depend on it
};

// Given by the caller for every query; the functions may be empty: everything is visible, nothing is foreign.
struct WalkTerms {
    double tolerance_lot = 0.005, tolerance_vessel = 0.02;
    int64_t late_supply_window_us = 24LL * 3600 * 1'000'000;
    std::function<bool(std::string_view owner_prefix)> visible;
    // Resolver URL of another node that answers for this lot, by its canonical key.
    std::function<std::optional<std::string>(std::string_view lot_key)> foreign;
    Clock const* clock = nullptr;
    uint32_t account_rows_max = 200'000;  // of one lot or campaign in one read: Timeout beyond
    double queue_ms = 0;                  // from the request's arrival until it was handled
};

// The five classes of 3.3, in the order answers give them.
struct ClosureNumbers {
    double resolved = 0, unknown = 0, masked = 0, beyond_limit = 0, pruned = 0;
    double sum() const { return resolved + unknown + masked + beyond_limit + pruned; }
};

// Where a down walk located the start (4.4); the sum is closure.resolved.
struct LocatedNumbers {
    double on_hand = 0, in_transit = 0, in_vessels = 0, in_process = 0, left_network = 0, disposed = 0, loss = 0,
           adjusted_out = 0;
};

struct WalkStats {
    uint64_t lots_visited = 0, events_visited = 0, vessel_states_visited = 0;
    uint64_t events_read = 0, records_read = 0, bytes_read = 0;
    uint64_t re_expansions = 0, edges = 0;
    double elapsed_ms = 0, queue_ms = 0;
    bool complete = true;
    char const* stop = nullptr;  // "nodes", "time" or null
    uint64_t nodes_visited() const { return lots_visited + events_visited + vessel_states_visited; }
};

}  // namespace ingot::tracechain
