// Who may change which lot (spec/security.md 4.2, docs/decisions/0005 and 0016): A = 88.999.1 made it, B = 88.999.2 may
// only do with it what a recorded shipment brought to B.
#include "tests/tracechain/chain_answers.hpp"

namespace ingot::tracechain {
namespace {

std::string refused(Chain& chain, NotedEvent const& event) {
    auto const index = Chain::rows(*chain.view(), storage::Space::graph);
    auto answer = chain.post(event);
    if (answer) return "stored";
    EXPECT_EQ(Chain::rows(*chain.view(), storage::Space::graph), index) << event.json;
    EXPECT_FALSE(answer.error().detail_zh.empty()) << event.json;
    return std::string(slug(answer.error().code));
}

NotedEvent counted(Chain& chain, std::string const& line) {
    return edited(chain, line, R"("ingot:mode":"delta")", R"("ingot:mode":"count")");
}

NotedEvent lost(Chain& chain, std::string const& line) {
    return edited(chain, line, R"("ingot:cause":"survey")", R"("ingot:cause":"loss")");
}

// An observation with an assay; `line` gives lot and site.
NotedEvent assayed(Chain& chain, std::string const& line) {
    NotedEvent event = edited(chain, line, R"("bizStep":"stock_taking")", R"("bizStep":"inspecting")");
    size_t const at = event.json.find(R"(,"ingot:adjust")");
    event.json.resize(at);
    event.json += R"(,"sensorElementList":[{"sensorReport":[{"type":"ingot:MassFraction","value":1.0,"uom":"P1",)"
                  R"("ingot:element":"Pb","ingot:status":"umpire"}]}]})";
    return event;
}

NotedEvent packed(Chain& chain, std::string const& line, std::string const& parent) {
    NotedEvent event = chain.notation.line(line);
    size_t const at = event.json.find(R"("type":"ObjectEvent")");
    size_t const list = event.json.find(R"("quantityList":)");
    std::string const lots = event.json.substr(list + 15, event.json.find(']', list) - list - 14);
    event.json.resize(at);
    event.json += R"("type":"AggregationEvent","action":"ADD","parentID":")" + Notation::uri(parent) +
                  R"(","childQuantityList":)" + lots + "}";
    return event;
}

TEST(CaptureStrangers, EveryKindThatChangesALotOfAnotherIsRefused) {
    Chain chain;
    chain.say({"C L:100", "C 88.999.2/B:100 /2"});
    EXPECT_EQ(refused(chain, chain.notation.line("C L:1000000 /2")), "forbidden");
    EXPECT_EQ(refused(chain, chain.notation.line("C NEW:1 /2")), "forbidden") << "known or not";
    EXPECT_EQ(refused(chain, chain.notation.line("X 88.999.2/B:1 > L:1 /2")), "forbidden");
    EXPECT_EQ(refused(chain, counted(chain, "AJ L +0 /2")), "forbidden");
    EXPECT_EQ(refused(chain, chain.notation.line("AJ L +5 /2")), "forbidden");
    EXPECT_EQ(refused(chain, lost(chain, "AJ L +5 /2")), "not-in-custody");
    EXPECT_EQ(refused(chain, assayed(chain, "AJ L +5 /2")), "not-in-custody");
    EXPECT_EQ(refused(chain, packed(chain, "C L:5 /2", "88.999.2/BOX")), "not-in-custody");
    EXPECT_EQ(refused(chain, packed(chain, "C 88.999.2/B:5 /2", "BOX")), "not-in-custody");
    EXPECT_EQ(refused(chain, chain.notation.line("DI L:5 /2")), "not-in-custody");
    EXPECT_EQ(refused(chain, chain.notation.line("SH L:5 > 3 /2")), "not-in-custody");
    EXPECT_EQ(refused(chain, chain.notation.line("RC L:5 /2")), "not-in-custody") << "nobody shipped it";
    EXPECT_EQ(refused(chain, chain.notation.line("X L:5 > 88.999.2/M:5 /2")), "not-in-custody");
    EXPECT_EQ(chain.on_hand_kg("L"), 100);
}

