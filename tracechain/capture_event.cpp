#include "tracechain/capture_event.hpp"

#include <algorithm>
#include <map>

#include "base/encoding.hpp"

namespace ingot::tracechain {

using storage::FactParty;

namespace {

constexpr uint16_t kEventLeaf = 0x0201;  // transparency-log.md 2.3

// Enterprise operating the bizLocation, else the readPoint, else the reporter (1.4).
Owner site_of(Event const& event, PrepareTerms const& terms) {
    for (auto const* place : {&event.biz_location, &event.read_point}) {
        if (!*place) continue;
        if (auto owner = terms.owners(**place)) return *owner;
    }
    return {terms.principal.enterprise, terms.principal.prefix};
}

FactParty party_of(std::vector<Party> const& parties, std::string_view type, OwnerLookup const& owners) {
    for (Party const& party : parties) {
        if (party.type != type) continue;
        if (auto owner = owners(party.key)) return {owner->prefix, true};
        return {party.key.display, false};
    }
    return {};
}

// A place says who holds the goods when no possessing party is named.
FactParty holder_of(std::vector<Party> const& parties, OwnerLookup const& owners) {
    FactParty named = party_of(parties, "possessing_party", owners);
    return named.party.empty() ? party_of(parties, "location", owners) : named;
}

Digest declared_digest(ErrorDeclaration const& declaration) {
    Sha256 hash;
    hash.add(declaration.reason);
    for (std::string const& id : declaration.corrective_ids) hash.add("\n").add(id);
    return hash.finish();
}

storage::EventFacts facts_of(Event const& event, Owner const& site, PrepareTerms const& terms) {
    storage::EventFacts facts;
    facts.event_id = event.id;
    facts.content_digest = event.content_digest;
    facts.hash_cbv20 = event.hash_cbv20;
    facts.hash_cbv21 = event.hash_cbv21;
    facts.time_us = event.time_us;
    facts.reporter = terms.principal.enterprise;
    facts.reporter_prefix = terms.principal.prefix;
    facts.principal = terms.principal.id;
    facts.kind = event.declaration ? LinkKind::declaration : event.kind;
    facts.site = site.prefix;
    facts.context = event.context;
    facts.pointer = event.pointer;
    for (Warning const& warning : event.warnings) facts.warnings.push_back({warning.code, warning.pointer});
    if (event.declaration) {
        facts.declaration = true;
        facts.declared_time_us = event.declaration->time_us;
        facts.declared_digest = declared_digest(*event.declaration);
    }
    if (event.sources.empty() && event.destinations.empty()) return facts;
    facts.custody_source = holder_of(event.sources, terms.owners);
    facts.custody_destination = holder_of(event.destinations, terms.owners);
    facts.owner_source = party_of(event.sources, "owning_party", terms.owners);
    facts.owner_destination = party_of(event.destinations, "owning_party", terms.owners);
    return facts;
}

// The other enterprise that holds the registered prefix of this key, if any.
std::optional<Owner> stranger(ident::LotKey const& key, PrepareTerms const& terms) {
    auto owner = terms.owners(key);
    if (!owner || owner->enterprise == terms.principal.enterprise) return std::nullopt;
    return owner;
}

std::vector<std::pair<std::string, std::string>> lot_owners(Event const& event, PrepareTerms const& terms) {
    std::map<std::string, std::string> owners;
    auto note = [&](ident::LotKey const& key) {
        auto const owner = terms.owners(key);
        if (!owner || owner->enterprise != terms.principal.enterprise)
            owners.emplace(key.canonical, owner ? owner->prefix : "");
    };
    for (Member const& member : event.members) note(member.lot);
    if (event.parent) note(*event.parent);
    return {owners.begin(), owners.end()};
}

// One warning a prefix that nobody registered on this node: what stands under it is nobody's here, and a misspelt
// prefix would otherwise pass unseen. At the first member that uses it.
void warn_unregistered(Event const& event, PrepareTerms const& terms, std::vector<storage::FactWarning>& warnings) {
    std::set<std::string> prefixes;
    auto look = [&](ident::LotKey const& key, std::string const& pointer) {
        if (!key.identifier || !key.has_suffix || terms.owners(key)) return;
        if (prefixes.insert(key.identifier->prefix().canonical()).second)
            warnings.push_back({"prefix-unregistered", pointer});
    };
    for (Member const& member : event.members) look(member.lot, member.pointer);
    if (event.parent) look(*event.parent, "/parentID");
    if (event.transformation) look(*event.transformation, "/transformationID");
}

// Only the enterprise a lot is registered to may make it, add to it or say how much there is (docs/decisions/0016).
// Decided from the identifier alone, whether the lot exists or not (security.md 4.5).
std::optional<Error> makes_of_stranger(Event const& event, PrepareTerms const& terms) {
    bool const takes_away = event.adjust && !event.adjust->count && event.adjust->negative;
    for (Member const& member : event.members) {
        bool const makes = member.side == Side::Output || event.kind == LinkKind::commission ||
                           (event.kind == LinkKind::adjust && !takes_away);
        if (!makes || !stranger(member.lot, terms)) continue;
        Error error{Code::Forbidden,
                    "lot " + excerpt(member.lot.display) +
                        " stands under the prefix of another enterprise; only that one may make it, add to it or count "
                        "it, use a lot identifier of your own",
                    "批次 " + excerpt(member.lot.display) +
                        " 属于其他企业的前缀，只能由该企业创建、增加或盘点；请使用贵企业自己的批次标识"};
        error.with("lot", member.lot.display).with("pointer", member.pointer).with("event_id", event.id);
        return error;
    }
    return std::nullopt;
}

// What says or names more than the committer can write for one event (docs/decisions/0009).
std::optional<Error> says_too_much(Event const& event, TraceSettings const& settings) {
    size_t const lots = std::max<size_t>(event.members.size(), 1);
    storage::Origin const& origin = event.origin;
    size_t const text = event.material.size() + event.ilmd.size() + origin.type.size() + origin.supplier.size() +
                        origin.country.size() + origin.mine.size();
    std::string detail, zh;
    int64_t limit = 0;
    if (event.assays.size() > settings.assays_per_event_max) {
        limit = settings.assays_per_event_max;
        detail = "the event reports more than " + std::to_string(limit) + " assays; split it";
        zh = "一个事件的化验结果不得超过 " + std::to_string(limit) + " 项，请拆分";
    } else if (event.assays.size() * lots > settings.lot_assays_per_event_max) {
        limit = settings.lot_assays_per_event_max;
        detail = "lots times assays of the event are more than " + std::to_string(limit) + "; split it by lots";
        zh = "批次数乘以化验项数不得超过 " + std::to_string(limit) + "，请按批次拆分";
    } else if (text * lots > settings.description_bytes_max) {
        limit = settings.description_bytes_max;
        detail = "lots times bytes of ilmd are more than " + std::to_string(limit) +
                 "; put long texts into records of their own and name those, or split the event by lots";
        zh = "批次数乘以 ilmd 字节数不得超过 " + std::to_string(limit) + "；请将长文本另存为记录并引用，或按批次拆分";
    }
    if (detail.empty()) return std::nullopt;
    Error error{Code::CaptureLimit, std::move(detail), std::move(zh)};
    error.with("event_id", event.id).with("pointer", event.pointer).with("limit", limit);
    return error;
}

// Nobody ships what a registered other enterprise holds, or works in its campaign, in that enterprise's name.
bool acts_for_stranger(Event const& event, PrepareTerms const& terms) {
    auto foreign = [&](std::optional<ident::LotKey> const& key) { return key && stranger(*key, terms); };
    if (foreign(event.transformation) || (event.vessel && foreign(event.vessel->campaign))) return true;
    if (event.kind != LinkKind::ship && event.kind != LinkKind::void_ship) return false;
    return std::any_of(event.sources.begin(), event.sources.end(),
                       [&](Party const& source) { return stranger(source.key, terms).has_value(); });
}

}  // namespace

Prepared prepare(ReadEvent read, PrepareTerms const& terms) {
    Prepared out;
    out.event_id = std::move(read.event_id);
    if (!read.event) {
        out.refusal =
            read.error ? std::move(*read.error) : Error{Code::EventInvalid, "the event could not be read", ""};
        return out;
    }
    Event& event = out.event.emplace(std::move(*read.event));
    out.event_id = event.id;
    Owner const site = site_of(event, terms);
    out.own_site = site.enterprise == terms.principal.enterprise && !acts_for_stranger(event, terms);
    out.facts = facts_of(event, site, terms);
    out.facts.lot_owners = lot_owners(event, terms);
    out.facts.device = std::move(read.device);
    out.foreign = makes_of_stranger(event, terms);
    out.refusal = says_too_much(event, terms.settings);
    warn_unregistered(event, terms, out.facts.warnings);
    out.facts_before = storage::encode_facts_before(out.facts);
    out.leaf = storage::make_leaf(terms.random, kEventLeaf, terms.principal.prefix, event.id, storage::Space::event, "",
                                  event.bytes);
    return out;
}

Prepared prepare_stored(Event event, storage::EventFacts facts) {
    Prepared out;
    out.event_id = event.id;
    out.event = std::move(event);
    out.facts = std::move(facts);
    return out;
}

void collect_keys(Event const& event, std::set<std::string>& lots, std::set<std::string>& campaigns) {
    for (Member const& member : event.members) lots.insert(member.lot.canonical);
    if (event.parent) lots.insert(event.parent->canonical);
    if (event.transformation) campaigns.insert(event.transformation->canonical);
    if (event.vessel && event.vessel->campaign) campaigns.insert(event.vessel->campaign->canonical);
}

}  // namespace ingot::tracechain
