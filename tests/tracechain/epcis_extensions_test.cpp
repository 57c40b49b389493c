// The extensions of spec/trace-semantics.md 2.3: what each refuses, with its code and place, and what it means.
#include "tests/tracechain/epcis_event_parts.hpp"

namespace ingot::tracechain {
namespace {

TEST(EpcisAmounts, LinesAreCheckedAgainstTheLists) {
    std::string z = R"({"ingot:id":)" + id("Z") + R"(,"ingot:side":"output",)";
    std::string line = "/ingot:amounts/0";
    expect_refusals({
        {transform(amounts(R"({"ingot:id":)" + id("Q") + R"(,"ingot:side":"output","ingot:gross":1})")),
         Code::AmountUnknownLot, line + "/ingot:id"},
        {transform(amounts(R"({"ingot:id":)" + id("Z") + R"(,"ingot:side":"input","ingot:gross":1})")),
         Code::AmountUnknownLot, line + "/ingot:id"},
        {transform(amounts(z + R"("ingot:gross":149.999999})")), Code::AmountMismatch, line},
        {transform(amounts(z + R"("ingot:dry":151})")), Code::AmountInconsistent, line},
        {transform(amounts(z + R"("ingot:elements":[{"ingot:element":"Pb","ingot:mass":100},{"ingot:element":"Zn",)"
                               R"("ingot:mass":51}]})")),
         Code::AmountInconsistent, line},
        {transform(amounts(z + R"("ingot:dry":100,"ingot:elements":[{"ingot:element":"Pb","ingot:mass":101}]})")),
         Code::AmountInconsistent, line},
        {transform(amounts(z + R"("ingot:elements":[{"ingot:element":"Pb","ingot:mass":1},{"ingot:element":"Pb",)"
                               R"("ingot:mass":1}]})")),
         Code::AmountDuplicate, line + "/ingot:elements/1/ingot:mass"},
        {transform(amounts(z + R"("ingot:elements":[{"ingot:element":"lead","ingot:mass":1}]})")), Code::EventInvalid,
         line + "/ingot:elements/0/ingot:element"},
        {transform(amounts(z + R"("ingot:dry":1},)" + z + R"("ingot:dry":1})")), Code::AmountDuplicate,
         "/ingot:amounts/1"},
        {transform(amounts(z + R"("ingot:gross":-1})")), Code::AmountNegative, line + "/ingot:gross"},
        {transform(amounts(z + R"("ingot:economic":"-0.5"})")), Code::AmountNegative, line + "/ingot:economic"},
        {transform(amounts(z + R"("ingot:dry":0.0000005})")), Code::AmountTooSmall, line + "/ingot:dry"},
        {transform(amounts(z + R"("ingot:dry":"1e20"})")), Code::AmountRange, line + "/ingot:dry"},
        {transform(amounts(z + R"("ingot:dry":"12 kg"})")), Code::BadNumber, line + "/ingot:dry"},
        {transform(amounts(z + R"("ingot:dry":true})")), Code::EventInvalid, line + "/ingot:dry"},
        {transform(amounts(z + R"("ingot:pieces":1.5})")), Code::EventInvalid, line + "/ingot:pieces"},
        {transform(amounts(z + R"("ingot:final":true})")), Code::EventInvalid, line + "/ingot:final"},
        {transform(amounts(z + R"("ingot:status":"sure"})")), Code::EventInvalid, line + "/ingot:status"},
        {transform(amounts(z + R"("ingot:role":"feed"})")), Code::EventInvalid, line + "/ingot:role"},
        {transform(amounts(z + R"("id":"a:b"})")), Code::ExtensionAmbiguous, line + "/id"},
        {transform(amounts(R"({"ingot:id":)" + id("Z") + R"(,"ingot:gross":1})")), Code::EventInvalid, line},
        {transform(amounts(R"({"ingot:id":)" + id("Z") + R"(,"ingot:side":"item"})")), Code::EventInvalid,
         line + "/ingot:side"},
        {transform(amounts(R"({"ingot:side":"output","ingot:gross":1})")), Code::EventInvalid, line},
        {transform(amounts(R"({"ingot:side":"input","ingot:role":"loss"})")), Code::EventInvalid, line + "/ingot:role"},
        {transform(R"("ingot:amounts":{})"), Code::EventInvalid, "/ingot:amounts"},
        {transform(R"("ingot:amounts":[],"https://ingot.example/ns/amounts":[])"), Code::ExtensionAmbiguous,
         "/https:~1~1ingot.example~1ns~1amounts"},
        {observe(amounts(R"({"ingot:id":)" + id("A") + R"(,"ingot:side":"output"})"), quantity("A", "1")),
         Code::EventInvalid, line + "/ingot:side"},
        {observe(R"("ex:a":1)", quantity("A", "0.0000005")), Code::AmountTooSmall, "/quantityList/0/quantity"},
        {observe(R"("ex:a":1)", quantity("A", "4000000000000.000001")), Code::AmountRange, "/quantityList/0/quantity"},
        {observe(R"("ex:a":1)", quantity("A", "3e12") + "," + quantity("A", "3e12")), Code::AmountRange,
         "/quantityList/1/quantity"},
    });
}

TEST(EpcisAmounts, BareNamesAndStringsMeanTheSame) {
    Event bare = read_one(transform(
        amounts(R"({"id":)" + id("I") + R"(,"side":"output","gross":"1.2060e3","pieces":25,"role":"scrap","x:y":1})")));
    ASSERT_EQ(bare.members.size(), 4u);
    Member const& instance = bare.members[2];
    EXPECT_TRUE(instance.instance);
    EXPECT_EQ(instance.amounts.get(kGross), 1206 * kKg);
    EXPECT_EQ(instance.output_role, OutputRole::scrap);
    EXPECT_TRUE(bare.warnings.empty());
}

TEST(EpcisAmounts, RolesFinalStatusAndUnitAreKept) {
    Event event =
        read_one(transform(amounts(R"({"ingot:id":)" + id("A") + R"(,"ingot:side":"input","ingot:role":"aux",)" +
                                   R"("ingot:final":true,"ingot:status":"umpire","ingot:gross":0.1,)"
                                   R"("ingot:uom":"TNE","ingot:custom":2.5})")));
    Member const& a = event.members[0];
    EXPECT_EQ(a.input_role, InputRole::aux);
    EXPECT_TRUE(a.final);
    EXPECT_EQ(a.amounts.get(kGross), 100 * kKg);
    EXPECT_EQ(a.amounts.get({BasisKind::custom, {}}), 2'500'000);
}

TEST(EpcisAmounts, SameLotOnOneSideIsMergedOnTwoSidesItIsNot) {
    std::string event = frame_of(
        "TransformationEvent", R"("inputQuantityList":[)" + quantity("A", "60") + "," + quantity("A", "40.5") + "," +
                                   quantity("HEEL", "5") + R"(],"outputQuantityList":[)" + quantity("HEEL", "7") + "]");
    Event read = read_one(event);
    ASSERT_EQ(read.members.size(), 3u);
    EXPECT_EQ(read.members[0].amounts.get(kGross), 100'500'000);
    EXPECT_EQ(read.members[1].lot.canonical, read.members[2].lot.canonical);
    EXPECT_EQ(read.members[2].side, Side::Output);
    Event folded = read_one(replaced(event, "88.999.1/A", "88.999.1/a"));
    EXPECT_EQ(folded.members.size(), 3u);  // identifiers compare without case
}

TEST(EpcisAmounts, UnknownUnitsAreRefusedFromOwnStationsOnly) {
    std::string event = observe(R"("ex:a":1)", quantity("A", "5", "XYZ"));
    Event read = read_one(event);
    EXPECT_TRUE(read.members[0].amounts.empty());
    ASSERT_GE(read.warnings.size(), 1u);
    EXPECT_EQ(read.warnings.back().code, "uom-unknown");
    EXPECT_EQ(read.warnings.back().pointer, "/quantityList/0");
    ReadTerms strict = test_terms();
    strict.strict = true;
    EXPECT_EQ(refuse_one(event, strict).code, Code::UomUnknown);
    std::string line = transform(
        amounts(R"({"ingot:id":)" + id("I") + R"(,"ingot:side":"output","ingot:gross":1,"ingot:uom":"LTR"})"));
    EXPECT_TRUE(read_one(line).members[2].amounts.empty());
    EXPECT_EQ(refuse_one(line, strict).code, Code::UomUnknown);
}

TEST(EpcisAmounts, RoundingIsReported) {
    Event event = read_one(observe(R"("ingot:adjust":{"ingot:mode":"count"})", quantity("A", "1", "LBR")));
    EXPECT_EQ(event.members[0].amounts.get(kGross), 453'592);
    ASSERT_EQ(event.warnings.size(), 1u);
    EXPECT_EQ(event.warnings[0].code, "amount-rounded");
    EXPECT_EQ(event.warnings[0].pointer, "/quantityList/0");
}

TEST(EpcisVessel, OperationAndListsMustAgree) {
    auto vessel = [](std::string_view rest) {
        return R"("ingot:vessel":{"ingot:id":)" + id("EQ.V") + std::string(rest) + "}";
    };
    std::string campaign = R"("transformationID":)" + id("C1") + ",";
    auto lists = [&](bool in, bool out) {
        std::string text = campaign;
        if (in) text += R"("inputQuantityList":[)" + quantity("A", "100") + "],";
        if (out) text += R"("outputQuantityList":[)" + quantity("Z", "50") + "],";
        return text;
    };
    auto event = [&](bool in, bool out, std::string_view rest) {
        return frame_of("TransformationEvent", lists(in, out) + vessel(rest));
    };
    EXPECT_EQ(read_one(event(true, false, R"(,"ingot:operation":"charge")")).kind, LinkKind::charge);
    EXPECT_EQ(read_one(event(false, true, R"(,"operation":"draw")")).kind, LinkKind::draw);
    EXPECT_EQ(read_one(event(true, true, R"(,"operation":"both")")).kind, LinkKind::charge_draw);
    EXPECT_EQ(read_one(event(true, true, "")).kind, LinkKind::charge_draw);
    EXPECT_EQ(read_one(event(true, false, "")).kind, LinkKind::charge);
    EXPECT_EQ(read_one(event(false, true, "")).kind, LinkKind::draw);
    std::string at = "/ingot:vessel";
    std::string no_campaign =
        frame_of("TransformationEvent",
                 R"("inputEPCList":[)" + id("A") + R"(],"outputEPCList":[)" + id("B") + "]," + vessel(""));
    expect_refusals({
        {event(true, false, R"(,"operation":"draw")"), Code::VesselOperation, at + "/operation"},
        {event(false, true, R"(,"operation":"charge")"), Code::VesselOperation, at + "/operation"},
        {event(true, true, R"(,"operation":"charge")"), Code::VesselOperation, at + "/operation"},
        {event(true, true, R"(,"operation":"adjust")"), Code::VesselOperation, at + "/operation"},
        {event(true, true, R"(,"operation":"melt")"), Code::EventInvalid, at + "/operation"},
        {event(true, true, R"(,"policy":"random")"), Code::EventInvalid, at + "/policy"},
        {event(true, true, R"(,"residence":"2 days")"), Code::EventInvalid, at + "/residence"},
        {no_campaign, Code::VesselOperation, at},
        {observe(vessel(R"(,"operation":"charge")")), Code::VesselOperation, at + "/operation"},
        {observe(vessel("")), Code::VesselOperation, at},
        {observe(vessel(R"(,"operation":"adjust","gross":1)")), Code::EventInvalid, at},
        {observe(vessel(R"(,"operation":"adjust","campaign":)" + id("C1"))), Code::EventInvalid, at},
        {observe(R"("ingot:vessel":{})"), Code::EventInvalid, at},
        {observe(R"("ingot:vessel":[])"), Code::EventInvalid, at},
    });
    Event line = read_one(event(true, true, R"(,"policy":"line","residence":"PT12H","window":"P2D")"));
    EXPECT_EQ(line.vessel->policy, Policy::line);
    EXPECT_EQ(line.vessel->residence_us, 12LL * 3600 * 1'000'000);
    EXPECT_EQ(line.vessel->window_us, 48LL * 3600 * 1'000'000);
    Event delta = read_one(
        observe(vessel(R"(,"operation":"adjust","mode":"delta","gross":-2.5,"uom":"TNE","campaign":)" + id("C1"))));
    EXPECT_EQ(delta.kind, LinkKind::vessel_adjust);
    EXPECT_FALSE(delta.vessel->count);
    EXPECT_EQ(delta.vessel->gross, -2'500 * kKg);
}

TEST(EpcisVessel, SelectedLotsSumToTheDraw) {
    auto draw = [](std::string_view a, std::string_view b) {
        return frame_of("TransformationEvent", R"("transformationID":)" + id("C1") + R"(,"outputQuantityList":[)" +
                                                   quantity("Z", "1000") + R"(],"ingot:vessel":{"ingot:id":)" +
                                                   id("EQ.V") +
                                                   R"(,"ingot:policy":"selected","ingot:selected":[{"ingot:id":)" +
                                                   id("A") + R"(,"ingot:gross":)" + std::string(a) + R"(},{"id":)" +
                                                   id("B") + R"(,"gross":)" + std::string(b) + "}]}");
    };
    Event event = read_one(draw("600", "405"));  // 0.5 %
    ASSERT_EQ(event.vessel->selected.size(), 2u);
    EXPECT_EQ(event.vessel->selected[1].second, 405 * kKg);
    read_one(draw("600", "395"));
    expect_refusals({{draw("600", "405.000001"), Code::SelectedSum, "/ingot:vessel"},
                     {draw("600", "394.999999"), Code::SelectedSum, "/ingot:vessel"}});
}

TEST(EpcisLinks, SharesOfAnOutputSumToOne) {
    auto link = [](std::string_view output, std::string_view input, std::string_view share) {
        return R"({"ingot:output":)" + id(output) + R"(,"ingot:input":)" + id(input) + R"(,"ingot:share":)" +
               std::string(share) + "}";
    };
    auto links = [&](std::string const& list) { return transform(R"("ingot:links":[)" + list + "]"); };
    Event event = read_one(links(link("Z", "A", "0.3") + "," + link("Z", "B", "\"0.7\"") + "," + link("I", "A", "1")));
    ASSERT_EQ(event.links.size(), 3u);
    EXPECT_EQ(event.links[1].share, 0.7);
    read_one(links(link("Z", "A", "0.3") + "," + link("Z", "B", "0.7000000005")));
    expect_refusals({
        {links(link("Z", "A", "0.3") + "," + link("Z", "B", "0.70000001")), Code::LinksSum, "/ingot:links"},
        {links(link("Z", "A", "0.5")), Code::LinksSum, "/ingot:links"},
        {links(link("Q", "A", "1")), Code::AmountUnknownLot, "/ingot:links/0/ingot:output"},
        {links(link("Z", "Z", "1")), Code::AmountUnknownLot, "/ingot:links/0/ingot:input"},
        {links(link("Z", "A", "1.5")), Code::EventInvalid, "/ingot:links/0/ingot:share"},
        {links(R"({"ingot:output":)" + id("Z") + "}"), Code::EventInvalid, "/ingot:links/0"},
        {observe(R"("ingot:links":[])", quantity("A", "1")), Code::EventInvalid, "/ingot:links"},
    });
}

TEST(EpcisAdjust, CountAndDelta) {
    auto adjust = [](std::string_view members, std::string_view more = "") {
        return observe(R"("ingot:adjust":{)" + std::string(members) + "}" + std::string(more), quantity("A", "40"));
    };
    Event found = read_one(adjust(R"("mode":"delta","cause":"found")"));
    EXPECT_EQ(found.kind, LinkKind::adjust);
    EXPECT_FALSE(found.adjust->count || found.adjust->negative);
    EXPECT_EQ(found.adjust->cause, Adjust::Cause::Found);
    EXPECT_TRUE(read_one(adjust(R"("mode":"delta","cause":"loss")")).adjust->negative);
    EXPECT_FALSE(read_one(adjust(R"("mode":"count","cause":"loss")")).adjust->negative);
    Event negative =
        read_one(observe(R"("ingot:adjust":{"mode":"delta"},)" + amounts(R"({"id":)" + id("A") + R"(,"gross":-40})"),
                         R"({"epcClass":)" + id("A") + "}"));
    EXPECT_TRUE(negative.adjust->negative);
    EXPECT_EQ(negative.members[0].amounts.get(kGross), 40 * kKg);
    expect_refusals({
        {adjust(""), Code::EventInvalid, "/ingot:adjust"},
        {adjust(R"("mode":"set")"), Code::EventInvalid, "/ingot:adjust/mode"},
        {adjust(R"("mode":"count","cause":"magic")"), Code::EventInvalid, "/ingot:adjust/cause"},
        {observe(R"("ingot:adjust":{"mode":"count"})", R"({"epcClass":)" + id("A") + "}"), Code::EventInvalid,
         "/ingot:adjust"},
        {transform(R"("ingot:adjust":{"mode":"count"})"), Code::EventInvalid, "/ingot:adjust"},
        {observe(R"("ingot:adjust":{"mode":"count"},)" + amounts(R"({"id":)" + id("A") + R"(,"gross":-40})"),
                 R"({"epcClass":)" + id("A") + "}"),
         Code::AmountNegative, "/ingot:amounts/0/gross"},
    });
}

TEST(EpcisExtensions, HoldLockOverrideAndAllocation) {
    Event event =
        read_one(transform(R"("ingot:allocation":{"basis":"element:Pb"},"ingot:override":{"reason":"breakout"})"));
    EXPECT_EQ(event.allocation, (Basis{BasisKind::element, "Pb"}));
    Event block =
        read_one(observe(R"("ingot:hold":{"id":"a:h","operation":"hold","mode":"block","threshold":"0.05"})"));
    EXPECT_EQ(block.hold->mode, "block");
    EXPECT_EQ(block.hold->threshold, 0.05);
    EXPECT_EQ(block.kind, LinkKind::hold);
    expect_refusals({
        {transform(R"("ingot:allocation":{"basis":"weight"})"), Code::EventInvalid, "/ingot:allocation/basis"},
        {transform(R"("ingot:allocation":{"basis":"element:"})"), Code::EventInvalid, "/ingot:allocation/basis"},
        {transform(R"("ingot:allocation":{})"), Code::EventInvalid, "/ingot:allocation"},
        {transform(R"("ingot:override":{"reason":""})"), Code::EventInvalid, "/ingot:override"},
        {transform(R"("ingot:burdens":{})"), Code::EventInvalid, "/ingot:burdens"},
        {observe(R"("ingot:hold":{"operation":"hold"})"), Code::EventInvalid, "/ingot:hold"},
        {observe(R"("ingot:hold":{"id":"h","operation":"hold"})"), Code::EventInvalid, "/ingot:hold/id"},
        {observe(R"("ingot:hold":{"id":"a:h","operation":"stop"})"), Code::EventInvalid, "/ingot:hold/operation"},
        {observe(R"("ingot:hold":{"id":"a:h","operation":"hold","threshold":2})"), Code::EventInvalid,
         "/ingot:hold/threshold"},
        {observe(R"("ingot:lock":{"id":"a:l"})"), Code::EventInvalid, "/ingot:lock"},
        {observe(R"("ingot:lock":{"id":"a:l","operation":"lock","expires":"soon"})"), Code::EventInvalid,
         "/ingot:lock/expires"},
    });
    Event unknown =
        read_one(observe(R"("ingot:future":1,"ingot:lock":{"id":"a:l","operation":"lock","colour":"red"})"));
    ASSERT_EQ(unknown.warnings.size(), 2u);
    EXPECT_EQ(unknown.warnings[0].code, "extension-unknown");
    EXPECT_EQ(unknown.warnings[0].pointer, "/ingot:future");
    EXPECT_EQ(unknown.warnings[1].pointer, "/ingot:lock/colour");
    Event ignored = read_one(transform(R"("ingot:lock":{"id":"a:l","operation":"lock"})"));
    ASSERT_EQ(ignored.warnings.size(), 1u);
    EXPECT_EQ(ignored.warnings[0].code, "extension-ignored");
}

}  // namespace
}  // namespace ingot::tracechain
