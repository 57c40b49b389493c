// Bases of trace answers: T2 of spec/trace-semantics.md 7.2 on three of them, the ladder of 3.6, and what an answer
// says when it could not use the one asked for.
#include "tests/tracechain/chain_answers.hpp"
#include "tracechain/vessel_view.hpp"
#include "tracechain/walk_basis.hpp"

namespace ingot::tracechain {
namespace {

storage::Basis const kGross{}, kDry{storage::BasisKind::dry_mass, {}}, kCopper{storage::BasisKind::element, "Cu"},
    kCount{storage::BasisKind::count, {}}, kVolume{storage::BasisKind::volume, {}};

Json up_on(Chain const& chain, std::string const& name, storage::Basis const& basis) {
    auto query = asking(name);
    query.basis = basis;
    return ask(chain, Direction::up, query);
}

TEST(BasisT2, FifoAndWellMixedOnThreeBases) {
    struct Row {
        std::string policy;
        double gross, dry, copper, left_dry, left_copper;
    };
    for (Row const& row : {Row{"fifo", 0.666666666667, 0.654545454545, 0.703125, 2375, 475},
                           Row{"well_mixed", 0.5, 0.486486486486, 0.542168674699, 2312.5, 518.75}}) {
        Chain chain;
        chain.say({"C ABC:5000{dry 4500, Cu 25 final}", "C DIV:5000{dry 4750, Cu 20 final}",
                   "V+ P[" + row.policy + "] ABC:5000", "V+ P DIV:5000", "V- P > D1:7500"});
        for (auto const& [basis, share] :
             {std::pair(kGross, row.gross), std::pair(kDry, row.dry), std::pair(kCopper, row.copper)}) {
            Json answer = up_on(chain, "D1", basis);
            expect_shares(shares_of(answer), {{"ABC", share}, {"DIV", 1 - share}});
            EXPECT_NEAR(answer["closure"]["resolved"].get<double>(), 1, 1e-9);
            // What was drawn is stated in gross alone: its own amount is that, and says so.
            EXPECT_EQ(answer["start"][0]["quantity_kg"], 7500) << row.policy << basis_name(basis);
            EXPECT_EQ(answer["start"][0].value("basis", ""), basis == kGross ? "" : "gross_mass");
            for (auto const& event : answer["events"]) EXPECT_EQ(event["basis_used"], basis_name(basis));
            EXPECT_EQ(answer["quality"]["basis_used"].size(), 1u);
        }
        VesselQuery vessel;
        vessel.campaign = lot("P");
        Json left = Json::parse(*read_vessel(*chain.view(), vessel, {}))["contents"];
        EXPECT_EQ(left["gross_mass"], 2500);
        EXPECT_EQ(left["dry_mass"], row.left_dry);
        EXPECT_EQ(left["element:Cu"], row.left_copper);
        vessel.as_of_seq = 4;
        Json stock = Json::parse(*read_vessel(*chain.view(), vessel, {}))["contents"];
        EXPECT_EQ(stock["dry_mass"], 9250);
        EXPECT_EQ(stock["element:Cu"], 2075);
    }
}

TEST(BasisLadder, TakesTheFirstBasisThatEveryMemberHas) {
    auto amounts = [](std::initializer_list<std::pair<storage::Basis, int64_t>> lines) {
        storage::Amounts out;
        for (auto const& [basis, amount] : lines) out.set(basis, amount);
        return out;
    };
    struct Row {
        storage::Amounts a, b;
        std::string basis;
        double first;
    };
    auto const all = amounts({{kGross, 10}, {kDry, 8}, {kCopper, 2}, {kCount, 1}});
    for (Row const& row :
         {Row{all, amounts({{kGross, 10}, {kDry, 2}, {kCopper, 6}}), "element:Cu", 0.25},
          Row{all, amounts({{kGross, 10}, {kDry, 2}}), "dry_mass", 0.8},
          Row{all, amounts({{kGross, 30}}), "gross_mass", 0.25}, Row{all, amounts({{kCount, 3}}), "count", 0.25},
          Row{all, amounts({{kVolume, 3}}), "equal_parts", 0.5}, Row{all, amounts({}), "equal_parts", 0.5}}) {
        std::vector<storage::Amounts const*> members{&row.a, &row.b};
        Parts parts = parts_of(members, ladder_of(kCopper));
        EXPECT_EQ(parts.basis, row.basis);
        EXPECT_NEAR(parts.share[0], row.first, 1e-12) << row.basis;
        EXPECT_EQ(parts.requested, row.basis == "element:Cu");
    }
    EXPECT_EQ(used_basis(amounts({{kGross, 1}, {kCount, 2}}), ladder_of(kDry)), "gross_mass");
    EXPECT_EQ(used_basis(amounts({}), ladder_of(kDry)), "equal_parts");
}

TEST(BasisFallback, AnAnswerOnAnotherBasisSaysSoEverywhere) {
    Graph graph = diamond();
    for (storage::Basis const& basis : {storage::Basis{storage::BasisKind::element, "Pb"}, kCount, kDry,
                                        storage::Basis{storage::BasisKind::economic, {}}}) {
        auto query = asking("Z");
        query.basis = basis;
        Json answer = ask(graph, Direction::up, query);
        EXPECT_EQ(answer["query"]["basis"], basis_name(basis));
        EXPECT_EQ(shares_of(answer)["A"], 0.45);
        EXPECT_EQ(answer["quality"].dump(), R"({"assumed":1,"basis_used":{"gross_mass":4},"measured":0})");
        EXPECT_EQ(answer["start"][0]["basis"], "gross_mass");
        for (auto const& node : answer["nodes"]) {
            EXPECT_EQ(node["basis"], "gross_mass");
            EXPECT_EQ(node["share_measured"], 0);
        }
        Json down = ask(graph, Direction::down, query);
        EXPECT_EQ(down["nodes"].size(), 0u);  // Z went nowhere
        query.start = {lot("A")};
        down = ask(graph, Direction::down, query);
        EXPECT_EQ(down["quality"]["basis_used"].dump(), R"({"gross_mass":4})");
        EXPECT_EQ(down["quality"]["measured"], 0);
        EXPECT_EQ(down["nodes"][0]["basis"], "gross_mass");
    }
}

// One branch knows its dry mass, the other does not: what passed only measured hops is told apart.
TEST(BasisFallback, MeasuredAndAssumedAddUpToWhatIsResolved) {
    Chain chain;
    chain.say({"C A:100{dry 90}", "C B:100{dry 80}", "C D:100", "C E:300"});
    store(chain, edited(chain, "X A:100,B:100 > M:200", "\"type\":\"TransformationEvent\"",
                        R"("type":"TransformationEvent","ingot:amounts":[)"
                        R"({"ingot:id":"https://ingot.example/88.999.1/A","ingot:side":"input","ingot:dry":90},)"
                        R"({"ingot:id":"https://ingot.example/88.999.1/B","ingot:side":"input","ingot:dry":80},)"
                        R"({"ingot:id":"https://ingot.example/88.999.1/M","ingot:side":"output","ingot:dry":170}])"));
    chain.say({"X D:100,E:300 > N:400"});
    Json m = up_on(chain, "M", kDry), n = up_on(chain, "N", kDry);
    expect_shares(shares_of(m), {{"A", 9.0 / 17}, {"B", 8.0 / 17}});
    EXPECT_EQ(m["quality"].dump(), R"({"assumed":0,"basis_used":{"dry_mass":1},"measured":1})");
    expect_shares(shares_of(n), {{"D", 0.25}, {"E", 0.75}});
    EXPECT_EQ(n["quality"].dump(), R"({"assumed":1,"basis_used":{"gross_mass":1},"measured":0})");
}

TEST(BasisAsReported, EachEventUsesItsOwnAllocation) {
    Chain chain;
    chain.say({"C A:100{dry 50}", "C B:100{dry 100}", "C D:100{dry 50}", "C E:100{dry 100}"});
    store(chain, edited(chain, "X A:100,B:100 > M:200", "\"type\":\"TransformationEvent\"",
                        R"("type":"TransformationEvent","ingot:allocation":{"ingot:basis":"dry_mass"})"));
    chain.say({"X D:100,E:100 > N:200", "X M:100,N:100 > Z:200"});
    auto query = asking("Z");
    query.as_reported = true;
    Json answer = ask(chain, Direction::up, query);
    EXPECT_EQ(answer["query"]["basis"], "as_reported");
    auto shares = shares_of(answer);
    EXPECT_NEAR(shares["A"], 0.5 / 3, 1e-9);
    EXPECT_NEAR(shares["B"], 1.0 / 3, 1e-9);
    EXPECT_NEAR(shares["D"], 0.25, 1e-9);
    EXPECT_EQ(answer["quality"]["basis_used"].dump(), R"({"dry_mass":1,"gross_mass":2})");
}

}  // namespace
}  // namespace ingot::tracechain
