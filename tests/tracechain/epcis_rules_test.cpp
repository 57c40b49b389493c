// The validation checklist of spec/epcis-rest.md 2, rule by rule: what is refused, by which rule and where.
#include "tests/tracechain/epcis_frame.hpp"

namespace ingot::tracechain {
namespace {

// One good event of each type; cases change one thing.
std::string frame_of(std::string_view type, std::string_view members) {
    return R"({"type":")" + std::string(type) +
           R"(","eventTime":"2026-11-22T06:10:00+08:00","eventTimeZoneOffset":"+08:00",)" + std::string(members) + "}";
}
std::string object_event() {
    return frame_of("ObjectEvent",
                    R"("action":"ADD","epcList":["a:1","a:2"],"quantityList":[{"epcClass":"a:c",)"
                    R"("quantity":1.5,"uom":"KGM"}],"bizStep":"inspecting","disposition":"active",)"
                    R"("readPoint":{"id":"a:r","x:y":1},"bizLocation":{"id":"a:l"},)"
                    R"("persistentDisposition":{"set":["recalled"],"unset":["expired"]},)"
                    R"("bizTransactionList":[{"type":"po","bizTransaction":"a:t"},{"bizTransaction":"a:u"}],)"
                    R"("sourceList":[{"type":"owning_party","source":"a:s"}],)"
                    R"("destinationList":[{"type":"location","destination":"a:d"}],)"
                    R"("ilmd":{"x:y":{"z":1}},"x:ext":[1],"certificationInfo":["a:b"],)"
                    R"("recordTime":"2026-11-22T06:10:00Z","eventID":"a:id")");
}
std::string aggregation_event() {
    return frame_of("AggregationEvent", R"("action":"OBSERVE","parentID":"a:p","childEPCs":["a:1","a:1"],)"
                                        R"("childQuantityList":[{"epcClass":"a:c"}])");
}
std::string association_event() {
    return frame_of("AssociationEvent", R"("action":"ADD","parentID":"a:p","childEPCs":["a:1"])");
}
std::string transaction_event() {
    return frame_of("TransactionEvent", R"("action":"ADD","bizTransactionList":[{"bizTransaction":"a:t"}],)"
                                        R"("epcList":["a:1","a:1"])");
}
std::string transformation_event() {
    return frame_of("TransformationEvent", R"("inputEPCList":["a:1"],"outputQuantityList":[{"epcClass":"a:c"}],)"
                                           R"("ilmd":{})");
}
std::string sensor_event() {
    return frame_of("ObjectEvent",
                    R"("action":"OBSERVE","readPoint":{"id":"a:r"},"sensorElementList":[{"sensorMetadata":{"time":)"
                    R"("2026-11-22T06:10:00Z","deviceID":"a:d","bizRules":"a:b","x:y":1},"sensorReport":[{"type":)"
                    R"("Temperature","value":26,"uom":"CEL","exception":"ALARM_CONDITION","component":"x",)"
                    R"("booleanValue":true,"hexBinaryValue":"F0a1","stringValue":"s","uriValue":"a:u",)"
                    R"("microorganism":"a:m","time":"2026-11-22T06:10:00Z","sDev":0.1,"x:y":"z"}],"x:own":1}])");
}

struct RuleCase {
    std::string event;
    std::string_view from, to, rule, pointer;
};

void expect_refusals(std::vector<RuleCase> const& cases) {
    for (RuleCase const& row : cases) {
        Error error = refuse_one(row.from.empty() ? row.event : replaced(row.event, row.from, row.to));
        std::string what = std::string(row.from) + " -> " + std::string(row.to);
        EXPECT_EQ(error.code, Code::EventInvalid) << what;
        ASSERT_FALSE(error.faults.empty()) << what;
        EXPECT_EQ(error.faults[0].code, row.rule) << what << ": " << error.detail;
        EXPECT_EQ(error.faults[0].pointer, "/epcisBody/eventList/0" + std::string(row.pointer)) << what;
        EXPECT_FALSE(error.faults[0].detail.empty() || error.faults[0].detail_zh.empty()) << what;
    }
}

