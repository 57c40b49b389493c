#include "storage/log_keys.hpp"

#include <array>

namespace ingot::storage {
std::string chain_key(Sequence sequence) { return numbered("chain/", sequence); }
std::string entry_key(uint64_t index) { return numbered("entry/", index); }
std::string ref_key(uint64_t index) { return numbered("ref/", index); }
std::string change_key(Sequence sequence) { return numbered("change/", sequence); }
std::string audit_key(uint64_t sequence) { return numbered("audit/", sequence); }
std::string digest_statement_key(uint64_t last_audit) { return numbered("statement/audit/", last_audit); }

std::string own_key(Bytes owner, uint64_t index) {
    std::string key;
    key.reserve(owner.size() + 13);
    key += "own/";
    key += owner;
    key += '\0';
    put_u64be(key, index);
    return key;
}

std::string node_key(uint8_t level, uint64_t n) {
    std::string key = "node/";
    key += char(level);
    put_u64be(key, n);
    return key;
}

std::string idempotency_key(Bytes owner, Bytes route, Bytes key_as_sent) {
    Sha256 hash;
    Digest digest = hash.add(route).add(Bytes("\0", 1)).add(key_as_sent).finish();
    std::string key = "idem/";
    key += owner;
    key += '\0';
    key += bytes_of(digest);
    return key;
}

std::string part_key(Bytes idempotency_key) { return "part/" + std::string(idempotency_key.substr(5)); }

std::string idempotency_time_key(Time time, Bytes idempotency_key) {
    std::string key = "idemtime/";
    put_i64be(key, to_micros(time));
    key += idempotency_key.substr(5);
    return key;
}

std::optional<uint64_t> number_after(Bytes prefix, Bytes key) {
    if (key.size() != prefix.size() + 8 || !key.starts_with(prefix)) return {};
    return get_u64be(key, prefix.size());
}

std::optional<NodeId> parse_node_key(Bytes key) {
    if (key.size() != 14 || !key.starts_with("node/")) return {};
    return NodeId{uint8_t(key[5]), get_u64be(key, 6)};
}

std::optional<IdempotencyTime> parse_idempotency_time_key(Bytes key) {
    constexpr Bytes prefix = "idemtime/";
    if (!key.starts_with(prefix) || key.size() < prefix.size() + 8 + 33) return {};
    IdempotencyTime out;
    out.time = from_micros(get_i64be(key, prefix.size()));
    out.key = "idem/" + std::string(key.substr(prefix.size() + 8));
    return out;
}

bool written_once(Space space, Bytes key) {
    if (space == Space::event || space == Space::log) return true;
    if (space == Space::record) return key.starts_with('H');
    return space == Space::meta && key.starts_with("idem");
}

std::string_view space_name(Space space) {
    static constexpr std::array<std::string_view, kSpaces> names = {"record", "graph", "row", "event",
                                                                    "index",  "meta",  "log"};
    return size_t(space) < names.size() ? names[size_t(space)] : "unknown";
}

std::string readable_key(Space space, Bytes key) {
    std::string out(space_name(space));
    out += ' ';
    for (char c : key) {
        if (c > 0x20 && c < 0x7F && c != '\\')
            out += c;
        else
            out += "\\x" + to_hex(Bytes(&c, 1));
    }
    return out;
}

}  // namespace ingot::storage
