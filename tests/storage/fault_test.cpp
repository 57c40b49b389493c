// A disk that fails (spec/durability.md 13: D3, D5, D6, D18): no abort, no wrong acknowledgement, and the way back
// without an operator.
#include <future>

#include "storage/rocks_options.hpp"
#include "storage/verify.hpp"
#include "tests/storage/faulty_store.hpp"

namespace ingot::storage::test {
namespace {

using namespace std::chrono_literals;

// Another logger than the node's own, and a quiet one.
struct OtherLogger final : rocksdb::Logger {
    using Logger::Logv;
    void Logv(char const*, va_list) override {}
};

// Fifty operations of 4 KiB, so that files are created, flushed and synced among them. What was acknowledged is in the
// model; what was answered "not done" must not be there; an unknown outcome may.
void fifty_operations(FaultyStore& store, std::map<std::string, std::string>& model, std::set<std::string>& not_done) {
    for (int n = 0; n < 50; ++n) {
        std::string key = "H" + std::to_string(n);
        auto done = store.engine->update(put_with_leaf(store.random, key, std::string(4096, char('a' + n % 26))));
        if (done)
            model[key] = std::string(4096, char('a' + n % 26));
        else if (done.error().code != Code::OutcomeUnknown)
            not_done.insert(key);
    }
}

void expect_model(FaultyStore& store, std::map<std::string, std::string> const& model,
                  std::set<std::string> const& not_done) {
    for (auto const& [key, value] : model) ASSERT_EQ(get(*store.engine, Space::record, key), value) << key;
    for (auto const& key : not_done) ASSERT_EQ(get(*store.engine, Space::record, key), std::nullopt) << key;
}

std::string findings_of(StoreOptions const& options) {
    VerifyOptions verify;
    verify.store = options;
    std::string found;
    auto totals = verify_store(verify, [&](Finding const& finding) {
        found += finding.check + " " + finding.key + finding.file + ": " + finding.found + "\n";
    });
    return totals ? found : totals.error().detail;
}

// One run with the nth call failing; false if there was no nth call.
bool run_with_fault(FaultFs::Fault const& fault) {
    SCOPED_TRACE("call " + std::to_string(fault.nth));
    FaultyStore store;
    std::map<std::string, std::string> model;
    std::set<std::string> not_done;
    bool hit = false;
    auto run = [&] {
        ASSERT_TRUE(store.open());
        store.faults->inject(fault);
        fifty_operations(store, model, not_done);
        hit = store.faults->struck();
        store.faults->cure();
        ASSERT_TRUE(store.recovers()) << store.engine->health().reason << ": " << store.engine->health().detail;
        expect_model(store, model, not_done);
        // A background job may still tell of the fault: then this one is refused once more, and the store comes back.
        auto last = store.engine->update(put_with_leaf(store.random, "Hlast", "1"));
        if (!last) {
            ASSERT_TRUE(hit);
            ASSERT_TRUE(store.recovers());
            ASSERT_TRUE(store.engine->update(put_with_leaf(store.random, "Hlast", "1")));
        }
        model["Hlast"] = "1";
        ASSERT_TRUE(store.open());
        ASSERT_EQ(store.engine->health().state, State::open) << store.engine->health().detail;
        expect_model(store, model, not_done);
        store.engine.reset();
        ASSERT_EQ(findings_of(store.options()), "");
    };
    run();
    return hit;
}

class EveryNth : public ::testing::TestWithParam<std::tuple<FaultKind, bool>> {};

TEST_P(EveryNth, CallFailsAndTheStoreComesBackWithEverythingAcknowledged) {
    auto [kind, no_space] = GetParam();
    std::atomic<uint64_t> next{1}, end{1000}, struck{0};
    std::vector<std::thread> workers;
    // RocksDB sleeps a second after a background error: the runs wait side by side.
    for (int worker = 0; worker < 16; ++worker)
        workers.emplace_back([&, kind = kind, no_space = no_space] {
            for (uint64_t nth = next++; nth < end && !HasFailure(); nth = next++) {
                if (run_with_fault({kind, nth, nth % 3 == 0, no_space, nth % 2 == 0, {}}))
                    ++struck;
                else
                    end = std::min<uint64_t>(end, nth);
            }
        });
    for (auto& worker : workers) worker.join();
    if (kind == FaultKind::append || kind == FaultKind::sync) {
        EXPECT_GE(struck, 50u) << "each of the fifty groups appends and syncs";
    }
}

INSTANTIATE_TEST_SUITE_P(Kinds, EveryNth,
                         ::testing::Combine(::testing::ValuesIn(ingot::test::kFaultKinds), ::testing::Bool()),
                         [](auto const& row) {
                             return std::string(name_of(std::get<0>(row.param))) +
                                    (std::get<1>(row.param) ? "_ENOSPC" : "_EIO");
                         });

TEST(Fsync, FailingOnceLosesTheGroupOpensAgainAndNeverTrustsTheOldHandle) {
    FaultyStore store;
    ASSERT_TRUE(store.open());
    ASSERT_TRUE(store.engine->update(put(Space::row, "before", "1")));
    store.faults->on_failed_sync([&] { store.disk->drop_unsynced(); });  // as Linux does: clean, and gone
    store.faults->inject({FaultKind::sync, 1, false, false, false, ".log"});
    auto start = std::chrono::steady_clock::now();
    auto failed = store.engine->update(put(Space::row, "during", "1"));
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, Code::OutcomeUnknown)
        << failed.error().detail << store.events.members_of("storage-failed");
    EXPECT_LT(std::chrono::steady_clock::now() - start, 1s);
    ASSERT_TRUE(store.recovers());
    EXPECT_TRUE(store.events.saw("storage-failed"));
    EXPECT_EQ(get(*store.engine, Space::row, "before"), "1");
    EXPECT_EQ(get(*store.engine, Space::row, "during"), std::nullopt);
    ASSERT_TRUE(store.engine->update(put(Space::row, "after", "1")));
    EXPECT_EQ(get(*store.engine, Space::row, "after"), "1");
}

// What was refused beside a change that is not stored was judged by something that may never have been.
TEST(Fsync, RefusalsBesideALostGroupAreToldToComeAgain) {
    FaultyStore store;
    ASSERT_TRUE(store.open());
    ASSERT_TRUE(store.engine->update(put(Space::record, "Rold", "1")));
    auto take = [](std::string key) {
        return operation([key](Batch& batch) -> Result<void> {
            auto there = batch.get(Space::record, key);
            if (!there) return fail(there.error());
            if (*there) return fail(Code::IdentifierExists, key + " exists");
            batch.put(Space::record, key, "1");
            return {};
        });
    };
    store.faults->on_failed_sync([&] { store.disk->drop_unsynced(); });
    std::vector<std::future<Result<Committed>>> answers;
    std::promise<void> entered, release;
    store.engine->submit(operation([&](Batch&) -> Result<void> {
                             entered.set_value();
                             release.get_future().wait();
                             return {};
                         }),
                         [](Result<Committed> const&) {});
    entered.get_future().wait();
    store.faults->inject({FaultKind::sync, 1, false, false, false, ".log"});
    for (char const* key : {"Rold", "Rnew", "Rnew", "Rold"}) {
        auto promise = std::make_shared<std::promise<Result<Committed>>>();
        answers.push_back(promise->get_future());
        store.engine->submit(take(key), [promise](Result<Committed> done) { promise->set_value(std::move(done)); });
    }
    release.set_value();
    Code const expected[] = {Code::IdentifierExists, Code::OutcomeUnknown, Code::StorageUnavailable,
                             Code::StorageUnavailable};
    for (size_t i = 0; i < answers.size(); ++i) {
        auto done = answers[i].get();
        ASSERT_FALSE(done);
        EXPECT_EQ(done.error().code, expected[i]) << i << ": " << done.error().detail;
    }
    ASSERT_TRUE(store.recovers());
    EXPECT_EQ(get(*store.engine, Space::record, "Rnew"), std::nullopt);
    EXPECT_TRUE(store.engine->update(take("Rnew")));
}

TEST(Fsync, FailingForGoodKeepsReadsAndRefusesWritesUntilCured) {
    FaultyStore store;
    ASSERT_TRUE(store.open());
    ASSERT_TRUE(store.engine->update(put(Space::row, "before", "1")));
    store.faults->inject({FaultKind::sync, 1, true, false, false, {}});
    EXPECT_FALSE(store.engine->update(put(Space::row, "a", "1")));
    for (int i = 0; i < 20; ++i) {
        auto refused = store.engine->update(put(Space::row, "b", "1"));
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, Code::StorageUnavailable);
        EXPECT_EQ(get(*store.engine, Space::row, "before"), "1") << "reads go on from the existing handle";
        std::this_thread::sleep_for(2ms);
    }
    EXPECT_EQ(store.engine->health().state, State::failed);
    store.faults->cure();
    ASSERT_TRUE(store.recovers());
    EXPECT_EQ(get(*store.engine, Space::row, "b"), std::nullopt);
    ASSERT_TRUE(store.engine->update(put(Space::row, "c", "1")));
}

