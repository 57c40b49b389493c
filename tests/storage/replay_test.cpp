// A node that is cut off at every point between a change and its answer: the repeat has no second effect and gets the
// same answer (spec/durability.md 2.3, 4.3, D11).
#include "storage/log_keys.hpp"
#include "tests/storage/faulty_store.hpp"

namespace ingot::storage::test {
namespace {

using ingot::test::CrashMode;

// A store that can be looked at as a power cut would leave it now.
struct CutStore : FaultyStore {
    std::shared_ptr<CrashFs> cut() {
        std::mt19937_64 unused(1);
        return disk->crash(CrashMode::none, unused);
    }
    Result<std::unique_ptr<Engine>> open_cut(std::shared_ptr<CrashFs> const& image) {
        auto cut_options = options();
        cut_options.files = std::make_shared<FileLayer>(FileLayer{image, false});
        return open_store(cut_options, clock, random, events.sink());
    }
};

Operation take_code(std::atomic<int>& applied) {
    Operation take = operation(
        [&applied](Batch& batch) -> Result<void> {
            ++applied;
            batch.put(Space::record, "Rcode", "1");
            return {};
        },
        "key-1", sha256("body"));
    take.reply = [](Batch& batch) {
        return Reply{201, "text/plain", "/v1/x", "\"e\"", "7", format_time(batch.time(), 3)};
    };
    return take;
}

void expect_replay(Engine& engine, std::atomic<int>& applied, std::string const& body) {
    EXPECT_EQ(engine.health().state, State::open) << engine.health().detail;
    applied = 0;
    auto again = engine.update(take_code(applied));
    ASSERT_TRUE(again) << again.error().detail;
    EXPECT_TRUE(again->replayed);
    EXPECT_EQ(again->reply.body, body);
    EXPECT_EQ(applied, 0);
}

TEST(Replay, AfterACutBetweenTheJournalAndTheAnchor) {
    CutStore store;
    ASSERT_TRUE(store.open());
    std::shared_ptr<CrashFs> image;
    store.faults->on_failed_sync([&] { image = store.cut(); });
    store.faults->inject({FaultKind::sync, 1, false, false, false, "anchor/journal"});
    std::atomic<int> applied{0};
    std::string const body = format_time(store.clock.now(), 3);
    auto done = store.engine->update(take_code(applied));
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Code::OutcomeUnknown);
    ASSERT_TRUE(image);
    store.clock.advance(1h);
    auto engine = store.open_cut(image);
    ASSERT_TRUE(engine) << engine.error().detail;
    expect_replay(**engine, applied, body);
}

TEST(Replay, AfterACutBetweenTheAnchorAndTheAnswer) {
    CutStore store;
    std::atomic<int> applied{0};
    std::shared_ptr<CrashFs> image;
    auto options = store.options();
    options.on_group = [&](GroupTimes const&) {
        if (applied > 0 && !image) image = store.cut();
    };
    auto opened = open_store(options, store.clock, store.random, store.events.sink());
    ASSERT_TRUE(opened);
    store.engine = std::move(*opened);
    auto done = store.engine->update(take_code(applied));
    ASSERT_TRUE(done);
    store.engine.reset();
    ASSERT_TRUE(image);
    store.clock.advance(1h);
    auto engine = store.open_cut(image);
    ASSERT_TRUE(engine) << engine.error().detail;
    expect_replay(**engine, applied, done->reply.body);
}

// Six hundred steps that say whether they found what they make.
Operation many_steps(std::atomic<int>& applied, Digest hash, std::function<void(uint32_t)> watch = {}) {
    auto words = std::make_shared<std::string>();
    Operation many = operation({}, "key-bulk", hash);
    many.steps = 600;
    many.apply = [&applied, words, watch](Batch& batch, uint32_t step) -> Result<void> {
        if (watch) watch(step);
        ++applied;
        std::string const key = "R" + std::to_string(step);
        auto there = batch.get(Space::record, key);
        if (!there) return fail(there.error());
        *words += *there ? 'e' : 'c';
        batch.put(Space::record, key, "1");
        return {};
    };
    many.progress = [words] { return *words; };
    many.resume = [words](Bytes kept) -> Result<void> {
        *words = kept;
        return {};
    };
    many.reply = [words](Batch&) { return Reply{200, "text/plain", {}, {}, {}, *words}; };
    return many;
}

TEST(Replay, OfARequestCutBetweenItsGroupsGoesOnWhereItStopped) {
    CutStore store;
    std::atomic<int> applied{0};
    std::shared_ptr<CrashFs> image;
    ASSERT_TRUE(store.open());
    auto cut = [&](uint32_t step) {
        if (step == 256) image = store.cut();  // the first group is in the store, the second is being decided
    };
    auto whole = store.engine->update(many_steps(applied, sha256("body"), cut));
    ASSERT_TRUE(whole);
    EXPECT_EQ(whole->reply.body, std::string(600, 'c'));
    store.engine.reset();
    ASSERT_TRUE(image);
    auto engine = store.open_cut(image);
    ASSERT_TRUE(engine) << engine.error().detail;
    EXPECT_EQ((*engine)->update(many_steps(applied, sha256("other"))).error().code, Code::IdempotencyMismatch);
    applied = 0;
    auto again = (*engine)->update(many_steps(applied, sha256("body")));
    ASSERT_TRUE(again) << again.error().detail;
    EXPECT_EQ(applied, 600 - 256) << "what the first group did is not done again";
    EXPECT_EQ(again->reply.body, whole->reply.body);
    EXPECT_TRUE((*engine)->update(many_steps(applied, sha256("body")))->replayed);
    auto rest = (*(*engine)->view())->scan(prefix_range(Space::meta, "part/"));
    EXPECT_TRUE(rest->rows.empty()) << "the answer takes the place of the progress";
}

}  // namespace
}  // namespace ingot::storage::test
