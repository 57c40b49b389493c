// The unfinished end of RocksDB's MANIFEST (docs/decisions/0013): where it begins, byte by byte, and power cuts that
// always fall into an append to it.
#include "storage/manifest_tail.hpp"

#include <atomic>

#include "base/crypto.hpp"
#include "storage/log_keys.hpp"
#include "storage/rocks_store.hpp"
#include "storage/verify.hpp"
#include "tests/storage/damage_fixture.hpp"

namespace ingot::storage::test {
namespace {

constexpr uint8_t kFull = 1, kFirst = 2, kMiddle = 3, kLast = 4;

// One record as RocksDB writes it.
std::string record(uint8_t type, std::string const& payload) {
    uint32_t crc = crc32c(std::string(1, char(type)) + payload);
    crc = (crc >> 15 | crc << 17) + 0xa282ead8U;
    std::string out;
    for (int i = 0; i < 4; ++i) out += char(crc >> (8 * i));
    out += char(payload.size());
    out += char(payload.size() >> 8);
    out += char(type);
    return out + payload;
}

std::string text(size_t size) {
    std::string out;
    while (out.size() < size) out += "edit " + std::to_string(out.size()) + ";";
    out.resize(size);
    return out;
}

std::string noise(size_t size, uint64_t seed = 7) {
    std::mt19937_64 dice(seed);
    std::string out(size, '\0');
    for (auto& byte : out) byte = char(dice());
    return out;
}

std::string flipped(std::string bytes, size_t at) {
    bytes.at(at) = char(bytes.at(at) ^ 0x10);
    return bytes;
}

TEST(ManifestTail, TableOfEnds) {
    std::string const a = record(kFull, text(100)), b = record(kFull, text(300));
    std::string const first = record(kFirst, text(kLogBlockBytes - kLogHeaderBytes - 100));
    std::string const head = record(kFull, text(100 - kLogHeaderBytes)) + first;  // one whole block
    std::string const middle = record(kMiddle, text(kLogBlockBytes - kLogHeaderBytes)), last = record(kLast, text(50));
    std::string const nearly = record(kFull, text(kLogBlockBytes - kLogHeaderBytes - 5));  // five bytes of trailer
    std::string const exact = record(kFull, text(kLogBlockBytes - kLogHeaderBytes));
    std::string const seven = record(kFull, text(kLogBlockBytes - 2 * kLogHeaderBytes)) + record(kFirst, "");
    struct Row {
        char const* name;
        std::string log;
        LogEnd end;
        uint64_t whole;
    };
    Row const rows[] = {
        {"two records", a + b, LogEnd::whole, a.size() + b.size()},
        {"nothing at all", "", LogEnd::whole, 0},
        {"no record is whole", noise(50), LogEnd::damaged, 0},
        {"torn inside the header", a + b.substr(0, 3), LogEnd::unfinished, a.size()},
        {"torn behind the header", a + b.substr(0, 7), LogEnd::unfinished, a.size()},
        {"torn inside the payload", a + b.substr(0, 200), LogEnd::unfinished, a.size()},
        {"one byte missing", a + b.substr(0, b.size() - 1), LogEnd::unfinished, a.size()},
        {"zeros in the payload", a + b.substr(0, 60) + std::string(247, '\0'), LogEnd::unfinished, a.size()},
        {"zeros only", a + std::string(40'000, '\0'), LogEnd::unfinished, a.size()},
        {"noise in the payload", a + b.substr(0, 60) + noise(247), LogEnd::unfinished, a.size()},
        {"noise in the header", a + b.substr(0, 5) + noise(302), LogEnd::unfinished, a.size()},
        {"noise only", a + noise(100'000), LogEnd::unfinished, a.size()},
        {"noise as long as may be", a + noise(kUnfinishedBytesMax), LogEnd::unfinished, a.size()},
        {"noise one byte longer", a + noise(kUnfinishedBytesMax + 1), LogEnd::damaged, a.size()},
        {"last record flipped", a + flipped(b, 100), LogEnd::unfinished, a.size()},
        {"record right behind a damaged one", flipped(a, 50) + b, LogEnd::damaged, 0},
        {"record behind a damaged one", b + flipped(a, 50) + b, LogEnd::damaged, b.size()},
        {"record behind a damaged length", b + flipped(a, 5) + b, LogEnd::damaged, b.size()},
        {"record somewhere behind noise", a + noise(1000) + b + noise(10), LogEnd::damaged, a.size()},
        {"record at the next block", a + noise(kLogBlockBytes - a.size()) + b, LogEnd::damaged, a.size()},
        {"record two blocks on", a + noise(2 * kLogBlockBytes - a.size()) + b, LogEnd::damaged, a.size()},
        {"three parts", head + middle + last, LogEnd::whole, head.size() + middle.size() + last.size()},
        {"first part only", head, LogEnd::unfinished, 100},
        {"first part torn", head.substr(0, 9000), LogEnd::unfinished, 100},
        {"first part noise", head.substr(0, 9000) + noise(9000), LogEnd::unfinished, 100},
        {"middle part torn", head + middle.substr(0, 9000), LogEnd::unfinished, 100},
        {"middle part zeros", head + middle.substr(0, 9000) + std::string(9000, '\0'), LogEnd::unfinished, 100},
        {"last part missing", head + middle, LogEnd::unfinished, 100},
        {"last part torn", head + middle + last.substr(0, 20), LogEnd::unfinished, 100},
        {"last part noise", head + middle + last.substr(0, 20) + noise(37), LogEnd::unfinished, 100},
        {"first part damaged, middle there", flipped(head, 9000) + middle, LogEnd::damaged, 100},
        {"middle part without a first", a + last, LogEnd::damaged, a.size()},
        {"first part, then another record", head + a, LogEnd::damaged, 100},
        {"block filled to the byte", exact + a, LogEnd::whole, kLogBlockBytes + a.size()},
        {"block filled, next torn", exact + a.substr(0, 30), LogEnd::unfinished, kLogBlockBytes},
        {"trailer of a block", nearly + std::string(5, '\0') + a, LogEnd::whole, kLogBlockBytes + a.size()},
        {"trailer of a block torn", nearly + std::string(2, '\0'), LogEnd::whole, kLogBlockBytes - 3},
        {"trailer, next torn", nearly + std::string(5, '\0') + a.substr(0, 5), LogEnd::unfinished, kLogBlockBytes},
        {"empty first part at the end of a block", seven + last, LogEnd::whole, kLogBlockBytes + last.size()},
        {"empty first part, then nothing", seven, LogEnd::unfinished, kLogBlockBytes - kLogHeaderBytes},
        {"record of another type", a + record(9, text(20)), LogEnd::damaged, a.size()},
        {"record of a recycled log", a + record(5, text(20)), LogEnd::damaged, a.size()},
        {"record longer than its block", a + std::string("\1\2\3\4\xff\xff\1", 7) + noise(100), LogEnd::unfinished,
         a.size()},
    };
    for (auto const& row : rows) {
        SCOPED_TRACE(row.name);
        auto tail = find_log_tail(row.log);
        EXPECT_EQ(int(tail.end), int(row.end)) << tail.why;
        EXPECT_EQ(tail.whole_bytes, row.whole);
        EXPECT_EQ(tail.why[0] != '\0', row.end == LogEnd::damaged);
    }
}

// A power cut at a sync of the MANIFEST: what was synced everywhere, the append, what was acknowledged.
struct Cut {
    std::shared_ptr<CrashFs> files;
    std::string manifest, synced, appended;
    int acknowledged = 0;
    // One byte of the payload arrived, then noise to the old length.
    std::string noisy() const { return synced + appended.substr(0, 8) + noise(appended.size() - 8); }
};

class ManifestCut : public Damage {
  protected:
    // Writes rows until `wanted` appends to a MANIFEST were met.
    std::vector<Cut> cuts(size_t wanted, bool leaves = true) {
        std::vector<Cut> found;
        std::mutex mutex;
        std::atomic<int> acknowledged{0};
        auto files = std::make_shared<CrashFs>();
        files->watch_syncs([&](std::string const& path) {
            size_t synced = files->synced_bytes(path);
            if (!path.starts_with("/data/store/MANIFEST-") || synced == 0) return;
            std::lock_guard lock(mutex);
            if (found.size() == wanted) return;
            std::mt19937_64 unused(1);
            std::string bytes = files->content(path);
            int before = acknowledged;
            found.push_back(
                {files->crash(CrashMode::none, unused), path, bytes.substr(0, synced), bytes.substr(synced), before});
        });
        auto engine = open(files);
        EXPECT_TRUE(engine) << engine.error().detail;
        auto enough = [&] {
            std::lock_guard lock(mutex);
            return found.size() == wanted;
        };
        for (int n = 0; n < 5000 && !enough(); ++n) {
            EXPECT_TRUE((*engine)->update(leaves ? put_with_leaf(random_, key_of(n), value_of(n))
                                                 : put(Space::record, key_of(n), value_of(n))));
            acknowledged = n + 1;
        }
        engine->reset();
        EXPECT_EQ(found.size(), wanted);
        return found;
    }
    std::string findings(std::shared_ptr<CrashFs> const& files) const {
        VerifyOptions verify;
        verify.store = options_on(files);
        std::string found;
        auto totals = verify_store(verify, [&](Finding const& one) { found += one.check + " " + one.found + "\n"; });
        return totals ? found : totals.error().detail;
    }
    // Whether the tail had to be dropped.
    bool check_opens_whole(std::shared_ptr<CrashFs> const& files, int acknowledged) {
        Events events;
        auto engine = open_store(options_on(files), clock_, random_, events.sink());
        EXPECT_TRUE(engine) << engine.error().detail;
        if (!engine) return false;
        EXPECT_EQ((*engine)->health().state, State::open) << (*engine)->health().detail;
        for (int n = 0; n < acknowledged; ++n) EXPECT_EQ(get(**engine, Space::record, key_of(n)), value_of(n)) << n;
        EXPECT_TRUE((*engine)->update(put(Space::row, "a", "1")));
        return events.saw("manifest-tail-dropped");
    }
};

TEST_F(ManifestCut, InAnyAppendAtAnyByteLosesNothingAcknowledged) {
    int dropped = 0, opened = 0;
    for (auto const& cut : cuts(10)) {
        size_t size = cut.appended.size();
        ASSERT_GT(size, kLogHeaderBytes);
        for (size_t kept : {size_t(0), size_t(1), size_t(6), size_t(7), size_t(8), size / 2, size - 1, size}) {
            SCOPED_TRACE("kept " + std::to_string(kept) + " of " + std::to_string(size));
            for (bool garbage : {false, true}) {
                auto files = cut.files->copy();
                std::string left = cut.synced + cut.appended.substr(0, kept);
                if (garbage) left += noise(size - kept, kept + 1);
                files->set_content(cut.manifest, left);
                bool const had_to = check_opens_whole(files, cut.acknowledged);
                if (!garbage) {
                    EXPECT_FALSE(had_to) << "RocksDB takes a torn append for the end by itself";
                }
                if (garbage && (kept == 7 || kept == 8)) {
                    EXPECT_TRUE(had_to) << "RocksDB refuses noise in a payload";
                }
                dropped += had_to;
                ++opened;
                if (kept == size / 2) {
                    EXPECT_EQ(findings(files), "");
                }
                if (HasFailure()) return;
            }
        }
    }
    std::cout << opened << " cuts, " << dropped << " tails dropped\n";
}

// What a refusal must leave behind: the same bytes, every table.
void expect_untouched(CrashFs const& files, CrashFs const& before) {
    for (auto const& path : before.files()) {
        if (!path.starts_with("/data/store/")) continue;
        EXPECT_TRUE(files.content(path) == before.content(path)) << path;
    }
    for (auto const& path : files.files()) EXPECT_FALSE(path.ends_with(".damaged")) << path;
}

// Where the records of a log of one block begin.
std::vector<size_t> starts_of(std::string const& log) {
    std::vector<size_t> starts;
    for (size_t at = 0; at < log.size();
         at += kLogHeaderBytes + uint8_t(log[at + 4]) + (size_t(uint8_t(log[at + 5])) << 8))
        starts.push_back(at);
    return starts;
}

// Damage to records that were synced, and that the store went on from, looks like a cut into an append.
TEST_F(ManifestCut, SyncedRecordsUnderNoiseAreHarmlessOrRefusedAndNothingIsChanged) {
    int refused = 0, opened = 0, by_chain = 0;
    for (bool leaves : {true, false}) {
        for (auto const& cut : cuts(14, leaves)) {
            auto starts = starts_of(cut.synced);
            for (size_t lost = 1; lost <= 4 && lost + 2 < starts.size(); ++lost) {
                auto files = cut.files->copy();
                std::string kept = cut.synced.substr(0, starts[starts.size() - lost] + 8);
                files->set_content(cut.manifest, kept + noise(cut.synced.size() - kept.size(), lost));
                auto before = files->copy();
                auto engine = open(files);
                if (engine) {
                    ++opened;
                    engine->reset();
                    check_opens_whole(files, cut.acknowledged);
                } else {
                    ++refused;
                    std::string const& detail = engine.error().detail;
                    by_chain += detail.find("store-gap") != std::string::npos;
                    EXPECT_EQ(engine.error().code, Code::RefusedToOpen);
                    EXPECT_NE(detail.find("nothing was changed"), std::string::npos) << detail;
                    expect_untouched(*files, *before);
                }
                if (HasFailure()) return;
            }
        }
    }
    EXPECT_GT(refused, 0);
    EXPECT_GT(by_chain, 0) << "RocksDB itself does not notice these";
    std::cout << opened << " opened whole, " << refused << " refused, " << by_chain << " by the chain alone\n";
}

TEST_F(ManifestCut, AStoreThatLacksMoreIsRefusedAsItWas) {
    int refused = 0;
    for (auto const& cut : cuts(8)) {
        cut.files->set_content(cut.manifest, cut.noisy());
        auto lacking = cut.files->copy();
        for (std::string wal; !(wal = wal_of(*lacking, true)).empty();) lacking->remove(wal);
        auto before = lacking->copy();
        auto engine = open(lacking);
        if (engine) {  // every acknowledged row was in a table already
            engine->reset();
            check_opens_whole(lacking, cut.acknowledged);
            continue;
        }
        ++refused;
        EXPECT_EQ(engine.error().code, Code::RefusedToOpen);
        EXPECT_NE(engine.error().detail.find("nothing was changed"), std::string::npos) << engine.error().detail;
        expect_untouched(*lacking, *before);
    }
    EXPECT_GT(refused, 0);
}

TEST_F(ManifestCut, ARecordBehindTheDamageIsRefusedAsItWas) {
    auto cut = cuts(6).back();
    cut.files->set_content(cut.manifest, cut.noisy() + record(kFull, text(20)));
    auto before = cut.files->copy();
    auto engine = open(cut.files);
    ASSERT_FALSE(engine);
    EXPECT_EQ(engine.error().code, Code::RefusedToOpen);
    EXPECT_NE(engine.error().detail.find("a whole record follows"), std::string::npos) << engine.error().detail;
    expect_untouched(*cut.files, *before);
}

TEST_F(ManifestCut, TheOriginalComesBackIfTheStoreDoesNotOpen) {
    auto cut = cuts(6).back();
    std::string const bytes = cut.noisy();
    cut.files->set_content(cut.manifest, bytes);
    auto options = options_on(cut.files);
    int opens = 0;
    options.files->change_options = [&](rocksdb::Options& rocks, rocksdb::WriteOptions&) {
        if (++opens == 3) rocks.recycle_log_file_num = 1;  // refused, look, open
    };
    auto engine = open_store(options, clock_, random_, events_.sink());
    ASSERT_FALSE(engine);
    EXPECT_EQ(opens, 3);
    EXPECT_TRUE(cut.files->content(cut.manifest) == bytes);
    EXPECT_TRUE(cut.files->content(cut.manifest + ".damaged") == bytes);
    EXPECT_FALSE(events_.saw("manifest-tail-dropped"));
    EXPECT_TRUE(check_opens_whole(cut.files, cut.acknowledged)) << "and opens when nothing hinders it";
}

TEST_F(ManifestCut, NoiseBehindWalAndManifestAtOnceIsDropped) {
    auto cut = cuts(6).back();
    cut.files->set_content(cut.manifest, cut.noisy());
    std::string wal = wal_of(*cut.files, true);
    ASSERT_FALSE(wal.empty());
    cut.files->set_content(wal, cut.files->content(wal) + noise(42'000));
    EXPECT_TRUE(check_opens_whole(cut.files, cut.acknowledged));
    EXPECT_EQ(findings(cut.files), "");
}

TEST_F(ManifestCut, FourOriginalsAreKept) {
    auto files = std::make_shared<CrashFs>();
    open(files)->reset();
    std::string newest;
    for (int round = 0; round < 7; ++round) {
        std::string manifest = "/data/store/" + files->content("/data/store/CURRENT");
        manifest.pop_back();
        newest = files->content(manifest) + record(kFull, text(50)).substr(0, 8) + noise(200'000);
        files->set_content(manifest, newest);
        Events events;
        auto engine = open_store(options_on(files), clock_, random_, events.sink());
        ASSERT_TRUE(engine) << engine.error().detail;
        EXPECT_TRUE(events.saw("manifest-tail-dropped"));
        EXPECT_TRUE(files->content(manifest + ".damaged") == newest);
    }
    int copies = 0;
    for (auto const& path : files->files()) copies += path.ends_with(".damaged");
    EXPECT_EQ(copies, 4);
}

// A store whose chain was lengthened to `groups`, all of them in tables.
void lengthen_chain(RocksSettings settings, Sequence groups) {
    auto store = RocksStore::open(std::move(settings));
    ASSERT_TRUE(store) << store.error().detail;
    auto commit = decode_commit(**(*store)->get(nullptr, Space::meta, kCommitKey));
    ASSERT_TRUE(commit);
    WriteGroup group;
    for (Sequence next = commit->sequence + 1; next <= commit->chain_first + groups - 1; ++next)
        group.put(Space::meta, chain_key(next), encode(ChainLink{commit->tree_size(), commit->time}));
    commit->sequence = commit->chain_first + groups - 1;
    group.put(Space::meta, kCommitKey, encode(*commit));
    ASSERT_TRUE((*store)->write(group));
    ASSERT_TRUE((*store)->flush());
}

TEST_F(ManifestCut, AChainOfFullLengthProvesNothingAndIsRefused) {
    for (Sequence groups : {kChainKept - 1, kChainKept}) {
        auto files = stopped_store(true, 5);
        RocksSettings settings;
        settings.folder = "/data/store";
        settings.files = options_on(files).files;
        lengthen_chain(settings, groups);
        std::string manifest = "/data/store/" + files->content("/data/store/CURRENT");
        manifest.pop_back();
        files->set_content(manifest, files->content(manifest) + record(kFull, text(50)).substr(0, 8) + noise(50));
        auto before = files->copy();
        auto engine = open(files);
        EXPECT_EQ(engine.has_value(), groups < kChainKept);
        if (engine) continue;
        EXPECT_NE(engine.error().detail.find("does not reach back"), std::string::npos) << engine.error().detail;
        expect_untouched(*files, *before);
    }
}

}  // namespace
}  // namespace ingot::storage::test