TEST(Fsync, ThreeFailuresInTenMinutesAreReportedAsAnUnreliableDisk) {
    FaultyStore store;
    ASSERT_TRUE(store.open());
    std::chrono::steady_clock::time_point failed;
    for (int i = 0; i < 3; ++i) {
        store.faults->inject({FaultKind::sync, 1, false, false, false, ".log"});
        EXPECT_FALSE(store.engine->update(put(Space::row, "a", "1")));
        failed = std::chrono::steady_clock::now();
        ASSERT_TRUE(store.recovers());
    }
    EXPECT_TRUE(store.events.saw("disk-unreliable"));
    EXPECT_GE(std::chrono::steady_clock::now() - failed, 300 * store.options().first_probe)
        << "a disk whose probes pass and whose syncs fail is left alone for a while";
}

TEST(Fsync, SlowSyncsDoNotSlowReads) {
    FaultyStore store;
    ASSERT_TRUE(store.open());
    ASSERT_TRUE(store.engine->update(put(Space::row, "a", "1")));
    store.faults->delay_syncs(200ms);
    std::promise<void> written;
    store.engine->submit(put(Space::row, "b", "1"), [&](Result<Committed> const&) { written.set_value(); });
    auto done = written.get_future();
    std::chrono::nanoseconds worst{0};
    int reads = 0;
    while (done.wait_for(0s) != std::future_status::ready) {
        auto start = std::chrono::steady_clock::now();
        EXPECT_EQ(get(*store.engine, Space::row, "a"), "1");
        worst = std::max<std::chrono::nanoseconds>(worst, std::chrono::steady_clock::now() - start);
        ++reads;
        std::this_thread::sleep_for(1ms);
    }
    EXPECT_GT(reads, 20);
    EXPECT_LT(worst, 150ms) << "a read that waited for the sync would take 200 ms";
    store.faults->delay_syncs(0ms);
}

