// What the trace chain keeps beside the event bytes: lots, links (events with their inputs and outputs), account rows
// and campaigns. Plain structs here, protobuf in graph_table.cpp. Semantics: spec/trace-semantics.md 1, 3.1, 10.
//
// "Stated" fields come from the event and never change. "Derived" fields are the result of replaying an account in
// (time, seq, phase) order with everything known up to the newest event; a late or voided event rewrites them and sets
// `reorder_seq`. A query with as_of >= reorder_seq may trust them (rows with seq > as_of are simply not there yet,
// void_seq > as_of not yet void); an older one replays the stated fields (tracechain/account.hpp).
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "storage/engine.hpp"

namespace ingot::storage {

using LotNumber = uint64_t;       // from 1, handed out at first mention; 0 = none
using CampaignNumber = uint64_t;  // from 1; 0 = none
using EventSeq = uint64_t;        // order of acceptance on this node, from 1, no gaps; 0 = none

enum class BasisKind : uint8_t {
    gross_mass = 1,
    dry_mass = 2,
    element = 3,
    economic = 4,
    custom = 5,
    count = 6,
    volume = 7,
    length = 8,
    area = 9
};

// A basis of 1.2; `element` is the symbol or compound of BasisKind::element, else empty.
struct Basis {
    BasisKind kind = BasisKind::gross_mass;
    std::string element;
    auto operator<=>(Basis const&) const = default;
};

// Amounts per basis in base units (mg, pieces, ml, mm, mm2); sorted by basis, each at most once.
class Amounts {
  public:
    std::optional<int64_t> get(Basis const& basis) const;
    int64_t value(Basis const& basis) const { return get(basis).value_or(0); }
    void set(Basis const& basis, int64_t amount);
    void append_sorted(Basis basis, int64_t amount);  // set() for bases that mostly come in order
    bool empty() const { return lines_.empty(); }
    struct Line {
        Basis basis;
        int64_t amount = 0;
        bool operator==(Line const&) const = default;
    };
    std::vector<Line> const& lines() const { return lines_; }
    bool operator==(Amounts const&) const = default;

  private:
    std::vector<Line> lines_;
};

enum class LotKind : uint8_t { batch = 1, instance = 2, class_only = 3 };
enum class InputRole : uint8_t { feed = 1, returned = 2, additive = 3, aux = 4 };
enum class OutputRole : uint8_t { product = 1, by_product = 2, scrap = 3, waste = 4, wip = 5, loss = 6 };
enum class Policy : uint8_t {
    well_mixed = 1,
    fifo = 2,
    lifo = 3,
    line = 4,
    selected = 5,
    window = 6,
    identity_lost = 7
};

// What a row does to its account.
enum class RowKind : uint8_t {
    consume = 1,       // lot: input of a transformation or charge. campaign: a draw
    commission = 2,    // supply by ADD: origin stated
    implicit = 3,      // supply by a receiving without any other supply
    output = 4,        // supply by a transformation, plain campaign or draw. campaign: a charge
    adjust_count = 5,  // amount found; cause survey or loss
    adjust_delta = 6,  // signed change; cause survey or loss
    found_count = 7,   // the same with cause found: what is added is a supply of unknown origin
    found_delta = 8,
    dispose = 9,  // like consume, sink `disposed`
};

// One row of the account of a lot or campaign.
struct AccountRow {
    // stated
    int64_t time_us = 0;  // event time
    EventSeq seq = 0;
    uint8_t phase = 0;  // lot: 0 consume, 1 supply, 2 adjust; campaign: 0 charge, 1 draw, 2 adjust
    RowKind kind = RowKind::consume;
    EventSeq void_seq = 0;        // declaration that voided it; 0 = live
    Amounts stated;               // per basis; a consume without an amount on the primary basis takes what is there
    bool final = false;           // ingot:final: the rest or lack is a weighing difference
    bool restated = false;        // a second supply by ADD that only restates a transformation output: no effect
    Amounts event_total;          // consume: Σ over the event's non-aux inputs, per basis (the M of 3.2)
    CampaignNumber campaign = 0;  // consume by / output of this campaign, if any
    std::vector<std::pair<LotNumber, int64_t>> selected;  // policy `selected` only
    uint32_t site_mark = 0;  // supply: CRC-32C of the site, to tell a restated supply from a new one