TEST(EpcisRules, GoodEventsOfEveryTypeAreTaken) {
    for (std::string const& event : {object_event(), aggregation_event(), association_event(), transaction_event(),
                                     transformation_event(), sensor_event()})
        read_one(event);
    read_one(frame_of("https://a.cn/ns/MyEvent", R"("anything":[1],"epcList":5)"));
    read_one(frame_of("ObjectEvent", R"("action":"DELETE","epcList":[])"));
    read_one(frame_of("AggregationEvent", R"("action":"DELETE","parentID":"a:p")"));
    read_one(frame_of("AggregationEvent", R"("action":"OBSERVE","childEPCs":["a:1"])"));
    read_one(frame_of("TransformationEvent", R"("transformationID":"a:t","inputEPCList":["a:1"])"));
    read_one(frame_of("TransactionEvent", R"("action":"DELETE","bizTransactionList":[{"bizTransaction":"a:t"}])"));
}

TEST(EpcisRules, EveryEvent) {
    std::string event = object_event();
    expect_refusals({
        {event, R"("type":"ObjectEvent",)", "", "E1", ""},
        {event, R"("ObjectEvent")", R"("QuantityEvent")", "E1", "/type"},
        {event, R"("ObjectEvent")", "7", "E1", "/type"},
        {event, R"("eventTime":"2026-11-22T06:10:00+08:00",)", "", "E2", ""},
        {event, R"("2026-11-22T06:10:00+08:00")", R"("2026-11-22")", "E2", "/eventTime"},
        {event, R"("eventTimeZoneOffset":"+08:00",)", "", "E2", ""},
        {event, R"(Offset":"+08:00")", R"(Offset":"8")", "E2", "/eventTimeZoneOffset"},
        {event, R"("2026-11-22T06:10:00Z")", R"("now")", "E3", "/recordTime"},
        {event, R"("a:id")", R"("id")", "E3", "/eventID"},
        {event, R"(["a:b"])", R"(["a:b","b"])", "E3", "/certificationInfo"},
        {event, R"(["a:b"])", R"("b")", "E3", "/certificationInfo"},
        {event, R"("x:ext":)", R"("@context":5,"x:ext":)", "E5", "/@context"},
        {event, R"("x:ext":)", R"("ext":)", "E6", ""},
        {event, R"("x:ext":)", R"("x y:ext":)", "E6", ""},
        {event, R"(["a:1","a:2"])", R"("a:1")", "E7", "/epcList"},
        {event, R"(["a:1","a:2"])", R"(["a:1","a:1"])", "E7", "/epcList"},
        {event, R"(["a:1","a:2"])", R"(["a:1","b"])", "E7", "/epcList/1"},
    });
}

TEST(EpcisRules, ErrorDeclaration) {
    auto with = [](std::string_view declaration) {
        return replaced(object_event(), R"("x:ext")",
                        R"("errorDeclaration":)" + std::string(declaration) + R"(,"x:ext")");
    };
    read_one(with(R"({"declarationTime":"2026-11-22T06:10:00Z","reason":"a:r","correctiveEventIDs":["a:b"],"x:y":1})"));
    expect_refusals({
        {with("5"), "", "", "E4", "/errorDeclaration"},
        {with("{}"), "", "", "E4", "/errorDeclaration"},
        {with(R"({"declarationTime":"x"})"), "", "", "E4", "/errorDeclaration/declarationTime"},
        {with(R"({"declarationTime":"2026-11-22T06:10:00Z","reason":"oops"})"), "", "", "E4",
         "/errorDeclaration/reason"},
        {with(R"({"declarationTime":"2026-11-22T06:10:00Z","correctiveEventIDs":["b"]})"), "", "", "E4",
         "/errorDeclaration/correctiveEventIDs/0"},
        {with(R"({"declarationTime":"2026-11-22T06:10:00Z","by":"b"})"), "", "", "E4", "/errorDeclaration"},
    });
}

