// Captured events and the facts beside them. The bytes are kept exactly as received (durability.md, epcis-rest.md 3);
// everything a reader needs to know without parsing them is in EventFacts.
//
//  event  'v' seq                             event bytes, never changed
//  event  'f' seq                             EventFactsProto
//  index  'i' SHA-256(event id)[16] 0         seq(be64): the event of that id
//  index  'i' SHA-256(event id)[16] 1 time    seq(be64): its error declaration with that declarationTime
//  index  'z' SHA-256(event id)[16]           seq(be64)...: declarations that wait for their event, in order of capture
//  index  'd' content digest                  seq(be64): newest event of that content
//  index  'x' declared seq, declaration seq   empty
//  index  't' record time                     seq(be64): last event of that record time
//  index  'y' enterprise 0x00 seq             empty: events by reporter
//  index  'u' lot, seq                        empty: events that name a lot without a row in its account
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/engine.hpp"
#include "storage/graph_table.hpp"

namespace ingot::storage {

struct FactWarning {
    std::string code, pointer;
};

// A party of the event's source and destination lists, as it was known when the event was captured.
struct FactParty {
    std::string party;  // prefix of the enterprise, or the URI if not registered; empty = not named
    bool registered = false;
};

struct EventFacts {
    EventSeq seq = 0;
    std::string event_id;
    Digest content_digest{};
    int64_t time_us = 0, record_time_us = 0;
    std::string reporter;         // enterprise
    std::string reporter_prefix;  // its first prefix: owner of the log leaf
    std::string principal;
    LinkKind kind = LinkKind::other;
    std::string site;
    std::string context;  // JSON of the @context in force
    std::string pointer;  // where it stood in its request
    std::vector<FactWarning> warnings;
    uint32_t flags = 0;       // found when it was captured
    EventSeq unit_first = 0;  // first seq of the events accepted together with it (rollback document)
    uint64_t log_index = 0;
    bool declaration = false;
    int64_t declared_time_us = 0;  // declarationTime
    Digest declared_digest{};      // over reason and corrective ids
    // custody from and to, ownership from and to
    FactParty custody_source, custody_destination, owner_source, owner_destination;
    // Lots whose identifier is not registered to the reporter: canonical key, first prefix of the enterprise it is
    // registered to, or nothing when it is registered to nobody. In order of key.
    std::vector<std::pair<std::string, std::string>> lot_owners;
    Digest hash_cbv20{}, hash_cbv21{};  // epcis-rest.md 5, both readings of the CBV event hash
    std::string device;  // station form (stations.md 9): its `device` object, verbatim JSON; empty = none

    // The enterprise that the identifier of a lot named in the event is registered to, as a prefix; empty: to nobody.
    std::string const& registered_to(std::string_view lot_key_text) const;
};

// The part that is known before the seq is: complete_facts() adds the rest.
std::string encode_facts_before(EventFacts const& facts);
std::string encode_facts(EventFacts const& facts);
// `before` from encode_facts_before; the fields that only the committer knows are taken from `facts`.
std::string complete_facts(std::string before, EventFacts const& facts);
Result<EventFacts> decode_facts(EventSeq seq, Bytes value);

std::string event_key(EventSeq seq);
std::string facts_key(EventSeq seq);
std::string event_id_key(std::string_view event_id);
std::string declaration_key(std::string_view event_id, int64_t declared_time_us);
std::string declarations_prefix(std::string_view event_id);  // of all declaration_key of the id
std::string waiting_key(std::string_view event_id);
std::string content_key(Digest const& digest);
std::string declared_key(EventSeq declared, EventSeq declaration);
std::string record_time_key(int64_t record_time_us);
std::string reporter_key(std::string_view enterprise, EventSeq seq);
std::string mention_key(LotNumber lot, EventSeq seq);
std::string mention_prefix(LotNumber lot);
// Events up to `until` that name a lot without a row in its account, in order of seq.
Result<std::vector<EventSeq>> mentioning_events(View const& view, LotNumber lot, EventSeq until = UINT64_MAX);
// meta: "count/events", "count/lots", "count/campaigns", "count/waiting/en_..." (declarations of an enterprise that
// wait for their event)
std::string count_key(std::string_view name);

std::string seq_value(EventSeq seq);
Result<EventSeq> parse_seq_value(Bytes value);  // DataDamaged

Result<std::optional<EventFacts>> find_facts(View const& view, EventSeq seq);
Result<std::optional<EventSeq>> find_event_seq(View const& view, std::string_view event_id);
// Declarations of an event id, oldest declarationTime first.
Result<std::vector<EventSeq>> find_declarations(View const& view, std::string_view event_id,
                                                uint32_t rows_max = UINT32_MAX);
// Largest seq whose record time is at most `record_time_us`; 0 if there is none.
Result<EventSeq> last_seq_at(View const& view, int64_t record_time_us);
Result<uint64_t> read_count(View const& view, std::string_view name);

}  // namespace ingot::storage
