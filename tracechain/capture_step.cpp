#include "tracechain/capture.hpp"

#include <algorithm>
#include <map>

#include "base/encoding.hpp"
#include "storage/event_table.hpp"
#include "tracechain/capture_account.hpp"
#include "tracechain/capture_apply.hpp"
#include "tracechain/capture_waiting.hpp"
#include "tracechain/checks.hpp"
#include "tracechain/correction.hpp"
#include "tracechain/flags.hpp"

namespace ingot::tracechain {

using storage::EventFacts;
using storage::Space;

namespace {

std::string identity_key(Event const& event) {
    return event.declaration ? storage::declaration_key(event.id, event.declaration->time_us)
                             : storage::event_id_key(event.id);
}

Error event_error(Code code, Event const& event, std::string detail, std::string zh) {
    Error error{code, std::move(detail), std::move(zh)};
    error.with("event_id", event.id).with("pointer", event.pointer);
    return error;
}

bool same_content(EventFacts const& stored, EventFacts const& arriving) {
    return stored.content_digest == arriving.content_digest && stored.declared_digest == arriving.declared_digest;
}

Result<void> check_same(EventFacts const& stored, Prepared const& arriving) {
    if (same_content(stored, arriving.facts)) return {};
    return fail(event_error(Code::EventConflict, *arriving.event,
                            "an event with this eventID and other content is stored; an event is never changed, "
                            "declare it wrong and capture a new one",
                            "已存在相同 eventID 但内容不同的事件；请先作错误声明，再用新标识登记"));
}

Result<void> check_authority(Prepared const& prepared) {
    if (prepared.own_site && prepared.foreign) return fail(*prepared.foreign);
    if (prepared.own_site) return {};
    return fail(event_error(Code::NotYourSite, *prepared.event,
                            "the site of the event is operated by another enterprise; only that enterprise may capture "
                            "for it",
                            "事件地点由其他企业运营，只能由该企业登记"));
}

// Everything the id checks and the accounts will ask for, in few round trips.
Result<void> prefetch(storage::Batch& batch, Workspace& workspace, CaptureUnit const& unit,
                      std::vector<size_t> const& indexes, std::map<std::string, std::optional<std::string>>& index) {
    std::set<std::string> lots, campaigns, keys;
    for (size_t at : indexes) {
        Event const& event = *unit.events[at].event;
        keys.insert(identity_key(event));
        if (event.declaration) {
            keys.insert(storage::event_id_key(event.id));
        } else {
            collect_keys(event, lots, campaigns);
        }
    }
    std::vector<std::string> const wanted(keys.begin(), keys.end());
    auto values = batch.multi_get(Space::index, wanted);
    if (!values) return tl::unexpected(values.error());
    for (size_t i = 0; i < wanted.size(); ++i) index.emplace(wanted[i], std::move((*values)[i]));
    return workspace.prefetch(lots, campaigns);
}

// One atomic step at work.
class Step {
  public:
    Step(storage::Batch& batch, CaptureUnit& unit, std::vector<size_t> const& indexes)
        : batch_(batch),
          unit_(unit),
          indexes_(indexes),
          workspace_(batch, *unit.settings),
          waiting_(batch, *unit.settings) {
        workspace_.strict = unit.strict;
    }

    Result<void> run() {
        set_limits();
        for (size_t at : indexes_)
            if (auto const& refusal = unit_.events[at].refusal) return refuse(at, *refusal);
        if (auto done = prefetch(batch_, workspace_, unit_, indexes_, index_); !done) return done;
        auto count = storage::read_count(batch_, "events");
        if (!count) return tl::unexpected(count.error());
        next_ = *count + 1;
        unit_first_ = next_;
        for (size_t at : indexes_)
            if (auto admitted = admit(at); !admitted) return refuse(at, admitted.error());
        if (auto done = apply_all(true); !done) return done;
        return write_all();
    }

