// Judging and answering captures: the table of spec/trace-semantics.md 3.10 row by row, idempotency 5.3, results 5.4,
// the tolerances of 2.2, corrections 2.5, custody and containers 1.4.
#include "tests/tracechain/capture_fixture.hpp"

namespace ingot::tracechain {
namespace {

// What a strict reporter is told about a line after some others; nothing = stored.
std::optional<Code> strict_refusal(std::vector<std::string> const& before, std::string const& line) {
    Chain chain;
    chain.say(before);
    auto const events = *storage::read_count(*chain.view(), "events");
    auto answer = chain.post(chain.notation.line(line), true);
    if (answer) return std::nullopt;
    EXPECT_EQ(*storage::read_count(*chain.view(), "events"), events) << "something was written";
    return answer.error().code;
}

// The flags of the same line from a tolerant reporter.
std::vector<std::string> tolerant_flags(std::vector<std::string> const& before, std::string const& line) {
    Chain chain;
    chain.say(before);
    auto answer = chain.post(chain.notation.line(line));
    if (!answer) {
        ADD_FAILURE() << line << " " << answer.error().detail;
        return {};
    }
    auto const& result = (*answer)["results"][0];
    return result.contains("flags") ? result["flags"].get<std::vector<std::string>>() : std::vector<std::string>{};
}

using Flags = std::vector<std::string>;

TEST(CaptureStrict, RowsOf310) {
    struct Case {
        std::vector<std::string> before;
        std::string line;
        std::optional<Code> strict;
        Flags tolerant;
    };
    std::vector<Case> const cases{
        {{"C A:10"}, "X A:10 > B:10", {}, {}},
        {{}, "X U:10 > B:10", Code::LotUnknown, {}},
        {{"C A:10 @50"}, "X A:10 > B:10 @20", Code::TimeOrder, {"time-order"}},
        {{"C A:10", "X A:10 > B:10"}, "X B:5 > A:5 @0.5", Code::LineageCycle, {"time-order"}},
        {{"C A:10"}, "X A:50 > B:50", Code::Overdraw, {"overdraw"}},
        {{"C A:10", "X A:10 > B:10 @30"}, "X A:5 > D:5 @20", Code::Overdraw, {"overdraw"}},
        {{"C A:10,H:1 @0.5"}, "X A:10,H:1 > B:10,H:1", {}, {}},
        {{"C A:10", "X A:10 > B:10", "C D:10"}, "X D:10 > B:10", {}, {"lot-reused"}},
        {{"C A:10"}, "X A:10 > B:20", {}, {"mass-gain"}},
    };
    for (auto const& [before, line, strict, tolerant] : cases) {
        auto const refused = strict_refusal(before, line);
        EXPECT_EQ(refused.has_value(), strict.has_value()) << line << (refused ? slug(*refused) : " stored");
        if (refused && strict) {
            EXPECT_EQ(slug(*refused), slug(*strict)) << line;
        }
        EXPECT_EQ(tolerant_flags(before, line), tolerant) << line;
    }
}

TEST(CaptureStrict, FutureTimes) {
    Chain chain;
    // The node's clock stands at minute 44640 of the notation.
    auto late = chain.post(chain.notation.line("C A:10 @44651"), true);
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code, Code::TimeFuture);
    EXPECT_TRUE(chain.post(chain.notation.line("C B:10 @44649"), true));
    auto day = chain.post(chain.notation.line("C D:10 @46000"));
    ASSERT_TRUE(day);
    EXPECT_FALSE((*day)["results"][0].contains("flags"));
    auto days = chain.post(chain.notation.line("C E:10 @46100"));
    ASSERT_TRUE(days);
    EXPECT_EQ((*days)["results"][0]["flags"][0], "time-future");
}

TEST(CaptureStrict, AReversedDocumentWithRightTimesPasses) {
    Chain chain;
    auto who = principal_of("1", registry::Role::station);
    std::string const first = chain.notation.line("C A:10").json, second = chain.notation.line("X A:10 > B:10").json;
    auto answer = chain.post(Notation::document({second, first}), who);
    ASSERT_TRUE(answer) << answer.error().detail;
    EXPECT_EQ((*answer)["results"][0]["seq"], 1);
    EXPECT_EQ((*answer)["results"][1]["seq"], 2);
    expect_shares(chain.up("B").share, {{"A", 1}});
    auto out_of_time = chain.post(
        Notation::document({chain.notation.line("X N:5 > O:5 @70").json, chain.notation.line("C N:5 @90").json}), who);
    ASSERT_FALSE(out_of_time);
    EXPECT_EQ(out_of_time.error().code, Code::LotUnknown);  // at that time it was
}

TEST(CaptureStrict, CustodyIsNeededToConsume) {
    EXPECT_EQ(strict_refusal({"C A:10"}, "X A:10 > 88.999.2/B:10 /2"), Code::NotInCustody);
    // What is one's own may be used up although it was shipped away: a return was not reported.
    EXPECT_EQ(tolerant_flags({"C A:10", "SH A:10 > 2"}, "X A:10 > B:10"), Flags{"custody-gap"});
    EXPECT_EQ(strict_refusal({"C A:10", "SH A:10 > 2", "RC A:10 /2"}, "X A:10 > 88.999.2/B:10 /2"), std::nullopt);
}

TEST(CaptureSupply, ALotThatComesBackUnderItsOwnCodeIsNoRestatedSupply) {
    Chain chain;
    chain.say({"C A:100", "X A:100 > B:100", "X B:100 > A:100", "X A:100 > D:100"});
    // All weight entering any state of A from elsewhere (3.7): once from D, once more from B.
    expect_shares(chain.up("D").share, {{"A", 2}, {"B", 1}});
}

// docs/decisions/0005: also from a tolerant reporter.
TEST(CaptureTolerant, NobodyUsesUpALotOfAnotherEnterpriseWithoutARecordedTransfer) {
    for (char const* line : {"X A:10 > 88.999.2/B:10 /2", "SH A:10 > 3 /2"}) {
        Chain chain;
        chain.say({"C A:10"});
        auto answer = chain.post(chain.notation.line(line));
        ASSERT_FALSE(answer) << line;
        EXPECT_EQ(slug(answer.error().code), "not-in-custody") << line;
    }
    EXPECT_EQ(tolerant_flags({"C A:10", "SH A:10 > 2", "RC A:10 /2"}, "X A:10 > 88.999.2/B:10 /2"), Flags{});
}

TEST(CaptureAuthority, OnlyTheEnterpriseOfTheSiteMayCaptureForIt) {
    Chain chain;
    auto foreign = chain.post(Notation::document({chain.notation.line("C 88.999.2/A:10 /2").json}), principal_of("1"));
    ASSERT_FALSE(foreign);
    EXPECT_EQ(foreign.error().code, Code::NotYourSite);
    auto own = chain.post(Notation::document({chain.notation.line("C 88.999.2/A:10 /2").json}), principal_of("2"));
    EXPECT_TRUE(own);
}

TEST(CaptureIdempotency, TheRowsOf53) {
    Chain chain;
    NotedEvent const event = chain.notation.line("C A:10");
    auto stored = chain.post(event);
    ASSERT_TRUE(stored);
    auto again = chain.post(event);
    ASSERT_TRUE(again);
    EXPECT_EQ((*again)["results"][0]["status"], "duplicate");
    EXPECT_EQ((*again)["results"][0]["record_time"], (*stored)["results"][0]["record_time"]);
    EXPECT_EQ((*again)["results"][0]["seq"], 1);
    EXPECT_FALSE(again->contains("log"));
    auto spelled = event;
    spelled.json.replace(spelled.json.find("\"quantity\":10,"), 14, "\"quantity\":10.0,");
    EXPECT_EQ((*chain.post(spelled))["duplicate"], 1);
    auto other = chain.post(chain.notation.line("C A:11", 1));
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().code, Code::EventConflict);
    auto within =
        chain.post(Notation::document({chain.notation.line("C B:1").json, chain.notation.line("C B:1", 2).json}),
                   principal_of("1"));
    ASSERT_TRUE(within) << within.error().detail;
    EXPECT_EQ((*within)["stored"], 1);
    EXPECT_EQ((*within)["duplicate"], 1);
}

