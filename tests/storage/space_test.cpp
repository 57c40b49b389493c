// A disk that fills up (spec/durability.md 5): changes are refused, reads go on, room brings them back.
#include <future>

#include "storage/log_keys.hpp"
#include "tests/storage/faulty_store.hpp"

namespace ingot::storage::test {
namespace {

TEST(Space, TheReserveIsKeptWritesAre507ReadsGoOnAndRoomBringsWritesBack) {
    FaultyStore store;
    auto options = store.options();
    options.reserve_bytes = 1 << 20;
    options.ballast_bytes = 64 << 10;
    auto opened = open_store(options, store.clock, store.random, store.events.sink());
    ASSERT_TRUE(opened) << opened.error().detail;
    store.engine = std::move(*opened);
    ASSERT_TRUE(store.engine->update(put(Space::row, "a", "1")));
    EXPECT_TRUE(store.has_ballast());
    store.disk->set_free_bytes((1 << 20) + 10);
    auto full = store.engine->update(put(Space::row, "b", "1"));
    ASSERT_FALSE(full);
    EXPECT_EQ(full.error().code, Code::StorageFull);
    EXPECT_EQ(store.engine->health().state, State::full);
    EXPECT_EQ(get(*store.engine, Space::row, "a"), "1");
    EXPECT_EQ(get(*store.engine, Space::row, "b"), std::nullopt);
    store.disk->set_free_bytes((1 << 20) + (1 << 17));
    std::this_thread::sleep_for(50ms);
    EXPECT_EQ(store.engine->health().state, State::full) << "below the resume mark";
    store.disk->set_free_bytes(4 << 20);
    ASSERT_TRUE(store.recovers());
    ASSERT_TRUE(store.engine->update(put(Space::row, "b", "1")));
}

// A digest that found no room is made again, and none of its lines is left out of the next.
TEST(Space, AuditDigestsHaveNoGapAfterOneThatWasNotWritten) {
    FaultyStore store;
    auto options = store.options();
    options.reserve_bytes = 1 << 20;
    options.ballast_bytes = 0;
    options.sweep = 30ms;
    options.full_check = 1ms;
    auto opened = open_store(options, store.clock, store.random, store.events.sink());
    ASSERT_TRUE(opened) << opened.error().detail;
    store.engine = std::move(*opened);
    auto line = operation([](Batch& batch) -> Result<void> {
        batch.audit("\"act\":\"x\"");
        return {};
    });
    // The digest is the next group after the line: there is room for the line only.
    std::promise<void> written;
    store.engine->submit(line, [&](Result<Committed> const& done) {
        EXPECT_TRUE(done);
        store.disk->set_free_bytes((1 << 20) + 10);
        written.set_value();
    });
    written.get_future().wait();
    ASSERT_TRUE(wait_for([&] { return store.engine->health().state == State::full; }, 5s));
    store.disk->set_free_bytes(64 << 20);
    ASSERT_TRUE(store.recovers());
    ASSERT_TRUE(store.engine->update(line));
    ASSERT_TRUE(wait_for([&] { return get(*store.engine, Space::log, digest_statement_key(2)).has_value(); }, 5s));
    Sequence next = 1;
    auto page = (*store.engine->view())->scan(prefix_range(Space::log, "statement/audit/"));
    ASSERT_TRUE(page);
    for (auto const& row : page->rows) {
        EXPECT_EQ(row.value.find("{\"first\":" + std::to_string(next) + ","), 0u) << row.value;
        next = number_after("statement/audit/", row.key).value_or(0) + 1;
    }
    EXPECT_EQ(next, 3u);
}

TEST(Space, NoSpaceFromTheStoreGivesUpTheBallastAndReopensWhenThereIsRoom) {
    FaultyStore store;
    auto options = store.options();
    options.reserve_bytes = 1 << 20;
    options.ballast_bytes = 64 << 10;
    auto opened = open_store(options, store.clock, store.random, store.events.sink());
    ASSERT_TRUE(opened) << opened.error().detail;
    store.engine = std::move(*opened);
    ASSERT_TRUE(store.engine->update(put(Space::row, "a", "1")));
    store.disk->set_free_bytes(4 << 20);
    store.faults->inject({FaultKind::append, 1, true, true, true, ".log"});
    auto failed = store.engine->update(put(Space::row, "b", "1"));
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, Code::OutcomeUnknown);
    store.disk->set_free_bytes(1 << 20);
    EXPECT_FALSE(store.has_ballast());
    EXPECT_EQ(store.engine->update(put(Space::row, "c", "1")).error().code, Code::StorageFull);
    EXPECT_EQ(get(*store.engine, Space::row, "a"), "1");
    store.faults->cure();
    store.disk->set_free_bytes(8 << 20);
    ASSERT_TRUE(store.recovers());
    ASSERT_TRUE(store.engine->update(put(Space::row, "d", "1")));
    EXPECT_TRUE(store.has_ballast());
}

// The reserve is reached while a table is being written, and then the table finds no room: RocksDB is done with from
// there on, so room alone does not bring the writes back.
TEST(Space, AFlushThatFailsWhileTheStoreIsFullIsNotForgotten) {
    FaultyStore store;
    auto options = store.options();
    options.reserve_bytes = 1 << 20;
    options.ballast_bytes = 64 << 10;
    auto opened = open_store(options, store.clock, store.random, store.events.sink());
    ASSERT_TRUE(opened) << opened.error().detail;
    store.engine = std::move(*opened);
    std::promise<void> release;
    std::atomic<bool> flushing{false};
    store.faults->on_failed_sync([&, gate = release.get_future().share()] {
        flushing = true;
        gate.wait();
    });
    store.faults->inject({FaultKind::sync, 1, false, true, false, ".sst"});
    for (int i = 0; i < 40 && !flushing; ++i) {
        ASSERT_TRUE(store.engine->update(put(Space::row, "a" + std::to_string(i), std::string(4096, 'x'))));
        std::this_thread::sleep_for(2ms);
    }
    ASSERT_TRUE(flushing);
    store.disk->set_free_bytes((1 << 20) + 10);
    EXPECT_EQ(store.engine->update(put(Space::row, "b", "1")).error().code, Code::StorageFull);
    release.set_value();
    std::this_thread::sleep_for(100ms);
    EXPECT_EQ(store.engine->health().state, State::full);
    EXPECT_FALSE(store.has_ballast());
    store.faults->cure();
    store.disk->set_free_bytes(64 << 20);
    ASSERT_TRUE(store.recovers());
    auto done = store.engine->update(put(Space::row, "b", "1"));
    EXPECT_TRUE(done) << done.error().detail;
    EXPECT_EQ(get(*store.engine, Space::row, "a0"), std::string(4096, 'x'));
}

}  // namespace
}  // namespace ingot::storage::test
