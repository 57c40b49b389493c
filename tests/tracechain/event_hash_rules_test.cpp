// The event hash: rules of spec/epcis-rest.md 5 that the published vectors leave open, and what must not matter.
#include "tests/tracechain/epcis_frame.hpp"
#include "tracechain/event_hash.hpp"

namespace ingot::tracechain {
namespace {

constexpr std::string_view kContext = R"({"ex":"https://ex.org/ns/","ex2":"https://ex.org/ns/"})";

std::string frame(std::string_view members) {
    return R"({"type":"ObjectEvent","eventTime":"2026-11-22T06:10:00+08:00","eventTimeZoneOffset":"+08:00",)" +
           std::string(members) + "}";
}

// What follows the common head of the CBV 2.1 (or 2.0) string.
std::string tail(std::string_view members, bool cbv20 = false) {
    auto hash = hash_event(frame(members), kContext);
    if (!hash) {
        ADD_FAILURE() << hash.error().detail;
        return "";
    }
    std::string head = "eventType=ObjectEventeventTime=2026-11-21T22:10:00.000ZeventTimeZoneOffset=+08:00";
    std::string text = cbv20 ? hash->prehash_cbv20 : hash->prehash_cbv21;
    EXPECT_TRUE(text.starts_with(head)) << text;
    return text.substr(head.size());
}

TEST(EventHash, NumbersAreWrittenPlainly) {
    struct Case {
        std::string_view text, plain;
    };
    constexpr Case kCases[] = {
        {"62.140", "62.14"},   {"23.0", "23"},
        {"-0", "0"},           {"+1", "1"},
        {"1e3", "1000"},       {"1.5E-3", "0.0015"},
        {"007", "7"},          {".50", "0.5"},
        {"5.", "5"},           {"-12.30", "-12.3"},
        {"0.000", "0"},        {"123e-2", "1.23"},
        {"1e-2", "0.01"},      {"12345678901234.567890", "12345678901234.56789"},
        {"-0.0e9", "0"},       {"100", "100"},
        {"10.010e1", "100.1"},
    };
    for (Case const& row : kCases) {
        std::string out;
        EXPECT_TRUE(append_plain_decimal(row.text, out)) << row.text;
        EXPECT_EQ(out, row.plain) << row.text;
    }
    for (std::string_view text :
         {"", "1e", "e5", "1x", "--1", "1.2.3", "+", ".", "1 2", "0x1", "1e1001", "1e-99999999999"}) {
        std::string out;
        EXPECT_FALSE(append_plain_decimal(text, out)) << text;
        EXPECT_EQ(out, "");
    }
}

TEST(EventHash, TimesAreRoundedHalfUpInUtc) {
    auto time = [](std::string_view text) {
        std::string event = R"({"type":"ObjectEvent","eventTime":")" + std::string(text) + R"("})";
        return hash_event(event, "")->prehash_cbv21.substr(std::string_view("eventType=ObjectEventeventTime=").size());
    };
    EXPECT_EQ(time("2026-01-01T00:00:00.1415Z"), "2026-01-01T00:00:00.142Z");
    EXPECT_EQ(time("2026-01-01T00:00:00.1414999Z"), "2026-01-01T00:00:00.141Z");
    EXPECT_EQ(time("2025-12-31T23:59:59.9996Z"), "2026-01-01T00:00:00.000Z");
    EXPECT_EQ(time("2026-01-01T00:30:00+01:00"), "2025-12-31T23:30:00.000Z");
    EXPECT_EQ(time("1969-12-31T23:59:59.9994Z"), "1969-12-31T23:59:59.999Z");
    EXPECT_EQ(time("1969-12-31T23:59:59.0005Z"), "1969-12-31T23:59:59.001Z");
}

TEST(EventHash, ExtensionsAreSortedFlattenedAndExpanded) {
    constexpr std::string_view n = "{https://ex.org/ns/}";
    auto with = [&](std::string text) {
        for (size_t at; (at = text.find('@')) != std::string::npos;) text.replace(at, 1, n);
        return text;
    };
    EXPECT_EQ(tail(R"("ex:b":2,"ex:a":"x")"), with("@a=x@b=2"));
    // bytewise: "@l" (null) first, then "@l=1" ..., and "@l{" after "@l="
    EXPECT_EQ(tail(R"("ex:l":[3,1,[2,{"ex2:q":true,"ex:p":" t "}],null])"), with("@l@l=1@l=2@l=3@l@p=t@q=true"));
    EXPECT_EQ(tail(R"("ex:e":"")"), with("@e"));
    EXPECT_EQ(tail(R"("ex:o":{})"), with("@o"));
    EXPECT_EQ(tail(R"("ex:o":{"bare":1})"), with("@obare=1"));
    EXPECT_EQ(tail(R"("https://ex.org/ns/a":1)"), tail(R"("ex2:a":"1.0")"));
    EXPECT_EQ(tail(R"("un:known":1)"), "{un:}known=1");
    EXPECT_EQ(tail(R"("ex:c":"ex:word")"), with("@c=https://ex.org/ns/word"));
    EXPECT_EQ(tail(R"("ex:u":"urn:epc:id:sscc:9527001.3000004711")"),
              with("@u=https://id.gs1.org/00/395270010000047114"));
    EXPECT_EQ(tail(R"("ex:w":"urn:epcglobal:cbv:disp:active")"), with("@w=https://ref.gs1.org/cbv/Disp-active"));
    EXPECT_EQ(tail(R"("ex:t":"2026-11-22T06:10:00+08:00")"), with("@t=2026-11-22T06:10:00+08:00"));
}

TEST(EventHash, SomeMembersAreNeverHashed) {
    EXPECT_EQ(tail(R"("eventID":"a:b","recordTime":"x","errorDeclaration":{"ex:a":1},"certificationInfo":"a:b",)"
                   R"("rdfs:comment":"c","@context":{"q":"a:b/"},"epcList":[],"ilmd":{},"quantityList":[])"),
              "");
    EXPECT_EQ(tail(R"("ex:o":{"rdfs:comment":"c","ex:a":1})"), "{https://ex.org/ns/}o{https://ex.org/ns/}a=1");
}

TEST(EventHash, WordsAreExpandedInEverySpelling) {
    std::string full = "bizStep=https://ref.gs1.org/cbv/BizStep-shipping";
    EXPECT_EQ(tail(R"("bizStep":"shipping")"), full);
    EXPECT_EQ(tail(R"("bizStep":"cbv:BizStep-shipping")"), full);
    EXPECT_EQ(tail(R"("bizStep":"https://ref.gs1.org/cbv/BizStep-shipping")"), full);
    std::string sensor = R"("sensorElementList":[{"sensorReport":[{"type":"%"}]}])";
    std::string expected = "sensorElementListsensorElementsensorReporttype=https://ref.gs1.org/voc/Temperature";
    for (std::string_view type : {"Temperature", "gs1:Temperature", "https://ref.gs1.org/voc/Temperature"})
        EXPECT_EQ(tail(replaced(sensor, "%", type)), expected) << type;
}

TEST(EventHash, Cbv20MovesExtensionsBehindIlmd) {
    std::string members =
        R"("readPoint":{"ex:r":1,"id":"a:r"},"bizLocation":{"id":"a:l","ex:l":2},"sensorElementList":[{"ex:own":3,)"
        R"("sensorMetadata":{"ex:m":4,"deviceID":"a:d"},"sensorReport":[{"type":"Mass","ex:s":6,"bizRules":"a:x"},)"
        R"({"type":"Mass","ex:s":5}]}],"ilmd":{"ex:i":7},"ex:e":8)";
    std::string n = "{https://ex.org/ns/}";
    EXPECT_EQ(tail(members), "readPointid=a:r" + n + "r=1bizLocationid=a:l" + n +
                                 "l=2sensorElementListsensorElementsensorMetadatadeviceID=a:d" + n +
                                 "m=4sensorReporttype=https://ref.gs1.org/voc/Mass" + n +
                                 "s=5sensorReporttype=https://ref.gs1.org/voc/Mass" + n + "s=6" + n + "own=3ilmd" + n +
                                 "i=7" + n + "e=8");
    EXPECT_EQ(tail(members, true),
              "readPointid=a:rbizLocationid=a:lsensorElementsensorMetadatadeviceID=a:d"
              "sensorReporttype=https://ref.gs1.org/voc/Masssensor"
              "Reporttype=https://ref.gs1.org/voc/Massilmd" +
                  n + "i=7readPoint" + n + "r=1bizLocation" + n + "l=2sensorElementsensorMetadata" + n +
                  "m=4sensorReport" + n + "s=5sensorReport" + n + "s=6" + n + "own=3" + n + "e=8");
}

TEST(EventHash, SpellingDoesNotMatter) {
    std::string a =
        R"({"type":"ObjectEvent","eventTime":"2026-11-22T06:10:00+08:00","eventTimeZoneOffset":"+08:00","action":"ADD",)"
        R"("quantityList":[{"epcClass":"urn:epc:class:lgtin:9527002.000010.KT2611-07","quantity":1.0,"uom":"KGM"},)"
        R"({"epcClass":"a:b"}],"ingot:amounts":[{"ingot:id":"a:b","ingot:gross":"2.50","ingot:uom":"KGM"}]})";
    std::string b =
        R"({"ingot:amounts":[{"ingot:uom":"KGM","ingot:gross":2.5,"ingot:id":"a:b"}],"quantityList":[{"epcClass":"a:b"},)"
        R"({"uom":"KGM","quantity":1,"epcClass":"https://x.cn/dl/01/09527002000100/10/KT2611-07?17=261231"}],)"
        R"("action":"ADD","eventTimeZoneOffset":"+08:00","eventTime":"2026-11-21T22:10:00.000Z","type":"ObjectEvent"})";
    Event first = read_one(a), second = read_one(b);
    EXPECT_EQ(first.content_digest, second.content_digest);
    EXPECT_EQ(first.id, second.id);
    EXPECT_EQ(first.members[0].lot.canonical, second.members[1].lot.canonical);
    EXPECT_NE(first.content_digest, read_one(replaced(b, "2.5", "2.6")).content_digest);
}

TEST(EventHash, CertificationIsInTheContentDigestOnly) {
    auto plain = hash_event(frame(R"("action":"ADD")"), "");
    auto one = hash_event(frame(R"("action":"ADD","certificationInfo":"a:b")"), "");
    auto list = hash_event(frame(R"("action":"ADD","certificationInfo":["a:b"])"), "");
    auto two = hash_event(frame(R"("action":"ADD","certificationInfo":["a:c","a:b"])"), "");
    auto turned = hash_event(frame(R"("action":"ADD","certificationInfo":["a:b","a:c"])"), "");
    EXPECT_EQ(plain->ni_cbv20, two->ni_cbv20);
    EXPECT_NE(plain->content_digest, one->content_digest);
    EXPECT_EQ(one->content_digest, list->content_digest);
    EXPECT_NE(one->content_digest, two->content_digest);
    EXPECT_EQ(two->content_digest, turned->content_digest);
}

TEST(EventHash, GivenHashNamesAreCompared) {
    std::string event = frame(R"("action":"OBSERVE","epcList":["a:b"])");
    Event assigned = read_one(event);
    Event right = read_one(replaced(event, "{", R"({"eventID":")" + assigned.id + R"(",)"));
    EXPECT_TRUE(right.warnings.empty());
    Event wrong = read_one(replaced(event, "{", R"({"eventID":"ni:///sha-256;00?ver=CBV2.0",)"));
    ASSERT_EQ(wrong.warnings.size(), 1u);
    EXPECT_EQ(wrong.warnings[0].code, "hash-mismatch");
    EXPECT_EQ(wrong.warnings[0].pointer, "/eventID");
}

TEST(EventHash, RefusesWhatIsNoEvent) {
    EXPECT_FALSE(hash_event("5", ""));
    EXPECT_FALSE(hash_event("{", ""));
    EXPECT_FALSE(hash_event("{}", "{"));
    EXPECT_TRUE(hash_event(R"({"epcList":{"a":1},"readPoint":[],"sensorElementList":[5,{"sensorReport":[[]]}]})", ""));
}

}  // namespace
}  // namespace ingot::tracechain
