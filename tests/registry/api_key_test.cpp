#include "registry/api_key.hpp"

#include "base/encoding.hpp"
#include "registry_fixture.hpp"

namespace ingot::registry {
namespace {

TEST(ApiKey, HasTheKnownAnswerOfTheSpecification) {
    std::string pepper;
    for (char i = 0; i < 32; ++i) pepper += i;
    std::string const key = "ingk_abcdefghij_" + std::string(43, 'A');
    EXPECT_EQ(api_key_id(key), "abcdefghij");
    EXPECT_EQ(to_hex(bytes_of(api_key_mac(pepper, key))),
              "6a4e78986486a25ce8503f770d20cccf90f1b5b5c4918e79604be8d80423a1bd");
}

TEST(ApiKey, IsReadByPositionAndNothingElseIsAKey) {
    SystemRandom random;
    std::string const key = make_api_key(random);
    EXPECT_EQ(key.size(), 59u);
    EXPECT_TRUE(api_key_id(key));
    std::string const good = "ingk_abcdefghij_" + std::string(43, 'A');
    for (std::string const& bad :
         {std::string(), good + "A", good.substr(1), "Ingk_abcdefghij_" + std::string(43, 'A'),
          "ingk_abcdefghi1_" + std::string(43, 'A'), "ingk_abcdefghij-" + std::string(43, 'A'),
          "ingk_abcdefghij_" + std::string(42, 'A') + "=", "ingk_abcdefghij_" + std::string(42, 'A') + " "})
        EXPECT_FALSE(api_key_id(bad)) << bad;
}

TEST(Registry, AuthenticatesAKeyUntilItIsRevokedOrExpired) {
    TestNode node;
    std::string const key = node.make_key(Role::operator_, kA);
    auto principal = node.who(key);
    EXPECT_TRUE(principal->has(Role::operator_));
    EXPECT_EQ(principal->prefix, kA);
    EXPECT_FALSE(principal->enterprise.empty());

    std::string other = key;
    other.back() = other.back() == 'A' ? 'E' : 'A';
    EXPECT_EQ(node.registry->authenticate(other).error().code, Code::InvalidToken);
    EXPECT_EQ(node.registry->authenticate("ingk_zzzzzzzzzz_" + key.substr(16)).error().code, Code::InvalidToken);
    EXPECT_EQ(node.registry->authenticate("").error().code, Code::InvalidToken);

    node.clock.set("2027-11-22T01:59:59Z");
    EXPECT_TRUE(node.registry->authenticate(key));
    node.clock.set("2027-11-22T02:00:00Z");
    EXPECT_EQ(node.registry->authenticate(key).error().code, Code::InvalidToken);

    node.clock.set("2026-11-22T02:00:00Z");
    auto allowed = Authorised::check(*node.admin, Act::UserManage, {});
    node.run(revoke_credential(*node.registry, *allowed, std::string(*api_key_id(key)),
                               [](auto const&) { return storage::Reply{}; }));
    EXPECT_EQ(node.registry->authenticate(key).error().code, Code::InvalidToken);
}

TEST(Registry, KeepsTheLastSecurityAdministrator) {
    TestNode node;
    auto allowed = Authorised::check(*node.admin, Act::UserManage, {});
    auto revoke = [&](std::string const& id) {
        auto operation = revoke_credential(*node.registry, *allowed, id, [](auto const&) { return storage::Reply{}; });
        if (!operation) return operation.error().code;
        auto done = node.engine->update(std::move(*operation));
        return done ? Code::Internal : done.error().code;
    };
    EXPECT_EQ(revoke(node.admin->credential), Code::State);
    EXPECT_EQ(revoke(node.operator_a->credential), Code::Internal) << "another role's key does not matter";
    std::string const second(*api_key_id(node.make_key(Role::security_admin, "")));
    EXPECT_EQ(revoke(node.admin->credential), Code::Internal);
    EXPECT_EQ(revoke(second), Code::State);
    EXPECT_EQ(revoke(node.admin->credential), Code::Internal) << "a second time changes nothing";
    node.clock.set("2027-11-23T00:00:00Z");
    EXPECT_EQ(revoke(second), Code::Internal) << "an expired key is nobody's last one";
}

// Both are prepared while the other is in force; the committer decides them in one group.
TEST(Registry, KeepsOneOfTwoAdministratorsWhoRevokeEachOther) {
    TestNode node;
    auto const other = node.login(Role::security_admin, "");
    auto make = [&](registry::Principal const& by, std::string const& id) {
        auto allowed = Authorised::check(by, Act::UserManage, {});
        return revoke_credential(*node.registry, *allowed, id, [](auto const&) { return storage::Reply{}; });
    };
    auto first = make(*node.admin, other->credential), second = make(*other, node.admin->credential);
    ASSERT_TRUE(first && second);
    EXPECT_TRUE(node.engine->update(std::move(*first)));
    auto refused = node.engine->update(std::move(*second));
    ASSERT_FALSE(refused) << "nobody would be left who could make keys";
    EXPECT_EQ(refused.error().code, Code::State);
}

TEST(Registry, GivesANewAdministratorWhenAllKeysAreLost) {
    TestNode node;
    node.clock.set("2028-01-01T00:00:00Z");  // every key has expired
    std::string key;
    ASSERT_TRUE(node.registry->add_administrator("admin", [&](std::string const& made) -> Result<void> {
        key = made;
        return {};
    }));
    auto const made = node.who(key);
    EXPECT_TRUE(made->has(Role::platform_admin) && made->has(Role::security_admin));
    auto refused = node.registry->add_administrator("admin", [&](std::string const& lost) -> Result<void> {
        key = lost;
        return fail(Code::StorageFull, "no room for the file", "");
    });
    EXPECT_FALSE(refused);
    EXPECT_FALSE(node.registry->authenticate(key)) << "a key that could not be kept opens nothing";
}

TEST(Registry, FindsTheLongestRegisteredPrefixByWholeSegments) {
    TestNode node;
    node.add_prefix("20.500", "C");
    node.add_prefix("20.500.99999", "D");
    node.add_prefix("88.101.42", "E");
    auto name = [&](std::string_view prefix) {
        auto info = node.registry->prefix_of(prefix);
        return info ? info->enterprise_name : "nobody";
    };
    EXPECT_EQ(name("20.500.99999"), "D");
    EXPECT_EQ(name("20.500.99999.1"), "D");
    EXPECT_EQ(name("20.500.9999"), "C");
    EXPECT_EQ(name("20.50"), "nobody");
    EXPECT_EQ(name("88.101.0042"), "nobody");
    EXPECT_EQ(name("88.101.42"), "E");
    EXPECT_EQ(name("88.999.32"), "nobody");
}

TEST(Registry, ReadsEverythingBackAfterARestart) {
    TestNode node;
    std::string const key = node.make_key(Role::viewer, kB);
    Registry again(*node.engine, node.clock, node.random, node.registry->pepper());
    EXPECT_FALSE(again.authenticate(key));
    ASSERT_TRUE(again.load());
    EXPECT_TRUE(again.authenticate(key));
    auto info = again.prefix_of(kA);
    ASSERT_TRUE(info);
    EXPECT_EQ(info->enterprise_name, "Enterprise A");
    ASSERT_EQ(info->profiles.size(), 1u);
    EXPECT_EQ(info->profiles[0].name(), "nonferrous-default");
    EXPECT_EQ(again.initialise("x").error().code, Code::Exists);
}

TEST(Registry, SuspendedPrefixRefusesChangesAndStillResolves) {
    TestNode node;
    ASSERT_TRUE(node.put(std::string(kA) + "/x", "http://x/1"));
    PrefixPatch patch;
    patch.suspended = true;
    node.patch_prefix(kA, patch);
    EXPECT_EQ(node.put(std::string(kA) + "/y", "1").error().code, Code::State);
    EXPECT_EQ(node.allocate(1).error().code, Code::State);
    EXPECT_EQ(node.resolve(std::string(kA) + "/x").outcome, resolver::Outcome::record);
}

TEST(Registry, RefusesAPrefixTwiceAndAnUnknownEnterprise) {
    TestNode node;
    auto allowed = Authorised::check(*node.admin, Act::PrefixDelegate, {});
    auto add = [&](std::string_view text, std::string enterprise) {
        NewPrefix request{*ident::Prefix::parse(text), "N", std::move(enterprise), true, {}, {}, {}, {}};
        auto operation =
            registry::add_prefix(*node.registry, *allowed, request, [](auto const&) { return storage::Reply{}; });
        if (!operation) return operation.error().code;
        auto done = node.engine->update(std::move(*operation));
        return done ? Code::Internal : done.error().code;
    };
    EXPECT_EQ(add(kA, ""), Code::Exists);
    EXPECT_EQ(add("88.999.5", "en_nothing"), Code::InvalidMember);
    EXPECT_EQ(add("88.999.5", node.operator_a->enterprise), Code::Internal) << "a second prefix of A is fine";
    std::vector<std::string> both;
    for (auto const& info : node.registry->directory()->prefixes_of(node.operator_a->enterprise))
        both.push_back(info->prefix);
    EXPECT_EQ(both, (std::vector<std::string>{kA, "88.999.5"}));
}

}  // namespace
}  // namespace ingot::registry
