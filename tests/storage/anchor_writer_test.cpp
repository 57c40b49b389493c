// While a slot of the anchor is written the committer goes on, and nothing of it is seen before its own slot
// (spec/durability.md 4.3).
#include <future>

#include "storage/anchor.hpp"
#include "tests/storage/faulty_store.hpp"

namespace ingot::storage::test {
namespace {

class SlowAnchor : public ::testing::Test {
  protected:
    void SetUp() override {
        ASSERT_TRUE(store_.open());
        ASSERT_TRUE(store_.engine->update(put(Space::record, "Rold", "1")));
        before_ = newest_slot();
        store_.faults->delay_syncs(150ms, "journal");
    }
    AnchorSlot newest_slot() const {
        AnchorState state;
        read_journal(store_.disk->content("/data/anchor/journal"), state);
        return *state.newest;
    }
    struct Change {
        std::future<void> decided;
        std::future<Result<Committed>> answer;
        bool answered() const { return answer.wait_for(0s) == std::future_status::ready; }
    };
    // Puts a new row, or is refused when it is there.
    Change submit(std::string key) {
        auto decided = std::make_shared<std::promise<void>>();
        auto answer = std::make_shared<std::promise<Result<Committed>>>();
        Change change{decided->get_future(), answer->get_future()};
        store_.engine->submit(operation([decided, key](Batch& batch) -> Result<void> {
                                  decided->set_value();
                                  auto there = batch.get(Space::record, key);
                                  if (!there) return fail(there.error());
                                  if (*there) return fail(Code::IdentifierExists, key + " exists");
                                  batch.put(Space::record, key, "1");
                                  return {};
                              }),
                              [answer](Result<Committed> done) { answer->set_value(std::move(done)); });
        return change;
    }

    FaultyStore store_;
    AnchorSlot before_;
};

TEST_F(SlowAnchor, TheNextGroupsAreDecidedMeanwhileAndSeenAfterTheirOwnSlot) {
    Change first = submit("Ra"), second, third;
    first.decided.wait();
    second = submit("Rb");
    second.decided.wait();  // the first is in the store: only its slot is missing
    third = submit("Rc");
    third.decided.wait();
    EXPECT_FALSE(first.answered());
    EXPECT_EQ(get(*store_.engine, Space::record, "Ra"), std::nullopt);
    EXPECT_EQ(store_.engine->health().sequence, before_.sequence);
    auto a = first.answer.get();
    EXPECT_EQ(get(*store_.engine, Space::record, "Ra"), "1");
    auto b = second.answer.get(), c = third.answer.get();
    ASSERT_TRUE(a && b && c);
    EXPECT_EQ(get(*store_.engine, Space::record, "Rc"), "1");
    EXPECT_EQ(a->sequence + 1, b->sequence);
    EXPECT_EQ(b->sequence + 1, c->sequence);
    EXPECT_EQ(newest_slot().sequence, c->sequence);
    EXPECT_EQ(newest_slot().slot_sequence, before_.slot_sequence + 2) << "one slot spoke for the two that waited";
}

TEST_F(SlowAnchor, ARefusalWaitsForTheGroupItWasJudgedBy) {
    Change first = submit("Ra");
    first.decided.wait();
    Change again = submit("Ra");
    again.decided.wait();
    EXPECT_FALSE(again.answered());
    auto refused = again.answer.get();
    EXPECT_TRUE(first.answered());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::IdentifierExists);
}

TEST_F(SlowAnchor, AFailedSlotLeavesItsGroupAndThoseAfterItUnknown) {
    store_.faults->inject({FaultKind::sync, 1, false, false, false, "journal"});
    Change first = submit("Ra");
    first.decided.wait();
    Change second = submit("Rb");
    second.decided.wait();
    Change refused = submit("Ra");
    auto a = first.answer.get(), b = second.answer.get(), exists = refused.answer.get();
    ASSERT_FALSE(a || b || exists);
    EXPECT_EQ(a.error().code, Code::OutcomeUnknown);
    EXPECT_EQ(b.error().code, Code::OutcomeUnknown);
    EXPECT_EQ(exists.error().code, Code::StorageUnavailable) << "what it was judged by may not be there";
    EXPECT_NE(store_.engine->health().state, State::open);
    store_.faults->delay_syncs(0ms);
    ASSERT_TRUE(store_.recovers());
    EXPECT_EQ(get(*store_.engine, Space::record, "Rb"), "1") << "the store had it";
    EXPECT_EQ(newest_slot().sequence, store_.engine->health().sequence);
    EXPECT_TRUE(store_.engine->update(put(Space::record, "Rc", "1")));
}

TEST_F(SlowAnchor, APowerCutBetweenStoreAndSlotKeepsTheGroupAndWritesTheSlot) {
    Change first = submit("Ra");
    first.decided.wait();
    Change second = submit("Rb");
    second.decided.wait();
    std::mt19937_64 random(1);
    FaultyStore after;
    after.disk = store_.disk->crash(ingot::test::CrashMode::none, random);
    ASSERT_FALSE(first.answered()) << "the cut came before the slot";
    after.faults = std::make_shared<FaultFs>(after.disk);
    ASSERT_TRUE(after.open());
    EXPECT_EQ(after.engine->health().state, State::open);
    EXPECT_EQ(get(*after.engine, Space::record, "Ra"), "1");
    AnchorState slots;
    read_journal(after.disk->content("/data/anchor/journal"), slots);
    EXPECT_EQ(slots.newest->sequence, after.engine->health().sequence);
}

}  // namespace
}  // namespace ingot::storage::test
