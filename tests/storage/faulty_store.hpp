// A store on a disk that fails and fills up as a test says.
#pragma once

#include <algorithm>

#include "storage/file_layer.hpp"
#include "tests/storage/store_fixture.hpp"
#include "tests/support/crash_fs.hpp"
#include "tests/support/fault_fs.hpp"

namespace ingot::storage::test {

using namespace std::chrono_literals;
using ingot::test::CrashFs;
using ingot::test::FaultFs;
using ingot::test::FaultKind;

struct FaultyStore {
    std::shared_ptr<CrashFs> disk = std::make_shared<CrashFs>();
    std::shared_ptr<FaultFs> faults = std::make_shared<FaultFs>(disk);
    TestClock clock;
    SeededRandom random;
    Events events;
    std::unique_ptr<Engine> engine;

    StoreOptions options() const {
        StoreOptions out;
        out.data_dir = "/data";
        out.files = std::make_shared<FileLayer>(FileLayer{faults, false});
        out.write_buffer_bytes = 64 << 10;
        out.full_check = 10ms;
        out.first_probe = 5ms;
        return out;
    }
    Result<void> open() {
        engine.reset();
        auto opened = open_store(options(), clock, random, events.sink());
        if (!opened) {
            std::cout << opened.error().detail << "\n";
            return fail(opened.error());
        }
        engine = std::move(*opened);
        return {};
    }
    bool has_ballast() const {
        auto files = disk->files();
        return std::find(files.begin(), files.end(), "/data/ballast") != files.end();
    }
    bool recovers(std::chrono::milliseconds within = 30'000ms) {
        return wait_for([&] { return engine->health().state == State::open; }, within);
    }
};

}  // namespace ingot::storage::test
