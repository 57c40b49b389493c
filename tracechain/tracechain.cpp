#include "tracechain/tracechain.hpp"

#include "registry/access.hpp"
#include "tracechain/capture.hpp"

namespace ingot::tracechain {

using registry::Principal;
using registry::Role;

namespace {

bool rolls_back(CaptureRequest const& request) {
    if (request.rollback) return *request.rollback;
    switch (request.body.form) {
        case BodyForm::Document:
        case BodyForm::QueryDocument:
        case BodyForm::Single:
            return true;
        default:
            return false;
    }
}

// event.correct exercised by a person, not by a device (4.2).
bool may_override(Principal const& principal) {
    registry::Resource const own{principal.prefix, principal.enterprise, false};
    bool const allowed =
        registry::authorize(principal, registry::Act::EventCorrect, own).verdict == registry::Verdict::Allow;
    return allowed && !principal.has(Role::station);
}

}  // namespace

Tracechain::Tracechain(storage::Engine& engine, Clock& clock, Random& random, TraceSettings settings,
                       OwnerLookup owners)
    : engine_(engine),
      clock_(clock),
      random_(random),
      settings_(std::move(settings)),
      owners_(std::move(owners)),
      walks_(WalkStoreLimits::from(settings_.limits)) {}

bool Tracechain::is_strict(Principal const& principal) const {
    if (principal.trace_mode == "strict") return true;
    if (principal.trace_mode == "tolerant") return false;
    return principal.has(Role::station);
}

ReadTerms Tracechain::read_terms(bool strict) const {
    ReadTerms terms;
    terms.hosts = settings_.hosts;
    terms.limits = settings_.limits;
    terms.strict = strict;
    terms.lenient = settings_.lenient;
    return terms;
}

Result<storage::Operation> Tracechain::capture(CaptureRequest request) const {
    auto unit = std::make_shared<CaptureUnit>();
    unit->rollback = rolls_back(request);
    unit->strict = is_strict(request.principal);
    unit->chinese = request.chinese;
    unit->settings = &settings_;
    unit->stored_kinds = std::move(request.stored_kinds);
    if (request.accept_tolerant && unit->strict) {
        if (!may_override(request.principal)) {
            Error error{Code::NoPermission, "accept=tolerant needs event.correct, exercised by a person",
                        "accept=tolerant 需要由人员行使 event.correct 权限"};
            error.with("permission", "event.correct");
            return fail(std::move(error));
        }
        unit->strict = false;
    }
    PrepareTerms const terms{request.principal, owners_, random_, settings_};
    bool refused = false;
    unit->events.reserve(request.body.events.size());
    for (ReadEvent& read : request.body.events) {
        unit->events.push_back(prepare(std::move(read), terms));
        refused |= unit->events.back().refusal.has_value();
    }
    if (unit->rollback && refused) return fail(refused_unread(*unit));
    return capture_operation(std::move(unit), request.bytes);
}

}  // namespace ingot::tracechain
