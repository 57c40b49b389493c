// Containers, serialised instances, void shipments and dispositions (spec/trace-semantics.md 1.4, 2.2) through capture.
#include "tests/tracechain/capture_fixture.hpp"
#include "tracechain/container.hpp"

namespace ingot::tracechain {
namespace {

constexpr char kPallet[] = "urn:epc:id:sscc:9527001.3000004711";
constexpr char kPalletKey[] = "/00/395270010000047114";

std::string frame(int n, std::string const& body, std::string const& site = "1") {
    return R"({"eventID":")" + Notation::id(n) + R"(","eventTime":")" +
           format_time(from_micros(Notation::kStart + n * Notation::kMinute), 3) +
           R"(","eventTimeZoneOffset":"+00:00","readPoint":{"id":"https://ingot.example/88.999.)" + site +
           R"(/EQ.SITE"},)" + body + "}";
}

std::string aggregation(int n, std::string const& action, std::string const& children) {
    return frame(n, R"("type":"AggregationEvent","action":")" + action + R"(","parentID":")" + kPallet +
                        R"(","childEPCs":[)" + children + "]");
}

std::string object(int n, std::string const& rest, std::string const& site = "1") {
    return frame(n, R"("type":"ObjectEvent",)" + rest, site);
}

std::string parties(std::string const& from, std::string const& to) {
    std::string const node = "https://ingot.example/88.999.";
    return R"("sourceList":[{"type":"possessing_party","source":")" + node + from +
           R"("}],"destinationList":[{"type":"possessing_party","destination":")" + node + to + "\"}]";
}

std::string serial(int n) { return "urn:epc:id:sgtin:9527001.000030.B" + std::to_string(n); }
std::string serial_key(int n) { return "/01/09527001000309/21/B" + std::to_string(n); }
std::string quoted(std::vector<std::string> const& texts) {
    std::string out;
    for (std::string const& text : texts) out += (out.empty() ? "\"" : ",\"") + text + "\"";
    return out;
}

// Three serialised bundles of 1,000 kg each.
std::string cast(int n) {
    std::string amounts;
    for (int i = 1; i <= 3; ++i)
        amounts += std::string(i > 1 ? "," : "") + R"({"ingot:id":")" + serial(i) +
                   R"(","ingot:side":"output","ingot:gross":1000})";
    return frame(n, R"("type":"TransformationEvent","inputQuantityList":[{"epcClass":")" + Notation::uri("L") +
                        R"(","quantity":3000,"uom":"KGM"}],"outputEPCList":[)" +
                        quoted({serial(1), serial(2), serial(3)}) + R"(],"ingot:amounts":[)" + amounts + "]");
}

void store(Chain& chain, std::string const& event, std::string const& site = "1") {
    auto answer = chain.post(Notation::document({event}), principal_of(site));
    ASSERT_TRUE(answer) << answer.error().detail << "\n" << event;
    ASSERT_EQ((*answer)["stored"], 1) << answer->dump();
}

LotRow lot(Chain const& chain, std::string const& key) {
    auto const now = chain.view();
    auto const number = storage::find_lot_number(*now, key);
    if (!number || !*number) {
        ADD_FAILURE() << "no lot " << key;
        return {};
    }
    return **storage::find_lot(*now, **number);
}

std::map<std::string, Holding> holdings(Chain const& chain, std::string const& key) {
    std::map<std::string, Holding> by;
    for (auto const& holding : settle(lot(chain, key))) by[holding.party] = holding;
    return by;
}

size_t inside(Chain const& chain, int minute) {
    auto const now = chain.view();
    return contents(*now, lot(chain, kPalletKey).lot, Notation::kStart + minute * Notation::kMinute)->size();
}

void cast_and_pack(Chain& chain) {
    chain.say({"C L:3000"});
    store(chain, cast(2));
    store(chain, aggregation(3, "ADD", quoted({serial(1), serial(2), serial(3)})));
}

TEST(CaptureContainers, PackUnpackOneThenTheRest) {
    Chain chain;
    cast_and_pack(chain);
    store(chain, aggregation(5, "DELETE", quoted({serial(2)})));
    store(chain, aggregation(7, "DELETE", ""));
    EXPECT_EQ(inside(chain, 2), 0u);
    EXPECT_EQ(inside(chain, 3), 3u);
    EXPECT_EQ(inside(chain, 5), 2u);
    EXPECT_EQ(inside(chain, 7), 0u);
    auto const now = chain.view();
    EXPECT_TRUE(*container_of(*now, lot(chain, serial_key(1)).lot, Notation::kStart + 6 * Notation::kMinute));
    EXPECT_FALSE(*container_of(*now, lot(chain, serial_key(2)).lot, Notation::kStart + 6 * Notation::kMinute));
}

