#include "api/dispatcher.hpp"

#include <charconv>
#include <stdexcept>

#include "api/json_guard.hpp"
#include "api/metrics.hpp"
#include "api/problem.hpp"
#include "api/request_checks.hpp"
#include "base/encoding.hpp"

namespace ingot::api {
namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;

registry::Principal const kAnonymous{};
constexpr size_t kSmallBody = 64 * 1024;  // read and refused after, instead of closing the connection

bool is_json(std::string_view content_type) {
    return content_type.find("json") != std::string_view::npos && content_type.find("ndjson") == std::string_view::npos;
}

std::string* header_of(net::Answer& answer, std::string_view name) {
    for (auto& [known, value] : answer.headers)
        if (equal_ignoring_ascii_case(known, name)) return &value;
    return nullptr;
}

// How much of the worker queue a route may fill: traces are refused first, then changes, then reads (security.md 15).
double queue_share(Route const& route) {
    if (route.act == registry::Act::ExportRun) return 0.5;
    if (route.act == registry::Act::TraceRun) return 0.75;
    return route.cost == Cost::Write ? 0.9 : 1.0;
}

Result<void> check_rights(registry::Principal const& principal, Route const& route) {
    if (registry::may_ever(principal, route.act)) return {};
    if (principal.anonymous())
        return fail(Code::NotAuthenticated, "this needs a login: send Authorization: Bearer <API key>",
                    "需要登录：请发送 Authorization: Bearer <API 密钥>");
    std::string const right(registry::name(route.act));
    Error error{Code::NoPermission, "the right " + right + " is missing", "缺少权限 " + right};
    return fail(error.with("permission", right));
}

}  // namespace

struct Dispatcher::Job {
    std::shared_ptr<net::Request> request;
    net::Respond respond;
    Match match;
    std::shared_ptr<registry::Principal const> principal;  // null = anonymous
    std::optional<Call> call;
    Language language = Language::zh;
    Steady queued_at{}, started_at{};
    storage::Sequence sequence = 0;  // reads of this request reflect at least this
    std::string_view code;           // of a problem

    registry::Principal const& who() const { return principal ? *principal : kAnonymous; }
};

Dispatcher::Dispatcher(std::span<Route const> table, Services& services, DispatcherOptions options)
    : router_(table),
      services_(services),
      options_(std::move(options)),
      refusals_(services.engine, services.clock,
                [&metrics = services.metrics](uint64_t lines) { metrics.audit_dropped(lines); }) {
    std::vector<RouteLabels> labels;
    labels.reserve(table.size());
    for (auto const& route : table)
        labels.push_back({std::string(route.path), std::string(net::name(route.method)), route.surface});
    services_.metrics.set_routes(std::move(labels));
    sequence_ = services_.engine.health().sequence;
    pool_ = std::make_unique<WorkerPool>(options_.workers, services_.limits.worker_queue_max, services_.clock);
}

Dispatcher::~Dispatcher() { stop(); }

void Dispatcher::stop() {
    if (stopping_.exchange(true)) return;  // the store may have ended since
    pool_->stop();
    refusals_.flush();
}

ProblemContext Dispatcher::context_of(net::Head const& head, std::string_view request_id) const {
    return {language_of(head.field("Accept-Language")), request_id, services_.node_name};
}

size_t Dispatcher::body_limit(Route const& route) const {
    switch (route.body) {
        case Body::None:
            return kSmallBody;
        case Body::Json:
        case Body::Patch:
            return services_.limits.body_bytes_max;
        case Body::Batch:
            return services_.limits.batch_bytes_max;
        case Body::Capture:
            return services_.limits.capture_bytes_max;
    }
    return 0;
}

// Everything that can be known before a large body is read. A request without body, or with a small one, is judged in
// handle() alone.
net::Admission Dispatcher::admit(net::Head const& head) {
    net::Admission admission;
    if (!head.has_body) return admission;
    Job job;
    auto refused = [&](Error const& error) {
        services_.metrics.refused(error.code);
        note_refusal(job, head, error);
        admission.refusal = problem(error, context_of(head, {}));
        if (error.code == Code::MethodNotAllowed)
            for (auto const& extra : error.extras)
                if (extra.name == "allow") admission.refusal->header("Allow", std::get<std::string>(extra.value));
    };
    auto match = router_.match(head.method, head.path);
    if (!match) {
        admission.body_bytes_max = kSmallBody;
        if (head.content_length.value_or(SIZE_MAX) > kSmallBody) refused(match.error());
        return admission;
    }
    Route const& route = *match->route;
    admission.body_bytes_max = body_limit(route);
    admission.gzip_allowed = route.body == Body::Capture;
    if (head.content_length.value_or(0) > admission.body_bytes_max) {
        std::string const most = std::to_string(admission.body_bytes_max);
        Error error{Code::BodyTooLarge, "this route takes at most " + most + " bytes",
                    "此路径的正文最多 " + most + " 字节"};
        refused(error.with("limit", static_cast<int64_t>(admission.body_bytes_max)));
        admission.refusal->close = true;
        return admission;
    }
    bool const early = head.content_length.value_or(SIZE_MAX) > kSmallBody || head.has("Expect");
    if (!early) return admission;
    job.match = *match;
    auto token = bearer_token(head);
    if (!token) return refused(token.error()), admission;
    if (*token) {
        auto principal = options_.authenticate(**token);
        if (!principal) return refused(principal.error()), admission;
        job.principal = *principal;
    }
    if (auto fine = check_rights(job.who(), route); !fine) return refused(fine.error()), admission;
    if (auto fine = check_media_type(route.body, head); !fine) return refused(fine.error()), admission;
    return admission;
}

