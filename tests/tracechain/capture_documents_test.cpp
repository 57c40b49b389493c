// Other people's documents: every valid one of ../shared/data is stored and read back byte for byte, every invalid one
// refused where its manifest says.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>

#include "tests/tracechain/capture_fixture.hpp"

namespace ingot::tracechain {
namespace {

std::filesystem::path shared_data() {
    char const* named = std::getenv("SHARED_DATA");
    return named ? named : "../shared/data";
}

bool absent(std::filesystem::path const& folder) {
    if (std::filesystem::exists(folder)) return false;
    char const* ci = std::getenv("CI");
    EXPECT_FALSE(ci && std::string(ci) == "true") << folder << " is missing";
    std::cout << "left out: " << folder << " is not here\n";
    return true;
}

std::string text_of(std::filesystem::path const& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

// epcis-rest.md 4 and 5: what a serialised URI says of its lot, and both readings of the event hash.
TEST(CaptureDocuments, TheLotOfASerialAndBothHashesAreKept) {
    Chain chain;
    std::string event = chain.notation.line("C A:1").json;
    size_t const list = event.find(R"("quantityList")");
    event.erase(list);
    event += R"("epcList":["https://id.gs1.org/01/09527001000309/10/L2611A/21/7"]})";
    auto answer = chain.post(Notation::document({event}), principal_of("1"));
    ASSERT_TRUE(answer) << answer.error().detail;
    EXPECT_EQ(chain.lot("/01/09527001000309/21/7").part_of, "/01/09527001000309/10/L2611A");
    auto const facts = **storage::find_facts(*chain.view(), 1);
    auto const read =
        read_capture_body(Notation::document({event}), "application/json", chain.trace->read_terms(false));
    EXPECT_EQ(facts.hash_cbv20, read->events[0].event->hash_cbv20);
    EXPECT_EQ(facts.hash_cbv21, read->events[0].event->hash_cbv21);
    EXPECT_NE(facts.hash_cbv21, Digest{});
}

TEST(CaptureDocuments, EveryValidOneIsStoredAndReadBackByteForByte) {
    auto const folder = shared_data() / "epcis-gs1-valid";
    if (absent(folder)) return;
    size_t documents = 0, events = 0;
    for (auto const& entry : std::filesystem::directory_iterator(folder)) {
        if (!entry.path().string().ends_with(".jsonld")) continue;
        Chain chain;
        std::string const body = text_of(entry.path());
        auto answer = chain.post(body, principal_of("1", registry::Role::partner));
        ASSERT_TRUE(answer) << entry.path() << " " << answer.error().detail;
        EXPECT_EQ((*answer)["refused"], 0) << entry.path();
        auto const now = chain.view();
        for (auto const& result : (*answer)["results"]) {
            auto stored = read_event(*now, result["seq"].get<EventSeq>());
            ASSERT_TRUE(stored && *stored) << entry.path();
            EXPECT_NE(body.find((*stored)->bytes), std::string::npos) << entry.path();
            EXPECT_TRUE(nlohmann::json::accept((*stored)->bytes)) << entry.path();
            ++events;
        }
        Chain second;
        auto rebuilt = chain.trace->rebuild_into(*now, *second.engine);
        ASSERT_TRUE(rebuilt) << entry.path() << rebuilt.error().detail;
        EXPECT_EQ(Chain::rows(*now, storage::Space::graph), Chain::rows(*second.view(), storage::Space::graph));
        ++documents;
    }
    EXPECT_GE(documents, 24u);
    EXPECT_GE(events, documents);
}

TEST(CaptureDocuments, EveryInvalidOneIsRefusedAtItsPointer) {
    auto const folder = shared_data();
    if (absent(folder / "epcis-invalid")) return;
    auto const manifest = nlohmann::json::parse(text_of(folder / "manifest-epcis.json"));
    std::map<std::string, std::string> pointers;  // by file
    for (auto const& row : manifest)
        if (row.contains("pointer")) pointers[row["file"]] = row["pointer"];
    size_t refused = 0;
    for (auto const& entry : std::filesystem::directory_iterator(folder / "epcis-invalid")) {
        if (entry.path().extension() != ".json") continue;
        Chain chain;
        auto answer = chain.post(text_of(entry.path()), principal_of("1", registry::Role::partner));
        ASSERT_FALSE(answer) << entry.path();
        ASSERT_FALSE(answer.error().faults.empty()) << entry.path();
        auto const wanted = pointers.find("epcis-invalid/" + entry.path().filename().string());
        ASSERT_NE(wanted, pointers.end()) << entry.path();
        std::string said;
        bool known = false;
        for (auto const& fault : answer.error().faults) {
            known |= fault.pointer == wanted->second;
            said += " " + fault.pointer;
        }
        EXPECT_TRUE(known) << entry.path() << " wants " << wanted->second << ", said" << said;
        EXPECT_EQ(*storage::read_count(*chain.view(), "events"), 0u);
        ++refused;
    }
    EXPECT_GE(refused, 5u);
}

TEST(CaptureDocuments, LineageGoesThroughGs1Identifiers) {
    Chain chain;
    auto event = [](std::string const& id, std::string const& in, std::string const& out) {
        return R"({"type":"TransformationEvent","eventID":"urn:uuid:00000000-0000-4000-8000-00000000010)" + id +
               R"(","eventTime":"2026-01-01T00:0)" + id + R"(:00Z","eventTimeZoneOffset":"+00:00",)" +
               R"("inputQuantityList":[{"epcClass":")" + in + R"(","quantity":10,"uom":"KGM"}],)" +
               R"("outputQuantityList":[{"epcClass":")" + out + R"(","quantity":10,"uom":"KGM"}]})";
    };
    auto answer = chain.post(
        Notation::document({event("1", Notation::uri("A"), "urn:epc:class:lgtin:6901234.000101.MIX2"),
                            event("2", "https://trace.example.cn/dl/01/06901234001013/10/MIX2", Notation::uri("B"))}),
        principal_of("1"));
    ASSERT_TRUE(answer) << answer.error().detail;
    auto const now = chain.view();
    auto number = storage::find_lot_number(*now, "/01/06901234001013/10/MIX2");
    ASSERT_TRUE(number && *number);
    EXPECT_EQ((*storage::find_lot(*now, **number))->rows.size(), 2u);
}

}  // namespace
}  // namespace ingot::tracechain
