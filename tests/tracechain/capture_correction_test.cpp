// What a void takes back (spec/trace-semantics.md 2.5), a void_shipping undoes (1.4), and `final` books (2.3).
#include "tests/tracechain/chain_answers.hpp"
#include "tracechain/custody.hpp"

namespace ingot::tracechain {
namespace {

// A commission of lot A that says material and supplier.
NotedEvent described(Chain& chain, std::string const& line, std::string const& material, std::string const& supplier) {
    NotedEvent event = chain.notation.line(line);
    event.json.pop_back();
    event.json += R"(,"ilmd":{"ingot:material":")" + material +
                  R"(","ingot:origin":{"ingot:originType":"mine","ingot:supplier":")" + supplier +
                  R"("},"ingot:assays":[{"ingot:element":"Pb","ingot:percent":60}]}})";
    return event;
}

TEST(CaptureCorrection, ALotIsWhatTheCorrectiveEventSaysAfterTheVoid) {
    std::string const a = "https://a.example/s1", b = "https://b.example/s2";
    for (bool corrective_first : {false, true}) {
        Chain chain;
        NotedEvent const wrong = described(chain, "C A:10", "x", a), right = described(chain, "C A:10 @1.5", "y", b);
        store(chain, corrective_first ? right : wrong);
        store(chain, corrective_first ? wrong : right);
        EXPECT_EQ(chain.lot("A").material, "x") << "the earlier one, in whatever order they came";
        chain.say({"ER 1 incorrect_data"});
        LotRow const lot = chain.lot("A");
        EXPECT_EQ(lot.material, "y");
        EXPECT_EQ(lot.origin.supplier, b);
        EXPECT_NE(lot.ilmd.find("\"y\""), std::string::npos);
        ASSERT_EQ(lot.assays.size(), 2u) << "kept for questions about before";
        EXPECT_EQ((lot.assays[0].void_seq != 0) + (lot.assays[1].void_seq != 0), 1);
    }
}

TEST(CaptureCorrection, AVoidAssayDecidesNothingAnyMore) {
    Chain chain;
    chain.say({"C A:10{dry 10, Pb 60 final}", "ER 1 did_not_occur", "C A:10{dry 10, Pb 50} @1.5", "X A:10 > B:10"});
    auto const link = **storage::find_link(*chain.view(), 4);
    EXPECT_EQ(link.inputs[0].amounts.value({storage::BasisKind::element, "Pb"}), 5'000'000);
}

NotedEvent void_shipping(Chain& chain, std::string const& line, bool destination) {
    NotedEvent event = edited(chain, line, R"("shipping")", R"("void_shipping")");
    if (destination) return event;
    size_t const at = event.json.find(R"(,"destinationList")");
    event.json.erase(at, event.json.find("]", at) + 1 - at);
    return event;
}

int64_t under_way(Chain const& chain, std::string const& party) {
    for (Holding const& holding : settle(chain.lot("A")))
        if (holding.party == party) return holding.in_transit;
    return 0;
}

TEST(CaptureMovement, AVoidShippingUndoesTheLastOneAndTheNextOneTheOneBefore) {
    Chain chain;
    chain.say({"C A:10", "SH A:4 > 2", "SH A:3 > 2", "SH A:1 > 3"});
    store(chain, void_shipping(chain, "SH A > 2", true));
    EXPECT_EQ(under_way(chain, "88.999.2"), 4'000'000);
    EXPECT_EQ(under_way(chain, "88.999.3"), 1'000'000);
    NotedEvent const any = void_shipping(chain, "SH A > 2", false);
    store(chain, any);
    EXPECT_EQ(under_way(chain, "88.999.3"), 0) << "the last one to anybody";
    store(chain, void_shipping(chain, "SH A > 2", false));
    EXPECT_EQ(under_way(chain, "88.999.2"), 0);
    chain.say({"ER 6 did_not_occur"});
    EXPECT_EQ(under_way(chain, "88.999.3"), 1'000'000) << "the void_shipping itself was wrong";
}

TEST(CaptureMovement, AShipmentOfUnknownAmountComesBackWhole) {
    Chain chain;
    chain.say({"SH A > 2 @5", "C A:10 @1"});
    EXPECT_EQ(under_way(chain, "88.999.2"), 10'000'000);
    store(chain, void_shipping(chain, "SH A > 2 @6", true));
    EXPECT_EQ(under_way(chain, "88.999.2"), 0);
    EXPECT_EQ(settle(chain.lot("A")).size(), 1u);
}

TEST(CaptureFinal, ALackIsAWeighingDifferenceAlsoToAStrictReporter) {
    Chain chain;
    chain.say({"C A:10"});
    NotedEvent event = chain.notation.line("X A:12 > B:12");
    event.json.pop_back();
    event.json += R"(,"ingot:amounts":[{"ingot:id":")" + Notation::uri("A") +
                  R"(","ingot:side":"input","ingot:gross":12,"ingot:final":true}]})";
    auto answer = chain.post(event, true);
    ASSERT_TRUE(answer) << answer.error().detail;
    AccountTail const tail = chain.lot("A").tail;
    EXPECT_EQ(tail.debt, 0);
    EXPECT_EQ(tail.difference, 2'000'000);
    EXPECT_EQ(tail.content.value({}), 0);
    expect_shares(chain.up("B").share, {{"A", 1}});
}

TEST(CaptureAux, FuelIsAnEdgeWithoutWeight) {
    Chain chain;
    chain.say({"C A:100", "C OIL:100"});
    NotedEvent event = chain.notation.line("X A:60,OIL:40 > B:60");
    event.json.pop_back();
    event.json += R"(,"ingot:amounts":[{"ingot:id":")" + Notation::uri("OIL") +
                  R"(","ingot:side":"input","ingot:role":"aux","ingot:gross":40}]})";
    store(chain, event);
    auto const up = chain.up("B");
    EXPECT_NEAR(up.share.at("A"), 1, 1e-9);
    EXPECT_NEAR(up.closure.resolved, 1, 1e-9);
    EXPECT_EQ(chain.on_hand_kg("OIL"), 60) << "used up all the same";
    EXPECT_TRUE(chain.down("OIL").share.empty() || chain.down("OIL").share.at("B") == 0);
}

// A lot counted in pieces, an input of which also has a mass: what lacks is told in pieces.
TEST(CaptureShort, TheLackIsAPartOfTheLotsOwnDimension) {
    Chain chain;
    auto pieces = [&](std::string const& line, std::string const& kg) {
        return edited(chain, line, kg + R"(,"uom":"KGM"})", kg + "}");
    };
    store(chain, pieces("C P:10", "10"));
    NotedEvent event = pieces("X P:20 > B:1", "20");
    event.json.pop_back();
    event.json +=
        R"(,"ingot:amounts":[{"ingot:id":")" + Notation::uri("P") + R"(","ingot:side":"input","ingot:gross":2000}]})";
    store(chain, event);
    auto const up = chain.up("B");
    EXPECT_NEAR(up.closure.unknown, 0.5, 1e-9);
    EXPECT_NEAR(up.share.at("P"), 0.5, 1e-9);
    EXPECT_NEAR(up.closure.resolved, 0.5, 1e-9);
}

}  // namespace
}  // namespace ingot::tracechain