void Dispatcher::handle(std::shared_ptr<net::Request> request, net::Respond respond) {
    auto job = std::make_shared<Job>();
    job->request = std::move(request);
    job->respond = std::move(respond);
    job->sequence = sequence_.load(std::memory_order_acquire);
    job->started_at = services_.clock.steady();
    try {
        if (auto fine = prepare(*job); !fine) return answer_error(*job, fine.error());
        if (job->match.route->cost == Cost::Point) return run(job);
        run_on_worker(job);
    } catch (std::exception const& bug) {
        answer_error(*job, Error{Code::Internal, "an unexpected fault; report the request id", {}});
    }
}

Result<void> Dispatcher::prepare(Job& job) const {
    net::Head const& head = job.request->head;
    if (auto accept = head.field("Accept-Language"); !accept.empty()) job.language = language_of(accept);
    auto match = router_.match(head.method, head.path);
    if (!match) return fail(std::move(match.error()));
    job.match = std::move(*match);
    Route const& route = *job.match.route;
    if (auto fine = identify(job); !fine) return fine;
    if (auto fine = check_rights(job.who(), route); !fine) return fine;
    if (auto fine = check_media_type(route.body, head); !fine) return fine;
    auto parameters = read_parameters(head.query, services_.limits.query_parameters_max);
    if (!parameters) return fail(std::move(parameters.error()));
    auto key = read_idempotency_key(route.key, head);
    if (!key) return fail(std::move(key.error()));
    auto const allowed = route.cost == Cost::Point  ? services_.limits.point_deadline
                         : route.cost == Cost::Scan ? services_.limits.scan_deadline
                                                    : services_.limits.write_deadline;
    job.call.emplace(Call{*job.request, job.who(), std::move(job.match.path), std::move(*parameters), job.language,
                          job.request->received_steady + allowed, std::move(*key), std::string(route.path)});
    return {};
}

// The caller, and the least state a read must reflect (Ingot-Min-Seq).
Result<void> Dispatcher::identify(Job& job) const {
    net::Head const& head = job.request->head;
    auto token = bearer_token(head);
    if (!token) return fail(std::move(token.error()));
    if (*token) {
        auto principal = options_.authenticate(**token);
        if (!principal) {
            services_.metrics.auth_failed("api-key");
            return fail(std::move(principal.error()));
        }
        job.principal = std::move(*principal);
    }
    std::string_view const least = head.field("Ingot-Min-Seq");
    if (least.empty()) return {};
    storage::Sequence wanted = 0;
    auto const [end, error] = std::from_chars(least.data(), least.data() + least.size(), wanted);
    if (error != std::errc() || end != least.data() + least.size()) {
        Error bad{Code::InvalidParameter, "Ingot-Min-Seq must be a number", "Ingot-Min-Seq 应为数字"};
        bad.faults.push_back({"header:Ingot-Min-Seq", "invalid-parameter", "a number is expected", "应为数字"});
        return fail(std::move(bad));
    }
    if (wanted > job.sequence)
        return fail(Code::Busy, "this node has not reached that sequence yet", "本节点尚未到达该序号");
    return {};
}

void Dispatcher::run_on_worker(std::shared_ptr<Job> job) {
    if (stopping_)
        return answer_error(
            *job, Error{Code::ShuttingDown, "the node is stopping; nothing was done", "节点正在停止，未做任何更改"});
    job->queued_at = services_.clock.steady();
    WorkerPool::Job work;
    work.deadline = job->call->deadline;
    work.run = [this, job] { run(job); };
    work.expired = [this, job] {
        bool const write = job->match.route->cost == Cost::Write;
        answer_error(*job, Error{write ? Code::Busy : Code::Timeout, "waited too long in the queue; nothing was done",
                                 "排队时间过长，未做任何更改"});
    };
    if (!pool_->submit(std::move(work), queue_share(*job->match.route))) answer_busy(*job);
}

void Dispatcher::answer_busy(Job& job) {
    Error error{Code::Busy, "too many requests are waiting; nothing was done", "等待的请求过多，未做任何更改"};
    answer_error(job, error.with("retryAfterMs", int64_t{pool_->retry_after_seconds()} * 1000));
}

