// A container as the start of a query stands for its contents (spec/trace-semantics.md 1.4, 4.1; docs/decisions/0018).
#include "tests/tracechain/chain_answers.hpp"
#include "tracechain/explain.hpp"
#include "tracechain/query_stream.hpp"
#include "tracechain/standard_walk.hpp"

namespace ingot::tracechain {
namespace {

std::vector<std::string> start_ids(Json const& answer) { return ids(answer["start"]); }

// Two mixes, 100 kg of the first and all of the second in one box.
void two_mixes(Chain& chain) {
    chain.say({"C A:10000", "C B:100", "X A:10000 > M:10000", "X B:100 > N:100", "PK BOX M:100,N:100"});
}

TEST(QueryStart, OfAContainerWeighsWhatWasPacked) {
    Chain chain;
    two_mixes(chain);
    Json up = ask(chain, Direction::up, asking("BOX"));
    EXPECT_EQ(start_ids(up), (std::vector<std::string>{"M", "N"}));
    expect_shares(shares_of(up), {{"A", 0.5}, {"B", 0.5}});
    EXPECT_EQ(up["start"][0]["quantity_kg"], 100) << "not the 10,000 kg of M";
    EXPECT_EQ(up["nodes"][0]["mass_kg"], 100);
    EXPECT_EQ(up["closure"]["resolved"], 1);
    Json down = ask(chain, Direction::down, asking("BOX"));
    EXPECT_EQ(down["located"]["on_hand"], 1);
}

TEST(QueryStart, OfAContainerGoesThroughTheContainersInIt) {
    Chain chain;
    two_mixes(chain);
    chain.say({"PK PALLET BOX!", "PK TRUCK PALLET!"});
    Json up = ask(chain, Direction::up, asking("TRUCK"));
    EXPECT_EQ(start_ids(up), (std::vector<std::string>{"M", "N"}));
    expect_shares(shares_of(up), {{"A", 0.5}, {"B", 0.5}});
    EXPECT_EQ(up["closure"]["resolved"], 1);
}

TEST(QueryStart, OfAContainerIsItsContentsOfThatMoment) {
    Chain chain;
    two_mixes(chain);
    chain.say({"UP BOX N:100", "UP BOX"});
    auto query = asking("BOX");
    query.at_us = Notation::kStart + 6 * Notation::kMinute;
    EXPECT_EQ(start_ids(ask(chain, Direction::up, query)), std::vector<std::string>{"M"});
    query.at_us.reset();
    query.as_of_seq = 5;
    EXPECT_EQ(start_ids(ask(chain, Direction::up, query)), (std::vector<std::string>{"M", "N"}));
    EXPECT_EQ(start_ids(ask(chain, Direction::up, asking("BOX"))), std::vector<std::string>{"BOX"});
}

// Pieces and kilograms have no sum: each start then counts the same.
TEST(QueryStart, SeveralAreWeighedOnOneBasisOrAlike) {
    Chain chain;
    chain.say({"C A:900", "C B:100", "X A:900 > M:900", "X B:100 > Z!"});
    auto query = asking("M");
    query.start.push_back(lot("B"));
    expect_shares(shares_of(ask(chain, Direction::up, query)), {{"A", 0.9}});
    query.start.back() = lot("Z");
    expect_shares(shares_of(ask(chain, Direction::up, query)), {{"A", 0.5}, {"B", 0.5}});
}

// A container comes back and is filled again: whoever once had it learns nothing of what is in it now, in no form of
// answer.
TEST(QueryStart, OfAContainerShowsNoStrangersLot) {
    Chain chain;
    chain.say({"C A:5", "C B:5", "PK BOX A!", "PK CRATE B!", "SH BOX > 2", "SH CRATE > 2", "C 88.999.2/OWN:10 /2",
               "C L:5000", "C O:5000", "SH 88.999.2/OWN:10 > 1 /2", "RC 88.999.2/OWN:10", "UP BOX", "UP CRATE",
               "PK BOX L,O:7,88.999.2/OWN:10", "PK CRATE L"});
    WalkTerms const terms = seen_by("2");
    auto with_own = asking("BOX"), without = asking("CRATE");
    for (Direction direction : {Direction::up, Direction::down}) {
        Json answer = ask(chain, direction, with_own, terms);
        ASSERT_EQ(answer["start"].size(), 1u) << answer["start"].dump();
        EXPECT_EQ(answer["start"][0]["id"], "88.999.2/OWN");
        EXPECT_EQ(answer["closure"]["resolved"], 1);
        Json const other = ask(chain, direction, without, terms);
        ASSERT_EQ(other["start"].size(), 1u);
        EXPECT_EQ(other["start"][0]["id"], "88.999.1/CRATE");
        auto lines = TraceStream::begin(chain.view(), direction, with_own, terms);
        ASSERT_TRUE(lines);
        std::string text;
        while ((*lines)->next(text)) {
        }
        auto standard = StandardRun::begin(*chain.view(), direction, with_own, terms);
        ASSERT_TRUE(standard);
        text += (*standard)->page(*chain.view(), "")->body + answer.dump() + other.dump();
        for (char const* hidden : {"88.999.1/L", "88.999.1/O", "5000"})
            EXPECT_EQ(text.find(hidden), std::string::npos) << hidden << " " << text;
    }
    auto paths = run_explain(*chain.view(), {lot("88.999.2/OWN"), lot("BOX"), 5, {}}, terms);
    EXPECT_TRUE(paths) << (paths ? "" : paths.error().detail);
}

}  // namespace
}  // namespace ingot::tracechain
