#include "api/metrics.hpp"

#include <gtest/gtest.h>

#include <random>
#include <thread>

#include "api/process_metrics.hpp"

namespace ingot::api {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

bool has_line(std::string const& text, std::string const& line) {
    return text.find("\n" + line + "\n") != std::string::npos;
}

TEST(Metrics, WritesWhatWasCounted) {
    Metrics metrics;
    metrics.set_routes({{"/v1/codes", "POST", Surface::v1}, {"/healthz", "GET", Surface::system}});
    metrics.register_prefix("88.999.1");
    metrics.request(0, Surface::v1, Cost::Write, 201, milliseconds(3));
    metrics.request(Metrics::kNoRoute, Surface::v1, Cost::Point, 404, milliseconds(1));
    metrics.refused(Code::BadJson);
    metrics.refused(Code::EtagMismatch);  // an ordinary answer, not a refusal
    metrics.resolved("88.999.1", Surface::handle, true, microseconds(90));
    metrics.resolved("1.2.3", Surface::v1, false, microseconds(90));
    metrics.registered("88.999.1", Surface::v1, true, milliseconds(2), 7);
    metrics.codes_allocated("88.999.1", 2000);
    metrics.events_captured("transform", 3);
    metrics.events_captured("invented", 1);
    metrics.traced("upstream", milliseconds(2), true);
    metrics.replayed();
    metrics.group_committed(microseconds(100), milliseconds(3), milliseconds(1), 5);
    metrics.group_committed(microseconds(100), milliseconds(3), milliseconds(1), 2);
    metrics.io_failed();
    metrics.store_reopened();
    std::string const text = metrics.scrape();
    EXPECT_TRUE(
        has_line(text, R"(ingot_http_requests_total{surface="v1",route="/v1/codes",method="POST",code="2xx"} 1)"));
    EXPECT_TRUE(has_line(text, R"(ingot_http_requests_total{surface="v1",route="none",method="other",code="4xx"} 1)"));
    EXPECT_TRUE(has_line(text, R"(ingot_http_refused_total{reason="json"} 1)"));
    EXPECT_TRUE(has_line(text, R"(ingot_resolve_total{prefix="88.999.1",surface="handle",result="ok"} 1)"));
    EXPECT_TRUE(has_line(text, R"(ingot_resolve_total{prefix="none",surface="v1",result="fail"} 1)"));
    EXPECT_TRUE(has_line(text, R"(ingot_register_total{prefix="88.999.1",surface="v1",result="ok"} 7)"));
    EXPECT_TRUE(has_line(text, R"(ingot_code_allocated_total{prefix="88.999.1"} 2000)"));
    EXPECT_TRUE(has_line(text, R"(ingot_events_captured_total{kind="transform"} 3)"));
    EXPECT_TRUE(has_line(text, R"(ingot_events_captured_total{kind="other"} 1)"));
    EXPECT_TRUE(has_line(text, R"(ingot_trace_truncated_total{query="upstream"} 1)"));
    EXPECT_TRUE(has_line(text, "ingot_idempotent_replays_total 1"));
    EXPECT_TRUE(has_line(text, R"(ingot_commit_seconds_count{step="wal"} 2)")) << "per group, not per change";
    EXPECT_TRUE(has_line(text, R"(ingot_commit_seconds_bucket{step="wal",le="0.002"} 0)"));
    EXPECT_TRUE(has_line(text, R"(ingot_commit_seconds_bucket{step="wal",le="0.004"} 2)"));
    EXPECT_TRUE(has_line(text, R"(ingot_commit_seconds_bucket{step="apply",le="0.00025"} 2)"));
    EXPECT_TRUE(has_line(text, R"(ingot_commit_seconds_count{step="anchor"} 2)"));
    EXPECT_TRUE(has_line(text, "ingot_commit_operations_total 7"));
    EXPECT_TRUE(has_line(text, R"(ingot_io_errors_total{kind="store"} 1)"));
    EXPECT_TRUE(has_line(text, R"(ingot_store_reopen_total{kind="done"} 1)"));
    EXPECT_TRUE(has_line(text, R"(ingot_http_request_seconds_bucket{surface="v1",cost="write",le="0.004"} 1)"));
    EXPECT_TRUE(has_line(text, R"(ingot_http_request_seconds_bucket{surface="v1",cost="write",le="0.002"} 0)"));
    EXPECT_EQ(text.find("ingot_http_refused_total{reason=\"busy\"}"), std::string::npos)
        << "a series appears on first use";
}

TEST(Metrics, HistogramEdgesBelongToTheirBucket) {
    Histogram histogram;
    histogram.observe(microseconds(250));
    histogram.observe(microseconds(251));
    histogram.observe(microseconds(8'192'000));
    histogram.observe(microseconds(8'192'001));
    auto const counts = histogram.counts();
    EXPECT_EQ(counts[0], 1u);
    EXPECT_EQ(counts[1], 1u);
    EXPECT_EQ(counts[15], 1u);
    EXPECT_EQ(counts[16], 1u);
}

TEST(Metrics, StayBoundedUnderAHundredThousandStrangeNames) {
    Metrics metrics;
    metrics.set_routes({{"/v1/codes", "POST", Surface::v1}});
    std::mt19937_64 random(7);
    for (int i = 0; i < 100'000; ++i) {
        std::string const name = std::to_string(random()) + "\"\n{}";
        if (i < 2'000) metrics.register_prefix("88." + std::to_string(i));
        metrics.resolved(name, static_cast<Surface>(random() % kSurfaces), random() % 2, microseconds(random() % 1000));
        metrics.registered("88." + std::to_string(random() % 4000), Surface::v1, true, microseconds(1));
        metrics.events_captured(name);
        metrics.traced(name, microseconds(1), true);
        metrics.auth_failed(name);
        metrics.request(random() % 10, static_cast<Surface>(random() % kSurfaces), Cost::Scan,
                        static_cast<int>(random() % 700), microseconds(1));
        metrics.refused(static_cast<Code>(random() % 100));
    }
    size_t series = 0;
    std::string const text = metrics.scrape(&series);
    EXPECT_LT(series, 5'000u);
    EXPECT_NE(text.find("prefix=\"other\""), std::string::npos) << "registered, but beyond metrics.prefix_max";
    EXPECT_NE(text.find("prefix=\"none\""), std::string::npos) << "not registered here";
    EXPECT_EQ(text.find("88.1999"), std::string::npos) << "beyond the first thousand";
}

TEST(Metrics, CountsFromManyThreadsAddUp) {
    Metrics metrics;
    metrics.set_routes({{"/x", "GET", Surface::v1}});
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&metrics, t] {
            for (int i = 0; i < 5'000; ++i) {
                metrics.request(0, Surface::v1, Cost::Point, 200, microseconds(1));
                if (i % 100 == 0) metrics.register_prefix(std::to_string(t) + "." + std::to_string(i));
            }
        });
    for (auto& thread : threads) thread.join();
    EXPECT_NE(metrics.scrape().find("code=\"2xx\"} 20000\n"), std::string::npos);
}

TEST(Metrics, ReadsTheProcessItself) {
    MetricsText text;
    write_process_metrics(text);
    std::string const out = text.take();
    for (char const* name : {"process_cpu_seconds_total", "process_resident_memory_bytes", "process_open_fds",
                             "process_max_fds", "process_start_time_seconds"})
        EXPECT_NE(out.find(std::string("\n") + name + " "), std::string::npos) << name;
    EXPECT_EQ(out.find("process_resident_memory_bytes 0\n"), std::string::npos);
}

TEST(Networks, ContainWhatTheySay) {
    auto const networks = Networks::parse({"10.1.0.0/16", "192.0.2.7", "2001:db8::/32", "loopback"});
    ASSERT_TRUE(networks);
    for (char const* in : {"10.1.2.3", "192.0.2.7", "2001:db8::1", "127.0.0.9", "::1", "::ffff:10.1.255.255"})
        EXPECT_TRUE(networks->contains(in)) << in;
    for (char const* out : {"10.2.0.1", "192.0.2.8", "2001:db9::1", "::2", "", "text", "10.1.2.3 "})
        EXPECT_FALSE(networks->contains(out)) << out;
    for (char const* bad : {"10.0.0.0/33", "::/129", "x", "10.0.0.0/", "10.0.0.0/-1"})
        EXPECT_FALSE(Networks::parse({bad})) << bad;
}

}  // namespace
}  // namespace ingot::api
