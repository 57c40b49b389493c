// One effect, one answer, however often a request is repeated (spec/durability.md 2.3, D12).
#include "storage/log_keys.hpp"
#include "tests/storage/committer_fixture.hpp"

namespace ingot::storage::test {
namespace {

class Idempotency : public CommitterTest {};

TEST_F(Idempotency, SixtyFourEqualRequestsHaveOneEffectAndEqualAnswers) {
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

TEST_F(Idempotency, AReplayIsTheSameAfterReopening) {
    ASSERT_TRUE(engine_->update(take_number("c1", "key-1", sha256("body"))));
    open();
    auto again = engine_->update(take_number("c1", "key-1", sha256("body")));
    ASSERT_TRUE(again);
    EXPECT_TRUE(again->replayed);
    EXPECT_EQ(again->reply.body, "1");
    EXPECT_EQ(get(*engine_, Space::index, "c1"), "1");
}

TEST_F(Idempotency, AKeyWithAnotherBodyIsAMismatchAndKeysBelongToTheirOwnerAndRoute) {
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

TEST_F(Idempotency, ARefusedRequestIsJudgedAfresh) {
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

TEST_F(Idempotency, EntriesOlderThanSevenDaysAreSwept) {
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

// A thousand entries a step: the second begins where the first ended, and what is swept stays swept.
TEST_F(Idempotency, ASweepOfManyEntriesComesToItsEnd) {
    ASSERT_TRUE(engine_->update(operation([&](Batch& batch) -> Result<void> {
        for (int i = 0; i < 2'500; ++i) {
            std::string const key = idempotency_key("en_1", "/v1/codes", "key-" + std::to_string(i));
            batch.put(Space::meta, key, "x");
            batch.put(Space::meta, idempotency_time_key(batch.time(), key), {});
        }
        return {};
    })));
    clock_.advance(std::chrono::hours(8 * 24));
    options_.sweep = 20ms;
    open();
    ASSERT_TRUE(engine_->update(put(Space::row, "tick", "1")));
    auto entries = [&] {
        auto page = (*engine_->view())->scan(prefix_range(Space::meta, "idem"));
        return page->rows.size();
    };
    EXPECT_TRUE(wait_for([&] { return entries() == 0; }, 5s)) << entries();
    Sequence const swept = engine_->health().sequence;
    std::this_thread::sleep_for(60ms);
    EXPECT_EQ(engine_->health().sequence, swept) << "nothing is left to sweep";
}

TEST_F(Idempotency, AnAnswerTooLargeToRepeatIsRefusedBeforeItsEffect) {
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

}  // namespace
}  // namespace ingot::storage::test
