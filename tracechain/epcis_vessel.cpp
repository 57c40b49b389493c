// ingot:vessel (spec/trace-semantics.md 1.5, 2.3).
#include "tracechain/epcis_format.hpp"
#include "tracechain/epcis_interpretation.hpp"

namespace ingot::tracechain {
namespace {

using Operation = VesselUse::Operation;

constexpr std::array<std::string_view, 10> kMembers = {"id",       "operation", "policy", "residence", "window",
                                                       "selected", "campaign",  "mode",   "gross",     "uom"};
constexpr std::array<std::string_view, 4> kOperations = {"charge", "draw", "both", "adjust"};
// In the order of storage::Policy.
constexpr std::array<std::string_view, 7> kPolicies = {"well_mixed", "fifo",   "lifo",         "line",
                                                       "selected",   "window", "identity_lost"};

void wrong_operation(Interpretation& in, JsonValue const& at, std::string detail, std::string detail_zh) {
    in.faults.add(at, Code::VesselOperation, std::move(detail), std::move(detail_zh));
}

// What the lists of a transformation say by themselves (3.5: both lists and no operation: charge, then draw).
Operation operation_of_lists(EventFields const& fields) {
    bool inputs = fields.items(Field::input_epc_list) + fields.items(Field::input_quantity_list) > 0;
    bool outputs = fields.items(Field::output_epc_list) + fields.items(Field::output_quantity_list) > 0;
    return inputs && outputs ? Operation::Both : inputs ? Operation::Charge : Operation::Draw;
}

// Operation and lists must agree. False after a fault.
bool settle_operation(Interpretation& in, JsonValue const& vessel, JsonValue const* stated, VesselUse& use) {
    bool transformation = in.event.type == EventType::Transformation;
    bool observation = in.event.type == EventType::Object && in.event.action == Action::Observe;
    std::optional<Operation> wanted;
    if (stated != nullptr) {
        auto place = in.word(*stated, kOperations);
        if (!place) return false;
        wanted = Operation(*place);
    }
    JsonValue const& at = stated != nullptr ? *stated : vessel;
    if (transformation) {
        if (!in.event.transformation) {
            wrong_operation(in, vessel, "a vessel is charged and drawn under a transformationID; add one",
                            "向容器加料或取料须有 transformationID");
            return false;
        }
        use.operation = operation_of_lists(in.fields);
        if (!wanted || *wanted == use.operation) return true;
        std::string lists(kOperations[size_t(use.operation)]);
        wrong_operation(in, at,
                        "the lists of the event mean \"" + lists +
                            "\" (inputs only: charge, outputs only: draw, "
                            "both: both), not " +
                            shown(at),
                        "事件的清单表示 \"" + lists + "\"（仅输入为 charge，仅输出为 draw，两者为 both），与 " +
                            shown(at) + " 不符");
        return false;
    }
    if (observation && wanted == Operation::Adjust) {
        use.operation = Operation::Adjust;
        return true;
    }
    wrong_operation(
        in, at,
        "ingot:vessel needs a TransformationEvent (charge, draw, both) or an ObjectEvent OBSERVE with "
        "operation adjust",
        "ingot:vessel 须用于 TransformationEvent（charge、draw、both），或 OBSERVE 的 ObjectEvent（adjust）");
    return false;
}

int64_t read_time_span(Interpretation& in, JsonValue const* value) {
    if (value == nullptr) return 0;
    auto micros = value->is_string() ? read_duration(value->text) : std::nullopt;
    if (micros) return *micros;
    in.faults.add(*value, "extension",
                  label(*value) + " must be an ISO 8601 duration such as PT12H or P3D, not " + shown(*value),
                  label(*value) + " 必须是 ISO 8601 时长，例如 PT12H、P3D；现为 " + shown(*value));
    return 0;
}

std::optional<DecimalFactor> mass_factor(Interpretation& in, JsonValue const* uom) {
    if (uom == nullptr) return kKilogram.factor;
    auto unit = uom->is_string() ? find_unit(uom->text) : std::nullopt;
    if (unit && unit->basis == BasisKind::gross_mass) return unit->factor;
    in.faults.add(*uom, Code::UomUnknown, "ingot:uom must be a unit of mass such as KGM, not " + shown(*uom),
                  "ingot:uom 必须是质量单位，例如 KGM；现为 " + shown(*uom));
    return std::nullopt;
}

void read_selected(Interpretation& in, JsonValue const& list, VesselUse& use) {
    constexpr std::array<std::string_view, 3> kItem = {"id", "gross", "uom"};
    if (!in.is_array(list)) return;
    for (JsonValue const& item : list) {
        if (in.faults.full()) return;
        if (!in.is_object(item)) continue;
        auto [id, gross, uom] = in.members(item, kItem);
        if (id == nullptr) in.lacks(item, "id", "\"https://ingot.example/88.999.1/A\"");
        if (gross == nullptr) in.lacks(item, "gross", "21000");
        auto factor = mass_factor(in, uom);
        if (id == nullptr || gross == nullptr || !factor) continue;
        auto key = in.lot_key(*id);
        auto amount = in.amount(*gross, *factor);
        if (key && amount) use.selected.emplace_back(std::move(*key), *amount);
    }
}

// A survey: how much is in the vessel, or by how much it changed.
void read_survey(Interpretation& in, JsonValue const& vessel, JsonValue const* campaign, JsonValue const* mode,
                 JsonValue const* gross, JsonValue const* uom, VesselUse& use) {
    constexpr std::array<std::string_view, 2> kModes = {"count", "delta"};
    if (campaign == nullptr) {
        in.lacks(vessel, "campaign", "\"https://ingot.example/88.999.1/BT.PILE2.2026W47\"");
    } else {
        use.campaign = in.lot_key(*campaign);
        use.campaign_uri = std::string(campaign->text);
    }
    auto mode_place = mode == nullptr ? std::optional<size_t>(0) : in.word(*mode, kModes);
    use.count = mode_place.value_or(0) == 0;
    if (gross == nullptr) return in.lacks(vessel, "gross", "11650");
    auto factor = mass_factor(in, uom);
    if (factor) use.gross = in.amount(*gross, *factor, !use.count).value_or(0);
}

}  // namespace

void read_vessel(Interpretation& in) {
    JsonValue const* value = in.extension(Extension::vessel);
    if (value == nullptr || !in.is_object(*value)) return;
    auto [id, operation, policy, residence, window, selected, campaign, mode, gross, uom] =
        in.members(*value, kMembers);
    if (id == nullptr) return in.lacks(*value, "id", "\"https://ingot.example/88.999.1/EQ.PILE2\"");
    VesselUse use;
    if (!settle_operation(in, *value, operation, use)) return;
    use.vessel = std::string(id->text);
    (void)in.lot_key(*id);  // faults name it when it is no URI
    if (policy != nullptr)
        if (auto place = in.word(*policy, kPolicies)) use.policy = Policy(*place + 1);
    use.residence_us = read_time_span(in, residence);
    use.window_us = read_time_span(in, window);
    if (selected != nullptr) read_selected(in, *selected, use);
    if (use.operation == Operation::Adjust) read_survey(in, *value, campaign, mode, gross, uom, use);
    in.event.vessel = std::move(use);
}

// Σ selected against Σ of the outputs: more than 0.5 % apart is selected-sum. Only when every output has a mass.
void check_selected_sum(Interpretation& in) {
    __extension__ using Sum = __int128;
    if (!in.event.vessel || in.event.vessel->selected.empty() || !in.faults.empty()) return;
    Sum selected = 0, drawn = 0;
    for (auto const& [lot, mass] : in.event.vessel->selected) selected += mass;
    for (Member const& member : in.event.members) {
        if (member.side != Side::Output) continue;
        auto mass = member.amounts.get(Basis{BasisKind::gross_mass, {}});
        if (!mass) return;
        drawn += *mass;
    }
    Sum apart = selected > drawn ? selected - drawn : drawn - selected;
    if (apart * 200 <= drawn) return;
    in.faults.add(*in.extension(Extension::vessel), Code::SelectedSum,
                  "the masses in ingot:selected and the mass drawn differ by more than 0.5 %",
                  "ingot:selected 的质量之和与取出质量相差超过 0.5 %");
}

}  // namespace ingot::tracechain
