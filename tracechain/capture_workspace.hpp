// The lots, links and campaigns that one unit of capture touches: read once, changed in memory, written once. Lives
// inside the committer, for one step of one operation. Its reads come from the batch, so the events before it in the
// group are seen.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "ident/event_id.hpp"
#include "storage/graph_table.hpp"
#include "tracechain/account.hpp"
#include "tracechain/capture_terms.hpp"

namespace ingot::tracechain {

using storage::CampaignNumber;
using storage::CampaignRow;
using storage::LinkRow;
using storage::LotNumber;
using storage::LotRow;

using RowKey = std::tuple<int64_t, EventSeq, uint8_t>;  // time, seq, phase: as in the key of a spilled row
inline RowKey key_of(AccountRow const& row) { return {row.time_us, row.seq, row.phase}; }
using RowMap = std::map<RowKey, AccountRow>;

struct LotWork {
    LotRow row;
    bool existed = false;  // in the store before this unit
    RowMap changed;        // rows of a spilled lot to write
};

struct CampaignWork {
    CampaignRow row;
    bool existed = false;
    RowMap changed;
};

// A consumption that lacks something after the replay, or lacks more than before.
struct Shortage {
    std::string account;                // id of the lot or campaign
    EventSeq seq = 0;                   // the consuming event
    int64_t available = 0, wanted = 0;  // primary basis
    bool mass = true;                   // kg can be named
};

class Workspace {
  public:
    Workspace(storage::Batch& batch, TraceSettings const& settings) : batch_(batch), settings_(settings) {}

    storage::Batch& batch() { return batch_; }
    TraceSettings const& settings() const { return settings_; }

    // Reads numbers and records of these keys in two round trips.
    Result<void> prefetch(std::set<std::string> const& lot_keys, std::set<std::string> const& campaign_keys);

    // The lot of a key; null if it was never mentioned. Pointers stay valid for the life of the workspace.
    Result<LotWork*> find_lot(std::string_view key);
    Result<LotWork*> lot(LotNumber number);
    // The lot of a key, made with a new number if there is none.
    Result<LotWork*> lot_of(ident::LotKey const& key, std::string const& uri, bool instance);

    Result<CampaignWork*> find_campaign(std::string_view key);
    Result<CampaignWork*> campaign(CampaignNumber number);
    Result<CampaignWork*> campaign_of(ident::LotKey const& key, std::string const& uri);

    LinkRow& new_link(EventSeq seq);
    Result<LinkRow*> link(EventSeq seq);  // to be changed: it is written again

    // Every row of an account, changes of this unit included, in replay order.
    Result<std::vector<AccountRow>> rows_of(LotWork const& lot);
    Result<std::vector<AccountRow>> rows_of(CampaignWork const& campaign);

    // Rows from a key on, changes of this unit included, in order of key; at most about `rows_max`. `inline` lots: all.
    Result<std::vector<AccountRow>> rows_from(LotWork const& lot, RowKey const& from, uint32_t rows_max);
    Result<std::vector<AccountRow>> rows_from(CampaignWork const& campaign, RowKey const& from, uint32_t rows_max);
    // The nearest live row before a key that stands at its own time; nothing if none is near.
    Result<std::optional<AccountRow>> row_before(LotWork const& lot, RowKey const& key);
    Result<std::optional<AccountRow>> row_before(CampaignWork const& campaign, RowKey const& key);

    // Uses up some of rows_left. CaptureLimit when they do not suffice: the committer is not held for longer.
    Result<void> spend_rows(std::string const& account, size_t rows);

    // The same of content_rows_left: packing and shipping records.
    Result<void> spend_content_rows(std::string const& lot, size_t rows);

    // Writes everything that was touched.
    void flush();

    EventSeq current = 0;             // the event being applied
    bool strict = false;              // how it is judged: what cannot be derived at once is refused, not left dirty
    std::vector<Shortage> shortages;  // met since the caller cleared it
    std::set<EventSeq> totals_due;    // events whose resolved input amounts changed
    bool again = false;               // a rebuild: what was accepted once is not refused for its cost
    size_t rows_left = SIZE_MAX;      // stored rows that this unit may still derive again
    size_t content_rows_left = 0;     // packing and shipping records that this unit may still read

  private:
    Result<uint64_t> next_number(std::string_view counter);
    Result<LotWork*> keep_lot(LotNumber number, std::optional<std::string> const& value);
    Result<CampaignWork*> keep_campaign(CampaignNumber number, std::optional<std::string> const& value);
    void write_lot(LotWork& lot);

    storage::Batch& batch_;
    TraceSettings const& settings_;
    std::map<LotNumber, std::unique_ptr<LotWork>> lots_;
    std::map<CampaignNumber, std::unique_ptr<CampaignWork>> campaigns_;
    std::map<EventSeq, std::unique_ptr<LinkRow>> links_;
    std::unordered_map<std::string, LotNumber> lot_numbers_;            // 0: known to be absent
    std::unordered_map<std::string, CampaignNumber> campaign_numbers_;  // 0: known to be absent
    std::map<std::string, uint64_t, std::less<>> counters_;
};

}  // namespace ingot::tracechain
