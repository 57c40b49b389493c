// Assays, kinds and identifiers of events (spec/trace-semantics.md 1.3, 1.8, 2.2).
#include "tests/tracechain/epcis_event_parts.hpp"

namespace ingot::tracechain {
namespace {

TEST(EpcisAssays, IlmdAndSensorReports) {
    auto commission = [](std::string_view ilmd) {
        return frame_of("ObjectEvent", R"("action":"ADD","quantityList":[)" + quantity("A", "1") + R"(],"ilmd":{)" +
                                           std::string(ilmd) + "}");
    };
    Event event =
        read_one(commission(R"("ingot:assays":[{"element":"Zn","percent":"5.25","status":"final"}],"ingot:odd":1)"));
    ASSERT_EQ(event.assays.size(), 1u);
    EXPECT_EQ(event.assays[0].value, 52'500'000'000);
    EXPECT_EQ(event.assays[0].status, 3);
    EXPECT_EQ(event.warnings.at(0).pointer, "/ilmd/ingot:odd");
    expect_refusals({
        {commission(R"("ingot:assays":[{"element":"Zn","percent":100.0000001}])"), Code::AmountRange,
         "/ilmd/ingot:assays/0/percent"},
        {commission(R"("ingot:moisturePercent":-1)"), Code::AmountNegative, "/ilmd/ingot:moisturePercent"},
        {commission(R"("ingot:origin":{"originType":"moon"})"), Code::EventInvalid, "/ilmd/ingot:origin/originType"},
        {commission(R"("ingot:assays":[{"percent":1}])"), Code::EventInvalid, "/ilmd/ingot:assays/0"},
    });
    auto report = [](std::string_view members) {
        return observe(R"("sensorElementList":[{"sensorReport":[{)" + std::string(members) + "}]}]",
                       quantity("A", "1"));
    };
    struct Case {
        std::string_view members, element;
        int64_t value;
    };
    constexpr Case kCases[] = {
        {R"("type":"ingot:MassFraction","value":850,"uom":"59","ingot:element":"Ag")", "Ag", 850'000'000},
        {R"("type":"https://ingot.example/ns/MassFraction","value":5,"uom":"61","ingot:element":"As")", "As", 5'000},
        {R"("type":"Dimensionless","value":62.140,"uom":"P1","chemicalSubstance":)"
         R"("https://identifiers.org/inchikey:WABPQHHGFIMREM-UHFFFAOYSA-N")",
         "Pb", 621'400'000'000},
        {R"("type":"gs1:MassConcentration","value":0.6,"uom":"C62","ingot:element":"Cu")", "Cu", 600'000'000'000},
        {R"("type":"Dimensionless","value":9,"uom":"P1","ingot:property":"moisture")", "moisture", 90'000'000'000},
    };
    for (Case const& row : kCases) {
        Event read = read_one(report(row.members));
        ASSERT_EQ(read.assays.size(), 1u) << row.members;
        EXPECT_EQ(read.assays[0].element, row.element);
        EXPECT_EQ(read.assays[0].value, row.value);
        EXPECT_EQ(read.assays[0].time_us, read.time_us);
    }
    for (std::string_view members : {R"("type":"Temperature","value":26,"uom":"CEL")",
                                     R"("type":"Dimensionless","value":0.2,"uom":"P1","chemicalSubstance":"a:b")"}) {
        Event read = read_one(report(members));
        EXPECT_TRUE(read.assays.empty() && read.warnings.empty()) << members;
    }
    Event odd = read_one(report(R"("type":"ingot:MassFraction","value":1,"uom":"KGM","ingot:element":"Pb")"));
    EXPECT_EQ(odd.warnings.at(0).code, "assay-unreadable");
    expect_refusals(
        {{report(R"("type":"ingot:MassFraction","value":101,"uom":"P1","ingot:element":"Pb")"), Code::AmountRange,
          "/sensorElementList/0/sensorReport/0/value"},
         {report(R"("type":"ingot:MassFraction","value":1,"uom":"P1","ingot:element":"Pb","ingot:status":"x")"),
          Code::EventInvalid, "/sensorElementList/0/sensorReport/0/ingot:status"}});
}

TEST(EpcisKinds, ObservationsAreToldApart) {
    constexpr std::string_view kPlace = R"("readPoint":{"id":"a:r"})";
    std::string source = R"("sourceList":[{"type":"owning_party","source":"a:s"}])";
    std::string destination = R"("destinationList":[{"type":"location","destination":"a:d"}])";
    std::vector<std::pair<std::string, LinkKind>> cases = {
        {std::string(kPlace), LinkKind::move},
        {R"("bizLocation":{"id":"a:r"},"bizStep":"storing")", LinkKind::move},
        {R"("bizStep":"stock_taking")", LinkKind::other},
        {R"("bizStep":"shipping",)" + source, LinkKind::ship},
        {R"("bizStep":"https://ref.gs1.org/cbv/BizStep-shipping",)" + destination, LinkKind::ship},
        {R"("bizStep":"receiving",)" + destination, LinkKind::receive},
        {R"("bizStep":"shipping",)" + std::string(kPlace), LinkKind::move},
        {R"("bizStep":"departing",)" + source + "," + std::string(kPlace), LinkKind::other},
        {R"("bizStep":"void_shipping",)" + source, LinkKind::void_ship},
        {R"("bizStep":"shipping","sensorElementList":[{"sensorReport":[{"type":"Mass"}]}],)" + source, LinkKind::ship},
        {std::string(kPlace) + R"(,"persistentDisposition":{"set":["recalled"]})", LinkKind::move},
    };
    for (auto const& [members, kind] : cases) EXPECT_EQ(int(read_one(observe(members)).kind), int(kind)) << members;
    EXPECT_EQ(read_one(frame_of("https://a.cn/E", R"("ex:a":1)")).kind, LinkKind::other);
    EXPECT_EQ(read_one(frame_of("https://a.cn/E", R"("ingot:vessel":5,"errorDeclaration":{"declarationTime":)"
                                                  R"("2026-11-22T06:10:00Z"})"))
                  .kind,
              LinkKind::declaration);
    EXPECT_EQ(read_one(frame_of("AssociationEvent", R"("action":"ADD","parentID":"a:p","childEPCs":["a:c"])")).kind,
              LinkKind::association);
    EXPECT_EQ(read_one(frame_of("TransactionEvent", R"("action":"ADD","epcList":[],"bizTransactionList":)"
                                                    R"([{"bizTransaction":"a:b"}])"))
                  .kind,
              LinkKind::transaction);
    EXPECT_EQ(read_one(frame_of("TransformationEvent", R"("transformationID":"a:t","inputEPCList":["a:i"])")).kind,
              LinkKind::campaign);
    EXPECT_EQ(read_one(frame_of("AggregationEvent", R"("action":"OBSERVE","childEPCs":["a:i"])")).kind,
              LinkKind::other);
}

TEST(EpcisIdentifiers, LotsHaveOneKeyInEverySpelling) {
    Event event = read_one(frame_of(
        "TransformationEvent",
        R"("inputEPCList":["https://id.gs1.org/01/09527001000309/10/L2611A/21/B000123","urn:vaa:88.101.5:obj:ING-7"],)"
        R"("inputQuantityList":[{"epcClass":"urn:epc:class:lgtin:6901234.000101.MIX2"},{"epcClass":)"
        R"("https://trace.example.cn/dl/01/06901234001013/10/MIX2","quantity":5},{"epcClass":)"
        R"("urn:epc:idpat:sgtin:4012345.066666.*"}],"outputEPCList":["hdl:88.101.5/class/PB-1"])"));
    ASSERT_EQ(event.members.size(), 5u);
    EXPECT_EQ(event.members[0].lot.canonical, "/01/09527001000309/21/B000123");
    EXPECT_EQ(event.members[0].lot_of_serial, "/01/09527001000309/10/L2611A");
    EXPECT_EQ(event.members[2].lot.canonical, "/01/06901234001013/10/MIX2");
    EXPECT_EQ(event.members[2].amounts.get({BasisKind::count, {}}), 5);
    EXPECT_TRUE(event.members[3].lot.class_only);
    EXPECT_EQ(event.members[4].lot.display, "88.101.5/class/PB-1");
    ASSERT_EQ(event.warnings.size(), 1u);
    EXPECT_EQ(event.warnings[0].code, "identifier-opaque");
    EXPECT_EQ(event.warnings[0].pointer, "/inputEPCList/1");
}

}  // namespace
}  // namespace ingot::tracechain