    Result<void> run_again() {
        set_limits();
        workspace_.again = true;
        workspace_.content_rows_left = UINT32_MAX - 1;
        if (auto done = prefetch(batch_, workspace_, unit_, indexes_, index_); !done) return done;
        for (size_t at : indexes_) {
            CaptureResult& result = unit_.results[at];
            result.seq = unit_.events[at].facts.seq;
            result.log_index = unit_.events[at].facts.log_index;
            stored_.push_back(at);
            fresh_[identity_key(*unit_.events[at].event)] = at;
            next_ = result.seq + 1;
        }
        unit_first_ = unit_.events[indexes_.front()].facts.unit_first;
        if (auto done = apply_all(false); !done) return done;
        return write_all();
    }

  private:
    void set_limits() {
        constexpr size_t kRowsPerFurtherEvent = 16, kContentRowsPerFurtherEvent = 100;
        size_t const further = std::max<size_t>(indexes_.size(), 1) - 1;
        workspace_.rows_left = unit_.settings->rederive_rows_max + kRowsPerFurtherEvent * further;
        workspace_.content_rows_left = unit_.settings->content_rows_max + kContentRowsPerFurtherEvent * further;
    }

    Result<void> refuse(size_t at, Error error) {
        CaptureResult& result = unit_.results[at];
        result.outcome = Outcome::refused;
        result.error = error;
        return tl::unexpected(std::move(error));
    }

    // Checks 3 to 5: a new event gets its seq, a repeated one its old answer.
    Result<void> admit(size_t at) {
        Prepared& prepared = unit_.events[at];
        Event const& event = *prepared.event;
        CaptureResult& result = unit_.results[at];
        std::string const key = identity_key(event);
        if (auto here = fresh_.find(key); here != fresh_.end()) {
            if (auto same = check_same(unit_.events[here->second].facts, prepared); !same) return same;
            result.outcome = Outcome::duplicate;
            result.seq = unit_.results[here->second].seq;
            result.record_time_us = to_micros(batch_.time());
            return {};
        }
        if (auto const& known = index_.at(key)) return repeat(*known, prepared, result);
        if (auto own = check_authority(prepared); !own) return own;
        if (event.declaration)
            if (auto allowed = check_declaration(prepared); !allowed) return allowed;
        result.seq = next_++;  // stored only when it is written
        result.record_time_us = to_micros(batch_.time());
        fresh_[key] = at;
        stored_.push_back(at);
        return {};
    }

    Result<void> repeat(std::string const& known, Prepared const& prepared, CaptureResult& result) {
        auto facts = facts_at(known);
        if (!facts) return tl::unexpected(facts.error());
        if (facts->reporter != prepared.facts.reporter) return id_of_another(prepared);
        if (auto same = check_same(*facts, prepared); !same) return same;
        result.outcome = Outcome::duplicate;
        result.seq = facts->seq;
        result.record_time_us = facts->record_time_us;
        return {};
    }

    // The id is in use; nothing is said of the event that has it, not even whether it is the same (security.md 4.2).
    Result<void> id_of_another(Prepared const& prepared) {
        if (auto own = check_authority(prepared); !own) return own;
        if (prepared.event->declaration) return not_your_event(*prepared.event);
        return fail(event_error(Code::EventConflict, *prepared.event,
                                "this eventID is in use; give the event a new one",
                                "该 eventID 已被使用；请为事件另取标识"));
    }

    static tl::unexpected<Error> not_your_event(Event const& event) {
        return fail(event_error(Code::NotYourEvent, event,
                                "the event was reported by another enterprise; only that one may declare it wrong",
                                "该事件由其他企业上报，只能由该企业作错误声明"));
    }

    Result<EventFacts> facts_at(std::string const& seq_bytes) {
        auto seq = storage::parse_seq_value(seq_bytes);
        if (!seq) return tl::unexpected(seq.error());
        auto facts = storage::find_facts(batch_, *seq);
        if (!facts) return tl::unexpected(facts.error());
        if (!*facts) return fail(Code::DataDamaged, "event " + std::to_string(*seq) + " has no facts");
        return std::move(**facts);
    }

