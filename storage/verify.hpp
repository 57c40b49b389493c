// `ingot verify` as far as the store knows by itself (spec/durability.md 8): V1 to V5, V7 to V12, V14. Reads only: the
// store is opened read-only under its lock and nothing is changed. Other folders add checks of their own values (V2)
// here, and what they can derive again (V6, V13) over the view that `verify_store` hands to `more`.
#pragma once

#include <map>

#include "storage/rocks_engine.hpp"

namespace ingot::storage {

struct Finding {
    std::string check;    // "V2"
    std::string key_hex;  // whole key without the space; empty if the finding is about a file
    std::string key;      // readable, with its space
    std::string file;     // empty if the finding is about a key
    std::string expected, found;
};

// Judges one value: DataDamaged with what is wrong.
using ValueCheck = std::function<Result<void>(Space space, Bytes key, Bytes value)>;

// Value checks by space and first key letter. Meta and log rows have theirs built in. Rows of a letter nobody
// registered have only their checksum looked at and are counted as `rows_unknown`.
class ValueChecks {
  public:
    void add(Space space, char letter, ValueCheck check) { checks_[{space, letter}] = std::move(check); }
    ValueCheck const* find(Space space, char letter) const;

  private:
    std::map<std::pair<Space, char>, ValueCheck> checks_;
};

struct VerifyOptions {
    StoreOptions store;
    bool deep = false;  // V12 too
    ValueChecks checks;
    // Runs last over the same read point: domain checks report through the sink.
    std::function<Result<void>(View const&, std::function<void(Finding)> const&)> more;
};

struct VerifyTotals {
    uint64_t rows = 0, rows_unknown = 0, leaves = 0, audit_lines = 0, files = 0, findings = 0;
    Sequence sequence = 0;
    bool audit_checked = false;  // false: StoreOptions::audit_key is empty, and V11 cannot judge the lines without it
};

// One call of `sink` a finding. An Error means that it could not run (exit 2): StoreInUse, RefusedToOpen ...; damage is
// never an Error but a finding.
Result<VerifyTotals> verify_store(VerifyOptions const& options, std::function<void(Finding)> const& sink);

}  // namespace ingot::storage