TEST(CaptureIdempotency, AnEventWithoutIdIsFoundByItsContent) {
    Chain chain;
    std::string json = chain.notation.line("C A:10").json;
    json.erase(1, json.find(',') - 0);
    auto first = chain.post(Notation::document({json}), principal_of("1"));
    ASSERT_TRUE(first) << first.error().detail;
    EXPECT_TRUE((*first)["results"][0]["event_id"].get<std::string>().starts_with("ni:///sha-256;"));
    EXPECT_EQ((*chain.post(Notation::document({json}), principal_of("1")))["duplicate"], 1);
}

TEST(CaptureResults, ProceedKeepsWhatIsGood) {
    Chain chain;
    auto who = principal_of("1");
    who.trace_mode = "strict";
    std::string const good = chain.notation.line("C L:10").json, bad = chain.notation.line("X L:50 > O:50").json;
    auto answer = chain.post(Notation::document({good, bad, good}), who, false);
    ASSERT_TRUE(answer) << answer.error().detail;
    EXPECT_EQ((*answer)["on_error"], "proceed");
    EXPECT_EQ((*answer)["stored"], 1);
    EXPECT_EQ((*answer)["refused"], 1);
    EXPECT_EQ((*answer)["duplicate"], 1);
    auto const& error = (*answer)["results"][1]["error"];
    EXPECT_EQ(error["type"], "overdraw");
    EXPECT_EQ(error["status"], 409);
    EXPECT_EQ(error["lot"], "88.999.1/L");
    EXPECT_EQ(error["available_kg"], 10);
    EXPECT_EQ(error["wanted_kg"], 50);
    EXPECT_EQ((*answer)["log"]["count"], 1);
    EXPECT_EQ((*answer)["log"]["origin"], "ingot.example/v1/log");
}

