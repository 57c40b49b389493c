// Groups, answers, idempotency, many-step operations, the log and the audit chain.
#include <future>

#include "base/encoding.hpp"
#include "storage/commit_queue.hpp"
#include "storage/file_layer.hpp"
#include "storage/log_keys.hpp"
#include "storage/log_tree.hpp"
#include "tests/storage/store_fixture.hpp"

namespace ingot::storage::test {
namespace {

using namespace std::chrono_literals;

class CommitterTest : public ::testing::Test {
  protected:
    void open() {
        engine_.reset();
        options_.files = files_;
        auto opened = open_memory_store(clock_, random_, options_, events_.sink());
        ASSERT_TRUE(opened) << opened.error().detail;
        engine_ = std::move(*opened);
    }
    void SetUp() override { open(); }

    // Holds the committer inside an operation until released, so that a group can pile up behind it.
    std::promise<void> hold() {
        std::promise<void> release;
        auto entered = std::make_shared<std::promise<void>>();
        auto wait = entered->get_future();
        engine_->submit(operation([entered, gate = release.get_future().share()](Batch&) -> Result<void> {
                            entered->set_value();
                            gate.wait();
                            return {};
                        }),
                        [](Result<Committed> const&) {});
        wait.wait();
        return release;
    }
    std::future<Result<Committed>> submit(Operation what) {
        auto promise = std::make_shared<std::promise<Result<Committed>>>();
        auto future = promise->get_future();
        engine_->submit(std::move(what),
                        [promise](Result<Committed> result) { promise->set_value(std::move(result)); });
        return future;
    }
    // Takes the next number under `key`: a code allocation in small.
    Operation take_number(std::string key, std::string idempotency = {}, Digest hash = {}) {
        auto taken = std::make_shared<std::string>();
        Operation out = operation(
            [taken, key](Batch& batch) -> Result<void> {
                auto now = batch.get(Space::index, key);
                if (!now) return fail(now.error());
                *taken = std::to_string(now->has_value() ? std::stoi(**now) + 1 : 1);
                batch.put(Space::index, key, *taken);
                return {};
            },
            std::move(idempotency), hash);
        out.reply = [taken](Batch&) { return Reply{201, "text/plain", "/v1/" + *taken, "\"e\"", "7", *taken}; };
        return out;
    }

    TestClock clock_;
    SeededRandom random_;
    Events events_;
    StoreOptions options_;
    std::shared_ptr<FileLayer> files_ = memory_file_layer();
    std::unique_ptr<Engine> engine_;
};

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
    EXPECT_EQ(refused.error().extras.at(0).name, "retry_after");
    Operation huge = put(Space::record, "R9", "1");
    huge.bytes = options_.limits.operation_bytes_max + 1;
    EXPECT_EQ(submit(std::move(huge)).get().error().code, Code::BodyTooLarge);
    release.set_value();
    for (auto& one : accepted) EXPECT_TRUE(one.get());
}

TEST_F(CommitterTest, SixtyFourEqualRequestsHaveOneEffectAndEqualAnswers) {
    std::vector<std::thread> clients;
    std::mutex mutex;
    std::vector<Committed> answers;
    for (int i = 0; i < 64; ++i)
        clients.emplace_back([&] {
            for (;;) {
                auto done = engine_->update(take_number("c1", "key-1", sha256("body")));
                if (done) {
                    std::lock_guard lock(mutex);
                    answers.push_back(*done);
                    return;
                }
                ASSERT_EQ(done.error().code, Code::IdempotencyInFlight);
            }
        });
    for (auto& client : clients) client.join();
    ASSERT_EQ(answers.size(), 64u);
    int first_hand = 0;
    for (auto const& answer : answers) {
        first_hand += answer.replayed ? 0 : 1;
        EXPECT_EQ(answer.reply.body, "1");
        EXPECT_EQ(answer.reply.status, 201);
        EXPECT_EQ(answer.reply.location, "/v1/1");
        EXPECT_EQ(answer.reply.etag, "\"e\"");
        EXPECT_EQ(answer.reply.log_index, "7");
        EXPECT_EQ(answer.reply.content_type, "text/plain");
    }
    EXPECT_EQ(first_hand, 1);
    EXPECT_EQ(get(*engine_, Space::index, "c1"), "1");
}

TEST_F(CommitterTest, AReplayIsTheSameAfterReopening) {
    ASSERT_TRUE(engine_->update(take_number("c1", "key-1", sha256("body"))));
    open();
    auto again = engine_->update(take_number("c1", "key-1", sha256("body")));
    ASSERT_TRUE(again);
    EXPECT_TRUE(again->replayed);
    EXPECT_EQ(again->reply.body, "1");
    EXPECT_EQ(get(*engine_, Space::index, "c1"), "1");
}

TEST_F(CommitterTest, AKeyWithAnotherBodyIsAMismatchAndKeysBelongToTheirOwnerAndRoute) {
    ASSERT_TRUE(engine_->update(take_number("c1", "key-1", sha256("body"))));
    auto other = engine_->update(take_number("c1", "key-1", sha256("other body")));
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().code, Code::IdempotencyMismatch);
    Operation stranger = take_number("c1", "key-1", sha256("other body"));
    stranger.owner = "en_2";
    EXPECT_EQ(engine_->update(std::move(stranger))->reply.body, "2");
    Operation elsewhere = take_number("c1", "key-1", sha256("other body"));
    elsewhere.route = "/v1/events";
    EXPECT_EQ(engine_->update(std::move(elsewhere))->reply.body, "3");
}

