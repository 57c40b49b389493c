// The store as the domain sees it: a narrow interface that RocksDB and a PostgreSQL-wire engine both do well.
// Reads come from a View; changes are Operations that the one committer applies, group by group, each group one synced
// batch and one synced anchor slot before any answer (spec/durability.md 2). No SQL, TTL, merge operators or engine
// error codes come through here.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/crypto.hpp"
#include "base/result.hpp"

namespace ingot::storage {

using Bytes = std::string_view;
using Sequence = uint64_t;  // number of a commit group, from 1, gap-free

// record: identifiers and their history. graph: lot and link records together. row: account rows. event: event bytes
// and facts. index: everything that points to something else. meta: commit record, format, counters of the node. log:
// entries, references, tree nodes, the ordered change log.
enum class Space : uint8_t { record, graph, row, event, index, meta, log };
inline constexpr size_t kSpaces = 7;

struct Row {
    std::string key;
    std::string value;
};

// Keys in [begin, end), ascending, or descending from the last one when `reverse`. An empty end = to the end of the
// space.
struct Range {
    Space space = Space::record;
    std::string begin;
    std::string end;
    bool reverse = false;
    uint32_t rows_max = 1000;
    size_t bytes_max = 4 * 1024 * 1024;
    bool past_damage = false;  // of a view: damaged rows are left out, and Page says so
};

struct Page {
    std::vector<Row> rows;
    std::optional<Range> rest;  // what to ask next; nothing when the range is exhausted
    // With Range::past_damage: rows that are left out, and whether the page ends where nothing more can be read.
    bool damaged = false, cut = false;
};

// One consistent read point. Short-lived, never held across requests; used by one thread at a time. Every value carries
// a CRC-32C over key and value that is checked here: damage is Code::DataDamaged, never "absent".
class View {
  public:
    virtual ~View() = default;
    // Nothing if the key is absent.
    virtual Result<std::optional<std::string>> get(Space space, Bytes key) const = 0;
    // Positional: out[i] belongs to keys[i].
    virtual Result<std::vector<std::optional<std::string>>> multi_get(Space space,
                                                                      std::span<std::string const> keys) const = 0;
    virtual Result<Page> scan(Range const& range) const = 0;
    // Many ranges in one round trip; pages are positional.
    virtual Result<std::vector<Page>> multi_scan(std::span<Range const> ranges) const = 0;
    virtual Sequence sequence() const = 0;  // commit it reflects
};

// One entry of the transparency log before it has an index: commitment over the record of spec/transparency-log.md 2.3.
struct Leaf {
    uint16_t kind = 0;  // high byte = class
    std::string salt;   // 16 bytes
    Digest commitment{};
    std::string owner;  // owning prefix, canonical; may be empty
    std::string subject;
    Space space = Space::record;  // where the payload bytes are stored: value under this key
    std::string key;
};

// Makes a leaf; may be called by workers before the commit, so that the committer does not hash. `payload` must be the
// exact bytes put under (space, key).
Leaf make_leaf(Random& random, uint16_t kind, std::string owner, std::string subject, Space space, std::string key,
               Bytes payload);

// The record bytes of spec/transparency-log.md 2.3.
std::string log_record(uint16_t kind, Bytes owner, Bytes subject, Bytes payload);

// A view that sees the operations before it in its group, plus this operation's own puts and erases.
class Batch : public View {
  public:
    virtual void put(Space space, std::string key, std::string value) = 0;
    virtual void erase(Space space, std::string key) = 0;
    // Keys of registry rows (storage/registry_table.hpp) that this operation sees changed and observers may not have
    // been told of yet: by groups on their way into the anchor, by operations before it in its group, by itself.
    virtual std::vector<std::string> untold_registry_keys() const = 0;
    // Appends to the transparency log; answers the index the leaf will have if the operation is accepted.
    virtual uint64_t leaf(Leaf leaf) = 0;
    // One audit line (a JSON object without seq, time and chain value, which the committer adds; security.md 17).
    virtual void audit(std::string json_members) = 0;
    // Log time of this commit: max(time of the commit before, now). Never falls.
    virtual Time time() const = 0;
};

// What a change answered: stored with the effect, so that a repeat with the same key gets the same bytes.
struct Reply {
    int status = 200;
    std::string content_type = "application/json";
    std::string location;
    std::string etag;
    std::string log_index;  // "2" or "120-199"; empty when the change made no leaf
    std::string body;
};

// A change. apply() decides and writes inside the committer: no I/O but through the batch, no waiting. It may run again
// (after a failed write) and must then behave the same; its effect happens once. A refused step contributes no byte.
struct Operation {
    // Called with step 0 .. steps-1, in order, each atomic. In a one-step operation an Error refuses the whole; in an
    // operation of many steps (a bulk request in `proceed` mode) an Error refuses that step only and goes on.
    std::function<Result<void>(Batch&, uint32_t step)> apply;
    uint32_t steps = 1;
    // Called once after the last step, in that step's batch; what it returns is answered and stored for replay.
    std::function<Reply(Batch&)> reply;
    // May be null. Of a one-step operation that was refused: what is stored all the same, in a step of its own.
    std::function<void(Batch&)> refused;
    // May be null. Of an operation of many steps with a key: what its answer needs of the steps that are done, stored
    // with every group; and the same given back, once, before the first step is left out, when the request comes again
    // after the answer was lost half-way.
    std::function<std::string()> progress;
    std::function<Result<void>(Bytes)> resume;

