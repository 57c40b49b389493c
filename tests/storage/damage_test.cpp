// Damaged, cut, deleted and swapped files (spec/durability.md 13: D7 to D10): refused, degraded, an error for the row,
// or the right answer; never "not found", never a wrong value.
#include "base/encoding.hpp"
#include "storage/commit_record.hpp"
#include "storage/disk.hpp"
#include "storage/log_keys.hpp"
#include "storage/verify.hpp"
#include "tests/storage/damage_fixture.hpp"

namespace ingot::storage::test {
namespace {

TEST_F(Damage, EveryFileFlippedZeroedCutAndDeleted) {
    uint64_t seed = seed_of(77);
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 dice(seed);
    int cases = 0, refused_or_degraded = 0;
    for (bool clean : {true, false}) {
        auto original = stopped_store(clean);
        for (auto const& path : original->files()) {
            std::string bytes = original->content(path);
            auto attempt = [&](std::string const& what, std::function<void(CrashFs&)> const& damage) {
                auto files = original->copy();
                damage(*files);
                ++cases;
                auto result = honest(files);
                EXPECT_TRUE(result) << path << " " << what << (clean ? " (clean)" : " (killed)");
                std::string message = result.message();
                refused_or_degraded += message.starts_with("refused") || message.starts_with("degraded");
            };
            attempt("deleted", [&](CrashFs& files) { files.remove(path); });
            for (int i = 0; i < 12 && !bytes.empty(); ++i) {
                // Half of the blows in the used part of the journal, whose rest is zero anyway.
                size_t span = path.ends_with("journal") ? std::min<size_t>(bytes.size(), 70 * 4096) : bytes.size();
                size_t at = dice() % span;
                attempt("flipped at " + std::to_string(at), [&](CrashFs& files) {
                    std::string bad = bytes;
                    bad[at] = char(bad[at] ^ 1 << dice() % 8);
                    files.set_content(path, bad);
                });
                attempt("cut at " + std::to_string(at),
                        [&](CrashFs& files) { files.set_content(path, bytes.substr(0, at)); });
                attempt("page zeroed at " + std::to_string(at), [&](CrashFs& files) {
                    std::string bad = bytes;
                    size_t page = at / 4096 * 4096;
                    bad.replace(page, std::min<size_t>(4096, bad.size() - page),
                                std::string(std::min<size_t>(4096, bad.size() - page), '\0'));
                    files.set_content(path, bad);
                });
                if (HasFailure()) return;
            }
        }
    }
    EXPECT_GE(cases, 500);
    EXPECT_GT(refused_or_degraded, 50);
    std::cout << cases << " damages, " << refused_or_degraded << " refused or degraded\n";
}

TEST_F(Damage, WhatAReadMeetsIsCountedAndToldOnceASecond) {
    auto files = stopped_store(true);
    std::string table;  // the largest: it begins with the first records
    for (auto const& path : files->files())
        if (path.ends_with(".sst") && files->content(path).size() > files->content(table).size()) table = path;
    std::string bytes = files->content(table);
    ASSERT_FALSE(bytes.empty());
    bytes[40] ^= 0x10;
    files->set_content(table, bytes);
    auto engine = open(files);
    ASSERT_TRUE(engine) << engine.error().detail;
    EXPECT_EQ((*engine)->health().damaged_reads, 0u);
    auto view = (*engine)->view();
    for (int i = 0; i < 50; ++i) {
        auto value = (*view)->get(Space::record, key_of(0));
        ASSERT_FALSE(value);
        ASSERT_EQ(value.error().code, Code::DataDamaged) << value.error().detail;
    }
    std::vector<std::string> keys = {key_of(0)};
    EXPECT_FALSE((*view)->multi_get(Space::record, keys));
    EXPECT_FALSE((*view)->scan({Space::record, key_of(0), key_of(1)}));
    EXPECT_EQ((*engine)->health().damaged_reads, 52u);
    EXPECT_GE(events_.count("data-damaged"), 1);
    EXPECT_LE(events_.count("data-damaged"), 10) << "one a second";
    (*engine)->answered_damaged(Error{Code::DataDamaged, "an index entry without its record", ""});
    EXPECT_EQ((*engine)->health().damaged_answers, 1u);
    int served = 0;
    for (int n = 0; n < kRows; ++n) served += (*view)->get(Space::record, key_of(n)).has_value();
    EXPECT_GT(served, 0) << "other blocks are served";
}

TEST_F(Damage, NewestWalCutOrDeletedIsNoticed) {
    for (bool cut : {true, false}) {
        auto files = stopped_store(false);
        std::string wal = wal_of(*files, true);
        ASSERT_FALSE(wal.empty());
        if (cut)
            files->set_content(wal, files->content(wal).substr(0, files->content(wal).size() / 2));
        else
            files->remove(wal);
        size_t before = tables(*files);
        auto engine = open(files);
        if (engine) {
            EXPECT_EQ((*engine)->health().state, State::degraded);
            EXPECT_EQ((*engine)->health().reason, "store-behind-anchor");
            auto refused = (*engine)->update(put(Space::row, "a", "1"));
            EXPECT_EQ(refused.error().code, Code::Degraded);
            EXPECT_TRUE(get(**engine, Space::record, key_of(0))) << "reads are served";
        } else {
            EXPECT_EQ(engine.error().code, Code::RefusedToOpen);
        }
        EXPECT_GE(tables(*files), before);
    }
}

TEST_F(Damage, OnMismatchExitRefusesInstead) {
    auto files = stopped_store(false);
    std::string wal = wal_of(*files, true);
    files->set_content(wal, files->content(wal).substr(0, 2000));
    auto options = options_on(files);
    options.on_mismatch = OnMismatch::exit;
    auto refused = open_store(options, clock_, random_);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::RefusedToOpen);
    EXPECT_EQ(std::get<int64_t>(refused.error().extras.at(0).value), 4);
}

TEST_F(Damage, CurrentDeletedIsRefusedTwiceAndNoTableDisappears) {
    auto files = stopped_store(true);
    size_t before = tables(*files);
    ASSERT_GT(before, 0u);
    files->remove("/data/store/CURRENT");
    for (int start = 0; start < 2; ++start) {
        auto refused = open(files);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, Code::RefusedToOpen);
        EXPECT_EQ(tables(*files), before);
        EXPECT_TRUE(files->content("/data/store/CURRENT").empty());
    }
}