TEST(CaptureContainers, AVoidUnpackingPutsEverythingBack) {
    Chain chain;
    cast_and_pack(chain);
    std::string const out = aggregation(5, "DELETE", "");
    store(chain, out);
    std::string wrong = out;
    wrong.pop_back();
    store(chain, wrong + R"(,"errorDeclaration":{"declarationTime":"2026-01-01T01:00:00Z","reason":"did_not_occur"}})");
    EXPECT_EQ(inside(chain, 8), 3u);
}

TEST(CaptureContainers, AShippedContainerMovesItsContents) {
    Chain chain;
    cast_and_pack(chain);
    store(chain, object(4, R"("action":"OBSERVE","bizStep":"shipping","epcList":[)" + quoted({kPallet}) + "]," +
                               parties("1", "2")));
    EXPECT_EQ(holdings(chain, serial_key(1))["88.999.2"].in_transit, 1'000'000'000);
    store(
        chain,
        object(5,
               R"("action":"OBSERVE","bizStep":"receiving","epcList":[)" + quoted({kPallet}) + "]," + parties("1", "2"),
               "2"),
        "2");
    for (int i = 1; i <= 3; ++i) EXPECT_EQ(holdings(chain, serial_key(i))["88.999.2"].on_hand, 1'000'000'000) << i;
}

TEST(CaptureContainers, AConsumedContainerStandsForItsContents) {
    Chain chain;
    cast_and_pack(chain);
    store(chain, frame(6, R"("type":"TransformationEvent","inputEPCList":[)" + quoted({kPallet}) +
                              R"(],"outputQuantityList":[{"epcClass":")" + Notation::uri("M") +
                              R"(","quantity":3000,"uom":"KGM"}])"));
    auto const up = chain.up("M");
    for (int i = 1; i <= 3; ++i) EXPECT_NEAR(up.share.at(serial_key(i)), 1.0 / 3, 1e-9);
    EXPECT_NEAR(up.share.at("L"), 1, 1e-9);
    EXPECT_EQ(inside(chain, 9), 0u);
}

TEST(CaptureContainers, ALotConsumedInsideAContainerLeavesIt) {
    Chain chain;
    cast_and_pack(chain);
    auto answer = chain.post(Notation::document({object(6, R"("action":"DELETE","bizStep":"destroying","epcList":[)" +
                                                               quoted({serial(3)}) + "]")}),
                             principal_of("1"));
    ASSERT_TRUE(answer) << answer.error().detail;
    EXPECT_EQ((*answer)["results"][0]["warnings"][0]["code"], "consumed-in-container");
    EXPECT_EQ(inside(chain, 9), 2u);
}

std::string pallet(int n) { return "urn:epc:id:giai:9527001.P" + std::to_string(n); }
std::string pack_into(int n, std::string const& container, std::vector<std::string> const& children) {
    return frame(n, R"("type":"AggregationEvent","action":"ADD","parentID":")" + container + R"(","childEPCs":[)" +
                        quoted(children) + "]");
}
std::string ship(int n, std::string const& epc) {
    return object(n,
                  R"("action":"OBSERVE","bizStep":"shipping","epcList":[)" + quoted({epc}) + "]," + parties("1", "2"));
}
size_t lots_of_event(Chain const& chain) {
    auto const now = chain.view();
    return (*storage::find_link(*now, *storage::read_count(*now, "events")))->inputs.size();
}

// Ten containers, each of which holds all ten: without remembering what was opened, 10^10 lots.
TEST(CaptureContainers, ContainersThatHoldEachOtherAreOpenedOnce) {
    Chain chain;
    std::vector<std::string> all, packing;
    for (int i = 0; i < 10; ++i) all.push_back(pallet(i));
    for (int i = 0; i < 10; ++i) packing.push_back(pack_into(1 + i, pallet(i), all));
    ASSERT_TRUE(chain.post(Notation::document(packing), principal_of("1")));
    store(chain, ship(20, pallet(0)));
    EXPECT_EQ(lots_of_event(chain), 1u) << "a ring holds nothing: the container itself moves";
    store(chain, pack_into(21, pallet(3), {serial(1)}));
    store(chain, ship(30, pallet(0)));
    EXPECT_EQ(lots_of_event(chain), 2u) << "the container and the one lot in the ring";
}

// P0 in P1 in P2 ...: `levels` containers around a bundle.
Result<nlohmann::json> ship_nested(int levels) {
    Chain chain;
    store(chain, pack_into(1, pallet(0), {serial(1)}));
    for (int i = 1; i < levels; ++i) store(chain, pack_into(1 + i, pallet(i), {pallet(i - 1)}));
    return chain.post(Notation::document({ship(40, pallet(levels - 1))}), principal_of("1"));
}

