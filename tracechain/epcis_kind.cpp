// Why, where, corrections, and the kind of an event (spec/trace-semantics.md 2.2, 2.5).
#include "tracechain/epcis_format.hpp"
#include "tracechain/epcis_interpretation.hpp"

namespace ingot::tracechain {
namespace {

std::optional<ident::LotKey> read_place(Interpretation& in, Field which) {
    JsonValue const* place = in.fields[which];
    JsonValue const* id = place == nullptr ? nullptr : place->find("id");
    return id == nullptr ? std::nullopt : in.lot_key(*id);
}

std::vector<Party> read_parties(Interpretation& in, Field which, std::string_view member) {
    std::vector<Party> parties;
    if (in.fields.items(which) == 0) return parties;
    for (JsonValue const& entry : *in.fields[which]) {
        JsonValue const* type = entry.find("type");
        JsonValue const* uri = entry.find(member);
        if (type == nullptr || uri == nullptr) continue;
        auto key = in.lot_key(*uri);
        if (!key) continue;
        parties.push_back(
            {in.folded_word(type->text, WordList::SourceDestination), std::string(uri->text), std::move(*key)});
    }
    return parties;
}

bool is_move(Event const& event) {
    return (event.read_point || event.biz_location) && event.sources.empty() && event.destinations.empty();
}

LinkKind kind_of_observation(Event const& event, bool has_sensors) {
    bool has_parties = !event.sources.empty() || !event.destinations.empty();
    if (event.vessel) return LinkKind::vessel_adjust;
    if (event.hold) return event.hold->release ? LinkKind::release : LinkKind::hold;
    if (event.lock) return event.lock->unlock ? LinkKind::unlock : LinkKind::lock;
    if (event.adjust) return LinkKind::adjust;
    if (event.biz_step == "void_shipping") return LinkKind::void_ship;
    if (event.biz_step == "shipping" && has_parties) return LinkKind::ship;
    if (event.biz_step == "receiving" && has_parties) return LinkKind::receive;
    if (has_sensors) return LinkKind::observe;
    return is_move(event) ? LinkKind::move : LinkKind::other;
}

LinkKind kind_of_transformation(Event const& event) {
    if (!event.transformation) return LinkKind::transform;
    if (!event.vessel) return LinkKind::campaign;
    switch (event.vessel->operation) {
        case VesselUse::Operation::Charge:
            return LinkKind::charge;
        case VesselUse::Operation::Draw:
            return LinkKind::draw;
        default:
            return LinkKind::charge_draw;
    }
}

LinkKind kind_of_object(Event const& event, bool has_sensors) {
    if (event.action == Action::Add) return LinkKind::commission;
    if (event.action == Action::Delete) return LinkKind::dispose;
    return kind_of_observation(event, has_sensors);
}

LinkKind kind_of_aggregation(Event const& event) {
    if (event.action == Action::Add) return LinkKind::pack;
    return event.action == Action::Delete ? LinkKind::unpack : LinkKind::other;
}

}  // namespace

void read_why_where(Interpretation& in) {
    Event& event = in.event;
    event.biz_step = in.folded_word(in.fields.text(Field::biz_step), WordList::BizStep);
    event.read_point = read_place(in, Field::read_point);
    event.biz_location = read_place(in, Field::biz_location);
    event.sources = read_parties(in, Field::source_list, "source");
    event.destinations = read_parties(in, Field::destination_list, "destination");
}

void read_declaration(Interpretation& in) {
    JsonValue const* value = in.fields[Field::error_declaration];
    if (value == nullptr) return;
    ErrorDeclaration declaration;
    if (JsonValue const* time = value->find("declarationTime")) {
        declaration.time_text = std::string(time->text);
        if (auto parsed = read_date_time(time->text)) declaration.time_us = to_micros(*parsed);
    }
    if (JsonValue const* reason = value->find("reason"))
        declaration.reason = in.folded_word(reason->text, WordList::Reason);
    if (JsonValue const* ids = value->find("correctiveEventIDs"))
        for (JsonValue const& id : *ids) declaration.corrective_ids.emplace_back(id.text);
    in.event.declaration = std::move(declaration);
}

LinkKind kind_of(Event const& event, bool has_sensors) {
    if (event.declaration) return LinkKind::declaration;
    switch (event.type) {
        case EventType::Object:
            return kind_of_object(event, has_sensors);
        case EventType::Aggregation:
            return kind_of_aggregation(event);
        case EventType::Association:
            return LinkKind::association;
        case EventType::Transaction:
            return LinkKind::transaction;
        case EventType::Transformation:
            return kind_of_transformation(event);
        case EventType::Extension:
            break;
    }
    return LinkKind::other;
}

// Extensions that the event, being of another kind, does not carry out. Vessels and adjusts in the wrong place were
// refused before.
void warn_ignored_extensions(Interpretation& in) {
    LinkKind kind = in.event.kind;
    if (kind == LinkKind::declaration) return;
    auto ignored = [&](Extension which, bool used) {
        if (JsonValue const* value = in.extension(which); value != nullptr && !used)
            in.warn("extension-ignored", *value);
    };
    ignored(Extension::hold, kind == LinkKind::hold || kind == LinkKind::release);
    ignored(Extension::lock, kind == LinkKind::lock || kind == LinkKind::unlock);
    ignored(Extension::adjust, kind == LinkKind::adjust);
}

}  // namespace ingot::tracechain
