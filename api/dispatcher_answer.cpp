// What every answer gets, whoever made it: problems, headers (api-conventions.md 8), metrics, the access line.
#include <cstdio>

#include "api/audit_line.hpp"
#include "api/dispatcher_job.hpp"
#include "api/json_guard.hpp"
#include "api/metrics.hpp"
#include "base/encoding.hpp"

namespace ingot::api {
namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;

constexpr auto kStateAge = std::chrono::milliseconds(100);  // what Ingot-State says is at most this old

bool is_json(std::string_view content_type) {
    return content_type.find("json") != std::string_view::npos && content_type.find("ndjson") == std::string_view::npos;
}

std::string* header_of(net::Answer& answer, std::string_view name) {
    for (auto& [known, value] : answer.headers)
        if (equal_ignoring_ascii_case(known, name)) return &value;
    return nullptr;
}

bool is_platform(registry::Principal const& principal) {
    return principal.has(registry::Role::platform_admin) || principal.has(registry::Role::security_admin);
}

std::string timing(microseconds queued, microseconds total) {
    char text[64];
    int const size =
        std::snprintf(text, sizeof text, "queue;dur=%.3f, total;dur=%.3f", static_cast<double>(queued.count()) / 1000,
                      static_cast<double>(total.count()) / 1000);
    return {text, static_cast<size_t>(size)};
}

// The methods of a 405, which the router hands on as a member of its error.
std::string allowed_by(Error const& error) {
    for (auto const& extra : error.extras)
        if (extra.name == "allow") return std::get<std::string>(extra.value);
    return {};
}

std::string_view absent_for(Code code) {
    switch (code) {
        case Code::NotFound:
        case Code::PrefixNotHosted:
        case Code::PrefixElsewhere:
        case Code::Withdrawn:  // may come back
            return "public, max-age=30";
        case Code::Void:
            return "public, max-age=3600";
        default:
            return {};
    }
}

// Short negative caching (gs1-resolver.md 11): what is not there for everyone may be remembered for a moment. The owner
// of a reserved code gets another answer, so a shared cache must not hand this one to callers with a key.
void keep_for_a_while(bool anonymous, net::Method method, Code code, net::Answer& answer) {
    bool const reads = method == net::Method::Get || method == net::Method::Head;
    std::string_view const age = absent_for(code);
    if (!anonymous || !reads || age.empty()) return;
    *header_of(answer, "Cache-Control") = age;
    answer.header("Vary", "Accept-Language, Authorization");
}

}  // namespace

ProblemContext Dispatcher::context_of(Job const& job) const {
    return {job.language, job.request->request_id, base_url(services_)};
}

void Dispatcher::answer_error(Job& job, Error const& error) { job.respond(error_answer(job, error)); }

net::Answer Dispatcher::error_answer(Job& job, Error const& error) {
    bool const asks_methods = error.code == Code::MethodNotAllowed && job.request->head.method == net::Method::Options;
    net::Answer answer;
    if (asks_methods) {
        answer.status = 204;
    } else {
        job.code = slug(error.code);
        services_.metrics.refused(error.code);
        if (error.code == Code::DataDamaged) services_.engine.answered_damaged(error);
        note_refusal(job, error);
        if (error.code == Code::Degraded) degraded_.store(true, std::memory_order_relaxed);
        answer = problem(error, context_of(job));
        keep_for_a_while(job.principal == nullptr, job.request->head.method, error.code, answer);
    }
    // A method that no route has is the transport's to refuse, which adds its own Allow.
    if (auto methods = allowed_by(error); !methods.empty()) answer.header("Allow", std::move(methods));
    return completed(job, std::move(answer));
}

net::Answer Dispatcher::refuse(net::Refusal const& refusal, net::Request const& request) {
    Job job(request);
    job.sequence = sequence_.load(std::memory_order_acquire);
    Error error{code_of_slug(refusal.code).value_or(refusal.status >= 500 ? Code::Internal : Code::BadFraming),
                refusal.detail, refusal.detail_zh};
    if (refusal.limit) error.with("limit", static_cast<int64_t>(*refusal.limit));
    return error_answer(job, error);
}

void Dispatcher::finish(Job& job, net::Answer answer) { job.respond(completed(job, std::move(answer))); }

