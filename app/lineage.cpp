#include "app/lineage.hpp"

#include "storage/graph_table.hpp"

namespace ingot::app {

tracechain::TraceSettings trace_settings(Config const& config) {
    tracechain::TraceSettings settings;
    settings.hosts.own_hosts = {config.node_name};
    settings.hosts.alias_hosts = config.trace_alias_hosts;
    settings.limits = config.limits;
    settings.lenient = config.epcis_lenient;
    settings.tolerance_lot = config.trace_tolerance_lot;
    settings.tolerance_vessel = config.trace_tolerance_vessel;
    settings.late_supply_window_us = std::chrono::microseconds(config.trace_late_supply_window).count();
    settings.log_origin = config.log_origin_or_default();
    return settings;
}

tracechain::OwnerLookup owner_lookup(registry::Registry const& registry) {
    return [&registry](ident::LotKey const& key) -> std::optional<tracechain::Owner> {
        if (key.kind != ident::LotKey::Kind::Node) return std::nullopt;
        auto const info = key.identifier ? registry.prefix_of(*key.identifier) : registry.prefix_of(key.canonical);
        if (!info) return std::nullopt;
        return tracechain::Owner{info->enterprise, info->prefix};
    };
}

namespace {

Result<std::optional<storage::LotRow>> lot_of(storage::View const& view, ident::Identifier const& identifier) {
    auto number = storage::find_lot_number(view, identifier.canonical());
    if (!number) return fail(number.error());
    if (!*number) return std::nullopt;
    return storage::find_lot(view, **number);
}

}  // namespace

Result<bool> lot_in_use(storage::View const& view, ident::Identifier const& identifier) {
    auto lot = lot_of(view, identifier);
    if (!lot) return fail(lot.error());
    if (!*lot) return false;
    storage::AccountTail const& tail = (*lot)->tail;
    return tail.content.value(tail.primary) > 0;
}

Result<bool> lot_mentioned(storage::View const& view, ident::Identifier const& identifier) {
    auto number = storage::find_lot_number(view, identifier.canonical());
    if (!number) return fail(number.error());
    return number->has_value();
}

}  // namespace ingot::app