    // Check 5: only the enterprise that reported the event; and the content is compared, the id decides.
    Result<void> check_declaration(Prepared& prepared) {
        Event const& event = *prepared.event;
        if (auto few = check_count(event, prepared.facts.reporter); !few) return few;
        EventFacts original;
        if (auto const& known = index_.at(storage::event_id_key(event.id))) {
            auto facts = facts_at(*known);
            if (!facts) return tl::unexpected(facts.error());
            original = std::move(*facts);
        } else if (auto here = fresh_.find(storage::event_id_key(event.id)); here != fresh_.end()) {
            original = unit_.events[here->second].facts;
        } else {
            return {};
        }
        if (original.reporter != prepared.facts.reporter) return not_your_event(event);
        differs_[&prepared] = original.content_digest != event.content_digest;
        return {};
    }

    // Declarations of others, sent while the event was not known, do not count: each enterprise has the limit itself.
    Result<void> check_count(Event const& event, std::string const& reporter) {
        uint32_t const max = unit_.settings->declarations_per_event_max;
        auto stored = storage::find_declarations(batch_, event.id);
        if (!stored) return tl::unexpected(stored.error());
        size_t own = 0;
        for (EventSeq seq : *stored) {
            auto facts = storage::find_facts(batch_, seq);
            if (!facts) return tl::unexpected(facts.error());
            own += *facts && (*facts)->reporter == reporter;
            if (own == max) break;
        }
        if (own + declared_[event.id]++ < max) return {};
        Error error =
            event_error(Code::Quota, event,
                        "your enterprise declared the event wrong " + std::to_string(max) +
                            " times already; the first declaration made it void, more change nothing",
                        "贵企业对该事件已作 " + std::to_string(max) + " 条错误声明；首条声明已使其作废，无需再声明");
        error.with("limit", static_cast<int64_t>(max));
        return fail(std::move(error));
    }

    // In order of event time, then list position; declarations last.
    Result<void> apply_all(bool judge) {
        std::vector<size_t> order = stored_;
        std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
            Event const& first = *unit_.events[a].event;
            Event const& second = *unit_.events[b].event;
            return std::pair(first.declaration.has_value(), first.time_us) <
                   std::pair(second.declaration.has_value(), second.time_us);
        });
        for (size_t at : order) {
            auto done = unit_.events[at].event->declaration ? declare(at) : apply(at, judge);
            if (!done) return refuse(at, done.error());
        }
        return {};
    }

    Result<void> apply(size_t at, bool judge) {
        Prepared const& prepared = unit_.events[at];
        CaptureResult& result = unit_.results[at];
        auto void_seq = waiting_.take(prepared.event->id, prepared.facts.reporter);
        if (!void_seq) return tl::unexpected(void_seq.error());
        if (*void_seq != 0) batch_.put(Space::index, storage::declared_key(result.seq, *void_seq), "");
        workspace_.shortages.clear();
        LinkRow& link = workspace_.new_link(result.seq);
        Application application{workspace_, prepared, *prepared.event, link, *void_seq, {}, {}, {}, {}, 0};
        int64_t const record_time_us = judge ? result.record_time_us : prepared.facts.record_time_us;
        bool const strict = judge && unit_.strict;
        if (auto fine = check_future(*prepared.event, record_time_us, strict, application.flags); !fine) return fine;
        if (auto done = apply_event(application); !done) return done;
        if (auto fine = check_effects(application, !judge   ? Judgement::none
                                                   : strict ? Judgement::strict
                                                            : Judgement::tolerant);
            !fine)
            return fine;
        result.flags = application.flags;
        result.warnings = judge ? prepared.facts.warnings : std::vector<storage::FactWarning>{};
        result.warnings.insert(result.warnings.end(), application.warnings.begin(), application.warnings.end());
        return {};
    }

    Result<void> declare(size_t at) {
        Prepared const& prepared = unit_.events[at];
        CaptureResult& result = unit_.results[at];
        Event const& event = *prepared.event;
        LinkRow& link = workspace_.new_link(result.seq);
        link.time_us = event.time_us;
        link.kind = LinkKind::declaration;
        link.event_id = event.id;
        link.site = prepared.facts.site;
        link.content_digest = event.content_digest;
        result.warnings = prepared.facts.warnings;
        if (auto differs = differs_.find(&prepared); differs != differs_.end() && differs->second)
            result.warnings.push_back({"declaration-differs", ""});
        auto declared = declared_seq(event.id);
        if (!declared) return tl::unexpected(declared.error());
        if (*declared == 0) return waiting_.add(event.id, prepared.facts.reporter, result.seq);
        batch_.put(Space::index, storage::declared_key(*declared, result.seq), "");
        return void_event(workspace_, *declared, result.seq);
    }

