#include "storage/anchor.hpp"

#include <cstring>

#include "base/encoding.hpp"
#include "storage/comparison.hpp"
#include "storage/file_layer.hpp"
#include "tests/storage/store_fixture.hpp"

namespace ingot::storage::test {
namespace {

Digest digest_of(char const* hex) {
    Digest digest;
    std::memcpy(digest.data(), from_hex(hex)->data(), 32);
    return digest;
}

AnchorSlot worked_slot() {
    AnchorSlot slot;
    slot.slot_sequence = 259;
    slot.sequence = 4;
    slot.tree_size = 5;
    slot.root = digest_of("ced836e069a8c3a7bfb42ceedfb6bdfe781785bef63550a0ca9b32abad90e19b");
    slot.time = from_micros(1'795'305'604'000'000);
    for (size_t i = 0; i < 16; ++i) slot.store_id[i] = uint8_t(0xA0 + i);
    return slot;
}

TEST(Anchor, TheWorkedSlotIsReproducedByteForByte) {
    std::string page = encode_slot(worked_slot());
    ASSERT_EQ(page.size(), 4096u);
    EXPECT_EQ(to_hex(page.substr(0, 128)),
              "494e47414e4348310000000000000103000000000000000100000000000000040000000000000005"
              "ced836e069a8c3a7bfb42ceedfb6bdfe781785bef63550a0ca9b32abad90e19b000001a2008d83a0"
              "a0a1a2a3a4a5a6a7a8a9aaabacadaeaf00000000000000000000000000000000000000000000000000000000d4b65913");
    EXPECT_EQ(page.substr(128).find_first_not_of('\0'), std::string::npos);
    auto back = decode_slot(page);
    ASSERT_TRUE(back);
    EXPECT_EQ(back->slot_sequence, 259u);
    EXPECT_EQ(back->root, worked_slot().root);
    EXPECT_EQ(back->store_id, worked_slot().store_id);
    EXPECT_EQ(back->time, worked_slot().time);
}

TEST(Anchor, AnyFlippedBitOfASlotIsNoticed) {
    std::string page = encode_slot(worked_slot());
    for (size_t bit = 0; bit < 128 * 8; ++bit) {
        std::string bad = page;
        bad[bit / 8] = char(bad[bit / 8] ^ 1 << bit % 8);
        EXPECT_FALSE(decode_slot(bad)) << "bit " << bit;
    }
}

TEST(Anchor, TheHighestSlotOfTheRingIsTheAnchor) {
    Disk disk(memory_file_layer());
    Anchor anchor(disk, "/a");
    ASSERT_TRUE(anchor.create());
    EXPECT_FALSE(anchor.read()->newest);
    for (uint64_t sequence = 1; sequence <= 600; ++sequence) {
        AnchorSlot slot = worked_slot();
        slot.sequence = sequence;
        ASSERT_TRUE(anchor.write(slot));
    }
    Anchor again(disk, "/a");
    auto state = again.read();
    ASSERT_TRUE(state);
    ASSERT_TRUE(state->newest);
    EXPECT_EQ(state->newest->sequence, 600u);
    EXPECT_EQ(state->newest->slot_sequence, 600u);
    EXPECT_TRUE(state->damaged.empty());
    EXPECT_EQ(*disk.size("/a/journal"), 256u * 4096u);
}

TEST(Anchor, ATornSlotNextToTheNewestIsHonestAnyOtherIsReported) {
    std::string ring(kAnchorSlots * kAnchorSlotBytes, '\0');
    for (uint64_t n = 1; n <= 10; ++n) {
        AnchorSlot slot = worked_slot();
        slot.slot_sequence = n;
        ring.replace(n * kAnchorSlotBytes, kAnchorSlotBytes, encode_slot(slot));
    }
    ring[11 * kAnchorSlotBytes] = 'x';
    AnchorState honest;
    read_journal(ring, honest);
    EXPECT_EQ(honest.newest->slot_sequence, 10u);
    EXPECT_TRUE(honest.damaged.empty());
    ring[5 * kAnchorSlotBytes + 40] ^= 1;
    AnchorState damaged;
    read_journal(ring, damaged);
    EXPECT_EQ(damaged.damaged, std::vector<size_t>{5});
}

TEST(Anchor, CheckpointHeads) {
    std::string root = "ztg24Gmow6e/tCzu37a9/ngXhb72NVCgypsyq62Q4Zs=";
    auto head = parse_checkpoint_head("node.example/v1/log\n5\n" + root + "\n\n— sig\n");
    ASSERT_TRUE(head);
    EXPECT_EQ(head->origin, "node.example/v1/log");
    EXPECT_EQ(head->tree_size, 5u);
    EXPECT_EQ(head->root, worked_slot().root);
    for (std::string const& bad :
         std::vector<std::string>{"o\n05\n" + root + "\n", "o\n5\nAAAA\n", "o\n5\n" + root, "\n5\n" + root + "\n",
                                  "o\n-1\n" + root + "\n", "o\n99999999999999999999\n" + root + "\n", ""})
        EXPECT_FALSE(parse_checkpoint_head(bad)) << bad;
}

// spec/durability.md 4.5, row by row.
class Comparison : public ::testing::Test {
  protected:
    Comparison() {
        for (int i = 0; i < 9; ++i) {
            roots_.push_back(tree_.root());
            tree_.append(leaf_hash(std::to_string(i)));
        }
        roots_.push_back(tree_.root());
        store_.exists = true;
        store_.origin = "node.example/v1/log";
        store_.commit.store_id = worked_slot().store_id;
        store_.commit.sequence = 7;
        store_.commit.frontier = tree_;
        store_.commit.root = tree_.root();
        anchor_.newest = worked_slot();
        set_anchor(7, 9);
    }
    void set_anchor(Sequence sequence, uint64_t size) {
        anchor_.newest->sequence = sequence;
        anchor_.newest->tree_size = size;
        anchor_.newest->root = size < roots_.size() ? roots_[size] : Digest{};
    }
    void set_checkpoint(uint64_t size, Digest root) {
        anchor_.checkpoint_files = true;
        anchor_.checkpoint = CheckpointHead{"node.example/v1/log", size, root};
    }
    void expect(Verdict verdict, std::string_view reason) {
        auto judged = compare(anchor_, store_, [&](uint64_t size) { return Result<Digest>(roots_.at(size)); });
        EXPECT_EQ(int(judged.verdict), int(verdict)) << judged.reason << ": " << judged.detail;
        EXPECT_EQ(judged.reason, reason);
        detail_ = judged.detail;
    }
    Frontier tree_;
    std::vector<Digest> roots_;
    StoreFacts store_;
    AnchorState anchor_;
    std::string detail_;
};

TEST_F(Comparison, EqualIsClean) { expect(Verdict::open, ""); }
TEST_F(Comparison, StoreAheadWritesASlot) {
    set_anchor(6, 8);
    expect(Verdict::write_slot, "");
}
TEST_F(Comparison, StoreBehindNamesTheLostRange) {
    set_anchor(9, 12);
    expect(Verdict::degraded, "store-behind-anchor");
    EXPECT_NE(detail_.find("[8, 10)"), std::string::npos) << detail_;
    EXPECT_NE(detail_.find("[9, 12)"), std::string::npos) << detail_;
}
TEST_F(Comparison, StoreBehindBySizeAlone) {
    set_anchor(7, 9);
    anchor_.newest->tree_size = 10;
    expect(Verdict::degraded, "store-behind-anchor");
}
TEST_F(Comparison, OtherRootAtTheAnchorIsAFork) {
    set_anchor(6, 8);
    anchor_.newest->root = roots_[3];
    expect(Verdict::degraded, "store-fork");
}
TEST_F(Comparison, MoreEntriesInTheSameCommitAreAFork) {
    set_anchor(7, 8);
    expect(Verdict::degraded, "store-fork");
}
TEST_F(Comparison, GapInTheChain) {
    store_.chain_gap = "sequences 3 to 4";
    expect(Verdict::degraded, "store-gap");
    EXPECT_NE(detail_.find("3 to 4"), std::string::npos);
}
TEST_F(Comparison, DamagedLog) {
    store_.log_damage = "tile 0/0";
    expect(Verdict::degraded, "log-damaged");
}
TEST_F(Comparison, OtherStoreIsRefused) {
    store_.commit.store_id[0] ^= 1;
    expect(Verdict::refuse, "wrong-store");
}
TEST_F(Comparison, CheckpointOfAnotherOriginIsRefused) {
    set_checkpoint(5, roots_[5]);
    anchor_.checkpoint->origin = "other.example/v1/log";
    expect(Verdict::refuse, "wrong-store");
}
TEST_F(Comparison, OtherEpoch) {
    store_.commit.epoch = 2;
    expect(Verdict::degraded, "epoch-mismatch");
}
TEST_F(Comparison, AnchorLost) {
    anchor_ = {};
    expect(Verdict::degraded, "anchor-missing");
}
TEST_F(Comparison, StoreLostIsRefused) {
    store_ = {};
    expect(Verdict::refuse, "store-lost");
    anchor_ = {};
    set_checkpoint(5, roots_[5]);
    expect(Verdict::refuse, "store-lost");
}
TEST_F(Comparison, NothingAnywhereIsAFirstStart) {
    store_ = {};
    anchor_ = {};
    expect(Verdict::first_start, "");
}
TEST_F(Comparison, JournalLostButCheckpointAgrees) {
    anchor_ = {};
    set_checkpoint(5, roots_[5]);
    expect(Verdict::rebuild_journal, "");
    set_checkpoint(12, roots_[5]);
    expect(Verdict::degraded, "store-behind-anchor");
    set_checkpoint(5, roots_[6]);
    expect(Verdict::degraded, "store-fork");
}
TEST_F(Comparison, CheckpointAheadOfTheJournalCounts) {
    set_anchor(6, 8);
    set_checkpoint(11, roots_[5]);
    expect(Verdict::degraded, "store-behind-anchor");
}

}  // namespace
}  // namespace ingot::storage::test
