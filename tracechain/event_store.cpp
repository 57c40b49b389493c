#include "tracechain/event_store.hpp"

#include <algorithm>
#include <charconv>

#include "base/encoding.hpp"
#include "storage/keys.hpp"

namespace ingot::tracechain {

using storage::EventFacts;
using storage::Space;

namespace {

constexpr size_t kLookedAtMax = 20'000;
constexpr uint32_t kChunk = 256;

bool listed(std::vector<std::string> const& words, std::string const& word) {
    return words.empty() || std::find(words.begin(), words.end(), word) != words.end();
}

bool matches(EventQuery const& query, EventFacts const& facts, uint32_t flags) {
    if (facts.seq > query.as_of) return false;
    if (!query.enterprise.empty() && facts.reporter != query.enterprise) return false;
    if (!query.kinds.empty() && std::find(query.kinds.begin(), query.kinds.end(), facts.kind) == query.kinds.end())
        return false;
    if (!listed(query.sites, facts.site)) return false;
    if (query.from_us && facts.time_us < *query.from_us) return false;
    if (query.to_us && facts.time_us >= *query.to_us) return false;
    return query.flags == 0 || (flags & query.flags) != 0;
}

// Seqs of every event that names the lot, newest first, below `before`.
Result<std::vector<EventSeq>> events_of_lot(storage::View const& view, std::string_view key, EventSeq before) {
    std::vector<EventSeq> seqs;
    auto number = storage::find_lot_number(view, key);
    if (!number) return tl::unexpected(number.error());
    if (!*number) return seqs;
    auto lot = storage::find_lot(view, **number);
    if (!lot) return tl::unexpected(lot.error());
    if (!*lot) return fail(Code::DataDamaged, "lot " + std::to_string(**number) + " has a number and no record");
    auto rows = storage::lot_rows(view, **lot);
    if (!rows) return tl::unexpected(rows.error());
    for (auto const& row : *rows) seqs.push_back(row.seq);
    auto const mentions = storage::mentioning_events(view, **number);
    if (!mentions) return tl::unexpected(mentions.error());
    seqs.insert(seqs.end(), mentions->begin(), mentions->end());
    std::sort(seqs.begin(), seqs.end(), std::greater<>());
    seqs.erase(std::unique(seqs.begin(), seqs.end()), seqs.end());
    std::erase_if(seqs, [before](EventSeq seq) { return before != 0 && seq >= before; });
    return seqs;
}

// The next seqs to look at, newest first.
Result<std::vector<EventSeq>> next_seqs(storage::View const& view, EventQuery const& query, EventSeq before) {
    std::vector<EventSeq> seqs;
    std::string const first =
        query.enterprise.empty() ? storage::facts_key(0) : storage::reporter_key(query.enterprise, 0);
    EventSeq const end = before == 0 ? UINT64_MAX : before;
    storage::Range range;
    range.space = query.enterprise.empty() ? Space::event : Space::index;
    range.begin = first;
    range.end = query.enterprise.empty() ? storage::facts_key(end) : storage::reporter_key(query.enterprise, end);
    range.reverse = true;
    range.rows_max = kChunk;
    auto page = view.scan(range);
    if (!page) return tl::unexpected(page.error());
    for (auto const& row : page->rows)
        if (row.key.size() == first.size()) seqs.push_back(get_u64be(row.key, row.key.size() - 8));
    return seqs;
}

struct Found {
    EventFacts facts;
    uint32_t flags = 0;
    EventSeq void_seq = 0;
};

// Facts and links of some events; those that match the query.
Result<std::vector<Found>> select(storage::View const& view, EventQuery const& query, std::span<EventSeq const> seqs) {
    std::vector<std::string> fact_keys, link_keys;
    for (EventSeq seq : seqs) {
        fact_keys.push_back(storage::facts_key(seq));
        link_keys.push_back(storage::link_key(seq));
    }
    auto facts = view.multi_get(Space::event, fact_keys);
    if (!facts) return tl::unexpected(facts.error());
    auto links = view.multi_get(Space::graph, link_keys);
    if (!links) return tl::unexpected(links.error());
    std::vector<Found> found;
    for (size_t i = 0; i < seqs.size(); ++i) {
        if (!(*facts)[i] || !(*links)[i])
            return fail(Code::DataDamaged, "event " + std::to_string(seqs[i]) + " lacks its facts or its link");
        auto read = storage::decode_facts(seqs[i], *(*facts)[i]);
        if (!read) return tl::unexpected(read.error());
        auto link = storage::decode_link(seqs[i], *(*links)[i]);
        if (!link) return tl::unexpected(link.error());
        uint32_t const flags = read->flags | link->flags;
        if (matches(query, *read, flags)) found.push_back({std::move(*read), flags, link->void_seq});
    }
    return found;
}

Result<void> add_bytes(storage::View const& view, std::vector<Found> found, std::vector<StoredEvent>& events) {
    std::vector<std::string> keys;
    for (Found const& each : found) keys.push_back(storage::event_key(each.facts.seq));
    auto bytes = view.multi_get(Space::event, keys);
    if (!bytes) return tl::unexpected(bytes.error());
    for (size_t i = 0; i < found.size(); ++i) {
        if (!(*bytes)[i])
            return fail(Code::DataDamaged, "event " + std::to_string(found[i].facts.seq) + " has no bytes");
        events.push_back({std::move(found[i].facts), std::move(*(*bytes)[i]), found[i].void_seq, found[i].flags});
    }
    return {};
}

}  // namespace

Result<std::optional<StoredEvent>> read_event(storage::View const& view, EventSeq seq) {
    auto facts = storage::find_facts(view, seq);
    if (!facts) return tl::unexpected(facts.error());
    if (!*facts) return std::optional<StoredEvent>();
    EventSeq const seqs[] = {seq};
    auto found = select(view, EventQuery{}, seqs);
    if (!found) return tl::unexpected(found.error());
    std::vector<StoredEvent> events;
    if (auto added = add_bytes(view, std::move(*found), events); !added) return tl::unexpected(added.error());
    return std::optional(std::move(events.front()));
}

Result<std::vector<StoredEvent>> read_events_of(storage::View const& view, std::string_view event_id,
                                                uint32_t declarations_max) {
    auto seqs = storage::find_declarations(view, event_id, declarations_max);
    if (!seqs) return tl::unexpected(seqs.error());
    auto original = storage::find_event_seq(view, event_id);
    if (!original) return tl::unexpected(original.error());
    if (*original) seqs->push_back(**original);
    std::sort(seqs->begin(), seqs->end());
    std::vector<StoredEvent> events;
    for (EventSeq seq : *seqs) {
        auto event = read_event(view, seq);
        if (!event) return tl::unexpected(event.error());
        if (!*event)
            return fail(Code::DataDamaged, "an event id points to event " + std::to_string(seq) + " that is not there");
        events.push_back(std::move(**event));
    }
    return events;
}

Result<EventPage> list_events(storage::View const& view, EventQuery const& query) {
    EventPage page;
    EventSeq before = query.before;
    std::vector<EventSeq> of_lot;
    if (query.lot) {
        auto seqs = events_of_lot(view, *query.lot, before);
        if (!seqs) return tl::unexpected(seqs.error());
        of_lot = std::move(*seqs);
    }
    for (size_t looked_at = 0; looked_at < kLookedAtMax;) {
        std::vector<EventSeq> seqs;
        if (query.lot) {
            size_t const from = std::min(looked_at, of_lot.size()), to = std::min(from + kChunk, of_lot.size());
            seqs.assign(of_lot.begin() + static_cast<ptrdiff_t>(from), of_lot.begin() + static_cast<ptrdiff_t>(to));
        } else {
            auto next = next_seqs(view, query, before);
            if (!next) return tl::unexpected(next.error());
            seqs = std::move(*next);
        }
        if (seqs.empty()) return page;
        auto found = select(view, query, seqs);
        if (!found) return tl::unexpected(found.error());
        size_t const room = query.limit - page.events.size();
        bool const full = found->size() >= room;
        if (found->size() > room) found->resize(room);
        before = full && !found->empty() ? found->back().facts.seq : seqs.back();
        if (auto added = add_bytes(view, std::move(*found), page.events); !added) return tl::unexpected(added.error());
        looked_at += seqs.size();
        if (full) break;
    }
    page.next = before > 1 ? before : 0;
    return page;
}

}  // namespace ingot::tracechain
