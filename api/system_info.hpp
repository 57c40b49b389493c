// What the node says about itself: build, limits, health. Built once in app/node.cpp. Thread safe.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/handler.hpp"
#include "api/ready_answer.hpp"
#include "storage/store_gauges.hpp"

namespace ingot::api {

struct HealthCheck {
    std::string_view name;  // store, space, anchor, log, tls, clock
    bool ok = true;
    std::string detail;
    Time since{};
};

class SystemInfo {
  public:
    struct Options {
        std::string version = "0.1.0", commit = "unknown";
        std::string ca_pem;  // of the development CA, offered at /pki/ca.crt; empty = none
        Time started{};
    };
    explicit SystemInfo(Options options) : options_(std::move(options)) {}

    Options const& options() const { return options_; }
    // https://HOST:PORT as the node announces itself; known once the listener is open.
    void set_base_url(std::string url) { base_url_ = std::make_shared<std::string const>(std::move(url)); }
    std::string base_url() const {
        auto const url = base_url_.load();
        return url ? *url : std::string();
    }

    // /readyz says 503 from now on.
    void set_stopping() { stopping_ = true; }
    bool stopping() const { return stopping_; }

    // When the first server certificate ends; `development` when a development CA signed it.
    void set_certificate(Time not_after, bool development) {
        certificate_end_us_ = to_micros(not_after);
        development_ = development;
    }
    Time certificate_end() const { return from_micros(certificate_end_us_); }

    // Each with the time since when it stands so: from the store where the store knows it, else when it was first seen.
    std::vector<HealthCheck> checks(storage::Health const& health, Time now) const;
    // The API descriptions, rendered by their first reader: of everything, of the Handle surface.
    std::array<std::atomic<std::shared_ptr<ReadyAnswer const>>, 2> descriptions;

  private:
    // The last verdict of a check that nobody dates, and when it was first given. Lock-free: probes come on I/O
    // threads.
    struct Seen {
        std::atomic<bool> ok{true};
        std::atomic<int64_t> since_us{0};
    };
    Time first_seen(Seen& seen, bool ok, Time now) const;

    Options options_;
    mutable Seen space_, clock_;
    std::atomic<std::shared_ptr<std::string const>> base_url_;
    std::atomic<bool> stopping_{false}, development_{false};
    std::atomic<int64_t> certificate_end_us_{0};
};

std::string_view name(storage::State state);

// Gauges of the store for Metrics::add_source.
class MetricsText;
void write_store_metrics(MetricsText& text, storage::Health const& health);
// ingot_rocksdb_*.
void write_rocksdb_metrics(MetricsText& text, std::vector<storage::StoreGauge> const& gauges);

}  // namespace ingot::api
