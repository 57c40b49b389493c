#include "registry/shared_map.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace ingot::registry {
namespace {

std::map<std::string, int> content(SharedMap<int> const& map) {
    std::map<std::string, int> all;
    std::string before;
    for (auto const& [key, value] : map) {
        EXPECT_TRUE(all.empty() || before < key) << "in order: " << before << ' ' << key;
        before = key;
        all.emplace(key, value);
    }
    return all;
}

// Every copy stays what it was, whatever is done to the others.
TEST(SharedMap, BehavesAsAMapAndItsCopiesStay) {
    unsigned const seed = std::random_device()();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    SharedMap<int> map;
    std::map<std::string, int> model;
    std::vector<std::pair<SharedMap<int>, std::map<std::string, int>>> kept;
    for (int i = 0; i < 2'000; ++i) {
        std::string const key = "88." + std::to_string(random() % 300);
        if (random() % 3) {
            map.put(key, i);
            model[key] = i;
        } else {
            map.erase(key);
            model.erase(key);
        }
        std::string const asked = "88." + std::to_string(random() % 300);
        int const* found = map.find(asked);
        ASSERT_EQ(found != nullptr, model.contains(asked));
        if (found) {
            ASSERT_EQ(*found, model.at(asked));
        }
        auto const at = map.lower_bound(asked);
        auto const past = map.upper_bound(asked);
        auto const model_at = model.lower_bound(asked), model_past = model.upper_bound(asked);
        ASSERT_EQ(at == map.end(), model_at == model.end());
        ASSERT_EQ(past == map.end(), model_past == model.end());
        if (model_at != model.end()) {
            ASSERT_EQ(at->first, model_at->first);
        }
        if (model_past != model.end()) {
            ASSERT_EQ(past->first, model_past->first);
        }
        if (i % 100 == 0) kept.emplace_back(map, model);
    }
    EXPECT_EQ(content(map), model);
    for (auto const& [copy, expected] : kept) EXPECT_EQ(content(copy), expected);
}

struct Counted {
    static inline uint64_t copies = 0;
    Counted() = default;
    Counted(Counted const&) { ++copies; }
    Counted(Counted&&) = default;
    Counted& operator=(Counted const&) = delete;
};

TEST(SharedMap, AChangeCopiesNoOtherEntry) {
    SharedMap<Counted> map;
    for (int i = 0; i < 4'096; ++i) map.put(std::to_string(i), Counted());
    Counted::copies = 0;
    SharedMap<Counted> next = map;
    next.put("new", Counted());
    next.erase("17");
    EXPECT_EQ(Counted::copies, 0u);
    EXPECT_EQ(map.find("42"), next.find("42")) << "the same entry in both";
    EXPECT_FALSE(map.contains("new"));
    EXPECT_TRUE(map.contains("17"));
}

}  // namespace
}  // namespace ingot::registry
