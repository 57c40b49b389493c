// Shipping, receiving and packing: what moves custody, ownership and containers (1.4).
#include <algorithm>

#include "storage/holding_table.hpp"
#include "tracechain/capture_account.hpp"
#include "tracechain/capture_apply.hpp"
#include "tracechain/custody.hpp"
#include "tracechain/flags.hpp"

namespace ingot::tracechain {

using storage::Flag;
using storage::LinkKind;
using storage::LinkTransfer;
using storage::LotKind;
using storage::RowKind;
using storage::Space;

namespace {

// Shipped to the destination from the source and not received yet.
int64_t still_under_way(LotRow const& lot, LinkTransfer const& transfer) {
    for (auto const& holding : lot.holdings) {
        if (holding.party != transfer.destination) continue;
        auto const& sums = transfer.ownership ? holding.ownership : holding.custody;
        for (auto const& sum : sums)
            if (sum.source == transfer.source) return sum.shipped - sum.received;
    }
    return 0;
}

// The amount that is moved: as stated, else what is known to be there, else "the whole lot".
void measure(LotRow const& lot, Amounts const& stated, LinkTransfer& transfer) {
    if (auto amount = stated.get(lot.tail.primary)) {
        transfer.amount = *amount;
        return;
    }
    int64_t amount = transfer.received ? still_under_way(lot, transfer) : 0;
    if (amount <= 0) amount = booked_on_hand(lot, transfer.source);
    if (amount > 0) {
        transfer.amount = amount;
    } else {
        transfer.whole = true;
    }
}

void book_now(Application& application, Concerned const& item, LinkTransfer transfer) {
    transfer.lot = item.lot->row.lot;
    measure(item.lot->row, item.amounts, transfer);
    if (application.void_seq == 0) book_transfer(item.lot->row, transfer, 1);
    application.link.transfers.push_back(std::move(transfer));
}

void ship_or_receive(Application& application, Concerned const& item) {
    storage::EventFacts const& facts = application.prepared.facts;
    bool const received = application.link.kind == LinkKind::receive;
    if (!facts.custody_destination.party.empty()) {
        LinkTransfer custody;
        custody.source = facts.custody_source.party;
        if (custody.source.empty() && !received) custody.source = application.site();
        custody.destination = facts.custody_destination.party;
        custody.registered = facts.custody_destination.registered;
        custody.received = received;
        book_now(application, item, std::move(custody));
    }
    if (!facts.owner_destination.party.empty() && !facts.owner_source.party.empty()) {
        LinkTransfer ownership;
        ownership.source = facts.owner_source.party;
        ownership.destination = facts.owner_destination.party;
        ownership.registered = facts.owner_destination.registered;
        ownership.ownership = true;
        ownership.received = received;
        book_now(application, item, std::move(ownership));
    }
}

// Takes back what the site has under way, to the destination named or, failing that, to anyone.
void void_shipping(Application& application, Concerned const& item) {
    std::string const& wanted = application.prepared.facts.custody_destination.party;
    std::vector<LinkTransfer> back;
    for (auto const& holding : item.lot->row.holdings) {
        if (!wanted.empty() && holding.party != wanted) continue;
        for (bool ownership : {false, true})
            for (auto const& sum : ownership ? holding.ownership : holding.custody) {
                if (sum.source != application.site()) continue;
                int64_t const amount =
                    item.amounts.get(item.lot->row.tail.primary).value_or(sum.shipped - sum.received);
                int64_t const taken = std::min(amount, sum.shipped - sum.received);
                if (taken <= 0) continue;
                back.push_back({item.lot->row.lot, sum.source, holding.party, holding.registered, ownership, false,
                                false, -taken});
            }
    }
    for (LinkTransfer& transfer : back) {
        if (application.void_seq == 0) book_transfer(item.lot->row, transfer, 1);
        application.link.transfers.push_back(std::move(transfer));
    }
}

// A received quantity stands in for a supply until a real one is captured (2.2).
Result<void> supply_implicitly(Application& application, Concerned const& item) {
    LotRow const& lot = item.lot->row;
    if (item.through != 0 || lot.kind != LotKind::batch || item.amounts.empty()) return {};
    AccountRow row = row_for(application, RowKind::implicit, 1, item.amounts);
    row.site_mark = crc32c(application.site());
    return add_row(application.work, *item.lot, std::move(row));
}

void put_content(Application& application, storage::ContentRow const& row) {
    auto& batch = application.work.batch();
    batch.put(Space::index, storage::content_key(row), storage::encode(row));
    if (row.lot != 0) batch.put(Space::index, storage::contained_key(row), "");
}

}  // namespace

Result<void> apply_transfer(Application& application) {
    auto moved = with_contents(application, application.items);
    if (!moved) return tl::unexpected(moved.error());
    for (Concerned const& named : application.items)  // the container itself goes along
        if (named.lot->row.is_container &&
            std::none_of(moved->begin(), moved->end(), [&](Concerned const& each) { return each.lot == named.lot; }))
            moved->push_back(named);
    std::stable_sort(moved->begin(), moved->end(),
                     [](Concerned const& a, Concerned const& b) { return a.lot->row.key < b.lot->row.key; });
    list_lots(application, *moved);
    for (Concerned const& item : *moved) {
        if (item.lot->row.kind == LotKind::class_only) continue;
        if (application.link.kind == LinkKind::receive)
            if (auto added = supply_implicitly(application, item); !added) return added;
        if (application.link.kind == LinkKind::void_ship) {
            void_shipping(application, item);
        } else {
            ship_or_receive(application, item);
        }
    }
    application.items = std::move(*moved);
    return settle_totals(application.work);
}

Result<void> apply_packing(Application& application) {
    Event const& event = application.event;
    bool const out = application.link.kind == LinkKind::unpack;
    list_lots(application, application.items);
    if (!event.parent) return {};
    auto found = application.work.lot_of(*event.parent, event.parent_uri, true);
    if (!found) return tl::unexpected(found.error());
    LotRow& parent = (*found)->row;
    mention(application, parent);
    parent.is_container = true;
    application.link.outputs.push_back({parent.lot, storage::OutputRole::product, {}});
    storage::ContentRow row{parent.lot, 0, event.time_us, application.link.seq, out, {}, application.void_seq};
    if (application.items.empty() && out) put_content(application, row);
    for (Concerned const& item : application.items) {
        item.lot->row.was_packed = true;
        row.lot = item.lot->row.lot;
        row.amounts = item.amounts;
        put_content(application, row);
    }
    return {};
}

}  // namespace ingot::tracechain
