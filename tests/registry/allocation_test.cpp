// Issuing codes: spec/identifiers.md 7.4.
#include "registry/allocation.hpp"

#include <set>
#include <thread>

#include "registry_fixture.hpp"

namespace ingot::registry {
namespace {

uint64_t leaves(TestNode const& node) { return node.engine->health().tree_size; }

TEST(Allocation, RendersTheWorkedExampleOfTheSpecification) {
    TestNode node;
    AllocationRequest first;
    first.values = {{"class", "PD"}, {"product", "PB99994"}, {"date", "2026-11-22"}};
    first.count = 122;
    ASSERT_TRUE(node.allocate(first));
    first.count = 80;
    uint64_t const before = leaves(node);
    auto made = node.allocate(first);
    ASSERT_TRUE(made);
    EXPECT_EQ(made->codes.front(), "88.999.3212001/PD.PB99994.20261122.000123-T");
    EXPECT_EQ(made->from, 123u);
    EXPECT_EQ(made->to, 202u);
    EXPECT_EQ(made->codes.size(), 80u);
    EXPECT_EQ(made->id.substr(0, 3), "al_");
    EXPECT_EQ(made->profile, "nonferrous-default");
    EXPECT_EQ(made->version, 1u);
    EXPECT_EQ(made->log.count, 80u) << "one leaf a code";
    EXPECT_EQ(made->log.first, before);
    EXPECT_EQ(leaves(node), before + 80);
}

TEST(Allocation, GivesEightThreadsNoNumberTwiceAndLeavesNoGap) {
    TestNode node;
    std::vector<std::vector<std::string>> codes(8);
    std::vector<std::thread> threads;
    for (size_t t = 0; t < 8; ++t)
        threads.emplace_back([&, t] {
            for (int i = 0; i < 25; ++i) {
                auto made = node.allocate(1 + (i + t) % 5);
                ASSERT_TRUE(made);
                codes[t].insert(codes[t].end(), made->codes.begin(), made->codes.end());
            }
        });
    for (auto& thread : threads) thread.join();
    std::set<std::string> all;
    size_t count = 0;
    for (auto const& some : codes) {
        all.insert(some.begin(), some.end());
        count += some.size();
    }
    EXPECT_EQ(all.size(), count);
    auto next = node.allocate(1);
    ASSERT_TRUE(next);
    EXPECT_EQ(next->from, count + 1);
}

TEST(Allocation, StartsANewCounterAtMidnightOfTheProfilesZoneAndContinuesAnOldOne) {
    TestNode node;
    node.clock.set("2026-11-22T15:59:59Z");  // 23:59:59 in Shanghai
    auto before = node.allocate(2);
    node.clock.set("2026-11-22T16:00:00Z");
    auto after = node.allocate(1);
    ASSERT_TRUE(before && after);
    EXPECT_NE(before->codes[1].find(".20261122.000002"), std::string::npos) << before->codes[1];
    EXPECT_NE(after->codes[0].find(".20261123.000001"), std::string::npos) << after->codes[0];
    node.clock.set("2026-11-22T10:00:00Z");  // set back: the older scope simply goes on
    auto back = node.allocate(1);
    ASSERT_TRUE(back);
    EXPECT_EQ(back->from, 3u);
}

TEST(Allocation, SkipsNumbersWhoseCodeExists) {
    TestNode node;
    auto profile = ident::CodingProfile::nonferrous_default();
    auto renderer = profile.renderer(
        *ident::Prefix::parse(kA), {{"class", "PD"}, {"product", "PB99994"}, {"date", "2026-11-22"}}, node.clock.now());
    ASSERT_TRUE(renderer);
    ASSERT_TRUE(node.put(renderer->render(2), "imported"));
    ASSERT_TRUE(node.put(renderer->render(4), "imported"));
    auto made = node.allocate(3);
    ASSERT_TRUE(made) << made.error().detail;
    EXPECT_EQ(made->codes, (std::vector<std::string>{renderer->render(1), renderer->render(3), renderer->render(5)}));
    EXPECT_EQ(made->from, 1u);
    EXPECT_EQ(made->to, 5u);
    EXPECT_EQ(made->skipped, 2u);
    EXPECT_EQ(node.registry->code_skips().at(kA), 2u);
    EXPECT_EQ(node.allocate(1)->from, 6u);
}

TEST(Allocation, IsBlockedByTenThousandTakenNumbersAndGoesOnBehindThemOnRetry) {
    TestNode node;
    auto renderer = ident::CodingProfile::nonferrous_default().renderer(
        *ident::Prefix::parse(kA), {{"class", "PD"}, {"product", "PB99994"}, {"date", "2026-11-22"}}, node.clock.now());
    ASSERT_TRUE(renderer);
    auto allowed = node.registry->authorise_change(*node.operator_a, Act::RecordWrite, *ident::Prefix::parse(kA));
    std::vector<BulkItem> items;
    Registrar const registrar(*node.registry, *allowed);
    storage::RecordValue value;
    value.index = 1;
    value.type = "TEXT";
    for (uint64_t n = 1; n <= 10'001; ++n)
        items.push_back([=, record = NewRecord{*ident::Identifier::parse(renderer->render(n)), {value}, {}}](
                            storage::Batch& batch) { return registrar.create(batch, record); });
    node.run(bulk_change(
        std::move(items), OnError::rollback, [](size_t, auto const&) { return std::string(); },
        [](auto const&) { return storage::Reply{}; }));
    EXPECT_EQ(node.allocate(1).error().code, Code::CounterBlocked);
    // As after a restart: what was found out is in the store.
    auto const counter = storage::code_counter_key(kA, "nonferrous-default", renderer->scope_key());
    EXPECT_EQ(*storage::find_count(**node.engine->view(), counter), 10'001u);
    auto retried = node.allocate(1);
    ASSERT_TRUE(retried) << retried.error().detail;
    EXPECT_EQ(retried->from, 10'002u);
}

TEST(Allocation, RefusesWhatGoesOverTheDailyQuotaAsAWhole) {
    Settings settings;
    settings.codes_per_prefix_day_max = 10;
    TestNode node(settings);
    ASSERT_TRUE(node.allocate(8));
    uint64_t const before = leaves(node);
    auto refused = node.allocate(3);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::Quota);
    EXPECT_EQ(leaves(node), before);
    auto rest = node.allocate(2);
    ASSERT_TRUE(rest);
    EXPECT_EQ(rest->from, 9u) << "a refused call takes no number";
    node.clock.set("2026-11-23T02:00:00Z");
    EXPECT_TRUE(node.allocate(10));
}

TEST(Allocation, StopsAtTheLastNumberOfACounterThatDoesNotWiden) {
    TestNode node;
    auto profile = ident::CodingProfile::parse(R"({"profile":"short","version":1,"prefix":"88.999.3212001",
        "separator":".","segments":[{"name":"class","kind":"enum","values":{"PD":"x"}},
        {"name":"serial","kind":"counter","width":1,"base":10,"start":1,"scope":["class"]}],
        "check":{"algorithm":"iso7064-mod37-36","join":"-","over":"identifier","mode":"required"},
        "timezone":"Asia/Shanghai","dateBack":3,"dateForward":14,"overflow":"refuse","freeForm":true})");
    ASSERT_TRUE(profile) << profile.error().detail;
    auto allowed = node.registry->authorise_change(*node.operator_a, Act::TemplateWrite, *ident::Prefix::parse(kA));
    ASSERT_TRUE(allowed);
    node.run(store_profile(*node.registry, *allowed, *profile, [](auto const&) { return storage::Reply{}; }));
    AllocationRequest request;
    request.profile = "short";
    request.values = {{"class", "PD"}};
    request.count = 8;
    ASSERT_TRUE(node.allocate(request));
    request.count = 2;
    auto refused = node.allocate(request);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::CounterExhausted);
    request.count = 1;
    EXPECT_TRUE(node.allocate(request));
    EXPECT_EQ(node.allocate(request).error().code, Code::CounterExhausted);
}

TEST(Allocation, PinsAProfileAtItsFirstUse) {
    TestNode node;
    auto document = [](char const* label) {
        return *ident::CodingProfile::parse(
            std::string(R"({"profile":"own","version":1,"prefix":"88.999.3212001","separator":".",)") +
            R"("segments":[{"name":"class","kind":"enum","values":{"PD":")" + label +
            R"("}},{"name":"serial","kind":"counter","width":6,"base":10,"start":1,"scope":["class"]}],)" +
            R"("check":{"algorithm":"iso7064-mod37-36","join":"-","over":"identifier","mode":"required"},)" +
            R"("timezone":"Asia/Shanghai","dateBack":3,"dateForward":14,"overflow":"refuse","freeForm":true})");
    };
    auto allowed = node.registry->authorise_change(*node.operator_a, Act::TemplateWrite, *ident::Prefix::parse(kA));
    auto store = [&](char const* label) {
        auto operation =
            store_profile(*node.registry, *allowed, document(label), [](auto const&) { return storage::Reply{}; });
        auto done = node.engine->update(std::move(*operation));
        return done ? std::string("stored") : std::string(slug(done.error().code));
    };
    EXPECT_EQ(store("one"), "stored");
    EXPECT_EQ(store("two"), "stored") << "not used yet";
    AllocationRequest request;
    request.profile = "own";
    request.values = {{"class", "PD"}};
    ASSERT_TRUE(node.allocate(request));
    EXPECT_EQ(store("three"), "state");
    EXPECT_EQ(store("two"), "stored") << "the same bytes again";
}

