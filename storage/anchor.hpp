// The anchor: the node's own memory, outside the store, of how far it had got (spec/durability.md 4). A ring of 256
// slots of 4,096 bytes, one written and synced after every commit group and before its answers. Used by one thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "storage/commit_record.hpp"
#include "storage/disk.hpp"

namespace ingot::storage {

inline constexpr size_t kAnchorSlots = 256;
inline constexpr size_t kAnchorSlotBytes = 4096;

struct AnchorSlot {
    uint64_t slot_sequence = 0;
    uint64_t epoch = 1;
    Sequence sequence = 0;
    uint64_t tree_size = 0;
    Digest root{};
    Time time{};
    StoreId store_id{};
    bool handed_over = false;  // flag bit 0: closed by a planned handover
};

// One page (spec 4.1), and back; nothing for a wrong magic, checksum or flag.
std::string encode_slot(AnchorSlot const& slot);
std::optional<AnchorSlot> decode_slot(std::string_view page);

// First three lines of a checkpoint note (spec/transparency-log.md 2.4); signatures are judged by the trace chain.
struct CheckpointHead {
    std::string origin;
    uint64_t tree_size = 0;
    Digest root{};
};
std::optional<CheckpointHead> parse_checkpoint_head(std::string_view note);

struct AnchorState {
    bool journal_exists = false;
    std::optional<AnchorSlot> newest;
    std::vector<size_t> damaged;  // bad, non-zero slots that no torn write explains
    std::optional<CheckpointHead> checkpoint;
    bool checkpoint_files = false;  // `checkpoint` or `cosigned` is there, readable or not
};

// The ring as bytes: newest slot and damaged ones. A bad slot next to the newest is an honest torn write.
void read_journal(std::string_view journal, AnchorState& state);

class Anchor {
  public:
    Anchor(Disk disk, std::string folder) : disk_(std::move(disk)), folder_(std::move(folder)) {}

    Result<AnchorState> read();
    // Makes a journal of zeros; replaces what is there.
    Result<void> create();
    // Writes the next slot and syncs it. The slot number follows the newest one that was read or written.
    Result<void> write(AnchorSlot slot);
    void close() { file_.reset(); }
    std::string const& folder() const { return folder_; }

  private:
    std::string journal_path() const { return folder_ + "/journal"; }

    Disk disk_;
    std::string folder_;
    std::unique_ptr<SlotFile> file_;
    uint64_t last_slot_ = 0;
};

}  // namespace ingot::storage
