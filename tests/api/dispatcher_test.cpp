#include "tests/api/dispatcher_fixture.hpp"

namespace ingot::api {
namespace {

struct RefusalRow {
    Method method;
    std::string target;
    Fields fields;
    std::string body;
    int status;
    std::string code;
};

std::vector<RefusalRow> refusals() {
    Fields const json = {{"Authorization", "Bearer operator"}, {"Content-Type", "application/json"}};
    std::string many = "?a=1";
    for (int i = 0; i < 64; ++i) many += "&p" + std::to_string(i) + "=1";
    return {
        {Method::Get, "/v1/none", {}, "", 404, "no-such-route"},
        {Method::Delete, "/v1/open", {}, "", 405, "method-not-allowed"},
        {Method::Get, "/v1/open/..", {}, "", 400, "bad-target"},
        {Method::Get, "/v1/open?a=%zz", {}, "", 400, "bad-encoding"},
        {Method::Get, "/v1/open?a=%00", {}, "", 400, "bad-encoding"},
        {Method::Get, "/v1/open?asOf=1&as_of=2", {}, "", 400, "duplicate-member"},
        {Method::Get, "/v1/open" + many, {}, "", 400, "invalid-parameter"},
        {Method::Get, "/v1/strict?nope=1", {}, "", 400, "unknown-parameter"},
        {Method::Get, "/v1/trace", {}, "", 401, "not-authenticated"},
        {Method::Get, "/v1/open", {{"Authorization", "Bearer wrong"}}, "", 401, "invalid-token"},
        {Method::Get, "/v1/open", {{"Authorization", "Basic YTpi"}}, "", 401, "invalid-token"},
        {Method::Get,
         "/v1/open",
         {{"Authorization", "Bearer operator"}, {"Authorization", "Bearer viewer"}},
         "",
         400,
         "two-credentials"},
        {Method::Get, "/v1/admin", kOperator, "", 403, "no-permission"},
        {Method::Post, "/v1/counters", kViewer, "{}", 403, "no-permission"},
        {Method::Post, "/v1/counters", kOperator, "{}", 415, "unsupported-media-type"},
        {Method::Post,
         "/v1/counters",
         {{"Authorization", "Bearer operator"}, {"Content-Type", "text/plain"}},
         "{}",
         415,
         "unsupported-media-type"},
        {Method::Post,
         "/v1/counters",
         {{"Authorization", "Bearer operator"}, {"Content-Type", "application/json;;;"}},
         "{}",
         415,
         "unsupported-media-type"},
        {Method::Post,
         "/v1/counters",
         {{"Authorization", "Bearer operator"}, {"Content-Type", "application/json; charset=gbk"}},
         "{}",
         415,
         "unsupported-media-type"},
        {Method::Post, "/v1/counters", json, "{}", 400, "idempotency-key-required"},
        {Method::Post, "/v1/counters", with_key("short"), "{}", 400, "idempotency-key-invalid"},
        {Method::Post, "/v1/counters", with_key(std::string(65, 'k')), "{}", 400, "idempotency-key-invalid"},
        {Method::Post, "/v1/counters", with_key("sixteen characte\xC3\xA9"), "{}", 400, "idempotency-key-invalid"},
        {Method::Patch, "/v1/counters", with_key("short"), "{}", 400, "idempotency-key-invalid"},
        {Method::Post, "/v1/counters", with_key("0123456789abcdef"), "{\"a\":}", 400, "bad-json"},
        {Method::Post, "/v1/counters", with_key("0123456789abcdef"), "{\"a\":1,\"a\":2}", 400, "duplicate-member"},
        {Method::Post, "/v1/counters", with_key("0123456789abcdef"), "", 400, "bad-json"},
        {Method::Post, "/v1/counters", with_key("0123456789abcdef"), "{\"refuse\":1}", 403, "forbidden"},
        {Method::Get, "/v1/open", {{"Ingot-Min-Seq", "x"}}, "", 400, "invalid-parameter"},
        {Method::Get, "/v1/open", {{"Ingot-Min-Seq", "1000000"}}, "", 503, "busy"},
        {Method::Get, "/v1/broken", {}, "", 500, "internal"},
    };
}

TEST_F(DispatcherTest, AnswersWithTheHeadersOfEveryAnswer) {
    auto const answer = send(Method::Get, "/v1/open?asOf=x", {{"Accept-Language", "en"}});
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "{\"route\":\"/v1/open\",\"who\":\"\",\"asof\":\"x\"}");
    EXPECT_EQ(header(answer, "Content-Language"), "en");
    EXPECT_EQ(header(answer, "Content-Security-Policy"), "default-src 'none'; frame-ancestors 'none'");
    EXPECT_EQ(header(answer, "Cross-Origin-Resource-Policy"), "cross-origin");
    EXPECT_FALSE(header(answer, "Ingot-Seq").empty());
    auto const own = send(Method::Get, "/v1/open", kOperator);
    EXPECT_EQ(header(own, "Cache-Control"), "private, no-store");
    EXPECT_EQ(header(own, "Cross-Origin-Resource-Policy"), "same-origin");
    EXPECT_EQ(nlohmann::json::parse(own.body)["who"], "pr_operator");
}

TEST_F(DispatcherTest, RefusesBeforeTheHandlerSeesAnything) {
    for (auto const& row : refusals()) {
        auto const answer = send(row.method, row.target, row.fields, row.body);
        EXPECT_EQ(answer.status, row.status) << row.target << " " << answer.body;
        EXPECT_EQ(code(answer), row.code) << row.target;
        EXPECT_EQ(header(answer, "Content-Type"), "application/problem+json") << row.target;
        if (row.status == 401) {
            EXPECT_EQ(header(answer, "WWW-Authenticate"), "Bearer realm=\"ingot\"");
        }
        if (row.status == 405) {
            EXPECT_EQ(header(answer, "Allow"), "GET, HEAD, OPTIONS");
        }
        if (row.code == "no-permission") {
            EXPECT_TRUE(nlohmann::json::parse(answer.body).contains("permission"));
        }
        if (row.status == 503) {
            EXPECT_FALSE(header(answer, "Retry-After").empty());
        }
    }
}

TEST_F(DispatcherTest, AcceptsTheMediaTypesOfARoute) {
    for (std::string type :
         {"application/json", "Application/JSON; charset=UTF-8", "application/json;charset=\"utf-8\""})
        EXPECT_EQ(
            send(Method::Post, "/v1/counters", with_key("key-of-16-chars-" + std::to_string(type.size()), type), "{}")
                .status,
            201)
            << type;
    EXPECT_EQ(
        send(Method::Patch, "/v1/counters", with_key("another-key-of-it", "application/merge-patch+json"), "{}").status,
        201);
    EXPECT_EQ(send(Method::Post, "/v1/ask", {{"Content-Type", "application/x-ndjson"}}, "{\n").status, 200);
    EXPECT_EQ(
        send(Method::Post, "/v1/events", with_key("a-third-key-of-it", "application/ld+json"), "\xEF\xBB\xBF{}").status,
        201);
}

TEST_F(DispatcherTest, OptionsNamesTheMethods) {
    auto const answer = send(Method::Options, "/v1/counters");
    EXPECT_EQ(answer.status, 204);
    EXPECT_EQ(header(answer, "Allow"), "POST, PATCH, OPTIONS");
    EXPECT_TRUE(answer.body.empty());
}

TEST_F(DispatcherTest, RepeatsGetTheStoredAnswerAndOtherBodiesAreRefused) {
    Fields const fields = with_key("\"06937ab2-4c1e-7f00-8a2b-1d2f3a4b5c6d\"");
    auto const first = send(Method::Post, "/v1/counters", fields, "{\"a\":1}");
    ASSERT_EQ(first.status, 201) << first.body;
    EXPECT_EQ(header(first, "Location"), "/v1/counters/1");
    EXPECT_EQ(header(first, "Idempotent-Replayed"), "");
    auto const again =
        send(Method::Post, "/v1/counters", with_key("06937ab2-4c1e-7f00-8a2b-1d2f3a4b5c6d"), "{\"a\":1}");
    EXPECT_EQ(again.status, 201);
    EXPECT_EQ(again.body, first.body);
    EXPECT_EQ(header(again, "Idempotent-Replayed"), "true");
    EXPECT_EQ(header(again, "Location"), "/v1/counters/1");
    auto const other = send(Method::Post, "/v1/counters", fields, "{\"a\":2}");
    EXPECT_EQ(other.status, 422);
    EXPECT_EQ(code(other), "idempotency-mismatch");
    auto const fresh = send(Method::Post, "/v1/counters", with_key("another-key-of-some-length"), "{\"a\":1}");
    EXPECT_EQ(nlohmann::json::parse(fresh.body)["value"], 2);
    EXPECT_GT(std::stoull(header(fresh, "Ingot-Seq")), 0u);
}

TEST_F(DispatcherTest, PutsAFloodOffInsteadOfQueueingWithoutEnd) {
    std::latch latch(1);
    gate = &latch;
    std::vector<std::future<net::Answer>> answers;
    for (int i = 0; i < 12; ++i) answers.push_back(send_later(ask(Method::Get, "/v1/slow")));
    int busy = 0, served = 0;
    latch.count_down();
    for (auto& answer : answers) {
        auto const got = answer.get();
        (got.status == 503 ? busy : served) += 1;
        if (got.status == 503) {
            EXPECT_EQ(code(got), "busy");
            EXPECT_FALSE(header(got, "Retry-After").empty());
        }
    }
    EXPECT_GE(busy, 6) << "two run and four wait at most";
    EXPECT_GE(served, 4);
}

TEST_F(DispatcherTest, DropsWhatWaitedPastItsDeadline) {
    std::latch latch(1);
    gate = &latch;
    auto one = send_later(ask(Method::Get, "/v1/slow")), two = send_later(ask(Method::Get, "/v1/slow"));
    age_ = std::chrono::seconds(11);  // came in eleven seconds ago
    auto late = send_later(ask(Method::Get, "/v1/trace", kOperator));
    auto late_write = send_later(ask(Method::Post, "/v1/counters", with_key("0123456789abcdef"), "{}"));
    latch.count_down();
    EXPECT_EQ(code(late.get()), "timeout");
    EXPECT_EQ(code(late_write.get()), "busy");
    EXPECT_EQ(one.get().status, 200);
    EXPECT_EQ(two.get().status, 200);
}

TEST_F(DispatcherTest, FinishesWhatIsQueuedAndRefusesTheRestWhenStopping) {
    auto before = send_later(ask(Method::Get, "/v1/trace", kOperator));
    dispatcher_->stop();
    EXPECT_EQ(before.get().status, 200);
    EXPECT_EQ(code(send(Method::Get, "/v1/trace", kOperator)), "shutting-down");
    EXPECT_EQ(send(Method::Get, "/v1/open").status, 200) << "points are still answered";
}

TEST_F(DispatcherTest, AdmitsFromTheHeadAlone) {
    auto head_of = [&](Method method, std::string target, Fields fields, std::optional<uint64_t> length) {
        auto asked = ask(method, std::move(target), std::move(fields), "x");
        asked->request->head.content_length = length;
        return asked;
    };
    auto large = head_of(Method::Post, "/v1/counters", kOperator, 1024 * 1024 + 1);
    auto admission = dispatcher_->admit(*large->request);
    ASSERT_TRUE(admission.refusal);
    EXPECT_EQ(admission.refusal->status, 413);
    EXPECT_TRUE(admission.refusal->close);
    EXPECT_EQ(code(*admission.refusal), "body-too-large");

    auto fits = head_of(Method::Post, "/v1/counters", with_key("0123456789abcdef"), 1024 * 1024);
    admission = dispatcher_->admit(*fits->request);
    EXPECT_FALSE(admission.refusal);
    EXPECT_EQ(admission.body_bytes_max, 1024u * 1024);
    EXPECT_FALSE(admission.gzip_allowed);

    auto stranger = head_of(Method::Post, "/v1/counters", {{"Content-Type", "application/json"}}, 500'000);
    admission = dispatcher_->admit(*stranger->request);
    ASSERT_TRUE(admission.refusal);
    EXPECT_EQ(admission.refusal->status, 401);

    auto chunked = head_of(Method::Post, "/v1/none", {}, std::nullopt);
    admission = dispatcher_->admit(*chunked->request);
    ASSERT_TRUE(admission.refusal);
    EXPECT_EQ(admission.refusal->status, 404);

    auto capture = head_of(Method::Post, "/v1/events", with_key("0123456789abcdef"), 16 * 1024 * 1024);
    admission = dispatcher_->admit(*capture->request);
    EXPECT_FALSE(admission.refusal);
    EXPECT_TRUE(admission.gzip_allowed);
    EXPECT_EQ(admission.body_bytes_max, 16u * 1024 * 1024);
}

TEST_F(DispatcherTest, IndentsOnRequestAndTellsEveryRequest) {
    auto const answer = send(Method::Get, "/v1/strict?pretty=true");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(send(Method::Get, "/v1/open?pretty=true").body.substr(0, 4), "{\n  ");
    send(Method::Get, "/v1/none");
    EXPECT_EQ(lines_, (std::vector<std::string>{"/v1/strict 200 ", "/v1/open 200 ", "none 404 no-such-route"}));
    std::string const metrics = metrics_.scrape();
    EXPECT_NE(metrics.find("route=\"/v1/open\",method=\"GET\",code=\"2xx\"} 1\n"), std::string::npos);
    EXPECT_NE(metrics.find("route=\"none\",method=\"other\",code=\"4xx\"} 1\n"), std::string::npos);
}

TEST_F(DispatcherTest, RefusalsOfTheTransportAreProblemsLikeAllOthers) {
    auto asked = ask(Method::Get, "/v1/open", {{"Accept-Language", "en"}});
    net::Refusal const refusal{431, "header-too-large", "the head is too large", "请求头过大了", 16384};
    auto const answer = dispatcher_->refuse(refusal, *asked->request);
    EXPECT_EQ(answer.status, 431);
    auto const problem = nlohmann::json::parse(answer.body);
    EXPECT_EQ(problem["code"], "header-too-large");
    EXPECT_EQ(problem["detail"], "the head is too large");
    EXPECT_EQ(problem["limit"], 16384);
    EXPECT_EQ(problem["requestId"], asked->request->request_id);
    EXPECT_EQ(problem["instance"], "urn:uuid:" + asked->request->request_id);
    EXPECT_FALSE(problem["solve"].get<std::string>().empty());
    EXPECT_EQ(header(answer, "Content-Language"), "en");
    EXPECT_EQ(header(answer, "Content-Security-Policy"), "default-src 'none'; frame-ancestors 'none'");
    EXPECT_EQ(header(answer, "Cache-Control"), "no-store");
    auto nothing_known = ask(Method::Other, "");
    auto const chinese = dispatcher_->refuse(refusal, *nothing_known->request);
    EXPECT_EQ(nlohmann::json::parse(chinese.body)["detail"], "请求头过大了");
    EXPECT_EQ(header(chinese, "Content-Language"), "zh-CN");
    auto const method = dispatcher_->refuse({405, "method-not-allowed", "no", {}}, *asked->request);
    for (auto const& [name, value] : method.headers) EXPECT_NE(name, "Allow") << "the transport names its methods";
    auto const unknown = dispatcher_->refuse({400, "no-such-slug", "odd", {}}, *asked->request);
    EXPECT_EQ(unknown.status, 400);
    EXPECT_EQ(code(unknown), "bad-framing");
    EXPECT_EQ(lines_, (std::vector<std::string>{"none 431 header-too-large", "none 431 header-too-large",
                                                "none 405 method-not-allowed", "none 400 bad-framing"}))
        << "whoever reports a requestId is found in the log";
}

TEST_F(DispatcherTest, RefusalsBeforeTheBodyHaveTheRequestIdAndAreLogged) {
    auto large = ask(Method::Post, "/v1/counters", {{"Accept-Language", "en"}}, "x");
    large->request->head.content_length = 1024 * 1024 + 1;
    auto const admission = dispatcher_->admit(*large->request);
    ASSERT_TRUE(admission.refusal);
    auto const problem = nlohmann::json::parse(admission.refusal->body);
    EXPECT_EQ(problem["requestId"], large->request->request_id);
    EXPECT_EQ(problem["limit"], 1024 * 1024);
    EXPECT_EQ(header(*admission.refusal, "Content-Language"), "en");
    EXPECT_EQ(header(*admission.refusal, "Content-Security-Policy"), "default-src 'none'; frame-ancestors 'none'");
    EXPECT_EQ(lines_, (std::vector<std::string>{"/v1/counters 413 body-too-large"}));
    EXPECT_NE(metrics_.scrape().find("route=\"/v1/counters\",method=\"POST\",code=\"4xx\"} 1\n"), std::string::npos);
}

TEST_F(DispatcherTest, LetsCachesRememberForAMomentWhatIsNotThereForAnyone) {
    auto const age = [&](std::string const& asked, Fields fields = {}) {
        return header(send(Method::Get, "/v1/absent?code=" + asked, std::move(fields)), "Cache-Control");
    };
    for (char const* short_lived : {"not-found", "prefix-not-hosted", "prefix-elsewhere", "withdrawn"})
        EXPECT_EQ(age(short_lived), "public, max-age=30") << short_lived;
    EXPECT_EQ(age("void"), "public, max-age=3600") << "a voided code stays void";
    for (char const* never : {"no-such-route", "invalid-identifier", "busy", "data-damaged", "not-authenticated"})
        EXPECT_EQ(age(never), "no-store") << never;
    EXPECT_EQ(age("not-found", kViewer), "no-store") << "another caller may see it";
    auto const answer = send(Method::Get, "/v1/absent?code=not-found");
    EXPECT_EQ(header(answer, "Vary"), "Accept-Language, Authorization");
    EXPECT_EQ(code(answer), "not-found");
}

// A store whose state the test says.
struct SaidState final : storage::Engine {
    explicit SaidState(storage::Engine& real) : real_(real) {}
    Result<std::unique_ptr<storage::View>> view() const override { return real_.view(); }
    void submit(storage::Operation operation, storage::Done done) override {
        real_.submit(std::move(operation), std::move(done));
    }
    Result<std::vector<storage::LogEntry>> log(storage::Sequence from, uint32_t limit) const override {
        return real_.log(from, limit);
    }
    Steady waiting_since() const override { return {}; }
    storage::Health health() const override {
        auto health = real_.health();
        health.state = state;
        ++asked;
        return health;
    }
    void start(storage::CommitObserver observer) override { real_.start(std::move(observer)); }
    void answered_damaged(Error const& error) override { real_.answered_damaged(error); }
    std::atomic<storage::State> state{storage::State::open};
    mutable std::atomic<int> asked{0};

  private:
    storage::Engine& real_;
};

TEST_F(DispatcherTest, SaysOnEveryAnswerThatTheStoreIsDegraded) {
    SaidState engine(*engine_);
    Services services{
        engine,   services_->registry, services_->resolver,  services_->tracechain, clock_, random_, limits_,
        metrics_, "node.example",      "node.example/v1/log"};
    Dispatcher dispatcher(kTable, services, {});
    auto answer_of = [&](std::string target) {
        auto asked = ask(Method::Get, std::move(target));
        net::Answer got;
        dispatcher.handle(asked->request, [&](net::Answer answer) { got = std::move(answer); });
        return got;
    };
    EXPECT_EQ(header(answer_of("/v1/open"), "Ingot-State"), "");
    engine.state = storage::State::degraded;
    std::this_thread::sleep_for(std::chrono::milliseconds(150));
    EXPECT_EQ(header(answer_of("/v1/open"), "Ingot-State"), "degraded") << "a read";
    EXPECT_EQ(header(answer_of("/v1/none"), "Ingot-State"), "degraded") << "a problem";
    auto refused = ask(Method::Get, "/v1/open");
    EXPECT_EQ(header(dispatcher.refuse({431, "header-too-large", "x", "y"}, *refused->request), "Ingot-State"),
              "degraded");
    int const before = engine.asked;
    for (int i = 0; i < 200; ++i) answer_of("/v1/open");
    EXPECT_LT(engine.asked - before, 150) << "the store is not asked for each answer";
    engine.state = storage::State::open;
    std::this_thread::sleep_for(std::chrono::milliseconds(150));
    EXPECT_EQ(header(answer_of("/v1/open"), "Ingot-State"), "");
}

TEST_F(DispatcherTest, TellsPlatformStaffWhereTheTimeWent) {
    std::string const timing =
        header(send(Method::Get, "/v1/open", {{"Authorization", "Bearer platform"}}), "Server-Timing");
    EXPECT_TRUE(timing.starts_with("queue;dur=0.000, total;dur=")) << timing;
    EXPECT_EQ(header(send(Method::Get, "/v1/open", kOperator), "Server-Timing"), "");
    EXPECT_EQ(header(send(Method::Get, "/v1/open"), "Server-Timing"), "");
}

}  // namespace
}  // namespace ingot::api
