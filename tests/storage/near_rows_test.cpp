// The committer's near rows: they say what the store says, at every commit.
#include "storage/near_rows.hpp"

#include <gtest/gtest.h>

namespace ingot::storage {
namespace {

// A store of one row that counts how often it is asked.
class OneRow final : public View {
  public:
    mutable int asked = 0;
    std::optional<std::string> value;
    Result<std::optional<std::string>> get(Space, Bytes) const override {
        ++asked;
        return value;
    }
    Result<std::vector<std::optional<std::string>>> multi_get(Space, std::span<std::string const> keys) const override {
        return std::vector<std::optional<std::string>>(keys.size(), value);
    }
    Result<Page> scan(Range const&) const override { return Page{}; }
    Result<std::vector<Page>> multi_scan(std::span<Range const> ranges) const override {
        return std::vector<Page>(ranges.size());
    }
    Sequence sequence() const override { return 1; }
};

TEST(NearRows, AsksTheStoreOnceForPrefixesProfilesCountersAndQuotas) {
    OneRow store;
    store.value = "seven";
    NearRows near;
    NearView view(store, near);
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(**view.get(Space::record, "P88.999.1"), "seven");
        EXPECT_EQ(**view.get(Space::record, "F88.999.1"), "seven");
        EXPECT_EQ(**view.get(Space::index, "c88.999.1"), "seven");
        EXPECT_EQ(**view.get(Space::index, "q88.999.1"), "seven");
    }
    EXPECT_EQ(store.asked, 4);
}

TEST(NearRows, AsksTheStoreEveryTimeForEverythingElse) {
    OneRow store;
    NearRows near;
    NearView view(store, near);
    for (int i = 0; i < 2; ++i) {
        EXPECT_FALSE(*view.get(Space::record, "R88.999.1"));
        EXPECT_FALSE(*view.get(Space::graph, "c"));  // a campaign, not a counter
        EXPECT_FALSE(*view.get(Space::meta, "idem/x"));
    }
    EXPECT_EQ(store.asked, 6);
}

TEST(NearRows, FollowEveryCommit) {
    OneRow store;
    NearRows near;
    NearView view(store, near);
    EXPECT_FALSE(*view.get(Space::index, "ccounter"));  // that it is absent is kept as well
    Overlay first;
    first.set(Space::index, "ccounter", "1");
    near.committed(first);
    EXPECT_EQ(**view.get(Space::index, "ccounter"), "1");
    Overlay second;
    second.set(Space::index, "ccounter", std::nullopt);
    near.committed(second);
    EXPECT_FALSE(*view.get(Space::index, "ccounter"));
    EXPECT_EQ(store.asked, 1);
}

TEST(NearRows, TheSameKeyInTwoSpacesIsTwoRows) {
    OneRow store;
    NearRows near;
    NearView view(store, near);
    (void)view.get(Space::index, "c");
    Overlay changes;
    changes.set(Space::index, "c", "1");
    changes.set(Space::graph, "c", "2");
    near.committed(changes);
    EXPECT_EQ(**view.get(Space::index, "c"), "1");
}

TEST(NearRows, NothingIsKeptAcrossAReopening) {
    OneRow store;
    NearRows near;
    NearView view(store, near);
    store.value = "before";
    EXPECT_EQ(**view.get(Space::record, "P"), "before");
    store.value = "after";
    near.clear();
    EXPECT_EQ(**view.get(Space::record, "P"), "after");
}

}  // namespace
}  // namespace ingot::storage
