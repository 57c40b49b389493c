// Groups, answers, idempotency, many-step operations, the log and the audit chain.
#include <future>
#include <map>

#include "base/encoding.hpp"
#include "storage/commit_queue.hpp"
#include "storage/log_keys.hpp"
#include "storage/log_tree.hpp"
#include "tests/storage/committer_fixture.hpp"

namespace ingot::storage::test {
namespace {

TEST_F(CommitterTest, OneGroupHoldsWhatWasQueuedAndARefusalDropsOutAlone) {
    auto release = hold();
    auto a = submit(put(Space::record, "Ra", "1"));
    auto refused = submit(operation([](Batch& batch) -> Result<void> {
        EXPECT_EQ(batch.get(Space::record, "Ra")->value_or(""), "1") << "sees the operations before it";
        batch.put(Space::record, "Rx", "1");
        return fail(Code::IdentifierExists, "taken");
    }));
    auto b = submit(put(Space::record, "Rb", "1"));
    release.set_value();
    auto first = a.get(), second = refused.get(), third = b.get();
    ASSERT_TRUE(first && third);
    EXPECT_EQ(first->sequence, third->sequence) << "one group";
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, Code::IdentifierExists);
    EXPECT_EQ(get(*engine_, Space::record, "Rx"), std::nullopt);
}

TEST_F(CommitterTest, TellsWhereTheTimeOfAGroupWentAndWhatTheEngineHolds) {
    std::mutex mutex;
    std::vector<GroupTimes> groups;
    options_.on_group = [&](GroupTimes const& group) {
        std::lock_guard lock(mutex);
        groups.push_back(group);
    };
    open();
    auto release = hold();
    auto a = submit(put(Space::record, "Ra", std::string(1000, 'x')));
    auto refused = submit(operation([](Batch&) -> Result<void> { return fail(Code::IdentifierExists, "taken"); }));
    auto b = submit(put(Space::record, "Rb", "1"));
    release.set_value();
    EXPECT_TRUE(a.get() && b.get() && !refused.get());
    {
        std::lock_guard lock(mutex);
        ASSERT_FALSE(groups.empty());
        EXPECT_EQ(groups.back().operations, 2u) << "the refused one changed nothing";
        EXPECT_GT(groups.back().apply.count(), 0);
    }
    std::map<std::string_view, uint64_t> gauges;
    for (auto const& gauge : gauges_of(*engine_)) gauges[gauge.name] += gauge.value;
    for (char const* name :
         {"memtable_bytes", "pending_compaction_bytes", "write_stopped", "cache_bytes", "wal_bytes", "files"})
        EXPECT_TRUE(gauges.contains(name)) << name;
    EXPECT_GT(gauges["memtable_bytes"], 1000u);
    EXPECT_GT(gauges["wal_bytes"], 1000u);
    engine_.reset();  // before what on_group writes to
}

TEST_F(CommitterTest, AHoleInTheOrderedLogIsDamageAndNoShortPage) {
    for (int n = 0; n < 4; ++n) ASSERT_TRUE(engine_->update(put(Space::row, "k" + std::to_string(n), "1")));
    Sequence const last = engine_->health().sequence;
    ASSERT_TRUE(engine_->update(operation([&](Batch& batch) -> Result<void> {
        batch.erase(Space::log, change_key(last - 1));
        return {};
    })));
    EXPECT_EQ(engine_->log(last, 10)->size(), 2u);
    for (Sequence from : {Sequence(1), last - 1}) {
        auto page = engine_->log(from, 10);
        ASSERT_FALSE(page);
        EXPECT_EQ(page.error().code, Code::DataDamaged);
    }
}

TEST_F(CommitterTest, AThrowingOperationIsRefusedAndHarmsNobody) {
    auto done = engine_->update(operation([](Batch& batch) -> Result<void> {
        batch.put(Space::record, "Ra", "1");
        throw std::runtime_error("bug");
    }));
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Code::Internal);
    EXPECT_TRUE(events_.saw("operation-threw"));
    EXPECT_EQ(get(*engine_, Space::record, "Ra"), std::nullopt);
    EXPECT_TRUE(engine_->update(put(Space::record, "Ra", "2")));
}

