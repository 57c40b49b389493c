// V3 to V6, V13 and V14 of spec/durability.md 8: a healthy node has no finding, each planted fault is found and named.
#include "base/encoding.hpp"
#include "storage/graph_table.hpp"
#include "storage/holding_table.hpp"
#include "storage/keys.hpp"
#include "tests/app/verify_fixture.hpp"

namespace ingot::app {
namespace {

using storage::Batch;
using storage::Row;
using storage::Space;

Row first_row(Batch const& batch, Space space, std::string const& prefix, size_t n = 0) {
    auto page = batch.scan(storage::prefix_range(space, prefix));
    if (!page || page->rows.size() <= n) throw std::runtime_error("no row " + prefix);
    return page->rows[n];
}

void erase_first(Batch& batch, Space space, std::string const& prefix) {
    batch.erase(space, first_row(batch, space, prefix).key);
}

storage::LotNumber lot_number(Batch const& batch, std::string const& name) {
    return **storage::find_lot_number(batch, "88.999.1/" + name);
}

void change_lot(Batch& batch, std::string const& name, std::function<void(storage::LotRow&)> const& change) {
    auto lot = **storage::find_lot(batch, lot_number(batch, name));
    change(lot);
    batch.put(Space::graph, storage::lot_key(lot.lot), storage::encode(lot));
}

void change_link(Batch& batch, storage::EventSeq seq, std::function<void(storage::LinkRow&)> const& change) {
    auto link = **storage::find_link(batch, seq);
    change(link);
    batch.put(Space::graph, storage::link_key(seq), storage::encode(link));
}

// The first code of the counter, with another identifier.
void put_record_as(Batch& batch, std::string const& identifier) {
    Row const row = first_row(batch, Space::record, "R88.999.3212001", 1);
    auto record = *storage::decode_record(row.key, row.value);
    record.identifier = identifier;
    storage::put_record(batch, storage::record_key(*ident::Identifier::parse(identifier)), record.version,
                        storage::encode(record));
}

struct Planted {
    char const *check, *part;
    std::function<void(Batch&)> fault;
};

void expect_each_found(std::vector<Planted> const& rows, bool deep) {
    for (auto const& row : rows) {
        SCOPED_TRACE(std::string(row.check) + " " + row.part);
        VerifiedNode node;
        ASSERT_NO_FATAL_FAILURE(node.fill());
        ASSERT_NO_FATAL_FAILURE(node.plant(row.fault));
        auto const found = node.findings(deep);
        EXPECT_TRUE(names(found, row.check, row.part)) << list(found);
    }
}

TEST(VerifyTables, AHealthyNodeHasNoFinding) {
    VerifiedNode node;
    EXPECT_EQ(list(node.findings(true)), "") << "empty";
    node.fill();
    EXPECT_EQ(list(node.findings(true)), "");
}

TEST(VerifyTables, CodesAndCounters) {
    expect_each_found(
        {
            {"V3", "R88.999.3212001",
             [](Batch& batch) { put_record_as(batch, "88.999.3212001/PD.PB99994.20261122.000009-0"); }},
            {"V3", "R88.999.3212001", [](Batch& batch) { put_record_as(batch, "88.999.3212001/PD"); }},
            {"V3", "R88.999.3212001", [](Batch& batch) { erase_first(batch, Space::record, "F"); }},
            {"V3", "index c88.999.3212001",
             [](Batch& batch) {
                 batch.put(Space::index, first_row(batch, Space::index, "c").key, storage::encode_count(3));
             }},
        },
        false);
}

TEST(VerifyTables, VersionsOfRecordsPrefixesAndKeys) {
    auto const record = [](Batch const& batch) { return first_row(batch, Space::record, "R88.999.3212001"); };
    expect_each_found(
        {
            {"V4", "H88.999.3212001",
             [&](Batch& batch) { batch.erase(Space::record, storage::history_key(record(batch).key, 2)); }},
            {"V4", "H88.999.3212001",
             [&](Batch& batch) { batch.erase(Space::record, storage::history_key(record(batch).key, 1)); }},
            {"V4", "H88.999.3212001",
             [&](Batch& batch) {
                 Row const row = record(batch);
                 auto changed = *storage::decode_record(row.key, row.value);
                 changed.reason = "another";
                 batch.put(Space::record, row.key, storage::encode(changed));
             }},
            {"V4", "HZZ",  // the last of all histories, whose end no next one shows
             [&](Batch& batch) {
                 auto last = *storage::decode_record(record(batch).key, record(batch).value);
                 last.identifier = "ZZ.1/x";
                 last.version = 2;
                 storage::put_record(batch, storage::record_key("ZZ.1", "X"), 2, storage::encode(last));
             }},
            {"V4", "R88.999.3212001", [&](Batch& batch) { batch.erase(Space::record, record(batch).key); }},
            {"V4", "record GP", [](Batch& batch) { erase_first(batch, Space::record, "GP"); }},
            {"V4", "record GK", [](Batch& batch) { erase_first(batch, Space::record, "GK"); }},
            {"V4", "index a", [](Batch& batch) { erase_first(batch, Space::index, "a"); }},
            {"V4", "record Apr_nobody",
             [](Batch& batch) { batch.put(Space::index, std::string("aen_1\0pr_nobody", 15), ""); }},
        },
        false);
}

TEST(VerifyTables, EventsAndTheirIndexes) {
    auto const erased = [](Space space, char const* letter) {
        return [space, letter](Batch& batch) { erase_first(batch, space, letter); };
    };
    expect_each_found(
        {
            {"V4", "event v", erased(Space::event, "v")},
            {"V4", "event f", erased(Space::event, "f")},
            {"V4", "graph e", erased(Space::graph, "e")},
            {"V4", "index i", erased(Space::index, "i")},
            {"V4", "index d", erased(Space::index, "d")},
            {"V4", "index t", erased(Space::index, "t")},
            {"V4", "index y", erased(Space::index, "y")},
            {"V4", "index z", erased(Space::index, "x")},
            {"V4", "index d",
             [](Batch& batch) { batch.put(Space::index, "d" + std::string(32, 'x'), storage::seq_value(1)); }},
            {"V4", "event f",
             [](Batch& batch) { batch.put(Space::index, storage::event_id_key("urn:x"), storage::seq_value(99)); }},
            {"V4", "count/events", [](Batch& batch) { batch.put(Space::meta, "count/events", storage::seq_value(3)); }},
            {"V4", "index n", erased(Space::index, "n")},
            {"V4", "index m", erased(Space::index, "m")},
            {"V4", "index u", erased(Space::index, "u")},
            {"V4", "index u", [](Batch& batch) { batch.put(Space::index, storage::mention_key(1, 2), ""); }},
            {"V4", "count/lots", [](Batch& batch) { batch.put(Space::meta, "count/lots", storage::seq_value(1)); }},
        },
        false);
}

TEST(VerifyTables, EdgesHaveTwoEqualEnds) {
    expect_each_found(
        {
            {"V5", "graph l",
             [](Batch& batch) { batch.erase(Space::graph, storage::lot_key(lot_number(batch, "A"))); }},
            {"V5", "graph l", [](Batch& batch) { change_lot(batch, "A", [](auto& lot) { lot.rows.pop_back(); }); }},
            {"V5", "graph e", [](Batch& batch) { change_link(batch, 3, [](auto& link) { link.inputs.pop_back(); }); }},
            {"V5", "graph e", [](Batch& batch) { change_link(batch, 3, [](auto& link) { link.outputs.clear(); }); }},
            {"V5", "graph e",
             [](Batch& batch) { change_link(batch, 3, [](auto& link) { link.inputs[0].bound_seq = 2; }); }},
            {"V5", "graph e",
             [](Batch& batch) {
                 change_link(batch, 3, [](auto& link) {
                     link.inputs[0].bound_seq = 9;
                     link.inputs[0].bound_time_us = INT64_MAX;
                 });
             }},
            {"V5", "graph c", [](Batch& batch) { erase_first(batch, Space::graph, "c"); }},
            {"V5", "graph c", [](Batch& batch) { erase_first(batch, Space::row, "r"); }},
            {"V5", "index w", [](Batch& batch) { erase_first(batch, Space::index, "w"); }},
            {"V5", "index b", [](Batch& batch) { erase_first(batch, Space::index, "b"); }},
        },
        false);
}

TEST(VerifyTables, EverythingHasAnOwnerThatExists) {
    expect_each_found(
        {
            {"V14", "record Een_", [](Batch& batch) { erase_first(batch, Space::record, "E"); }},
            {"V14", "record Apr_", [](Batch& batch) { erase_first(batch, Space::record, "A"); }},
            {"V14", "R88.999.3212001",
             [](Batch& batch) { batch.erase(Space::record, storage::prefix_key("88.999.3212001")); }},
            {"V14", "event f",
             [](Batch& batch) {
                 auto facts = **storage::find_facts(batch, 1);
                 batch.erase(Space::record, storage::principal_key(facts.principal));
             }},
        },
        false);
}

TEST(VerifyDerived, BalancesAndIndexesAreWhatTheEventsSay) {
    expect_each_found(
        {
            {"V6", "graph l",
             [](Batch& batch) {
                 change_lot(batch, "M", [](auto& lot) { lot.tail.content.set(lot.tail.primary, 1); });
             }},
            {"V6", "row r", [](Batch& batch) { erase_first(batch, Space::row, "r"); }},
            {"V6", "row s",
             [](Batch& batch) {
                 batch.put(Space::row, storage::lot_row_key(1, 1, 1, 0), storage::encode(storage::AccountRow{}));
             }},
            {"V13", "graph e",
             [](Batch& batch) {
                 change_link(batch, 3, [](auto& link) { link.inputs[0].amounts.set(storage::Basis{}, 1); });
             }},
            {"V13", "index u", [](Batch& batch) { erase_first(batch, Space::index, "u"); }},
        },
        true);
    VerifiedNode node;
    ASSERT_NO_FATAL_FAILURE(node.fill());
    node.plant(
        [](Batch& batch) { change_lot(batch, "M", [](auto& lot) { lot.tail.content.set(lot.tail.primary, 1); }); });
    auto const found = node.findings(true);
    ASSERT_EQ(found.size(), 1u) << list(found);
    EXPECT_EQ(found[0].found, "88.999.1/M: content 1, debt 0");
    EXPECT_EQ(found[0].expected, "88.999.1/M: content 41000000, debt 0");
}

}  // namespace
}  // namespace ingot::app
