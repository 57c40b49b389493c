// Where the unfinished tail of RocksDB's MANIFEST begins. A power cut in an append leaves a part of it, and behind that
// whatever the disk held there; RocksDB then refuses the whole file (docs/decisions/0013).
//
// The file is a log of RocksDB: blocks of 32 KiB; in them records of a 7-byte header (masked CRC-32C of type and
// payload, u32le; payload bytes, u16le; type: full, first, middle or last part) and the payload; fewer than 7 bytes
// left in a block are zero. Recycled logs have other types and are off (rocks_options.cpp).
#pragma once

#include <cstdint>
#include <string_view>

namespace ingot::storage {

inline constexpr uint64_t kLogBlockBytes = 32 * 1024;
inline constexpr uint64_t kLogHeaderBytes = 7;
// RocksDB syncs after every change of the MANIFEST: what one power cut leaves unfinished is short.
inline constexpr uint64_t kUnfinishedBytesMax = 4 << 20;

enum class LogEnd {
    whole,       // ends with its last record
    unfinished,  // bytes follow the last whole record, and no record begins in them
    damaged,     // a record begins behind the damage, or there is more or less than one cut explains: not a tail
};

struct LogTail {
    LogEnd end = LogEnd::whole;
    uint64_t whole_bytes = 0;  // up to the end of the last whole record before the damage
    uint64_t damage_at = 0;    // first byte that is no part of any record
    char const* why = "";      // for `damaged`
};

// Looks at every byte behind the damage, not only where a reader of RocksDB would go on.
LogTail find_log_tail(std::string_view log);

}  // namespace ingot::storage
