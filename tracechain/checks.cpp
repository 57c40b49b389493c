#include "tracechain/checks.hpp"

#include <algorithm>
#include <deque>

#include "base/encoding.hpp"
#include "tracechain/capture_account.hpp"
#include "tracechain/capture_links.hpp"
#include "tracechain/custody.hpp"
#include "tracechain/flags.hpp"

namespace ingot::tracechain {

using storage::BasisKind;
using storage::Flag;
using storage::LinkInput;
using storage::LinkKind;
using storage::LotKind;
using storage::RowKind;

namespace {

bool transforms(LinkKind kind) {
    return kind == LinkKind::transform || kind == LinkKind::charge || kind == LinkKind::charge_draw ||
           kind == LinkKind::campaign || kind == LinkKind::draw;
}
bool takes(LinkKind kind) { return transforms(kind) || kind == LinkKind::dispose; }

// Kinds that only make sense of a lot that is known already.
bool needs_known_lot(LinkKind kind) {
    return takes(kind) || kind == LinkKind::ship || kind == LinkKind::adjust || kind == LinkKind::pack;
}

std::variant<int64_t, double, std::string> kilograms(int64_t mg) {
    if (mg % 1'000'000 == 0) return mg / 1'000'000;
    return static_cast<double>(mg) / 1e6;
}

Result<void> check_known(Application& application) {
    if (!needs_known_lot(application.link.kind)) return {};
    auto const& named = takes(application.link.kind) ? application.inputs : application.items;
    for (Concerned const& each : named) {
        if (!each.fresh || each.lot->row.kind == LotKind::class_only) continue;
        Error error{Code::LotUnknown,
                    "lot " + excerpt(each.lot->row.id) + " is not known here; capture its commission or receipt first",
                    "未知批次，请先登记该批次的创建或收货事件"};
        error.with("lot", each.lot->row.id).with("pointer", each.member->pointer);
        return fail(std::move(error));
    }
    return {};
}

// Only a lot that was used up to now can have descendants.
bool was_taken(LotRow const& lot) {
    return lot.tail.consumed + lot.tail.disposed > 0 || lot.tail.debt > 0 || lot.spilled_rows > 0 ||
           std::any_of(lot.rows.begin(), lot.rows.end(),
                       [](AccountRow const& row) { return row.kind == RowKind::consume && row.void_seq == 0; });
}

// Does the input descend from an output of the event itself? Both answers refuse the event, so that the search may end
// early: after `cycle_search_records_max` lots, rows and links (docs/decisions/0009) it is time-order.
class CycleSearch {
  public:
    explicit CycleSearch(Application& application) : application_(application) {
        for (Concerned const& output : application.outputs)
            if (was_taken(output.lot->row)) outputs_.insert(output.lot->row.lot);
    }

    Result<bool> descends(LotNumber input) {
        std::deque<LotNumber> queue{input};
        seen_.insert(input);
        while (!queue.empty() && !outputs_.empty()) {
            LotNumber const number = queue.front();
            queue.pop_front();
            if (outputs_.contains(number)) return true;
            auto lot = application_.work.lot(number);
            if (!lot) return tl::unexpected(lot.error());
            if (!spend(1 + (*lot)->row.spilled_rows)) return false;
            auto rows = application_.work.rows_of(**lot);
            if (!rows) return tl::unexpected(rows.error());
            for (AccountRow const& row : *rows) {
                if (row.kind != RowKind::output || row.void_seq != 0 || row.seq == application_.link.seq) continue;
                if (!spend(1)) return false;
                auto link = application_.work.link(row.seq);
                if (!link) return tl::unexpected(link.error());
                for (LinkInput const& each : (*link)->inputs)
                    if (seen_.insert(each.lot).second) queue.push_back(each.lot);
            }
        }
        return false;
    }

  private:
    bool spend(size_t records) {
        records_ += records;
        return records_ <= application_.work.settings().cycle_search_records_max;
    }