TEST(CaptureContainers, NestedTenDeepAndNoDeeper) {
    EXPECT_TRUE(ship_nested(10));
    auto const deeper = ship_nested(11);
    ASSERT_FALSE(deeper) << "what stands deeper was left out in silence";
    EXPECT_EQ(slug(deeper.error().code), "capture-limit");
}

TEST(CaptureContainers, AsManyPackingRecordsAreReadAsTheLimitSays) {
    for (uint32_t max : {3u, 2u}) {
        TraceSettings settings = Chain::example_settings();
        settings.content_rows_max = max;
        Chain chain(settings);
        store(chain, pack_into(1, pallet(0), {serial(1), serial(2), serial(3)}));
        auto const answer = chain.post(Notation::document({ship(9, pallet(0))}), principal_of("1"));
        ASSERT_EQ(answer.has_value(), max == 3);
        if (!answer) {
            EXPECT_EQ(slug(answer.error().code), "capture-limit");
        }
    }
}

TEST(CaptureInstances, ASerialisedItemIsConsumedWholeAndOnce) {
    Chain chain;
    cast_and_pack(chain);
    auto remelt = [&](int n) {
        return frame(n, R"("type":"TransformationEvent","inputEPCList":[)" + quoted({serial(1)}) +
                            R"(],"outputQuantityList":[{"epcClass":")" + Notation::uri("M" + std::to_string(n)) +
                            R"(","quantity":1000,"uom":"KGM"}])");
    };
    store(chain, remelt(6));
    LotRow const item = lot(chain, serial_key(1));
    EXPECT_EQ(item.kind, storage::LotKind::instance);
    EXPECT_EQ(item.tail.content.value({}), 0);
    EXPECT_EQ(item.tail.consumed, 1'000'000'000);
    auto who = principal_of("1");
    who.trace_mode = "strict";
    auto again = chain.post(Notation::document({remelt(7)}), who);
    ASSERT_FALSE(again);
    EXPECT_EQ(slug(again.error().code), "already-consumed");
    auto twice =
        chain.post(Notation::document(
                       {frame(8, R"("type":"ObjectEvent","action":"ADD","epcList":[)" + quoted({serial(2)}) + "]"),
                        frame(9, R"("type":"ObjectEvent","action":"ADD","epcList":[)" + quoted({serial(2)}) + "]")}),
                   who);
    ASSERT_FALSE(twice);
    EXPECT_EQ(slug(twice.error().code), "already-exists");
}

TEST(CaptureMovement, AVoidShippingTakesBackTheLastShipping) {
    Chain chain;
    chain.say({"C A:10", "SH A:4 > 2"});
    EXPECT_EQ(holdings(chain, "88.999.1/A")["88.999.2"].in_transit, 4'000'000);
    store(chain, object(3, R"("action":"OBSERVE","bizStep":"void_shipping","quantityList":[{"epcClass":")" +
                               Notation::uri("A") + R"(","quantity":4,"uom":"KGM"}],)" + parties("1", "2")));
    auto const back = holdings(chain, "88.999.1/A");
    EXPECT_EQ(back.at("88.999.1").on_hand, 10'000'000);
    EXPECT_FALSE(back.contains("88.999.2"));
}

// 2.2: the action and the step decide; a disposition says how things are and moves nothing.
TEST(CaptureMovement, ADispositionAloneChangesNothing) {
    Chain chain;
    chain.say({"C A:10"});
    std::string const list =
        R"("quantityList":[{"epcClass":")" + Notation::uri("A") + R"(","quantity":4,"uom":"KGM"}])";
    store(chain, object(2, R"("action":"OBSERVE","disposition":"destroyed",)" + list));
    store(chain, object(3, R"("action":"OBSERVE","disposition":"in_transit",)" + list));
    store(chain, object(4, R"("action":"OBSERVE","persistentDisposition":{"set":["recalled"]},)" + list));
    EXPECT_EQ(chain.on_hand_kg("A"), 10);
    store(chain, object(5, R"("action":"DELETE","bizStep":"destroying","disposition":"destroyed",)" + list));
    EXPECT_EQ(chain.on_hand_kg("A"), 6);
    EXPECT_EQ(holdings(chain, "88.999.1/A")["88.999.1"].disposed, 4'000'000);
    store(chain, object(6, R"("action":"DELETE","bizStep":"decommissioning","quantityList":[{"epcClass":")" +
                               Notation::uri("A") + "\"}]"));
    EXPECT_EQ(chain.on_hand_kg("A"), 0) << "no quantity: all";
}

}  // namespace
}  // namespace ingot::tracechain
