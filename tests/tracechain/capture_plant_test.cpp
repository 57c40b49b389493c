// T17 of spec/trace-semantics.md 7.2 for one year, through real capture, store and walk.
#include "app/plant.hpp"
#include "tests/tracechain/capture_fixture.hpp"

namespace ingot::tracechain {
namespace {

Chain& year() {
    static Chain chain;
    static bool captured = false;
    if (std::exchange(captured, true)) return chain;
    std::vector<std::string> lines;
    uint64_t ordinal = 0;
    auto post = [&] {
        std::string body;
        for (std::string const& line : lines) body += line + "\n";
        auto answer = chain.post(body, principal_of("1"), true, "application/x-ndjson");
        if (!answer) throw std::runtime_error(answer.error().detail);
        lines.clear();
    };
    app::generate_plant(365, [&](app::PlantEvent const& event) {
        lines.push_back(app::plant_event_json(event, ++ordinal, {}));
        if (lines.size() == 200) post();
        return true;
    });
    if (!lines.empty()) post();
    return chain;
}

struct PlantFigures {
    double theta;
    size_t listed;
    uint64_t events;
    double pruned;
    size_t of_kind;  // trucks up, bundles down
};

void expect_figures(Asked const& asked, PlantFigures const& wanted, char kind) {
    EXPECT_EQ(asked.share.size(), wanted.listed) << wanted.theta;
    EXPECT_EQ(asked.stats.lots_visited, wanted.listed + 1) << wanted.theta;
    EXPECT_EQ(asked.stats.events_visited, wanted.events) << wanted.theta;
    EXPECT_NEAR(asked.closure.pruned, wanted.pruned, 1e-9) << wanted.theta;
    EXPECT_LE(asked.stats.records_read, 1.2 * static_cast<double>(asked.stats.nodes_visited()) + 64) << wanted.theta;
    EXPECT_EQ(asked.stats.re_expansions, 0u) << wanted.theta;
    size_t count = 0;
    for (auto const& [name, share] : asked.share) count += name[0] == kind;
    if (wanted.of_kind > 0) {
        EXPECT_EQ(count, wanted.of_kind) << wanted.theta;
    }
}

TEST(CaptureT17, OneYearHasTheSizesOfTheGenerator) {
    EXPECT_EQ(*storage::read_count(*year().view(), "events"), 14'130u);
    EXPECT_EQ(*storage::read_count(*year().view(), "lots"), 70'130u);
}

TEST(CaptureT17, UpstreamOfTheLastBundle) {
    auto const cut = year().up("Z364_1_79");
    expect_figures(cut, {1e-6, 751, 192, 0.000172132235898, 560}, 'R');
    EXPECT_NEAR(cut.share.at("P50"), 0.900900646022, 1e-9);
    auto const whole = year().up("Z364_1_79", UINT64_MAX, 0);
    expect_figures(whole, {0, 13'641, 6'642, 0, 7'000}, 'R');
    EXPECT_NEAR(whole.share.at("P50"), 0.900900900901, 1e-9);
}

TEST(CaptureT17, CoarserWalksReadLess) {
    expect_figures(year().up("Z364_1_79", UINT64_MAX, 1e-4), {1e-4, 375, 96, 0.00989428925, 0}, 'R');
    expect_figures(year().down("R100_3", UINT64_MAX, 1e-4), {1e-4, 2'674, 274, 0.01046661745, 0}, 'Z');
    expect_figures(year().down("R100_3", UINT64_MAX, 0), {0, 45'237, 4'917, 0, 40'320}, 'Z');
}

TEST(CaptureT17, TheAnswerDoesNotDependOnTheBatchSize) {
    for (auto const& [direction, start] : {std::pair(Direction::up, "Z364_1_79"), {Direction::down, "R100_3"}}) {
        auto one = Chain::wide(1e-6), many = one;
        one.batch = 1;
        many.batch = 64;
        auto const a = year().ask(direction, start, one), b = year().ask(direction, start, many);
        EXPECT_EQ(a.share, b.share);
        EXPECT_EQ(a.closure.resolved, b.closure.resolved);
        EXPECT_EQ(a.closure.pruned, b.closure.pruned);
    }
}

TEST(CaptureT17, DownstreamOfOneTruck) {
    auto const cut = year().down("R100_3");
    expect_figures(cut, {1e-6, 5'543, 583, 0.000115268989915, 4'960}, 'Z');
    EXPECT_NEAR(cut.share.at("Z115_0_0"), 0.00643500643501, 1e-9);
}

}  // namespace
}  // namespace ingot::tracechain
