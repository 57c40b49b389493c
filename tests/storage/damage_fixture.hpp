// A store of sixty acknowledged rows as a stop or a kill leaves it, and the judgement of what a damaged one answers.
#pragma once

#include "storage/file_layer.hpp"
#include "tests/storage/store_fixture.hpp"
#include "tests/support/crash_fs.hpp"

namespace ingot::storage::test {

using ingot::test::CrashFs;
using ingot::test::CrashMode;

inline constexpr int kRows = 60;

inline std::string value_of(int n) { return "value " + std::to_string(n) + std::string(700, char('a' + n % 26)); }
inline std::string key_of(int n) { return "H" + std::to_string(1000 + n); }

class Damage : public ::testing::Test {
  protected:
    StoreOptions options_on(std::shared_ptr<CrashFs> files) const {
        StoreOptions options;
        options.data_dir = "/data";
        options.files = std::make_shared<FileLayer>(FileLayer{std::move(files), false});
        options.write_buffer_bytes = 64 << 10;
        return options;
    }
    Result<std::unique_ptr<Engine>> open(std::shared_ptr<CrashFs> const& files) {
        return open_store(options_on(files), clock_, random_, events_.sink());
    }
    // Sixty acknowledged rows, as a stop leaves them: `clean`, or as a kill does with a WAL to replay.
    std::shared_ptr<CrashFs> stopped_store(bool clean, int rows = kRows) {
        auto files = std::make_shared<CrashFs>();
        std::shared_ptr<CrashFs> image;
        auto engine = open(files);
        EXPECT_TRUE(engine) << engine.error().detail;
        for (int n = 0; n < rows; ++n) EXPECT_TRUE((*engine)->update(put_with_leaf(random_, key_of(n), value_of(n))));
        if (!clean) {
            std::mt19937_64 unused(1);
            return files->crash(CrashMode::none, unused);
        }
        engine->reset();
        return files->copy();
    }
    // What one damaged store may do. True if it answered in any of the honest ways.
    ::testing::AssertionResult honest(std::shared_ptr<CrashFs> const& files, int rows = kRows) {
        auto engine = open(files);
        if (!engine) {
            if (engine.error().code == Code::RefusedToOpen || engine.error().code == Code::StorageUnavailable)
                return ::testing::AssertionSuccess() << "refused: " << engine.error().detail;
            return ::testing::AssertionFailure() << "refused with " << slug(engine.error().code);
        }
        if ((*engine)->health().state == State::degraded)
            return ::testing::AssertionSuccess() << "degraded: " << (*engine)->health().detail;
        auto view = (*engine)->view();
        for (int n = 0; n < rows; ++n) {
            auto value = (*view)->get(Space::record, key_of(n));
            if (!value) {
                if (value.error().code != Code::DataDamaged && value.error().code != Code::StorageUnavailable)
                    return ::testing::AssertionFailure() << slug(value.error().code);
            } else if (!*value) {
                return ::testing::AssertionFailure() << key_of(n) << " is answered as not found";
            } else if (**value != value_of(n)) {
                return ::testing::AssertionFailure() << key_of(n) << " has a wrong value";
            }
        }
        return ::testing::AssertionSuccess() << "right answers or errors";
    }
    std::string wal_of(CrashFs const& files, bool newest) {
        std::string found;
        for (auto const& path : files.files())
            if (path.ends_with(".log") && !files.content(path).empty() && (found.empty() || newest)) found = path;
        return found;
    }
    size_t tables(CrashFs const& files) {
        size_t count = 0;
        for (auto const& path : files.files()) count += path.ends_with(".sst");
        return count;
    }

    TestClock clock_;
    SeededRandom random_;
    Events events_;
};

}  // namespace ingot::storage::test
