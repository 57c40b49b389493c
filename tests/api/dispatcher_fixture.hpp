// A dispatcher over a store in memory with routes of its own.
#pragma once

#include "api/dispatcher.hpp"

#include <gtest/gtest.h>

#include <future>
#include <latch>
#include <nlohmann/json.hpp>

#include "api/json_reader.hpp"
#include "api/metrics.hpp"
#include "base/encoding.hpp"
#include "storage/rocks_engine.hpp"

namespace ingot::api {

using net::Method;
using registry::Act;
using registry::Principal;
using registry::Role;

inline std::latch* gate = nullptr;  // holds the slow handler

inline Result<net::Answer> echo(Call const& call, Services&) {
    std::string body = "{\"route\":\"" + call.route + "\",\"who\":\"" + call.principal.id + "\"";
    for (auto const& parameter : call.parameters) body += ",\"" + parameter.key + "\":\"" + parameter.value + "\"";
    return json_answer(200, body + "}");
}
inline Result<net::Answer> strict(Call const& call, Services&) {
    if (auto fine = check_parameters(call, {"asof"}); !fine) return fail(fine.error());
    return json_answer(200, "{}");
}
// Fails with the code its parameter names.
inline Result<net::Answer> absent(Call const& call, Services&) {
    return fail(*code_of_slug(*call.parameter("code")), "it is not there", "没有");
}
inline Result<net::Answer> slow(Call const&, Services&) {
    gate->wait();
    return json_answer(200, "{}");
}
inline Result<net::Answer> broken(Call const&, Services&) { throw std::runtime_error("a bug"); }

// Adds one to a counter in the store and answers it.
inline Result<Change> count_up(Call const& call, Services& services) {
    if (auto body = JsonBody::parse(call.body(), JsonRules::capture(services.limits)); !body) return fail(body.error());
    if (call.body().find("refuse") != std::string_view::npos) return fail(Code::Forbidden, "not yours", "不是您的");
    Change change;
    if (call.body().find("88.1/A") != std::string_view::npos) change.object = "88.1/A";
    auto value = std::make_shared<std::string>();
    change.operation.apply = [value](storage::Batch& batch, uint32_t) -> Result<void> {
        auto before = batch.get(storage::Space::index, "counter");
        if (!before) return fail(before.error());
        *value = std::to_string(*before ? std::stoi(**before) + 1 : 1);
        batch.put(storage::Space::index, "counter", *value);
        return {};
    };
    change.operation.reply = [value](storage::Batch&) {
        storage::Reply reply;
        reply.status = 201;
        reply.location = "/v1/counters/" + *value;
        reply.body = "{\"value\":" + *value + "}";
        return reply;
    };
    return change;
}

Route const kTable[] = {
    {Method::Get, "/v1/open", echo, Act::Public, Cost::Point},
    {Method::Get, "/v1/strict", strict, Act::Public, Cost::Point},
    {Method::Get, "/v1/absent", absent, Act::Public, Cost::Point},
    {Method::Get, "/v1/trace", echo, Act::TraceRun, Cost::Scan},
    {Method::Get, "/v1/admin", echo, Act::PrefixDelegate, Cost::Point},
    {Method::Get, "/v1/slow", slow, Act::Public, Cost::Scan},
    {Method::Get, "/v1/broken", broken, Act::Public, Cost::Point},
    {Method::Post, "/v1/ask", echo, Act::Public, Cost::Scan, Body::Batch},
    {Method::Post, "/v1/counters", count_up, Act::CodeAllocate, Cost::Write, Body::Json, Key::Required},
    {Method::Patch, "/v1/counters", count_up, Act::CodeAllocate, Cost::Write, Body::Patch, Key::Accepted},
    {Method::Post, "/v1/events", count_up, Act::EventCapture, Cost::Write, Body::Capture, Key::Accepted},
};

template <class T>
T& unused() {  // these handlers never touch it
    alignas(64) static char place[64];
    return reinterpret_cast<T&>(place);
}

using Fields = std::vector<std::pair<std::string, std::string>>;

inline Fields with_key(std::string key, std::string type = "application/json") {
    return {
        {"Authorization", "Bearer operator"}, {"Content-Type", std::move(type)}, {"Idempotency-Key", std::move(key)}};
}

// The machine's time, moved on so that a minute has just begun: none turns inside of a test.
class MinuteClock final : public Clock {
  public:
    Time now() const override { return system_.now(); }
    Steady steady() const override { return system_.steady() + moved_; }