TEST_F(Damage, AnOldCopyUnderTheCurrentAnchorIsDegraded) {
    auto files = std::make_shared<CrashFs>();
    {
        auto engine = open(files);
        ASSERT_TRUE((*engine)->update(put_with_leaf(random_, "Hold", "1")));
    }
    auto old = files->copy();
    {
        auto engine = open(files);
        for (int n = 0; n < 5; ++n) ASSERT_TRUE((*engine)->update(put_with_leaf(random_, key_of(n), "1")));
    }
    old->set_content("/data/anchor/journal", files->content("/data/anchor/journal"));
    auto engine = open(old);
    ASSERT_TRUE(engine) << engine.error().detail;
    EXPECT_EQ((*engine)->health().reason, "store-behind-anchor");
    EXPECT_NE((*engine)->health().detail.find("[2, 7)"), std::string::npos) << (*engine)->health().detail;
}

TEST_F(Damage, AnotherStoresFolderOrNoStoreIsRefused) {
    auto mine = stopped_store(true, 5), other = stopped_store(true, 5);
    auto mixed = mine->copy();
    mixed->set_content("/data/anchor/journal", other->content("/data/anchor/journal"));
    auto wrong = open(mixed);
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().code, Code::RefusedToOpen);
    EXPECT_NE(wrong.error().detail.find("belongs to store"), std::string::npos);
    auto lost = mine->copy();
    for (auto const& path : lost->files())
        if (path.starts_with("/data/store/")) lost->remove(path);
    auto refused = open(lost);
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().detail.find("nothing was created"), std::string::npos) << refused.error().detail;
    for (auto const& path : lost->files()) EXPECT_FALSE(path.starts_with("/data/store/")) << path;
}

