// A folder that goes away with the test.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

struct TemporaryFolder {
    TemporaryFolder() {
        std::string pattern = (std::filesystem::temp_directory_path() / "ingot-certs-XXXXXX").string();
        path = mkdtemp(pattern.data());
    }
    ~TemporaryFolder() { std::filesystem::remove_all(path); }
    TemporaryFolder(TemporaryFolder const&) = delete;
    TemporaryFolder& operator=(TemporaryFolder const&) = delete;
    std::string path;
};

// A clock that a test moves.
#include "base/clock.hpp"
struct HeldClock final : ingot::Clock {
    ingot::Time now() const override { return wall; }
    ingot::Steady steady() const override { return ticks; }
    ingot::Time wall = *ingot::parse_time("2026-11-22T00:00:00Z");
    ingot::Steady ticks{};
};
