// Event-level extensions but amounts and vessels (spec/trace-semantics.md 2.3).
#include <algorithm>
#include <cmath>
#include <map>

#include "tracechain/epcis_interpretation.hpp"

namespace ingot::tracechain {
namespace {

bool is_object_observe(Event const& event) {
    return event.type == EventType::Object && event.action == Action::Observe;
}

// The lot a link names, which must be in the lists of that side.
std::optional<ident::LotKey> linked_lot(Interpretation& in, JsonValue const& id, Side side) {
    auto key = in.lot_key(id);
    if (!key || find_member(in, side, key->canonical) != nullptr) return key;
    in.faults.add(id, Code::AmountUnknownLot,
                  "ingot:links names " + shown(id) + ", which is no " + (side == Side::Output ? "output" : "input") +
                      " of the event",
                  "ingot:links 中的 " + shown(id) + " 不是该事件的" + (side == Side::Output ? "输出" : "输入"));
    return std::nullopt;
}

void read_link(Interpretation& in, JsonValue const& item) {
    constexpr std::array<std::string_view, 3> kMembers = {"output", "input", "share"};
    if (!in.is_object(item)) return;
    auto [output, input, share] = in.members(item, kMembers);
    if (output == nullptr) in.lacks(item, "output", "\"https://ingot.example/88.999.1/Z\"");
    if (input == nullptr) in.lacks(item, "input", "\"https://ingot.example/88.999.1/A\"");
    if (share == nullptr) in.lacks(item, "share", "0.5");
    if (output == nullptr || input == nullptr || share == nullptr) return;
    auto output_key = linked_lot(in, *output, Side::Output);
    auto input_key = linked_lot(in, *input, Side::Input);
    auto value = in.fraction(*share);
    if (output_key && input_key && value)
        in.event.links.push_back({std::move(*output_key), std::move(*input_key), *value});
}

void only_in(Interpretation& in, JsonValue const& at, std::string_view where, std::string_view where_zh) {
    in.faults.add(at, "extension", label(at) + " belongs in " + std::string(where) + " only",
                  label(at) + " 只能用于" + std::string(where_zh));
}

}  // namespace

void find_extensions(Interpretation& in) {
    for (JsonValue const* member : in.fields.others) {
        ExpandedName name = in.names.expand(member->name);
        if (!name.prefix_known) in.warn("prefix-unknown", *member);
        if (!name.is_ingot()) continue;
        auto place = std::find(kExtensionNames.begin(), kExtensionNames.end(), name.local);
        if (place == kExtensionNames.end()) {
            in.warn("extension-unknown", *member);
            continue;
        }
        JsonValue const*& slot = in.extensions[size_t(place - kExtensionNames.begin())];
        if (slot != nullptr) {
            std::string twice(name.local);
            in.faults.add(*member, Code::ExtensionAmbiguous, "ingot:" + twice + " stands twice; write it once",
                          "ingot:" + twice + " 出现两次；请只写一次");
        }
        slot = member;
    }
    for (Extension which : {Extension::lock_transfer, Extension::burdens})
        if (JsonValue const* list = in.extension(which)) in.is_array(*list);
}

void read_adjust(Interpretation& in) {
    constexpr std::array<std::string_view, 2> kMembers = {"mode", "cause"};
    constexpr std::array<std::string_view, 2> kModes = {"count", "delta"};
    constexpr std::array<std::string_view, 3> kCauses = {"survey", "found", "loss"};
    JsonValue const* value = in.extension(Extension::adjust);
    if (value == nullptr || !in.is_object(*value)) return;
    if (!is_object_observe(in.event))
        return only_in(in, *value, "ObjectEvents with action OBSERVE", " OBSERVE 的 ObjectEvent");
    auto [mode, cause] = in.members(*value, kMembers);
    if (mode == nullptr) return in.lacks(*value, "mode", "\"count\"");
    auto mode_place = in.word(*mode, kModes);
    auto cause_place = cause == nullptr ? std::optional<size_t>(0) : in.word(*cause, kCauses);
    if (!mode_place || !cause_place) return;
    Adjust adjust;
    adjust.count = *mode_place == 0;
    adjust.cause = Adjust::Cause(*cause_place);
    adjust.negative = !adjust.count && adjust.cause == Adjust::Cause::Loss;
    in.event.adjust = adjust;
}

// An adjust without an amount would say nothing about its lot.
void check_adjusted_amounts(Interpretation& in) {
    if (!in.event.adjust || !in.faults.empty()) return;
    for (Member const& member : in.event.members) {
        if (!member.amounts.empty()) continue;
        in.faults.add(
            *in.extension(Extension::adjust), "extension",
            "ingot:adjust needs an amount of every lot, in quantityList or ingot:amounts; " + member.uri + " has none",
            "ingot:adjust 要求每个批次都有数量（quantityList 或 ingot:amounts）；" + member.uri + " 没有");
        return;
    }
}

void read_allocation(Interpretation& in) {
    constexpr std::array<std::string_view, 1> kMembers = {"basis"};
    JsonValue const* value = in.extension(Extension::allocation);
    if (value == nullptr || !in.is_object(*value)) return;
    auto [basis] = in.members(*value, kMembers);
    if (basis == nullptr) return in.lacks(*value, "basis", "\"economic\"");
    auto parsed = basis->is_string() ? parse_basis(basis->text) : std::nullopt;
    if (!parsed) {
        in.faults.add(
            *basis, "extension",
            "ingot:basis must be gross_mass, dry_mass, element:Pb, economic, custom, count, volume, length or "
            "area, not " +
                shown(*basis),
            "ingot:basis 必须是 gross_mass、dry_mass、element:Pb、economic、custom、count、volume、length 或 "
            "area，现为 " +
                shown(*basis));
        return;
    }
    in.event.allocation = *parsed;
}

void read_links(Interpretation& in) {
    JsonValue const* list = in.extension(Extension::links);
    if (list == nullptr || !in.is_array(*list)) return;
    if (in.event.type != EventType::Transformation)
        return only_in(in, *list, "TransformationEvents", " TransformationEvent");
    for (JsonValue const& item : *list) {
        if (in.faults.full()) return;
        read_link(in, item);
    }
    if (!in.faults.empty()) return;
    std::map<std::string_view, double> sums;
    for (Event::Link const& link : in.event.links) sums[link.output.canonical] += link.share;
    for (auto const& [output, sum] : sums) {
        if (std::abs(sum - 1) <= 1e-9) continue;
        in.faults.add(*list, Code::LinksSum,
                      "the shares of output " + std::string(output) + " sum to " + std::to_string(sum) + ", not to 1",
                      "输出 " + std::string(output) + " 的份额之和为 " + std::to_string(sum) + "，应为 1");
    }
}

void read_hold(Interpretation& in) {
    constexpr std::array<std::string_view, 6> kMembers = {"id", "operation", "reason", "mode", "threshold", "expires"};
    constexpr std::array<std::string_view, 2> kOperations = {"hold", "release"};
    constexpr std::array<std::string_view, 2> kModes = {"inform", "block"};
    JsonValue const* value = in.extension(Extension::hold);
    if (value == nullptr || !in.is_object(*value)) return;
    auto [id, operation, reason, mode, threshold, expires] = in.members(*value, kMembers);
    if (id == nullptr) in.lacks(*value, "id", "\"https://ingot.example/88.999.1/OD.HOLD0003\"");
    if (operation == nullptr) in.lacks(*value, "operation", "\"hold\"");
    HoldRequest hold;
    hold.mode = "inform";
    if (id != nullptr) hold.id = in.uri(*id).value_or("");
    if (operation != nullptr) hold.release = in.word(*operation, kOperations) == size_t(1);
    if (reason != nullptr) hold.reason = in.text(*reason).value_or("");
    if (mode != nullptr && in.word(*mode, kModes)) hold.mode = std::string(mode->text);
    if (threshold != nullptr) hold.threshold = in.fraction(*threshold).value_or(hold.threshold);
    if (expires != nullptr) hold.expires = in.date_time(*expires).value_or("");
    in.event.hold = std::move(hold);
}

void read_lock(Interpretation& in) {
    constexpr std::array<std::string_view, 4> kMembers = {"id", "operation", "beneficiary", "expires"};
    constexpr std::array<std::string_view, 2> kOperations = {"lock", "unlock"};
    JsonValue const* value = in.extension(Extension::lock);
    if (value == nullptr || !in.is_object(*value)) return;
    auto [id, operation, beneficiary, expires] = in.members(*value, kMembers);
    if (id == nullptr) in.lacks(*value, "id", "\"https://ingot.example/88.999.1/WH.W0017\"");
    if (operation == nullptr) in.lacks(*value, "operation", "\"lock\"");
    LockRequest lock;
    if (id != nullptr) lock.id = in.uri(*id).value_or("");
    if (operation != nullptr) lock.unlock = in.word(*operation, kOperations) == size_t(1);
    if (beneficiary != nullptr) lock.beneficiary = in.uri(*beneficiary).value_or("");
    if (expires != nullptr) lock.expires = in.date_time(*expires).value_or("");
    in.event.lock = std::move(lock);
}

void read_override(Interpretation& in) {
    constexpr std::array<std::string_view, 1> kMembers = {"reason"};
    JsonValue const* value = in.extension(Extension::override);
    if (value == nullptr || !in.is_object(*value)) return;
    auto [reason] = in.members(*value, kMembers);
    if (reason == nullptr) return in.lacks(*value, "reason", "\"furnace breakout\"");
    auto text = in.text(*reason);
    if (text && text->empty()) in.lacks(*value, "reason", "\"furnace breakout\"");
}

}  // namespace ingot::tracechain
