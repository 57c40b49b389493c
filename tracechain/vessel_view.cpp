#include "tracechain/vessel_view.hpp"

#include <algorithm>

#include "tracechain/amount.hpp"
#include "tracechain/query_json.hpp"

namespace ingot::tracechain {

using storage::AccountRow;

namespace {

// One member a basis: {"gross_mass": 2500, "dry_mass": 2375}; masses in kg, others in base units.
void write_bases(JsonText& json, std::string_view member, storage::Amounts const& amounts) {
    json.name(member).object();
    for (auto const& line : amounts.lines()) {
        json.name(basis_name(line.basis));
        is_mass(line.basis) ? json.kg(line.amount) : json.integer(line.amount);
    }
    json.end_object();
}

Result<bool> hidden(WalkSource& source, EventSeq seq, WalkTerms const& terms) {
    if (!terms.visible || seq == 0) return false;
    storage::LinkRow const* link = source.link(seq);
    if (link == nullptr) return fail(*source.error());
    return !terms.visible(link->site);
}

// A campaign belongs to whoever holds the prefix of its identifier, else to the site of its first captured event; what
// strangers dated earlier changes nothing.
Result<bool> hidden_campaign(WalkSource& source, CampaignFacts const& campaign, EventSeq first,
                             WalkTerms const& terms) {
    std::string_view const key = campaign.row.key;
    if (!terms.visible || terms.visible(key.substr(0, key.find('/')))) return false;
    return hidden(source, first, terms);
}

void write_pool(JsonText& json, Pool const& pool) {
    storage::Amounts in, out;
    auto add = [](storage::Amounts& sum, storage::Amounts const& more) {
        for (auto const& line : more.lines()) sum.set(line.basis, held_sum(sum.value(line.basis), line.amount));
    };
    for (auto const& input : pool.inputs) add(in, input.amounts);
    for (auto const& output : pool.outputs) add(out, output.amounts);
    json.name("charges").count(pool.inputs.size()).name("draws").count(pool.outputs.size());
    write_bases(json, "charged", in);
    write_bases(json, "drawn", out);
}

void write_account(JsonText& json, VesselRows& rows) {
    size_t charges = 0, draws = 0;
    for (AccountRow const& row : rows.all()) {
        charges += row.phase == 0;
        draws += row.phase == 1;
    }
    storage::AccountTail const& tail = rows.tail();
    json.name("charges").count(charges).name("draws").count(draws);
    write_bases(json, "contents", tail.content);
    json.amount("charged", tail.primary, tail.supplied).amount("drawn", tail.primary, tail.consumed);
    json.amount("on_hand", tail.primary, tail.content.value(tail.primary)).amount("debt", tail.primary, tail.debt);
    json.amount("weighing_difference", tail.primary, tail.difference);
    json.amount("adjusted_out", tail.primary, tail.adjusted_out).name("layers").array();
    for (auto const& [seq, amounts] : tail.layers) {
        json.object().name("charge").count(seq);
        write_bases(json, "contents", amounts);
        json.end_object();
    }
    json.end_array();
}

}  // namespace

Result<std::string> read_vessel(storage::View const& view, VesselQuery const& query, WalkTerms const& terms) {
    auto as_of = resolve_as_of(view, query);
    if (!as_of) return fail(as_of.error());
    auto number = storage::find_campaign_number(view, query.campaign.key);
    if (!number) return fail(number.error());
    auto not_found = [] { return fail(Code::NotFound, "no such campaign is known here", "此处没有该批次活动"); };
    if (!*number) return not_found();
    WalkStats stats;
    WalkSource source(terms, as_of->seq, query.at_us, stats);
    source.attach(view);
    CampaignFacts* campaign = source.campaign(**number);
    if (campaign == nullptr) return fail(*source.error());
    EventSeq first = 0;
    Pool const* pool = nullptr;
    if (campaign->pooled) {
        pool = source.pool(**number);
        if (pool != nullptr && !campaign->row.events.empty()) first = campaign->row.events.front();
    } else if (!campaign->rows->all().empty()) {
        first = UINT64_MAX;
        for (auto const& row : campaign->rows->all()) first = std::min(first, row.seq);
    }
    if (source.error()) return fail(*source.error());
    auto hides = hidden_campaign(source, *campaign, first, terms);
    if (!hides) return fail(hides.error());
    if (first == 0 || *hides) return not_found();
    JsonText json;
    json.object().name("id").text(campaign->row.id).name("uri").text(campaign->row.uri).name("vessel");
    pool != nullptr ? json.null() : json.text(campaign->row.vessel);
    json.name("policy").text(pool != nullptr ? "pooled" : policy_name(campaign->row.policy));
    json.name("as_of").time(as_of->record_time_us, 6).name("as_of_seq").count(as_of->seq);
    pool != nullptr ? write_pool(json, *pool) : write_account(json, *campaign->rows);
    if (source.error()) return fail(*source.error());
    json.end_object();
    return json.take();
}

}  // namespace ingot::tracechain
