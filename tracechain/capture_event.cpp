#include "tracechain/capture_event.hpp"

#include <algorithm>
#include <map>

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
        if (auto owner = stranger(key, terms)) owners.emplace(key.canonical, owner->prefix);
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
