// Policies `line`, `window` and `selected` of a vessel (spec/trace-semantics.md 1.5, 3.2) as capture keeps them.
#include "tests/tracechain/capture_fixture.hpp"

namespace ingot::tracechain {
namespace {

using Kilograms = std::map<std::string, int64_t>;

// A charge or draw of campaign V under a policy; extra members of ingot:vessel.
std::string use(int n, int minute, std::string const& lists, std::string const& vessel) {
    return R"({"type":"TransformationEvent","eventID":")" + Notation::id(n) + R"(","eventTime":")" +
           format_time(from_micros(Notation::kStart + minute * Notation::kMinute), 3) +
           R"(","eventTimeZoneOffset":"+00:00","readPoint":{"id":"https://ingot.example/88.999.1/EQ.V"},)" + lists +
           R"(,"transformationID":")" + Notation::uri("V") + R"(","ingot:vessel":{"ingot:id":")" +
           Notation::uri("EQ.V") + "\"," + vessel + "}}";
}
std::string list(std::string const& side, std::string const& lot, int64_t kg) {
    return "\"" + side + R"(QuantityList":[{"epcClass":")" + Notation::uri(lot) + R"(","quantity":)" +
           std::to_string(kg) + R"(,"uom":"KGM"}])";
}
std::string charge(int n, int minute, std::string const& lot, int64_t kg, std::string const& terms) {
    return use(n, minute, list("input", lot, kg), R"("ingot:operation":"charge",)" + terms);
}
std::string draw(int n, int minute, std::string const& lot, int64_t kg, std::string const& terms) {
    return use(n, minute, list("output", lot, kg), R"("ingot:operation":"draw",)" + terms);
}

class PolicyTest : public testing::Test {
  protected:
    void SetUp() override { chain_.say({"C A:1000 @1", "C B:1000 @2", "C D:1000 @3"}); }

    Result<nlohmann::json> post(std::string const& event) {
        return chain_.post(Notation::document({event}), principal_of("1"));
    }
    void store(std::string const& event) {
        auto answer = post(event);
        ASSERT_TRUE(answer) << answer.error().detail;
        ASSERT_EQ((*answer)["stored"], 1);
    }
    // What the draw at this minute took, by charged lot.
    Kilograms taken(int minute) {
        auto const now = chain_.view();
        auto const number = **storage::find_campaign_number(*now, Chain::key("V"));
        Kilograms out;
        auto const rows = *storage::campaign_rows(*now, number, UINT32_MAX);
        for (auto const& row : rows) {
            if (row.kind != storage::RowKind::consume || row.time_us != Notation::kStart + minute * Notation::kMinute)
                continue;
            for (auto const& [seq, amounts] : row.layers) {
                auto const link = **storage::find_link(*now, seq);
                auto const lot = **storage::find_lot(*now, link.inputs.front().lot);
                out[lot.key.substr(9)] += amounts.value({}) / 1'000'000;
            }
        }
        return out;
    }

    Chain chain_;
};

constexpr char kLine[] = R"("ingot:policy":"line","ingot:residence":"PT30M")";

TEST_F(PolicyTest, LineTakesOnlyChargesOlderThanTheResidence) {
    store(charge(11, 10, "A", 100, kLine));
    store(charge(12, 20, "B", 100, kLine));
    store(draw(13, 45, "X", 60, kLine));  // A is 35 minutes old, B 25
    EXPECT_EQ(taken(45), (Kilograms{{"A", 60}}));
    expect_shares(chain_.up("X").share, {{"A", 1}});
}

TEST_F(PolicyTest, LineGoesOnWithYoungerOnesWhenTheRipeDoNotSuffice) {
    store(charge(11, 10, "A", 100, kLine));
    store(charge(12, 20, "B", 100, kLine));
    store(draw(13, 45, "X", 150, kLine));
    EXPECT_EQ(taken(45), (Kilograms{{"A", 100}, {"B", 50}}));
    expect_shares(chain_.up("X").share, {{"A", 2.0 / 3}, {"B", 1.0 / 3}});
}

TEST_F(PolicyTest, LineIsDerivedAgainForALateCharge) {
    store(charge(11, 10, "A", 100, kLine));
    store(draw(13, 45, "X", 100, kLine));
    store(charge(14, 5, "D", 60, kLine));  // captured last, charged first
    EXPECT_EQ(taken(45), (Kilograms{{"A", 40}, {"D", 60}}));
}

constexpr char kWindow[] = R"("ingot:policy":"window","ingot:window":"PT30M")";

TEST_F(PolicyTest, WindowIsTheChargesOfTheLastWhileByAmount) {
    store(charge(11, 10, "A", 100, kWindow));
    store(charge(12, 30, "B", 300, kWindow));
    store(charge(13, 40, "D", 100, kWindow));
    store(draw(14, 45, "X", 50, kWindow));  // A came 35 minutes before
    expect_shares(chain_.up("X").share, {{"B", 0.75}, {"D", 0.25}});
    store(draw(15, 55, "Y", 50, kWindow));  // contents are depleted by amount, not by identity
    expect_shares(chain_.up("Y").share, {{"B", 0.75}, {"D", 0.25}});
    expect_shares(chain_.down("B").of_start, {{"X", 0.75 * 50 / 1000}, {"Y", 0.75 * 50 / 1000}});
    expect_shares(chain_.down("A").of_start, {});
    expect_shares(chain_.up("X", 8).share, {{"B", 0.75}, {"D", 0.25}});  // as_of the draw
}

// The charges a draw looked back at are not kept with it: draws times charges would be.
TEST_F(PolicyTest, DrawsOfAWindowKeepNoChargesAndCostTheSameHoweverMany) {
    TraceSettings settings = Chain::example_settings();
    settings.rederive_rows_max = 6;
    Chain chain(settings);
    chain.say({"C A:1000 @1"});
    for (int i = 0; i < 20; ++i) {
        ASSERT_TRUE(chain.post(Notation::document({charge(20 + i, 10 + i, "A", 10, kWindow)}), principal_of("1")));
        std::string const name = "X" + std::to_string(i);
        auto who = principal_of("1");
        who.trace_mode = "strict";
        auto drawn = chain.post(Notation::document({draw(60 + i, 10 + i, name, 5, kWindow)}), who);
        ASSERT_TRUE(drawn) << drawn.error().detail;
    }
    auto const now = chain.view();
    auto const rows = *storage::campaign_rows(*now, **storage::find_campaign_number(*now, Chain::key("V")), UINT32_MAX);
    ASSERT_EQ(rows.size(), 40u);
    for (auto const& row : rows) EXPECT_TRUE(row.layers.empty());
    expect_shares(chain.up("X19").share, {{"A", 1}});
}

TEST_F(PolicyTest, AnEmptyWindowIsUnknown) {
    store(charge(11, 10, "A", 100, kWindow));
    store(draw(14, 60, "X", 50, kWindow));
    auto const up = chain_.up("X");
    EXPECT_NEAR(up.closure.unknown, 1, 1e-9);
    EXPECT_NEAR(up.gaps.at("empty-window"), 1, 1e-9);
}

std::string selected(int64_t a, int64_t b) {
    return R"("ingot:policy":"selected","ingot:selected":[{"ingot:id":")" + Notation::uri("A") + R"(","ingot:gross":)" +
           std::to_string(a) + R"(},{"ingot:id":")" + Notation::uri("B") + R"(","ingot:gross":)" + std::to_string(b) +
           "}]";
}

TEST_F(PolicyTest, SelectedNamesTheLotsAndTheirSumIsTheDraw) {
    std::string const plain = R"("ingot:policy":"selected")";
    store(charge(11, 10, "A", 500, plain));
    store(charge(12, 20, "B", 500, plain));
    auto off = post(draw(13, 45, "X", 200, selected(150, 51)));  // 201: 0.5 % of 200 is 1, and that is still taken
    EXPECT_TRUE(off);
    auto wrong = post(draw(14, 46, "Y", 200, selected(150, 52)));
    ASSERT_FALSE(wrong);
    EXPECT_EQ(slug(wrong.error().code), "selected-sum");
    auto const now = chain_.view();
    auto const number = **storage::find_campaign_number(*now, Chain::key("V"));
    auto const rows = *storage::campaign_rows(*now, number, UINT32_MAX);
    std::vector<std::pair<storage::LotNumber, int64_t>> const wanted{{chain_.lot("A").lot, 150'000'000},
                                                                     {chain_.lot("B").lot, 51'000'000}};
    EXPECT_EQ(rows.back().selected, wanted);
}

TEST_F(PolicyTest, ACampaignOfALinePolicyHasALimit) {
    TraceSettings settings = Chain::example_settings();
    settings.rederive_rows_max = 6;
    for (bool strict : {true, false}) {
        Chain chain(settings);
        chain.say({"C A:1000 @1"});
        auto who = principal_of("1");
        if (strict) who.trace_mode = "strict";
        for (int i = 0; i < 6; ++i)
            ASSERT_TRUE(chain.post(Notation::document({charge(20 + i, 10 + i, "A", 10, kLine)}), who));
        auto past = chain.post(Notation::document({charge(30, 20, "A", 10, kLine)}), who);
        ASSERT_EQ(past.has_value(), !strict);
        if (strict) {
            EXPECT_EQ(slug(past.error().code), "capture-limit");
        }
    }
}

}  // namespace
}  // namespace ingot::tracechain
