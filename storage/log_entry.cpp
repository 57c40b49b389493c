#include "storage/log_entry.hpp"

#include <cstring>
#include <stdexcept>

#include "base/encoding.hpp"

namespace ingot::storage {

Digest log_commitment(Bytes salt, Bytes record) {
    thread_local Sha256 hash;
    return hash.add(Bytes("ingot/leaf/v1\0", 14)).add(salt).add(record).finish();
}

void append_log_entry(std::string& out, uint16_t kind, Time time, Digest const& commitment) {
    out += '\x01';
    out += char(kind >> 8);
    out.append(2, '\0');
    put_u64be(out, uint64_t(to_millis(time)));
    out += bytes_of(commitment);
}

std::optional<ParsedEntry> parse_log_entry(Bytes entry) {
    if (entry.size() != kEntryBytes || entry[0] != 1 || entry[2] != 0 || entry[3] != 0) return {};
    ParsedEntry out;
    out.log_class = uint8_t(entry[1]);
    if (out.log_class < 1 || out.log_class > 5) return {};
    out.time_ms = int64_t(get_u64be(entry, 4));
    std::memcpy(out.commitment.data(), entry.data() + 12, 32);
    return out;
}

std::string log_record(uint16_t kind, Bytes owner, Bytes subject, Bytes payload) {
    if (owner.size() > 0xFF || subject.size() > 0xFFFF || payload.size() > 0xFFFFFFFF)
        throw std::length_error("a log record holds an owner of 255, a subject of 65,535 bytes at most");
    std::string out;
    out.reserve(10 + owner.size() + subject.size() + payload.size());
    out += '\x01';
    put_u16be(out, kind);
    out += char(uint8_t(owner.size()));
    out += owner;
    put_u16be(out, uint16_t(subject.size()));
    out += subject;
    put_u32be(out, uint32_t(payload.size()));
    out += payload;
    return out;
}

Leaf make_leaf(Random& random, uint16_t kind, std::string owner, std::string subject, Space space, std::string key,
               Bytes payload) {
    Leaf leaf;
    leaf.kind = kind;
    leaf.salt = random.bytes(kSaltBytes);
    leaf.commitment = log_commitment(leaf.salt, log_record(kind, owner, subject, payload));
    leaf.owner = std::move(owner);
    leaf.subject = std::move(subject);
    leaf.space = space;
    leaf.key = std::move(key);
    return leaf;
}

}  // namespace ingot::storage
