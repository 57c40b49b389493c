// What one event does to lots, campaigns, custody and containers (spec/trace-semantics.md 2.2, 3.1, 3.5).
#pragma once

#include <map>
#include <vector>

#include "storage/event_table.hpp"
#include "tracechain/capture_event.hpp"
#include "tracechain/capture_workspace.hpp"
#include "tracechain/container.hpp"

namespace ingot::tracechain {

// One lot an event deals with: named in it, or standing in a container it names.
struct Concerned {
    Member const* member = nullptr;
    LotWork* lot = nullptr;
    Amounts amounts;        // stated for it
    LotNumber through = 0;  // the container it was named by; 0 = named itself
    bool fresh = false;     // never mentioned before this event
};

// The event at work: handed from step to step of apply_event.
struct Application {
    Workspace& work;
    Prepared const& prepared;
    Event const& event;
    LinkRow& link;
    EventSeq void_seq = 0;  // a declaration that arrived before it
    std::vector<Concerned> inputs, outputs, items;
    std::vector<storage::FactWarning> warnings;
    uint32_t flags = 0;
    std::map<LotNumber, std::vector<Content>> inside = {};  // containers at the time of the event, as read
    std::string const& site() const { return link.site; }
};

// Applies the event under link.seq. Errors: policy conflicts and storage failures; everything that a strict judgement
// minds is left for checks.hpp to find in the application, the workspace and the rows.
Result<void> apply_event(Application& application);

// parts of it, by kind
Result<void> apply_transformation(Application& application);
Result<void> apply_charges(Application& application);  // the campaign's side of it, before the outputs are supplied
Result<void> apply_vessel_adjust(Application& application);
Result<void> apply_transfer(Application& application);
Result<void> apply_packing(Application& application);

// Shared by them.
// Dry mass from moisture, element mass from dry mass and assay, where the amounts do not state them (1.3 rule 2).
Amounts with_assays(Amounts amounts, std::vector<Assay> const& assays);
AccountRow row_for(Application const& application, storage::RowKind kind, uint8_t phase, Amounts stated);
// Whose lot it is, when the event names it (docs/decisions/0016); before mention().
void claim(Application& application, LotRow& lot);
// Is the lot's identifier registered to another enterprise than the reporter?
bool is_strangers(Application const& application, LotRow const& lot);
// The campaign of a transformationID, if it is the reporter's: NotYourSite.
Result<CampaignWork*> own_campaign(Application& application, ident::LotKey const& key, std::string const& uri);
// The event names the lot: its first mention, and the span of its times.
void mention(Application& application, LotRow& lot);
// The lots become the inputs of the link, as they are named.
void list_lots(Application& application, std::vector<Concerned> const& lots);
// Lots of containers replace the containers they stand in, each lot once; nested ones down to ten levels, past which
// the event is refused, as when there are more rows to read than Workspace::content_rows_left: CaptureLimit.
Result<std::vector<Concerned>> with_contents(Application& application, std::vector<Concerned> const& named);
// A consumed lot leaves the container it stands in.
Result<void> leave_container(Application& application, Concerned const& concerned);
void warn(Application& application, std::string code, std::string pointer);

}  // namespace ingot::tracechain