    // derived
    int64_t sort_time_us = 0;   // = time_us, or just after the late supply that the row was moved behind
    EventSeq sort_seq = 0;      // = seq, or that supply's seq
    Amounts before;             // content before this row, per basis
    Amounts moved;              // what it took from or added to the content, per basis (supply: q; consume: take)
    int64_t shortfall = 0;      // consume: asked but not there, primary basis, not yet repaid
    int64_t difference = 0;     // weighing difference booked at this row (tolerance or final), signed, primary basis
    int64_t bound_time_us = 0;  // consume: sort time and seq of the supply whose state it took from
    EventSeq bound_seq = 0;     // 0 = state 0 (opening stock nobody stated)
    // fifo-like draws: charges taken, oldest first. A draw of `window` keeps none: they are the charges of that time.
    std::vector<std::pair<EventSeq, Amounts>> layers;
    bool operator==(AccountRow const&) const = default;
};

// The order rows are kept and replayed in: (sort time, sort seq), a row moved behind a late supply after that supply,
// then (time, seq, phase).
bool in_replay_order(AccountRow const& a, AccountRow const& b, bool campaign = false);

// Where an account stands after its last row. Kept so that a row which sorts last costs O(1).
struct AccountTail {
    Basis primary;             // dimension of the first supply (mass: gross_mass)
    Amounts content;           // x and xb
    int64_t supplied = 0;      // Σ q on the primary basis
    int64_t consumed = 0;      // Σ take
    int64_t debt = 0;          // Σ open shortfalls
    int64_t adjusted_out = 0;  // left through negative adjusts
    int64_t difference = 0;    // Σ weighing differences
    int64_t disposed = 0;
    uint32_t states = 0;       // supplies so far
    int64_t last_time_us = 0;  // order of the last row
    EventSeq last_seq = 0;
    uint8_t last_phase = 0;
    int64_t bound_time_us = 0;  // current supply
    EventSeq bound_seq = 0;
    std::vector<std::pair<EventSeq, Amounts>> layers;  // fifo-like campaigns: charges still in the vessel, oldest first
};

struct Assay {            // status 1 provisional, 2 exchange, 3 final, 4 umpire; value in 1e-12 of dry mass
    std::string element;  // or "moisture" (of gross)
    int64_t value = 0;
    uint8_t status = 1;
    int64_t time_us = 0;
    EventSeq seq = 0;
    EventSeq void_seq = 0;  // declaration that voided the event; 0 = live
};

struct Origin {
    std::string type, supplier, country, mine;  // as stated; empty = absent
};

// What one event said the lot is.
struct Description {
    EventSeq seq = 0;
    int64_t time_us = 0;
    EventSeq void_seq = 0;  // declaration that voided the event; 0 = live
    std::string material;   // empty = not stated
    bool origin_stated = false;
    Origin origin;
    std::string ilmd;  // JSON text of the ilmd, verbatim; empty = none
};
inline constexpr size_t kDescriptionsMax = 8;

// Custody and ownership of one party in one lot, as sums that do not depend on the order of capture; read through
// tracechain/custody.hpp, which settles what was not reported. Amounts on the lot's primary basis.
struct TransferSum {
    std::string source;                             // party; empty = not named
    int64_t shipped = 0;                            // by shipping events towards the party that holds this sum
    int64_t received = 0;                           // by its receiving events
    int32_t whole_shipped = 0, whole_received = 0;  // transfers of the whole lot while its amount was unknown
    bool operator==(TransferSum const&) const = default;
    bool empty() const { return !shipped && !received && !whole_shipped && !whole_received; }
};
struct HoldingRow {
    std::string party;       // prefix of an enterprise, or the URI of a party that is not registered
    bool registered = true;  // false: what arrives there has left the network
    int64_t booked = 0;      // Σ changes of content by events at this party's sites; may be negative
    int64_t disposed = 0;    // Σ disposed of at its sites
    std::vector<TransferSum> custody, ownership;  // towards this party, by source
};

// Why a lot belongs to its owner: it was the first to mention it, and nobody made it yet; or the first to make it; or
// the identifier is registered to it.
enum class Claim : uint8_t { mentioned = 0, made = 1, registered = 2 };

struct LotRow {
    LotNumber lot = 0;
    std::string key;  // canonical (ident::LotKey::canonical)
    std::string id;   // as answers show it
    std::string uri;  // form first captured
    LotKind kind = LotKind::batch;
    bool external = false;     // mentioned before any supply was captured
    std::string owner_prefix;  // enterprise it belongs to (docs/decisions/0016)
    Claim claim = Claim::mentioned;
    std::string part_of;        // canonical key of the lot a serialised item belongs to, as its URI said; empty = none
    std::vector<Assay> assays;  // in order of capture
    std::vector<Description> descriptions;  // at most kDescriptionsMax
    // What the live descriptions say, see describe(); not stored.
    std::string material, ilmd;
    Origin origin;
    bool origin_stated = false;
    EventSeq first_seq = 0;
    int64_t first_time_us = 0, last_time_us = 0;  // least and largest event time that mentions it
    EventSeq reorder_seq = 0;
    uint32_t spilled_rows = 0;     // rows in Space::row instead of inline; 0 or all of them
    std::vector<AccountRow> rows;  // inline while at most kInlineRows, in replay order
    AccountTail tail;
    uint32_t flags = 0;                                                // trace flags met at this lot, bit per Flag
    std::vector<HoldingRow> holdings;                                  // by party
    EventSeq newest_seq = 0;                                           // largest seq of its rows
    bool was_packed = false;                                           // stood in a container at some time
    bool is_container = false;                                         // was parent of an aggregation
    bool has_adds = false, has_outputs = false, has_implicit = false;  // kinds of supply rows it ever had
};
inline constexpr uint32_t kInlineRows = 16;

// Sets material, origin and ilmd: each as the live description earliest in (event time, seq) that states it says, so
// that order of capture does not matter. Done by decode_lot.
void describe(LotRow& lot);
// Adds one; past kDescriptionsMax the void one, else the live one, that is last in (event time, seq) goes.
void add_description(LotRow& lot, Description description);

// LinkInput::measured, bit by bit.
inline constexpr uint8_t kPrimaryMeasured = 1, kDryMeasured = 2, kElementsMeasured = 4, kTakenEarly = 0x80;

struct LinkInput {
    LotNumber lot = 0;
    InputRole role = InputRole::feed;
    Amounts amounts;            // derived: resolved m per basis (1.3); absent basis = unspecified
    uint8_t measured = 0;       // amounts by rule 1 or 2 of 1.3: bit 0 the primary basis, bit 1 dry mass, bit 2 every
                                // element; bit 7 (derived): taken before its supply, flag time-order
    int64_t shortfall = 0;      // derived
    int64_t bound_time_us = 0;  // derived: sort key of the supply it was taken from
    EventSeq bound_seq = 0;     // derived; 0 = state 0
};

struct LinkOutput {
    LotNumber lot = 0;  // 0: loss without identifier
    OutputRole role = OutputRole::product;
    Amounts amounts;  // o per basis
};

struct ExplicitLink {  // ingot:links
    LotNumber output = 0, input = 0;
    double share = 0;
};

enum class LinkKind : uint8_t {
    commission = 1,
    transform = 2,
    charge = 3,
    draw = 4,
    charge_draw = 5,
    campaign = 6,
    pack = 7,
    unpack = 8,
    move = 9,
    ship = 10,
    receive = 11,
    observe = 12,
    adjust = 13,
    vessel_adjust = 14,
    dispose = 15,
    hold = 16,
    release = 17,
    lock = 18,
    unlock = 19,
    association = 20,
    transaction = 21,
    other = 22,
    declaration = 23,
    void_ship = 24
};

// What a ship, receive or void_shipping moved, exactly as booked, so that voiding it can take it back.
struct LinkTransfer {
    LotNumber lot = 0;
    std::string source, destination;
    bool registered = true;  // of the destination
    bool ownership = false;  // else custody
    bool received = false;   // booked by a receiving event, else by shipping
    bool whole = false;      // amount was unknown: the whole lot
    int64_t amount = 0;      // primary basis. Of void_ship: what the shipping had moved, to be taken back
};

// An event as the lineage sees it. n inputs and m outputs cost n + m.
struct LinkRow {
    EventSeq seq = 0;
    int64_t time_us = 0;
    LinkKind kind = LinkKind::other;
    std::string event_id;
    std::string site;  // enterprise prefix, see 1.4
    Digest content_digest{};
    EventSeq void_seq = 0;     // declaration that voided it; 0 = live
    EventSeq reorder_seq = 0;  // last event that changed a derived field of it
    CampaignNumber campaign = 0;
    Basis allocation{};  // ingot:allocation basis; default gross_mass
    // In order of lot key. Transformations and disposals: what was consumed; commissions: outputs only; other kinds:
    // inputs are the lots named (contents of a container included), outputs the container of a pack or unpack.
    std::vector<LinkInput> inputs;
    std::vector<LinkOutput> outputs;  // in order of lot key
    std::vector<ExplicitLink> links;
    uint32_t flags = 0;
    std::vector<LinkTransfer> transfers;  // ship, receive, void_ship
};

struct CampaignRow {
    CampaignNumber campaign = 0;
    std::string key, id, uri;  // transformationID
    std::string vessel;        // id of the vessel; empty = plain campaign
    EventSeq vessel_seq =
        0;  // first event with ingot:vessel; from its record on the campaign is replayed in time order
    Policy policy = Policy::well_mixed;
    int64_t residence_us = 0, window_us = 0;
    EventSeq reorder_seq = 0;
    uint64_t row_count = 0;  // rows in Space::row under 'r'
    AccountTail tail;
    // plain campaigns: every event of it, in seq order (their links hold the amounts)
    std::vector<EventSeq> events;
    Amounts total_in, total_out;  // kept so that the range of 1.2 is checked without reading the other events
    std::string owner_prefix;     // enterprise of its first event: nobody else works in it (docs/decisions/0016)
    uint32_t flags = 0;
    EventSeq dirty_from = 0;  // != 0: rows from dirty_time_us on are to be replayed by readers
    int64_t dirty_time_us = 0;
    EventSeq newest_seq = 0;  // largest seq of its rows
};

// Trace flags, one bit each; names in tracechain/flags.hpp.
enum class Flag : uint32_t {
    time_order = 1 << 0,
    overdraw = 1 << 1,
    custody_gap = 1 << 2,
    restated_supply = 1 << 3,
    implicit_supply = 1 << 4,
    lot_reused = 1 << 5,
    kind_conflict = 1 << 6,
    already_consumed = 1 << 7,
    already_exists = 1 << 8,
    mass_gain = 1 << 9,
    time_future = 1 << 10,
    consumed_in_container = 1 << 11,
    estimate_stale = 1 << 12,
    residence_short = 1 << 13
};

// Encoders and decoders; decode answers DataDamaged naming the key when the bytes do not parse or the number inside
// differs from the key. Round trip: decode(encode(x)) == x.
std::string lot_key(LotNumber lot);
std::string link_key(EventSeq seq);
std::string campaign_key(CampaignNumber campaign);
std::string lot_row_key(LotNumber lot, int64_t time_us, EventSeq seq, uint8_t phase);
std::string campaign_row_key(CampaignNumber campaign, int64_t time_us, EventSeq seq, uint8_t phase);
// Index keys of the numbers: 'n' lot key text, 'm' campaign key text.
std::string lot_number_key(std::string_view lot_key_text);
std::string campaign_number_key(std::string_view campaign_key_text);
std::string encode(LotRow const&);
std::string encode(LinkRow const&);
std::string encode(CampaignRow const&);
std::string encode(AccountRow const&);
Result<LotRow> decode_lot(LotNumber lot, Bytes value);
Result<LinkRow> decode_link(EventSeq seq, Bytes value);
Result<CampaignRow> decode_campaign(CampaignNumber campaign, Bytes value);
Result<AccountRow> decode_account_row(Bytes value);

// Finders over any view (a snapshot or the batch of an operation).
Result<std::optional<LotNumber>> find_lot_number(View const& view, std::string_view lot_key_text);
Result<std::optional<LotRow>> find_lot(View const& view, LotNumber lot);
Result<std::optional<LinkRow>> find_link(View const& view, EventSeq seq);
Result<std::optional<CampaignNumber>> find_campaign_number(View const& view, std::string_view campaign_key_text);
Result<std::optional<CampaignRow>> find_campaign(View const& view, CampaignNumber campaign);
// All account rows of a lot in replay order, inline or spilled; of a campaign from (time, seq) on, or backwards from
// it.
Result<std::vector<AccountRow>> lot_rows(View const& view, LotRow const& lot);
// Only the spilled ones, in key order; all, or some from (time, seq) on, or backwards from it.
Result<std::vector<AccountRow>> stored_lot_rows(View const& view, LotNumber lot, uint32_t rows_max = UINT32_MAX,
                                                std::optional<std::pair<int64_t, EventSeq>> from = {},
                                                bool backwards = false);
Result<std::vector<AccountRow>> campaign_rows(View const& view, CampaignNumber campaign, uint32_t rows_max,
                                              std::optional<std::pair<int64_t, EventSeq>> from = {},
                                              bool backwards = false);

}  // namespace ingot::storage
