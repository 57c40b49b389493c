#include "tracechain/custody.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "tracechain/amount.hpp"

namespace ingot::tracechain {

using storage::HoldingRow;
using storage::LinkTransfer;
using storage::TransferSum;

namespace {

HoldingRow& holding_of(LotRow& lot, std::string_view party) {
    auto at = std::lower_bound(lot.holdings.begin(), lot.holdings.end(), party,
                               [](HoldingRow const& row, std::string_view wanted) { return row.party < wanted; });
    if (at == lot.holdings.end() || at->party != party) {
        at = lot.holdings.insert(at, HoldingRow{});
        at->party = party;
    }
    return *at;
}

// A row that says nothing any more is dropped, so that taking back leaves no trace.
void drop_empty(LotRow& lot) {
    std::erase_if(lot.holdings, [](HoldingRow const& row) {
        return !row.booked && !row.disposed && row.custody.empty() && row.ownership.empty();
    });
}

int64_t whole_of(LotRow const& lot) { return lot.tail.supplied; }

int64_t shipped(LotRow const& lot, TransferSum const& sum) {
    return held_sum(sum.shipped, sum.whole_shipped > 0 ? whole_of(lot) : 0);
}
int64_t received(LotRow const& lot, TransferSum const& sum) {
    return held_sum(sum.received, sum.whole_received > 0 ? whole_of(lot) : 0);
}

using Balance = std::map<std::string, int64_t, std::less<>>;

void add(int64_t& sum, int64_t amount) { sum = held_sum(sum, amount); }
void take(int64_t& sum, int64_t amount) { sum = held_difference(sum, amount); }

struct Raw {
    Balance on_hand, in_transit, left, owned;
};

Raw raw_of(LotRow const& lot) {
    Raw raw;
    for (HoldingRow const& row : lot.holdings) {
        add(raw.on_hand[row.party], row.booked);
        add(raw.owned[row.party], row.booked);
        for (TransferSum const& sum : row.custody) {
            int64_t const out = std::max(shipped(lot, sum), received(lot, sum));
            take(raw.on_hand[sum.source], out);
            if (row.registered) {
                add(raw.on_hand[row.party], received(lot, sum));
                add(raw.in_transit[row.party], held_difference(out, received(lot, sum)));
            } else {
                add(raw.left[row.party], out);
            }
        }
        for (TransferSum const& sum : row.ownership) {
            int64_t const moved = std::max(shipped(lot, sum), received(lot, sum));
            take(raw.owned[sum.source], moved);
            add(raw.owned[row.party], moved);
        }
    }
    return raw;
}

// Takes up to `wanted` from positive balances, the largest first; what it could not find is answered.
int64_t take_from(Balance& balances, int64_t wanted) {
    while (wanted > 0) {
        auto largest = std::max_element(balances.begin(), balances.end(),
                                        [](auto const& a, auto const& b) { return a.second < b.second; });
        if (largest == balances.end() || largest->second <= 0) return wanted;
        int64_t const part = std::min(wanted, largest->second);
        largest->second -= part;
        wanted -= part;
    }
    return 0;
}

// What came from nobody in particular (implicit supplies stand under the empty party) covers deficits first.
int64_t take_unnamed(Balance& balances, int64_t wanted) {
    auto unnamed = balances.find("");
    if (unnamed == balances.end() || unnamed->second <= 0) return wanted;
    int64_t const part = std::min(wanted, unnamed->second);
    unnamed->second -= part;
    return wanted - part;
}

// True when a named holder had to cover a deficit of a named party. What nobody holds cannot be under way or gone
// either: of a lot that was moved but never supplied nothing is left.
bool cover_deficits(Balance& balances, Balance& in_transit, Balance& left) {
    bool gap = false;
    for (auto& [party, balance] : balances) {
        if (balance >= 0) continue;
        int64_t lack = held_difference(0, std::exchange(balance, 0));
        if (party.empty()) {
            lack = take_from(in_transit, lack);
        } else {
            lack = take_unnamed(balances, lack);
            gap |= lack > 0;
        }
        lack = take_from(balances, lack);
        lack = take_from(in_transit, lack);
        take_from(left, lack);
    }
    return gap;
}

}  // namespace

std::vector<Holding> settle(LotRow const& lot) {
    Raw raw = raw_of(lot);
    cover_deficits(raw.on_hand, raw.in_transit, raw.left);
    Balance none, nowhere;
    cover_deficits(raw.owned, none, nowhere);
    std::map<std::string, Holding> holdings;
    auto fill = [&](Balance const& balance, int64_t Holding::*member) {
        for (auto const& [party, amount] : balance)
            if (amount != 0) holdings[party].*member = amount;
    };
    fill(raw.on_hand, &Holding::on_hand);
    fill(raw.in_transit, &Holding::in_transit);
    fill(raw.left, &Holding::left);
    fill(raw.owned, &Holding::owned);
    for (HoldingRow const& row : lot.holdings) {
        if (row.disposed != 0) holdings[row.party].disposed = row.disposed;
        if (auto found = holdings.find(row.party); found != holdings.end()) found->second.registered = row.registered;
    }
    std::vector<Holding> out;
    for (auto& [party, holding] : holdings) {
        holding.party = party;
        out.push_back(std::move(holding));
    }
    return out;
}

int64_t booked_on_hand(LotRow const& lot, std::string_view party) {
    Raw const raw = raw_of(lot);
    auto found = raw.on_hand.find(party);
    return found == raw.on_hand.end() ? 0 : found->second;
}

int64_t booked_owned(LotRow const& lot, std::string_view party) {
    Raw const raw = raw_of(lot);
    auto found = raw.owned.find(party);
    return found == raw.owned.end() ? 0 : found->second;
}

bool was_sent(HoldingRow const& holding) {
    auto sent = [&](TransferSum const& sum) {
        return sum.source != holding.party && (sum.shipped != 0 || sum.whole_shipped > 0);
    };
    return std::any_of(holding.custody.begin(), holding.custody.end(), sent) ||
           std::any_of(holding.ownership.begin(), holding.ownership.end(), sent);
}

bool was_sent(LotRow const& lot, std::string_view party) {
    return std::any_of(lot.holdings.begin(), lot.holdings.end(),
                       [&](HoldingRow const& holding) { return holding.party == party && was_sent(holding); });
}

int64_t received_beyond(LotRow const& lot, LinkTransfer const& transfer) {
    for (HoldingRow const& holding : lot.holdings) {
        if (holding.party != transfer.destination) continue;
        for (TransferSum const& sum : transfer.ownership ? holding.ownership : holding.custody)
            if (sum.source == transfer.source)
                return std::max<int64_t>(0, held_difference(received(lot, sum), shipped(lot, sum)));
    }
    return 0;
}

bool has_custody_gap(LotRow const& lot) {
    if (lot.holdings.size() < 2) return false;
    Raw raw = raw_of(lot);
    return cover_deficits(raw.on_hand, raw.in_transit, raw.left);
}

void book(LotRow& lot, std::string_view party, int64_t change) {
    if (change == 0) return;
    add(holding_of(lot, party).booked, change);
    drop_empty(lot);
}

void book_disposed(LotRow& lot, std::string_view party, int64_t amount) {
    if (amount == 0) return;
    add(holding_of(lot, party).disposed, amount);
    drop_empty(lot);
}

void book_transfer(LotRow& lot, LinkTransfer const& transfer, int sign) {
    HoldingRow& row = holding_of(lot, transfer.destination);
    row.registered = transfer.registered;
    auto& sums = transfer.ownership ? row.ownership : row.custody;
    auto at = std::lower_bound(sums.begin(), sums.end(), transfer.source,
                               [](TransferSum const& sum, std::string const& wanted) { return sum.source < wanted; });
    if (at == sums.end() || at->source != transfer.source) {
        at = sums.insert(at, TransferSum{});
        at->source = transfer.source;
    }
    int64_t const amount = sign * transfer.amount;
    int32_t const whole = transfer.whole ? sign : 0;
    add(transfer.received ? at->received : at->shipped, amount);
    (transfer.received ? at->whole_received : at->whole_shipped) += whole;
    std::erase_if(sums, [](TransferSum const& sum) { return sum.empty(); });
    drop_empty(lot);
}

}  // namespace ingot::tracechain