TEST_F(CommitterTest, ARefusedRequestIsJudgedAfresh) {
    bool refuse = true;
    auto attempt = [&] {
        return engine_->update(operation(
            [&](Batch& batch) -> Result<void> {
                if (refuse) return fail(Code::Quota, "none left");
                batch.put(Space::record, "Ra", "1");
                return {};
            },
            "key-1", sha256("body")));
    };
    EXPECT_FALSE(attempt());
    refuse = false;
    auto done = attempt();
    ASSERT_TRUE(done);
    EXPECT_FALSE(done->replayed);
}

TEST_F(CommitterTest, EntriesOlderThanSevenDaysAreSwept) {
    options_.sweep = 20ms;
    open();
    ASSERT_TRUE(engine_->update(take_number("c1", "key-old", sha256("body"))));
    clock_.advance(std::chrono::hours(7 * 24 - 1));
    ASSERT_TRUE(engine_->update(take_number("c1", "key-new", sha256("body"))));
    std::this_thread::sleep_for(60ms);
    EXPECT_TRUE(engine_->update(take_number("c1", "key-old", sha256("body")))->replayed);
    clock_.advance(2h);
    auto entries = [&] {
        auto page = (*engine_->view())->scan(prefix_range(Space::meta, "idem"));
        return page->rows.size();
    };
    ASSERT_TRUE(engine_->update(put(Space::row, "tick", "1")));
    EXPECT_TRUE(wait_for([&] { return entries() == 2; }, 3s)) << entries();
    EXPECT_EQ(engine_->update(take_number("c1", "key-old", sha256("body")))->reply.body, "3");
}

TEST_F(CommitterTest, AnAnswerTooLargeToRepeatIsRefusedBeforeItsEffect) {
    Operation large = put(Space::record, "Ra", "1");
    large.idempotency_key = "key-1";
    large.reply = [this](Batch&) {
        Reply reply;
        reply.body.assign(options_.limits.replay_body_bytes_max + 1, 'x');
        return reply;
    };
    auto done = engine_->update(large);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Code::TooManyItems);
    EXPECT_EQ(get(*engine_, Space::record, "Ra"), std::nullopt);
    large.reply = [this](Batch&) {
        Reply reply;
        reply.body.assign(options_.limits.replay_body_bytes_max, 'x');
        return reply;
    };
    EXPECT_TRUE(engine_->update(large));
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
    CommitQueue queue(limits);
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
