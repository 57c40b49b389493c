#include "api/dispatcher_job.hpp"

#include <charconv>
#include <stdexcept>

#include "api/metrics.hpp"
#include "api/request_checks.hpp"

namespace ingot::api {
namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;

constexpr size_t kSmallBody = 64 * 1024;  // read and refused after, instead of closing the connection

// How much of the worker queue a route may fill: traces are refused first, then changes, then reads (security.md 15).
double queue_share(Route const& route) {
    if (route.act == registry::Act::TraceRun) return 0.75;
    return route.cost == Cost::Write ? 0.9 : 1.0;
}

Cost cost_of(Route const& route, std::vector<Parameter> const& parameters) {
    for (auto const& parameter : parameters)
        if (!route.scan_view.empty() && parameter.key == "view" && parameter.value == route.scan_view)
            return Cost::Scan;
    return route.cost;
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
net::Admission Dispatcher::admit(net::Request const& request) {
    net::Head const& head = request.head;
    net::Admission admission;
    if (!head.has_body) return admission;
    Job job(request);
    job.sequence = sequence_.load(std::memory_order_acquire);
    auto match = router_.match(head.method, head.path);
    if (!match) {
        admission.body_bytes_max = kSmallBody;
        if (head.content_length.value_or(SIZE_MAX) > kSmallBody) admission.refusal = error_answer(job, match.error());
        return admission;
    }
    job.match = std::move(*match);
    Route const& route = *job.match.route;
    admission.body_bytes_max = body_limit(route);
    admission.gzip_allowed = route.body == Body::Capture;
    if (head.content_length.value_or(0) > admission.body_bytes_max) {
        std::string const most = std::to_string(admission.body_bytes_max);
        Error error{Code::BodyTooLarge, "this route takes at most " + most + " bytes",
                    "此路径的正文最多 " + most + " 字节"};
        admission.refusal = error_answer(job, error.with("limit", static_cast<int64_t>(admission.body_bytes_max)));
        admission.refusal->close = true;
        return admission;
    }
    bool const early = head.content_length.value_or(SIZE_MAX) > kSmallBody || head.has("Expect");
    if (!early) return admission;
    if (auto fine = check_caller(job, route); !fine) admission.refusal = error_answer(job, fine.error());
    return admission;
}

// Who asks, and whether such a caller may ever send such a body here.
Result<void> Dispatcher::check_caller(Job& job, Route const& route) const {
    if (auto fine = identify(job); !fine) return fine;
    if (auto fine = check_rights(job.who(), route); !fine) return fine;
    return check_media_type(route.body, job.request->head);
}

void Dispatcher::handle(std::shared_ptr<net::Request> request, net::Respond respond) {
    auto job = std::make_shared<Job>(std::move(request));
    job->respond = std::move(respond);
    job->sequence = sequence_.load(std::memory_order_acquire);
    job->started_at = services_.clock.steady();
    try {
        if (auto fine = prepare(*job); !fine) return answer_error(*job, fine.error());
        if (job->cost == Cost::Point) return run(job);
        run_on_worker(job);
    } catch (std::exception const& bug) {
        answer_error(*job, Error{Code::Internal, "an unexpected fault; report the request id", {}});
    }
}

Result<void> Dispatcher::prepare(Job& job) const {
    net::Head const& head = job.request->head;
    auto match = router_.match(head.method, head.path);
    if (!match) return fail(std::move(match.error()));
    job.match = std::move(*match);
    Route const& route = *job.match.route;
    if (auto fine = check_caller(job, route); !fine) return fine;
    auto parameters = read_parameters(head.query, services_.limits.query_parameters_max);
    if (!parameters) return fail(std::move(parameters.error()));
    auto key = read_idempotency_key(route.key, head);
    if (!key) return fail(std::move(key.error()));
    job.cost = cost_of(route, *parameters);
    auto const allowed = job.cost == Cost::Point  ? services_.limits.point_deadline
                         : job.cost == Cost::Scan ? services_.limits.scan_deadline
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

}  // namespace ingot::api
