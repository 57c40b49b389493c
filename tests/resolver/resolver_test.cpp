#include "resolver/resolver.hpp"

#include <thread>

#include "../registry/registry_fixture.hpp"

namespace ingot::resolver {
namespace {

std::string id(std::string_view suffix) { return std::string(kA) + '/' + std::string(suffix); }

TEST(Resolver, AnswersEachSituationWithItsOutcome) {
    TestNode node;
    node.add_prefix("88.888.1", "Elsewhere", false, "https://own.example");
    ASSERT_TRUE(node.put(id("public"), "1"));
    ASSERT_TRUE(node.put(id("private"), "1", {}, storage::ValueVisibility::owner));
    std::string const reserved = node.allocate(1)->codes[0];
    auto const viewer = node.login(registry::Role::viewer, kA);
    auto const partner = node.login(registry::Role::partner, kB);
    struct Row {
        std::string id;
        Outcome anonymous, owner, other;
    };
    Row const rows[] = {
        {id("public"), Outcome::record, Outcome::record, Outcome::record},
        {id("private"), Outcome::absent, Outcome::record, Outcome::absent},
        {reserved, Outcome::absent, Outcome::reserved, Outcome::absent},
        {id("none"), Outcome::absent, Outcome::absent, Outcome::absent},
        {std::string(kA) + ".7/none", Outcome::absent, Outcome::absent, Outcome::absent},
        {"99.zz/a2", Outcome::not_hosted, Outcome::not_hosted, Outcome::not_hosted},
        {"88.888.1/x", Outcome::elsewhere, Outcome::elsewhere, Outcome::elsewhere},
        {kA, Outcome::record, Outcome::record, Outcome::record},
        {"0.na/88.999.3212001", Outcome::record, Outcome::record, Outcome::record},
        {"88.888.1", Outcome::record, Outcome::record, Outcome::record},
        {"0.NA/99.zz", Outcome::not_hosted, Outcome::not_hosted, Outcome::not_hosted},
    };
    for (Row const& row : rows) {
        EXPECT_EQ(node.resolve(row.id).outcome, row.anonymous) << row.id;
        EXPECT_EQ(node.resolve(row.id, *viewer).outcome, row.owner) << row.id;
        EXPECT_EQ(node.resolve(row.id, *partner).outcome, row.other) << row.id;
        EXPECT_EQ(node.resolve(row.id, *node.operator_b).outcome, row.other) << row.id;
    }
}

TEST(Resolver, ShowsPublicValuesOnlyToStrangersAndSecretKeysToNobody) {
    storage::Record record;
    auto add = [&](uint32_t index, std::string type, storage::ValueVisibility visibility, uint8_t permissions) {
        storage::RecordValue value;
        value.index = index;
        value.type = std::move(type);
        value.visibility = visibility;
        value.permissions = permissions;
        record.values.push_back(value);
    };
    add(1, "URL", storage::ValueVisibility::everyone, 0b1110);
    add(2, "URL", storage::ValueVisibility::owner, 0b1110);
    add(3, "URL", storage::ValueVisibility::everyone, 0b1100);
    add(4, "HS_SECKEY", storage::ValueVisibility::everyone, 0b1110);
    auto indexes = [&](registry::Visibility level) {
        std::vector<uint32_t> seen;
        for (auto const* value : visible_values(record, level)) seen.push_back(value->index);
        return seen;
    };
    EXPECT_EQ(indexes(registry::Visibility::public_fields), (std::vector<uint32_t>{1}));
    EXPECT_EQ(indexes(registry::Visibility::record), (std::vector<uint32_t>{1, 2, 3}));
}

TEST(Resolver, KeepsAnswersForTheLeastTtlOfTheirValues) {
    storage::RecordValue a, b;
    a.ttl = 120;
    b.ttl_absolute = true;
    b.ttl = 1'000'030;
    EXPECT_EQ(max_age({}, from_micros(0)), 300);
    EXPECT_EQ(max_age({&a}, from_micros(0)), 120);
    EXPECT_EQ(max_age({&a, &b}, from_micros(1'000'000'000'000)), 30);
    EXPECT_EQ(max_age({&a, &b}, from_micros(2'000'000'000'000)), 0);
}

TEST(Resolver, NoticesAnIdentifierThatWasAbsentAndIsNow) {
    TestNode node;
    EXPECT_EQ(node.resolve(id("x")).outcome, Outcome::absent);
    EXPECT_EQ(node.resolver->cached_absences(), 1u);
    EXPECT_EQ(node.resolve(id("x")).outcome, Outcome::absent);
    ASSERT_TRUE(node.put(id("x"), "1"));
    EXPECT_EQ(node.resolve(id("x")).outcome, Outcome::record);
    EXPECT_EQ(node.resolve("88.555.1/x").outcome, Outcome::not_hosted);
    node.add_prefix("88.555.1", "Later");
    EXPECT_EQ(node.resolve("88.555.1/x").outcome, Outcome::absent);
}

TEST(Resolver, ForgetsKeptAnswersWhenTheirPrefixMoves) {
    TestNode node;
    ASSERT_TRUE(node.put(id("x"), "1"));
    auto const identifier = *ident::Identifier::parse(id("x"));
    auto found = node.resolve(id("x"));
    node.resolver->keep_answer(Dialect::v1, identifier, {}, std::make_shared<int const>(1), 10, found);
    EXPECT_TRUE(node.resolver->find_answer(Dialect::v1, identifier, {}));
    registry::PrefixPatch patch;
    patch.hosted = false;
    node.patch_prefix(kA, patch);
    EXPECT_FALSE(node.resolver->find_answer(Dialect::v1, identifier, {}));
    node.resolver->keep_answer(Dialect::v1, identifier, {}, std::make_shared<int const>(1), 10, found);
    EXPECT_FALSE(node.resolver->find_answer(Dialect::v1, identifier, {})) << "judged by the prefixes of before";
    EXPECT_EQ(node.resolve(id("x")).outcome, Outcome::elsewhere);
}

// Readers cache what they read while a writer goes on; once a write is acknowledged nobody may see what was before.
TEST(Resolver, NeverServesAStaleAnswerAfterAnAcknowledgedWrite) {
    TestNode node;
    std::string const name = id("hot");
    auto const identifier = *ident::Identifier::parse(name);
    std::string etag = node.put(name, "0")->etag();
    std::atomic<uint64_t> acknowledged{0};
    std::atomic<bool> over{false};
    std::atomic<uint64_t> reads{0}, hits{0}, stale{0};
    std::vector<std::thread> readers;
    for (int t = 0; t < 4; ++t)
        readers.emplace_back([&] {
            registry::Principal const nobody;
            while (!over) {
                uint64_t const least = acknowledged.load();
                uint64_t seen = 0;
                if (auto kept = node.resolver->find_answer(Dialect::v1, identifier, {})) {
                    seen = *std::static_pointer_cast<uint64_t const>(kept);
                    ++hits;
                } else {
                    auto found = node.resolver->resolve(identifier, nobody);
                    ASSERT_TRUE(found);
                    ASSERT_EQ(found->outcome, Outcome::record);
                    seen = std::stoull(found->record.values.at(0).data);
                    node.resolver->keep_answer(Dialect::v1, identifier, {}, std::make_shared<uint64_t const>(seen), 8,
                                               *found);
                }
                if (seen < least) ++stale;
                ++reads;
            }
        });
    for (uint64_t i = 1; i <= 400; ++i) {
        auto done = node.put(name, std::to_string(i), etag);
        ASSERT_TRUE(done);
        etag = done->etag();
        acknowledged = i;
    }
    over = true;
    for (auto& reader : readers) reader.join();
    EXPECT_EQ(stale, 0u);
    EXPECT_GT(reads, 400u);
    EXPECT_GT(hits, 0u);
}

}  // namespace
}  // namespace ingot::resolver
