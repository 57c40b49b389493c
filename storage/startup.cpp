#include "storage/startup.hpp"

#include <algorithm>
#include <chrono>

#include "storage/log_keys.hpp"
#include "storage/log_tree.hpp"

namespace ingot::storage {
namespace {

// Logs how long a phase of the start took (durability.md 11).
class Phase {
  public:
    Phase(EventSink const& events, char const* name) : events_(events), name_(name) {}
    ~Phase() {
        auto took = std::chrono::steady_clock::now() - begin_;
        auto micros = std::chrono::duration_cast<std::chrono::microseconds>(took).count();
        if (events_)
            events_(Severity::info, "startup-phase", member("phase", name_) + "," + member("micros", uint64_t(micros)));
    }

  private:
    EventSink const& events_;
    std::string_view name_;
    std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

template <class T>
Result<std::optional<T>> read_meta(View const& view, Bytes key, Result<T> (*decode)(Bytes)) {
    auto value = view.get(Space::meta, key);
    if (!value) return fail(value.error());
    if (!*value) return std::optional<T>{};
    auto decoded = decode(**value);
    if (!decoded) return fail(decoded.error());
    return std::optional<T>(std::move(*decoded));
}

}  // namespace

Error refuse_to_open(std::string reason, std::string detail) {
    Error error{Code::RefusedToOpen, std::move(detail), "存储拒绝打开：" + reason};
    return error.with("exit", int64_t(4)).with("reason", std::move(reason));
}

AnchorSlot slot_of(CommitRecord const& commit) {
    AnchorSlot slot;
    slot.epoch = commit.epoch;
    slot.sequence = commit.sequence;
    slot.tree_size = commit.tree_size();
    slot.root = commit.root;
    slot.time = commit.time;
    slot.store_id = commit.store_id;
    return slot;
}

StartUp::StartUp(StoreOptions const& options, Disk disk, Random& random, EventSink events,
                 std::function<void(Error)> on_background_error, std::function<void(Error const&)> on_damage)
    : options_(options),
      disk_(std::move(disk)),
      random_(random),
      events_(std::move(events)),
      on_background_error_(std::move(on_background_error)),
      on_damage_(std::move(on_damage)) {}

RocksSettings StartUp::settings(OpenMode mode) const {
    uint64_t total = disk_.total_bytes(options_.data_dir);
    RocksSettings settings;
    settings.folder = store_folder();
    settings.files = disk_.layer();
    settings.write_buffer_bytes = options_.write_buffer_bytes;
    if (settings.write_buffer_bytes == 0)
        settings.write_buffer_bytes = total == 0 ? 8 << 20 : std::clamp<uint64_t>(total / 64, 1 << 20, 64 << 20);
    settings.cache_bytes = options_.cache_bytes;
    settings.mode = mode;
    settings.events = events_;
    settings.on_background_error = on_background_error_;
    settings.on_damage = on_damage_;
    return settings;
}

Result<bool> StartUp::store_has_files() const {
    auto names = disk_.list(store_folder());
    if (!names) return fail(names.error());
    return !names->empty();
}

Result<OpenedStore> StartUp::open(Anchor& anchor, Time now) {
    auto state = anchor.read();
    if (!state) return fail(state.error());
    for (size_t slot : state->damaged)
        if (events_) events_(Severity::warning, "anchor-slot-damaged", member("slot", uint64_t(slot)));
    auto exists = store_has_files();
    if (!exists) return fail(exists.error());

    // A slot of sequence 0 is written before the store is made: nothing was acknowledged yet.
    bool unfinished_first_start = state->newest && state->newest->sequence == 0 && !state->checkpoint_files &&
                                  !disk_.exists(store_folder() + "/CURRENT");
    bool nothing = !*exists && !state->newest && !state->checkpoint_files;
    if (nothing || unfinished_first_start) return first_start(anchor, *state, now);
    if (!*exists) {
        auto judgement = compare(*state, {}, [](uint64_t) { return Result<Digest>(empty_root()); });
        return fail(refuse_to_open(judgement.reason, judgement.detail));
    }
    Result<std::shared_ptr<RocksStore>> store = [&] {
        Phase phase(events_, "open");
        return open_rocks(*state);
    }();
    if (!store) return fail(store.error());
    auto commit = (*store)->get(nullptr, Space::meta, kCommitKey);
    if (commit && !*commit && state->newest && state->newest->sequence == 0) {
        (*store)->close();
        return first_start(anchor, *state, now);
    }
    return judge(std::move(*store), anchor, *state);
}

// Slot of sequence 0 first, then the store: whatever a crash leaves is known to hold nothing acknowledged.
Result<OpenedStore> StartUp::first_start(Anchor& anchor, AnchorState const& state, Time now) {
    Head head;
    head.commit.time = now;
    head.commit.root = empty_root();
    head.log.origin = options_.origin;
    head.settings.case_sensitive = options_.case_sensitive;
    if (state.newest) {
        head.commit.store_id = state.newest->store_id;
    } else {
        random_.fill(head.commit.store_id.data(), head.commit.store_id.size());
        if (auto ok = anchor.create(); !ok) return fail(ok.error());
        if (auto ok = anchor.write(slot_of(head.commit)); !ok) return fail(ok.error());
    }
    if (auto ok = disk_.make_folder(store_folder()); !ok) return fail(ok.error());
    if (auto ok = disk_.sync_folder(options_.data_dir); !ok) return fail(ok.error());
    auto created = RocksStore::open(settings(OpenMode::create));
    if (!created) return fail(created.error());
    WriteGroup group;
    group.put(Space::meta, kFormatKey,
              encode(StoreFormat{kStoreFormat, kStoreFormat, options_.program, options_.program, true}));
    group.put(Space::meta, kLogHeadKey, encode(head.log));
    group.put(Space::meta, kSettingsKey, encode(head.settings));
    group.put(Space::meta, kAuditHeadKey, encode(head.audit));
    group.put(Space::meta, kCommitKey, encode(head.commit));
    if (auto ok = (*created)->write(group); !ok) return fail(ok.error());
    (*created)->close();
    if (events_) events_(Severity::info, "store-created", member("folder", store_folder()));
    auto store = RocksStore::open(settings(OpenMode::normal));  // from now on never with create_if_missing
    if (!store) return fail(store.error());
    return OpenedStore{std::move(*store), std::move(head), {}, {}, 0};
}

Result<std::shared_ptr<RocksStore>> StartUp::open_rocks(AnchorState const& anchor) {
    auto store = RocksStore::open(settings(OpenMode::normal));
    if (store || store.error().code == Code::StorageFull || store.error().code == Code::RefusedToOpen) return store;
    if (store.error().code == Code::DataDamaged) return salvage(anchor, store.error());
    if (!disk_.exists(store_folder() + "/CURRENT"))
        return fail(refuse_to_open("store-damaged", "store/CURRENT is missing; nothing was changed"));
    return store;
}

Result<void> StartUp::check_format(View const& view) const {
    auto format = read_meta(view, kFormatKey, decode_format);
    if (!format) return fail(refuse_to_open("store-damaged", format.error().detail));
    if (!*format) return fail(refuse_to_open("store-damaged", "the store has no format record"));
    if ((*format)->min_reader > kStoreFormat)
        return fail(refuse_to_open("newer-format", "the store was written by newer version " + (*format)->written_by +
                                                       " (format " + std::to_string((*format)->store_format) +
                                                       "); this program reads format " + std::to_string(kStoreFormat)));
    if ((*format)->store_format < 1)
        return fail(refuse_to_open("older-format", "the store has format 0, which no release wrote"));
    return {};
}

Result<std::string> StartUp::find_chain_gap(View const& view, CommitRecord const& commit) const {
    std::string gap;
    Sequence expected = commit.chain_first;
    std::optional<Range> rest = Range{Space::meta, chain_key(commit.chain_first), chain_key(commit.sequence + 1)};
    rest->rows_max = 70'000;
    while (rest && expected <= commit.sequence) {
        auto page = view.scan(*rest);
        if (!page) return fail(page.error());
        for (auto const& row : page->rows) {
            Sequence found = number_after("chain/", row.key).value_or(0);
            if (found != expected && gap.empty())
                gap = "sequences " + std::to_string(expected) + " to " + std::to_string(found - 1);
            expected = found + 1;
        }
        rest = page->rest;
    }
    if (gap.empty() && expected <= commit.sequence)
        gap = "sequences " + std::to_string(expected) + " to " + std::to_string(commit.sequence);
    return gap;
}

Result<StoreFacts> StartUp::read_facts(View const& view, Head& head) const {
    auto commit = read_meta(view, kCommitKey, decode_commit);
    auto log = read_meta(view, kLogHeadKey, decode_log_head);
    auto audit = read_meta(view, kAuditHeadKey, decode_audit_head);
    auto settings = read_meta(view, kSettingsKey, decode_settings);
    for (auto const* error : {commit ? nullptr : &commit.error(), log ? nullptr : &log.error(),
                              audit ? nullptr : &audit.error(), settings ? nullptr : &settings.error()})
        if (error != nullptr) return fail(refuse_to_open("store-damaged", error->detail));
    if (!*commit || !*log || !*audit || !*settings)
        return fail(refuse_to_open("store-damaged", "the store lacks its commit, log, audit or settings record"));
    head = {**commit, **audit, **log, **settings};

    StoreFacts facts;
    facts.exists = true;
    facts.commit = head.commit;
    facts.origin = head.log.origin;
    {
        Phase phase(events_, "chain");
        auto gap = find_chain_gap(view, head.commit);
        facts.chain_gap = gap ? *gap : gap.error().detail;
    }
    Phase phase(events_, "root");
    auto frontier = stored_frontier(view, head.commit.tree_size());
    if (!frontier)
        facts.log_damage = frontier.error().detail;
    else if (frontier->root() != head.commit.root || !(*frontier == head.commit.frontier))
        facts.log_damage = "the root of the stored log differs from the commit record; " +
                           first_bad_tile(view, head.commit.tree_size());
    return facts;
}

Result<OpenedStore> StartUp::judge(std::shared_ptr<RocksStore> store, Anchor& anchor, AnchorState const& state) {
    RocksView view(store, nullptr, 0);
    if (auto ok = check_format(view); !ok) return fail(ok.error());
    OpenedStore opened;
    auto facts = read_facts(view, opened.head);
    if (!facts) return fail(facts.error());
    opened.store = std::move(store);
    Head const& head = opened.head;
    if (!options_.origin.empty() && !head.log.origin.empty() && options_.origin != head.log.origin)
        return fail(refuse_to_open("wrong-store", "the log of this store is " + head.log.origin +
                                                      ", the configuration says " + options_.origin));
    if (options_.case_sensitive != head.settings.case_sensitive)
        return fail(refuse_to_open("settings", "case sensitivity was fixed at first start and cannot change"));
    Phase phase(events_, "compare");
    auto judgement = compare(state, *facts, [&](uint64_t size) { return stored_root(view, size); });
    if (state.newest) opened.anchor_sequence = state.newest->sequence;
    if (auto ok = obey(judgement, anchor, opened); !ok) return fail(ok.error());
    return opened;
}

Result<void> StartUp::obey(Judgement const& judgement, Anchor& anchor, OpenedStore& opened) {
    switch (judgement.verdict) {
        case Verdict::first_start:
        case Verdict::refuse:
            return fail(refuse_to_open(judgement.reason, judgement.detail));
        case Verdict::degraded:
            if (options_.on_mismatch == OnMismatch::exit)
                return fail(refuse_to_open(judgement.reason, judgement.detail));
            opened.degraded = judgement.reason;
            opened.detail = judgement.detail;
            if (events_)
                events_(Severity::error, "store-degraded",
                        member("reason", judgement.reason) + "," + member("detail", judgement.detail));
            return {};
        case Verdict::rebuild_journal:
            if (events_) events_(Severity::warning, "anchor-journal-rebuilt", {});
            if (auto ok = anchor.create(); !ok) return ok;
            [[fallthrough]];
        case Verdict::write_slot:
            opened.anchor_sequence = opened.head.commit.sequence;
            return anchor.write(slot_of(opened.head.commit));
        case Verdict::open:
            return {};
    }
    return {};
}

}  // namespace ingot::storage
