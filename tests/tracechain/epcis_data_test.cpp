// Real documents: what GS1 calls valid is read, what others found invalid is refused where the manifest says.
#include <nlohmann/json.hpp>

#include "base/encoding.hpp"
#include "tests/tracechain/epcis_frame.hpp"

namespace ingot::tracechain {
namespace {

using nlohmann::json;

TEST(EpcisData, EveryValidDocumentIsReadAndKeepsItsBytes) {
    auto folder = shared_data();
    if (!folder) return;
    size_t documents = 0;
    for (json const& row : json::parse(file_text(*folder / "manifest-epcis.json"))) {
        if (row["expectCapture"] != 202) continue;
        std::string name = row["file"], text = file_text(*folder / name);
        ReadBody body = read_body(text);
        EXPECT_FALSE(body.events.empty()) << name;
        for (ReadEvent const& read : body.events) {
            ASSERT_TRUE(read.event) << name << ": " << read.error->detail;
            EXPECT_NE(text.find(read.event->bytes), std::string::npos) << name;
            auto again = read_stored_event(read.event->bytes, read.event->context, test_terms());
            ASSERT_TRUE(again) << name << ": " << again.error().detail;
            EXPECT_EQ(again->content_digest, read.event->content_digest) << name;
            EXPECT_EQ(again->hash_cbv20, read.event->hash_cbv20) << name;
            EXPECT_EQ(again->members.size(), read.event->members.size()) << name;
        }
        ++documents;
    }
    EXPECT_EQ(documents, 24u);
}

TEST(EpcisData, EveryInvalidDocumentIsRefusedWhereTheManifestSays) {
    auto folder = shared_data();
    if (!folder) return;
    size_t documents = 0;
    for (json const& row : json::parse(file_text(*folder / "manifest-epcis.json"))) {
        if (row["expectCapture"] != 400) continue;
        std::string name = row["file"], pointer = row["pointer"];
        auto read = read_capture_body(file_text(*folder / name), "application/json", test_terms());
        std::optional<Error> error;
        if (!read)
            error = read.error();
        else
            for (ReadEvent const& event : read->events)
                if (event.error && !error) error = event.error;
        ASSERT_TRUE(error) << name;
        EXPECT_EQ(error->code, Code::EventInvalid) << name;
        ASSERT_FALSE(error->faults.empty()) << name;
        EXPECT_EQ(error->faults[0].pointer, pointer) << name << ": " << error->detail;
        EXPECT_FALSE(error->detail_zh.empty()) << name;
        ++documents;
    }
    EXPECT_EQ(documents, 5u);
}

TEST(EpcisData, PublishedHashVectorsAreReproduced) {
    auto folder = shared_data();
    if (!folder) return;
    size_t vectors = 0;
    for (json const& row : json::parse(file_text(*folder / "event-hash" / "vectors-20.json"))) {
        std::string name = row["doc"];
        json document = json::parse(file_text(*folder / "event-hash" / name));
        std::string text = document["epcisBody"]["eventList"][size_t(row["eventIndex"])].dump();
        auto hash = hash_event(text, document["@context"].dump());
        ASSERT_TRUE(hash) << name;
        bool is_20 = row["ver"] == "CBV2.0";
        EXPECT_EQ(is_20 ? hash->prehash_cbv20 : hash->prehash_cbv21, std::string(row["prehash"])) << name;
        EXPECT_EQ(is_20 ? hash->ni_cbv20 : hash->ni_cbv21, std::string(row["hash"])) << name;
        ++vectors;
    }
    EXPECT_EQ(vectors, 20u);
}

TEST(EpcisData, OwnDocumentsHaveTheDigestsOfTheSpecification) {
    auto folder = shared_data();
    if (!folder) return;
    std::map<std::string, ReadBody> bodies;
    size_t events = 0;
    for (json const& row : json::parse(file_text(*folder / "own" / "epcis" / "hashes.json"))) {
        std::string name = row["doc"];
        if (!bodies.contains(name)) bodies[name] = read_body(file_text(*folder / "own" / "epcis" / name));
        ReadEvent const& read = bodies[name].events.at(size_t(row["eventIndex"]));
        ASSERT_TRUE(read.event) << name << ": " << read.error->detail;
        auto hash = hash_event(read.event->bytes, read.event->context);
        ASSERT_TRUE(hash) << name;
        EXPECT_EQ(hash->prehash_cbv20, std::string(row["prehash20"])) << name;
        EXPECT_EQ(hash->prehash_cbv21, std::string(row["prehash21"])) << name;
        EXPECT_EQ(hash->ni_cbv20, std::string(row["cbv20"])) << name;
        EXPECT_EQ(hash->ni_cbv21, std::string(row["cbv21"])) << name;
        EXPECT_EQ(hash->content_digest, read.event->content_digest);
        EXPECT_EQ("ni:///sha-256;" + to_hex(bytes_of(read.event->hash_cbv20)) + "?ver=CBV2.0", hash->ni_cbv20);
        ++events;
    }
    EXPECT_EQ(events, 10u);
    Event const& refined = *bodies["B.json"].events[2].event;
    EXPECT_EQ(refined.id, "ni:///sha-256;dbb50e9e9b957d22749b8eb142d56f54b5a207ed5139e99e42d364936a52af72?ver=CBV2.0");
    EXPECT_EQ(refined.losses.size(), 1u);
    EXPECT_EQ(bodies["C.json"].events[2].event->content_digest, bodies["B.json"].events[0].event->content_digest);
}

}  // namespace
}  // namespace ingot::tracechain
