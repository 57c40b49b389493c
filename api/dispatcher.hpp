// From a well-framed request to an answer: route, caller, rights, limits, parameters, Idempotency-Key, then the handler
// where its cost belongs - a point on the thread it arrived on, a scan or a write on the worker pool, a change through
// the committer without any thread waiting for the disk. The one place where headers of every answer are added.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "api/problem.hpp"
#include "api/refusal_audit.hpp"
#include "api/router.hpp"
#include "api/worker_pool.hpp"
#include "net/http.hpp"

namespace ingot::api {

// What is said of one answered request (spec/operations.md 4). Views live during the call.
struct AccessLine {
    std::string_view request_id, client_request_id, traceparent;
    std::string_view route;  // template, never the raw path; "none"
    std::string_view method;
    int status = 0;
    std::chrono::microseconds duration{};
    std::chrono::microseconds queued{};
    size_t bytes = 0;
    Surface surface = Surface::v1;
    std::string_view actor;  // principal id; empty = anonymous
    std::string_view address;
    std::string_view prefix;      // of the identifier in the path; may be empty
    std::string_view identifier;  // suffix of it
    std::string_view code;        // of a problem
};

struct DispatcherOptions {
    size_t workers = 4;
    // The principal of a bearer token: InvalidToken for an unknown one.
    std::function<Result<std::shared_ptr<registry::Principal const>>(std::string_view token)> authenticate;
    std::function<void(AccessLine const&)> access;  // null = not told; must not block
};

// Thread safe. `services` and the table outlive it.
class Dispatcher final : public net::Application {
  public:
    Dispatcher(std::span<Route const> table, Services& services, DispatcherOptions options);
    ~Dispatcher() override;

    net::Admission admit(net::Request const& request) override;
    void handle(std::shared_ptr<net::Request> request, net::Respond respond) override;
    net::Answer refuse(net::Refusal const& refusal, net::Request const& request) override;
    void sent(net::Request const& request, net::Answer const& answer, uint64_t body_bytes, Steady started) override;

    // A commit group is durable: reads that start now reflect it (Ingot-Seq). Call from the engine's observer.
    void committed(storage::Sequence sequence) { sequence_.store(sequence, std::memory_order_release); }
    // Runs work that may wait on a worker, e.g. to pull streams; throws when there is no room.
    void run_blocking(std::function<void()> work);
    // New work that needs a worker is refused with 503 shutting-down; what is queued is finished.
    void stop();

  private:
    struct Job;
    Result<void> prepare(Job& job) const;
    Result<void> check_caller(Job& job, Route const& route) const;
    Result<void> identify(Job& job) const;
    void run_on_worker(std::shared_ptr<Job> job);
    void run(std::shared_ptr<Job> const& job);
    void run_write(std::shared_ptr<Job> const& job, WriteHandler handler);
    void submit(std::shared_ptr<Job> const& job, Change change);
    void answer_busy(Job& job);
    size_t body_limit(Route const& route) const;

    // dispatcher_answer.cpp
    void answer_error(Job& job, Error const& error);
    net::Answer error_answer(Job& job, Error const& error);
    void finish(Job& job, net::Answer answer);
    net::Answer completed(Job const& job, net::Answer answer);
    void note_refusal(Job const& job, Error const& error);
    bool is_degraded(Steady now);
    static std::chrono::microseconds queued(Job const& job);
    void tell_access(Job const& job, int status, size_t bytes, std::chrono::microseconds duration) const;
    ProblemContext context_of(Job const& job) const;

    Router router_;
    Services& services_;
    DispatcherOptions options_;
    std::atomic<storage::Sequence> sequence_{0};
    std::atomic<bool> stopping_{false}, degraded_{false};
    std::atomic<Steady::rep> looked_at_{0};  // when degraded_ was asked for
    RefusalAudit refusals_;
    std::unique_ptr<WorkerPool> pool_;  // last: its threads use the members above
};

}  // namespace ingot::api
