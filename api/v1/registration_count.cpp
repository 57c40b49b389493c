#include "api/v1/registration_count.hpp"

#include <map>

#include "api/metrics.hpp"
#include "api/v1/identifier_call.hpp"
#include "registry/registry.hpp"

namespace ingot::api::v1 {
namespace {

void count(Metrics& metrics, Registrations const& items, bool whole, std::chrono::microseconds spent) {
    std::map<std::pair<std::string_view, bool>, uint64_t> counts;
    for (size_t i = 0; i < items.prefixes.size(); ++i)
        ++counts[{items.prefixes[i], whole && (items.ok.empty() || items.ok[i])}];
    for (auto const& [of, number] : counts) metrics.registered(of.first, Surface::v1, of.second, spent, number);
}

}  // namespace

std::string prefix_label(Services const& services, ident::Prefix const& prefix) {
    auto const info = services.registry.prefix_of(prefix.canonical());
    return info ? info->prefix : std::string();
}

void count_registrations(Change& change, Call const& call, Services& services, std::shared_ptr<Registrations> items) {
    auto spent = [&clock = services.clock, begun = call.request.received_steady] {
        return std::chrono::duration_cast<std::chrono::microseconds>(clock.steady() - begun);
    };
    change.refused = [&metrics = services.metrics, items, spent](Error const&) {
        count(metrics, *items, false, spent());
    };
    change.render = [&metrics = services.metrics, items, spent](storage::Committed const& committed,
                                                                net::Answer answer) {
        if (!committed.replayed) count(metrics, *items, true, spent());
        return answer;
    };
}

Result<Change> counted(Result<Change> change, Call const& call, Services& services, std::string const& label) {
    if (!change) services.metrics.registered(label, Surface::v1, false, elapsed(call, services));
    return change;
}

}  // namespace ingot::api::v1
