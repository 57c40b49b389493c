#include "api/system_info.hpp"

#include <algorithm>

#include "api/metrics.hpp"

namespace ingot::api {

using storage::State;

std::string_view name(State state) {
    constexpr std::string_view names[] = {"open", "full", "failed", "reopening", "degraded", "closed"};
    return names[static_cast<size_t>(state)];
}

Time SystemInfo::first_seen(Seen& seen, bool ok, Time now) const {
    if (seen.ok.exchange(ok) != ok) seen.since_us = to_micros(now);
    int64_t const since = seen.since_us;
    return since == 0 ? options_.started : from_micros(since);
}

std::vector<HealthCheck> SystemInfo::checks(storage::Health const& health, Time now) const {
    std::vector<HealthCheck> checks;
    Time const of_store =
        std::max(health.since, options_.started);  // a store that never changed has no time of its own
    bool const readable = health.state == State::open || health.state == State::full;
    checks.push_back({"store", readable,
                      std::string(name(health.state)) + (health.reason.empty() ? "" : ": " + health.reason), of_store});
    bool const roomy = health.state != State::full && health.free_bytes >= health.reserve_bytes;
    checks.push_back({"space", roomy,
                      std::to_string(health.free_bytes) + " bytes free, " + std::to_string(health.reserve_bytes) +
                          " kept in reserve",
                      first_seen(space_, roomy, now)});
    bool const anchored = health.state != State::degraded &&
                          health.anchor_sequence + 1 >= health.sequence;  // one group may be on its way
    checks.push_back(
        {"anchor", anchored,
         "anchor at " + std::to_string(health.anchor_sequence) + ", store at " + std::to_string(health.sequence),
         of_store});
    checks.push_back({"log", health.state != State::degraded, std::to_string(health.tree_size) + " entries", of_store});
    Time const end = certificate_end();
    bool const valid = end == Time{} || end > now;
    checks.push_back({"tls", valid, (development_ ? "development certificate, until " : "until ") + format_time(end, 0),
                      valid ? options_.started : std::max(end, options_.started)});
    bool const trusted = !health.clock_suspect;
    checks.push_back({"clock", trusted, trusted ? "" : "stands before the log time", first_seen(clock_, trusted, now)});
    return checks;
}

void write_store_metrics(MetricsText& text, storage::Health const& health) {
    text.family("ingot_storage_state", "gauge", "1 for the state the store is in.");
    for (State state : {State::open, State::full, State::failed, State::reopening, State::degraded})
        text.sample({{"state", name(state)}}, uint64_t{health.state == state});
    text.family("ingot_storage_free_bytes", "gauge", "Free space of the file system.");
    text.sample({{"where", "store"}}, health.free_bytes);
    text.family("ingot_storage_reserve_bytes", "gauge", "Space below which changes are refused.");
    text.sample({{"where", "store"}}, health.reserve_bytes);
    text.family("ingot_store_seq", "gauge", "Last commit group of the store.");
    text.sample({}, health.sequence);
    text.family("ingot_commit_groups_total", "counter", "Commit groups since the store was made.");
    text.sample({}, health.sequence);
    text.family("ingot_anchor_seq", "gauge", "Last commit group the anchor names.");
    text.sample({}, health.anchor_sequence);
    text.family("ingot_log_size", "gauge", "Entries of the transparency log.");
    text.sample({}, health.tree_size);
    text.family("ingot_commit_queue", "gauge", "Changes waiting for the committer.");
    text.sample({}, uint64_t{health.queued_operations});
    text.family("ingot_store_damage_total", "counter", "Damage met since start, by who met it.");
    text.sample({{"kind", "read"}}, health.damaged_reads);
    text.sample({{"kind", "answer"}}, health.damaged_answers);
    text.family("ingot_clock_suspect", "gauge", "1 while the clock stands before the log time.");
    text.sample({}, uint64_t{health.clock_suspect});
}

void write_rocksdb_metrics(MetricsText& text, std::vector<storage::StoreGauge> const& gauges) {
    std::string_view family;
    for (auto const& gauge : gauges) {
        if (gauge.name != family)
            text.family("ingot_rocksdb_" + std::string(gauge.name), "gauge", "As the storage engine reports it.");
        family = gauge.name;
        if (gauge.level)
            text.sample({{"level", std::to_string(*gauge.level)}}, gauge.value);
        else
            text.sample({}, gauge.value);
    }
}

}  // namespace ingot::api