TEST(EpcisRules, EventTypes) {
    std::string object = object_event(), aggregation = aggregation_event(), association = association_event();
    std::string transaction = transaction_event(), transformation = transformation_event();
    expect_refusals({
        {object, R"("action":"ADD",)", "", "T1", ""},
        {object, R"("ADD")", R"("OBSERVE")", "T1", ""},  // ilmd only with ADD
        {object, R"("x:ext")", R"("parentID":"a:p","x:ext")", "E6", ""},
        {sensor_event(), R"("readPoint":{"id":"a:r"},)", "", "T1", ""},
        {frame_of("ObjectEvent", R"("action":"ADD","quantityList":[])"), "", "", "T1", ""},
        {aggregation, R"("action":"OBSERVE",)", "", "T2", ""},
        {aggregation, R"("childEPCs":["a:1","a:1"],"childQuantityList":[{"epcClass":"a:c"}])", R"("childEPCs":[])",
         "T2", ""},
        {replaced(aggregation, R"("parentID":"a:p",)", ""), R"("OBSERVE")", R"("ADD")", "T2", ""},
        {aggregation, R"("parentID":"a:p")", R"("parentID":"p")", "F1", "/parentID"},
        {aggregation, R"("childEPCs")", R"("epcList":[],"childEPCs")", "E6", ""},
        {aggregation, R"("childEPCs")", R"("persistentDisposition":{"set":["recalled"]},"childEPCs")", "E6", ""},
        {association, R"("parentID":"a:p",)", "", "T3", ""},
        {transaction, R"("bizTransactionList":[{"bizTransaction":"a:t"}],)", "", "T4", ""},
        {transaction, R"("bizTransactionList":[{"bizTransaction":"a:t"}])", R"("bizTransactionList":[])", "T4", ""},
        {transaction, R"(,"epcList":["a:1","a:1"])", "", "T4", ""},
        {transaction, R"("epcList")", R"("ilmd":{},"epcList")", "E6", ""},
        {transformation, R"("inputEPCList":["a:1"],)", "", "T5", ""},
        {transformation, R"("ilmd":{})", R"("action":"ADD")", "E6", ""},
        {transformation, R"("ilmd":{})", R"("transformationID":"t")", "F1", "/transformationID"},
    });
}

TEST(EpcisRules, SubObjects) {
    std::string event = object_event();
    expect_refusals({
        {event, R"("action":"ADD")", R"("action":"add")", "U1", "/action"},
        {event, R"("inspecting")", R"("transforming")", "U2", "/bizStep"},
        {event, R"("inspecting")", R"("urn:epcglobal:cbv:bizstep:inspecting")", "U2", "/bizStep"},
        {event, R"("active")", R"("happy")", "U2", "/disposition"},
        {event, R"("active")", "true", "U2", "/disposition"},
        {event, R"("epcClass":"a:c",)", "", "U3", "/quantityList/0"},
        {event, R"("a:c")", R"("c")", "U3", "/quantityList/0/epcClass"},
        {event, R"(1.5)", R"("1.5")", "U3", "/quantityList/0/quantity"},
        {event, R"(1.5)", R"(-1.5)", "U3", "/quantityList/0/quantity"},
        {event, R"(1.5)", R"(-1e-300)", "U3", "/quantityList/0/quantity"},
        {event, R"("KGM")", R"("kg")", "U3", "/quantityList/0/uom"},
        {event, R"("uom":"KGM")", R"("weight":5)", "U3", "/quantityList/0"},
        {event, R"("uom":"KGM")", R"("x:weight":5)", "U3", "/quantityList/0"},
        {event, R"({"type":"po","bizTransaction":"a:t"})", R"({"type":"po"})", "U4", "/bizTransactionList/0"},
        {event, R"("po")", R"("purchase")", "U2", "/bizTransactionList/0/type"},
        {event, R"("type":"owning_party",)", "", "U4", "/sourceList/0"},
        {event, R"("source":"a:s")", R"("source":"a:s","x:y":1)", "U4", "/sourceList/0"},
        {event, R"("location")", R"("place")", "U2", "/destinationList/0/type"},
        {event, R"("a:d")", R"("d")", "U4", "/destinationList/0/destination"},
        {event, R"("id":"a:r",)", "", "U5", "/readPoint"},
        {event, R"("x:y":1})", R"("y":1})", "U5", "/readPoint"},
        {event, R"({"id":"a:l"})", R"("a:l")", "U5", "/bizLocation"},
        {event, R"(["recalled"])", "[]", "U5", "/persistentDisposition/set"},
        {event, R"(["recalled"])", R"(["recalled","recalled"])", "U5", "/persistentDisposition/set"},
        {event, R"(["recalled"])", R"(["lost"])", "U2", "/persistentDisposition/set/0"},
        {event, R"({"set":["recalled"],"unset":["expired"]})", "{}", "U5", "/persistentDisposition"},
        {event, R"("unset")", R"("x:unset")", "U5", "/persistentDisposition"},
        {event, R"("ilmd":{"x:y")", R"("ilmd":{"y")", "U8", "/ilmd"},
        {event, R"({"x:y":{"z":1}})", "[]", "U8", "/ilmd"},
    });
    EXPECT_TRUE(read_one(replaced(event, "1.5", "-0")).members[2].amounts.get({BasisKind::gross_mass, {}}) == 0);
}

