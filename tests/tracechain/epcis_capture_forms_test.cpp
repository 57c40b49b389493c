// The forms a capture request may have (spec/trace-semantics.md 5.1) and the rules of whole documents
// (spec/epcis-rest.md 1).
#include "tests/tracechain/epcis_examples.hpp"
#include "tests/tracechain/epcis_frame.hpp"

namespace ingot::tracechain {
namespace {

constexpr std::string_view kMove =
    R"({"type":"ObjectEvent","eventTime":"2026-11-22T06:10:00+08:00","eventTimeZoneOffset":"+08:00","action":"OBSERVE",)"
    R"("epcList":["https://ingot.example/88.999.1/A"],"readPoint":{"id":"https://ingot.example/88.999.1/EQ.1"}})";

std::string compact(std::string_view text) {
    std::string out;
    for (char c : text)
        if (c != '\n') out += c;
    return out;
}

Error refused_body(std::string_view body, std::string_view content_type = "application/json",
                   ReadTerms const& terms = test_terms()) {
    auto read = read_capture_body(body, content_type, terms);
    if (!read) return read.error();
    ADD_FAILURE() << "was not refused: " << body.substr(0, 200);
    return {Code::Internal, "", "", {}, {}};
}

std::string first_pointer(Error const& error) { return error.faults.empty() ? "none" : error.faults[0].pointer; }

TEST(CaptureForms, DocumentSharesItsContextAndGivesPointers) {
    ReadBody body = read_body(framed(std::string(kMove) + "," + std::string(kExampleEvents[0])));
    EXPECT_EQ(body.form, BodyForm::Document);
    ASSERT_EQ(body.events.size(), 2u);
    ASSERT_TRUE(body.events[0].event && body.events[1].event);
    EXPECT_EQ(body.events[0].event->bytes, kMove);
    EXPECT_EQ(body.events[0].event->pointer, "/epcisBody/eventList/0");
    EXPECT_EQ(body.events[1].event->context, body.events[0].event->context);
    EXPECT_TRUE(body.events[0].event->context.starts_with("["));
    EXPECT_EQ(body.events[0].event_id, body.events[0].event->id);
    EXPECT_TRUE(read_body(framed("")).events.empty());
}

TEST(CaptureForms, QueryDocumentIsTaken) {
    std::string text =
        R"({"@context":"https://a/","type":"EPCISQueryDocument","epcisBody":{"queryResults":{"queryName":"Q",
        "subscriptionID":"s","resultsBody":{"eventList":[)" +
        std::string(kMove) + "]}}}}";
    ReadBody body = read_body(text);
    EXPECT_EQ(body.form, BodyForm::QueryDocument);
    ASSERT_TRUE(body.events.at(0).event);
    EXPECT_EQ(body.events[0].event->pointer, "/epcisBody/queryResults/resultsBody/eventList/0");
    EXPECT_EQ(body.events[0].event->context, "\"https://a/\"");
    EXPECT_TRUE(read_stored_event(kMove, "\"https://a/\"", test_terms()));
    EXPECT_EQ(first_pointer(refused_body(replaced(text, R"("queryName":"Q",)", ""))), "/epcisBody/queryResults");
    EXPECT_EQ(first_pointer(refused_body(replaced(text, "queryResults", "results"))), "/epcisBody");
}

TEST(CaptureForms, ArrayAndSingleEventHaveTheIngotPrefixBound) {
    std::string charge = compact(kExampleEvents[3]);
    ReadBody array = read_body("[" + charge + "," + std::string(kMove) + ", 5]");
    EXPECT_EQ(array.form, BodyForm::Array);
    ASSERT_EQ(array.events.size(), 3u);
    EXPECT_EQ(array.events[0].event->kind, LinkKind::charge);
    EXPECT_EQ(array.events[1].event->pointer, "/1");
    ASSERT_TRUE(array.events[2].error);
    EXPECT_EQ(first_pointer(*array.events[2].error), "/2");
    ReadBody single = read_body(charge);
    EXPECT_EQ(single.form, BodyForm::Single);
    EXPECT_EQ(single.events.at(0).event->kind, LinkKind::charge);
    EXPECT_EQ(single.events[0].event->pointer, "");
    EXPECT_EQ(single.events[0].event->content_digest, array.events[0].event->content_digest);
}

TEST(CaptureForms, OwnContextOfABareEventCountsAlone) {
    std::string charge = compact(kExampleEvents[3]);
    std::string other = replaced(charge, "{", R"({"@context":{"i":"https://ingot.example/ns/"},)");
    for (size_t at; (at = other.find("\"ingot:")) != std::string::npos;) other.replace(at, 7, "\"i:");
    ReadBody body = read_body(other);
    ASSERT_TRUE(body.events.at(0).event);
    EXPECT_EQ(body.events[0].event->kind, LinkKind::charge);
    EXPECT_EQ(body.events[0].event->context, "");
    EXPECT_EQ(body.events[0].event->content_digest, read_one(charge).content_digest);
    EXPECT_EQ(read_stored_event(other, "", test_terms())->kind, LinkKind::charge);
    std::string unbound = replaced(charge, "{", R"({"@context":"https://a/",)");
    Event plain = *read_body(unbound).events.at(0).event;
    EXPECT_EQ(plain.kind, LinkKind::campaign);  // nothing binds ingot, so there is no ingot:vessel
    ASSERT_FALSE(plain.warnings.empty());
    EXPECT_EQ(plain.warnings[0].code, "prefix-unknown");
}

TEST(CaptureForms, NdjsonJudgesEachLineByItself) {
    std::string body = std::string(kMove) + "\r\n\n  \n{\"type\":\n" + compact(kExampleEvents[3]) + "\n" +
                       R"({"type":"ObjectEvent"})" + "\n\"\\ud800\"\n{\"a\":1,\"a\":2}";
    for (std::string_view type : {"application/x-ndjson", "Application/NDJSON; charset=utf-8", "application/jsonl"}) {
        ReadBody read = read_body(body, test_terms(), type);
        EXPECT_EQ(read.form, BodyForm::Ndjson);
        ASSERT_EQ(read.events.size(), 6u) << type;
        EXPECT_TRUE(read.events[0].event);
        EXPECT_EQ(read.events[0].event->bytes, kMove);
        ASSERT_TRUE(read.events[1].error);
        EXPECT_EQ(read.events[1].error->code, Code::BadJson);
        EXPECT_EQ(first_pointer(*read.events[1].error), "/1");
        EXPECT_TRUE(read.events[1].error->detail.starts_with("line 4:")) << read.events[1].error->detail;
        EXPECT_EQ(read.events[2].event->kind, LinkKind::charge);
        EXPECT_EQ(read.events[2].event->pointer, "/2");
        EXPECT_EQ(first_pointer(*read.events[3].error), "/3");
        EXPECT_EQ(read.events[4].error->code, Code::BadEncoding);
        EXPECT_EQ(read.events[5].error->code, Code::DuplicateMember);
        EXPECT_EQ(first_pointer(*read.events[5].error), "/5/a");
    }
    EXPECT_EQ(refused_body("\n \n", "application/x-ndjson").code, Code::BadJson);
    EXPECT_EQ(refused_body(body, "application/json").code, Code::BadJson);
}

TEST(CaptureForms, StationFormKeepsTheDevice) {
    std::string text =
        R"({"items":[{"event":)" + std::string(kMove) + R"(,"device":{"station":"s1", "seq":7}},{"device":{}},7]})";
    ReadBody body = read_body(text);
    EXPECT_EQ(body.form, BodyForm::Station);
    ASSERT_EQ(body.events.size(), 3u);
    EXPECT_EQ(body.events[0].device, R"({"station":"s1", "seq":7})");
    EXPECT_EQ(body.events[0].event->bytes, kMove);
    EXPECT_EQ(body.events[0].event->pointer, "/items/0/event");
    EXPECT_EQ(first_pointer(*body.events[1].error), "/items/1");
    EXPECT_EQ(first_pointer(*body.events[2].error), "/items/2");
    EXPECT_EQ(first_pointer(refused_body(R"({"items":{}})")), "/items");
}

TEST(CaptureForms, DocumentRulesNameThePlace) {
    std::string good = framed(kMove);
    struct Case {
        std::string_view from, to, pointer;
    };
    constexpr Case kCases[] = {
        {R"("schemaVersion": "2.0", )", "", ""},
        {R"("creationDate": "2026-11-22T16:00:00+08:00",)", "", ""},
        {R"("schemaVersion": "2.0")", R"("schemaVersion": "1.2")", "/schemaVersion"},
        {R"("schemaVersion": "2.0")", R"("schemaVersion": 2.0)", "/schemaVersion"},
        {R"("2026-11-22T16:00:00+08:00")", R"("2026-11-22")", "/creationDate"},
        {R"("epcisBody")", R"("epcisBod")", ""},
        {R"("eventList")", R"("events")", "/epcisBody"},
        {R"({"eventList")", R"({"foo": 1, "eventList")", "/epcisBody"},
        {R"("type": "EPCISDocument")", R"("type": "EPCISDocument", "foo": 1)", ""},
        {R"("type": "EPCISDocument")", R"("type": "EPCISDocument", "id": "x")", "/id"},
        {R"("type": "EPCISDocument")", R"("type": "EPCISDocument", "sender": 1)", "/sender"},
        {R"("type": "EPCISDocument", )", "", ""},
        {R"("https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld")", R"("no uri")", "/@context"},
        {R"({"ingot": "https://ingot.example/ns/"})",
         R"("https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld")", "/@context"},
        {R"("type": "EPCISDocument")",
         R"("type": "EPCISDocument", "epcisHeader": {"epcisMasterData": {"vocabularyList": [{"type": "a:b",
            "vocabularyElementList": [{"id": "x"}]}]}})",
         "/epcisHeader/epcisMasterData/vocabularyList/0/vocabularyElementList/0/id"},
    };
    for (Case const& row : kCases) {
        Error error = refused_body(replaced(good, row.from, row.to));
        EXPECT_EQ(error.code, Code::EventInvalid) << row.from;
        EXPECT_EQ(first_pointer(error), row.pointer) << row.from << " -> " << row.to;
        EXPECT_FALSE(error.detail_zh.empty());
    }
    std::string list = good.substr(0, good.find("\"eventList\"")) + "\"eventList\": {}}}";
    EXPECT_EQ(first_pointer(refused_body(list)), "/epcisBody/eventList");
    for (std::string_view text : {"5", "\"x\"", "null", "true"}) EXPECT_EQ(refused_body(text).code, Code::EventInvalid);
    EXPECT_TRUE(
        read_body(replaced(good, R"("type": "EPCISDocument")",
                           R"("type": "EPCISDocument", "ex:foo": 1, "id": "a:b", "sender": "a:b", "receiver": "c",
                                      "instanceIdentifier": "1", "epcisHeader": {"epcisMasterData": {"vocabularyList": [
                                      {"type": "a:b", "vocabularyElementList": [{"id": "a:c", "attributes":
                                      [{"id": "a:d", "attribute": 1}], "children": ["a:e"]}]}]}})"))
            .events[0]
            .event);
}

TEST(CaptureForms, LimitsHoldAtTheValueAndOnePast) {
    ReadTerms terms = test_terms();
    terms.limits.events_per_capture_max = 3;
    std::string move(kMove);
    std::string three = move + "," + move + "," + move;
    EXPECT_EQ(read_body(framed(three), terms).events.size(), 3u);
    EXPECT_EQ(refused_body(framed(three + "," + move), "application/json", terms).code, Code::CaptureLimit);
    EXPECT_EQ(refused_body("[" + three + "," + move + "]", "application/json", terms).code, Code::CaptureLimit);
    std::string lines = move + "\n" + move + "\n" + move + "\n";
    EXPECT_EQ(read_body(lines, terms, "application/x-ndjson").events.size(), 3u);
    EXPECT_EQ(refused_body(lines + move, "application/x-ndjson", terms).code, Code::CaptureLimit);
    terms.limits.event_bytes_max = move.size();
    EXPECT_TRUE(read_body(framed(move), terms).events[0].event);
    terms.limits.event_bytes_max = move.size() - 1;
    EXPECT_EQ(read_body(framed(move), terms).events[0].error->code, Code::CaptureLimit);
    ReadTerms members = test_terms();
    members.limits.event_members_max = 1;
    EXPECT_TRUE(read_body(framed(move), members).events[0].event);
    std::string two = replaced(move, R"(/A"])", R"(/A","https://ingot.example/88.999.1/B"])");
    EXPECT_EQ(read_body(framed(two), members).events[0].error->code, Code::CaptureLimit);
    ReadTerms values = test_terms();
    values.limits.batch_values_max = 20;
    EXPECT_EQ(refused_body(lines, "application/x-ndjson", values).code, Code::JsonSize);
}

TEST(CaptureForms, TenThousandMembersAreReadQuickly) {
    std::string epcs, amounts;
    for (int i = 0; i < 5'000; ++i) {
        std::string id = "\"https://ingot.example/88.999.1/B" + std::to_string(i) + "\"";
        epcs += (i > 0 ? "," : "") + id;
        amounts += (i > 0 ? "," : "") + (R"({"ingot:id":)" + id + R"(,"ingot:side":"output","ingot:gross":1})");
    }
    std::string event =
        R"({"type":"TransformationEvent","eventTime":"2026-11-22T06:10:00+08:00","eventTimeZoneOffset":"+08:00",)"
        R"("inputEPCList":[)" +
        epcs + R"(],"outputEPCList":[)" + epcs + R"(],"ingot:amounts":[)" + amounts + "]}";
    Event read = read_one(event);
    ASSERT_EQ(read.members.size(), 10'000u);
    EXPECT_EQ(read.members[9'999].amounts.get(Basis{BasisKind::gross_mass, {}}), 1'000'000);
    EXPECT_EQ(read.members[9'999].pointer, "/outputEPCList/4999");
}

}  // namespace
}  // namespace ingot::tracechain