    Application& application_;
    std::set<LotNumber> outputs_, seen_;
    size_t records_ = 0;
};

Result<void> check_order(Application& application) {
    if (!takes(application.link.kind)) return {};
    for (Concerned const& each : application.inputs) {
        if (each.lot->row.kind == LotKind::class_only) continue;
        auto input = std::find_if(application.link.inputs.begin(), application.link.inputs.end(),
                                  [&](LinkInput const& line) { return line.lot == each.lot->row.lot; });
        if (input == application.link.inputs.end()) continue;
        if (input->bound_seq != 0 && !(input->measured & kTakenEarly)) continue;
        auto cycle = CycleSearch(application).descends(each.lot->row.lot);
        if (!cycle) return tl::unexpected(cycle.error());
        std::string const lot = excerpt(each.lot->row.id);
        Error error = *cycle ? Error{Code::LineageCycle,
                                     "lot " + lot + " is made from an output of this event and cannot be its input",
                                     "投入批次来源于本事件的产出，形成谱系环"}
                             : Error{Code::TimeOrder, "lot " + lot + " is consumed before it was supplied",
                                     "批次在供应之前被消耗，请先登记其来源或更正事件时间"};
        error.with("lot", each.lot->row.id).with("pointer", each.member->pointer);
        return fail(std::move(error));
    }
    return {};
}

Result<void> check_instances(Application& application) {
    auto refuse = [](Concerned const& each, Code code, char const* what, char const* zh) {
        Error error{code, std::string(what) + ": " + excerpt(each.lot->row.id), zh};
        error.with("lot", each.lot->row.id).with("pointer", each.member->pointer);
        return fail(std::move(error));
    };
    if (takes(application.link.kind))
        for (Concerned const& each : application.inputs)
            if (each.lot->row.flags & bit(Flag::already_consumed))
                return refuse(each, Code::AlreadyConsumed, "this item was consumed before", "该件已被消耗");
    auto const& made = application.link.kind == LinkKind::commission ? application.items : application.outputs;
    for (Concerned const& each : made)
        if (each.lot->row.flags & bit(Flag::already_exists))
            return refuse(each, Code::AlreadyExists, "this item was made before", "该件已存在");
    return {};
}

Result<void> check_overdraw(Application& application) {
    if (application.work.shortages.empty()) return {};
    Shortage const& shortage = application.work.shortages.front();
    Error error{Code::Overdraw, "more is taken from " + excerpt(shortage.account) + " than was there",
                "取用量超过该批次当时的存量"};
    error.with("lot", shortage.account);
    if (shortage.mass)
        error.with("available_kg", kilograms(shortage.available)).with("wanted_kg", kilograms(shortage.wanted));
    auto link = application.work.link(shortage.seq);
    if (!link) return tl::unexpected(link.error());
    error.with("event", (*link)->event_id);
    return fail(std::move(error));
}

uint32_t flags_of_lots(Application const& application) {
    constexpr uint32_t kShown = bit(Flag::restated_supply) | bit(Flag::already_consumed) | bit(Flag::already_exists);
    uint32_t flags = 0;
    for (auto const* list : {&application.inputs, &application.outputs, &application.items})
        for (Concerned const& each : *list) flags |= each.lot->row.flags & kShown;
    if (application.link.kind == LinkKind::receive)
        for (Concerned const& each : application.items) flags |= each.lot->row.flags & bit(Flag::implicit_supply);
    return flags;
}

tl::unexpected<Error> not_in_custody(LotRow const& lot, std::string const& holder) {
    Error error{Code::NotInCustody,
                excerpt(holder) + " does not hold enough of lot " + excerpt(lot.id) +
                    "; capture the receipt that brought it there first",
                "该企业未持有足够的此批次，请先登记收货"};
    error.with("lot", lot.id).with("holder", holder);
    return fail(std::move(error));
}

tl::unexpected<Error> not_sent(LotRow const& lot, std::string const& holder) {
    Error error{Code::NotInCustody,
                "no shipment of so much of lot " + excerpt(lot.id) + " to " + excerpt(holder) +
                    " is recorded; its owner captures the shipment first",
                "未登记向 " + excerpt(holder) + " 发运此数量的批次 " + excerpt(lot.id) + "，请由其所有者先登记发货"};
    error.with("lot", lot.id).with("holder", holder);
    return fail(std::move(error));
}

// Kinds that change a lot, or what stands about it. The others only name it.
bool changes_lots(Application const& application) {
    switch (application.link.kind) {
        case LinkKind::ship:
        case LinkKind::receive:
        case LinkKind::pack:
        case LinkKind::unpack:
        case LinkKind::adjust:
            return true;
        case LinkKind::observe:
            return !application.event.assays.empty();
        default:
            return takes(application.link.kind);
    }
}

// A lot registered to another enterprise: only as far as a shipment to this one is recorded (docs/decisions/0005,
// 0016).
Result<void> check_sent(Application const& application, LotRow const& lot, std::string const& giver) {
    LinkKind const kind = application.link.kind;
    std::string const& holder = kind == LinkKind::ship ? giver : application.site();
    if (!was_sent(lot, holder)) return not_sent(lot, holder);
    for (storage::LinkTransfer const& transfer : application.link.transfers) {
        if (transfer.lot != lot.lot) continue;
        if (kind == LinkKind::ship && transfer.ownership && booked_owned(lot, transfer.source) < 0)
            return not_in_custody(lot, transfer.source);
        auto const weighing =
            static_cast<int64_t>(application.work.settings().tolerance_lot * static_cast<double>(lot.tail.supplied));
        if (kind == LinkKind::receive && received_beyond(lot, transfer) > weighing)
            return not_sent(lot, transfer.destination);
    }
    return {};
}

// Check 7: who gives must hold.
Result<void> check_custody(Application& application, Judgement judgement) {
    LinkKind const kind = application.link.kind;
    if (!changes_lots(application)) return {};
    std::string giver = application.site();
    if (kind == LinkKind::ship && !application.prepared.facts.custody_source.party.empty())
        giver = application.prepared.facts.custody_source.party;
    bool const gives = takes(kind) || kind == LinkKind::ship;
    std::vector<LotRow const*> lots;
    for (Concerned const& each : takes(kind) ? application.inputs : application.items) lots.push_back(&each.lot->row);
    if (kind == LinkKind::pack || kind == LinkKind::unpack)
        for (storage::LinkOutput const& container : application.link.outputs) {
            auto lot = application.work.lot(container.lot);
            if (!lot) return tl::unexpected(lot.error());
            lots.push_back(&(*lot)->row);
        }
    for (LotRow const* lot : lots) {
        if (lot->kind == LotKind::class_only) continue;
        bool const strangers = is_strangers(application, *lot);
        if (strangers && judgement != Judgement::none)
            if (auto sent = check_sent(application, *lot, giver); !sent) return sent;
        if ((!gives && !strangers) || booked_on_hand(*lot, giver) >= 0) continue;
        if (gives) application.flags |= bit(Flag::custody_gap);
        if (judgement == Judgement::none || (judgement == Judgement::tolerant && !strangers)) continue;
        if (kind == LinkKind::receive || kind == LinkKind::observe) continue;  // a lack of before, not of this event
        return not_in_custody(*lot, giver);
    }
    return {};
}

__extension__ typedef __int128 Int128;

// Check 11: more comes out than went in: 5 % of gross mass, 2 % of an element.
void check_mass(Application& application) {
    LinkRow const& link = application.link;
    if (link.kind != LinkKind::transform || link.inputs.empty() || link.outputs.empty()) return;
    Amounts const in = input_total(link);
    std::vector<Amounts const*> amounts;
    for (auto const& output : link.outputs)
        if (output.role != OutputRole::loss) amounts.push_back(&output.amounts);
    Amounts const out = common_sum(amounts);
    for (auto const& line : out.lines()) {
        bool const gross = line.basis.kind == BasisKind::gross_mass, element = line.basis.kind == BasisKind::element;
        auto const before = in.get(line.basis);
        if ((!gross && !element) || !before) continue;
        Int128 const limit = static_cast<Int128>(*before) * (gross ? 105 : 102);
        if (static_cast<Int128>(line.amount) * 100 > limit) application.flags |= bit(Flag::mass_gain);
    }
}

}  // namespace

Result<void> check_future(Event const& event, int64_t record_time_us, bool strict, uint32_t& flags) {
    constexpr int64_t kMinute = 60'000'000;
    int64_t const ahead = event.time_us - record_time_us;
    if (strict && ahead > 10 * kMinute)
        return fail(Code::TimeFuture, "eventTime is more than 10 minutes ahead of the node's clock",
                    "事件时间比节点时钟快 10 分钟以上");
    if (ahead > 24 * 60 * kMinute) flags |= bit(Flag::time_future);
    return {};
}

Result<void> check_effects(Application& application, Judgement judgement) {
    if (application.void_seq != 0) judgement = Judgement::none;  // it changes nothing
    if (judgement == Judgement::strict) {
        if (auto fine = check_known(application); !fine) return fine;
        if (auto fine = check_order(application); !fine) return fine;
        if (auto fine = check_instances(application); !fine) return fine;
        if (auto fine = check_overdraw(application); !fine) return fine;
    }
    constexpr uint32_t kOfLink = bit(Flag::time_order) | bit(Flag::overdraw);
    application.flags |= (application.link.flags & kOfLink) | flags_of_lots(application);
    if (!application.work.shortages.empty()) application.flags |= bit(Flag::overdraw);
    if (auto fine = check_custody(application, judgement); !fine) return fine;
    check_mass(application);
    uint32_t const kept = bit(Flag::custody_gap) | bit(Flag::implicit_supply) | bit(Flag::restated_supply);
    application.link.flags |= application.flags & ~(kept | kOfLink);
    return {};
}

}  // namespace ingot::tracechain
