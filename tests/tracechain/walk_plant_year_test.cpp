// T17: one year of the plant.
#include "tests/tracechain/walk_plant.hpp"

namespace ingot::tracechain {
namespace {

Graph& year() {
    static PlantGraph plant(365);
    return plant.graph();
}

TEST(WalkT17, TheYearHasTheSizesOfTheGenerator) {
    EXPECT_EQ(year().newest(), 14'130u);
    EXPECT_EQ(year().lots(), 70'130u);
    size_t edges = 0;
    for (auto const& link : year().links()) edges += link.inputs.size() + std::max<size_t>(1, link.outputs.size());
    EXPECT_EQ(edges, 97'985u);
}

TEST(WalkT17, UpstreamOfTheLastBundle) {
    expect_row(year(), Direction::up, "Z364_1_79", {0, 13'641, 6'642, 0, 7'000});
    expect_row(year(), Direction::up, "Z364_1_79", {1e-6, 751, 192, 0.000172132235898, 560});
    expect_row(year(), Direction::up, "Z364_1_79", {1e-4, 375, 96, 0.00989428925, 0});
}

TEST(WalkT17, DownstreamOfOneTruck) {
    expect_row(year(), Direction::down, "R100_3", {0, 45'237, 4'917, 0, 40'320});
    expect_row(year(), Direction::down, "R100_3", {1e-6, 5'543, 583, 0.000115268989915, 4'960});
    expect_row(year(), Direction::down, "R100_3", {1e-4, 2'674, 274, 0.01046661745, 0});
}

TEST(WalkT17, SharesOfAPileAndOfABundle) {
    EXPECT_SHARE(walk(year(), Direction::up, {"Z364_1_79"}, every(0)), "P50", 0.900900900901);
    EXPECT_SHARE(walk(year(), Direction::up, {"Z364_1_79"}, every(1e-6)), "P50", 0.900900646022);
    EXPECT_SHARE(walk(year(), Direction::down, {"R100_3"}, every()), "Z115_0_0", 0.00643500643501);
}

TEST(WalkT17, TheAnswerDoesNotDependOnTheBatchSize) {
    for (Direction direction : {Direction::up, Direction::down}) {
        std::string start = direction == Direction::up ? "Z364_1_79" : "R100_3";
        auto query = every();
        query.batch = 1;
        auto one = walk(year(), direction, {start}, query);
        query.batch = 64;
        auto many = walk(year(), direction, {start}, query);
        ASSERT_EQ(one.nodes.size(), many.nodes.size());
        for (auto const& [name, node] : one.nodes) ASSERT_EQ(node.share, many.nodes.at(name).share) << name;
        EXPECT_EQ(one.closure.resolved, many.closure.resolved);
        EXPECT_EQ(one.closure.pruned, many.closure.pruned);
    }
}

}  // namespace
}  // namespace ingot::tracechain
