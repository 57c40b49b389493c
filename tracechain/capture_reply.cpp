// The answer to a capture, as JSON text (spec/trace-semantics.md 5.4; transparency-log.md 5). Written by hand: it runs
// in the committer.
#include <algorithm>
#include <charconv>

#include "tracechain/capture.hpp"
#include "tracechain/flags.hpp"

namespace ingot::tracechain {
namespace {

void put_text(std::string& out, std::string_view text) {
    constexpr char kHex[] = "0123456789abcdef";
    out.push_back('"');
    for (char c : text) {
        if (c == '"' || c == '\\') {
            out.push_back('\\');
            out.push_back(c);
        } else if (static_cast<unsigned char>(c) < 0x20) {
            out += "\\u00";
            out.push_back(kHex[static_cast<unsigned char>(c) >> 4]);
            out.push_back(kHex[c & 15]);
        } else {
            out.push_back(c);
        }
    }
    out.push_back('"');
}

void put_member(std::string& out, std::string_view name, std::string_view text) {
    out.push_back(',');
    put_text(out, name);
    out.push_back(':');
    put_text(out, text);
}

void put_number(std::string& out, std::string_view name, uint64_t number) {
    out.push_back(',');
    put_text(out, name);
    out.append(":").append(std::to_string(number));
}

std::string_view word(Outcome outcome) {
    switch (outcome) {
        case Outcome::stored:
            return "stored";
        case Outcome::duplicate:
            return "duplicate";
        case Outcome::refused:
            return "refused";
        case Outcome::rolled_back:
            return "rolled_back";
        case Outcome::not_attempted:
            return "not_attempted";
    }
    return "not_attempted";
}

// Statuses of what a capture can refuse (5.2); the whole table is api/problem_codes.inc.
int status_of(Code code) {
    switch (code) {
        case Code::NotYourSite:
        case Code::NotYourEvent:
        case Code::NoPermission:
        case Code::Forbidden:
            return 403;
        case Code::EventConflict:
        case Code::TimeOrder:
        case Code::LineageCycle:
        case Code::LotUnknown:
        case Code::Overdraw:
        case Code::AlreadyConsumed:
        case Code::AlreadyExists:
        case Code::NotInCustody:
        case Code::VesselPolicyConflict:
        case Code::LotLocked:
        case Code::LotHeld:
            return 409;
        case Code::CaptureLimit:
            return 413;
        case Code::Quota:
            return 429;
        case Code::DataDamaged:
        case Code::Internal:
            return 500;
        case Code::StorageUnavailable:
        case Code::Degraded:
        case Code::Busy:
            return 503;
        case Code::StorageFull:
            return 507;
        default:
            return 400;
    }
}

void put_extra(std::string& out, Extra const& extra) {
    out.push_back(',');
    put_text(out, extra.name);
    out.push_back(':');
    if (auto const* text = std::get_if<std::string>(&extra.value)) return put_text(out, *text);
    char digits[32];
    auto const end = std::holds_alternative<int64_t>(extra.value)
                         ? std::to_chars(digits, digits + 32, std::get<int64_t>(extra.value)).ptr
                         : std::to_chars(digits, digits + 32, std::get<double>(extra.value)).ptr;
    out.append(digits, end);
}

std::string_view in_language(bool chinese, std::string const& zh, std::string const& en) {
    return chinese && !zh.empty() ? zh : en;
}

void put_error(std::string& out, Error const& error, bool chinese) {
    out += ",\"error\":{\"type\":";
    put_text(out, slug(error.code));
    put_number(out, "status", static_cast<uint64_t>(status_of(error.code)));
    std::string_view const detail = in_language(chinese, error.detail_zh, error.detail);
    if (!detail.empty()) put_member(out, "detail", detail);
    for (Extra const& extra : error.extras) put_extra(out, extra);
    if (!error.faults.empty()) {
        out += ",\"errors\":[";
        for (size_t i = 0; i < error.faults.size() && i < 20; ++i) {
            out += i == 0 ? "{\"pointer\":" : ",{\"pointer\":";
            put_text(out, error.faults[i].pointer);
            put_member(out, "code", error.faults[i].code);
            put_member(out, "detail", in_language(chinese, error.faults[i].detail_zh, error.faults[i].detail));
            out.push_back('}');
        }
        out.push_back(']');
    }
    out.push_back('}');
}

void put_warnings(std::string& out, CaptureResult const& result) {
    if (!result.warnings.empty()) {
        out += ",\"warnings\":[";
        bool first = true;
        for (auto const& warning : result.warnings) {
            out += first ? "{\"code\":" : ",{\"code\":";
            put_text(out, warning.code);
            if (!warning.pointer.empty()) put_member(out, "pointer", warning.pointer);
            out.push_back('}');
            first = false;
        }
        out.push_back(']');
    }
    auto const flags = flag_names(result.flags);
    if (flags.empty()) return;
    out += ",\"flags\":[";
    for (size_t i = 0; i < flags.size(); ++i) {
        if (i > 0) out.push_back(',');
        put_text(out, flags[i]);
    }
    out.push_back(']');
}

void put_result(std::string& out, size_t index, CaptureResult const& result, bool chinese) {
    out += "{\"index\":" + std::to_string(index);
    if (!result.event_id.empty()) put_member(out, "event_id", result.event_id);
    put_member(out, "status", word(result.outcome));
    if (result.outcome == Outcome::stored || result.outcome == Outcome::duplicate) {
        put_number(out, "seq", result.seq);
        put_member(out, "record_time", format_time(from_micros(result.record_time_us), 6));
    }
    if (result.outcome == Outcome::stored) {
        put_number(out, "log_index", result.log_index);
        put_warnings(out, result);
    }
    if (result.outcome == Outcome::refused && result.error) put_error(out, *result.error, chinese);
    out.push_back('}');
}

std::string results_array(CaptureUnit const& unit) {
    std::string out = "[";
    out.reserve(unit.results.size() * 200);
    for (size_t i = 0; i < unit.results.size(); ++i) {
        if (i > 0) out.push_back(',');
        put_result(out, i, unit.results[i], unit.chinese);
    }
    return out += "]";
}

uint64_t count_of(CaptureUnit const& unit, Outcome outcome) {
    return static_cast<uint64_t>(
        std::count_if(unit.results.begin(), unit.results.end(),
                      [outcome](CaptureResult const& result) { return result.outcome == outcome; }));
}

void put_log(std::string& out, CaptureUnit const& unit, Time time) {
    if (count_of(unit, Outcome::stored) == 0) return;
    out += ",\"log\":{\"origin\":";
    put_text(out, unit.settings->log_origin);
    if (auto const range = log_range(unit)) {
        put_number(out, "first", range->first);
        put_number(out, "count", range->count);
    }
    put_member(out, "time", format_time(time, 3));
    out.push_back('}');
}

}  // namespace

std::optional<LogRange> log_range(CaptureUnit const& unit) {
    uint64_t first = UINT64_MAX, last = 0, count = 0;
    for (CaptureResult const& result : unit.results) {
        if (result.outcome != Outcome::stored) continue;
        first = std::min(first, result.log_index);
        last = std::max(last, result.log_index);
        ++count;
    }
    if (count == 0 || last - first + 1 != count) return std::nullopt;
    return LogRange{first, count};
}

std::string results_json(CaptureUnit const& unit, Time time) {
    std::string out = "{\"on_error\":";
    put_text(out, unit.rollback ? "rollback" : "proceed");
    put_number(out, "stored", count_of(unit, Outcome::stored));
    put_number(out, "duplicate", count_of(unit, Outcome::duplicate));
    put_number(out, "refused", count_of(unit, Outcome::refused));
    out += ",\"results\":" + results_array(unit);
    put_log(out, unit, time);
    return out += "}";
}

Error refused_unread(CaptureUnit& unit) {
    unit.results.assign(unit.events.size(), CaptureResult{});
    bool refused = false;
    for (size_t i = 0; i < unit.events.size(); ++i) {
        unit.results[i].event_id = unit.events[i].event_id;
        if (refused || !unit.events[i].refusal) continue;
        unit.results[i].outcome = Outcome::refused;
        unit.results[i].error = unit.events[i].refusal;
        refused = true;
    }
    return rollback_error(unit);
}

Error rollback_error(CaptureUnit const& unit) {
    for (CaptureResult const& result : unit.results) {
        if (result.outcome != Outcome::refused || !result.error) continue;
        Error error = *result.error;
        error.with("results", results_array(unit));
        return error;
    }
    return Error{Code::Internal, "the document was refused without a reason", ""};
}

}  // namespace ingot::tracechain
