#include "storage/manifest_tail.hpp"

#include <algorithm>
#include <optional>

#include "base/crypto.hpp"

namespace ingot::storage {
namespace {

enum class Part : uint8_t { full = 1, first = 2, middle = 3, last = 4 };

struct Piece {
    Part part;
    uint64_t end;
};

uint64_t left_in_block(uint64_t at) { return kLogBlockBytes - at % kLogBlockBytes; }

uint32_t u32le(std::string_view bytes, uint64_t at) {
    uint32_t value = 0;
    for (int i = 3; i >= 0; --i) value = value << 8 | uint8_t(bytes[at + uint64_t(i)]);
    return value;
}

uint32_t masked(uint32_t crc) { return (crc >> 15 | crc << 17) + 0xa282ead8U; }

uint8_t type_at(std::string_view log, uint64_t at) { return uint8_t(log[at + 6]); }

// The end of the record of any type that begins at `at`, if its checksum says that one does.
std::optional<uint64_t> end_of_record(std::string_view log, uint64_t at, uint64_t header_bytes) {
    uint64_t room = std::min<uint64_t>(left_in_block(at), log.size() - at);
    uint64_t payload = uint8_t(log[at + 4]) | uint64_t(uint8_t(log[at + 5])) << 8;
    if (header_bytes + payload > room) return {};
    if (u32le(log, at) != masked(crc32c(log.substr(at + 6, header_bytes - 6 + payload)))) return {};
    return at + header_bytes + payload;
}

bool has_header(std::string_view log, uint64_t at) {
    return std::min<uint64_t>(left_in_block(at), log.size() - at) >= kLogHeaderBytes;
}

// The record that begins at `at`, if one does.
std::optional<Piece> piece_at(std::string_view log, uint64_t at) {
    if (!has_header(log, at)) return {};
    uint8_t type = type_at(log, at);
    if (type < uint8_t(Part::full) || type > uint8_t(Part::last)) return {};
    auto end = end_of_record(log, at, kLogHeaderBytes);
    if (!end) return {};
    return Piece{Part(type), *end};
}

// Recycled logs and other releases of RocksDB have more types, some with four bytes more in the header.
bool other_type_at(std::string_view log, uint64_t at) {
    if (!has_header(log, at) || type_at(log, at) <= uint8_t(Part::last)) return false;
    return end_of_record(log, at, kLogHeaderBytes) || end_of_record(log, at, kLogHeaderBytes + 4);
}

bool any_record_from(std::string_view log, uint64_t at) {
    for (; at < log.size(); ++at)
        if (piece_at(log, at)) return true;
    return false;
}

LogTail damaged(LogTail tail, char const* why) {
    tail.end = LogEnd::damaged;
    tail.why = why;
    return tail;
}

}  // namespace

LogTail find_log_tail(std::string_view log) {
    LogTail tail;
    bool inside = false;  // a first part was read and not its last
    uint64_t at = 0;
    while (at < log.size()) {
        if (left_in_block(at) < kLogHeaderBytes) {
            at = std::min<uint64_t>(at + left_in_block(at), log.size());
            if (!inside) tail.whole_bytes = at;
            continue;
        }
        auto piece = piece_at(log, at);
        if (!piece) break;
        bool continues = piece->part == Part::middle || piece->part == Part::last;
        tail.damage_at = at;
        if (continues != inside) return damaged(tail, "the parts of a record do not follow each other");
        at = piece->end;
        inside = piece->part == Part::first || piece->part == Part::middle;
        if (!inside) tail.whole_bytes = at;
    }
    tail.damage_at = at;
    if (tail.whole_bytes == log.size()) return tail;
    tail.end = LogEnd::unfinished;
    if (tail.whole_bytes == 0) return damaged(tail, "no record is whole");
    if (log.size() - tail.whole_bytes > kUnfinishedBytesMax)
        return damaged(tail, "more bytes follow than one change can have");
    if (other_type_at(log, at)) return damaged(tail, "a record of a type that is not known");
    if (any_record_from(log, at + 1)) return damaged(tail, "a whole record follows");
    return tail;
}

}  // namespace ingot::storage
