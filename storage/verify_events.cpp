// V4 and V14 of events: bytes, facts and link stand together, and every index leads to its event and back.
#include "base/encoding.hpp"
#include "storage/keys.hpp"
#include "storage/verify_tables.hpp"

namespace ingot::storage {
namespace {

std::string event_name(EventSeq seq) { return "event " + std::to_string(seq); }

// Key of the event's own entry among the ids.
std::string identity_key(EventFacts const& facts) {
    return facts.declaration ? declaration_key(facts.event_id, facts.declared_time_us) : event_id_key(facts.event_id);
}

}  // namespace

std::optional<EventFacts> EventChecks::facts(EventSeq seq) const {
    auto value = read_.value(Space::event, facts_key(seq));
    auto facts = value ? decode_facts(seq, *value) : fail(Code::NotFound);
    return facts ? std::optional(std::move(*facts)) : std::nullopt;
}

void EventChecks::check_events() {
    EventSeq next = 1;
    read_.each(Space::event, "f", [&](Row const& row) {
        if (row.key.size() != 9) return;
        EventSeq const seq = get_u64be(row.key, 1);
        for (; next < seq; ++next) read_.report("V4", Space::event, facts_key(next), event_name(next), "nothing");
        next = seq + 1;
        read_.expect("V4", Space::event, event_key(seq), "the bytes of " + event_name(seq));
        read_.expect("V4", Space::graph, link_key(seq), "the link of " + event_name(seq));
        if (auto facts = decode_facts(seq, row.value)) check_event(row, *facts);
    });
    uint64_t const count = read_.number(Space::meta, count_key("events")).value_or(0);
    if (count != next - 1)
        read_.report("V4", Space::meta, count_key("events"), std::to_string(next - 1), std::to_string(count));
    auto orphans = [&](Space space, char const* letter, char const* what) {
        read_.each(space, letter, [&](Row const& row) {
            if (row.key.size() == 9 && !read_.has(Space::event, facts_key(get_u64be(row.key, 1))))
                read_.report("V4", space, row.key, "the event of this " + std::string(what), "nothing");
        });
    };
    orphans(Space::event, "v", "text");
    orphans(Space::graph, "e", "link");
}

void EventChecks::check_event(Row const& row, EventFacts const& facts) {
    std::string const identity = identity_key(facts);
    if (auto seq = read_.number(Space::index, identity); seq != facts.seq)
        read_.report("V4", Space::index, identity, event_name(facts.seq), seq ? event_name(*seq) : "nothing");
    auto newest = [&](std::string const& key, char const* what) {
        auto seq = read_.number(Space::index, key);
        if (!seq || *seq < facts.seq)
            read_.report("V4", Space::index, key, what + event_name(facts.seq) + " or a later one",
                         seq ? event_name(*seq) : "nothing");
    };
    newest(content_key(facts.content_digest), "content: ");
    newest(record_time_key(facts.record_time_us), "time: ");
    read_.expect("V4", Space::index, reporter_key(facts.reporter, facts.seq),
                 "its reporter's entry of " + event_name(facts.seq));
    if (facts.declaration) check_declaration(facts);
    if (!facts.reporter.empty() && !read_.has(Space::record, enterprise_key(facts.reporter)))
        read_.report("V14", Space::event, row.key, "an enterprise " + facts.reporter, "nothing");
    if (!facts.principal.empty() && !read_.has(Space::record, principal_key(facts.principal)))
        read_.report("V14", Space::event, row.key, "a principal " + facts.principal, "nothing");
}

// A declaration stands beside its event, or waits for it.
void EventChecks::check_declaration(EventFacts const& facts) {
    if (auto declared = read_.number(Space::index, event_id_key(facts.event_id)))
        if (read_.has(Space::index, declared_key(*declared, facts.seq))) return;
    std::string const key = waiting_key(facts.event_id);
    std::string const waiting = read_.value(Space::index, key).value_or("");
    for (size_t at = 0; at + 8 <= waiting.size(); at += 8)
        if (get_u64be(waiting, at) == facts.seq) return;
    read_.report("V4", Space::index, key, "the declaration " + event_name(facts.seq), "nothing");
}

// An index row that the facts of its event should spell the same way.
void EventChecks::check_entry(Row const& row, Bytes wanted, EventSeq seq, std::string_view what) {
    if (Bytes(row.key) != wanted)
        read_.report("V4", Space::index, row.key, std::string(what) + " of " + event_name(seq), "another's");
}

void EventChecks::check_index() {
    auto numbered = [&](char const* letter, char const* what, std::function<std::string(EventFacts const&)> spelled) {
        read_.each(Space::index, letter, [&](Row const& row) {
            auto seq = parse_seq_value(row.value);
            if (!seq) return;
            if (auto known = facts(*seq))
                check_entry(row, spelled(*known), *seq, what);
            else
                read_.expect("V4", Space::event, facts_key(*seq), "the event of an index entry");
        });
    };
    numbered("i", "the id", identity_key);
    numbered("d", "the content", [](EventFacts const& facts) { return content_key(facts.content_digest); });
    numbered("t", "the record time", [](EventFacts const& facts) { return record_time_key(facts.record_time_us); });
    read_.each(Space::index, "y", [&](Row const& row) {
        if (row.key.size() < 10) return;
        EventSeq const seq = get_u64be(row.key, row.key.size() - 8);
        if (auto known = facts(seq))
            check_entry(row, reporter_key(known->reporter, seq), seq, "the reporter");
        else
            read_.expect("V4", Space::event, facts_key(seq), "the event of an index entry");
    });
    read_.each(Space::index, "x", [&](Row const& row) {
        if (row.key.size() != 17) return;
        EventSeq const declared = get_u64be(row.key, 1), declaration = get_u64be(row.key, 9);
        auto known = facts(declaration), about = facts(declared);
        if (known && about)
            check_entry(row, known->declaration && known->event_id == about->event_id ? Bytes(row.key) : Bytes(),
                        declared, "a declaration");
        else
            for (EventSeq seq : {declared, declaration})
                read_.expect("V4", Space::event, facts_key(seq), "the event of an index entry");
    });
}

}  // namespace ingot::storage
