#include "api/problem.hpp"

#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "api/json_guard.hpp"
#include "api/system_info.hpp"
#include "base/encoding.hpp"

namespace ingot::api {
namespace {

constexpr ProblemRow kRows[] = {
#define INGOT_PROBLEM(name, status, title_zh, title_en, solve_zh, solve_en) \
    {Code::name, status, title_zh, title_en, solve_zh, solve_en},
#include "api/problem_codes.inc"
#undef INGOT_PROBLEM
};

constexpr size_t kCodes = 0
#define INGOT_CODE(name, slug) +1
#include "base/codes.inc"
#undef INGOT_CODE
    ;

constexpr bool rows_stand_in_order() {
    if (std::size(kRows) != kCodes) return false;
    for (size_t i = 0; i < std::size(kRows); ++i)
        if (static_cast<size_t>(kRows[i].code) != i) return false;
    return true;
}
static_assert(rows_stand_in_order(), "api/problem_codes.inc has one row a code, in the order of base/codes.inc");

constexpr size_t kFaultsMax = 20;

std::string_view choose(Language language, std::string_view zh, std::string_view en) {
    return language == Language::en || zh.empty() ? en : zh;
}

void put(std::string& out, std::string_view name, std::string_view value) {
    out.append(out.size() > 1 ? ",\"" : "\"").append(name).append("\":").append(json_quote(value));
}
void put_raw(std::string& out, std::string_view name, std::string_view json) {
    out.append(out.size() > 1 ? ",\"" : "\"").append(name).append("\":").append(json);
}

std::string number_text(double value) {
    if (!std::isfinite(value)) return "null";
    char text[32];
    int const size = std::snprintf(text, sizeof text, "%.12g", value);
    return {text, static_cast<size_t>(size)};
}

// "parameter:limit" and "header:If-Match" name what is wrong outside the body.
std::string fault_json(Fault const& fault, Language language) {
    std::string out = "{";
    std::string_view const place = fault.pointer;
    if (place.starts_with("parameter:"))
        put(out, "parameter", place.substr(10));
    else if (place.starts_with("header:"))
        put(out, "header", place.substr(7));
    else
        put(out, "pointer", place);
    put(out, "code", fault.code);
    put(out, "detail", choose(language, fault.detail_zh, fault.detail));
    return out += '}';
}

std::string faults_json(std::vector<Fault> const& faults, Language language) {
    std::string out = "[";
    for (size_t i = 0; i < faults.size() && i < kFaultsMax; ++i)
        out.append(i ? "," : "").append(fault_json(faults[i], language));
    return out += ']';
}

void put_extra(std::string& out, Extra const& extra) {
    auto const* text = std::get_if<std::string>(&extra.value);
    if (text != nullptr && extra.name == "results")  // the rows of a refused bulk request: JSON already
        put_raw(out, extra.name, *text);
    else if (text != nullptr)
        put(out, extra.name, *text);
    else if (auto const* whole = std::get_if<int64_t>(&extra.value))
        put_raw(out, extra.name, std::to_string(*whole));
    else
        put_raw(out, extra.name, number_text(std::get<double>(extra.value)));
}

std::string help_path(Code code) { return "/docs/problems/" + std::string(slug(code)); }

bool has_extra(Error const& error, std::string_view name) {
    for (auto const& extra : error.extras)
        if (extra.name == name) return true;
    return false;
}

}  // namespace

ProblemRow const& problem_row(Code code) { return kRows[static_cast<size_t>(code)]; }

std::optional<Code> code_of_slug(std::string_view text) {
    for (auto const& row : kRows)
        if (slug(row.code) == text) return row.code;
    return std::nullopt;
}

std::optional<int> retry_after_seconds(Code code) {
    switch (code) {
        case Code::Busy:
        case Code::Timeout:
        case Code::IdempotencyInFlight:
        case Code::RateLimit:
            return 1;
        case Code::StorageUnavailable:
        case Code::OutcomeUnknown:
        case Code::ShuttingDown:
            return 5;
        case Code::StorageFull:
        case Code::Degraded:
        case Code::TooManyJobs:
            return 30;
        case Code::Quota:
            return 3600;
        default:
            return std::nullopt;
    }
}

std::string_view language_tag(Language language) { return language == Language::en ? "en" : "zh-CN"; }

Language language_of(std::string_view field) {
    double best_zh = 0, best_en = 0;
    while (!field.empty()) {
        size_t const comma = field.find(',');
        std::string_view item = field.substr(0, comma);
        field = comma == std::string_view::npos ? std::string_view() : field.substr(comma + 1);
        while (!item.empty() && item.front() == ' ') item.remove_prefix(1);
        double weight = 1;
        if (size_t const at = item.find("q="); at != std::string_view::npos)
            weight = std::strtod(std::string(item.substr(at + 2, 5)).c_str(), nullptr);
        std::string const tag = to_lower_ascii(item.substr(0, 2));
        bool const whole =
            item.size() == 2 || (item.size() > 2 && (item[2] == '-' || item[2] == ';' || item[2] == ' '));
        if (whole && tag == "zh") best_zh = std::max(best_zh, weight);
        if (whole && tag == "en") best_en = std::max(best_en, weight);
    }
    return best_en > best_zh ? Language::en : Language::zh;
}

std::string base_url(Services const& services) {
    std::string url = services.system ? services.system->base_url() : std::string();
    return url.empty() ? "https://" + services.node_name : url;
}

ProblemContext problem_context(Call const& call, Services const& services) {
    return {call.language, call.request.request_id, base_url(services)};
}

std::string problem_json(Error const& error, ProblemContext const& context) {
    ProblemRow const& row = problem_row(error.code);
    std::string_view const title = choose(context.language, row.title_zh, row.title_en);
    std::string_view const detail = choose(context.language, error.detail_zh, error.detail);
    bool const translated = context.language == Language::en || !error.detail_zh.empty() || error.detail.empty();
    std::string out = "{";
    put(out, "type", context.base_url + help_path(error.code));
    put(out, "title", title);
    put_raw(out, "status", std::to_string(row.status));
    put(out, "code", slug(error.code));
    put(out, "detail", translated && !detail.empty() ? detail : title);
    if (!context.request_id.empty()) put(out, "instance", "urn:uuid:" + std::string(context.request_id));
    if (!error.faults.empty()) put_raw(out, "errors", faults_json(error.faults, context.language));
    for (auto const& extra : error.extras) put_extra(out, extra);
    if (auto seconds = retry_after_seconds(error.code); seconds && !has_extra(error, "retryAfterMs"))
        put_raw(out, "retryAfterMs", std::to_string(*seconds * 1000));
    if (!has_extra(error, "solve")) put(out, "solve", choose(context.language, row.solve_zh, row.solve_en));
    if (!context.request_id.empty()) put(out, "requestId", context.request_id);
    return out += '}';
}

net::Answer problem(Error const& error, ProblemContext const& context) {
    net::Answer answer;
    answer.status = status_of(error.code);
    answer.body = problem_json(error, context);
    answer.header("Content-Type", "application/problem+json");
    answer.header("Content-Language", std::string(language_tag(context.language)));
    answer.header("Link", '<' + help_path(error.code) + ">; rel=\"help\"");
    answer.header("Cache-Control", "no-store");
    auto seconds = retry_after_seconds(error.code);
    for (auto const& extra : error.extras)
        if (auto const* ms = std::get_if<int64_t>(&extra.value); ms && extra.name == "retryAfterMs")
            seconds = static_cast<int>((*ms + 999) / 1000);
    if (seconds) answer.header("Retry-After", std::to_string(*seconds));
    if (answer.status == 401) answer.header("WWW-Authenticate", "Bearer realm=\"ingot\"");
    return answer;
}

std::optional<std::string> problem_page(std::string_view text, Language language) {
    auto const code = code_of_slug(text);
    if (!code) return std::nullopt;
    ProblemRow const& row = problem_row(*code);
    std::string const status = std::to_string(row.status);
    std::string out = "<!doctype html>\n<html lang=\"" + std::string(language_tag(language)) +
                      "\"><head><meta charset=\"utf-8\"><title>" + std::string(text) + "</title></head>\n<body>\n";
    auto section = [&](std::string_view title, std::string_view solve) {
        out.append("<h1>")
            .append(title)
            .append("</h1>\n<p><code>")
            .append(text)
            .append("</code>, HTTP ")
            .append(status);
        out.append("</p>\n<p>").append(solve).append("</p>\n");
    };
    if (language == Language::zh) section(row.title_zh, row.solve_zh);
    section(row.title_en, row.solve_en);
    if (language == Language::en) section(row.title_zh, row.solve_zh);
    return out += "</body></html>\n";
}

}  // namespace ingot::api
