// Every value of spec/transparency-log.md 2.6 and 2.8, byte for byte.
#include "storage/merkle.hpp"

#include <cstring>

#include "base/crc32c_table.hpp"
#include "base/encoding.hpp"
#include "storage/commit_record.hpp"
#include "storage/log_entry.hpp"
#include "tests/storage/store_fixture.hpp"

namespace ingot::storage::test {
namespace {

std::string hex(Digest const& digest) { return to_hex(bytes_of(digest)); }

struct ExampleEntry {
    uint16_t kind;
    char const *owner, *subject, *payload, *entry, *leaf, *root_after;
};
constexpr ExampleEntry kExample[] = {
    {0x0501, "", "genesis", R"({"origin":"node.example/v1/log","epoch":1})",
     "01050000000001a2008d74003b2fd550b117067c1af42fc9e66753b6f8e81a04aeb91b5075f284948d196a00",
     "b06d0a2180aafa7430e2ef3a146c131d791b4e3053ad8f4f440391561497325d",
     "b06d0a2180aafa7430e2ef3a146c131d791b4e3053ad8f4f440391561497325d"},
    {0x0301, "88.999.3212001", "88.999.3212001", R"({"delegate":"88.999.3212001"})",
     "01030000000001a2008d77e8845e65f6fc16d4f541f07fb319f962551397abe7d431edc720b4ce30523c1e61",
     "cc87d2ab8bd0e227c3c8551be4910852895e4638e53410ff6b17f16351cb4dd4",
     "769548201902913fd5334354acdfcba4bf8300ef1f4e474c859baf242a5ce188"},
    {0x0101, "88.999.3212001", "88.999.3212001/PD.PB99994.20261122.000123",
     R"({"name":"lead ingot bundle","net_kg":1052})",
     "01010000000001a2008d7bd044538cffa0bf8ebce12275ca46bf24c8815686d830eec305fe8015d1d51b33b4",
     "de6e1bb02f1aa912510f1970e3b31f2259046354c610b8f8753c661e16003a39",
     "f0ee0ba18c86319e459335041dfb22073429b13e8bfda767d7ab3f13fc2fe276"},
    {0x0101, "88.999.3212001", "88.999.3212001/BT.K3.20261122.000007", R"({"name":"kettle 3"})",
     "01010000000001a2008d7fb8aa8a9e83145dfa83671b9c7448765afb73c334cd8a48ceab1ccad0ad0ae8836c",
     "b410d5d8258b9403fce056f8d7c7e3f3ed36467169bb2a144bded92e82d0f6cb",
     "e5ddf24429dcae9e4a610dcf25755cd0563c751df324dc1bbb1ee843ed3a5816"},
    {0x0201, "88.999.3212001", "urn:uuid:5d8b3b1a-2a4c-4f0e-9d8f-6f2f4a1c0e11", R"({"type":"TransformationEvent"})",
     "01020000000001a2008d83a0f2ed5050b08104dd7a119deb9442c6adc19cd534ee91adc8356bfa452fde0712",
     "7c68ddf25ebad8ffd02a3e774dba34c82a7e58a5b710e607837124c3dea1dcbc",
     "ced836e069a8c3a7bfb42ceedfb6bdfe781785bef63550a0ca9b32abad90e19b"},
};

TEST(Merkle, WorkedExampleOfTheLogIsReproducedByteForByte) {
    Frontier frontier;
    EXPECT_EQ(hex(frontier.root()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    std::string tile, bundle;
    for (int i = 0; i < 5; ++i) {
        auto const& want = kExample[i];
        std::string salt;
        for (int j = 0; j < 16; ++j) salt += char(i << 4 | j);
        std::string record = log_record(want.kind, want.owner, want.subject, want.payload), entry;
        append_log_entry(entry, want.kind, from_micros((1'795'305'600'000 + i * 1000) * 1000),
                         log_commitment(salt, record));
        EXPECT_EQ(to_hex(entry), want.entry);
        Digest leaf = leaf_hash(entry);
        EXPECT_EQ(hex(leaf), want.leaf);
        frontier.append(leaf);
        EXPECT_EQ(hex(frontier.root()), want.root_after);
        tile += bytes_of(leaf);
        put_u16be(bundle, uint16_t(entry.size()));
        bundle += entry;
    }
    EXPECT_EQ(hex(sha256(tile)), "1e9dbe3044ab02c35c413c28515af3a57f5b7629a64e4a217df38396543be925");
    EXPECT_EQ(hex(sha256(bundle)), "df8991d38b44f0685331e069fccbb8d982a10e8f9f83086222152332914ec713");
}

TEST(Merkle, RecordOfEntryTwoIsTheOneOfThePage) {
    auto const& e = kExample[2];
    EXPECT_EQ(
        to_hex(log_record(e.kind, e.owner, e.subject, e.payload)),
        "0101010e38382e3939392e33323132303031002938382e3939392e333231323030312f50442e504239393939342e3230323631313"
        "2322e3030303132330000002a7b226e616d65223a226c65616420696e676f742062756e646c65222c226e65745f6b67223a313035"
        "327d");
}

TEST(Merkle, RootsOfTheCertificateTransparencyReferenceTree) {
    char const* leaves[] = {
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"};
    char const* roots[] = {"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                           "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                           "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                           "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                           "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                           "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                           "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                           "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
    Frontier frontier;
    for (int i = 0; i < 8; ++i) {
        frontier.append(leaf_hash(*from_hex(leaves[i])));
        EXPECT_EQ(hex(frontier.root()), roots[i]) << "size " << i + 1;
    }
}

TEST(Merkle, TileHashesAtTheBordersOfTiles) {
    Frontier frontier;
    std::map<std::pair<int, uint64_t>, Digest> nodes;
    std::map<uint64_t, std::string> roots;
    for (uint32_t i = 0; i < 70'000; ++i) {
        std::string entry;
        put_u32be(entry, i);
        frontier.append(leaf_hash(entry), [&](uint8_t level, uint64_t n, Digest const& hash) {
            nodes[{level, n}] = hash;
        });
        if (i + 1 == 256 || i + 1 == 257 || i + 1 == 70'000) roots[i + 1] = hex(frontier.root());
    }
    EXPECT_EQ(roots[256], "78cd7db3bbfa785ffefa21e1c0aa7d4806c6e22ad65472710377ecb7e5a5a54e");
    EXPECT_EQ(hex(nodes[{1, 0}]), roots[256]);
    EXPECT_EQ(roots[257], "086ce24d72dd8347eef9afbf95829379f67cee8f5d23cece828a2dae88729c8d");
    EXPECT_EQ(roots[70'000], "339ecf3ae716405fdc28cef164e45a785cade0d5bc3e1400a7a4d70d0b2dec9b");
    std::string partial;
    for (uint64_t n = 256; n < 273; ++n) partial += bytes_of(nodes[{1, n}]);
    EXPECT_EQ(hex(sha256(partial)), "863ef73fc3b5a762d44e032d862a290dec917c77195eef6d833bea4eb31f040a");
    EXPECT_EQ(hex(nodes[{2, 0}]), "208bed836edee10551d1a0208e22c9eead1a59c4c33abeb697eb60132f61a798");
    EXPECT_EQ(nodes.size(), 273u + 1u);
}

TEST(Merkle, AFrontierIsReadBackAsItWasWritten) {
    Frontier frontier;
    for (uint32_t i = 0; i < 300; ++i) {
        auto back = Frontier::decode(frontier.size(), frontier.encode());
        ASSERT_TRUE(back);
        EXPECT_EQ(*back, frontier);
        frontier.append(leaf_hash(std::to_string(i)));
    }
    EXPECT_FALSE(Frontier::decode(3, std::string(32, 'x')));
}

TEST(LogEntry, OddEntriesAreRefused) {
    std::string good = *from_hex(kExample[2].entry);
    ASSERT_TRUE(parse_log_entry(good));
    for (auto [at, byte] : {std::pair<size_t, char>{0, 2}, {1, 0}, {1, 6}, {2, 1}, {3, 1}}) {
        std::string bad = good;
        bad[at] = byte;
        EXPECT_FALSE(parse_log_entry(bad)) << at;
    }
    EXPECT_FALSE(parse_log_entry(good + '\0'));
    EXPECT_FALSE(parse_log_entry(good.substr(1)));
}

TEST(AuditChain, KnownAnswerOfTheSecurityPage) {
    std::string key;
    for (int i = 0; i < 32; ++i) key += char(i);
    Digest first =
        audit_value(key, {},
                    R"({"seq":1,"time":"2026-11-22T00:00:00.000Z","actor":"pr_alice","act":"prefix.delegate",)"
                    R"("object":"88.999.3212001","result":"allow","request":"r-01"})");
    EXPECT_EQ(hex(first), "b1184ea5a83e45c5cb9b0471caada80dd0c9c994971028a42b090db78e1d7dc1");
    Digest second = audit_value(key, first,
                                R"({"seq":2,"time":"2026-11-22T00:00:01.000Z","actor":"pr_station7",)"
                                R"("act":"code.allocate","object":"88.999.3212001","result":"deny","request":"r-02"})");
    EXPECT_EQ(hex(second), "09ab422f9a96afc548b03a5f8534a40432fec233e7e81157672259e733091bb7");
}

TEST(Crc32c, KnownAnswerAndEveryAlignment) {
    EXPECT_EQ(crc32c("123456789"), 0xe3069283u);
    EXPECT_EQ(crc32c_by_table("123456789"), 0xe3069283u);
    std::string bytes;
    for (int i = 0; i < 100; ++i) bytes += char(i * 37);
    uint32_t whole = crc32c(bytes);
    for (size_t cut = 0; cut <= bytes.size(); ++cut)
        for (auto* crc : {&crc32c, &crc32c_by_table})
            EXPECT_EQ(crc(std::string_view(bytes).substr(cut), crc(std::string_view(bytes).substr(0, cut), 0)), whole);
}

}  // namespace
}  // namespace ingot::storage::test
