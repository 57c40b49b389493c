// What one event may cost and how far sums may go: late rows, the cycle search, waiting declarations, amounts near
// 4e18.
#include <random>

#include "tests/tracechain/capture_fixture.hpp"
#include "tracechain/capture_account.hpp"
#include "tracechain/capture_supplies.hpp"

namespace ingot::tracechain {
namespace {

constexpr char kMost[] = "4000000000000";  // kg: 4e18 mg

Code refusal(Result<nlohmann::json> const& answer) {
    if (answer) {
        ADD_FAILURE() << "stored: " << answer->dump();
        return Code::Internal;
    }
    return answer.error().code;
}

// A line refused as amount-range after others; nothing of it is written.
void expect_out_of_range(std::vector<std::string> const& before, std::string const& line) {
    Chain chain;
    chain.say(before);
    auto const index = Chain::rows(*chain.view(), storage::Space::index);
    auto const graph = Chain::rows(*chain.view(), storage::Space::graph);
    EXPECT_EQ(slug(refusal(chain.post(chain.notation.line(line)))), "amount-range") << line;
    EXPECT_EQ(Chain::rows(*chain.view(), storage::Space::index), index) << line;
    EXPECT_EQ(Chain::rows(*chain.view(), storage::Space::graph), graph) << line;
}

TEST(CaptureRange, SumsBeyond4e18AreRefusedAndNothingIsWritten) {
    std::string const most = kMost;
    expect_out_of_range({"C A:" + most}, "C A:" + most);                                 // supplied
    expect_out_of_range({"C A:1"}, "AJ A +" + most);                                     // content
    expect_out_of_range({"C A:1", "X A:" + most + " > B:1"}, "X A:" + most + " > D:1");  // debt
    expect_out_of_range({}, "X A:" + most + ",B:" + most + ",D:" + most + " > E:1");     // M of the event
    expect_out_of_range({"C A:1"}, "X A:1 > B:" + most + ",D:" + most + ",E:" + most);   // its outputs
    expect_out_of_range({"T V A:" + most + " >"}, "T V B:" + most + " >");               // a plain campaign
    expect_out_of_range({"V+ V A:" + most}, "V+ V B:" + most);                           // a vessel
    expect_out_of_range({"V+ V[fifo] A:" + most}, "V+ V B:" + most + " @0.5");           // with layers
    expect_out_of_range({"C A:1", "SH A:" + most + " > 2"}, "SH A:" + most + " > 2");    // custody
    expect_out_of_range({"C A:" + most, "V+ V A:1 @10"}, "C A:" + most + " @0.1");       // a late supply
}

TEST(CaptureRange, ASumOfExactly4e18IsTaken) {
    Chain chain;
    chain.say({"C A:3999999999999", "C A:1", "X A:4000000000000 > B:4000000000000"});
    EXPECT_EQ(chain.lot("A").tail.supplied, 4'000'000'000'000'000'000);
    EXPECT_EQ(chain.on_hand_kg("B"), 4'000'000'000'000);
}

TEST(CaptureRange, AVoidGivesTheRoomBack) {
    Chain chain;
    chain.say({"C A:4000000000000", "ER 1 did_not_occur", "C A:4000000000000"});
    EXPECT_EQ(chain.on_hand_kg("A"), 4'000'000'000'000);
}

TraceSettings small_limits() {
    TraceSettings settings = Chain::example_settings();
    settings.rederive_rows_max = 20;
    return settings;
}

// A reagent with `consumers` draws a minute apart, from minute 10 on.
void feed(Chain& chain, std::string const& lot, int consumers) {
    chain.say({"C " + lot + ":1000000 @1"});
    for (int i = 0; i < consumers; ++i)
        chain.say({"X " + lot + ":10 > Y" + std::to_string(i) + ":10 @" + std::to_string(10 + i)});
}

TEST(CaptureLate, ALateRowMayHaveAsManyRowsAfterItAsTheLimitSays) {
    Chain chain(small_limits());
    feed(chain, "R", 40);
    chain.say({"X R:7 > L:7 @29.5"});  // 20 rows after it
    EXPECT_EQ(chain.lot("R").spilled_rows, 42u);
    EXPECT_EQ(chain.on_hand_kg("R"), 1'000'000 - 407);
    auto const before = Chain::rows(*chain.view(), storage::Space::row);
    auto answer = chain.post(chain.notation.line("X R:7 > M:7 @28.5"));  // 22
    EXPECT_EQ(slug(refusal(answer)), "capture-limit");
    EXPECT_EQ(Chain::rows(*chain.view(), storage::Space::row), before);
    chain.say({"X R:7 > N:7 @60"});  // in time order: no matter how many stand before it
}

TEST(CaptureLate, AVoidMayHaveAsManyRowsAfterItAsTheLimitSays) {
    Chain chain(small_limits());
    feed(chain, "R", 40);                // event n + 2 stands at minute 10 + n
    chain.say({"ER 21 did_not_occur"});  // at minute 29: 20 rows after it
    EXPECT_EQ(chain.on_hand_kg("R"), 1'000'000 - 390);
    EXPECT_EQ(slug(refusal(chain.post(chain.notation.line("ER 20 did_not_occur")))), "capture-limit");
}

TEST(CaptureLate, AStrictEventInALongCampaignIsRefusedATolerantOneLeftToReaders) {
    for (bool strict : {true, false}) {
        Chain chain(small_limits());
        chain.say({"C A:100000", "V+ V A:10000 @10"});
        for (int i = 0; i < 30; ++i) chain.say({"V- V > D" + std::to_string(i) + ":1 @" + std::to_string(20 + i)});
        ASSERT_TRUE(chain.post(chain.notation.line("V- V > IN:1 @29.5"), strict));  // 20 rows after it
        auto answer = chain.post(chain.notation.line("V- V > OUT:1 @28.5"), strict);
        if (strict) {
            EXPECT_EQ(slug(refusal(answer)), "capture-limit");
        } else {
            ASSERT_TRUE(answer);
            expect_shares(chain.up("OUT").share, {{"A", 1}});
        }
    }
}

// Only the rows after a late one are derived: the same as a replay of all of them, to the last field.
TEST(CaptureLate, DerivesWhatAReplayOfAllRowsWould) {
    for (unsigned seed = 1; seed <= 12; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        std::mt19937 random(seed);
        Chain chain;
        bool const vessel = seed % 3 == 0;
        auto draw = [&](int n, double minute) {
            std::string const kg = std::to_string(1 + random() % 400), name = "Y" + std::to_string(n) + ":" + kg;
            return (vessel ? "V- V > " + name : "X R:" + kg + " > " + name) + " @" + std::to_string(minute);
        };
        chain.say({"C R:9000{dry 8100, Cu 20 final} @1"});
        if (vessel) chain.say({"V+ V R:5000 @2"});
        for (int n = 0; n < 30; ++n) chain.say({draw(n, 10 + n)});
        if (seed % 2 && !vessel) chain.say({"AJ R -100 @44.5"});
        for (int n = 30; n < 60; ++n) {
            unsigned const what = random() % 4;
            if (what == 0 && n > 35) {
                auto answer =
                    chain.post(chain.notation.line("ER " + std::to_string(3 + random() % 29) + " did_not_occur"));
                ASSERT_TRUE(answer) << answer.error().detail;
            } else if (what == 1) {
                chain.say({draw(n, 50 + n)});
            } else {
                chain.say({draw(n, static_cast<double>(random() % 60) + 10.5)});
            }
        }
        auto const now = chain.view();
        std::vector<AccountRow> rows;
        AccountTail tail;
        AccountTerms terms = terms_of(chain.trace->settings());
        if (vessel) {
            auto const campaign =
                **storage::find_campaign(*now, **storage::find_campaign_number(*now, Chain::key("V")));
            rows = *storage::campaign_rows(*now, campaign.campaign, UINT32_MAX);
            tail = campaign.tail;
            terms = terms_of(chain.trace->settings(), campaign);
        } else {
            rows = *storage::lot_rows(*now, chain.lot("R"));
            tail = chain.lot("R").tail;
        }
        ASSERT_GT(rows.size(), 50u);
        Replayed const all = replay(rows, terms);
        std::erase_if(rows, [](AccountRow const& row) { return row.void_seq != 0; });
        EXPECT_EQ(rows, all.rows);
        LotRow stored, replayed;
        stored.tail = tail;
        replayed.tail = all.tail;
        EXPECT_EQ(storage::encode(stored), storage::encode(replayed));
        int64_t on_hand = 0;
        for (auto const& holding : settle(chain.lot("R"))) on_hand += holding.on_hand;
        EXPECT_EQ(on_hand, chain.lot("R").tail.content.value({}));

        Chain second;
        ASSERT_TRUE(chain.trace->rebuild_into(*now, *second.engine));
        for (auto space : {storage::Space::graph, storage::Space::row})
            EXPECT_EQ(Chain::rows(*now, space), Chain::rows(*second.view(), space));
    }
}

// A heel under one lot id with opening stock (T20): every heat takes it and makes it, in time order.
TEST(CaptureLate, AHeelIsNotReplayedWithEveryHeat) {
    Chain chain(small_limits());
    chain.say({"C HEEL:500 @1", "C ALI:1000 @2"});
    for (int i = 0; i < 40; ++i) {
        std::string const n = std::to_string(i);
        chain.say({"X ALI:10,HEEL:500 > B" + n + ":10,HEEL:500 @" + std::to_string(10 + i)});
    }
    LotRow const lot = chain.lot("HEEL");
    EXPECT_EQ(lot.tail.content.value({}), 500'000'000);
    auto const replayed = replay(*storage::lot_rows(*chain.view(), lot), terms_of(chain.trace->settings()));
    EXPECT_EQ(replayed.tail.content, lot.tail.content);
    EXPECT_EQ(replayed.tail.states, lot.tail.states);
}

TEST(CaptureLate, AReceivingOfALotWithASupplyCostsNothing) {
    Chain chain(small_limits());
    feed(chain, "R", 40);
    chain.say({"SH R:10 > 2 @60", "RC R:10 /2 @61", "X R:10 > M:10 @62"});
    EXPECT_EQ(chain.on_hand_kg("R"), 1'000'000 - 410);
    auto const rows = *storage::lot_rows(*chain.view(), chain.lot("R"));
    auto marked = rows;
    mark_supplies(marked, storage::LotKind::batch);
    EXPECT_EQ(rows, marked) << "the receiving is marked as one that stands in for nothing";
}

// Twenty thousand supplies that might restate each other: sets, not pairs of pairs.
TEST(CaptureLate, WhichSuppliesRestateOthersIsFoundWithoutComparingAll) {
    std::vector<AccountRow> rows;
    for (uint64_t i = 0; i < 30'000; ++i) {
        AccountRow row;
        row.time_us = row.sort_time_us = static_cast<int64_t>(i);
        row.seq = row.sort_seq = i + 1;
        row.phase = i % 3 == 2 ? 0 : 1;
        row.kind = i % 3 == 0   ? storage::RowKind::commission
                   : i % 3 == 1 ? storage::RowKind::output
                                : storage::RowKind::consume;
        row.stated.set({}, 10);
        rows.push_back(row);
    }
    mark_supplies(rows, storage::LotKind::batch);
    for (size_t i = 0; i < rows.size(); i += 3) ASSERT_TRUE(rows[i].restated) << i;
    for (size_t i = 1; i < rows.size(); i += 3) rows[i].site_mark = 7;
    mark_supplies(rows, storage::LotKind::batch);
    for (size_t i = 0; i < rows.size(); i += 3) ASSERT_FALSE(rows[i].restated) << i;
}

// Many late draws in one document: together they derive as much as the document may, the rest is left to readers.
TEST(CaptureLate, ADocumentOfLateDrawsSpendsOneBudget) {
    TraceSettings settings = small_limits();
    settings.rederive_rows_max = 100;
    Chain chain(settings);
    chain.say({"C A:100000 @1", "V+ V[fifo] A:10000 @10"});
    for (int i = 0; i < 60; ++i) chain.say({"V- V > D" + std::to_string(i) + ":1 @" + std::to_string(20 + i)});
    std::vector<std::string> late;
    for (int i = 0; i < 10; ++i)
        late.push_back(
            chain.notation.line("V- V > L" + std::to_string(i) + ":1 @" + std::to_string(15.1 + i / 100.0)).json);
    auto answer = chain.post(Notation::document(late), principal_of("1"), true);
    ASSERT_TRUE(answer) << answer.error().detail;
    auto const now = chain.view();
    auto const campaign = **storage::find_campaign(*now, **storage::find_campaign_number(*now, Chain::key("V")));
    EXPECT_NE(campaign.dirty_from, 0u) << "100 rows and 16 a further event do not suffice for ten times 60";
    expect_shares(chain.up("L9").share, {{"A", 1}});
}

TEST(CaptureLate, APlainCampaignEndsAtTheLimitAndIsTurnedAtOnce) {
    Chain chain(small_limits());
    chain.say({"C A:1000 @1"});
    for (int i = 0; i < 20; ++i)
        chain.say({"T V A:10 > X" + std::to_string(i) + ":5 @" + std::to_string(100 - i)});  // backwards in time
    EXPECT_EQ(slug(refusal(chain.post(chain.notation.line("T V A:10 > Y:5 @120")))), "capture-limit");
    chain.say({"V- V > Z:5 @130"});
    auto const now = chain.view();
    auto const campaign = **storage::find_campaign(*now, **storage::find_campaign_number(*now, Chain::key("V")));
    auto const rows = *storage::campaign_rows(*now, campaign.campaign, UINT32_MAX);
    EXPECT_EQ(rows.size(), 41u);
    EXPECT_EQ(campaign.row_count, 41u);
    auto const all = replay(rows, terms_of(chain.trace->settings(), campaign));
    EXPECT_EQ(rows, all.rows);
}

TEST(CaptureAssays, AnEventAndALotHaveAsManyAsTheLimitsSay) {
    TraceSettings settings = Chain::example_settings();
    settings.assays_per_event_max = settings.lot_assays_per_event_max = 2;
    settings.assays_per_lot_max = 3;
    Chain chain(settings);
    chain.say({"C A:1{Pb 60 Zn 5}"});
    EXPECT_EQ(slug(refusal(chain.post(chain.notation.line("C B:1{Pb 60 Zn 5 Cu 1}")))), "capture-limit")
        << "three in one";
    EXPECT_EQ(slug(refusal(chain.post(chain.notation.line("C D:1{Pb 60 Zn 5},E:1")))), "capture-limit")
        << "two of two lots";
    EXPECT_EQ(slug(refusal(chain.post(chain.notation.line("C A:1{Pb 60 Zn 5}")))), "capture-limit") << "a fourth of A";
    chain.say({"C A:1{Pb 60}"});
    EXPECT_EQ(chain.lot("A").assays.size(), 3u);
}

TEST(CaptureAssays, LotsTimesTextIsLimited) {
    TraceSettings settings = Chain::example_settings();
    settings.description_bytes_max = 200;
    Chain chain(settings);
    chain.say({"C A:1{Pb 60}"});
    EXPECT_EQ(slug(refusal(chain.post(chain.notation.line("C B:1{Pb 60},D:1,E:1")))), "capture-limit");
}

TEST(CaptureParties, ALotMovesBetweenAsManyAsTheLimitSays) {
    TraceSettings settings = Chain::example_settings();
    settings.parties_per_lot_max = 7;  // its owner 1, each receiver 3: itself, custody, ownership
    Chain chain(settings);
    chain.say({"C A:10", "SH A:1 > 2", "SH A:1 > 3", "SH A:1 > 2"});
    EXPECT_EQ(slug(refusal(chain.post(chain.notation.line("SH A:1 > 4")))), "capture-limit");
}

// D0 > D1 > ... > Dn, then one event that would make D0 out of Dn before D0 was made.
Code closing_a_loop(int length, uint32_t records_max) {
    TraceSettings settings = Chain::example_settings();
    settings.cycle_search_records_max = records_max;
    Chain chain(settings);
    chain.say({"C D0:10 @1"});
    for (int i = 0; i < length; ++i)
        chain.say({"X D" + std::to_string(i) + ":10 > D" + std::to_string(i + 1) + ":10 @" + std::to_string(2 + i)});
    return refusal(chain.post(chain.notation.line("X D" + std::to_string(length) + ":1 > D0:1 @0.5"), true));
}

TEST(CaptureCycle, TheSearchReadsAsManyRecordsAsTheLimitSays) {
    // A lot and a link for every step back from D8 to D1: 16 records.
    EXPECT_EQ(slug(closing_a_loop(8, 16)), "lineage-cycle");
    EXPECT_EQ(slug(closing_a_loop(8, 15)), "time-order");
}

TEST(CaptureDeclarations, AsManyWaitAsTheLimitSaysAndNoMore) {
    TraceSettings settings = Chain::example_settings();
    settings.waiting_declarations_max = 3;
    Chain chain(settings);
    std::vector<NotedEvent> events;
    for (int i = 1; i <= 5; ++i) events.push_back(chain.notation.line("C A" + std::to_string(i) + ":1"));
    auto declare = [&](int n) { return chain.post(chain.notation.line("ER " + std::to_string(n) + " did_not_occur")); };
    for (int n = 1; n <= 3; ++n) ASSERT_TRUE(declare(n));
    auto const again = declare(1);  // another declarationTime: stored, changes nothing further, does not wait twice
    ASSERT_TRUE(again) << again.error().detail;
    auto const refused = declare(4);
    EXPECT_EQ(slug(refusal(refused)), "quota");
    EXPECT_FALSE(refused.error().detail_zh.empty());
    ASSERT_TRUE(chain.post(events[0]));  // one waits no longer
    EXPECT_EQ((*read_events_of(*chain.view(), Notation::id(1)))[2].void_seq, 1u);
    ASSERT_TRUE(declare(4));
    EXPECT_EQ(slug(refusal(declare(5))), "quota");
    auto other = chain.notation.line("C 88.999.2/B:1 /2", 90);
    auto foreign = chain.notation.line("ER 90 did_not_occur", 91);
    EXPECT_TRUE(chain.post(Notation::document({foreign.json}), principal_of("2")))
        << "every enterprise has its own limit";
}

// What others declared while the event was not known does not use up its reporter's limit.
TEST(CaptureDeclarations, StrangersDoNotUseUpTheLimitOfAnEvent) {
    TraceSettings settings = Chain::example_settings();
    settings.declarations_per_event_max = 2;
    Chain chain(settings);
    NotedEvent const event = chain.notation.line("C A:1");
    for (int i = 0; i < 2; ++i) {
        std::string declared = chain.notation.line("ER 1 did_not_occur").json;
        declared.replace(declared.find("88.999.1/EQ.SITE"), 16, "88.999.2/EQ.SITE");
        declared.replace(declared.find("88.999.1/A"), 10, "88.999.2/A");
        auto answer = chain.post(Notation::document({declared}), principal_of("2"));
        ASSERT_TRUE(answer) << answer.error().detail;
    }
    ASSERT_TRUE(chain.post(event));
    auto own = chain.post(chain.notation.line("ER 1 did_not_occur"));
    ASSERT_TRUE(own) << own.error().detail;
    EXPECT_EQ((*read_events_of(*chain.view(), Notation::id(1), 9)).size(), 4u);
    EXPECT_NE((*storage::find_link(*chain.view(), 3))->void_seq, 0u);
}

TEST(CaptureDeclarations, AnEventHasAsManyAsTheLimitSays) {
    TraceSettings settings = Chain::example_settings();
    settings.declarations_per_event_max = 2;
    Chain chain(settings);
    chain.say({"C A:1", "ER 1 did_not_occur", "ER 1 did_not_occur"});
    EXPECT_EQ(slug(refusal(chain.post(chain.notation.line("ER 1 did_not_occur")))), "quota");
    EXPECT_EQ(read_events_of(*chain.view(), Notation::id(1))->size(), 3u);
    EXPECT_EQ(read_events_of(*chain.view(), Notation::id(1), 1)->size(), 2u);
}

}  // namespace
}  // namespace ingot::tracechain