TEST_F(CommitterTest, DeadlinePassedWhileQueuedIsBusyAndNotApplied) {
    auto release = hold();
    Operation late = put(Space::record, "Ra", "1");
    late.deadline = std::chrono::steady_clock::now() - 1ms;
    auto answer = submit(std::move(late));
    release.set_value();
    auto result = answer.get();
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, Code::Busy);
    EXPECT_EQ(get(*engine_, Space::record, "Ra"), std::nullopt);
}

TEST_F(CommitterTest, QueueLimitsAnswerBusyAtOnce) {
    options_.limits.commit_queue_operations_max = 3;
    open();
    auto release = hold();
    std::vector<std::future<Result<Committed>>> accepted;
    for (int i = 0; i < 3; ++i) accepted.push_back(submit(put(Space::record, "R" + std::to_string(i), "1")));
    auto over = submit(put(Space::record, "R9", "1"));
    ASSERT_EQ(over.wait_for(0s), std::future_status::ready);
    auto refused = over.get();
    EXPECT_EQ(refused.error().code, Code::Busy);
    EXPECT_EQ(refused.error().extras.at(0).name, "retryAfterMs");
    Operation huge = put(Space::record, "R9", "1");
    huge.bytes = options_.limits.operation_bytes_max + 1;
    EXPECT_EQ(submit(std::move(huge)).get().error().code, Code::BodyTooLarge);
    release.set_value();
    for (auto& one : accepted) EXPECT_TRUE(one.get());
}

TEST_F(CommitterTest, ManyStepsSpreadOverGroupsAndARefusedStepGoesOn) {
    std::vector<uint32_t> order;
    Operation bulk;
    bulk.owner = "en_1";
    bulk.steps = 1000;
    bulk.apply = [&](Batch& batch, uint32_t step) -> Result<void> {
        order.push_back(step);
        batch.put(Space::row, "s" + std::to_string(step), "1");
        if (step % 10 == 3) return fail(Code::State, "no");
        return {};
    };
    bulk.reply = [](Batch&) { return Reply{200, "text/plain", {}, {}, {}, "done"}; };
    bulk.idempotency_key = "bulk";
    Sequence before = engine_->health().sequence;
    auto done = engine_->update(std::move(bulk));
    ASSERT_TRUE(done);
    EXPECT_EQ(done->reply.body, "done");
    EXPECT_GE(engine_->health().sequence - before, 1000u / 256u);
    ASSERT_EQ(order.size(), 1000u);
    EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
    EXPECT_EQ(get(*engine_, Space::row, "s4"), "1");
    EXPECT_EQ(get(*engine_, Space::row, "s3"), std::nullopt);
}

TEST_F(CommitterTest, OthersGetThroughWhileABulkRequestRuns) {
    auto release = hold();
    Operation bulk;
    bulk.owner = "en_1";
    bulk.steps = 2000;
    std::atomic<uint32_t> at{0};
    bulk.apply = [&](Batch& batch, uint32_t step) -> Result<void> {
        at = step;
        batch.put(Space::row, "s" + std::to_string(step), "1");
        return {};
    };
    auto big = submit(std::move(bulk));
    uint32_t seen = 0;
    Operation small = operation([&](Batch& batch) -> Result<void> {
        seen = at;
        batch.put(Space::row, "small", "1");
        return {};
    });
    small.owner = "en_2";
    auto little = submit(std::move(small));
    release.set_value();
    ASSERT_TRUE(little.get());
    ASSERT_TRUE(big.get());
    EXPECT_LT(seen, 128u) << "in the first group already, beside at most half of it";
}

TEST(CommitQueue, AtMostHalfOfAGroupIsOneOwnersWhenOthersWait) {
    Limits limits;
    SystemClock const clock;
    CommitQueue queue(limits, clock);
    auto push = [&](std::string owner, size_t bytes = 1024) {
        auto pending = std::make_unique<Pending>();
        pending->operation.owner = std::move(owner);
        pending->operation.bytes = bytes;
        ASSERT_FALSE(queue.push(pending));
    };
    for (int i = 0; i < 400; ++i) push("a");
    EXPECT_EQ(queue.take().size(), 256u) << "alone: the whole group";
    for (int i = 0; i < 300; ++i) push("a");
    for (int i = 0; i < 5; ++i) push("b");
    std::map<std::string, int> owners;
    for (auto& share : queue.take()) owners[share.pending->operation.owner]++;
    EXPECT_EQ(owners["a"], 128);
    EXPECT_EQ(owners["b"], 5);
    queue.drain();
    push("a", 5 << 20);
    push("b", 1024);
    auto alone = queue.take();
    ASSERT_EQ(alone.size(), 1u);
    EXPECT_EQ(alone[0].pending->operation.owner, "a") << "larger than a group: alone";
    EXPECT_EQ(queue.take().size(), 1u);
}

