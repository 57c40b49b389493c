#include "app/log.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

namespace ingot::app {
namespace {

class ManualClock final : public Clock {
  public:
    Time now() const override { return from_micros(micros); }
    Steady steady() const override { return std::chrono::steady_clock::now(); }
    std::atomic<int64_t> micros{1'795'305'600'000'000};
};

// What a log wrote into a pipe, line by line.
class LogTest : public testing::Test {
  protected:
    void SetUp() override {
        ::signal(SIGPIPE, SIG_IGN);  // as the program does
        ASSERT_EQ(pipe(ends_), 0);
    }
    void TearDown() override { close(ends_[0]); }

    Log& open(Log::Options options = {}) {
        options.descriptor = ends_[1];
        log_ = std::make_unique<Log>(options, clock_);
        return *log_;
    }
    std::vector<nlohmann::json> lines() {
        log_.reset();
        close(ends_[1]);
        std::string all;
        char buffer[4096];
        for (ssize_t size = 0; (size = read(ends_[0], buffer, sizeof buffer)) > 0;)
            all.append(buffer, static_cast<size_t>(size));
        std::vector<nlohmann::json> out;
        std::istringstream stream(all);
        for (std::string line; std::getline(stream, line);) out.push_back(nlohmann::json::parse(line));
        return out;
    }

    ManualClock clock_;
    int ends_[2] = {};
    std::unique_ptr<Log> log_;
};

api::AccessLine resolve_line() {
    api::AccessLine line;
    line.request_id = "06937ab2";
    line.route = "/v1/identifiers/{prefix}/{suffix...}";
    line.method = "GET";
    line.status = 200;
    line.duration = std::chrono::microseconds(120);
    line.bytes = 640;
    line.address = "127.0.0.1";
    line.prefix = "88.999.1";
    line.identifier = "SECRET-LOT";
    return line;
}

TEST_F(LogTest, WritesOneJsonObjectALine) {
    auto& log = open();
    log.event(Level::warn, "store-reopened", "after \"EIO\"\n", "\"seq\":4");
    log.access(resolve_line());
    auto const out = lines();
    ASSERT_EQ(out.size(), 2u);
    EXPECT_EQ(out[0], nlohmann::json::parse(R"({"ts":"2026-11-22T00:00:00.000Z","level":"warn","event":"store-reopened",
                                               "msg":"after \"EIO\"\n","seq":4})"));
    EXPECT_EQ(out[1]["route"], "/v1/identifiers/{prefix}/{suffix...}");
    EXPECT_EQ(out[1]["dur_us"], 120);
    EXPECT_EQ(out[1]["prefix"], "88.999.1");
    EXPECT_FALSE(out[1].contains("identifier"));
    EXPECT_FALSE(out[1].contains("queue_us"));
}

TEST_F(LogTest, ShowsOfAnIdentifierWhatIsConfigured) {
    struct Row {
        std::string mode;
        bool prefix, identifier, whole;
    };
    for (auto const& row : {Row{"none", false, false, false}, Row{"prefix", true, false, false},
                            Row{"hash", false, true, false}, Row{"full", true, true, true}}) {
        ASSERT_EQ(pipe(ends_), 0);
        Log::Options options;
        options.identifiers = row.mode;
        open(options).access(resolve_line());
        auto const out = lines();
        ASSERT_EQ(out.size(), 1u);
        EXPECT_EQ(out[0].contains("prefix"), row.prefix) << row.mode;
        EXPECT_EQ(out[0].contains("identifier"), row.identifier) << row.mode;
        EXPECT_EQ(out[0].dump().find("SECRET-LOT") != std::string::npos, row.whole) << row.mode;
        close(ends_[0]);
    }
    ASSERT_EQ(pipe(ends_), 0);
}

TEST_F(LogTest, KeepsQuietBelowItsLevelAndAboutProbes) {
    Log::Options options;
    options.level = Level::warn;
    auto& log = open(options);
    log.event(Level::info, "x", "y");
    log.access(resolve_line());
    auto failed = resolve_line();
    failed.status = 503;
    log.access(failed);
    EXPECT_EQ(lines().size(), 1u);
}

TEST_F(LogTest, WritesEqualLinesTenTimesAMinuteAndCountsTheRest) {
    auto& log = open();
    for (int i = 0; i < 25; ++i) log.event(Level::warn, "same", "thing");
    clock_.micros += 60'000'000;
    log.event(Level::warn, "same", "thing");
    auto const out = lines();
    ASSERT_EQ(out.size(), 12u);
    EXPECT_EQ(out[10]["event"], "repeated");
    EXPECT_EQ(out[10]["times"], 15);
}

TEST_F(LogTest, CountsEveryLostLineAndEndsATornOne) {
    ASSERT_EQ(fcntl(ends_[1], F_SETPIPE_SZ, 4096), 4096);
    ASSERT_EQ(fcntl(ends_[0], F_SETFL, O_NONBLOCK), 0);
    std::string all;
    auto eventually = [&](auto const& holds) {
        for (int i = 0; i < 500 && !holds(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
        return holds();
    };
    auto read_all = [&] {
        char buffer[4096];
        for (ssize_t size = 0; (size = read(ends_[0], buffer, sizeof buffer)) > 0;)
            all.append(buffer, static_cast<size_t>(size));
        return std::count(all.begin(), all.end(), '\n');
    };
    auto read_once = [&] {
        char buffer[4096];
        ssize_t const size = read(ends_[0], buffer, sizeof buffer);
        if (size > 0) all.append(buffer, static_cast<size_t>(size));
        return size > 0;
    };
    ASSERT_EQ(write(ends_[1], "\n", 1), 1);  // the pipe is full until it is read: the lines pile up
    auto& log = open();
    for (int i = 0; i < 100; ++i) log.event(Level::info, "n" + std::to_string(i), std::string(200, 'x'));
    ASSERT_TRUE(read_once());
    bool came = false;
    ASSERT_TRUE(eventually([&] { return came = came || read_once(); })) << "what was taken before the others came";
    all.erase(0, 1);
    ASSERT_TRUE(eventually([&] { return log.dropped() > 0; }));
    auto const whole = read_all();
    EXPECT_EQ(log.dropped(), static_cast<uint64_t>(100 - whole)) << "a line without its end is lost too";
    ASSERT_NE(all.back(), '\n') << "the pipe took a part of a line";
    log.event(Level::info, "after", "");
    ASSERT_TRUE(eventually([&] { return read_all() == whole + 2; }));
    std::string const last = all.substr(all.rfind('\n', all.size() - 2) + 1);
    EXPECT_EQ(nlohmann::json::parse(last)["event"], "after") << "a line of its own behind the torn one";
    close(ends_[1]);
}

TEST_F(LogTest, NeverWaitsForAStuckReader) {
    Log::Options options;
    options.lines_max = 100;
    auto& log = open(options);
    auto const before = std::chrono::steady_clock::now();
    for (int i = 0; i < 20'000; ++i) log.access(resolve_line());
    EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(5));
    EXPECT_GT(log.dropped(), 0u);
    close(ends_[0]);  // the reader goes away
    log_.reset();
    close(ends_[1]);
    ASSERT_EQ(pipe(ends_), 0);
    close(ends_[1]);
}

}  // namespace
}  // namespace ingot::app