TEST(EpcisRules, Sensors) {
    std::string event = sensor_event(), report = "/sensorElementList/0/sensorReport/0";
    std::string metadata = "/sensorElementList/0/sensorMetadata";
    expect_refusals({
        {event, R"("x:own":1)", R"("own":1)", "U6", "/sensorElementList/0"},
        {event, R"("deviceID":"a:d")", R"("deviceID":"d")", "U6", metadata + "/deviceID"},
        {event, R"({"time":"2026-11-22T06:10:00Z")", R"({"time":"06:10")", "U6", metadata + "/time"},
        {event, R"("x:y":1})", R"("y":1})", "U6", metadata},
        {event, R"("sensorReport")", R"("x:sensorReport")", "U6", "/sensorElementList/0"},
        {event, R"("type":"Temperature",)", "", "U7", report},
        {event, R"("Temperature")", R"("Heat")", "U7", report + "/type"},
        {event, R"("Temperature")", R"("https://gs1.org/voc/Temperature")", "U7", report + "/type"},
        {event, R"("ALARM_CONDITION")", R"("ALARM")", "U7", report + "/exception"},
        {event, R"("value":26)", R"("value":"26")", "U7", report + "/value"},
        {event, R"("component":"x")", R"("component":"q")", "U7", report + "/component"},
        {event, R"(true)", R"("true")", "U7", report + "/booleanValue"},
        {event, R"("F0a1")", R"("xyz")", "U7", report + "/hexBinaryValue"},
        {event, R"("stringValue":"s")", R"("stringValue":1)", "U7", report + "/stringValue"},
        {event, R"("a:m")", R"("m")", "U7", report + "/microorganism"},
        {event, R"("x:y":"z")", R"("y":"z")", "U7", report},
    });
}

TEST(EpcisRules, LenientTakesPersistentDispositionEverywhere) {
    std::string event =
        replaced(aggregation_event(), R"("childEPCs")", R"("persistentDisposition":{"set":["recalled"]},"childEPCs")");
    ReadTerms terms = test_terms();
    terms.lenient = true;
    read_one(event, terms);
    refuse_one(event);
}

TEST(EpcisRules, AllFaultsComeTogetherUpToTwenty) {
    std::string two = replaced(replaced(object_event(), R"("a:id")", R"("id")"), R"("active")", R"("happy")");
    EXPECT_EQ(refuse_one(two).faults.size(), 2u);
    std::string many;
    for (int i = 0; i < 50; ++i) many += (i > 0 ? ",\"x" : "\"x") + std::to_string(i) + "\"";
    EXPECT_EQ(refuse_one(replaced(object_event(), R"("a:1","a:2")", many)).faults.size(), 20u);
}

}  // namespace
}  // namespace ingot::tracechain
