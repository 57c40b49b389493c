// What the node counts, as Prometheus text (spec/operations.md 5). Counting is lock-free and never waits; labels come
// from closed lists or from prefixes registered here, never from request text, so the number of series is bounded.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/networks.hpp"
#include "api/surface.hpp"
#include "base/result.hpp"

namespace ingot::api {

// Buckets of 0.25 ms x 2^k up to 8.192 s.
class Histogram {
  public:
    static constexpr size_t kBuckets = 16;
    void observe(std::chrono::microseconds duration);
    std::array<uint64_t, kBuckets + 1> counts() const;  // last = above all; not cumulative
    uint64_t sum_us() const { return sum_us_.load(std::memory_order_relaxed); }

  private:
    std::array<std::atomic<uint64_t>, kBuckets + 1> counts_{};
    std::atomic<uint64_t> sum_us_{0};
};

// Writes the exposition format: `family` once, then its samples. Label values are escaped.
class MetricsText {
  public:
    using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;
    void family(std::string_view name, std::string_view type, std::string_view help);
    void sample(Labels labels, uint64_t value);
    void sample(Labels labels, double value);
    void histogram(Labels labels, Histogram const& histogram);
    size_t series() const { return series_; }
    std::string take() { return std::move(out_); }

  private:
    void put(std::string_view suffix, Labels labels, std::string_view extra, std::string_view value);
    std::string out_;
    std::string name_;
    size_t series_ = 0;
};

struct RouteLabels {
    std::string path;
    std::string method;
    Surface surface = Surface::v1;
};

class Metrics {
  public:
    struct Options {
        size_t prefix_max = 1000;  // distinct prefix labels; the rest share "other"
        Networks allow = Networks::loopback();
        std::string version = "0.1.0", commit = "unknown", rocksdb, openssl;
    };
    Metrics();
    explicit Metrics(Options options);
    ~Metrics();

    // --- once, before the first request; routes are counted by their place in this list
    void set_routes(std::vector<RouteLabels> routes);
    // Samples of another part, written at every scrape: gauges of the store, of connections, of certificates.
    void add_source(std::function<void(MetricsText&)> source);
    // A prefix registered here gets a label of its own while there is room. Thread safe; repeated calls are cheap.
    void register_prefix(std::string_view canonical_prefix);

    // --- hot path
    static constexpr size_t kNoRoute = SIZE_MAX;
    void request(size_t route, Surface surface, Cost cost, int status, std::chrono::microseconds duration);
    void refused(Code code);  // counted under its reason; codes without one are not refusals
    void not_sent() { unsent_.fetch_add(1, std::memory_order_relaxed); }
    void auth_failed(std::string_view door);
    void audit_dropped(uint64_t lines) { audit_dropped_.fetch_add(lines, std::memory_order_relaxed); }
    void replayed() { replays_.fetch_add(1, std::memory_order_relaxed); }
    void resolved(std::string_view canonical_prefix, Surface surface, bool ok, std::chrono::microseconds duration);
    void registered(std::string_view canonical_prefix, Surface surface, bool ok, std::chrono::microseconds duration,
                    uint64_t count = 1);
    void codes_allocated(std::string_view canonical_prefix, uint64_t count);
    void events_captured(std::string_view kind, uint64_t count = 1);  // kind of trace-semantics.md 2
    void traced(std::string_view query, std::chrono::microseconds duration, bool truncated);
    void committed(std::chrono::microseconds duration);  // submit to answer of one change
    // One commit group, by step.
    void group_committed(std::chrono::microseconds apply, std::chrono::microseconds wal,
                         std::chrono::microseconds anchor, uint64_t operations);
    void io_failed() { io_errors_.fetch_add(1, std::memory_order_relaxed); }  // the store stopped writing
    void store_reopened() { reopened_.fetch_add(1, std::memory_order_relaxed); }

    // The label of a prefix: itself, "other" past prefix_max, "none" when it is not registered here.
    std::string_view label_of(std::string_view canonical_prefix) const;

    Networks const& allow() const { return options_.allow; }
    std::string scrape(size_t* series = nullptr) const;

  private:
    struct Cells;
    size_t slot(std::string_view prefix) const;
    Options options_;
    std::unique_ptr<Cells> cells_;
    std::atomic<uint64_t> unsent_{0}, replays_{0}, audit_dropped_{0}, io_errors_{0}, reopened_{0};
    mutable std::mutex sources_mutex_;
    std::vector<std::function<void(MetricsText&)>> sources_;
};

}  // namespace ingot::api
