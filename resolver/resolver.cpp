#include "resolver/resolver.hpp"

#include <algorithm>

namespace ingot::resolver {
namespace {

using registry::Act;
using registry::Visibility;
using storage::RecordState;

// Stands in the cache for "answers nothing".
std::shared_ptr<void const> const& nothing() {
    static std::shared_ptr<void const> const marker = std::make_shared<char const>('-');
    return marker;
}

// Judges a stored record for a caller.
void judge(Resolution& resolution, storage::Record record, registry::Principal const& principal) {
    bool const living = record.state == RecordState::active || record.state == RecordState::suspended;
    registry::Resource const resource{resolution.prefix->prefix, resolution.prefix->enterprise,
                                      living ? record.has_public_values() : record.was_public};
    registry::Decision const decision = authorize(principal, Act::RecordRead, resource);
    bool const owner = decision.verdict == registry::Verdict::Allow && decision.level == Visibility::record;
    bool const visible = decision.verdict == registry::Verdict::Allow;
    if (record.state == RecordState::voided) {
        resolution.outcome = Outcome::voided;  // a label in the field must say so to everyone
    } else if (record.state == RecordState::withdrawn) {
        if (visible) resolution.outcome = Outcome::withdrawn;
    } else if (record.state == RecordState::reserved) {
        if (owner) resolution.outcome = Outcome::reserved;
    } else if (visible) {
        resolution.outcome = Outcome::record;
    }
    if (visible) resolution.level = decision.level;
    if (owner || resolution.outcome == Outcome::record) resolution.record = std::move(record);
}

}  // namespace

std::vector<storage::RecordValue const*> visible_values(storage::Record const& record, Visibility level) {
    std::vector<storage::RecordValue const*> values;
    for (auto const& value : record.values) {
        bool const seen = level == Visibility::record ? value.type != "HS_SECKEY" : value.is_public();
        if (seen) values.push_back(&value);
    }
    return values;
}

int64_t max_age(std::vector<storage::RecordValue const*> const& values, Time now, int64_t most) {
    int64_t least = most;
    for (auto const* value : values)
        least = std::min(least, value->ttl_absolute ? value->ttl - to_micros(now) / 1'000'000 : value->ttl);
    return std::max<int64_t>(least, 0);
}

Error error_of(Resolution const& resolution) {
    switch (resolution.outcome) {
        case Outcome::voided:
            return {Code::Void, "this code was voided: it no longer stands for anything", "标识已作废"};
        case Outcome::withdrawn:
            return {Code::Withdrawn, "this identifier was withdrawn", "标识已撤销"};
        case Outcome::elsewhere: {
            Error error{Code::PrefixElsewhere, "this prefix is hosted by its enterprise", "前缀未托管在本节点"};
            if (!resolution.prefix->referral_url.empty()) error.with("referral", resolution.prefix->referral_url);
            return error;
        }
        case Outcome::not_hosted:
            return {Code::PrefixNotHosted, "this prefix does not live on this node", "前缀不属于本节点"};
        default:
            return {Code::NotFound, "there is no such identifier", "没有找到标识"};
    }
}

Resolver::Resolver(storage::Engine& engine, registry::Registry const& registry, Settings settings)
    : engine_(engine), registry_(registry), answers_(settings.answers_bytes_max), absent_(settings.absent_bytes_max) {}

Result<Resolution> Resolver::resolve_in(storage::View const& view, ident::Identifier const& identifier,
                                        registry::Principal const& principal) const {
    Resolution resolution;
    resolution.generation = answers_.generation();  // before the prefixes are looked at
    if (auto readable = registry_.check_readable(identifier); !readable) return fail(std::move(readable.error()));
    resolution.prefix = registry_.prefix_of(identifier);
    resolution.read_at = view.sequence();
    if (!resolution.prefix) {
        resolution.outcome = Outcome::not_hosted;
        return resolution;
    }
    if (!resolution.prefix->hosted && !identifier.prefix().is_na()) {
        resolution.outcome = Outcome::elsewhere;
        return resolution;
    }
    auto record = storage::find_record(view, identifier);
    if (!record) return fail(std::move(record.error()));
    if (*record) judge(resolution, std::move(**record), principal);
    return resolution;
}

Result<Resolution> Resolver::resolve(ident::Identifier const& identifier, registry::Principal const& principal) {
    bool const anonymous = principal.anonymous();
    if (anonymous && absent_.find(Dialect::v1, identifier.canonical(), {})) {
        Resolution resolution;
        resolution.prefix = registry_.prefix_of(identifier);
        return resolution;
    }
    uint64_t const absent_generation = absent_.generation();
    auto view = engine_.view();
    if (!view) return fail(std::move(view.error()));
    auto resolution = resolve_in(**view, identifier, principal);
    if (resolution && anonymous && resolution->outcome == Outcome::absent)
        absent_.insert(Dialect::v1, identifier.canonical(), {}, nothing(), 0, resolution->read_at, absent_generation);
    return resolution;
}

std::shared_ptr<void const> Resolver::find_answer(Dialect dialect, ident::Identifier const& identifier,
                                                  std::string_view asked) {
    return answers_.find(dialect, identifier.canonical(), asked);
}

void Resolver::keep_answer(Dialect dialect, ident::Identifier const& identifier, std::string_view asked,
                           std::shared_ptr<void const> answer, size_t bytes, Resolution const& from) {
    answers_.insert(dialect, identifier.canonical(), asked, std::move(answer), bytes, from.read_at, from.generation);
}

void Resolver::committed(storage::Sequence sequence, std::span<storage::Row const> changed_keys) {
    bool prefixes_changed = changed_keys.empty();  // a re-opened store: anything may have changed
    std::string canonical;
    for (storage::Row const& row : changed_keys) {
        auto const kind = storage::registry_row(row.key);
        if (kind == storage::RegistryRow::prefix || kind == storage::RegistryRow::enterprise) prefixes_changed = true;
        auto key = storage::parse_record_key(row.key);
        if (!key) continue;
        canonical.assign(key->prefix).append(1, '/').append(key->suffix);
        answers_.changed(canonical, sequence);
        absent_.changed(canonical, sequence);
    }
    if (!prefixes_changed) return;
    answers_.clear();
    absent_.clear();
}

}  // namespace ingot::resolver