TEST_F(Damage, ALostAnchorIsDegradedAndALostJournalIsRebuiltFromTheCheckpoint) {
    auto files = stopped_store(true);
    auto lost = files->copy();
    lost->remove("/data/anchor/journal");
    auto engine = open(lost);
    ASSERT_TRUE(engine);
    EXPECT_EQ((*engine)->health().reason, "anchor-missing");
    engine->reset();

    auto good = open(files);
    ASSERT_TRUE(good);
    auto commit = decode_commit(*get(**good, Space::meta, kCommitKey));
    good->reset();
    auto rebuilt = files->copy();
    rebuilt->remove("/data/anchor/journal");
    rebuilt->set_content("/data/anchor/checkpoint", "node.example/v1/log\n" + std::to_string(commit->tree_size()) +
                                                        "\n" + to_base64(bytes_of(commit->root)) + "\n\n");
    auto opened = open(rebuilt);
    ASSERT_TRUE(opened) << opened.error().detail;
    EXPECT_EQ((*opened)->health().state, State::open) << (*opened)->health().detail;
    EXPECT_TRUE(events_.saw("anchor-journal-rebuilt"));
    EXPECT_TRUE((*opened)->update(put(Space::row, "a", "1")));
}

TEST_F(Damage, NoiseAfterTheAcknowledgedWalIsDroppedNoiseInItIsRefused) {
    std::mt19937_64 dice(seed_of(5));
    int dropped = 0;
    for (int round = 0; round < 10; ++round) {
        auto files = stopped_store(false);
        std::string wal = wal_of(*files, true), bytes = files->content(wal);
        auto tail = files->copy();
        std::string noise(40'000 + dice() % 3000, '\0');
        for (auto& byte : noise) byte = char(dice());
        tail->set_content(wal, bytes + noise);
        Events events;
        auto engine = open_store(options_on(tail), clock_, random_, events.sink());
        ASSERT_TRUE(engine) << engine.error().detail;
        ASSERT_EQ((*engine)->health().state, State::open) << (*engine)->health().detail;
        for (int n = 0; n < kRows; ++n) ASSERT_EQ(get(**engine, Space::record, key_of(n)), value_of(n));
        ASSERT_TRUE((*engine)->update(put(Space::row, "a", "1")));
        dropped += events.saw("wal-tail-dropped");

        auto inside = files->copy();
        std::string bad = bytes;
        for (size_t i = bytes.size() / 2; i < bytes.size() / 2 + 3000; ++i) bad[i] = char(dice());
        inside->set_content(wal, bad);
        auto refused = open(inside);
        if (refused) {
            EXPECT_EQ((*refused)->health().state, State::degraded);
        } else {
            EXPECT_EQ(refused.error().code, Code::RefusedToOpen);
            EXPECT_NE(refused.error().detail.find("expected: 60"), std::string::npos) << refused.error().detail;
            EXPECT_EQ(inside->content(wal), bad) << "nothing was changed";
        }
    }
    EXPECT_GT(dropped, 0);
}

TEST_F(Damage, ASecondProcessIsTurnedAway) {
    auto files = std::make_shared<CrashFs>();
    auto first = open(files);
    ASSERT_TRUE(first);
    auto second = open(files);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, Code::StoreInUse);
    VerifyOptions verify;
    verify.store = options_on(files);
    EXPECT_EQ(verify_store(verify, [](Finding const&) {}).error().code, Code::StoreInUse);
}

TEST_F(Damage, ALockFileThatCannotBeMadeIsNoOtherProcess) {
    auto lock = Disk(disk_file_layer()).lock("/proc/ingot.lock");
    ASSERT_FALSE(lock);
    EXPECT_EQ(lock.error().code, Code::StorageUnavailable) << lock.error().detail;
}

TEST_F(Damage, SettingsFixedAtFirstStartCannotChange) {
    auto files = stopped_store(true, 1);
    auto options = options_on(files);
    options.case_sensitive = true;
    EXPECT_EQ(open_store(options, clock_, random_).error().code, Code::RefusedToOpen);
}

}  // namespace
}  // namespace ingot::storage::test
