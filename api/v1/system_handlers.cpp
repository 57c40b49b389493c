#include "api/v1/system_handlers.hpp"

#include "api/json_guard.hpp"
#include "api/metrics.hpp"
#include "api/openapi_document.hpp"
#include "api/problem.hpp"
#include "api/system_info.hpp"
#include "base/crypto.hpp"
#include "base/encoding.hpp"

namespace ingot::api::v1 {
namespace {

net::Answer text_answer(int status, std::string type, std::string body) {
    net::Answer answer;
    answer.status = status;
    answer.body = std::move(body);
    answer.header("Content-Type", std::move(type));
    return answer;
}

// metrics.allow networks see details; so does a token that may read the statistics of all.
bool sees_details(Call const& call, Services const& services) {
    if (services.metrics.allow().contains(call.request.head.peer)) return true;
    auto const decision = registry::authorize(call.principal, registry::Act::StatsRead, {});
    return decision.verdict == registry::Verdict::Allow;
}

// tls, witnesses, backup and clock never turn the status by themselves.
bool turns_status(std::string_view check) { return check != "tls" && check != "clock"; }

constexpr auto kStuckAfter = std::chrono::seconds(30);

}  // namespace

Result<net::Answer> show_health(Call const& call, Services& services) {
    if (auto fine = check_parameters(call, {}); !fine) return fail(fine.error());
    Steady const since = services.engine.waiting_since();
    bool const moves = since == Steady{} || services.clock.steady() - since < kStuckAfter;
    net::Answer answer = text_answer(moves ? 200 : 503, "text/plain; charset=utf-8", moves ? "ok\n" : "stuck\n");
    answer.header("Cache-Control", "no-store");
    return answer;
}

Result<net::Answer> show_readiness(Call const& call, Services& services) {
    if (auto fine = check_parameters(call, {"for"}); !fine) return fail(fine.error());
    auto const what = call.parameter("for");
    if (what && *what != "read") return fail(Code::InvalidParameter, "for takes \"read\" only", "for 只能为 read");
    storage::Health const health = services.engine.health();
    auto const checks = services.system->checks(health, services.clock.now());
    bool const readable = health.state == storage::State::open || health.state == storage::State::full ||
                          health.state == storage::State::degraded || health.state == storage::State::failed;
    bool ready = !services.system->stopping();
    for (auto const& check : checks) ready = ready && (check.ok || !turns_status(check.name));
    bool const fine = what ? readable : ready && health.state == storage::State::open;
    std::string body = "{\"status\":\"";
    body += fine && ready ? "ready" : readable ? "degraded" : "unready";
    body += "\",\"checks\":[";
    bool const details = sees_details(call, services);
    for (size_t i = 0; i < checks.size(); ++i) {
        body += (i ? ",{\"name\":" : "{\"name\":") + json_quote(checks[i].name);
        body += checks[i].ok ? ",\"ok\":true" : ",\"ok\":false";
        if (details) {
            body += ",\"since\":" + json_quote(format_time(checks[i].since, 3));
            body += ",\"detail\":" + json_quote(checks[i].detail);
        }
        body += '}';
    }
    net::Answer answer = json_answer(fine ? 200 : 503, body + "]}");
    answer.header("Cache-Control", "no-store");
    if (!fine) answer.header("Retry-After", "5");
    return answer;
}

Result<net::Answer> show_metrics(Call const& call, Services& services) {
    if (!sees_details(call, services))
        return fail(Code::NoSuchRoute, "nothing is served under this path", "此路径下没有任何内容");
    net::Answer answer = text_answer(200, "text/plain; version=0.0.4; charset=utf-8", services.metrics.scrape());
    answer.header("Cache-Control", "no-store");
    return answer;
}

Result<net::Answer> show_meta(Call const& call, Services& services) {
    if (auto fine = check_parameters(call, {}); !fine) return fail(fine.error());
    Limits const& limits = services.limits;
    auto number = [](std::string_view name, uint64_t value) { return json_quote(name) + ":" + std::to_string(value); };
    auto const& info = services.system->options();
    std::string body =
        "{\"api\":\"1\",\"build\":{\"version\":" + json_quote(info.version) + ",\"commit\":" + json_quote(info.commit) +
        "},\"features\":[\"codes\",\"events\",\"handle-rest\"," + "\"identifiers\",\"resolve\",\"trace\"],\"limits\":{";
    body += number("bodyBytes", limits.body_bytes_max) + "," + number("batchBytes", limits.batch_bytes_max) + "," +
            number("captureBytes", limits.capture_bytes_max) + "," + number("batchItems", limits.batch_items_max) +
            "," + number("codesPerCall", limits.allocation_codes_max) + "," +
            number("eventsPerCapture", limits.events_per_capture_max) + "," + number("pageRows", limits.page_rows_max) +
            "," + number("identifierBytes", limits.identifier_bytes_registered_max);
    body += "},\"publicName\":" + json_quote(services.node_name) + ",\"logOrigin\":" + json_quote(services.log_origin) +
            "}";
    net::Answer answer = json_answer(200, std::move(body));
    answer.header("Cache-Control", "public, max-age=60");
    return answer;
}

Result<net::Answer> show_api_description(Call const& call, Services& services) {
    if (auto fine = check_parameters(call, {"surface"}); !fine) return fail(fine.error());
    std::string_view const surface = call.parameter("surface").value_or("");
    auto& kept = services.system->descriptions[surface.empty() ? 0 : 1];
    auto ready = surface.empty() || surface == "handle" ? kept.load() : nullptr;
    if (!ready) {
        auto document = openapi_document(surface, services.system->base_url());
        if (!document) return fail(Code::InvalidParameter, "surface takes \"handle\" only", "surface 只能为 handle");
        std::string const tag = '"' + to_hex(bytes_of(sha256(*document))).substr(0, 16) + '"';
        ready = make_ready("application/json", tag, "public, max-age=300", std::move(*document));
        kept.store(ready);
    }
    net::Answer answer = answer_from(call, *ready);
    answer.header("Access-Control-Allow-Origin", "*");
    return answer;
}

Result<net::Answer> find_api_description(Call const&, Services&) {
    net::Answer answer;
    answer.status = 308;
    answer.header("Location", "/docs/openapi.json").header("Cache-Control", "public, max-age=300");
    return answer;
}

Result<net::Answer> show_problem_page(Call const& call, Services&) {
    auto page = problem_page(call.path.find("code")->second, call.language);
    if (!page) return fail(Code::NotFound, "there is no such problem code", "没有这个错误代码");
    net::Answer answer = text_answer(200, "text/html; charset=utf-8", std::move(*page));
    answer.header("Cache-Control", "public, max-age=3600");
    return answer;
}

Result<net::Answer> show_ca_certificate(Call const& call, Services& services) {
    if (auto fine = check_parameters(call, {}); !fine) return fail(fine.error());
    std::string const& pem = services.system->options().ca_pem;
    if (pem.empty()) return fail(Code::NotFound, "this node has no authority of its own", "本节点没有自己的证书机构");
    net::Answer answer = text_answer(200, "application/x-pem-file", pem);
    answer.header("Cache-Control", "public, max-age=3600");
    answer.header("Content-Disposition", "attachment; filename=\"ingot-ca.crt\"");
    return answer;
}

}  // namespace ingot::api::v1
