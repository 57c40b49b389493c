#include "storage/event_table.hpp"

#include <algorithm>

#include "storage/keys.hpp"
#include "storage/wire.hpp"

namespace ingot::storage {
namespace {

std::string by_event_id(char table, std::string_view event_id) {
    Digest const digest = sha256(event_id);
    return std::string(1, table).append(bytes_of(digest).substr(0, 16));
}

void write_party(WireWriter& out, uint32_t field, FactParty const& party) {
    out.message(field, false, [&] {
        out.text(1, party.party);
        out.u64(2, party.registered ? 1 : 0);
    });
}

template <class Read>
void read_inner(WireReader& outer, Read read) {
    WireReader inner(outer.text());
    while (inner.next()) read(inner);
    if (!inner.ok()) outer.fail();
}

void read_party(WireReader& in, FactParty& party) {
    read_inner(in, [&](WireReader& inner) {
        switch (inner.field()) {
            case 1:
                party.party = inner.text();
                break;
            case 2:
                party.registered = inner.u64() != 0;
                break;
            default:
                inner.skip();
        }
    });
}

void read_lot_owner(WireReader& in, std::pair<std::string, std::string>& lot_owner) {
    read_inner(in, [&](WireReader& inner) {
        if (inner.field() == 1)
            lot_owner.first = inner.text();
        else if (inner.field() == 2)
            lot_owner.second = inner.text();
        else
            inner.skip();
    });
}

void read_warning(WireReader& in, FactWarning& warning) {
    read_inner(in, [&](WireReader& inner) {
        switch (inner.field()) {
            case 1:
                warning.code = inner.text();
                break;
            case 2:
                warning.pointer = inner.text();
                break;
            default:
                inner.skip();
        }
    });
}

LinkKind read_kind(WireReader& in) {
    uint64_t const kind = in.u64();
    if (kind == 0 || kind > static_cast<uint64_t>(LinkKind::void_ship)) in.fail();
    return static_cast<LinkKind>(kind);
}

// One line a field.
// clang-format off

void read_field(WireReader& in, EventFacts& facts) {
    switch (in.field()) {
        case 1: facts.event_id = in.text(); break;
        case 2: in.fixed(facts.content_digest); break;
        case 3: facts.time_us = in.s64(); break;
        case 4: facts.reporter = in.text(); break;
        case 5: facts.reporter_prefix = in.text(); break;
        case 6: facts.principal = in.text(); break;
        case 7: facts.kind = read_kind(in); break;
        case 8: facts.site = in.text(); break;
        case 9: facts.context = in.text(); break;
        case 10: facts.pointer = in.text(); break;
        case 11: facts.declaration = in.u64() != 0; break;
        case 12: facts.declared_time_us = in.s64(); break;
        case 13: in.fixed(facts.declared_digest); break;
        case 14: read_party(in, facts.custody_source); break;
        case 15: read_party(in, facts.custody_destination); break;
        case 16: read_party(in, facts.owner_source); break;
        case 17: read_party(in, facts.owner_destination); break;
        case 20: facts.seq = in.u64(); break;
        case 21: facts.record_time_us = in.s64(); break;
        case 18: read_lot_owner(in, facts.lot_owners.emplace_back()); break;
        case 19: facts.device = in.text(); break;
        case 22: read_warning(in, facts.warnings.emplace_back()); break;
        case 23: facts.flags = in.u32(); break;
        case 24: facts.unit_first = in.u64(); break;
        case 25: facts.log_index = in.u64(); break;
        case 26: in.fixed(facts.hash_cbv20); break;
        case 27: in.fixed(facts.hash_cbv21); break;
        default: in.skip();
    }
}

// clang-format on

}  // namespace

std::string const& EventFacts::registered_to(std::string_view lot_key_text) const {
    auto at = std::lower_bound(lot_owners.begin(), lot_owners.end(), lot_key_text,
                               [](auto const& owned, std::string_view wanted) { return owned.first < wanted; });
    return at != lot_owners.end() && at->first == lot_key_text ? at->second : reporter_prefix;
}

std::string encode_facts_before(EventFacts const& facts) {
    std::string bytes;
    bytes.reserve(384 + facts.context.size());
    WireWriter out(bytes);
    out.text(1, facts.event_id);
    out.text(2, bytes_of(facts.content_digest));
    out.s64(3, facts.time_us);
    out.text(4, facts.reporter);
    out.text(5, facts.reporter_prefix);
    out.text(6, facts.principal);
    out.u64(7, static_cast<uint64_t>(facts.kind));
    out.text(8, facts.site);
    out.text(9, facts.context);
    out.text(10, facts.pointer);
    if (facts.declaration) {
        out.u64(11, 1);
        out.s64(12, facts.declared_time_us);
        out.text(13, bytes_of(facts.declared_digest));
    }
    write_party(out, 14, facts.custody_source);
    write_party(out, 15, facts.custody_destination);
    write_party(out, 16, facts.owner_source);
    write_party(out, 17, facts.owner_destination);
    for (auto const& lot_owner : facts.lot_owners)
        out.message(18, true, [&] {
            out.text(1, lot_owner.first);
            out.text(2, lot_owner.second);
        });
    out.text(19, facts.device);
    return bytes;
}

std::string complete_facts(std::string bytes, EventFacts const& facts) {
    WireWriter out(bytes);
    out.u64(20, facts.seq);
    out.s64(21, facts.record_time_us);
    for (FactWarning const& warning : facts.warnings)
        out.message(22, true, [&] {
            out.text(1, warning.code);
            out.text(2, warning.pointer);
        });
    out.u64(23, facts.flags);
    out.u64(24, facts.unit_first);
    out.u64(25, facts.log_index);
    if (facts.hash_cbv20 != Digest{}) out.text(26, bytes_of(facts.hash_cbv20));
    if (facts.hash_cbv21 != Digest{}) out.text(27, bytes_of(facts.hash_cbv21));
    return bytes;
}

std::string encode_facts(EventFacts const& facts) { return complete_facts(encode_facts_before(facts), facts); }

Result<EventFacts> decode_facts(EventSeq seq, Bytes value) {
    EventFacts facts;
    WireReader in(value);
    while (in.next()) read_field(in, facts);
    if (!in.ok() || facts.seq != seq)
        return fail(Code::DataDamaged, "the stored facts of event " + std::to_string(seq) + " do not parse");
    return facts;
}

std::string event_key(EventSeq seq) { return numbered("v", seq); }
std::string facts_key(EventSeq seq) { return numbered("f", seq); }

std::string event_id_key(std::string_view event_id) { return by_event_id('i', event_id).append(1, '\0'); }

std::string declarations_prefix(std::string_view event_id) { return by_event_id('i', event_id).append(1, '\1'); }

std::string declaration_key(std::string_view event_id, int64_t declared_time_us) {
    std::string key = declarations_prefix(event_id);
    put_i64be(key, declared_time_us);
    return key;
}

std::string waiting_key(std::string_view event_id) { return by_event_id('z', event_id); }
std::string content_key(Digest const& digest) { return std::string(1, 'd').append(bytes_of(digest)); }

std::string declared_key(EventSeq declared, EventSeq declaration) {
    std::string key = numbered("x", declared);
    put_u64be(key, declaration);
    return key;
}

std::string record_time_key(int64_t record_time_us) {
    std::string key(1, 't');
    put_i64be(key, record_time_us);
    return key;
}

std::string reporter_key(std::string_view enterprise, EventSeq seq) {
    std::string key = std::string(1, 'y').append(enterprise).append(1, '\0');
    put_u64be(key, seq);
    return key;
}

std::string mention_prefix(LotNumber lot) { return numbered("u", lot); }

std::string mention_key(LotNumber lot, EventSeq seq) {
    std::string key = mention_prefix(lot);
    put_u64be(key, seq);
    return key;
}

Result<std::vector<EventSeq>> mentioning_events(View const& view, LotNumber lot, EventSeq until) {
    std::vector<EventSeq> seqs;
    std::optional<Range> range = prefix_range(Space::index, mention_prefix(lot));
    if (until < UINT64_MAX) range->end = mention_key(lot, until + 1);
    while (range) {
        auto page = view.scan(*range);
        if (!page) return tl::unexpected(page.error());
        for (auto const& row : page->rows)
            if (row.key.size() == 1 + 2 * sizeof(uint64_t)) seqs.push_back(get_u64be(row.key, 1 + sizeof(uint64_t)));
        range = page->rest;
    }
    return seqs;
}

std::string count_key(std::string_view name) { return std::string("count/").append(name); }

std::string seq_value(EventSeq seq) {
    std::string value;
    put_u64be(value, seq);
    return value;
}

Result<EventSeq> parse_seq_value(Bytes value) {
    if (value.size() != 8) return fail(Code::DataDamaged, "an event number in the index is not 8 bytes long");
    return get_u64be(value, 0);
}

Result<std::optional<EventFacts>> find_facts(View const& view, EventSeq seq) {
    auto value = view.get(Space::event, facts_key(seq));
    if (!value) return tl::unexpected(value.error());
    if (!*value) return std::optional<EventFacts>();
    auto facts = decode_facts(seq, **value);
    if (!facts) return tl::unexpected(facts.error());
    return std::optional<EventFacts>(std::move(*facts));
}

Result<std::optional<EventSeq>> find_event_seq(View const& view, std::string_view event_id) {
    return find_number(view, Space::index, event_id_key(event_id));
}

Result<std::vector<EventSeq>> find_declarations(View const& view, std::string_view event_id, uint32_t rows_max) {
    std::vector<EventSeq> seqs;
    std::optional<Range> range = prefix_range(Space::index, declarations_prefix(event_id));
    while (range && seqs.size() < rows_max) {
        range->rows_max = std::min(range->rows_max, rows_max - static_cast<uint32_t>(seqs.size()));
        auto page = view.scan(*range);
        if (!page) return tl::unexpected(page.error());
        for (Row const& row : page->rows) {
            auto seq = parse_seq_value(row.value);
            if (!seq) return tl::unexpected(seq.error());
            seqs.push_back(*seq);
        }
        range = page->rest;
    }
    return seqs;
}

Result<EventSeq> last_seq_at(View const& view, int64_t record_time_us) {
    Range range{Space::index, std::string(1, 't'), record_time_key(record_time_us) + '\0', true, 1, 4096};
    auto page = view.scan(range);
    if (!page) return tl::unexpected(page.error());
    if (page->rows.empty()) return EventSeq{0};
    return parse_seq_value(page->rows[0].value);
}

Result<uint64_t> read_count(View const& view, std::string_view name) {
    auto found = find_number(view, Space::meta, count_key(name));
    if (!found) return tl::unexpected(found.error());
    return found->value_or(0);
}

}  // namespace ingot::storage
