// Keys of the meta and log spaces (table in keys.hpp), each encoder with its decoder.
#pragma once

#include <optional>

#include "storage/keys.hpp"

namespace ingot::storage {

inline constexpr Bytes kCommitKey = "commit";
inline constexpr Bytes kFormatKey = "format";
inline constexpr Bytes kLogHeadKey = "log";
inline constexpr Bytes kAuditHeadKey = "audit";
inline constexpr Bytes kSettingsKey = "settings";
inline constexpr Bytes kGenesisKey = "statement/genesis";

std::string chain_key(Sequence sequence);   // meta "chain/" seq
std::string entry_key(uint64_t index);      // log "entry/" index
std::string ref_key(uint64_t index);        // log "ref/" index
std::string change_key(Sequence sequence);  // log "change/" seq
std::string audit_key(uint64_t sequence);   // log "audit/" seq
std::string own_key(Bytes owner, uint64_t index);
std::string node_key(uint8_t level, uint64_t n);
std::string digest_statement_key(uint64_t last_audit);  // log "statement/audit/" seq

// meta "idem/" owner 0x00 SHA-256(route template 0x00 Idempotency-Key): durability.md 2.3.
std::string idempotency_key(Bytes owner, Bytes route, Bytes key_as_sent);
// meta "part/" and the rest of the idempotency key: how far a request of many steps has come.
std::string part_key(Bytes idempotency_key);
// meta "idemtime/" time, then the idempotency key without "idem/".
std::string idempotency_time_key(Time time, Bytes idempotency_key);

// The number that ends a key of the form prefix be64; nothing if the key has another form.
std::optional<uint64_t> number_after(Bytes prefix, Bytes key);

struct NodeId {
    uint8_t level = 0;
    uint64_t n = 0;
};
std::optional<NodeId> parse_node_key(Bytes key);

struct IdempotencyTime {
    Time time{};
    std::string key;  // whole key of the entry, "idem/" included
};
std::optional<IdempotencyTime> parse_idempotency_time_key(Bytes key);

// True for rows that are written once and never change: the ordered log names them by key only.
bool written_once(Space space, Bytes key);

// A key for people: letters as they are, other bytes as \xHH.
std::string readable_key(Space space, Bytes key);
std::string_view space_name(Space space);

}  // namespace ingot::storage
