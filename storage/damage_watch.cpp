#include "storage/damage_watch.hpp"

#include <chrono>

namespace ingot::storage {

void DamageWatch::met_by_read(Error const& error) {
    reads_.fetch_add(1, std::memory_order_relaxed);
    tell(error);
}

void DamageWatch::answered(Error const& error) {
    answers_.fetch_add(1, std::memory_order_relaxed);
    tell(error);
}

void DamageWatch::tell(Error const& error) {
    using namespace std::chrono;
    if (!events_) return;
    int64_t const now = duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
    int64_t next = next_told_ms_.load(std::memory_order_relaxed);
    if (now < next || !next_told_ms_.compare_exchange_strong(next, now + 1000)) return;
    events_(Severity::error, "data-damaged",
            member("detail", error.detail) + "," + member("reads", reads()) + "," + member("answers", answers()));
}

}  // namespace ingot::storage
