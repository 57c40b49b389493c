// Entries of the transparency log, byte for byte (spec/transparency-log.md 2.2, 2.3).
#pragma once

#include "storage/engine.hpp"

namespace ingot::storage {

inline constexpr size_t kEntryBytes = 44;
inline constexpr size_t kSaltBytes = 16;

// SHA-256("ingot/leaf/v1" | 0x00 | salt | record)
Digest log_commitment(Bytes salt, Bytes record);

// Version 1, class (high byte of `kind`), two zero bytes, time in ms, commitment.
void append_log_entry(std::string& out, uint16_t kind, Time time, Digest const& commitment);

struct ParsedEntry {
    uint8_t log_class = 0;
    int64_t time_ms = 0;
    Digest commitment{};
};
// Refuses another version, a class outside 1..5, non-zero filler and any other length.
std::optional<ParsedEntry> parse_log_entry(Bytes entry);

}  // namespace ingot::storage
