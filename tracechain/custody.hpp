// Custody and ownership of a lot, party by party (spec/trace-semantics.md 1.4). What is stored are sums that do not
// depend on the order of capture and can be taken back exactly (storage::HoldingRow); settle() turns them into what
// each party holds now. A deficit means that a transfer was not reported: it is covered by what others still hold,
// the largest first, so that nothing is ever negative and Σ on hand = content of the lot.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "storage/graph_table.hpp"

namespace ingot::tracechain {

using storage::LotRow;

// On the lot's primary basis.
struct Holding {
    std::string party;
    bool registered = true;
    int64_t on_hand = 0;
    int64_t in_transit = 0;  // on the way to this party
    int64_t left = 0;        // arrived at a party that is not registered: out of this network
    int64_t disposed = 0;
    int64_t owned = 0;
    bool operator==(Holding const&) const = default;
};

// By party; parties with nothing are left out.
std::vector<Holding> settle(LotRow const& lot);

// On hand at a party, or owned by it, as booked, before any deficit is covered; negative = it gave more than it is
// known to have.
int64_t booked_on_hand(LotRow const& lot, std::string_view party);
int64_t booked_owned(LotRow const& lot, std::string_view party);

// Did another party record a shipment to this one? What a party merely says it took is none (security.md 4.2).
bool was_sent(storage::HoldingRow const& holding);
bool was_sent(LotRow const& lot, std::string_view party);

// How much more the destination of a transfer has received from its source than was shipped; 0 = nothing.
int64_t received_beyond(LotRow const& lot, storage::LinkTransfer const& transfer);

// True when some party gave more than it is known to have and nothing unreported can explain it but a missing
// transfer: flag custody-gap.
bool has_custody_gap(LotRow const& lot);

// Changes of content by an event at a site (consumption negative), and disposals.
void book(LotRow& lot, std::string_view party, int64_t change);
void book_disposed(LotRow& lot, std::string_view party, int64_t amount);
// Books a transfer, or takes it back with sign -1.
void book_transfer(LotRow& lot, storage::LinkTransfer const& transfer, int sign);

}  // namespace ingot::tracechain
