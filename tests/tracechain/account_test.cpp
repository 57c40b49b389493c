// Account replay (spec/trace-semantics.md 3.1): tables, and the properties that the capture and the walk lean on.
#include "tracechain/account.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace ingot::tracechain {
namespace {

using storage::Amounts;
using storage::Basis;
using storage::BasisKind;
using storage::Policy;
using storage::RowKind;

Basis const kGross{};
Basis const kDry{BasisKind::dry_mass, {}};
constexpr int64_t kMinute = 60'000'000;

Amounts gross(int64_t amount) {
    Amounts out;
    out.set(kGross, amount);
    return out;
}

Amounts gross_dry(int64_t wet, int64_t dry) {
    Amounts out = gross(wet);
    out.set(kDry, dry);
    return out;
}

AccountRow row(RowKind kind, int64_t minute, EventSeq seq, Amounts amounts) {
    AccountRow out;
    out.kind = kind;
    out.time_us = minute * kMinute;
    out.seq = seq;
    out.stated = std::move(amounts);
    out.phase = kind == RowKind::consume || kind == RowKind::dispose ? 0 : kind >= RowKind::adjust_count ? 2 : 1;
    if (kind == RowKind::dispose) out.phase = 0;
    return out;
}

AccountRow charge(int64_t minute, EventSeq seq, Amounts amounts) {
    AccountRow out = row(RowKind::output, minute, seq, std::move(amounts));
    out.phase = 0;
    return out;
}

AccountRow draw(int64_t minute, EventSeq seq, int64_t amount) {
    AccountRow out = row(RowKind::consume, minute, seq, gross(amount));
    out.phase = 1;
    return out;
}

Replayed run(std::vector<AccountRow> const& rows, AccountTerms const& terms = {}) { return replay(rows, terms); }

AccountTerms vessel(Policy policy) {
    AccountTerms terms;
    terms.campaign = true;
    terms.policy = policy;
    terms.tolerance = 0.02;
    return terms;
}

TEST(Account, SupplyThenConsumptionLeavesTheRest) {
    auto out = run({row(RowKind::commission, 1, 1, gross(100)), row(RowKind::consume, 2, 2, gross(30))});
    EXPECT_EQ(out.tail.content.value(kGross), 70);
    EXPECT_EQ(out.rows[1].before.value(kGross), 100);
    EXPECT_EQ(out.rows[1].moved.value(kGross), 30);
    EXPECT_EQ(out.rows[1].bound_seq, 1u);
    EXPECT_EQ(out.tail.states, 1u);
}

TEST(Account, ToleranceBooksAWeighingDifferenceAndPastItAShortfall) {
    struct Case {
        int64_t wanted, shortfall, difference;
    };
    for (Case c : {Case{10'050, 0, 50}, Case{10'051, 51, 0}, Case{10'040, 0, 40}, Case{50'000, 40'000, 0}}) {
        auto out = run({row(RowKind::commission, 1, 1, gross(10'000)), row(RowKind::consume, 2, 2, gross(c.wanted))});
        EXPECT_EQ(out.rows[1].shortfall, c.shortfall) << c.wanted;
        EXPECT_EQ(out.rows[1].difference, c.difference) << c.wanted;
        EXPECT_EQ(out.rows[1].moved.value(kGross), 10'000) << c.wanted;
        EXPECT_EQ(out.tail.debt, c.shortfall) << c.wanted;
        EXPECT_EQ(out.tail.content.value(kGross), 0) << c.wanted;
    }
}

TEST(Account, ToleranceScalesWithAllThatWasSupplied) {
    auto out = run({row(RowKind::commission, 1, 1, gross(100'000)), row(RowKind::consume, 2, 2, gross(99'000)),
                    row(RowKind::consume, 3, 3, gross(1'500))});
    EXPECT_EQ(out.rows[2].shortfall, 0);
    EXPECT_EQ(out.rows[2].difference, 500);
}

TEST(Account, SurveyRepaysShortfallsOldestFirstThenScales) {
    auto out = run({row(RowKind::commission, 1, 1, gross(10)), row(RowKind::consume, 2, 2, gross(50)),
                    row(RowKind::consume, 3, 3, gross(20)), row(RowKind::adjust_delta, 4, 4, gross(45))});
    EXPECT_EQ(out.rows[1].shortfall, 0);
    EXPECT_EQ(out.rows[2].shortfall, 15);
    EXPECT_EQ(out.tail.debt, 15);
    EXPECT_EQ(out.tail.content.value(kGross), 0);

    out = run({row(RowKind::commission, 1, 1, gross(10)), row(RowKind::consume, 2, 2, gross(50)),
               row(RowKind::adjust_delta, 4, 4, gross(100))});
    EXPECT_EQ(out.tail.debt, 0);
    EXPECT_EQ(out.tail.content.value(kGross), 60);  // nothing was left: the composition of the last state
    EXPECT_EQ(out.tail.bound_seq, 1u);
}

TEST(Account, CountFoundSetsTheContentAndKeepsTheComposition) {
    auto out =
        run({row(RowKind::commission, 1, 1, gross_dry(1000, 900)), row(RowKind::adjust_count, 2, 2, gross(800))});
    EXPECT_EQ(out.tail.content.value(kGross), 800);
    EXPECT_EQ(out.tail.content.value(kDry), 720);
    EXPECT_EQ(out.tail.adjusted_out, 200);
    EXPECT_EQ(out.rows[1].moved.value(kGross), -200);
    out = run({row(RowKind::commission, 1, 1, gross_dry(1000, 900)), row(RowKind::adjust_count, 2, 2, gross(1200))});
    EXPECT_EQ(out.tail.content.value(kDry), 1080);
    EXPECT_EQ(out.tail.states, 1u);
}

TEST(Account, FoundIsASupplyOfItsOwn) {
    auto out = run({row(RowKind::commission, 1, 1, gross(100)), row(RowKind::found_delta, 2, 2, gross(50))});
    EXPECT_EQ(out.tail.states, 2u);
    EXPECT_EQ(out.rows[1].before.value(kGross), 100);
    EXPECT_EQ(out.rows[1].moved.value(kGross), 50);
    EXPECT_EQ(out.tail.bound_seq, 2u);
}

TEST(Account, AConsumptionBeforeALateSupplyIsMovedBehindIt) {
    auto out = run({row(RowKind::consume, 1, 2, gross(30)), row(RowKind::commission, 10, 1, gross(100))});
    ASSERT_EQ(out.rows.size(), 2u);
    EXPECT_EQ(out.rows[1].kind, RowKind::consume);
    EXPECT_EQ(out.rows[1].sort_time_us, 10 * kMinute);
    EXPECT_EQ(out.rows[1].sort_seq, 1u);
    EXPECT_EQ(out.rows[1].bound_seq, 1u);
    EXPECT_EQ(out.tail.content.value(kGross), 70);
}

TEST(Account, TheLateSupplyWindowIsOneDayInclusive) {
    int64_t day = 24 * 60;
    auto inside = run({row(RowKind::consume, 0, 2, gross(30)), row(RowKind::commission, day, 1, gross(100))});
    EXPECT_EQ(inside.tail.content.value(kGross), 70);
    auto outside = run({row(RowKind::consume, 0, 2, gross(30)), row(RowKind::commission, day + 1, 1, gross(100))});
    EXPECT_EQ(outside.tail.content.value(kGross), 100);
    EXPECT_EQ(outside.rows[0].bound_seq, 0u);
    EXPECT_EQ(outside.rows[0].moved.value(kGross), 30);
    EXPECT_EQ(outside.rows[0].shortfall, 0);
}

TEST(Account, TheHeelOfOneEventIsTheStateBeforeIt) {
    auto out = run({row(RowKind::consume, 2, 2, gross(500)), row(RowKind::output, 2, 2, gross(500))});
    EXPECT_EQ(out.rows[0].kind, RowKind::consume);
    EXPECT_EQ(out.rows[0].bound_seq, 0u);
    EXPECT_EQ(out.tail.content.value(kGross), 500);
}

TEST(Account, FinalWritesOffTheRest) {
    auto last = row(RowKind::consume, 2, 2, gross(90));
    last.final = true;
    auto out = run({row(RowKind::commission, 1, 1, gross_dry(100, 80)), last});
    EXPECT_EQ(out.tail.content.value(kGross), 0);
    EXPECT_EQ(out.tail.content.value(kDry), 0);
    EXPECT_EQ(out.tail.difference, -10);
}

TEST(Account, OtherBasesLeaveInProportionHalfToEvenAndStatedOnesAsStated) {
    auto out = run({row(RowKind::commission, 1, 1, gross_dry(10, 5)), row(RowKind::consume, 2, 2, gross(5))});
    EXPECT_EQ(out.rows[1].moved.value(kDry), 2);  // 2.5
    EXPECT_EQ(out.tail.content.value(kDry), 3);
    out = run({row(RowKind::commission, 1, 1, gross_dry(10, 5)), row(RowKind::consume, 2, 2, gross_dry(5, 9))});
    EXPECT_EQ(out.rows[1].moved.value(kDry), 5);
    EXPECT_EQ(out.tail.content.value(kDry), 0);
}

TEST(Account, ABasisOneSupplyDidNotStateIsNotKnownUntilTheAccountWasEmpty) {
    std::vector<AccountRow> rows{row(RowKind::commission, 1, 1, gross_dry(10, 5)),
                                 row(RowKind::output, 2, 2, gross(10))};
    EXPECT_FALSE(run(rows).tail.content.get(kDry));
    rows.push_back(row(RowKind::consume, 3, 3, gross(20)));
    rows.push_back(row(RowKind::output, 4, 4, gross_dry(10, 8)));
    EXPECT_EQ(run(rows).tail.content.get(kDry), 8);
}

TEST(Account, AnUnspecifiedConsumptionTakesWhatIsThere) {
    auto out = run({row(RowKind::commission, 1, 1, gross(70)), row(RowKind::consume, 2, 2, {})});
    EXPECT_EQ(out.rows[1].moved.value(kGross), 70);
    EXPECT_EQ(out.tail.content.value(kGross), 0);
}

TEST(Account, AVoidRowCountsOnlyBeforeItsDeclaration) {
    auto gone = row(RowKind::consume, 2, 2, gross(30));
    gone.void_seq = 5;
    std::vector<AccountRow> rows{row(RowKind::commission, 1, 1, gross(100)), gone};
    EXPECT_EQ(replay(rows, {}).tail.content.value(kGross), 100);
    EXPECT_EQ(replay(rows, {}, 4).tail.content.value(kGross), 70);
    EXPECT_EQ(replay(rows, {}, 1).rows.size(), 1u);
}

TEST(Account, FifoTakesTheOldestChargeLifoTheNewestWellMixedBoth) {
    std::vector<AccountRow> rows{charge(1, 1, gross_dry(5000, 4500)), charge(2, 2, gross_dry(5000, 4750)),
                                 draw(3, 3, 7500)};
    auto fifo = run(rows, vessel(Policy::fifo));
    ASSERT_EQ(fifo.rows[2].layers.size(), 2u);
    EXPECT_EQ(fifo.rows[2].layers[0].second.value(kGross), 5000);
    EXPECT_EQ(fifo.rows[2].layers[1].second.value(kGross), 2500);
    EXPECT_EQ(fifo.rows[2].moved.value(kDry), 6875);
    EXPECT_EQ(fifo.tail.content.value(kDry), 2375);
    auto lifo = run(rows, vessel(Policy::lifo));
    EXPECT_EQ(lifo.rows[2].layers[0].second.value(kGross), 2500);
    EXPECT_EQ(lifo.rows[2].layers[1].second.value(kGross), 5000);
    auto mixed = run(rows, vessel(Policy::well_mixed));
    EXPECT_EQ(mixed.rows[2].moved.value(kDry), 6938);  // 6937.5 half to even
    EXPECT_TRUE(mixed.tail.layers.empty());
}

TEST(Account, LineTakesRipeChargesFirstAndYoungerOnesIfTheyDoNotSuffice) {
    auto terms = vessel(Policy::line);
    terms.residence_us = 10 * kMinute;
    auto out = run({charge(1, 1, gross(100)), charge(12, 2, gross(100)), draw(14, 3, 150)}, terms);
    ASSERT_EQ(out.rows[2].layers.size(), 2u);
    EXPECT_EQ(out.rows[2].layers[1].second.value(kGross), 50);
}

TEST(Account, ASurveyScalesTheLayersOfAFifoVessel) {
    auto survey = row(RowKind::adjust_count, 3, 3, gross(99));
    auto out = run({charge(1, 1, gross(100)), charge(2, 2, gross(50)), survey, draw(4, 4, 99)}, vessel(Policy::fifo));
    ASSERT_EQ(out.rows[3].layers.size(), 2u);
    EXPECT_EQ(out.rows[3].layers[0].second.value(kGross), 66);
    EXPECT_EQ(out.rows[3].layers[1].second.value(kGross), 33);
}

std::vector<AccountRow> random_account(std::mt19937_64& random, bool campaign) {
    std::vector<AccountRow> rows;
    size_t size = 1 + random() % 30;
    for (size_t i = 0; i < size; ++i) {
        int64_t minute = static_cast<int64_t>(random() % 4000);
        auto amount = static_cast<int64_t>(1 + random() % 1000);
        Amounts amounts = random() % 3 == 0 ? gross(amount) : gross_dry(amount, amount - amount / 8);
        switch (random() % 8) {
            case 0:
            case 1:
            case 2:
                rows.push_back(campaign ? charge(minute, i + 1, amounts)
                                        : row(RowKind::output, minute, i + 1, amounts));
                break;
            case 3:
                rows.push_back(
                    row(random() % 2 ? RowKind::adjust_delta : RowKind::adjust_count, minute, i + 1, amounts));
                break;
            case 4:
                rows.push_back(row(random() % 2 ? RowKind::found_delta : RowKind::adjust_delta, minute, i + 1,
                                   gross(random() % 2 ? -amount / 3 : amount)));
                break;
            default:
                rows.push_back(campaign ? draw(minute, i + 1, amount) : row(RowKind::consume, minute, i + 1, amounts));
                rows.back().final = random() % 9 == 0;
        }
    }
    return rows;
}

bool same(AccountRow const& a, AccountRow const& b) {
    return a.seq == b.seq && a.sort_time_us == b.sort_time_us && a.sort_seq == b.sort_seq && a.before == b.before &&
           a.moved == b.moved && a.shortfall == b.shortfall && a.difference == b.difference &&
           a.bound_time_us == b.bound_time_us && a.bound_seq == b.bound_seq && a.layers == b.layers;
}

bool same(AccountTail const& a, AccountTail const& b) {
    return a.primary == b.primary && a.content == b.content && a.supplied == b.supplied && a.consumed == b.consumed &&
           a.debt == b.debt && a.adjusted_out == b.adjusted_out && a.difference == b.difference &&
           a.disposed == b.disposed && a.states == b.states && a.bound_seq == b.bound_seq &&
           a.bound_time_us == b.bound_time_us && a.last_time_us == b.last_time_us && a.last_seq == b.last_seq &&
           a.last_phase == b.last_phase && a.layers == b.layers;
}

AccountTerms random_terms(std::mt19937_64& random) {
    constexpr Policy kPolicies[] = {Policy::well_mixed, Policy::fifo, Policy::lifo};
    return random() % 2 ? AccountTerms{} : vessel(kPolicies[random() % 3]);
}

TEST(AccountProperty, AppendGivesTheNumbersOfReplay) {
    std::mt19937_64 random(7);
    int appended = 0;
    for (int round = 0; round < 1000; ++round) {
        auto terms = random_terms(random);
        auto rows = random_account(random, terms.campaign);
        std::vector<AccountRow> so_far;
        AccountTail tail;
        for (auto const& next : rows) {
            bool unbound = std::any_of(so_far.begin(), so_far.end(), [](auto const& r) { return r.bound_seq == 0; });
            AccountRow added = next;
            bool may = can_append(tail, added, terms, unbound);
            so_far.push_back(next);
            auto whole = replay(so_far, terms);
            if (may) {
                append(tail, added, terms);
                ++appended;
                ASSERT_TRUE(same(added, whole.rows.back())) << "round " << round << " seq " << next.seq;
                ASSERT_TRUE(same(tail, whole.tail)) << "round " << round << " seq " << next.seq;
            }
            tail = whole.tail;
            so_far = whole.rows;
        }
    }
    EXPECT_GT(appended, 1000);
}

TEST(AccountProperty, OrderOfArrivalDoesNotMatter) {
    std::mt19937_64 random(11);
    for (int round = 0; round < 1000; ++round) {
        auto terms = random_terms(random);
        auto rows = random_account(random, terms.campaign);
        auto first = replay(rows, terms);
        std::shuffle(rows.begin(), rows.end(), random);
        auto second = replay(rows, terms);
        ASSERT_TRUE(same(first.tail, second.tail));
        for (size_t i = 0; i < first.rows.size(); ++i) ASSERT_TRUE(same(first.rows[i], second.rows[i]));
    }
}

TEST(AccountProperty, NothingIsNegativeAndTheBooksBalance) {
    std::mt19937_64 random(13);
    for (int round = 0; round < 2000; ++round) {
        auto terms = random_terms(random);
        auto out = replay(random_account(random, terms.campaign), terms);
        int64_t expected = 0, debt = 0;
        for (auto const& r : out.rows) {
            bool takes = r.kind == RowKind::consume || r.kind == RowKind::dispose;
            for (auto const& line : r.before.lines()) ASSERT_GE(line.amount, 0);
            ASSERT_EQ(r.before.value(kGross), expected);
            debt += r.shortfall;
            if (takes && r.bound_seq == 0) continue;
            expected += takes ? -r.moved.value(kGross) : r.moved.value(kGross);
            if (takes && r.difference < 0) expected += r.difference;
            if (takes && r.final) expected = 0;
        }
        ASSERT_EQ(out.tail.content.value(kGross), expected);
        ASSERT_EQ(out.tail.debt, debt);
        for (auto const& line : out.tail.content.lines()) ASSERT_GE(line.amount, 0);
        if (!out.tail.layers.empty()) {
            int64_t sum = 0;
            for (auto const& layer : out.tail.layers) sum += layer.second.value(kGross);
            ASSERT_EQ(sum, expected);
        }
    }
}

TEST(Account, ScaledRoundsHalfToEvenIn128Bits) {
    EXPECT_EQ(scaled(5, 1, 2), 2);
    EXPECT_EQ(scaled(7, 1, 2), 4);
    EXPECT_EQ(scaled(-5, 1, 2), -2);
    EXPECT_EQ(scaled(4'000'000'000'000'000'000, 3'999'999'999'999'999'999, 4'000'000'000'000'000'000),
              3'999'999'999'999'999'999);
}

}  // namespace
}  // namespace ingot::tracechain