// A change on its way after an idle hour is no stuck committer; one that nobody takes is.
TEST(CommitQueue, DatesWhatWaitsFromWhenItBeganToWait) {
    struct HourClock final : Clock {
        Time now() const override { return {}; }
        Steady steady() const override { return Steady{} + std::chrono::hours(hour); }
        int hour = 1;
    } clock;
    Limits limits;
    CommitQueue queue(limits, clock);
    auto push = [&](uint32_t steps) {
        auto pending = std::make_unique<Pending>();
        pending->operation.steps = steps;
        ASSERT_FALSE(queue.push(pending));
    };
    auto hour = [&] {
        return std::chrono::duration_cast<std::chrono::hours>(queue.waiting_since() - Steady{}).count();
    };
    EXPECT_EQ(hour(), 0) << "nothing waits";
    clock.hour = 5;
    push(1);
    clock.hour = 6;
    push(1);
    EXPECT_EQ(hour(), 5);
    auto group = queue.take();
    EXPECT_EQ(hour(), 0);
    queue.give_back(std::move(group[0].pending));
    EXPECT_EQ(hour(), 6);
    for (int i = 0; i < 600; ++i) push(1);
    clock.hour = 7;
    queue.take();
    EXPECT_EQ(hour(), 7) << "some were taken: the rest waits anew";
    queue.drain();
    EXPECT_EQ(hour(), 0);
}

TEST_F(CommitterTest, LeavesGetTheIndexTheyWereTold) {
    std::vector<uint64_t> told;
    auto add = [&](int count, bool refuse) {
        return engine_->update(operation([&, count, refuse](Batch& batch) -> Result<void> {
            for (int i = 0; i < count; ++i) {
                std::string key = "Hk" + std::to_string(told.size()) + std::to_string(refuse);
                batch.put(Space::record, key, "v" + key);
                uint64_t index = batch.leaf(
                    make_leaf(random_, 0x0101, "88.999.1", "88.999.1/" + key, Space::record, key, "v" + key));
                if (!refuse) told.push_back(index);
            }
            if (refuse) return fail(Code::State, "no");
            return {};
        }));
    };
    ASSERT_TRUE(add(3, false));
    ASSERT_FALSE(add(2, true));
    ASSERT_TRUE(add(600, false));
    for (size_t i = 0; i < told.size(); ++i) ASSERT_EQ(told[i], i);
    EXPECT_EQ(engine_->health().tree_size, 603u);
    auto view = engine_->view();
    auto frontier = stored_frontier(**view, 603);
    ASSERT_TRUE(frontier) << frontier.error().detail;
    auto hashes = stored_hashes(**view, 0, 0, 603);
    ASSERT_TRUE(hashes);
    EXPECT_EQ(frontier->root(), merkle_root(*hashes));
    auto ref = decode_ref(*get(*engine_, Space::log, ref_key(602)));
    ASSERT_TRUE(ref);
    EXPECT_EQ(ref->owner, "88.999.1");
    EXPECT_TRUE(get(*engine_, Space::log, own_key("88.999.1", 602)));
    EXPECT_TRUE(get(*engine_, Space::log, node_key(1, 1)));
    EXPECT_FALSE(get(*engine_, Space::log, node_key(1, 2)));
}

TEST_F(CommitterTest, AuditLinesAreNumberedTimedAndChained) {
    options_.audit_key = "secret";
    open();
    ASSERT_TRUE(engine_->update(operation([](Batch& batch) -> Result<void> {
        batch.audit(R"({"actor":"pr_1","act":"code.allocate"})");
        batch.audit(R"("actor":"pr_2")");
        return {};
    })));
    Digest before{};
    for (uint64_t n : {1, 2}) {
        auto row = get(*engine_, Space::log, audit_key(n));
        ASSERT_TRUE(row);
        std::string line = row->substr(0, row->size() - 32);
        EXPECT_EQ(line, "{\"seq\":" + std::to_string(n) + ",\"time\":\"2026-11-22T00:00:00.000Z\"," +
                            (n == 1 ? R"("actor":"pr_1","act":"code.allocate"})" : R"("actor":"pr_2"})"));
        before = audit_value("secret", before, line);
        EXPECT_EQ(row->substr(line.size()), bytes_of(before));
    }
}

