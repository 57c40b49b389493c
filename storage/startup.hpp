// From a folder to a store that is known to hold everything it ever acknowledged, or a plain statement why not
// (spec/durability.md 4.4 to 4.6).
#pragma once

#include "storage/anchor.hpp"
#include "storage/comparison.hpp"
#include "storage/group.hpp"
#include "storage/rocks_engine.hpp"

namespace ingot::storage {

struct OpenedStore {
    std::shared_ptr<RocksStore> store;
    Head head;
    std::string degraded;  // reason slug; empty = writable
    std::string detail;
    Sequence anchor_sequence = 0;
};

class StartUp {
  public:
    StartUp(StoreOptions const& options, Disk disk, Random& random, EventSink events,
            std::function<void(Error)> on_background_error, std::function<void(Error const&)> on_damage);

    // Steps 5 to 10: first start or open, format, chain, root, comparison. Also used to re-open after a failure.
    // `now` stamps a first start.
    Result<OpenedStore> open(Anchor& anchor, Time now);

    std::string store_folder() const { return options_.data_dir + "/store"; }

  private:
    RocksSettings settings(OpenMode mode) const;
    Result<bool> store_has_files() const;
    Result<OpenedStore> first_start(Anchor& anchor, AnchorState const& state, Time now);
    Result<std::shared_ptr<RocksStore>> open_rocks(AnchorState const& anchor);
    // salvage.cpp: a store that RocksDB refuses for bytes that were never acknowledged.
    struct RefusedManifest;
    Result<std::shared_ptr<RocksStore>> salvage(AnchorState const& anchor, Error const& refusal);
    Result<std::shared_ptr<RocksStore>> salvage_wal(AnchorState const& anchor, Error const& refusal);
    Result<std::shared_ptr<RocksStore>> salvage_manifest(AnchorState const& anchor, Error const& refusal,
                                                         RefusedManifest const& manifest);
    Result<std::string> current_manifest() const;
    Result<std::optional<RefusedManifest>> refused_manifest(Error const& refusal) const;
    Result<void> keep_copy(RefusedManifest const& manifest) const;
    std::string put_back(RefusedManifest const& manifest) const;
    std::string look(AnchorState const& anchor, std::shared_ptr<FileLayer> files, bool flushes_too) const;
    Result<void> check_format(View const& view) const;
    Result<StoreFacts> read_facts(View const& view, Head& head) const;
    Result<std::string> find_chain_gap(View const& view, CommitRecord const& commit) const;
    Result<OpenedStore> judge(std::shared_ptr<RocksStore> store, Anchor& anchor, AnchorState const& state);
    Result<void> obey(Judgement const& judgement, Anchor& anchor, OpenedStore& opened);

    StoreOptions const& options_;
    Disk disk_;
    Random& random_;
    EventSink events_;
    std::function<void(Error)> on_background_error_;
    std::function<void(Error const&)> on_damage_;
};

AnchorSlot slot_of(CommitRecord const& commit);

// RefusedToOpen with extra "exit" = 4 and the reason.
Error refuse_to_open(std::string reason, std::string detail);

}  // namespace ingot::storage