void Dispatcher::run(std::shared_ptr<Job> const& job) {
    if (job->queued_at != Steady{}) job->started_at = services_.clock.steady();
    Route const& route = *job->match.route;
    try {
        if (route.body != Body::None)
            if (auto fine = check_body(route, *job->request, services_.limits); !fine)
                return answer_error(*job, fine.error());
        if (auto const* write = std::get_if<WriteHandler>(&route.handler)) return run_write(job, *write);
        auto answer = std::get<ReadHandler>(route.handler)(*job->call, services_);
        if (!answer) return answer_error(*job, answer.error());
        finish(*job, std::move(*answer));
    } catch (std::exception const& bug) {
        answer_error(*job, Error{Code::Internal, "an unexpected fault; report the request id", {}});
    }
}

void Dispatcher::run_write(std::shared_ptr<Job> const& job, WriteHandler handler) {
    auto change = handler(*job->call, services_);
    if (!change) return answer_error(*job, change.error());
    submit(job, std::move(*change));
}

void Dispatcher::submit(std::shared_ptr<Job> const& job, Change change) {
    Call const& call = *job->call;
    storage::Operation& operation = change.operation;
    operation.deadline = call.deadline;
    operation.owner = change.owner.empty() ? call.principal.enterprise : change.owner;
    operation.route = call.route;
    operation.idempotency_key = call.idempotency_key;
    if (!call.idempotency_key.empty()) operation.request_hash = request_hash(*job->request);
    operation.reply = [job, inner = std::move(operation.reply),
                       object = std::move(change.object)](storage::Batch& batch) {
        storage::Reply reply = inner ? inner(batch) : storage::Reply{};
        batch.audit(audit_line(*job->call, *job->match.route, object, reply));
        return reply;
    };
    auto const submitted = services_.clock.steady();
    services_.engine.submit(
        std::move(operation), [this, job, submitted, render = std::move(change.render),
                               refused = std::move(change.refused)](Result<storage::Committed> committed) {
            services_.metrics.committed(duration_cast<microseconds>(services_.clock.steady() - submitted));
            if (!committed && refused) refused(committed.error());
            if (!committed) return answer_error(*job, committed.error());
            try {
                net::Answer answer = answer_of(*committed);
                if (render) answer = render(*committed, std::move(answer));
                if (committed->replayed) services_.metrics.replayed();
                job->sequence = std::max(job->sequence, committed->sequence);
                finish(*job, std::move(answer));
            } catch (std::exception const& bug) {
                answer_error(*job, Error{Code::Internal, "done, but the answer could not be written", {}});
            }
        });
}

void Dispatcher::answer_error(Job& job, Error const& error) {
    net::Head const& head = job.request->head;
    if (error.code == Code::MethodNotAllowed) {
        std::string allow;
        for (auto const& extra : error.extras)
            if (extra.name == "allow") allow = std::get<std::string>(extra.value);
        net::Answer answer;
        if (head.method == net::Method::Options)
            answer.status = 204;
        else
            answer = problem(error, context_of(head, job.request->request_id));
        answer.header("Allow", std::move(allow));
        return finish(job, std::move(answer));
    }
    job.code = slug(error.code);
    if (error.code == Code::DataDamaged) services_.engine.answered_damaged(error);
    services_.metrics.refused(error.code);
    note_refusal(job, head, error);
    finish(job, problem(error, context_of(head, job.request->request_id)));
}

void Dispatcher::note_refusal(Job const& job, net::Head const& head, Error const& error) {
    if (!job.match.route || !RefusalAudit::concerns(error.code)) return;
    registry::Principal const& who = job.who();
    std::string const object = path_object(job.call ? job.call->path : job.match.path);
    std::string_view const request = job.request ? std::string_view(job.request->request_id) : std::string_view();
    refusals_.note({who.id, who.credential, registry::name(job.match.route->act), job.match.route->path, object,
                    slug(error.code), request, head.peer});
}

// Headers of every answer (api-conventions.md 8, security.md 14; the transport adds its own), metrics, the access line.
void Dispatcher::finish(Job& job, net::Answer answer) {
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
    int const status = answer.rendered ? answer.rendered->status : answer.status;
    Surface const surface = route ? route->surface : Surface::v1;
    services_.metrics.request(route ? job.match.index : Metrics::kNoRoute, surface, route ? route->cost : Cost::Point,
                              status, duration);
    size_t const bytes = answer.rendered ? answer.rendered->body.size() : answer.body.size();
    if (options_.access) tell_access(job, status, bytes, duration);
    job.respond(std::move(answer));
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
    if (job.queued_at != Steady{}) line.queued = duration_cast<microseconds>(job.started_at - job.queued_at);
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

net::Answer Dispatcher::refuse(int status, std::string_view code, std::string_view detail, net::Head const* head) {
    Error error{
        code_of_slug(code).value_or(status >= 500 ? Code::Internal : Code::BadFraming), std::string(detail), {}};
    services_.metrics.refused(error.code);
    net::Answer answer = problem(error, head ? context_of(*head, {}) : ProblemContext{{}, {}, services_.node_name});
    answer.status = status;
    return answer;
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
