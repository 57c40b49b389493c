#include "api/v1/event_answer.hpp"

#include <nlohmann/json.hpp>

#include "tracechain/flags.hpp"

namespace ingot::api {
namespace {

using Json = nlohmann::ordered_json;

std::string one_event(tracechain::StoredEvent const& event) {
    auto const& facts = event.facts;
    Json head{{"seq", facts.seq},
              {"record_time", format_time(from_micros(facts.record_time_us), 6)},
              {"event_id", facts.event_id},
              {"kind", tracechain::name(facts.kind)},
              {"site", facts.site},
              {"reporter", facts.reporter_prefix},
              {"log_index", facts.log_index}};
    if (facts.declaration) head["declaration"] = true;
    if (event.void_seq != 0) head["void_seq"] = event.void_seq;
    if (auto const flags = tracechain::flag_names(event.flags); !flags.empty()) head["flags"] = flags;
    for (auto const& warning : facts.warnings) {
        Json row{{"code", warning.code}};
        if (!warning.pointer.empty()) row["pointer"] = warning.pointer;
        head["warnings"].push_back(std::move(row));
    }
    std::string out = head.dump();
    out.pop_back();
    if (!facts.context.empty()) out.append(",\"context\":").append(facts.context);
    return out.append(",\"event\":").append(event.bytes).append("}");
}

}  // namespace

std::string events_json(std::vector<tracechain::StoredEvent> const& events, std::string_view next) {
    std::string out = "{\"items\":[";
    for (size_t i = 0; i < events.size(); ++i) {
        if (i > 0) out.push_back(',');
        out += one_event(events[i]);
    }
    out.push_back(']');
    if (!next.empty()) out.append(",\"next\":").append(Json(next).dump());
    return out += "}";
}

std::string event_hash_json(std::string_view event_id, std::string_view cbv20, std::string_view cbv21) {
    Json out{{"eventID", event_id}, {"cbv20", cbv20}, {"cbv21", cbv21}};
    out["matches"] = event_id == cbv20 || event_id == cbv21;
    return out.dump();
}

}  // namespace ingot::api
