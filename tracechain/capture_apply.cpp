#include "tracechain/capture_apply.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "tracechain/capture_account.hpp"
#include "tracechain/capture_links.hpp"
#include "tracechain/custody.hpp"
#include "tracechain/flags.hpp"

namespace ingot::tracechain {

using storage::Claim;
using storage::Flag;
using storage::LinkInput;
using storage::LinkKind;
using storage::LinkOutput;
using storage::LotKind;
using storage::RowKind;

namespace {

Result<void> concern(Application& application, Member const& member) {
    auto lot = application.work.lot_of(member.lot, member.uri, member.instance);
    if (!lot) return tl::unexpected(lot.error());
    LotRow const& row = (*lot)->row;
    bool const fresh = row.first_seq == 0;
    bool const conflict = row.kind != LotKind::class_only && member.instance != (row.kind == LotKind::instance);
    claim(application, (*lot)->row);
    if (row.part_of.empty() && member.lot_of_serial) (*lot)->row.part_of = *member.lot_of_serial;
    if (conflict) {
        if (!is_strangers(application, row)) (*lot)->row.flags |= bit(Flag::kind_conflict);
        application.flags |= bit(Flag::kind_conflict);
        warn(application, "kind-conflict", member.pointer);
    }
    mention(application, (*lot)->row);
    auto& list = member.side == Side::Input    ? application.inputs
                 : member.side == Side::Output ? application.outputs
                                               : application.items;
    list.push_back({&member, *lot, member.amounts, 0, fresh});
    return {};
}

void by_lot_key(std::vector<Concerned>& list) {
    std::stable_sort(list.begin(), list.end(),
                     [](Concerned const& a, Concerned const& b) { return a.lot->row.key < b.lot->row.key; });
}

tl::unexpected<Error> too_many_assays(Application const& application, LotRow const& lot) {
    std::string const max = std::to_string(application.work.settings().assays_per_lot_max);
    Error error{Code::CaptureLimit,
                "lot " + excerpt(lot.id) + " would have more than " + max +
                    " assays; name a part of it as a lot of its own for further ones",
                "批次 " + excerpt(lot.id) + " 的化验结果将超过 " + max + " 项；请将其一部分另立批次"};
    error.with("lot", lot.id).with("limit", static_cast<int64_t>(application.work.settings().assays_per_lot_max));
    return fail(std::move(error));
}

// What the event says about the lot: material, origin, ilmd, assays.
Result<void> describe(Application& application, Concerned const& concerned) {
    if (application.void_seq != 0) return {};
    Event const& event = application.event;
    LotRow& lot = concerned.lot->row;
    bool const product = concerned.member->output_role == OutputRole::product;
    storage::Description said;
    said.seq = application.link.seq;
    said.time_us = event.time_us;
    if (product) said.material = event.material;
    if (product) said.ilmd = event.ilmd;
    said.origin_stated = event.kind == LinkKind::commission && event.origin_stated;
    if (said.origin_stated) said.origin = event.origin;
    if (said.origin_stated || !said.material.empty() || !said.ilmd.empty()) add_description(lot, std::move(said));
    if (!product || event.assays.empty()) return {};
    if (lot.assays.size() + event.assays.size() > application.work.settings().assays_per_lot_max)
        return too_many_assays(application, lot);
    for (Assay assay : event.assays) {
        assay.time_us = event.time_us;
        assay.seq = application.link.seq;
        lot.assays.push_back(std::move(assay));
    }
    return {};
}

// A live output that made the lot earlier than this moment. Of a spilled lot the last supply stands for them all.
bool was_output_before(LotRow const& lot, int64_t time_us) {
    if (lot.kind != LotKind::batch || !lot.has_outputs) return false;
    if (lot.spilled_rows > 0) return lot.tail.states > 0 && lot.tail.bound_time_us < time_us;
    return std::any_of(lot.rows.begin(), lot.rows.end(), [&](AccountRow const& row) {
        return row.kind == RowKind::output && row.void_seq == 0 && row.time_us < time_us;
    });
}

Result<void> supply(Application& application, Concerned const& concerned, RowKind kind) {
    if (auto described = describe(application, concerned); !described) return described;
    LotRow& lot = concerned.lot->row;
    if (lot.claim == Claim::mentioned && application.void_seq == 0) {
        lot.claim = Claim::made;
        lot.owner_prefix = application.prepared.facts.reporter_prefix;
    }
    Amounts amounts = with_assays(concerned.amounts, application.event.assays);
    if (lot.kind == LotKind::class_only) return {};
    bool const heel = std::any_of(application.inputs.begin(), application.inputs.end(),
                                  [&](Concerned const& input) { return input.lot == concerned.lot; });
    bool const reused = application.void_seq == 0 && kind == RowKind::output && !heel &&
                        was_output_before(lot, application.event.time_us);
    if (reused) {
        application.flags |= bit(Flag::lot_reused);
        warn(application, "lot-reused", concerned.member->pointer);
    }
    AccountRow row = row_for(application, kind, 1, std::move(amounts));
    row.site_mark = crc32c(application.site());
    if (auto added = add_row(application.work, *concerned.lot, std::move(row)); !added) return added;
    if (reused) lot.flags |= bit(Flag::lot_reused);
    return {};
}

Result<void> commission(Application& application) {
    for (Concerned const& item : application.items)
        application.link.outputs.push_back(
            {item.lot->row.lot, item.member->output_role, with_assays(item.amounts, application.event.assays)});
    for (Concerned const& item : application.items)
        if (auto added = supply(application, item, RowKind::commission); !added) return added;
    return {};
}

// Consumption of lots: the link's inputs first, then a row in each account.
Result<void> consume(Application& application, std::vector<Concerned> const& lots, RowKind kind) {
    for (Concerned const& input : lots) {
        LinkInput line;
        line.lot = input.lot->row.lot;
        line.role = input.member->input_role;
        if (input.lot->row.kind == LotKind::class_only) line.amounts = input.amounts;
        application.link.inputs.push_back(std::move(line));
    }
    application.work.totals_due.insert(application.link.seq);
    for (Concerned const& input : lots) {
        if (input.lot->row.kind == LotKind::class_only) continue;
        AccountRow row = row_for(application, kind, 0, with_assays(input.amounts, input.lot->row.assays));
        row.final = input.member->final;
        if (auto added = add_row(application.work, *input.lot, std::move(row)); !added) return added;
        if (auto left = leave_container(application, input); !left) return left;
    }
    return settle_totals(application.work);
}

Result<void> dispose(Application& application) {
    auto lots = with_contents(application, application.items);
    if (!lots) return tl::unexpected(lots.error());
    by_lot_key(*lots);
    application.inputs = *lots;
    return consume(application, application.inputs, RowKind::dispose);
}

Amounts negated(Amounts const& amounts) {
    Amounts out;
    for (auto const& line : amounts.lines()) out.set(line.basis, -line.amount);
    return out;
}

Result<void> adjust(Application& application) {
    Adjust const& adjust = *application.event.adjust;
    bool const found = adjust.cause == Adjust::Cause::Found;
    RowKind const kind = adjust.count ? (found ? RowKind::found_count : RowKind::adjust_count)
                                      : (found ? RowKind::found_delta : RowKind::adjust_delta);
    list_lots(application, application.items);
    for (Concerned const& item : application.items) {
        if (item.lot->row.kind == LotKind::class_only) continue;
        Amounts amounts = adjust.negative ? negated(item.amounts) : item.amounts;
        if (auto added = add_row(application.work, *item.lot, row_for(application, kind, 2, std::move(amounts)));
            !added)
            return added;
    }
    return settle_totals(application.work);
}

Result<void> observe(Application& application) {
    list_lots(application, application.items);
    for (Concerned const& item : application.items)
        if (auto described = describe(application, item); !described) return described;
    return {};
}

void add_explicit_links(Application& application) {
    auto number = [](std::vector<Concerned> const& lots, ident::LotKey const& key) -> LotNumber {
        for (Concerned const& each : lots)
            if (each.member->lot.canonical == key.canonical && each.through == 0) return each.lot->row.lot;
        return 0;
    };
    for (Event::Link const& each : application.event.links) {
        LotNumber const output = number(application.outputs, each.output),
                        input = number(application.inputs, each.input);
        if (output != 0 && input != 0) application.link.links.push_back({output, input, each.share});
    }
}

// Events without a row in the account of a lot they name are found through the mention index.
void index_mentions(Application& application) {
    std::string const seq;
    for (LinkInput const& input : application.link.inputs)
        application.work.batch().put(storage::Space::index, storage::mention_key(input.lot, application.link.seq), seq);
    for (LinkOutput const& output : application.link.outputs)
        application.work.batch().put(storage::Space::index, storage::mention_key(output.lot, application.link.seq),
                                     seq);
}

bool has_rows(LinkKind kind) {
    return kind == LinkKind::commission || kind == LinkKind::transform || kind == LinkKind::charge ||
           kind == LinkKind::draw || kind == LinkKind::charge_draw || kind == LinkKind::campaign ||
           kind == LinkKind::dispose || kind == LinkKind::adjust;
}

// Of whom a lot is, is written whole with every change of it.
Result<void> check_parties(Application const& application, LotRow const& lot) {
    size_t sums = 0;
    for (storage::HoldingRow const& holding : lot.holdings)
        sums += 1 + holding.custody.size() + holding.ownership.size();
    uint32_t const max = application.work.settings().parties_per_lot_max;
    if (sums <= max) return {};
    Error error{Code::CaptureLimit,
                "lot " + excerpt(lot.id) + " would be moved between more than " + std::to_string(max) +
                    " parties; split it into lots first",
                "批次 " + excerpt(lot.id) + " 涉及的往来方将超过 " + std::to_string(max) + "；请先拆分批次"};
    error.with("lot", lot.id).with("limit", static_cast<int64_t>(max));
    return fail(std::move(error));
}

Result<void> apply_kind(Application& application) {
    switch (application.link.kind) {
        case LinkKind::commission:
            return commission(application);
        case LinkKind::transform:
        case LinkKind::charge:
        case LinkKind::draw:
        case LinkKind::charge_draw:
        case LinkKind::campaign:
            return apply_transformation(application);
        case LinkKind::dispose:
            return dispose(application);
        case LinkKind::adjust:
            return adjust(application);
        case LinkKind::vessel_adjust:
            return apply_vessel_adjust(application);
        case LinkKind::ship:
        case LinkKind::receive:
        case LinkKind::void_ship:
            return apply_transfer(application);
        case LinkKind::pack:
        case LinkKind::unpack:
            return apply_packing(application);
        case LinkKind::observe:
            return observe(application);
        default:
            list_lots(application, application.items);
            return {};
    }
}

}  // namespace

void claim(Application& application, LotRow& lot) {
    storage::EventFacts const& facts = application.prepared.facts;
    std::string const& registered = facts.registered_to(lot.key);
    bool const own = registered == facts.reporter_prefix;
    if (!registered.empty() && (own || lot.claim != Claim::registered)) {
        lot.owner_prefix = registered;
        lot.claim = Claim::registered;
    } else if (registered.empty() && lot.first_seq == 0) {
        lot.owner_prefix = facts.reporter_prefix;
    }
}

bool is_strangers(Application const& application, LotRow const& lot) {
    return lot.claim == Claim::registered && lot.owner_prefix != application.prepared.facts.reporter_prefix;
}

void mention(Application& application, LotRow& lot) {
    if (lot.first_seq == 0) {
        lot.first_seq = application.link.seq;
        lot.first_time_us = lot.last_time_us = application.event.time_us;
    }
    lot.first_time_us = std::min(lot.first_time_us, application.event.time_us);
    lot.last_time_us = std::max(lot.last_time_us, application.event.time_us);
}

void list_lots(Application& application, std::vector<Concerned> const& lots) {
    for (Concerned const& each : lots) {
        LinkInput line;
        line.lot = each.lot->row.lot;
        line.amounts = each.amounts;
        application.link.inputs.push_back(std::move(line));
    }
}

void warn(Application& application, std::string code, std::string pointer) {
    application.warnings.push_back({std::move(code), std::move(pointer)});
}

AccountRow row_for(Application const& application, RowKind kind, uint8_t phase, Amounts stated) {
    AccountRow row;
    row.time_us = row.sort_time_us = application.event.time_us;
    row.seq = row.sort_seq = application.link.seq;
    row.phase = phase;
    row.kind = kind;
    row.void_seq = application.void_seq;
    row.stated = std::move(stated);
    row.campaign = application.link.campaign;
    return row;
}

Result<void> apply_transformation(Application& application) {
    auto inputs = with_contents(application, application.inputs);
    if (!inputs) return tl::unexpected(inputs.error());
    application.inputs = std::move(*inputs);
    by_lot_key(application.inputs);
    by_lot_key(application.outputs);
    LinkRow& link = application.link;
    Event const& event = application.event;
    if (event.transformation) {
        auto campaign = own_campaign(application, *event.transformation, event.transformation_uri);
        if (!campaign) return tl::unexpected(campaign.error());
        link.campaign = (*campaign)->row.campaign;
    }
    for (Concerned const& output : application.outputs)
        link.outputs.push_back(
            {output.lot->row.lot, output.member->output_role, with_assays(output.amounts, event.assays)});
    for (Loss const& loss : event.losses) link.outputs.push_back({0, OutputRole::loss, loss.amounts});
    if (auto fine = check_range(link.event_id, output_total(link)); !fine) return fine;
    link.allocation = event.allocation;
    add_explicit_links(application);
    if (auto consumed = consume(application, application.inputs, RowKind::consume); !consumed) return consumed;
    if (link.campaign != 0)
        if (auto charged = apply_charges(application); !charged) return charged;
    for (Concerned const& output : application.outputs)
        if (auto added = supply(application, output, RowKind::output); !added) return added;
    return settle_totals(application.work);
}

Result<void> apply_event(Application& application) {
    Event const& event = application.event;
    LinkRow& link = application.link;
    link.time_us = event.time_us;
    link.event_id = event.id;
    link.site = application.prepared.facts.site;
    link.content_digest = event.content_digest;
    link.kind = application.prepared.facts.kind;
    link.void_seq = application.void_seq;
    application.work.current = link.seq;
    for (Member const& member : event.members)
        if (auto done = concern(application, member); !done) return done;
    by_lot_key(application.items);
    if (auto done = apply_kind(application); !done) return done;
    for (auto const* list : {&application.inputs, &application.outputs, &application.items})
        for (Concerned const& each : *list) {
            if (auto fine = check_range(each.lot->row); !fine) return fine;
            if (auto few = check_parties(application, each.lot->row); !few) return few;
        }
    if (!has_rows(link.kind)) index_mentions(application);
    link.flags |= application.flags & ~bit(Flag::custody_gap);
    return {};
}

}  // namespace ingot::tracechain
