// Stored forms of the graph: what is written is read back, the bytes are pinned, and protobuf itself agrees.
#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "storage/graph.pb.h"
#include "storage/graph_table.hpp"

namespace ingot::storage {
namespace {

Amounts masses() {
    Amounts amounts;
    amounts.set({BasisKind::count, {}}, 3);
    amounts.set({BasisKind::element, "Pb"}, 0);
    amounts.set({BasisKind::element, "Ag"}, 7);
    amounts.set({BasisKind::gross_mass, {}}, 60'000'000'000);
    return amounts;
}

AccountRow full_row() {
    AccountRow row;
    row.time_us = 1'767'225'660'000'000;
    row.seq = 5;
    row.phase = 1;
    row.kind = RowKind::output;
    row.void_seq = 9;
    row.stated = masses();
    row.final = true;
    row.restated = true;
    row.event_total = masses();
    row.campaign = 2;
    row.selected = {{4, 100}};
    row.site_mark = 77;
    row.sort_time_us = row.time_us + 60;
    row.sort_seq = 4;
    row.before = masses();
    row.moved = masses();
    row.shortfall = 11;
    row.difference = -12;
    row.bound_time_us = row.time_us - 5;
    row.bound_seq = 3;
    row.layers = {{3, masses()}};
    return row;
}

LotRow full_lot() {
    LotRow lot;
    lot.lot = 300;
    lot.key = "88.999.1/A";
    lot.id = "88.999.1/a";
    lot.uri = "https://ingot.example/88.999.1/a";
    lot.kind = LotKind::instance;
    lot.external = lot.was_packed = lot.has_outputs = true;
    lot.owner_prefix = "88.999.1";
    lot.claim = Claim::registered;
    lot.part_of = "/01/09527001000309/10/L";
    lot.descriptions = {{6, 5, 0, "lead", true, {"mine", "88.999.2", "CN", "M1"}, "{}"},
                        {5, 4, 7, "zinc", false, {}, ""}};
    lot.assays = {{"Pb", 600'000'000'000, 3, 5, 6, 8}};
    lot.first_seq = 1;
    lot.first_time_us = -5;
    lot.last_time_us = 70;
    lot.reorder_seq = UINT64_MAX;
    lot.rows = {full_row()};
    lot.tail.content = masses();
    lot.tail.debt = 4;
    lot.tail.states = 1;
    lot.flags = 5;
    lot.newest_seq = 5;
    lot.holdings = {{"88.999.1", true, -4, 0, {{"", 0, 5, 0, 0}}, {{"88.999.2", 6, 0, 1, 0}}},
                    {"https://x.example/p", false, 0, 2, {}, {}}};
    return lot;
}

LinkRow full_link() {
    LinkRow link;
    link.seq = 7;
    link.time_us = 1'767'225'660'000'000;
    link.kind = LinkKind::charge_draw;
    link.event_id = "urn:uuid:00000000-0000-4000-8000-000000000007";
    link.site = "88.999.1";
    link.content_digest[31] = 1;
    link.void_seq = 8;
    link.reorder_seq = 9;
    link.campaign = 3;
    link.allocation = {BasisKind::element, "Zn"};
    link.inputs = {{1, InputRole::aux, masses(), 0x81, 5, link.time_us - 1, 4}, {2, InputRole::feed, {}, 0, 0, 0, 0}};
    link.outputs = {{0, OutputRole::loss, masses()}};
    link.links = {{5, 6, 0.25}};
    link.flags = 3;
    link.transfers = {{1, "a", "b", false, true, true, false, -9}};
    return link;
}

TEST(GraphTable, RowsComeBackAsTheyWere) {
    AccountRow const row = full_row();
    auto read = decode_account_row(encode(row));
    ASSERT_TRUE(read);
    EXPECT_TRUE(*read == row);
    EXPECT_EQ(encode(*read), encode(row));
}

TEST(GraphTable, RecordsComeBackAsTheyWere) {
    LotRow const lot = full_lot();
    auto lot_again = decode_lot(300, encode(lot));
    ASSERT_TRUE(lot_again);
    EXPECT_EQ(encode(*lot_again), encode(lot));
    EXPECT_EQ(lot_again->last_time_us, 70);
    EXPECT_EQ(lot_again->claim, Claim::registered);
    EXPECT_EQ(lot_again->material, "lead") << "of the live description";
    EXPECT_EQ(lot_again->origin.supplier, "88.999.2");
    EXPECT_TRUE(lot_again->holdings[1].registered == false && lot_again->has_outputs && !lot_again->has_adds);
    LinkRow const link = full_link();
    auto link_again = decode_link(7, encode(link));
    ASSERT_TRUE(link_again);
    EXPECT_EQ(encode(*link_again), encode(link));
    EXPECT_EQ(link_again->inputs[0].bound_time_us, link.time_us - 1);
    EXPECT_EQ(link_again->inputs[1].bound_time_us, 0);
    CampaignRow campaign;
    campaign.campaign = 4;
    campaign.key = campaign.id = campaign.uri = "k";
    campaign.owner_prefix = "88.999.1";
    campaign.events = {1, 300};
    campaign.total_in = masses();
    campaign.tail.layers = {{1, masses()}};
    auto campaign_again = decode_campaign(4, encode(campaign));
    ASSERT_TRUE(campaign_again);
    EXPECT_EQ(encode(*campaign_again), encode(campaign));
    EXPECT_EQ(campaign_again->events, campaign.events);
    EXPECT_EQ(campaign_again->owner_prefix, "88.999.1");
}

// Of each field the earliest live event says it, in whatever order they were captured.
TEST(GraphTable, ALotIsWhatItsEarliestLiveDescriptionSays) {
    std::vector<Description> all;
    for (uint64_t i = 0; i < kDescriptionsMax + 4; ++i)
        all.push_back({i + 1, static_cast<int64_t>(100 - i), 0, "m" + std::to_string(i), false, {}, ""});
    all.push_back({90, 1, 91, "void", true, {"mine", "", "", ""}, "{}"});
    for (bool reversed : {false, true}) {
        LotRow lot;
        for (size_t i = 0; i < all.size(); ++i) add_description(lot, all[reversed ? all.size() - 1 - i : i]);
        EXPECT_EQ(lot.descriptions.size(), kDescriptionsMax);
        EXPECT_EQ(lot.material, "m" + std::to_string(kDescriptionsMax + 3));
        EXPECT_FALSE(lot.origin_stated);
        EXPECT_EQ(lot.descriptions.back().void_seq, 0u) << "a void one goes first";
    }
}

TEST(GraphTable, DamageIsNamed) {
    std::string const bytes = encode(full_lot());
    EXPECT_EQ(decode_lot(301, bytes).error().code, Code::DataDamaged);
    for (size_t size = 0; size < bytes.size(); ++size)
        if (auto cut = decode_lot(300, std::string_view(bytes).substr(0, size)); !cut) {
            EXPECT_EQ(cut.error().code, Code::DataDamaged);
        }
    EXPECT_EQ(decode_link(7, "\xff\xff").error().code, Code::DataDamaged);
}

TEST(GraphTable, ProtobufReadsAndWritesTheSameBytes) {
    auto same = [](auto message, std::string const& bytes) {
        ASSERT_TRUE(message.ParseFromString(bytes));
        std::string again;
        ASSERT_TRUE(message.SerializeToString(&again));
        EXPECT_EQ(to_hex(again), to_hex(bytes));
    };
    same(pb::RowProto(), encode(full_row()));
    same(pb::LotProto(), encode(full_lot()));
    same(pb::LinkProto(), encode(full_link()));
}

TEST(GraphTable, BytesArePinned) {
    AccountRow row;
    row.time_us = row.sort_time_us = 60;
    row.seq = row.sort_seq = 5;
    row.stated.set({}, 10);
    EXPECT_EQ(to_hex(encode(row)),
              "0878100520013202"
              "0814");
    LotRow lot;
    lot.lot = 1;
    lot.key = lot.id = lot.uri = "A";
    lot.rows = {row};
    EXPECT_EQ(to_hex(encode(lot)),
              "080112014128018a010a"
              "08781005200132020814"
              "920104"
              "0a020801");
    LinkRow link;
    link.seq = 2;
    link.inputs = {{1, InputRole::feed, row.stated, 1, 0, 0, 0}};
    EXPECT_EQ(to_hex(encode(link)), "080218163220" + std::string(64, '0') +
                                        "52020801"
                                        "5a0a"
                                        "080110011a0208142001");
    CampaignRow campaign;
    campaign.campaign = 3;
    campaign.key = "V";
    campaign.events = {1, 300};
    EXPECT_EQ(to_hex(encode(campaign)),
              "08031201563801"
              "62040a020801"
              "6a0301ac02");
}

TEST(GraphTable, KeysSortLikeTheirNumbers) {
    EXPECT_LT(lot_row_key(1, -5, 9, 1), lot_row_key(1, 5, 1, 0));
    EXPECT_LT(lot_row_key(1, 5, 1, 0), lot_row_key(1, 5, 1, 1));
    EXPECT_LT(campaign_row_key(1, 5, UINT64_MAX, 2), campaign_row_key(2, INT64_MIN, 0, 0));
}

}  // namespace
}  // namespace ingot::storage
