// Who sees what: own lots, lots shipped to the caller, and nothing that tells of the rest (spec/security.md 4.2,
// trace-semantics.md 6.1, 6.2).
#include "tests/tracechain/chain_answers.hpp"
#include "tracechain/explain.hpp"
#include "tracechain/lot_view.hpp"
#include "tracechain/query_stream.hpp"
#include "tracechain/standard_walk.hpp"
#include "tracechain/vessel_view.hpp"

namespace ingot::tracechain {
namespace {

storage::HoldingRow holding(std::string party, std::vector<storage::TransferSum> custody,
                            std::vector<storage::TransferSum> ownership = {}) {
    storage::HoldingRow out;
    out.party = std::move(party);
    out.custody = std::move(custody);
    out.ownership = std::move(ownership);
    return out;
}

TEST(Sees, OwnLotsAndLotsThatWereShippedToTheCaller) {
    storage::TransferSum const shipped{"88.999.1", 5, 0, 0, 0}, received{"88.999.1", 0, 5, 0, 0},
        whole_shipped{"88.999.1", 0, 0, 1, 0}, whole_received{"88.999.1", 0, 0, 0, 1};
    struct Row {
        std::string what;
        std::string owner;
        std::vector<storage::HoldingRow> holdings;
        bool seen;
    };
    for (Row const& row :
         {Row{"own", "88.999.3", {}, true}, Row{"a stranger's", "88.999.1", {}, false},
          Row{"shipped to us", "88.999.1", {holding("88.999.3", {shipped})}, true},
          Row{"owned by a transfer", "88.999.1", {holding("88.999.3", {}, {shipped})}, true},
          Row{"shipped whole", "88.999.1", {holding("88.999.3", {whole_shipped})}, true},
          Row{"only we say we received it", "88.999.1", {holding("88.999.3", {received})}, false},
          Row{"only we say we received it whole", "88.999.1", {holding("88.999.3", {}, {whole_received})}, false},
          Row{"we merely booked it", "88.999.1", {holding("88.999.3", {})}, false},
          Row{"shipped to another", "88.999.1", {holding("88.999.4", {shipped})}, false},
          Row{"ours among others", "88.999.1", {holding("88.999.4", {shipped}), holding("88.999.3", {shipped})}, true},
          Row{"a longer prefix", "88.999.31", {holding("88.999.31", {shipped})}, false}}) {
        storage::LotRow lot;
        lot.owner_prefix = row.owner;
        lot.holdings = row.holdings;
        EXPECT_EQ(sees(seen_by("3"), lot), row.seen) << row.what;
        EXPECT_TRUE(sees({}, lot)) << row.what;
    }
}

// What every way of asking says of a lot and of a campaign.
std::map<std::string, std::string> refusals(Chain const& chain, std::string const& name, WalkTerms const& terms) {
    auto const view = chain.view();
    std::map<std::string, std::string> out;
    auto note = [&](std::string const& way, auto const& result) {
        out[way] = result ? "answered" : std::string(slug(result.error().code)) + ": " + result.error().detail;
    };
    for (Direction direction : {Direction::up, Direction::down}) {
        std::string const way = direction == Direction::up ? "up" : "down";
        note(way, TraceRun::begin(*view, direction, asking(name), terms));
        note("standard " + way, StandardRun::begin(*view, direction, asking(name), terms));
        note("stream " + way, TraceStream::begin(chain.view(), direction, asking(name), terms));
    }
    note("explain from", run_explain(*view, {lot(name), lot("88.999.3/MINE"), 5, {}}, terms));
    note("explain to", run_explain(*view, {lot("88.999.3/MINE"), lot(name), 5, {}}, terms));
    LotQuery of_lot;
    of_lot.lot = lot(name);
    note("lot", read_lot(*view, of_lot, terms));
    return out;
}

TEST(Hidden, AStrangersLotLooksLikeOneThatIsNotThere) {
    Chain chain;
    chain.say({"C 88.999.3/MINE:10 /3", "C THEIRS:60", "X THEIRS:30 > MADE:30"});
    auto const absent = refusals(chain, "NONE", seen_by("3"));
    for (std::string name : {"THEIRS", "MADE"}) EXPECT_EQ(refusals(chain, name, seen_by("3")), absent) << name;
    for (auto const& [way, said] : absent) EXPECT_EQ(said, "not-found: no such lot is known here") << way;
    for (auto const& [way, said] : refusals(chain, "88.999.3/MINE", seen_by("3"))) EXPECT_EQ(said, "answered") << way;
}

TEST(Hidden, AShippedLotIsSeenItsOriginIsNot) {
    Chain chain;
    chain.say({"C ORE:60", "X ORE:60 > LOT:60", "SH LOT:40 > 3", "RC LOT:40 /3", "X LOT:30 > 88.999.3/MINE:30 /3"});
    Json answer = ask(chain, Direction::up, asking("88.999.3/MINE"), seen_by("3"));
    expect_shares(shares_of(answer), {{"LOT", 1}});
    EXPECT_EQ(answer["closure"]["masked"], 1);
    EXPECT_EQ(answer["gaps"].dump(), R"([{"reason":"masked","share":1}])");
    EXPECT_EQ(answer.dump().find("ORE"), std::string::npos);
    EXPECT_EQ(refusals(chain, "LOT", seen_by("3"))["lot"], "answered");
    EXPECT_EQ(refusals(chain, "LOT", seen_by("4")), refusals(chain, "NONE", seen_by("4")));
    // The maker sees its lot go, not what others made of it.
    Json down = ask(chain, Direction::down, asking("ORE"), seen_by("1"));
    expect_shares(shares_of(down, "exposure"), {{"LOT", 1}});
    EXPECT_EQ(down["closure"]["masked"], 0.5);
    EXPECT_EQ(down.dump().find("MINE"), std::string::npos);
}

TEST(Hidden, ReceivingWhatNobodyShippedShowsNothing) {
    Chain chain;
    chain.say({"C 88.999.3/MINE:10 /3", "C THEIRS:60"});
    (void)chain.post(chain.notation.line("RC THEIRS:60 /3"));  // taken or refused: it must show nothing
    EXPECT_EQ(refusals(chain, "THEIRS", seen_by("3")), refusals(chain, "NONE", seen_by("3")));
}

TEST(Hidden, CampaignsBelongToTheirPrefixOrTheSiteOfTheirFirstEvent) {
    Chain chain;
    chain.say({"C A:60", "V+ F A:60", "C 88.999.3/B:10 /3", "T 88.999.3/P 88.999.3/B:6 > 88.999.3/X:6 /3",
               "T 77.1/P 88.999.3/B:4 > 88.999.3/Y:4 /3"});
    auto said = [&](std::string const& name, WalkTerms const& terms) {
        VesselQuery query;
        query.campaign = lot(name);
        auto answer = read_vessel(*chain.view(), query, terms);
        return answer ? "answered" : std::string(slug(answer.error().code)) + ": " + answer.error().detail;
    };
    EXPECT_EQ(said("F", seen_by("1")), "answered");
    EXPECT_EQ(said("F", {}), "answered");
    EXPECT_EQ(said("F", seen_by("3")), "not-found: no such campaign is known here");
    EXPECT_EQ(said("NONE", seen_by("3")), said("F", seen_by("3")));
    for (char const* campaign : {"88.999.3/P", "77.1/P"}) {  // by its identifier, by its first event
        EXPECT_EQ(said(campaign, seen_by("3")), "answered") << campaign;
        EXPECT_EQ(said(campaign, seen_by("1")), said("NONE", seen_by("1"))) << campaign;
    }
}

TEST(Hidden, AMaskTellsNoNumberOfWhatLiesBehindIt) {
    auto shown = [](int strangers) {
        Graph graph;
        std::string const all = std::to_string(strangers * 10);
        std::string inputs;
        for (int i = 0; i < strangers; ++i) {
            graph.add("C S" + std::to_string(i) + ":10 /2");
            inputs += (inputs.empty() ? "" : ",") + std::string("S") + std::to_string(i) + ":10";
        }
        graph.add("X " + inputs + " > HEAP:" + all + " /2");
        graph.add("C B:40 @100").add("X HEAP:" + all + ",B:40 > M:100 @101");
        Json answer = ask(graph, Direction::up, asking("M"), seen_by("1"));
        for (char const* member : {"as_of", "as_of_seq", "graph_digest"}) answer.erase(member);
        answer["stats"].erase("elapsed_ms");
        for (auto& event : answer["events"]) {
            event.erase("seq");
            event.erase("event");
        }
        for (auto& event : answer["events"])
            for (auto& input : event["inputs"]) input.erase("c");
        answer.erase("closure");
        answer.erase("gaps");
        answer.erase("quality");
        for (auto& node : answer["nodes"]) {
            for (char const* member : {"share", "share_measured", "mass_kg"}) node.erase(member);
        }
        return answer.dump();
    };
    EXPECT_EQ(shown(1), shown(9));
}

}  // namespace
}  // namespace ingot::tracechain
