#include "resolver/answer_cache.hpp"

#include <gtest/gtest.h>

namespace ingot::resolver {
namespace {

std::shared_ptr<void const> text(std::string value) { return std::make_shared<std::string const>(std::move(value)); }

TEST(AnswerCache, FindsByDialectAndSpelling) {
    AnswerCache cache(1 << 20);
    cache.insert(Dialect::handle, "88.1/A", "88.1/a", text("x"), 10, 5, cache.generation());
    EXPECT_TRUE(cache.find(Dialect::handle, "88.1/A", "88.1/a"));
    EXPECT_FALSE(cache.find(Dialect::handle, "88.1/A", "88.1/A")) << "the answer repeats another spelling";
    EXPECT_FALSE(cache.find(Dialect::v1, "88.1/A", "88.1/a"));
}

TEST(AnswerCache, RefusesAnAnswerReadBeforeTheChange) {
    AnswerCache cache(1 << 20);
    uint64_t const generation = cache.generation();
    cache.changed("88.1/A", 7);
    cache.insert(Dialect::v1, "88.1/A", "", text("old"), 10, 6, generation);
    EXPECT_FALSE(cache.find(Dialect::v1, "88.1/A", ""));
    cache.insert(Dialect::v1, "88.1/A", "", text("new"), 10, 7, generation);
    EXPECT_TRUE(cache.find(Dialect::v1, "88.1/A", ""));
    cache.changed("88.1/A", 8);
    EXPECT_FALSE(cache.find(Dialect::v1, "88.1/A", ""));
}

TEST(AnswerCache, RefusesAnAnswerJudgedBeforeEverythingWasCleared) {
    AnswerCache cache(1 << 20);
    uint64_t const generation = cache.generation();
    cache.clear();
    cache.insert(Dialect::v1, "88.1/A", "", text("old"), 10, 100, generation);
    EXPECT_EQ(cache.entries(), 0u);
}

TEST(AnswerCache, StaysWithinItsMemoryAndKeepsWhatIsUsed) {
    AnswerCache cache(64 * 4096);
    for (int i = 0; i < 20'000; ++i)
        cache.insert(Dialect::v1, "88.1/" + std::to_string(i), "", text("x"), 500, 1, cache.generation());
    EXPECT_LT(cache.entries(), 64u * 6);
    EXPECT_GT(cache.entries(), 64u);
    EXPECT_TRUE(cache.find(Dialect::v1, "88.1/19999", ""));
    EXPECT_FALSE(cache.find(Dialect::v1, "88.1/0", ""));
}

}  // namespace
}  // namespace ingot::resolver
