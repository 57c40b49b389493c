// The audit log of the public surface (spec/security.md 17): every change, and refusals at a bounded rate.
#include "dispatcher_fixture.hpp"

#include "api/refusal_audit.hpp"
#include "storage/keys.hpp"

namespace ingot::api {
namespace {

std::vector<nlohmann::json> audit_lines(storage::Engine& engine) {
    std::vector<nlohmann::json> lines;
    std::optional<storage::Range> range = storage::prefix_range(storage::Space::log, "audit/");
    auto view = engine.view();
    while (range) {
        auto page = (*view)->scan(*range);
        for (auto const& row : page->rows)  // the line, then 32 bytes of the chain
            lines.push_back(nlohmann::json::parse(row.value.substr(0, row.value.size() - 32)));
        range = page->rest;
    }
    return lines;
}

// Refusals are written without anybody waiting: a change of our own comes after them.
void settle(storage::Engine& engine) {
    storage::Operation last;
    last.apply = [](storage::Batch&, uint32_t) -> Result<void> { return {}; };
    ASSERT_TRUE(engine.update(std::move(last)));
}

TEST_F(DispatcherTest, AuditsAChangeWithWhoWhatAndWhere) {
    EXPECT_EQ(send(Method::Post, "/v1/counters", with_key("0123456789abcdef"), "{}").status, 201);
    auto const lines = audit_lines(*engine_);
    ASSERT_EQ(lines.size(), 1u);
    EXPECT_EQ(lines[0]["actor"], "pr_operator");
    EXPECT_EQ(lines[0]["act"], "code.allocate");
    EXPECT_EQ(lines[0]["method"], "POST");
    EXPECT_EQ(lines[0]["route"], "/v1/counters");
    EXPECT_EQ(lines[0]["object"], "/v1/counters/1") << "what was made";
    EXPECT_EQ(lines[0]["result"], "allow");
    EXPECT_EQ(lines[0]["address"], "127.0.0.1");
    EXPECT_EQ(send(Method::Post, "/v1/counters", with_key("0123456789abcdef"), "{}").status, 201);
    EXPECT_EQ(audit_lines(*engine_).size(), 1u) << "a repeat changes nothing";
    Fields named = with_key("0123456789abcdee");
    EXPECT_EQ(send(Method::Post, "/v1/counters", named, R"({"object":"88.1/A"})").status, 201);
    EXPECT_EQ(audit_lines(*engine_).at(1)["object"], "88.1/A") << "as the change names it";
}

TEST_F(DispatcherTest, AuditsRefusalsOnceAMinuteAndKind) {
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(send(Method::Post, "/v1/counters", {{"Content-Type", "application/json"}}, "{}").status, 401);
        EXPECT_EQ(send(Method::Get, "/v1/open", {{"Authorization", "Bearer wrong"}}).status, 401);
        EXPECT_EQ(send(Method::Get, "/v1/admin", kViewer).status, 403);
        EXPECT_EQ(send(Method::Post, "/v1/counters", with_key("0123456789abcdef"), R"({"x":"refuse"})").status, 403);
        EXPECT_EQ(send(Method::Get, "/v1/none").status, 404) << "no refusal";
    }
    settle(*engine_);
    std::vector<std::string> told;
    for (auto const& line : audit_lines(*engine_)) {
        EXPECT_EQ(line["result"], "deny");
        EXPECT_EQ(line["address"], "127.0.0.1");
        told.push_back(line["actor"].get<std::string>() + ' ' + line["act"].get<std::string>() + ' ' +
                       line["reason"].get<std::string>());
    }
    EXPECT_EQ(told, (std::vector<std::string>{" code.allocate not-authenticated", " public invalid-token",
                                              "pr_viewer prefix.delegate no-permission",
                                              "pr_operator code.allocate forbidden"}));
    dispatcher_->stop();
    settle(*engine_);
    auto const lines = audit_lines(*engine_);
    ASSERT_EQ(lines.size(), 8u) << "the end of the node writes what was collected";
    for (size_t i = 4; i < 8; ++i) EXPECT_EQ(lines[i]["count"], 2);
}

TEST_F(DispatcherTest, AuditsWhatItRefusesFromTheHeadAlone) {
    auto asked = ask(Method::Post, "/v1/counters", {{"Content-Type", "application/json"}}, "x");
    asked->request->head.content_length = 500'000;
    ASSERT_TRUE(dispatcher_->admit(*asked->request).refusal);
    settle(*engine_);
    auto const lines = audit_lines(*engine_);
    ASSERT_EQ(lines.size(), 1u);
    EXPECT_EQ(lines[0]["reason"], "not-authenticated");
}

class SteppedClock final : public Clock {
  public:
    Time now() const override { return from_micros(1'795'305'600'000'000); }
    Steady steady() const override { return Steady(std::chrono::minutes(minutes)); }
    int64_t minutes = 100;
};

TEST(RefusalAudit, KeepsItsBoundsUnderAFlood) {
    SteppedClock clock;
    SystemRandom random;
    auto engine = storage::open_memory_store(clock, random);
    ASSERT_TRUE(engine);
    uint64_t lost = 0;
    RefusalAudit audit(**engine, clock, [&](uint64_t lines) { lost += lines; });
    auto refuse = [&](std::string const& address) {
        audit.note({"", "", "record.write", "/v1/identifiers", "", "not-authenticated", "r", address});
    };
    for (size_t i = 0; i < RefusalAudit::kKinds + 50; ++i) refuse("10.0.0." + std::to_string(i));
    refuse("10.0.0.1");
    settle(**engine);
    EXPECT_EQ(audit_lines(**engine).size(), RefusalAudit::kKinds);
    audit.tick();
    settle(**engine);
    EXPECT_EQ(audit_lines(**engine).size(), RefusalAudit::kKinds) << "the minute is not over";
    ++clock.minutes;
    audit.tick();
    settle(**engine);
    auto const lines = audit_lines(**engine);
    ASSERT_EQ(lines.size(), RefusalAudit::kKinds + 2);
    EXPECT_EQ(lines[RefusalAudit::kKinds]["address"], "10.0.0.1");
    EXPECT_FALSE(lines[RefusalAudit::kKinds].contains("count")) << "one more";
    EXPECT_EQ(lines.back()["reason"], "many-refusals");
    EXPECT_EQ(lines.back()["count"], 50);
    refuse("10.0.0.1");
    settle(**engine);
    EXPECT_EQ(audit_lines(**engine).size(), RefusalAudit::kKinds + 3) << "a new minute begins anew";
    EXPECT_EQ(lost, 0u);
}

}  // namespace
}  // namespace ingot::api