TEST(CaptureStrangers, WhatWasShippedMayBeUsedAndNoMore) {
    Chain chain;
    chain.say({"C L:100", "SH L:40 > 2", "RC L:40.1 /2"});  // weighed again: within 0.5 % of the lot
    EXPECT_EQ(refused(chain, chain.notation.line("RC L:5 /2")), "not-in-custody");
    store(chain, assayed(chain, "AJ L +5 /2"));
    store(chain, packed(chain, "C L:5 /2", "88.999.2/BOX"));
    store(chain, lost(chain, "AJ L +1 /2"));
    store(chain, chain.notation.line("X L:20 > 88.999.2/M:20 /2"));
    store(chain, chain.notation.line("SH L:10 > 3 /2"));
    EXPECT_EQ(refused(chain, chain.notation.line("DI L:20 /2")), "not-in-custody");
    EXPECT_EQ(refused(chain, chain.notation.line("C L:5 /2")), "forbidden") << "still not B's to add to";
}

TEST(CaptureStrangers, ALotInAContainerIsNotTheShippersForThat) {
    Chain chain;
    chain.say({"C L:100", "SH L:10 > 2", "RC L:10 /2"});
    store(chain, packed(chain, "C L:5 /2", "88.999.2/BOX"));
    EXPECT_EQ(refused(chain, packed(chain, "C OTHER:5 /2", "88.999.2/BOX")), "not-in-custody");
    NotedEvent ship = edited(chain, "SH 88.999.2/BOX > 3 /2", R"("quantityList":[{"epcClass":")", R"("epcList":[")");
    ship.json.replace(ship.json.find("BOX\"}]"), 6, "BOX\"]");
    store(chain, ship);
    int64_t on_the_way = 0;
    for (Holding const& holding : settle(chain.lot("L")))
        if (holding.party == "88.999.3") on_the_way = holding.in_transit;
    EXPECT_EQ(on_the_way, 5'000'000) << "what was in the box";
}

// An identifier that nobody registered belongs to who makes it, whoever named it before.
TEST(CaptureOwner, AMentionClaimsNothingOnceALotIsMade) {
    Chain chain;
    store(chain, assayed(chain, "AJ 77.1/L +5 /2"));
    EXPECT_EQ(chain.lot("77.1/L").owner_prefix, "88.999.2");
    chain.say({"C 77.1/L:100"});
    LotRow const made = chain.lot("77.1/L");
    EXPECT_EQ(made.owner_prefix, "88.999.1");
    chain.say({"RC 77.1/L:5 /2"});
    WalkTerms terms;
    terms.visible = [](std::string_view prefix) { return prefix == "88.999.2"; };
    EXPECT_FALSE(sees(terms, chain.lot("77.1/L"))) << "neither its mention nor its own word that it received some";
    terms.visible = [](std::string_view prefix) { return prefix == "88.999.1"; };
    EXPECT_TRUE(sees(terms, chain.lot("77.1/L")));
}

TEST(CaptureOwner, ACustodianSeesWhatWasMadeAtItsSite) {
    Chain chain;
    chain.say({"C 77.1/L:1 /2", "C 77.1/L:100 @0.5"});
    WalkTerms terms;
    terms.visible = [](std::string_view prefix) { return prefix == "88.999.1"; };
    EXPECT_TRUE(sees(terms, chain.lot("77.1/L")));
}

TEST(CaptureOwner, NobodyWorksInTheCampaignOfAnother) {
    Chain chain;
    chain.say({"C A:10", "T 77.1/V A:5 >", "C 88.999.2/B:10 /2"});
    EXPECT_EQ(refused(chain, chain.notation.line("T 77.1/V 88.999.2/B:5 > /2")), "not-your-site");
    EXPECT_EQ(refused(chain, chain.notation.line("V+ 77.1/V 88.999.2/B:5 /2")), "not-your-site");
    chain.say({"T 77.1/V > X:5"});
    expect_shares(chain.up("X").share, {{"A", 1}});
}

}  // namespace
}  // namespace ingot::tracechain
