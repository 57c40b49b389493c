// The directory in memory: a change costs what it touches, and what hangs together changes together.
#include "registry_fixture.hpp"

namespace ingot::registry {
namespace {

std::string second_prefix(TestNode& node) {
    auto allowed = Authorised::check(*node.admin, Act::PrefixDelegate, {});
    std::string const owner = node.registry->prefix_of(kA)->enterprise;
    NewPrefix request{*ident::Prefix::parse("88.999.1"), {}, owner, true, {}, {}, {}, {}};
    node.run(add_prefix(*node.registry, *allowed, request, [](auto const&) { return storage::Reply{}; }));
    return "88.999.1";
}

TEST(Directory, AChangeLeavesEverythingElseAsItIs) {
    TestNode node;
    for (int i = 0; i < 50; ++i) node.add_prefix("88.5." + std::to_string(i), "N");
    auto const before = node.registry->directory();
    node.add_prefix("88.777.1", "New");
    auto const after = node.registry->directory();
    for (auto const& [prefix, info] : before->prefixes())
        EXPECT_EQ(after->exact_prefix(prefix).get(), info.get()) << prefix << " was built anew";
    EXPECT_EQ(after->principal(node.operator_a->id).get(), before->principal(node.operator_a->id).get());
    EXPECT_EQ(after->credential(node.operator_a->credential), before->credential(node.operator_a->credential));
    EXPECT_FALSE(before->exact_prefix("88.777.1")) << "who reads the one before sees none of it";
    ASSERT_TRUE(node.allocate(1));  // marks the profile as used
    EXPECT_EQ(node.registry->directory()->exact_prefix(kB).get(), before->exact_prefix(kB).get());
}

TEST(Directory, AnEnterpriseIsTheSameUnderAllItsPrefixes) {
    TestNode node;
    std::string const second = second_prefix(node);
    PrefixPatch patch;
    patch.name = "Renamed";
    patch.trace_mode = "strict";
    node.patch_prefix(kA, patch);
    for (std::string const& prefix : {std::string(kA), second}) {
        EXPECT_EQ(node.registry->prefix_of(prefix)->enterprise_name, "Renamed");
        EXPECT_EQ(node.registry->prefix_of(prefix)->trace_mode, "strict");
        auto const record = node.resolve("0.NA/" + prefix).record;
        ASSERT_FALSE(record.values.empty());
        EXPECT_EQ(record.values[0].data, "Renamed") << prefix;
    }
    EXPECT_EQ(node.registry->prefix_of(kB)->enterprise_name, "Enterprise B");
    EXPECT_EQ(node.resolve(std::string("0.NA/") + kB).record.values[0].data, "Enterprise B");
    auto const member = node.registry->directory()->principal(node.operator_a->id);
    EXPECT_EQ(member->trace_mode, "strict");
    EXPECT_EQ(member->prefix, second) << "the first in order";
    EXPECT_EQ(node.registry->directory()->credential(node.operator_a->credential)->principal->trace_mode, "strict");
}

TEST(Directory, ReadsTheSameBackAfterARestart) {
    TestNode node;
    std::string const second = second_prefix(node);
    ASSERT_TRUE(node.allocate(1));
    Registry again(*node.engine, node.clock, node.random, node.registry->pepper());
    ASSERT_TRUE(again.load());
    auto const live = node.registry->directory(), loaded = again.directory();
    for (auto const& [prefix, info] : live->prefixes()) {
        auto const same = loaded->exact_prefix(prefix);
        ASSERT_TRUE(same) << prefix;
        EXPECT_EQ(same->enterprise_name, info->enterprise_name);
        EXPECT_EQ(same->enterprise_version, info->enterprise_version);
        EXPECT_EQ(same->version, info->version);
        EXPECT_EQ(same->profiles.size(), info->profiles.size());
    }
    auto const held = loaded->prefixes_of(node.operator_a->enterprise);
    ASSERT_EQ(held.size(), 2u);
    EXPECT_EQ(held[0]->prefix, second);
    EXPECT_EQ(loaded->principal(node.operator_a->id)->prefix, second);
    EXPECT_TRUE(loaded->profile("*", "nonferrous-default", 1)->used);
    EXPECT_TRUE(loaded->has_profile("*", "nonferrous-default"));
    EXPECT_FALSE(loaded->has_profile("*", "nonferrous"));
}

TEST(Directory, ANewVersionOfAProfileReachesThePrefixesThatAdoptedIt) {
    TestNode node;
    auto const allowed = Authorised::check(*node.admin, Act::TemplateWrite, {});
    std::string json = ident::CodingProfile::nonferrous_default().json();
    std::string const version = "\"version\": 1";
    ASSERT_NE(json.find(version), std::string::npos);
    json.replace(json.find(version), version.size(), "\"version\": 2");
    auto profile = ident::CodingProfile::parse(json);
    ASSERT_TRUE(profile) << profile.error().detail;
    node.run(store_profile(*node.registry, *allowed, *profile, [](auto const&) { return storage::Reply{}; }));
    auto const info = node.registry->prefix_of(kA);
    ASSERT_EQ(info->profiles.size(), 2u);
    EXPECT_EQ(info->profiles[0].version(), 2u) << "newest first";
}

TEST(Directory, HostsOnlyWhatTheNodeIsAuthoritativeFor) {
    Settings settings;
    settings.authority = {"88.999"};
    TestNode node(settings);
    auto allowed = Authorised::check(*node.admin, Act::PrefixDelegate, {});
    auto add = [&](std::string_view prefix, bool hosted) {
        NewPrefix request{*ident::Prefix::parse(prefix), "N", {}, hosted, {}, {}, {}, {}};
        auto made = add_prefix(*node.registry, *allowed, request, [](auto const&) { return storage::Reply{}; });
        return made ? Code::Internal : made.error().code;
    };
    EXPECT_EQ(add("88.999.7", true), Code::Internal);
    EXPECT_EQ(add("88.999", true), Code::Internal);
    EXPECT_EQ(add("88.9991", true), Code::InvalidMember) << "whole segments";
    EXPECT_EQ(add("88.100.1", true), Code::InvalidMember);
    EXPECT_EQ(add("88.100.1", false), Code::Internal) << "a referral may lead anywhere";
    node.add_prefix("88.100.2", "Elsewhere", false);
    PrefixPatch patch;
    patch.hosted = true;
    auto taken = node.engine->update(*change_prefix(*node.registry, *allowed, "88.100.2", patch, {"*", false},
                                                    [](auto const&) { return storage::Reply{}; }));
    ASSERT_FALSE(taken);
    EXPECT_EQ(taken.error().code, Code::InvalidMember);
}

// One damaged row is answered so; everything else goes on (spec/durability.md 7).
TEST(Directory, ADamagedRowTakesNothingElseWithIt) {
    TestNode node;
    ASSERT_TRUE(node.put(std::string(kA) + "/x", "1"));
    ASSERT_TRUE(node.put(std::string(kB) + "/x", "1", {}, storage::ValueVisibility::everyone, node.operator_b.get()));
    std::string const viewer = node.make_key(Role::viewer, kA), lost = node.make_key(Role::viewer, kA);
    auto spoil = [&](std::string const& key) {
        storage::Operation damage;
        damage.apply = [key](storage::Batch& batch, uint32_t) -> Result<void> {
            batch.put(storage::Space::record, key, "\xff\xff");
            return {};
        };
        node.run(std::move(damage));
    };
    spoil(storage::prefix_key(kB));
    spoil(storage::credential_key(lost.substr(5, 10)));
    Registry again(*node.engine, node.clock, node.random, node.registry->pepper());
    auto const loaded = again.load();
    ASSERT_TRUE(loaded) << loaded.error().detail;
    for (Registry* registry : {node.registry.get(), &again}) {
        resolver::Resolver resolver(*node.engine, *registry);
        auto resolve = [&](std::string const& prefix) {
            return resolver.resolve(*ident::Identifier::parse(prefix + "/x"), Principal());
        };
        ASSERT_TRUE(resolve(kA));
        EXPECT_EQ(resolve(kA)->outcome, resolver::Outcome::record);
        ASSERT_FALSE(resolve(kB)) << "never as a prefix that is not hosted";
        EXPECT_EQ(resolve(kB).error().code, Code::DataDamaged);
        EXPECT_TRUE(registry->authenticate(viewer));
        auto const allowed = registry->authorise_change(*node.operator_b, Act::RecordWrite, *ident::Prefix::parse(kB));
        ASSERT_FALSE(allowed);
        EXPECT_EQ(allowed.error().code, Code::DataDamaged);
        EXPECT_TRUE(registry->authorise_change(*node.operator_a, Act::RecordWrite, *ident::Prefix::parse(kA)));
    }
    auto const key = again.authenticate(lost);
    ASSERT_FALSE(key);
    EXPECT_EQ(key.error().code, Code::DataDamaged);
    EXPECT_GT(node.engine->health().damaged_answers, 0u);
}

// The prefix that a profile lets use it says so in a version and a leaf of its own.
TEST(Directory, AdoptingAProfileIsAChangeOfThePrefix) {
    TestNode node;
    auto const before = node.registry->prefix_of(kA);
    std::string document(ident::CodingProfile::nonferrous_default().json());
    document.replace(document.find("nonferrous-default"), 18, "own");
    document.replace(document.find("\"prefix\": \"*\""), 13, "\"prefix\": \"" + std::string(kA) + "\"");
    node.clock.set("2026-11-23T02:00:00Z");
    auto allowed = Authorised::check(*node.admin, Act::TemplateWrite, {});
    LeafNote log;
    node.run(
        store_profile(*node.registry, *allowed, *ident::CodingProfile::parse(document), [&](ProfileStored const& done) {
            log = done.log;
            return storage::Reply{};
        }));
    auto const after = node.registry->prefix_of(kA);
    EXPECT_EQ(after->version, before->version + 1);
    EXPECT_GT(after->changed, before->changed);
    EXPECT_EQ(log.count, 1u);
}

}  // namespace
}  // namespace ingot::registry
