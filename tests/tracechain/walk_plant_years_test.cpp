// T17: five years of the plant; a pruned answer costs what it costs after one.
#include "tests/tracechain/walk_plant.hpp"

namespace ingot::tracechain {
namespace {

Graph& years() {
    static PlantGraph plant(1825);
    return plant.graph();
}

TEST(WalkT17FiveYears, TheSizesOfTheGenerator) {
    EXPECT_EQ(years().newest(), 71'278u);
    EXPECT_EQ(years().lots(), 360'878u);
}

TEST(WalkT17FiveYears, UpstreamOfTheLastBundle) {
    expect_row(years(), Direction::up, "Z1824_1_79", {0, 70'850, 34'591, 0, 36'260});
    expect_row(years(), Direction::up, "Z1824_1_79", {1e-6, 751, 192, 0.000141200244920, 560});
    expect_row(years(), Direction::up, "Z1824_1_79", {1e-4, 375, 96, 0.00989428925, 0});
    EXPECT_SHARE(walk(years(), Direction::up, {"Z1824_1_79"}, every(0)), "P259", 0.900900900901);
    EXPECT_SHARE(walk(years(), Direction::up, {"Z1824_1_79"}, every(1e-6)), "P259", 0.900900646022);
}

TEST(WalkT17FiveYears, DownstreamOfOneTruck) {
    expect_row(years(), Direction::down, "R100_3", {0, 306'577, 32'657, 0, 273'920});
    expect_row(years(), Direction::down, "R100_3", {1e-6, 5'543, 583, 0.000115268989915, 4'960});
    expect_row(years(), Direction::down, "R100_3", {1e-4, 2'674, 274, 0.01046661745, 0});
}

}  // namespace
}  // namespace ingot::tracechain