    Result<EventSeq> declared_seq(std::string const& id) {
        std::string const key = storage::event_id_key(id);
        if (auto here = fresh_.find(key); here != fresh_.end()) return unit_.results[here->second].seq;
        auto const& known = index_.at(key);
        if (!known) return EventSeq{0};
        return storage::parse_seq_value(*known);
    }

    Result<void> write_all() {
        if (stored_.empty()) return {};
        workspace_.flush();
        waiting_.flush();
        for (size_t at : stored_) write(at);
        int64_t const record_time_us = unit_.results[stored_.back()].record_time_us;
        batch_.put(Space::index, storage::record_time_key(record_time_us), storage::seq_value(next_ - 1));
        batch_.put(Space::meta, storage::count_key("events"), storage::seq_value(next_ - 1));
        return {};
    }

    void write(size_t at) {
        Prepared const& prepared = unit_.events[at];
        CaptureResult& result = unit_.results[at];
        Event const& event = *prepared.event;
        std::string const seq = storage::seq_value(result.seq);
        if (!prepared.facts_before.empty()) {
            storage::Leaf leaf = prepared.leaf;
            leaf.key = storage::event_key(result.seq);
            result.log_index = batch_.leaf(std::move(leaf));
        }
        EventFacts facts;
        facts.seq = result.seq;
        facts.record_time_us = result.record_time_us;
        facts.warnings = result.warnings;
        facts.flags = result.flags & ~bit(storage::Flag::lot_reused);  // follows corrections: kept in the link
        facts.unit_first = unit_first_;
        facts.log_index = result.log_index;
        facts.hash_cbv20 = prepared.facts.hash_cbv20;
        facts.hash_cbv21 = prepared.facts.hash_cbv21;
        batch_.put(Space::event, storage::event_key(result.seq), event.bytes);
        bool const again = prepared.facts_before.empty();
        batch_.put(
            Space::event, storage::facts_key(result.seq),
            again ? storage::encode_facts(prepared.facts) : storage::complete_facts(prepared.facts_before, facts));
        batch_.put(Space::index, identity_key(event), seq);
        batch_.put(Space::index, storage::content_key(event.content_digest), seq);
        batch_.put(Space::index, storage::reporter_key(prepared.facts.reporter, result.seq), "");
        result.outcome = Outcome::stored;
    }

    storage::Batch& batch_;
    CaptureUnit& unit_;
    std::vector<size_t> const& indexes_;
    Workspace workspace_;
    WaitingDeclarations waiting_;
    std::map<std::string, std::optional<std::string>> index_;  // ids and declarations, as stored
    std::map<std::string, size_t> fresh_;                      // identity -> event of this step
    std::map<std::string, size_t> declared_;                   // declarations of this step, by event id
    std::map<Prepared const*, bool> differs_;
    std::vector<size_t> stored_;  // in list order
    EventSeq next_ = 1, unit_first_ = 1;
};

void reset(CaptureUnit& unit, std::vector<size_t> const& indexes) {
    for (size_t at : indexes) {
        CaptureResult fresh;
        fresh.event_id = unit.events[at].event_id;
        unit.results[at] = std::move(fresh);
    }
}

}  // namespace

Result<void> run_capture(storage::Batch& batch, CaptureUnit& unit, std::vector<size_t> const& indexes) {
    reset(unit, indexes);
    return Step(batch, unit, indexes).run();
}

Result<void> run_capture_again(storage::Batch& batch, CaptureUnit& unit, std::vector<size_t> const& indexes) {
    reset(unit, indexes);
    for (size_t at : indexes) unit.results[at].record_time_us = unit.events[at].facts.record_time_us;
    return Step(batch, unit, indexes).run_again();
}

}  // namespace ingot::tracechain
