// A refused WAL whose damaged bytes were never acknowledged is opened without them (spec/durability.md 4.6).
#include "storage/log_tree.hpp"
#include "storage/startup.hpp"

namespace ingot::storage {

Result<std::shared_ptr<RocksStore>> StartUp::salvage(AnchorState const& anchor, Error const& refusal) {
    auto refuse = [&](std::string const& found) {
        std::string expected = anchor.newest ? std::to_string(anchor.newest->sequence) : "unknown (no anchor)";
        return fail(refuse_to_open("store-damaged", refusal.detail + "; sequence found: " + found +
                                                        ", expected: " + expected + "; nothing was changed"));
    };
    if (!anchor.newest) return refuse("not looked for");
    {
        auto look = RocksStore::open(settings(OpenMode::salvage_read_only));
        if (!look) return refuse("none (" + look.error().detail + ")");
        RocksView view(*look, nullptr, 0);
        Head head;
        auto facts = read_facts(view, head);
        if (!facts) return refuse("none (" + facts.error().detail + ")");
        AnchorState slots_only = anchor;
        auto judgement = compare(slots_only, *facts, [&](uint64_t size) { return stored_root(view, size); });
        bool whole = judgement.verdict == Verdict::open || judgement.verdict == Verdict::write_slot;
        if (!whole) return refuse(std::to_string(head.commit.sequence) + " (" + judgement.reason + ")");
        (*look)->close();
    }
    {
        auto once = RocksStore::open(settings(OpenMode::salvage));
        if (!once) return refuse("readable, but not writable (" + once.error().detail + ")");
        (*once)->close();
    }
    if (events_) events_(Severity::warning, "wal-tail-dropped", member("refusal", refusal.detail));
    return RocksStore::open(settings(OpenMode::normal));
}

}  // namespace ingot::storage
