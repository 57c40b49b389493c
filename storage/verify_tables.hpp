// What the tables of this folder say of each other: V3, V4, V5 and V14 of spec/durability.md 8, over one view. A row
// that does not parse, or cannot be read, is a finding of V1 or V2 and passed over here.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>

#include "ident/coding_profile.hpp"
#include "storage/event_table.hpp"
#include "storage/record_table.hpp"
#include "storage/registry_table.hpp"
#include "storage/verify.hpp"

namespace ingot::storage {

// Reading for checks: every row of a range, and single rows whose absence is a finding.
class TableReader {
  public:
    TableReader(View const& view, std::function<void(Finding)> sink) : view_(view), sink_(std::move(sink)) {}
    View const& view() const { return view_; }
    void report(char const* check, Space space, Bytes key, std::string expected, std::string found) const;
    void each(Space space, std::string prefix, std::function<void(Row const&)> const& row) const;
    // True unless the key is certainly absent.
    bool has(Space space, Bytes key) const;
    // Reports "nothing" under `check` when the key is absent; `what` says what should stand there.
    void expect(char const* check, Space space, Bytes key, std::string what) const;
    // The value; nothing when absent or unreadable.
    std::optional<std::string> value(Space space, Bytes key) const;
    std::optional<uint64_t> number(Space space, Bytes key) const;  // of 8 bytes

  private:
    View const& view_;
    std::function<void(Finding)> sink_;
};

// V3, V14 and the versions of V4: identifiers and the registry.
class RegistryChecks {
  public:
    explicit RegistryChecks(TableReader const& read) : read_(read) {}
    void check_records();    // V3 grammar, V4 versions, V14 owners
    void check_counters();   // V3; after check_records()
    void check_directory();  // V4 versions and index, V14

  private:
    void check_code(Row const& row, Record const& record);
    void check_versions(Row const& row, Record const& record);
    void check_history_ends();
    void check_history(Row const& row);
    ident::CodingProfile const* profile_of(std::string const& prefix, Record const& record);
    bool has_owner(ident::Identifier const& identifier) const;

    TableReader const& read_;
    std::map<std::string, std::optional<ident::CodingProfile>> profiles_;
    struct Highest {
        uint64_t number = 0;
        std::string code;
    };
    std::map<std::string, Highest> highest_;  // counter key -> highest code of its scope
    std::string history_of_;                  // record whose versions are being read, newest first
    uint64_t history_version_ = 0;
};

// V4 and V14 of events: bytes, facts and link stand together, and every index leads to its event and back.
class EventChecks {
  public:
    explicit EventChecks(TableReader const& read) : read_(read) {}
    void check_events();
    void check_index();

  private:
    void check_event(Row const& row, EventFacts const& facts);
    void check_declaration(EventFacts const& facts);
    void check_entry(Row const& row, Bytes wanted, EventSeq seq, std::string_view what);
    std::optional<EventFacts> facts(EventSeq seq) const;
    TableReader const& read_;
};

// V5, and V4 of lots, campaigns and containers: what a link says of a lot, the account of the lot says too.
class EdgeChecks {
  public:
    explicit EdgeChecks(TableReader const& read) : read_(read) {}
    void check();

  private:
    enum class Side : uint8_t { input, output, named };
    // One lot in one event. What is derived is compared for inputs that are not void.
    struct Edge {
        LotNumber lot = 0;
        EventSeq seq = 0;
        Side side = Side::named;
        bool live = false;
        int64_t bound_time_us = 0, shortfall = 0;
        EventSeq bound_seq = 0;
        auto order() const { return std::tuple(lot, seq, side); }
    };
    void read_lots();
    void read_campaigns();
    void read_links();
    void read_link(LinkRow const& link);
    void read_account(LotRow const& lot);
    void compare_edges();
    void check_campaign(CampaignRow const& campaign);
    void check_containers();
    void check_numbers();
    void check_order(LinkRow const& link, LinkInput const& input);

    TableReader const& read_;
    std::set<LotNumber> lots_, class_lots_;
    std::map<CampaignNumber, std::set<EventSeq>> campaigns_;  // events whose link names it
    std::vector<Edge> accounts_, links_;
};

// All of it.
void check_tables(View const& view, std::function<void(Finding)> const& sink);

}  // namespace ingot::storage
