// What the commit chain, the transparency log, the anchor, the audit chain and the idempotency entries say of each
// other.
#include <cstring>

#include "storage/event_sink.hpp"
#include "storage/log_entry.hpp"
#include "storage/log_keys.hpp"
#include "storage/log_tree.hpp"
#include "storage/verifier.hpp"

namespace ingot::storage {

void Verifier::each(char const* check, Range range, std::function<void(Row const&)> const& row) {
    Space space = range.space;
    for (std::optional<Range> rest = std::move(range); rest;) {
        auto page = view_.scan(*rest);
        if (!page) {
            report(check, space, rest->begin, "rows that can be read", page.error().detail);
            return;
        }
        for (auto const& one : page->rows) row(one);
        rest = page->rest;
    }
}

bool Verifier::read_head() {
    auto commit = view_.get(Space::meta, kCommitKey);
    auto audit = view_.get(Space::meta, kAuditHeadKey);
    auto parsed = commit ? decode_commit(commit->value_or("")) : fail(commit.error());
    auto parsed_audit = audit ? decode_audit_head(audit->value_or("")) : fail(audit.error());
    if (!parsed) report("V7", Space::meta, kCommitKey, "a commit record", parsed.error().detail);
    if (!parsed_audit)
        report("V11", Space::meta, kAuditHeadKey, "a head of the audit chain", parsed_audit.error().detail);
    if (!parsed || !parsed_audit) return false;
    head_.commit = *parsed;
    head_.audit = *parsed_audit;
    totals.sequence = head_.commit.sequence;
    return true;
}

void Verifier::check_chain() {
    Sequence expected = head_.commit.chain_first;
    each("V7", prefix_range(Space::meta, "chain/"), [&](Row const& row) {
        Sequence found = number_after("chain/", row.key).value_or(0);
        if (found != expected)
            report("V7", Space::meta, row.key, "sequence " + std::to_string(expected), std::to_string(found));
        expected = found + 1;
    });
    if (expected != head_.commit.sequence + 1)
        report("V7", Space::meta, kCommitKey, "last commit " + std::to_string(head_.commit.sequence),
               "chain ends at " + std::to_string(expected - 1));
    Sequence next = 1;
    each("V7", prefix_range(Space::log, "change/"), [&](Row const& row) {
        Sequence const found = number_after("change/", row.key).value_or(0);
        if (found != next)
            report("V7", Space::log, row.key, "entry " + std::to_string(next) + " of the ordered log",
                   std::to_string(found));
        next = found + 1;
    });
    if (next != head_.commit.sequence + 1)
        report("V7", Space::meta, kCommitKey, "an ordered log up to " + std::to_string(head_.commit.sequence),
               "it ends at " + std::to_string(next - 1));
}

namespace {

size_t place_of(Space space, Bytes key) {
    std::string place(1, char(space));
    return std::hash<std::string>()(place += key);
}

}  // namespace

bool Verifier::has_leaf(Space space, Bytes key) const { return leafed_.contains(place_of(space, key)); }

// The other way round: every version of a record, prefix or key, and every event, has its leaf.
void Verifier::check_leafed() {
    std::pair<Space, char const*> const kinds[] = {{Space::record, "H"}, {Space::record, "G"}, {Space::event, "v"}};
    for (auto const& [space, letter] : kinds)
        each("V10", prefix_range(space, letter), [&, space = space](Row const& row) {
            bool const event = space == Space::event;
            if (event && row.key.size() != 9) return;  // V2 has said so
            if (!has_leaf(space, row.key)) report("V10", space, row.key, "a leaf of the transparency log", "nothing");
        });
}

void Verifier::check_leaf(uint64_t index, Bytes entry, LeafRef const& ref) {
    leafed_.insert(place_of(ref.space, ref.key));
    auto payload = view_.get(ref.space, ref.key);
    if (!payload) {
        report("V8", ref.space, ref.key, "the record of leaf " + std::to_string(index), payload.error().detail);
        return;
    }
    if (!*payload) {
        report("V10", ref.space, ref.key, "the record of leaf " + std::to_string(index), "nothing");
        return;
    }
    auto parsed = parse_log_entry(entry.substr(0, kEntryBytes));
    Bytes salt = entry.substr(std::min(entry.size(), kEntryBytes));
    Digest commitment = log_commitment(salt, log_record(ref.kind, ref.owner, ref.subject, **payload));
    if (!parsed || parsed->log_class != ref.kind >> 8)
        report("V8", Space::log, entry_key(index), "an entry of class " + std::to_string(ref.kind >> 8), to_hex(entry));
    else if (parsed->commitment != commitment)
        report("V8", Space::log, entry_key(index), "commitment " + to_hex(bytes_of(commitment)),
               to_hex(bytes_of(parsed->commitment)));
    auto own = view_.get(Space::log, own_key(ref.owner, index));
    if (!own || !*own) report("V10", Space::log, own_key(ref.owner, index), "the owner's row of leaf", "nothing");
}

void Verifier::check_leaves() {
    uint64_t next = 0;
    int64_t time_before = INT64_MIN;
    each("V8", prefix_range(Space::log, "entry/"), [&](Row const& row) {
        uint64_t index = number_after("entry/", row.key).value_or(UINT64_MAX);
        ++totals.leaves;
        if (index != next) report("V10", Space::log, row.key, "entry " + std::to_string(next), std::to_string(index));
        next = index + 1;
        auto entry = parse_log_entry(Bytes(row.value).substr(0, kEntryBytes));
        if (entry && entry->time_ms < time_before)
            report("V8", Space::log, row.key, "a time not before " + std::to_string(time_before),
                   std::to_string(entry->time_ms));
        if (entry) time_before = entry->time_ms;
        auto stored = view_.get(Space::log, ref_key(index));
        auto ref = stored ? decode_ref(stored->value_or("")) : fail(stored.error());
        if (!stored || !*stored || !ref)
            report("V10", Space::log, ref_key(index), "the reference of leaf " + std::to_string(index),
                   ref ? "nothing" : ref.error().detail);
        else
            check_leaf(index, row.value, *ref);
    });
    each("V10", Range{Space::log, ref_key(next), prefix_end("ref/")},
         [&](Row const& row) { report("V10", Space::log, row.key, "an entry for this reference", "nothing"); });
}

void Verifier::check_tree() {
    Frontier frontier;
    auto check_node = [&](uint8_t level, uint64_t n, Digest const& hash) {
        auto stored = view_.get(Space::log, node_key(level, n));
        if (!stored || !*stored || **stored != bytes_of(hash))
            report("V9", Space::log, node_key(level, n), to_hex(bytes_of(hash)),
                   !stored   ? stored.error().detail
                   : *stored ? to_hex(**stored)
                             : "nothing");
    };
    each("V9", prefix_range(Space::log, "entry/"),
         [&](Row const& row) { frontier.append(leaf_hash(Bytes(row.value).substr(0, kEntryBytes)), check_node); });
    CommitRecord const& commit = head_.commit;
    if (frontier.size() != commit.tree_size() || frontier.root() != commit.root)
        report("V9", Space::meta, kCommitKey,
               "size " + std::to_string(frontier.size()) + " root " + to_hex(bytes_of(frontier.root())),
               "size " + std::to_string(commit.tree_size()) + " root " + to_hex(bytes_of(commit.root)));
}

void Verifier::check_anchor(AnchorState const& anchor) {
    std::string journal = options_.store.anchor_dir + "/journal";
    for (size_t slot : anchor.damaged)
        report_file("V9", journal, "an anchor slot with its checksum", "slot " + std::to_string(slot) + " is damaged");
    auto compare_root = [&](std::string file, uint64_t size, Digest const& expected) {
        if (size > head_.commit.tree_size()) {
            report_file("V9", std::move(file), "a store of at least " + std::to_string(size) + " leaves",
                        std::to_string(head_.commit.tree_size()));
            return;
        }
        auto root = stored_root(view_, size);
        if (!root || *root != expected)
            report_file("V9", std::move(file),
                        "root " + to_hex(bytes_of(expected)) + " at size " + std::to_string(size),
                        root ? to_hex(bytes_of(*root)) : root.error().detail);
    };
    if (!anchor.newest) {
        report_file("V9", journal, "an anchor slot", "none");
    } else {
        if (anchor.newest->sequence > head_.commit.sequence)
            report_file("V9", journal, "commit " + std::to_string(anchor.newest->sequence),
                        std::to_string(head_.commit.sequence));
        if (anchor.newest->store_id != head_.commit.store_id || anchor.newest->epoch != head_.commit.epoch)
            report_file("V9", journal, "the store id and epoch of the store", "another");
        compare_root(journal, anchor.newest->tree_size, anchor.newest->root);
    }
    if (anchor.checkpoint)
        compare_root(options_.store.anchor_dir + "/checkpoint", anchor.checkpoint->tree_size, anchor.checkpoint->root);
}

void Verifier::check_audit() {
    Digest value{};
    uint64_t next = 1;
    each("V11", prefix_range(Space::log, "audit/"), [&](Row const& row) {
        uint64_t number = number_after("audit/", row.key).value_or(0);
        ++totals.audit_lines;
        if (number != next) report("V11", Space::log, row.key, "line " + std::to_string(next), std::to_string(number));
        next = number + 1;
        if (row.value.size() < 32) return;
        Bytes line = Bytes(row.value).substr(0, row.value.size() - 32), stored = Bytes(row.value).substr(line.size());
        value = audit_value(options_.store.audit_key, value, line);
        if (bytes_of(value) != stored)
            report("V11", Space::log, row.key, "chain value " + to_hex(bytes_of(value)), to_hex(stored));
        std::memcpy(value.data(), stored.data(), 32);  // one change is one finding
        auto digest = view_.get(Space::log, digest_statement_key(number));
        if (digest && *digest && (*digest)->find(to_hex(stored)) == std::string::npos)
            report("V11", Space::log, digest_statement_key(number), "chain value " + to_hex(stored), **digest);
    });
    if (next != head_.audit.sequence + 1 || value != head_.audit.value)
        report("V11", Space::meta, kAuditHeadKey, "line " + std::to_string(head_.audit.sequence),
               "the chain ends at line " + std::to_string(next - 1) + " or with another value");
}

// Digests follow on each other: every line up to the mark of the head is covered by one of them.
void Verifier::check_digests() {
    uint64_t next = 1;
    each("V11", prefix_range(Space::log, "statement/audit/"), [&](Row const& row) {
        uint64_t const last = number_after("statement/audit/", row.key).value_or(0);
        std::string const expected = "{" + member("first", next) + "," + member("last", last) + ",";
        if (last < next || !row.value.starts_with(expected))
            report("V11", Space::log, row.key, expected, row.value.substr(0, expected.size()));
        if (!has_leaf(Space::log, row.key)) report("V11", Space::log, row.key, "a leaf over this digest", "nothing");
        next = last + 1;
    });
    if (next - 1 != head_.audit.digested)
        report("V11", Space::meta, kAuditHeadKey, "digests up to line " + std::to_string(head_.audit.digested),
               "up to line " + std::to_string(next - 1));
}

void Verifier::check_idempotency() {
    auto check_entry = [&](Row const& row) {
        auto entry = decode_idempotency(row.value);
        if (!entry) return;  // V2 has said so
        if (entry->sequence > head_.commit.sequence)
            report("V12", Space::meta, row.key, "a commit up to " + std::to_string(head_.commit.sequence),
                   std::to_string(entry->sequence));
        auto due = view_.get(Space::meta, idempotency_time_key(entry->time, row.key));
        if (!due || !*due)
            report("V12", Space::meta, row.key, "its entry in the order of time", due ? "nothing" : due.error().detail);
    };
    each("V12", prefix_range(Space::meta, "idem/"), check_entry);
    each("V12", prefix_range(Space::meta, "part/"), check_entry);
    each("V12", prefix_range(Space::meta, "idemtime/"), [&](Row const& row) {
        auto due = parse_idempotency_time_key(row.key);
        auto there = [&](std::string const& key) {
            auto entry = view_.get(Space::meta, key);
            return entry && entry->has_value();
        };
        if (!due || !(there(due->key) || there(part_key(due->key))))
            report("V12", Space::meta, row.key, "the idempotency entry it names", "nothing");
    });
}

}  // namespace ingot::storage
