// Rule 2 of spec/trace-semantics.md 1.3: amounts that follow from moisture and assays.
#include <map>
#include <tuple>

#include "tracechain/account.hpp"
#include "tracechain/amount.hpp"
#include "tracechain/capture_apply.hpp"

namespace ingot::tracechain {

using storage::BasisKind;

namespace {

// Of each element the assay that counts: highest status, then latest event time, then latest capture (1.3).
std::map<std::string_view, Assay const*> best_assays(std::vector<Assay> const& assays) {
    std::map<std::string_view, Assay const*> best;
    for (Assay const& assay : assays) {
        if (assay.void_seq != 0) continue;
        Assay const*& known = best.try_emplace(assay.element, &assay).first->second;
        if (std::tie(known->status, known->time_us, known->seq) <= std::tie(assay.status, assay.time_us, assay.seq))
            known = &assay;
    }
    return best;
}

}  // namespace

Amounts with_assays(Amounts amounts, std::vector<Assay> const& assays) {
    if (assays.empty()) return amounts;
    auto const best = best_assays(assays);
    Basis const dry{BasisKind::dry_mass, {}};
    auto const gross = amounts.get({BasisKind::gross_mass, {}});
    if (auto moisture = best.find("moisture"); moisture != best.end() && gross && !amounts.get(dry))
        amounts.set(dry, scaled(*gross, kWholeMass - moisture->second->value, kWholeMass));
    auto const dry_mass = amounts.get(dry);
    if (!dry_mass) return amounts;
    for (auto const& [name, assay] : best) {
        if (name == "moisture") continue;
        Basis const element{BasisKind::element, std::string(name)};
        if (!amounts.get(element)) amounts.set(element, scaled(*dry_mass, assay->value, kWholeMass));
    }
    return amounts;
}

}  // namespace ingot::tracechain