  private:
    SystemClock system_;
    Steady::duration moved_ = std::chrono::minutes(1) - system_.steady().time_since_epoch() % std::chrono::minutes(1);
};

class DispatcherTest : public testing::Test {
  protected:
    DispatcherTest() { limits_.worker_queue_max = 4; }

    void SetUp() override {
        auto opened = storage::open_memory_store(clock_, random_);
        ASSERT_TRUE(opened) << opened.error().detail;
        engine_ = std::move(*opened);
        services_.emplace(Services{*engine_, unused<registry::Registry>(), unused<resolver::Resolver>(),
                                   unused<tracechain::Tracechain>(), clock_, random_, limits_, metrics_, "node.example",
                                   "node.example/v1/log"});
        DispatcherOptions options;
        options.workers = 2;
        options.authenticate = [](std::string_view token) -> Result<std::shared_ptr<Principal const>> {
            auto principal = std::make_shared<Principal>();
            principal->id = "pr_" + std::string(token);
            principal->enterprise = "en_1";
            if (token == "operator")
                principal->roles = {Role::operator_};
            else if (token == "viewer")
                principal->roles = {Role::viewer};
            else if (token == "platform")
                principal->roles = {Role::platform_admin};
            else
                return fail(Code::InvalidToken, "unknown key", "未知密钥");
            return principal;
        };
        options.access = [this](AccessLine const& line) {
            std::lock_guard lock(lines_mutex_);
            lines_.push_back(std::string(line.route) + " " + std::to_string(line.status) + " " +
                             std::string(line.code));
        };
        dispatcher_ = std::make_unique<Dispatcher>(kTable, *services_, std::move(options));
    }

    struct Asked {
        std::string target, body;
        Fields fields;
        std::shared_ptr<net::Request> request;
    };

    std::shared_ptr<Asked> ask(Method method, std::string target, Fields fields = {}, std::string body = {}) {
        auto asked = std::make_shared<Asked>(Asked{std::move(target), std::move(body), std::move(fields), {}});
        auto request = std::make_shared<net::Request>();
        net::Head& head = request->head;
        head.method = method;
        head.method_text = net::name(method);
        head.target = asked->target;
        size_t const mark = head.target.find('?');
        head.path = head.target.substr(0, mark);
        if (mark != std::string_view::npos) head.query = head.target.substr(mark + 1);
        for (auto const& [name, value] : asked->fields) head.fields.emplace_back(name, value);
        head.has_body = !asked->body.empty();
        head.content_length = asked->body.size();
        head.peer = "127.0.0.1";
        request->body = asked->body;
        request->request_id = "06937ab2-4c1e-7f00-8a2b-1d2f3a4b5c6d";
        request->received = clock_.now();
        request->received_steady = clock_.steady() - age_;
        asked->request = request;
        return asked;
    }

    std::future<net::Answer> send_later(std::shared_ptr<Asked> asked) {
        auto promise = std::make_shared<std::promise<net::Answer>>();
        dispatcher_->handle(asked->request,
                            [promise, asked](net::Answer answer) { promise->set_value(std::move(answer)); });
        return promise->get_future();
    }

    net::Answer send(Method method, std::string target, Fields fields = {}, std::string body = {}) {
        return send_later(ask(method, std::move(target), std::move(fields), std::move(body))).get();
    }

    static std::string header(net::Answer const& answer, std::string_view name) {
        for (auto const& [known, value] : answer.headers)
            if (equal_ignoring_ascii_case(known, name)) return value;
        return "";
    }
    static std::string code(net::Answer const& answer) {
        auto const json = nlohmann::json::parse(answer.body, nullptr, false);
        return json.is_object() && json.contains("code") ? json["code"].get<std::string>() : "";
    }

    MinuteClock clock_;
    SystemRandom random_;
    Limits limits_;
    Metrics metrics_;
    std::chrono::milliseconds age_{0};
    std::unique_ptr<storage::Engine> engine_;
    std::optional<Services> services_;
    std::mutex lines_mutex_;
    std::vector<std::string> lines_;
    std::unique_ptr<Dispatcher> dispatcher_;
};

Fields const kOperator = {{"Authorization", "Bearer operator"}};
Fields const kViewer = {{"Authorization", "Bearer viewer"}};

}  // namespace ingot::api
