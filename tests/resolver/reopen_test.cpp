// A journal that fails and is opened again: a write nobody was promised may be in force then, and what is kept in
// memory must say what the store says.
#include <thread>

#include "../registry/registry_fixture.hpp"
#include "storage/file_layer.hpp"
#include "storage/keys.hpp"
#include "tests/support/crash_fs.hpp"
#include "tests/support/fault_fs.hpp"

namespace ingot::resolver {
namespace {

using namespace std::chrono_literals;
using test::CrashFs;
using test::FaultFs;
using test::FaultKind;

std::string id(std::string_view suffix) { return std::string(kA) + '/' + std::string(suffix); }

struct FailingDisk {
    std::shared_ptr<FaultFs> faults = std::make_shared<FaultFs>(std::make_shared<CrashFs>());
    storage::StoreOptions options() const {
        storage::StoreOptions out;
        out.files = std::make_shared<storage::FileLayer>(storage::FileLayer{faults, false});
        out.full_check = 10ms;
        out.first_probe = 5ms;
        return out;
    }
    void fail_next_journal_sync() const { faults->inject({FaultKind::sync, 1, false, false, false, ".log"}); }
};

bool within_five_seconds(std::function<bool()> const& condition) {
    for (int i = 0; i < 5'000; ++i) {
        if (condition()) return true;
        std::this_thread::sleep_for(1ms);
    }
    return false;
}

// Carries out `change` on a failing journal and waits until the store has come back.
void fail_and_reopen(TestNode& node, FailingDisk const& disk, std::function<std::optional<Code>()> const& change) {
    disk.fail_next_journal_sync();
    auto const code = change();
    ASSERT_TRUE(disk.faults->struck());
    ASSERT_EQ(code, Code::OutcomeUnknown);
    disk.faults->cure();
    ASSERT_TRUE(within_five_seconds([&] { return node.engine->health().state == storage::State::open; }));
}

bool stored(TestNode& node, std::string const& key) {
    return (*node.engine->view())->get(storage::Space::record, key)->has_value();
}

TEST(Reopen, TheDirectoryServesWhatTheStoreHolds) {
    FailingDisk disk;
    TestNode node({}, disk.options());
    auto const allowed = registry::Authorised::check(*node.admin, registry::Act::PrefixDelegate, {});
    fail_and_reopen(node, disk, [&]() -> std::optional<Code> {
        registry::NewPrefix request{*ident::Prefix::parse("88.777.1"), "New", {}, true, {}, {}, {}, {}};
        auto done = node.engine->update(
            *registry::add_prefix(*node.registry, *allowed, request, [](auto const&) { return storage::Reply{}; }));
        return done ? std::nullopt : std::optional(done.error().code);
    });
    ASSERT_TRUE(stored(node, storage::prefix_key("88.777.1"))) << "the write has come through";
    EXPECT_TRUE(within_five_seconds([&] { return node.registry->prefix_of("88.777.1") != nullptr; }));
    EXPECT_EQ(node.registry->prefix_of("88.777.1")->enterprise_name, "New");
    EXPECT_EQ(node.registry->prefix_of(kA)->enterprise_name, "Enterprise A");
}

TEST(Reopen, AKeyRevokedByTheLostAnswerOpensNothing) {
    FailingDisk disk;
    TestNode node({}, disk.options());
    std::string const key = node.make_key(registry::Role::viewer, kA);
    ASSERT_TRUE(node.registry->authenticate(key));
    auto const allowed = registry::Authorised::check(*node.admin, registry::Act::UserManage, {});
    fail_and_reopen(node, disk, [&]() -> std::optional<Code> {
        auto done = node.engine->update(*registry::revoke_credential(*node.registry, *allowed, key.substr(5, 10),
                                                                     [](auto const&) { return storage::Reply{}; }));
        return done ? std::nullopt : std::optional(done.error().code);
    });
    EXPECT_TRUE(within_five_seconds([&] { return !node.registry->authenticate(key); }));
}

TEST(Reopen, KeptAnswersAndAbsencesAreForgotten) {
    FailingDisk disk;
    TestNode node({}, disk.options());
    ASSERT_TRUE(node.put(id("x"), "before"));
    auto const x = *ident::Identifier::parse(id("x"));
    auto const found = node.resolve(id("x"));
    node.resolver->keep_answer(Dialect::v1, x, {}, std::make_shared<int const>(1), 10, found);
    ASSERT_TRUE(node.resolver->find_answer(Dialect::v1, x, {}));
    auto const put = [&](std::string_view suffix, std::string etag) -> std::optional<Code> {
        auto done = node.put(id(suffix), "after", std::move(etag));
        return done ? std::nullopt : std::optional(done.error().code);
    };
    fail_and_reopen(node, disk, [&] { return put("x", "*"); });
    EXPECT_TRUE(within_five_seconds([&] { return !node.resolver->find_answer(Dialect::v1, x, {}); }));
    EXPECT_EQ(node.resolve(id("x")).record.values.at(0).data, "after");
    node.resolver->keep_answer(Dialect::v1, x, {}, std::make_shared<int const>(1), 10, found);
    EXPECT_FALSE(node.resolver->find_answer(Dialect::v1, x, {})) << "read before the store was re-opened";

    ASSERT_EQ(node.resolve(id("y")).outcome, Outcome::absent);
    fail_and_reopen(node, disk, [&] { return put("y", {}); });
    EXPECT_TRUE(within_five_seconds([&] { return node.resolve(id("y")).outcome == Outcome::record; }));
}

}  // namespace
}  // namespace ingot::resolver