TEST(Allocation, SaysEverythingThatIsWrongWithItsValues) {
    TestNode node;
    AllocationRequest request;
    request.values = {{"class", "XX"}, {"colour", "red"}};
    auto refused = node.allocate(request);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::ProfileViolation);
    std::set<std::string> pointers;
    for (auto const& fault : refused.error().faults) pointers.insert(fault.pointer);
    EXPECT_TRUE(pointers.contains("/values/class"));
    EXPECT_TRUE(pointers.contains("/values/product"));
    EXPECT_TRUE(pointers.contains("/values/colour"));
}

TEST(Allocation, TakesOneToTenThousandCodesACall) {
    TestNode node;
    EXPECT_EQ(node.allocate(0).error().code, Code::InvalidMember);
    EXPECT_EQ(node.allocate(10'001).error().code, Code::TooManyItems);
    EXPECT_TRUE(node.allocate(10'000));
}

TEST(Allocation, StoresTheRecordOfTheCallWithEveryCode) {
    TestNode node;
    AllocationRequest request;
    request.values = {{"class", "PD"}, {"product", "PB99994"}};
    request.count = 2;
    request.template_version = "1.0";
    request.station = "LBL-03";
    storage::RecordValue value;
    value.index = 2000;
    value.type = "TEXT";
    value.data = "Pb99.994";
    request.record = {value};
    auto made = node.allocate(request);
    ASSERT_TRUE(made);
    for (auto const& code : made->codes) {
        auto found = node.resolve(code);
        ASSERT_EQ(found.outcome, resolver::Outcome::record);
        EXPECT_EQ(found.record.state, storage::RecordState::active);
        EXPECT_EQ(found.record.values.at(0).data, "Pb99.994");
        EXPECT_EQ(found.record.template_version, "1.0");
        EXPECT_EQ(found.record.station, "LBL-03");
        EXPECT_EQ(found.record.allocation, made->id);
    }
}

TEST(Allocation, AnswersEqualBytesToAThousandCallsWithOneKey) {
    TestNode node;
    auto allowed = node.registry->authorise_change(*node.operator_a, Act::CodeAllocate, *ident::Prefix::parse(kA));
    auto call = [&](char hash) -> Result<storage::Committed> {
        AllocationRequest request;
        request.values = {{"class", "PD"}, {"product", "PB99994"}};
        request.count = 2;
        auto operation = allocate_codes(*node.registry, *allowed, request, [](Allocation const& done) {
            storage::Reply reply;
            reply.status = 201;
            reply.body = done.id + ' ' + done.codes[0] + ' ' + done.codes[1];
            return reply;
        });
        operation->owner = node.operator_a->enterprise;
        operation->route = "/v1/codes";
        operation->idempotency_key = "06937ab2-4c1e-7f00-8a2b-1d2f3a4b5c6d";
        operation->request_hash.fill(static_cast<uint8_t>(hash));
        return node.engine->update(std::move(*operation));
    };
    auto first = call('a');
    ASSERT_TRUE(first);
    EXPECT_FALSE(first->replayed);
    for (int i = 0; i < 1000; ++i) {
        auto again = call('a');
        ASSERT_TRUE(again);
        EXPECT_TRUE(again->replayed);
        ASSERT_EQ(again->reply.body, first->reply.body);
    }
    EXPECT_EQ(call('b').error().code, Code::IdempotencyMismatch);
    EXPECT_EQ(node.allocate(1)->from, 3u);
}

TEST(Allocation, IssuesAsManyCodesACallAsTheNodeIsToldTo) {
    registry::Settings settings;
    settings.allocation_codes_max = 20;
    TestNode node(settings);
    auto const full = node.allocate(20);
    ASSERT_TRUE(full);
    EXPECT_EQ(full->codes.size(), 20u);
    auto const over = node.allocate(21);
    ASSERT_FALSE(over);
    EXPECT_EQ(over.error().code, Code::TooManyItems);
    EXPECT_NE(over.error().detail.find("20"), std::string::npos);
}

// A record of 900 KiB for each of ten thousand codes would be 9 GB before the queue could refuse it.
TEST(Allocation, RefusesWhatOneChangeCannotWriteBeforeItRendersACode) {
    TestNode node;
    AllocationRequest request;
    request.values = {{"class", "PD"}, {"product", "PB99994"}};
    for (uint32_t i = 1; i <= 15; ++i) {
        storage::RecordValue value;
        value.index = i;
        value.type = "TEXT";
        value.data.assign(60 * 1024, 'x');
        request.record.push_back(value);
    }
    auto allowed = node.registry->authorise_change(*node.operator_a, Act::CodeAllocate, *ident::Prefix::parse(kA));
    auto call = [&](uint64_t count) {
        request.count = count;
        return allocate_codes(*node.registry, *allowed, request, [](Allocation const&) { return storage::Reply{}; });
    };
    // Three of each record, and 64 MiB in all: 24 codes and no more. A count that would not fit in memory shows
    // that nothing was rendered first.
    auto const over = call(10'000);
    ASSERT_FALSE(over);
    EXPECT_EQ(over.error().code, Code::TooManyItems);
    EXPECT_EQ(std::get<int64_t>(over.error().extras.at(0).value), 24);
    EXPECT_EQ(call(25).error().code, Code::TooManyItems);
    auto fits = call(24);
    ASSERT_TRUE(fits);
    EXPECT_TRUE(node.engine->update(std::move(*fits)));
}

}  // namespace
}  // namespace ingot::registry
