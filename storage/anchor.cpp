#include "storage/anchor.hpp"

#include <algorithm>
#include <cstring>

#include "base/encoding.hpp"

namespace ingot::storage {
namespace {

constexpr std::string_view kMagic = "INGANCH1";

}  // namespace

std::string encode_slot(AnchorSlot const& slot) {
    std::string page(kMagic);
    page.reserve(kAnchorSlotBytes);
    put_u64be(page, slot.slot_sequence);
    put_u64be(page, slot.epoch);
    put_u64be(page, slot.sequence);
    put_u64be(page, slot.tree_size);
    page += bytes_of(slot.root);
    put_u64be(page, uint64_t(to_millis(slot.time)));
    page.append(reinterpret_cast<char const*>(slot.store_id.data()), slot.store_id.size());
    page += slot.handed_over ? '\1' : '\0';
    page.resize(124, '\0');
    put_u32be(page, crc32c(page));
    page.resize(kAnchorSlotBytes, '\0');
    return page;
}

std::optional<AnchorSlot> decode_slot(std::string_view page) {
    if (page.size() != kAnchorSlotBytes || !page.starts_with(kMagic)) return {};
    if (get_u32be(page, 124) != crc32c(page.substr(0, 124))) return {};
    if ((uint8_t(page[96]) & 0xFE) != 0) return {};
    AnchorSlot slot;
    slot.slot_sequence = get_u64be(page, 8);
    slot.epoch = get_u64be(page, 16);
    slot.sequence = get_u64be(page, 24);
    slot.tree_size = get_u64be(page, 32);
    std::memcpy(slot.root.data(), page.data() + 40, 32);
    slot.time = from_micros(int64_t(get_u64be(page, 72)) * 1000);
    std::memcpy(slot.store_id.data(), page.data() + 80, 16);
    slot.handed_over = page[96] == 1;
    return slot;
}

std::optional<CheckpointHead> parse_checkpoint_head(std::string_view note) {
    std::string_view lines[3];
    for (auto& line : lines) {
        size_t end = note.find('\n');
        if (end == std::string_view::npos) return {};
        line = note.substr(0, end);
        note.remove_prefix(end + 1);
    }
    CheckpointHead head;
    head.origin = lines[0];
    if (head.origin.empty() || lines[1].empty() || lines[1].size() > 20) return {};
    if (lines[1].size() > 1 && lines[1][0] == '0') return {};
    for (char c : lines[1]) {
        if (c < '0' || c > '9' || head.tree_size > (UINT64_MAX - 9) / 10) return {};
        head.tree_size = head.tree_size * 10 + uint64_t(c - '0');
    }
    auto root = from_base64(lines[2]);
    if (!root || root->size() != 32) return {};
    std::memcpy(head.root.data(), root->data(), 32);
    return head;
}

void read_journal(std::string_view journal, AnchorState& state) {
    std::vector<size_t> bad;
    size_t newest_at = 0;
    for (size_t i = 0; i * kAnchorSlotBytes < journal.size() && i < kAnchorSlots; ++i) {
        std::string_view page = journal.substr(i * kAnchorSlotBytes, kAnchorSlotBytes);
        auto slot = decode_slot(page);
        if (slot && slot->slot_sequence % kAnchorSlots == i) {
            if (!state.newest || slot->slot_sequence > state.newest->slot_sequence) state.newest = slot, newest_at = i;
        } else if (page.find_first_not_of('\0') != std::string_view::npos) {
            bad.push_back(i);
        }
    }
    for (size_t i : bad)
        if (!state.newest || i != (newest_at + 1) % kAnchorSlots) state.damaged.push_back(i);
}

Result<AnchorState> Anchor::read() {
    AnchorState state;
    file_.reset();
    if (disk_.exists(journal_path())) {
        state.journal_exists = true;
        auto journal = disk_.read(journal_path());
        if (!journal) return fail(journal.error());
        read_journal(*journal, state);
        if (state.newest) last_slot_ = state.newest->slot_sequence;
    }
    for (char const* name : {"checkpoint", "cosigned"}) {
        std::string path = folder_ + "/" + name;
        if (!disk_.exists(path)) continue;
        state.checkpoint_files = true;
        auto note = disk_.read(path);
        if (!note) return fail(note.error());
        auto head = parse_checkpoint_head(*note);
        if (head && (!state.checkpoint || head->tree_size > state.checkpoint->tree_size)) state.checkpoint = head;
    }
    return state;
}

Result<void> Anchor::create() {
    file_.reset();
    if (auto ok = disk_.make_folder(folder_); !ok) return ok;
    return disk_.replace(folder_, "journal", std::string(kAnchorSlots * kAnchorSlotBytes, '\0'));
}

Result<void> Anchor::write(AnchorSlot slot) {
    if (!file_) {
        auto file = disk_.slots(journal_path());
        if (!file) return fail(file.error());
        file_ = std::move(*file);
    }
    slot.slot_sequence = last_slot_ + 1;
    uint64_t offset = slot.slot_sequence % kAnchorSlots * kAnchorSlotBytes;
    auto done = file_->write_at(offset, encode_slot(slot));
    if (done) done = file_->sync();
    if (!done) {
        file_.reset();  // never go on with a descriptor whose sync failed
        return done;
    }
    last_slot_ = slot.slot_sequence;
    return {};
}

}  // namespace ingot::storage
