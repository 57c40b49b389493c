// Containers that an event names or takes from (spec/trace-semantics.md 1.4): their lots in their place.
#include <algorithm>

#include "base/encoding.hpp"
#include "storage/holding_table.hpp"
#include "tracechain/capture_apply.hpp"
#include "tracechain/flags.hpp"

namespace ingot::tracechain {

using storage::Flag;
using storage::Space;

namespace {

tl::unexpected<Error> too_deep(std::string const& lot, int levels) {
    std::string const max = std::to_string(levels);
    Error error{Code::CaptureLimit,
                "containers stand in " + excerpt(lot) + " more than " + max +
                    " deep; name the lots themselves, or correct the packing",
                excerpt(lot) + " 内容器嵌套超过 " + max + " 层；请直接列出批次，或更正装箱事件"};
    error.with("lot", lot).with("limit", static_cast<int64_t>(levels));
    return fail(std::move(error));
}

// What stands in a container at the time of the event; read once an event.
Result<std::vector<Content> const*> inside_of(Application& application, LotNumber container) {
    if (auto known = application.inside.find(container); known != application.inside.end()) return &known->second;
    Workspace& work = application.work;
    auto rows = storage::container_rows(work.batch(), container, application.event.time_us,
                                        static_cast<uint32_t>(work.content_rows_left + 1));
    if (!rows) return tl::unexpected(rows.error());
    auto lot = work.lot(container);
    if (!lot) return tl::unexpected(lot.error());
    if (auto spent = work.spend_content_rows((*lot)->row.id, rows->size()); !spent)
        return tl::unexpected(spent.error());
    return &application.inside.emplace(container, contents_of(std::move(*rows))).first->second;
}

// The container the lot stands in at the time of the event; 0 = none.
Result<LotNumber> container_around(Application& application, LotRow const& lot) {
    Workspace& work = application.work;
    auto rows = storage::contained_rows(work.batch(), lot.lot, application.event.time_us,
                                        static_cast<uint32_t>(work.content_rows_left + 1));
    if (!rows) return tl::unexpected(rows.error());
    if (auto spent = work.spend_content_rows(lot.id, rows->size()); !spent) return tl::unexpected(spent.error());
    for (LotNumber container : containers_of(*rows)) {
        auto inside = inside_of(application, container);
        if (!inside) return tl::unexpected(inside.error());
        if (holds(**inside, lot.lot)) return container;
    }
    return LotNumber{0};
}

}  // namespace

Result<void> leave_container(Application& application, Concerned const& concerned) {
    LotRow& lot = concerned.lot->row;
    if (!lot.was_packed) return {};
    LotNumber container = concerned.through;
    if (container == 0) {
        auto found = container_around(application, lot);
        if (!found) return tl::unexpected(found.error());
        container = *found;
        if (container == 0) return {};
        lot.flags |= bit(Flag::consumed_in_container);
        application.flags |= bit(Flag::consumed_in_container);
        warn(application, "consumed-in-container", concerned.member->pointer);
    }
    storage::ContentRow row{container, lot.lot,           application.event.time_us, application.link.seq,
                            true,      concerned.amounts, application.void_seq};
    application.work.batch().put(Space::index, storage::content_key(row), storage::encode(row));
    application.work.batch().put(Space::index, storage::contained_key(row), "");
    return {};
}

Result<std::vector<Concerned>> with_contents(Application& application, std::vector<Concerned> const& named) {
    constexpr int kLevels = 10;
    std::vector<Concerned> out, level = named;
    std::set<LotNumber> seen;  // a container may hold itself, or stand in two
    for (int depth = 0; !level.empty(); ++depth) {
        std::vector<Concerned> next;
        for (Concerned& each : level) {
            LotNumber const number = each.lot->row.lot;
            if (!seen.insert(number).second) continue;
            std::vector<Content> const none, *inside = &none;
            if (each.lot->row.is_container) {
                auto found = inside_of(application, number);
                if (!found) return tl::unexpected(found.error());
                inside = *found;
            }
            if (!inside->empty() && depth == kLevels) return too_deep(named.front().lot->row.id, kLevels);
            for (Content const& content : *inside) {
                auto lot = application.work.lot(content.lot);
                if (!lot) return tl::unexpected(lot.error());
                mention(application, (*lot)->row);
                next.push_back({each.member, *lot, content.amounts, number, false});
            }
            if (inside->empty()) out.push_back(std::move(each));
        }
        level = std::move(next);
    }
    return out.empty() ? named : out;  // containers that hold nothing but each other stand for themselves
}

}  // namespace ingot::tracechain
