// What the committer itself remembers: the commit record, heads of the log and of the audit chain, format, settings,
// idempotency entries. Plain structs; each encode has its decode, which answers DataDamaged for bytes it cannot read.
#pragma once

#include <array>

#include "storage/engine.hpp"
#include "storage/merkle.hpp"

namespace ingot::storage {

using StoreId = std::array<uint8_t, 16>;

// At most so many chain/ entries stay. With fewer, the oldest is that of a group which a flush has put into table files
// (or of the first group): if the flush is lost, the chain has a gap.
inline constexpr Sequence kChainKept = 65'536;

struct CommitRecord {
    StoreId store_id{};
    uint64_t epoch = 1;
    Sequence sequence = 0;
    Time time{};               // log time: never falls
    Frontier frontier;         // tree size and root are its own
    Digest root{};             // as stored; equals frontier.root()
    Sequence chain_first = 1;  // chain/ holds exactly [chain_first, sequence]

    uint64_t tree_size() const { return frontier.size(); }
};

struct AuditHead {
    uint64_t sequence = 0;
    Digest value{};
    uint64_t digested = 0;
    bool operator==(AuditHead const&) const = default;
};
inline constexpr uint16_t kAuditDigest = 0x0401;  // kind of the leaf over a digest of the audit chain

struct LogHead {
    std::string origin;
    uint64_t epoch = 1;
};

inline constexpr uint32_t kStoreFormat = 1;
struct StoreFormat {
    uint32_t store_format = kStoreFormat, min_reader = kStoreFormat;
    std::string created_by, written_by;
    bool finalized = true;
};

struct StoreSettings {
    bool case_sensitive = false;
};

struct ChainLink {
    uint64_t tree_size = 0;
    Time time{};
};

struct LeafRef {
    uint16_t kind = 0;
    std::string owner, subject;
    Space space = Space::record;
    std::string key;
};

struct IdempotencyEntry {
    Digest request_hash{};
    Reply reply;
    Time time{};
    Sequence sequence = 0;
    bool body_omitted = false;
    uint32_t steps = 0;  // of a part entry: steps that are done; the body is their progress
};

std::string encode(CommitRecord const&);
std::string encode(AuditHead const&);
std::string encode(LogHead const&);
std::string encode(StoreFormat const&);
std::string encode(StoreSettings const&);
std::string encode(ChainLink const&);
std::string encode(IdempotencyEntry const&);
// The reference of a leaf, written straight from it into `out` (replaced): 2,000 of them in one operation.
void encode_ref(Leaf const& leaf, std::string& out);

Result<CommitRecord> decode_commit(Bytes value);
Result<AuditHead> decode_audit_head(Bytes value);
Result<LogHead> decode_log_head(Bytes value);
Result<StoreFormat> decode_format(Bytes value);
Result<StoreSettings> decode_settings(Bytes value);
Result<ChainLink> decode_chain(Bytes value);
Result<LeafRef> decode_ref(Bytes value);
Result<IdempotencyEntry> decode_idempotency(Bytes value);

// The ordered log: one commit group.
struct ChangeSet {
    Time time{};
    uint64_t first_leaf = 0, leaves = 0;
    uint64_t first_audit = 1, audits = 0;
    std::string changes;  // see append_change
};
enum class ChangeKind : uint8_t { erase = 0, put = 1, put_by_key = 2 };
struct Change {
    Space space = Space::record;
    ChangeKind kind = ChangeKind::put;
    std::string key, value;
};
void append_change(std::string& changes, Space space, ChangeKind kind, Bytes key, Bytes value);
Result<std::vector<Change>> parse_changes(Bytes changes);
std::string encode(ChangeSet const&);
Result<ChangeSet> decode_change_set(Bytes value);

// Value n of the audit chain: HMAC-SHA-256(key, value n-1 | line). Security page 17.
Digest audit_value(Bytes key, Digest const& before, Bytes line);

}  // namespace ingot::storage