TEST(CaptureResults, RollbackLeavesNothingAndSaysWhy) {
    Chain chain;
    auto who = principal_of("1");
    who.trace_mode = "strict";
    std::vector<std::string> const events{chain.notation.line("C L:10").json, chain.notation.line("X L:50 > O:50").json,
                                          chain.notation.line("C N:10").json};
    auto const before = Chain::rows(*chain.view(), storage::Space::index);
    auto answer = chain.post(Notation::document(events), who);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, Code::Overdraw);
    nlohmann::json results;
    for (auto const& extra : answer.error().extras)
        if (extra.name == "results") results = nlohmann::json::parse(std::get<std::string>(extra.value));
    ASSERT_EQ(results.size(), 3u);
    EXPECT_EQ(results[0]["status"], "rolled_back");
    EXPECT_EQ(results[1]["status"], "refused");
    EXPECT_EQ(results[2]["status"], "rolled_back");
    EXPECT_EQ(Chain::rows(*chain.view(), storage::Space::index), before);
    EXPECT_EQ(*storage::read_count(*chain.view(), "events"), 0u);
}

TEST(CaptureCorrection, ADeclarationMayComeFirst) {
    Chain chain;
    chain.say({"C A:10"});
    NotedEvent const event = chain.notation.line("X A:10 > B:10"), error = chain.notation.line("ER 2 did_not_occur");
    ASSERT_TRUE(chain.post(error));
    ASSERT_TRUE(chain.post(event));
    EXPECT_EQ(chain.on_hand_kg("A"), 10);
    auto const records = *read_events_of(*chain.view(), Notation::id(2));
    ASSERT_EQ(records.size(), 2u);
    EXPECT_EQ(records[1].void_seq, records[0].facts.seq);
}

TEST(CaptureCorrection, OnlyTheReporterMayDeclare) {
    Chain chain;
    chain.say({"C A:10"});
    NotedEvent error = chain.notation.line("ER 1 did_not_occur");
    auto at = error.json.find("88.999.1/EQ.SITE");
    error.json.replace(at, 16, "88.999.2/EQ.SITE");
    auto foreign = chain.post(Notation::document({error.json}), principal_of("2"));
    ASSERT_FALSE(foreign);
    EXPECT_EQ(foreign.error().code, Code::NotYourEvent);
}

TEST(CaptureCorrection, AVoidShipmentReturnsCustody) {
    Chain chain;
    chain.say({"C A:10", "SH A:4 > 2"});
    auto shipped = settle(chain.lot("A"));
    ASSERT_EQ(shipped.size(), 2u);
    EXPECT_EQ(shipped[0].on_hand, 6'000'000);
    EXPECT_EQ(shipped[1].in_transit, 4'000'000);
    chain.say({"ER 2 did_not_occur"});
    auto back = settle(chain.lot("A"));
    ASSERT_EQ(back.size(), 1u);
    EXPECT_EQ(back[0].on_hand, 10'000'000);
}

