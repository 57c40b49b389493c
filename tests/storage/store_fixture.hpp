// What the storage tests share: a clock and a generator the test owns, one-line operations, events as they came.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <mutex>
#include <random>
#include <thread>

#include "storage/rocks_engine.hpp"

namespace ingot::storage::test {

// 2026-11-22T00:00:00Z and on, by hand.
class TestClock final : public Clock {
  public:
    Time now() const override {
        std::lock_guard lock(mutex_);
        return now_;
    }
    Steady steady() const override { return std::chrono::steady_clock::now(); }
    void set(Time now) {
        std::lock_guard lock(mutex_);
        now_ = now;
    }
    void advance(std::chrono::microseconds by) { set(now() + by); }

  private:
    mutable std::mutex mutex_;
    Time now_ = from_micros(1'795'305'600'000'000);
};

class SeededRandom final : public Random {
  public:
    explicit SeededRandom(uint64_t seed = 1) : generator_(seed) {}
    void fill(void* out, size_t size) override {
        std::lock_guard lock(mutex_);
        for (size_t i = 0; i < size; ++i) static_cast<uint8_t*>(out)[i] = uint8_t(generator_());
    }

  private:
    std::mutex mutex_;
    std::mt19937_64 generator_;
};

// The slugs the store reported.
class Events {
  public:
    EventSink sink() {
        return [this](Severity, std::string_view slug, std::string members) {
            std::lock_guard lock(mutex_);
            if (std::getenv("INGOT_PRINT_EVENTS") != nullptr) std::cout << slug << " " << members << "\n";
            seen_.emplace_back(slug, std::move(members));
        };
    }
    bool saw(std::string_view slug) const {
        std::lock_guard lock(mutex_);
        for (auto const& [name, members] : seen_)
            if (name == slug) return true;
        return false;
    }
    int count(std::string_view slug) const {
        std::lock_guard lock(mutex_);
        return int(std::count_if(seen_.begin(), seen_.end(), [&](auto const& one) { return one.first == slug; }));
    }
    std::string members_of(std::string_view slug) const {
        std::lock_guard lock(mutex_);
        for (auto const& [name, members] : seen_)
            if (name == slug) return members;
        return {};
    }

  private:
    mutable std::mutex mutex_;
    std::vector<std::pair<std::string, std::string>> seen_;
};

inline Operation operation(std::function<Result<void>(Batch&)> change, std::string idempotency_key = {},
                           Digest request_hash = {}) {
    Operation out;
    out.apply = [change = std::move(change)](Batch& batch, uint32_t) { return change(batch); };
    out.owner = "en_1";
    out.route = "/v1/codes";
    out.idempotency_key = std::move(idempotency_key);
    out.request_hash = request_hash;
    return out;
}

inline Operation put(Space space, std::string key, std::string value) {
    return operation([=](Batch& batch) -> Result<void> {
        batch.put(space, key, value);
        return {};
    });
}

// A put with its leaf, as a record is stored.
inline Operation put_with_leaf(Random& random, std::string key, std::string value) {
    return operation([&random, key, value](Batch& batch) -> Result<void> {
        batch.put(Space::record, key, value);
        batch.leaf(make_leaf(random, 0x0101, "88.999.1", key, Space::record, key, value));
        return {};
    });
}

inline std::optional<std::string> get(Engine& engine, Space space, std::string_view key) {
    auto view = engine.view();
    EXPECT_TRUE(view) << view.error().detail;
    if (!view) return {};
    auto value = (*view)->get(space, key);
    EXPECT_TRUE(value) << value.error().detail;
    return value ? *value : std::nullopt;
}

// The seed of a randomised test: INGOT_SEED, else `fallback`; printed so that a failure can be repeated.
inline uint64_t seed_of(uint64_t fallback) {
    char const* given = std::getenv("INGOT_SEED");
    uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 10) : fallback;
    ::testing::Test::RecordProperty("seed", std::to_string(seed));
    return seed;
}

inline bool wait_for(std::function<bool()> const& condition, std::chrono::milliseconds at_most) {
    auto end = std::chrono::steady_clock::now() + at_most;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > end) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
}

}  // namespace ingot::storage::test
