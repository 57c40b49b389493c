// Stores of earlier releases open, verify, answer and go on (spec/durability.md 10); and how long a restart takes.
#include "tests/storage/golden_store.hpp"

#include <unistd.h>

#include <filesystem>

#include "storage/commit_record.hpp"
#include "storage/file_layer.hpp"
#include "storage/verify.hpp"

namespace ingot::storage::test {
namespace {

namespace fs = std::filesystem;

class Scratch {
  public:
    Scratch() : path_(fs::temp_directory_path() / ("ingot-golden-" + std::to_string(::getpid()))) {
        fs::remove_all(path_);
        fs::create_directories(path_);
        fs::permissions(path_, fs::perms::owner_all);
    }
    ~Scratch() { fs::remove_all(path_); }
    fs::path const& path() const { return path_; }

  private:
    fs::path path_;
};

std::string findings_of(StoreOptions const& options) {
    VerifyOptions verify;
    verify.store = options;
    verify.deep = true;
    std::string found;
    auto totals = verify_store(verify, [&](Finding const& finding) {
        found += finding.check + " " + finding.key + finding.file + ": " + finding.found + "\n";
    });
    return totals ? found : totals.error().detail;
}

TEST(GoldenStore, EveryReleaseOpensVerifiesAnswersAndGoesOn) {
    int releases = 0;
    for (auto const& entry : fs::directory_iterator(INGOT_GOLDEN)) {
        if (!entry.path().filename().string().starts_with("store-")) continue;
        SCOPED_TRACE(entry.path().filename());
        ++releases;
        Scratch scratch;
        fs::path data = scratch.path() / "data";
        fs::copy(entry.path(), data, fs::copy_options::recursive);
        fs::permissions(data, fs::perms::owner_all);
        auto options = golden_options(data);
        ASSERT_EQ(findings_of(options), "");
        TestClock clock;
        SeededRandom random;
        {
            auto engine = open_store(options, clock, random);
            ASSERT_TRUE(engine) << engine.error().detail;
            ASSERT_EQ((*engine)->health().state, State::open) << (*engine)->health().detail;
            for (int n = 0; n < kGoldenRows; ++n)
                ASSERT_EQ(get(**engine, Space::record, golden_key(n)), golden_value(n));
            auto replayed = (*engine)->update(golden_request());
            ASSERT_TRUE(replayed);
            EXPECT_TRUE(replayed->replayed);
            EXPECT_EQ(replayed->reply.body, "golden answer");
            ASSERT_TRUE((*engine)->update(put_with_leaf(random, golden_key(kGoldenRows), "new")));
        }
        ASSERT_EQ(findings_of(options), "");
    }
    EXPECT_GE(releases, 1);
}

TEST(StoreFormat, ANewerFormatIsRefusedAndLeftAlone) {
    auto files = memory_file_layer();
    TestClock clock;
    SeededRandom random;
    StoreOptions options;
    options.files = files;
    {
        auto engine = open_memory_store(clock, random, options);
        ASSERT_TRUE((*engine)->update(
            put(Space::meta, std::string(kFormatKey), encode(StoreFormat{2, 2, "ingot 9", "ingot 9", true}))));
    }
    auto refused = open_memory_store(clock, random, options);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::RefusedToOpen);
    EXPECT_NE(refused.error().detail.find("written by newer version ingot 9"), std::string::npos);
}

TEST(Restart, AHundredThousandRecordsAfterAKill) {
    Scratch scratch;
    TestClock clock;
    SystemRandom random;
    auto options = golden_options(scratch.path() / "data");
    options.write_buffer_bytes = 64 << 20;
    auto engine = open_store(options, clock, random);
    ASSERT_TRUE(engine) << engine.error().detail;
    for (int operation_number = 0; operation_number < 50; ++operation_number) {
        Operation many = operation([&](Batch& batch) -> Result<void> {
            for (int n = operation_number * 2000; n < (operation_number + 1) * 2000; ++n) {
                batch.put(Space::record, golden_key(n), golden_value(n));
                batch.leaf(make_leaf(random, 0x0101, "88.999.1", std::to_string(n), Space::record, golden_key(n),
                                     golden_value(n)));
            }
            return {};
        });
        many.bytes = 2000 * 300;
        ASSERT_TRUE((*engine)->update(std::move(many)));
    }
    // The folder as a kill leaves it: copied while the store is open, with its WAL still to be replayed.
    fs::path killed = scratch.path() / "killed";
    fs::copy(scratch.path() / "data", killed, fs::copy_options::recursive);
    fs::permissions(killed, fs::perms::owner_all);
    auto start = std::chrono::steady_clock::now();
    auto again = open_store(golden_options(killed), clock, random);
    ASSERT_TRUE(again) << again.error().detail;
    EXPECT_EQ(get(**again, Space::record, golden_key(99'999)), golden_value(99'999));
    auto took = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    std::cout << "first answer " << took << " s after a kill, 100,000 records in the WAL\n";
    RecordProperty("seconds", std::to_string(took));
    EXPECT_EQ((*again)->health().state, State::open) << (*again)->health().detail;
}

}  // namespace
}  // namespace ingot::storage::test