TEST(CaptureCustody, ShipReceiveAndLeave) {
    Chain chain;
    chain.say({"C A:10", "SH A:4 > 2", "RC A:4 /2", "SH A:1 > https://x.example/party /2"});
    std::map<std::string, Holding> by;
    for (auto const& holding : settle(chain.lot("A"))) by[holding.party] = holding;
    EXPECT_EQ(by["88.999.1"].on_hand, 6'000'000);
    EXPECT_EQ(by["88.999.2"].on_hand, 3'000'000);
    EXPECT_EQ(by["88.999.2"].owned, 3'000'000);
    EXPECT_EQ(by["https://x.example/party"].left, 1'000'000);
}

TEST(CaptureTolerance, AReceivedQuantityIsASupplyUntilARealOneComes) {
    Chain chain;
    std::string const lot = "77.1/F";  // of nobody here
    chain.say({"RC " + lot + ":10 /2"});
    EXPECT_EQ(chain.on_hand_kg(lot), 10);
    auto const holdings = settle(chain.lot(lot));
    ASSERT_EQ(holdings.size(), 1u);
    EXPECT_EQ(holdings[0].party, "88.999.2");
    chain.say({"C " + lot + ":12 @0.1"});
    EXPECT_EQ(chain.on_hand_kg(lot), 12);
}

TEST(CaptureTolerance, ARestatedBatchIsSuppliedOnce) {
    Chain chain;
    chain.say({"C A:10", "X A:10 > B:10", "C B:10"});
    EXPECT_EQ(chain.on_hand_kg("B"), 10);
    EXPECT_EQ(chain.lot("B").flags & static_cast<uint32_t>(storage::Flag::restated_supply),
              static_cast<uint32_t>(storage::Flag::restated_supply));
    chain.say({"C B:11"});
    EXPECT_EQ(chain.on_hand_kg("B"), 21);
}

TEST(CaptureVessel, ACampaignKeepsItsPolicy) {
    Chain chain;
    chain.say({"C A:10", "V+ V[fifo] A:1"});
    auto other = chain.post(chain.notation.line("V+ V[lifo] A:1"));
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().code, Code::VesselPolicyConflict);
    EXPECT_TRUE(chain.post(chain.notation.line("V+ V A:1")));
}

TEST(CaptureSpill, AReagentWithManyConsumersGivesTheSameFigures) {
    Chain chain;
    chain.say({"C R:1000"});
    for (int i = 0; i < 40; ++i) chain.say({"X R:10 > Y" + std::to_string(i) + ":10"});
    LotRow const lot = chain.lot("R");
    EXPECT_EQ(lot.spilled_rows, 41u);
    EXPECT_TRUE(lot.rows.empty());
    EXPECT_EQ(lot.tail.content.value({}), 600'000'000);
    chain.say({"X R:100 > LATE:100 @1.5"});
    EXPECT_EQ(chain.on_hand_kg("R"), 500);
    EXPECT_EQ(storage::lot_rows(*chain.view(), chain.lot("R"))->size(), 42u);
}

TEST(CaptureDirty, ALateChargeBelowManyRowsIsMarkedAndRepairedByTheNext) {
    TraceSettings settings = Chain::example_settings();
    settings.rederive_rows_max = 5;
    Chain chain(settings);
    chain.say({"C A:1000", "C B:1000", "V+ V A:100 @10"});
    for (int i = 0; i < 8; ++i) chain.say({"V- V > D" + std::to_string(i) + ":1 @" + std::to_string(20 + i)});
    chain.say({"V+ V B:100 @11"});
    auto campaign = [&] {
        auto const now = chain.view();
        return **storage::find_campaign(*now, **storage::find_campaign_number(*now, Chain::key("V")));
    };
    EXPECT_NE(campaign().dirty_from, 0u);
    auto const before = chain.up("D7").share;
    expect_shares(before, {{"A", 0.5}, {"B", 0.5}});
    chain.say({"V- V > E:1 @60"});
    EXPECT_EQ(campaign().dirty_from, 0u);
    expect_shares(chain.up("D7").share, before);
}

}  // namespace
}  // namespace ingot::tracechain
