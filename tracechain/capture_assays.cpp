// Rule 2 of spec/trace-semantics.md 1.3: amounts that follow from moisture and assays.
#include <tuple>

#include "tracechain/capture_apply.hpp"

namespace ingot::tracechain {

using storage::BasisKind;

namespace {

__extension__ typedef __int128 Int128;

int64_t half_even(Int128 numerator, int64_t denominator) {
    Int128 quotient = numerator / denominator;
    Int128 const rest = numerator % denominator;
    if (rest * 2 > denominator || (rest * 2 == denominator && (quotient & 1) != 0)) quotient += 1;
    return static_cast<int64_t>(quotient);
}

// The assay that counts: highest status, then latest event time, then latest capture (1.3).
Assay const* best_assay(std::vector<Assay> const& assays, std::string_view element) {
    Assay const* best = nullptr;
    for (Assay const& assay : assays) {
        if (assay.element != element) continue;
        if (best == nullptr ||
            std::tie(best->status, best->time_us, best->seq) <= std::tie(assay.status, assay.time_us, assay.seq))
            best = &assay;
    }
    return best;
}

}  // namespace

Amounts with_assays(Amounts amounts, std::vector<Assay> const& assays) {
    constexpr int64_t kWhole = 1'000'000'000'000;
    if (assays.empty()) return amounts;
    Basis const dry{BasisKind::dry_mass, {}};
    auto const gross = amounts.get({BasisKind::gross_mass, {}});
    if (Assay const* moisture = best_assay(assays, "moisture"); moisture && gross && !amounts.get(dry))
        amounts.set(dry, half_even(static_cast<Int128>(*gross) * (kWhole - moisture->value), kWhole));
    auto const dry_mass = amounts.get(dry);
    if (!dry_mass) return amounts;
    for (Assay const& assay : assays) {
        if (assay.element == "moisture") continue;
        Basis const element{BasisKind::element, assay.element};
        if (amounts.get(element)) continue;
        int64_t const value = best_assay(assays, assay.element)->value;
        amounts.set(element, half_even(static_cast<Int128>(*dry_mass) * value, kWhole));
    }
    return amounts;
}

}  // namespace ingot::tracechain