    // Idempotency (durability.md 2.3); no key: not stored for replay.
    std::string owner;            // enterprise the key belongs to
    std::string route;            // route template
    std::string idempotency_key;  // as sent, quotes stripped
    Digest request_hash{};

    Steady deadline{};    // passed while queued: `busy`, not applied
    size_t bytes = 1024;  // estimate of what it will write, for the queue and group limits
};

struct Committed {
    Reply reply;
    bool replayed = false;
    Sequence sequence = 0;
};

// Busy, StorageFull, StorageUnavailable, Degraded, OutcomeUnknown, IdempotencyMismatch, IdempotencyInFlight, or the
// Error of a refused operation. Called exactly once, from a thread of the committer (or at once from submit): be short.
using Done = std::function<void(Result<Committed>)>;

// One change of the ordered log: everything a replica or webhook needs.
struct LogEntry {
    Sequence sequence = 0;
    Time time{};
    std::string changes;  // encoded puts and erases (docs/formats.md, "ordered log"); write-once rows by key only
};

enum class State : uint8_t { open, full, failed, reopening, degraded, closed };

struct Health {
    State state = State::open;
    std::string reason;  // slug: store-behind-anchor, store-fork, store-gap, log-damaged ...
    std::string detail;
    Time since{};
    Sequence sequence = 0;
    Sequence anchor_sequence = 0;
    uint64_t tree_size = 0;
    size_t queued_operations = 0;
    uint64_t free_bytes = 0, reserve_bytes = 0;
    Time log_time{};
    bool clock_suspect = false;
    uint64_t damaged_reads = 0, damaged_answers = 0;  // since start
};

// Told of every group after it is durable and before its answers, on a thread of the committer, with the keys it
// changed in `Space::record` and `Space::index`: caches invalidate here. No keys: re-opened, anything may have changed.
using CommitObserver = std::function<void(Sequence, std::span<Row const> changed_keys)>;

class Engine {
  public:
    virtual ~Engine() = default;
    // Changes are carried out from here on; until then they wait in the queue while views already answer, so whatever
    // the observer calls is built first. Once; open_store() has done it unless StoreOptions::started is false.
    virtual void start(CommitObserver observer) = 0;
    // Thread safe. While the store re-opens it waits, at most 2 s, then Busy; StorageUnavailable when there is no
    // store.
    virtual Result<std::unique_ptr<View>> view() const = 0;
    // Queues an operation. Thread safe, never waits.
    virtual void submit(Operation operation, Done done) = 0;
    // Queues and waits for the answer. For command-line tools, start-up and tests.
    Result<Committed> update(Operation operation);
    // Gap-free; DataDamaged when an entry is missing.
    virtual Result<std::vector<LogEntry>> log(Sequence from, uint32_t limit) const = 0;
    virtual Health health() const = 0;
    // Since when changes wait and none was taken up; Steady{} when none waits. Takes no lock.
    virtual Steady waiting_since() const = 0;
    // A request is answered `data-damaged`: counted and, at most once a second, logged. Thread safe.
    virtual void answered_damaged(Error const& error) = 0;
};

}  // namespace ingot::storage
