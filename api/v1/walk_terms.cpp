// Under which terms a caller's walks run: settings, sight, other nodes, and whether limits may be lifted.
#include <algorithm>

#include "api/v1/identifier_call.hpp"
#include "api/v1/trace_parameters.hpp"
#include "registry/access.hpp"
#include "registry/registry.hpp"
#include "tracechain/tracechain.hpp"

namespace ingot::api::v1 {

bool may_export(registry::Principal const& principal) {
    registry::Resource own{principal.prefix, principal.enterprise, false};
    return registry::authorize(principal, registry::Act::ExportRun, own).verdict == registry::Verdict::Allow;
}

tracechain::WalkTerms walk_terms(Call const& call, Services const& services) {
    auto const& settings = services.tracechain.settings();
    tracechain::WalkTerms terms;
    terms.tolerance_lot = settings.tolerance_lot;
    terms.tolerance_vessel = settings.tolerance_vessel;
    terms.late_supply_window_us = settings.late_supply_window_us;
    terms.clock = &services.clock;
    terms.queue_ms = std::max(0.0, std::chrono::duration<double, std::milli>(elapsed(call, services)).count());
    terms.foreign = [known = services.registry.directory()](std::string_view lot) -> std::optional<std::string> {
        auto const info = known->exact_prefix(lot.substr(0, lot.find('/')));
        if (!info || info->hosted || info->referral_url.empty()) return std::nullopt;
        return info->referral_url;
    };
    terms.visible = [known = services.registry.directory(), own = call.principal.enterprise](std::string_view prefix) {
        auto const info = known->exact_prefix(prefix);
        return info && !own.empty() && info->enterprise == own;
    };
    return terms;
}

}  // namespace ingot::api::v1
