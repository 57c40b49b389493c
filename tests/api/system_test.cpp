#include <gtest/gtest.h>

#include "api/metrics.hpp"
#include "api/system_info.hpp"

namespace ingot::api {
namespace {

storage::Health open_store() {
    storage::Health health;
    health.state = storage::State::open;
    health.sequence = health.anchor_sequence = 7;
    health.free_bytes = 100;
    health.reserve_bytes = 10;
    return health;
}

bool ok(SystemInfo const& system, storage::Health const& health, std::string_view name) {
    for (auto const& check : system.checks(health, from_micros(1'000'000)))
        if (check.name == name) return check.ok;
    ADD_FAILURE() << "no check " << name;
    return false;
}

TEST(SystemInfo, EachCheckFailsForItsOwnReason) {
    SystemInfo const system({});
    for (char const* name : {"store", "space", "anchor", "log", "tls", "clock"})
        EXPECT_TRUE(ok(system, open_store(), name)) << name;
    auto full = open_store();
    full.state = storage::State::full;
    EXPECT_FALSE(ok(system, full, "space"));
    EXPECT_TRUE(ok(system, full, "store")) << "reads go on";
    auto low = open_store();
    low.free_bytes = 9;
    EXPECT_FALSE(ok(system, low, "space"));
    auto degraded = open_store();
    degraded.state = storage::State::degraded;
    EXPECT_FALSE(ok(system, degraded, "log"));
    EXPECT_FALSE(ok(system, degraded, "anchor"));
    auto reopening = open_store();
    reopening.state = storage::State::reopening;
    EXPECT_FALSE(ok(system, reopening, "store"));
    auto wrong_clock = open_store();
    wrong_clock.clock_suspect = true;
    EXPECT_FALSE(ok(system, wrong_clock, "clock"));
    SystemInfo expired({});
    expired.set_certificate(from_micros(999'999), true);
    EXPECT_FALSE(ok(expired, open_store(), "tls"));
}

TEST(SystemInfo, DatesEachCheckFromTheStartOrFromItsLastChange) {
    SystemInfo::Options options;
    options.started = from_micros(5'000'000);
    SystemInfo system(options);
    auto since = [&](storage::Health const& health, int64_t now_s, std::string_view name) -> int64_t {
        for (auto const& check : system.checks(health, from_micros(now_s * 1'000'000)))
            if (check.name == name) return to_micros(check.since) / 1'000'000;
        return -1;
    };
    auto health = open_store();  // whose `since` nobody set
    for (char const* name : {"store", "space", "anchor", "log", "tls", "clock"})
        EXPECT_EQ(since(health, 9, name), 5) << name << ": as the node started, not 1970 and not now";
    health.clock_suspect = true;
    health.free_bytes = 9;
    for (char const* name : {"space", "clock"}) {
        EXPECT_EQ(since(health, 10, name), 10) << name;
        EXPECT_EQ(since(health, 20, name), 10) << name << ": still the same trouble";
    }
    health = open_store();
    EXPECT_EQ(since(health, 30, "clock"), 30) << "well again";
    health.state = storage::State::degraded;
    health.since = from_micros(12'000'000);
    for (char const* name : {"store", "anchor", "log"}) EXPECT_EQ(since(health, 40, name), 12) << name;
    system.set_certificate(from_micros(15'000'000), true);
    EXPECT_EQ(since(health, 40, "tls"), 15) << "since it expired";
}

TEST(SystemInfo, TellsTheStoresStateAsMetrics) {
    MetricsText text;
    auto health = open_store();
    health.state = storage::State::full;
    health.damaged_reads = 3;
    write_store_metrics(text, health);
    std::string const out = text.take();
    EXPECT_NE(out.find("ingot_storage_state{state=\"full\"} 1\n"), std::string::npos);
    EXPECT_NE(out.find("ingot_storage_state{state=\"open\"} 0\n"), std::string::npos);
    EXPECT_NE(out.find("ingot_store_seq 7\n"), std::string::npos);
    EXPECT_NE(out.find("ingot_store_damage_total{kind=\"read\"} 3\n"), std::string::npos);
    MetricsText rocksdb;
    write_rocksdb_metrics(rocksdb, {{"wal_bytes", {}, 12}, {"files", 0, 3}, {"files", 1, 4}});
    EXPECT_EQ(rocksdb.take(),
              "# HELP ingot_rocksdb_wal_bytes As the storage engine reports it.\n# TYPE ingot_rocksdb_wal_bytes gauge\n"
              "ingot_rocksdb_wal_bytes 12\n"
              "# HELP ingot_rocksdb_files As the storage engine reports it.\n# TYPE ingot_rocksdb_files gauge\n"
              "ingot_rocksdb_files{level=\"0\"} 3\ningot_rocksdb_files{level=\"1\"} 4\n");
}

}  // namespace
}  // namespace ingot::api
