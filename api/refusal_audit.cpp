#include "api/refusal_audit.hpp"

namespace ingot::api {
namespace {

// Callers without a principal are told apart by their address.
std::string kind_key(Refusal const& refusal) {
    std::string key(refusal.actor.empty() ? refusal.address : refusal.actor);
    for (std::string_view part : {refusal.act, refusal.route, refusal.reason}) key.append(1, '\0').append(part);
    return key;
}

}  // namespace

RefusalAudit::RefusalAudit(storage::Engine& engine, Clock& clock, std::function<void(uint64_t)> lost)
    : engine_(engine), clock_(clock), lost_(std::move(lost)), minute_(minute()) {}

bool RefusalAudit::concerns(Code code) {
    return code == Code::NotAuthenticated || code == Code::InvalidToken || code == Code::TwoCredentials ||
           code == Code::Forbidden || code == Code::NoPermission;
}

int64_t RefusalAudit::minute() const {
    return std::chrono::duration_cast<std::chrono::minutes>(clock_.steady().time_since_epoch()).count();
}

void RefusalAudit::note(Refusal const& refusal) {
    tick();
    {
        std::lock_guard lock(mutex_);
        std::string key = kind_key(refusal);
        if (auto known = kinds_.find(key); known != kinds_.end()) {
            ++known->second.more;
            return;
        }
        if (kinds_.size() == kKinds) {
            ++beyond_;
            return;
        }
        auto text = [](std::string_view view) { return std::string(view); };
        kinds_.emplace(std::move(key),
                       Kind{text(refusal.actor), text(refusal.credential), text(refusal.act), text(refusal.route),
                            text(refusal.object), text(refusal.reason), text(refusal.address), 0});
    }
    write({audit_line(refusal)});
}

void RefusalAudit::tick() {
    int64_t const now = minute();
    int64_t collected = minute_.load(std::memory_order_relaxed);
    if (now == collected || !minute_.compare_exchange_strong(collected, now)) return;
    flush();
}

void RefusalAudit::flush() {
    std::vector<std::string> lines;
    {
        std::lock_guard lock(mutex_);
        lines = take_collected();
    }
    if (!lines.empty()) write(std::move(lines));
}

std::vector<std::string> RefusalAudit::take_collected() {
    std::vector<std::string> lines;
    for (auto const& [key, kind] : kinds_)
        if (kind.more > 0) lines.push_back(audit_line(kind.refusal(), kind.more));
    Refusal others;
    others.reason = "many-refusals";
    if (beyond_ > 0) lines.push_back(audit_line(others, beyond_));
    kinds_.clear();
    beyond_ = 0;
    return lines;
}

void RefusalAudit::write(std::vector<std::string> lines) {
    storage::Operation operation;
    uint64_t const count = lines.size();
    operation.bytes = 512 * lines.size();
    operation.apply = [lines = std::move(lines)](storage::Batch& batch, uint32_t) -> Result<void> {
        for (auto const& line : lines) batch.audit(line);
        return {};
    };
    engine_.submit(std::move(operation), [lost = lost_, count](Result<storage::Committed> done) {
        if (!done) lost(count);
    });
}

}  // namespace ingot::api
