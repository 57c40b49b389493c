// What every engine promises, written against Engine, View and Batch only; a second engine adds its factory at the end.
#include <future>
#include <map>

#include "tests/storage/store_fixture.hpp"

namespace ingot::storage::test {
namespace {

struct EngineFactory {
    char const* name;
    Result<std::unique_ptr<Engine>> (*open)(Clock&, Random&, bool started);
};

class Conformance : public ::testing::TestWithParam<EngineFactory> {
  protected:
    void SetUp() override {
        auto opened = GetParam().open(clock_, random_, true);
        ASSERT_TRUE(opened) << opened.error().detail;
        engine_ = std::move(*opened);
    }
    TestClock clock_;
    SeededRandom random_;
    std::unique_ptr<Engine> engine_;
};

TEST_P(Conformance, WhatIsPutIsRead) {
    auto done = engine_->update(put(Space::record, "Ra", "one"));
    ASSERT_TRUE(done) << done.error().detail;
    EXPECT_EQ(done->sequence, engine_->health().sequence);
    EXPECT_EQ(get(*engine_, Space::record, "Ra"), "one");
    EXPECT_EQ(get(*engine_, Space::index, "Ra"), std::nullopt) << "spaces do not mix";
    EXPECT_EQ(get(*engine_, Space::record, "R"), std::nullopt);
}

TEST_P(Conformance, KeysAndValuesMayHoldAnyBytes) {
    std::string key("\0\xFF/\0", 4), value("\0\0\xFF", 3);
    ASSERT_TRUE(engine_->update(put(Space::row, key, value)));
    ASSERT_TRUE(engine_->update(put(Space::row, "empty", "")));
    EXPECT_EQ(get(*engine_, Space::row, key), value);
    EXPECT_EQ(get(*engine_, Space::row, "empty"), "");
}

TEST_P(Conformance, ARefusedOperationLeavesNothing) {
    auto refused = engine_->update(operation([](Batch& batch) -> Result<void> {
        batch.put(Space::record, "Ra", "one");
        batch.audit("{\"act\":\"x\"}");
        return fail(Code::IdentifierExists, "taken");
    }));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::IdentifierExists);
    EXPECT_EQ(get(*engine_, Space::record, "Ra"), std::nullopt);
}

TEST_P(Conformance, AnOperationSeesItsOwnChanges) {
    ASSERT_TRUE(engine_->update(put(Space::record, "a", "old")));
    auto done = engine_->update(operation([](Batch& batch) -> Result<void> {
        batch.put(Space::record, "a", "new");
        batch.put(Space::record, "b", "new");
        EXPECT_EQ(batch.get(Space::record, "a")->value_or(""), "new");
        batch.erase(Space::record, "a");
        EXPECT_FALSE(batch.get(Space::record, "a")->has_value());
        std::vector<std::string> keys = {"a", "b", "c"};
        auto many = batch.multi_get(Space::record, keys);
        EXPECT_EQ((*many)[0], std::nullopt);
        EXPECT_EQ((*many)[1], "new");
        EXPECT_EQ((*many)[2], std::nullopt);
        return {};
    }));
    ASSERT_TRUE(done);
    EXPECT_EQ(get(*engine_, Space::record, "a"), std::nullopt);
}

TEST_P(Conformance, AViewDoesNotChange) {
    ASSERT_TRUE(engine_->update(put(Space::record, "a", "1")));
    auto view = engine_->view();
    ASSERT_TRUE(view);
    ASSERT_TRUE(engine_->update(put(Space::record, "a", "2")));
    EXPECT_EQ((*view)->get(Space::record, "a")->value(), "1");
    EXPECT_LT((*view)->sequence(), engine_->health().sequence);
    EXPECT_EQ(get(*engine_, Space::record, "a"), "2");
}

TEST_P(Conformance, PagesJoinToTheWholeRangeInBothDirections) {
    ASSERT_TRUE(engine_->update(operation([](Batch& batch) -> Result<void> {
        for (char c = 'a'; c <= 'z'; ++c) batch.put(Space::index, std::string("k") + c, std::string(1, c));
        return {};
    })));
    auto view = engine_->view();
    ASSERT_TRUE(view);
    for (bool reverse : {false, true})
        for (uint32_t rows_max : {1u, 5u, 25u, 26u, 27u}) {
            std::string got;
            std::optional<Range> rest = Range{Space::index, "kb", "kz", reverse, rows_max};
            while (rest) {
                auto page = (*view)->scan(*rest);
                ASSERT_TRUE(page);
                EXPECT_LE(page->rows.size(), rows_max);
                for (auto const& row : page->rows) got += row.value;
                rest = page->rest;
                if (rest) {
                    EXPECT_EQ(page->rows.size(), rows_max);
                }
            }
            std::string expected = "bcdefghijklmnopqrstuvwxy";
            if (reverse) std::reverse(expected.begin(), expected.end());
            EXPECT_EQ(got, expected);
        }
}

TEST_P(Conformance, APageEndsAtItsBytes) {
    ASSERT_TRUE(engine_->update(operation([](Batch& batch) -> Result<void> {
        for (char c = 'a'; c <= 'e'; ++c) batch.put(Space::index, std::string(1, c), std::string(100, c));
        return {};
    })));
    Range range{Space::index, "", ""};
    range.bytes_max = 150;
    auto page = (*engine_->view())->scan(range);
    ASSERT_TRUE(page);
    EXPECT_EQ(page->rows.size(), 2u);
    ASSERT_TRUE(page->rest);
    EXPECT_EQ((*engine_->view())->scan(*page->rest)->rows.front().key, "c");
}

TEST_P(Conformance, TimeNeverFalls) {
    std::vector<Time> times;
    auto note = operation([&](Batch& batch) -> Result<void> {
        times.push_back(batch.time());
        batch.put(Space::meta, "count/x", "1");
        return {};
    });
    ASSERT_TRUE(engine_->update(note));
    clock_.advance(std::chrono::hours(-24 * 365 * 56));
    ASSERT_TRUE(engine_->update(note));
    clock_.advance(std::chrono::hours(24 * 365 * 62));
    ASSERT_TRUE(engine_->update(note));
    EXPECT_TRUE(std::is_sorted(times.begin(), times.end()));
    EXPECT_EQ(times[0], times[1]);
    EXPECT_LT(times[1], times[2]);
}

TEST_P(Conformance, TheOrderedLogHasNoGapAndNamesEveryChange) {
    Sequence before = engine_->health().sequence;
    ASSERT_TRUE(engine_->update(put(Space::record, "Rx", "1")));
    ASSERT_TRUE(engine_->update(put(Space::event, "v1", "{}")));
    auto log = engine_->log(before + 1, 10);
    ASSERT_TRUE(log);
    ASSERT_EQ(log->size(), 2u);
    for (size_t i = 0; i < log->size(); ++i) EXPECT_EQ((*log)[i].sequence, before + 1 + i);
    EXPECT_NE((*log)[0].changes.find("Rx"), std::string::npos);
    EXPECT_NE((*log)[1].changes.find("v1"), std::string::npos);
    EXPECT_EQ((*log)[1].changes.find("{}"), std::string::npos) << "write-once rows by key only";
    EXPECT_EQ(engine_->log(before + 3, 10)->size(), 0u);
}

TEST_P(Conformance, TheObserverHearsChangedKeysBeforeTheAnswer) {
    auto opened = GetParam().open(clock_, random_, false);
    ASSERT_TRUE(opened);
    std::vector<std::string> heard;
    (*opened)->start([&](Sequence, std::span<Row const> keys) {
        for (auto const& row : keys) heard.push_back(row.key);
    });
    ASSERT_TRUE((*opened)->update(put(Space::record, "Ra", "1")));
    ASSERT_TRUE((*opened)->update(put(Space::row, "sa", "1")));
    ASSERT_TRUE((*opened)->update(operation([](Batch& batch) -> Result<void> {
        batch.erase(Space::index, "nb");
        return {};
    })));
    EXPECT_EQ(heard, (std::vector<std::string>{"Ra", "nb"}));
}

TEST_P(Conformance, BeforeTheStartViewsAnswerAndChangesWait) {
    auto opened = GetParam().open(clock_, random_, false);
    ASSERT_TRUE(opened);
    std::promise<Result<Committed>> promise;
    auto answer = promise.get_future();
    (*opened)->submit(put(Space::record, "Ra", "1"),
                      [&](Result<Committed> done) { promise.set_value(std::move(done)); });
    EXPECT_EQ(answer.wait_for(std::chrono::milliseconds(20)), std::future_status::timeout);
    EXPECT_EQ(get(**opened, Space::record, "Ra"), std::nullopt);
    std::vector<Sequence> heard;
    (*opened)->start([&](Sequence sequence, std::span<Row const>) { heard.push_back(sequence); });
    auto done = answer.get();
    ASSERT_TRUE(done) << done.error().detail;
    EXPECT_EQ(heard, std::vector<Sequence>{done->sequence}) << "no group without its observer";
}

TEST_P(Conformance, AChangeOfNothingAnswersACommitThatExists) {
    auto nothing = engine_->update(operation([](Batch&) -> Result<void> { return {}; }));
    ASSERT_TRUE(nothing);
    EXPECT_EQ(nothing->sequence, engine_->health().sequence);
    auto one = engine_->update(put(Space::record, "Ra", "1"));
    nothing = engine_->update(operation([](Batch&) -> Result<void> { return {}; }));
    ASSERT_TRUE(one && nothing);
    EXPECT_EQ(nothing->sequence, one->sequence);
    Operation steps = operation([](Batch&) -> Result<void> { return fail(Code::State, "no"); });
    steps.steps = 3;
    auto none = engine_->update(steps);
    ASSERT_TRUE(none);
    EXPECT_EQ(none->sequence, one->sequence);
}

using Model = std::map<std::string, std::string>;

// A random range over a small alphabet of keys, compared with the model row by row.
void compare_scan(View const& view, Space space, Model const& model, std::mt19937_64& random) {
    Range range{space, std::string(1, char('a' + random() % 9)), std::string(1, char('a' + random() % 9)),
                random() % 2 == 0, uint32_t(1 + random() % 7)};
    if (random() % 4 == 0) range.end.clear();
    std::vector<std::pair<std::string, std::string>> expected, got;
    for (auto const& [key, value] : model)
        if (key >= range.begin && (range.end.empty() || key < range.end)) expected.emplace_back(key, value);
    if (range.reverse) std::reverse(expected.begin(), expected.end());
    for (std::optional<Range> rest = range; rest;) {
        auto page = view.scan(*rest);
        ASSERT_TRUE(page) << page.error().detail;
        for (auto& row : page->rows) got.emplace_back(row.key, row.value);
        rest = page->rest;
    }
    ASSERT_EQ(got, expected) << range.begin << ".." << range.end << (range.reverse ? " reverse" : "");
}

TEST_P(Conformance, RandomOperationsAgreeWithAMap) {
    uint64_t seed = seed_of(20261122);
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    std::array<Model, 2> model;
    Space const spaces[2] = {Space::graph, Space::row};
    for (int round = 0; round < 300; ++round) {
        auto attempt = model;
        bool refuse = random() % 4 == 0;
        auto done = engine_->update(operation([&](Batch& batch) -> Result<void> {
            for (int step = 0, steps = int(random() % 6); step < steps; ++step) {
                size_t which = random() % 2;
                std::string key{char('a' + random() % 8), char('a' + random() % 8)};
                if (random() % 3 == 0) {
                    batch.erase(spaces[which], key);
                    attempt[which].erase(key);
                } else {
                    std::string value = std::to_string(random() % 1000);
                    batch.put(spaces[which], key, value);
                    attempt[which][key] = value;
                }
                compare_scan(batch, spaces[which], attempt[which], random);
            }
            if (refuse) return fail(Code::State, "no");
            return {};
        }));
        ASSERT_EQ(done.has_value(), !refuse);
        if (!refuse) model = attempt;
        auto view = engine_->view();
        ASSERT_TRUE(view);
        for (size_t which = 0; which < 2; ++which) compare_scan(**view, spaces[which], model[which], random);
        if (::testing::Test::HasFatalFailure()) return;
    }
}

INSTANTIATE_TEST_SUITE_P(Engines, Conformance,
                         ::testing::Values(EngineFactory{"RocksInMemory",
                                                         [](Clock& clock, Random& random, bool started) {
                                                             StoreOptions options;
                                                             options.started = started;
                                                             return open_memory_store(clock, random, options);
                                                         }}),
                         [](auto const& factory) { return std::string(factory.param.name); });

}  // namespace
}  // namespace ingot::storage::test
