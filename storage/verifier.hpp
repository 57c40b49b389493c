// The checks behind verify_store, one function a row of the table of spec/durability.md 8.
#pragma once

#include <unordered_set>

#include "storage/anchor.hpp"
#include "storage/group.hpp"
#include "storage/rocks_store.hpp"
#include "storage/verify.hpp"

namespace ingot::storage {

class Verifier {
  public:
    Verifier(VerifyOptions const& options, std::shared_ptr<RocksStore> store, std::function<void(Finding)> sink);

    void take_case_rule() const;
    void check_files();                            // V1
    void check_values();                           // V2
    void check_chain();                            // V7
    void check_leaves();                           // V8 and V10
    void check_leafed();                           // V10: after check_leaves()
    void check_tree();                             // V9
    void check_anchor(AnchorState const& anchor);  // V9
    void check_audit();                            // V11
    void check_digests();                          // V11
    void check_idempotency();                      // V12

    bool read_head();  // false: the commit record cannot be read, reported as V7
    VerifyTotals totals;
    View const& view() const { return view_; }

  private:
    void report(char const* check, Space space, Bytes key, std::string expected, std::string found);
    void report_file(char const* check, std::string file, std::string expected, std::string found);
    void check_value(Space space, Bytes key, Bytes value);
    void check_leaf(uint64_t index, Bytes entry, LeafRef const& ref);
    // Calls `row` for every row of a range; damage is reported under `check` and ends the range.
    void each(char const* check, Range range, std::function<void(Row const&)> const& row);

    VerifyOptions const& options_;
    std::shared_ptr<RocksStore> store_;
    RocksView view_;
    std::function<void(Finding)> sink_;
    bool has_leaf(Space space, Bytes key) const;

    Head head_;
    std::unordered_set<size_t> leafed_;  // hashes of the spaces and keys that leaves refer to
};

}  // namespace ingot::storage