TEST_F(CommitterTest, TheHourlyDigestOfTheAuditChainIsALeaf) {
    options_.sweep = 20ms;
    open();
    ASSERT_TRUE(engine_->update(operation([](Batch& batch) -> Result<void> {
        batch.audit("\"act\":\"x\"");
        return {};
    })));
    ASSERT_TRUE(wait_for([&] { return engine_->health().tree_size == 1; }, 3s));
    auto ref = decode_ref(*get(*engine_, Space::log, ref_key(0)));
    EXPECT_EQ(ref->kind, 0x0401);
    auto statement = get(*engine_, Space::log, ref->key);
    ASSERT_TRUE(statement);
    EXPECT_EQ(statement->substr(0, 20), R"({"first":1,"last":1,)");
    std::this_thread::sleep_for(60ms);
    EXPECT_EQ(engine_->health().tree_size, 1u) << "nothing new, no second digest";
}

TEST_F(CommitterTest, GenesisIsTheFirstLeafAndComesOnce) {
    files_ = memory_file_layer();
    options_.origin = "node.example/v1/log";
    open();
    ASSERT_TRUE(wait_for([&] { return engine_->health().tree_size == 1; }, 3s));
    auto statement = get(*engine_, Space::log, kGenesisKey);
    ASSERT_TRUE(statement);
    EXPECT_EQ(statement->find(R"({"origin":"node.example/v1/log","epoch":1,"store_id":")"), 0u) << *statement;
    open();
    ASSERT_TRUE(engine_->update(put_with_leaf(random_, "Ha", "1")));
    EXPECT_EQ(engine_->health().tree_size, 2u);
}

TEST_F(CommitterTest, ChainEntriesBeforeTheFlushMarkGoAway) {
    for (int i = 0; i < 50; ++i) ASSERT_TRUE(engine_->update(put(Space::row, "k", std::to_string(i))));
    EXPECT_TRUE(get(*engine_, Space::meta, chain_key(1)));
    options_.write_buffer_bytes = 64 << 10;
    open();
    for (int i = 0; i < 400; ++i) ASSERT_TRUE(engine_->update(put(Space::row, "k", std::string(1000, 'x'))));
    EXPECT_FALSE(get(*engine_, Space::meta, chain_key(1)));
    open();
    EXPECT_EQ(engine_->health().state, State::open) << engine_->health().detail;
    EXPECT_EQ(engine_->health().sequence, 450u);
}

TEST_F(CommitterTest, AWildClockIsFlaggedAndOrderStays) {
    ASSERT_TRUE(engine_->update(put(Space::row, "a", "1")));
    EXPECT_FALSE(engine_->health().clock_suspect);
    Time log_time = engine_->health().log_time;
    clock_.set(from_micros(0));
    open();
    EXPECT_TRUE(engine_->health().clock_suspect);
    ASSERT_TRUE(engine_->update(put(Space::row, "a", "2")));
    EXPECT_TRUE(events_.saw("clock-suspect"));
    EXPECT_EQ(engine_->health().log_time, log_time);
    EXPECT_EQ(engine_->health().state, State::open);
}

TEST_F(CommitterTest, AClockThatIsSetRightIsTrustedWithoutAnotherChange) {
    ASSERT_TRUE(engine_->update(put(Space::row, "a", "1")));
    Time const right = clock_.now();
    clock_.set(from_micros(0));
    open();
    EXPECT_TRUE(engine_->health().clock_suspect);
    EXPECT_TRUE(events_.saw("clock-suspect"));
    clock_.set(right);
    EXPECT_TRUE(wait_for([&] { return !engine_->health().clock_suspect; }, 5s));
    EXPECT_TRUE(events_.saw("clock-trusted"));
}

TEST_F(CommitterTest, AfterTheEngineIsGoneViewsSayUnavailable) {
    ASSERT_TRUE(engine_->update(put(Space::row, "a", "1")));
    auto view = engine_->view();
    ASSERT_TRUE(view);
    engine_.reset();
    auto value = (*view)->get(Space::row, "a");
    ASSERT_FALSE(value);
    EXPECT_EQ(value.error().code, Code::StorageUnavailable);
}

}  // namespace
}  // namespace ingot::storage::test
