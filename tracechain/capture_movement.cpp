// Shipping, receiving and packing: what moves custody, ownership and containers (1.4).
#include <algorithm>
#include <map>

#include "base/encoding.hpp"
#include "storage/event_table.hpp"
#include "storage/holding_table.hpp"
#include "storage/keys.hpp"
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

// Live shippings and void_shippings of the lot by this site up to the event, the last one first.
Result<std::vector<LinkRow const*>> shippings(Application& application, LotRow const& lot) {
    constexpr uint32_t kMentionsMax = 1'000;
    Workspace& work = application.work;
    std::string const prefix = storage::mention_prefix(lot.lot);
    storage::Range range = storage::prefix_range(Space::index, prefix);
    range.reverse = true;
    range.rows_max = kMentionsMax;
    auto page = work.batch().scan(range);
    if (!page) return tl::unexpected(page.error());
    if (auto spent = work.spend_content_rows(lot.id, page->rows.size()); !spent) return tl::unexpected(spent.error());
    std::vector<LinkRow const*> out;
    auto place = [](LinkRow const& link) { return std::pair(link.time_us, link.seq); };
    for (storage::Row const& row : page->rows) {
        auto link = work.link(get_u64be(row.key, prefix.size()));
        if (!link) return tl::unexpected(link.error());
        LinkRow const& each = **link;
        bool const moves = each.kind == LinkKind::ship || each.kind == LinkKind::void_ship;
        if (moves && each.void_seq == 0 && each.site == application.site() && place(each) < place(application.link))
            out.push_back(&each);
    }
    std::sort(out.begin(), out.end(), [&](auto const* a, auto const* b) { return place(*a) > place(*b); });
    return out;
}

// What the shipping has under way of the lot, as far as the void_shipping asks for it.
template <class Meant>
std::vector<LinkTransfer> under_way(LinkRow const& shipping, Concerned const& item, Meant const& is_meant) {
    LotRow const& lot = item.lot->row;
    auto const amount = item.amounts.get(lot.tail.primary);
    std::vector<LinkTransfer> out;
    for (LinkTransfer transfer : shipping.transfers) {
        if (!is_meant(transfer)) continue;
        if (!transfer.whole) {
            transfer.amount =
                std::min({transfer.amount, amount.value_or(transfer.amount), still_under_way(lot, transfer)});
            if (transfer.amount <= 0) continue;
        }
        out.push_back(std::move(transfer));
    }
    return out;
}

// Undoes the last shipping (1.4) that no void_shipping has undone before.
Result<void> void_shipping(Application& application, Concerned const& item) {
    auto past = shippings(application, item.lot->row);
    if (!past) return tl::unexpected(past.error());
    std::string const& wanted = application.prepared.facts.custody_destination.party;
    auto const is_meant = [&](LinkTransfer const& transfer) {
        return transfer.lot == item.lot->row.lot && (wanted.empty() || transfer.destination == wanted);
    };
    std::map<std::string, int> undone;  // by destination
    for (LinkRow const* each : *past) {
        auto const meant = std::find_if(each->transfers.begin(), each->transfers.end(), is_meant);
        if (meant == each->transfers.end()) continue;
        int& open = undone[meant->destination];
        if (each->kind == LinkKind::void_ship) {
            ++open;
        } else if (open > 0) {
            --open;
        } else {
            for (LinkTransfer const& transfer : under_way(*each, item, is_meant)) {
                if (application.void_seq == 0) book_transfer(item.lot->row, transfer, -1);
                application.link.transfers.push_back(transfer);
            }
            return {};
        }
    }
    return {};
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
            if (auto undone = void_shipping(application, item); !undone) return undone;
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
    claim(application, parent);
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