// Asks the store ten times a second at most: its health costs a lock, and most answers cost less than that.
bool Dispatcher::is_degraded(Steady now) {
    auto const at = now.time_since_epoch().count();
    auto looked = looked_at_.load(std::memory_order_relaxed);
    auto const age = Steady::duration(at - looked);
    if ((looked == 0 || age >= kStateAge) && looked_at_.compare_exchange_strong(looked, at, std::memory_order_relaxed))
        degraded_.store(services_.engine.health().state == storage::State::degraded, std::memory_order_relaxed);
    return degraded_.load(std::memory_order_relaxed);
}

void Dispatcher::note_refusal(Job const& job, Error const& error) {
    if (!job.match.route || !RefusalAudit::concerns(error.code)) return;
    registry::Principal const& who = job.who();
    std::string const object = path_object(job.call ? job.call->path : job.match.path);
    refusals_.note({who.id, who.credential, registry::name(job.match.route->act), job.match.route->path, object,
                    slug(error.code), job.request->request_id, job.request->head.peer});
}

net::Answer Dispatcher::completed(Job const& job, net::Answer answer) {
    refusals_.tick();
    bool const open_to_all = !job.principal;
    Route const* const route = job.match.route;
    std::string_view const ready =
        answer.rendered ? std::string_view(answer.rendered->header_lines) : std::string_view();
    auto missing = [&](std::string_view name) {
        return ready.find(name) == std::string_view::npos && !header_of(answer, name);
    };
    if (missing("Content-Language")) answer.header("Content-Language", std::string(language_tag(job.language)));
    if (missing("Content-Security-Policy"))
        answer.header("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
    if (missing("Cross-Origin-Resource-Policy"))
        answer.header("Cross-Origin-Resource-Policy", open_to_all ? "cross-origin" : "same-origin");
    if (!open_to_all && missing("Cache-Control")) answer.header("Cache-Control", "private, no-store");
    if (missing("Ingot-Seq")) answer.header("Ingot-Seq", std::to_string(job.sequence));
    if (!answer.rendered && !answer.stream && job.call && job.call->parameter("pretty") == "true") {
        auto const* type = header_of(answer, "Content-Type");
        if (type && is_json(*type)) answer.body = indent_json(answer.body);
    }

    auto const now = services_.clock.steady();
    auto const duration = duration_cast<microseconds>(now - job.request->received_steady);
    if (is_degraded(now)) answer.header("Ingot-State", "degraded");
    if (!open_to_all && is_platform(job.who())) answer.header("Server-Timing", timing(queued(job), duration));
    int const status = answer.rendered ? answer.rendered->status : answer.status;
    Surface const surface = route ? route->surface : Surface::v1;
    services_.metrics.request(route ? job.match.index : Metrics::kNoRoute, surface, job.cost, status, duration);
    size_t const bytes = answer.rendered ? answer.rendered->body.size() : answer.body.size();
    if (options_.access) tell_access(job, status, bytes, duration);
    return answer;
}

microseconds Dispatcher::queued(Job const& job) {
    return job.queued_at == Steady{} ? microseconds(0) : duration_cast<microseconds>(job.started_at - job.queued_at);
}

void Dispatcher::tell_access(Job const& job, int status, size_t bytes, std::chrono::microseconds duration) const {
    net::Head const& head = job.request->head;
    Route const* const route = job.match.route;
    AccessLine line;
    line.request_id = job.request->request_id;
    line.client_request_id = head.field("Request-Id");
    line.traceparent = head.field("traceparent");
    line.route = route ? route->path : std::string_view("none");
    line.method = net::name(head.method);
    line.status = status;
    line.duration = duration;
    line.queued = queued(job);
    line.bytes = bytes;
    if (route) line.surface = route->surface;
    line.actor = job.who().id;
    line.address = head.peer;
    line.code = job.code;
    if (job.call) {
        if (auto found = job.call->path.find("prefix"); found != job.call->path.end()) line.prefix = found->second;
        if (auto found = job.call->path.find("suffix"); found != job.call->path.end()) line.identifier = found->second;
    }
    options_.access(line);
}

void Dispatcher::sent(net::Request const&, net::Answer const& answer, uint64_t, Steady) {
    if (answer.status == 0) services_.metrics.not_sent();
}

void Dispatcher::run_blocking(std::function<void()> work) {
    WorkerPool::Job job;
    job.run = std::move(work);
    if (!pool_->submit(std::move(job))) throw std::runtime_error("the worker queue is full");
}

}  // namespace ingot::api
