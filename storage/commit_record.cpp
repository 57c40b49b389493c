#include "storage/commit_record.hpp"

#include <cstring>

#include "base/encoding.hpp"
#include "storage/commit.pb.h"

namespace ingot::storage {
namespace {

template <class Proto>
Result<Proto> parse(Bytes value, char const* what) {
    Proto proto;
    if (!proto.ParseFromArray(value.data(), int(value.size())))
        return fail(Code::DataDamaged, std::string("the ") + what + " does not parse");
    return proto;
}

template <size_t N>
bool copy_exactly(std::string const& from, std::array<uint8_t, N>& to) {
    if (from.size() != N) return false;
    std::memcpy(to.data(), from.data(), N);
    return true;
}

tl::unexpected<Error> damaged(char const* what) {
    return fail(Code::DataDamaged, std::string(what) + " has the wrong length or value");
}

template <size_t N>
std::string as_string(std::array<uint8_t, N> const& bytes) {
    return {reinterpret_cast<char const*>(bytes.data()), N};
}

}  // namespace

std::string encode(CommitRecord const& record) {
    CommitProto proto;
    proto.set_store_id(as_string(record.store_id));
    proto.set_epoch(record.epoch);
    proto.set_sequence(record.sequence);
    proto.set_tree_size(record.tree_size());
    proto.set_root(as_string(record.root));
    proto.set_time_us(to_micros(record.time));
    proto.set_frontier(record.frontier.encode());
    proto.set_chain_first(record.chain_first);
    return proto.SerializeAsString();
}

Result<CommitRecord> decode_commit(Bytes value) {
    auto proto = parse<CommitProto>(value, "commit record");
    if (!proto) return fail(proto.error());
    CommitRecord record;
    if (!copy_exactly(proto->store_id(), record.store_id)) return damaged("the store id of the commit record");
    if (!copy_exactly(proto->root(), record.root)) return damaged("the root of the commit record");
    auto frontier = Frontier::decode(proto->tree_size(), proto->frontier());
    if (!frontier) return fail(frontier.error());
    record.frontier = std::move(*frontier);
    record.epoch = proto->epoch();
    record.sequence = proto->sequence();
    record.time = from_micros(proto->time_us());
    record.chain_first = proto->chain_first();
    return record;
}

std::string encode(AuditHead const& head) {
    AuditHeadProto proto;
    proto.set_sequence(head.sequence);
    proto.set_value(as_string(head.value));
    proto.set_digested(head.digested);
    return proto.SerializeAsString();
}

Result<AuditHead> decode_audit_head(Bytes value) {
    auto proto = parse<AuditHeadProto>(value, "head of the audit chain");
    if (!proto) return fail(proto.error());
    AuditHead head;
    if (!copy_exactly(proto->value(), head.value)) return damaged("the value of the audit head");
    head.sequence = proto->sequence();
    head.digested = proto->digested();
    return head;
}

std::string encode(LogHead const& head) {
    LogHeadProto proto;
    proto.set_origin(head.origin);
    proto.set_epoch(head.epoch);
    return proto.SerializeAsString();
}

Result<LogHead> decode_log_head(Bytes value) {
    auto proto = parse<LogHeadProto>(value, "head of the log");
    if (!proto) return fail(proto.error());
    return LogHead{proto->origin(), proto->epoch()};
}

std::string encode(StoreFormat const& format) {
    FormatProto proto;
    proto.set_store_format(format.store_format);
    proto.set_min_reader(format.min_reader);
    proto.set_created_by(format.created_by);
    proto.set_written_by(format.written_by);
    proto.set_finalized(format.finalized);
    return proto.SerializeAsString();
}

Result<StoreFormat> decode_format(Bytes value) {
    auto proto = parse<FormatProto>(value, "format record");
    if (!proto) return fail(proto.error());
    return StoreFormat{proto->store_format(), proto->min_reader(), proto->created_by(), proto->written_by(),
                       proto->finalized()};
}

std::string encode(StoreSettings const& settings) {
    SettingsProto proto;
    proto.set_case_sensitive(settings.case_sensitive);
    return proto.SerializeAsString();
}

Result<StoreSettings> decode_settings(Bytes value) {
    auto proto = parse<SettingsProto>(value, "settings record");
    if (!proto) return fail(proto.error());
    return StoreSettings{proto->case_sensitive()};
}

std::string encode(ChainLink const& link) {
    ChainProto proto;
    proto.set_tree_size(link.tree_size);
    proto.set_time_us(to_micros(link.time));
    return proto.SerializeAsString();
}

Result<ChainLink> decode_chain(Bytes value) {
    auto proto = parse<ChainProto>(value, "chain entry");
    if (!proto) return fail(proto.error());
    return ChainLink{proto->tree_size(), from_micros(proto->time_us())};
}

void encode_ref(Leaf const& leaf, std::string& out) {
    thread_local RefProto proto;
    proto.set_kind(leaf.kind);
    proto.set_owner(leaf.owner);
    proto.set_subject(leaf.subject);
    proto.set_space(uint32_t(leaf.space));
    proto.set_key(leaf.key);
    proto.SerializeToString(&out);
}

Result<LeafRef> decode_ref(Bytes value) {
    auto proto = parse<RefProto>(value, "reference of a log entry");
    if (!proto) return fail(proto.error());
    if (proto->space() >= kSpaces || proto->kind() > 0xFFFF) return damaged("the reference of a log entry");
    return LeafRef{uint16_t(proto->kind()), proto->owner(), proto->subject(), Space(proto->space()), proto->key()};
}

std::string encode(IdempotencyEntry const& entry) {
    IdempotencyProto proto;
    proto.set_request_hash(as_string(entry.request_hash));
    proto.set_status(entry.reply.status);
    proto.set_content_type(entry.reply.content_type);
    proto.set_location(entry.reply.location);
    proto.set_etag(entry.reply.etag);
    proto.set_log_index(entry.reply.log_index);
    if (!entry.body_omitted) proto.set_body(entry.reply.body);
    proto.set_time_us(to_micros(entry.time));
    proto.set_sequence(entry.sequence);
    proto.set_body_omitted(entry.body_omitted);
    proto.set_steps(entry.steps);
    return proto.SerializeAsString();
}

Result<IdempotencyEntry> decode_idempotency(Bytes value) {
    auto proto = parse<IdempotencyProto>(value, "idempotency entry");
    if (!proto) return fail(proto.error());
    IdempotencyEntry entry;
    if (!copy_exactly(proto->request_hash(), entry.request_hash)) return damaged("the hash of an idempotency entry");
    entry.reply = {proto->status(), proto->content_type(), proto->location(),
                   proto->etag(),   proto->log_index(),    proto->body()};
    entry.time = from_micros(proto->time_us());
    entry.sequence = proto->sequence();
    entry.body_omitted = proto->body_omitted();
    entry.steps = proto->steps();
    return entry;
}

void append_change(std::string& changes, Space space, ChangeKind kind, Bytes key, Bytes value) {
    changes += char(space);
    changes += char(kind);
    put_u32be(changes, uint32_t(key.size()));
    changes += key;
    if (kind != ChangeKind::put) return;
    put_u32be(changes, uint32_t(value.size()));
    changes += value;
}

Result<std::vector<Change>> parse_changes(Bytes changes) {
    std::vector<Change> out;
    size_t at = 0;
    auto take = [&](std::string& into) {
        if (changes.size() - at < 4) return false;
        size_t size = get_u32be(changes, at);
        at += 4;
        if (changes.size() - at < size) return false;
        into = changes.substr(at, size);
        at += size;
        return true;
    };
    while (at < changes.size()) {
        if (changes.size() - at < 2 || uint8_t(changes[at]) >= kSpaces || uint8_t(changes[at + 1]) > 2)
            return damaged("an entry of the ordered log");
        Change change{Space(changes[at]), ChangeKind(changes[at + 1]), {}, {}};
        at += 2;
        if (!take(change.key) || (change.kind == ChangeKind::put && !take(change.value)))
            return damaged("an entry of the ordered log");
        out.push_back(std::move(change));
    }
    return out;
}

std::string encode(ChangeSet const& set) {
    ChangeProto proto;
    proto.set_time_us(to_micros(set.time));
    proto.set_first_leaf(set.first_leaf);
    proto.set_leaves(set.leaves);
    proto.set_first_audit(set.first_audit);
    proto.set_audits(set.audits);
    proto.set_changes(set.changes);
    return proto.SerializeAsString();
}

Result<ChangeSet> decode_change_set(Bytes value) {
    auto proto = parse<ChangeProto>(value, "entry of the ordered log");
    if (!proto) return fail(proto.error());
    return ChangeSet{from_micros(proto->time_us()), proto->first_leaf(), proto->leaves(),
                     proto->first_audit(),          proto->audits(),     proto->changes()};
}

Digest audit_value(Bytes key, Digest const& before, Bytes line) {
    std::string input(bytes_of(before));
    input += line;
    return hmac_sha256(key, input);
}

}  // namespace ingot::storage