// Each of rows 1 to 12 of section 3 changed alone.
TEST(OptionSelfCheck, RefusesToStartWithAnyWeakenedSetting) {
    using O = rocksdb::Options;
    using W = rocksdb::WriteOptions;
    std::pair<char const*, std::function<void(O&, W&)>> const changes[] = {
        {"WriteOptions::sync", [](O&, W& w) { w.sync = false; }},
        {"WriteOptions::disableWAL", [](O&, W& w) { w.disableWAL = true; }},
        {"wal_recovery_mode", [](O& o, W&) { o.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery; }},
        {"track_and_verify_wals_in_manifest", [](O& o, W&) { o.track_and_verify_wals_in_manifest = false; }},
        {"create_if_missing", [](O& o, W&) { o.create_if_missing = !o.create_if_missing; }},
        {"info_log", [](O& o, W&) { o.info_log = std::make_shared<OtherLogger>(); }},
        {"recycle_log_file_num", [](O& o, W&) { o.recycle_log_file_num = 2; }},
        {"manual_wal_flush", [](O& o, W&) { o.manual_wal_flush = true; }},
        {"allow_mmap_writes", [](O& o, W&) { o.allow_mmap_writes = true; }},
        {"allow_mmap_reads", [](O& o, W&) { o.allow_mmap_reads = true; }},
        {"enable_pipelined_write", [](O& o, W&) { o.enable_pipelined_write = true; }},
        {"unordered_write", [](O& o, W&) { o.unordered_write = true; }},
        {"two_write_queues", [](O& o, W&) { o.two_write_queues = true; }},
        {"avoid_flush_during_recovery", [](O& o, W&) { o.avoid_flush_during_recovery = true; }},
        {"avoid_flush_during_shutdown", [](O& o, W&) { o.avoid_flush_during_shutdown = true; }},
        {"best_efforts_recovery", [](O& o, W&) { o.best_efforts_recovery = true; }},
    };
    for (auto const& [name, change] : changes) {
        SCOPED_TRACE(name);
        FaultyStore store;
        ASSERT_TRUE(store.open());
        store.engine.reset();
        auto options = store.options();
        options.files->change_options = change;
        auto refused = open_store(options, store.clock, store.random);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, Code::RefusedToOpen) << refused.error().detail;
        EXPECT_NE(refused.error().detail.find(name), std::string::npos) << refused.error().detail;
        ASSERT_TRUE(store.open()) << "and leaves the store as it was";
    }
    rocksdb::Options direct;
    RocksSettings settings;
    direct = make_options(settings, rocksdb::Env::Default());
    EXPECT_EQ(first_wrong_option(direct, make_write_options(), OpenMode::normal), std::nullopt);
    direct.use_direct_io_for_flush_and_compaction = true;
    EXPECT_EQ(first_wrong_option(direct, make_write_options(), OpenMode::normal),
              "use_direct_io_for_flush_and_compaction");
}

}  // namespace
}  // namespace ingot::storage::test
