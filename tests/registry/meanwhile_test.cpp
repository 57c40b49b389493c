// Changes are judged by what holds where they are decided, not by what held when they came (registration.hpp).
#include <future>

#include "registry_fixture.hpp"

namespace ingot::registry {
namespace {

// A change that waits for its turn while the ground under it changes.
class Meanwhile : public ::testing::Test {
  protected:
    // Puts `text` under 88.999.3212001 through `as`, but only after `first` was carried out.
    Code put_after(std::string const& text, storage::Operation first, bool same_group) {
        auto identifier = *ident::Identifier::parse(text);
        auto allowed = node_.registry->authorise_change(*node_.operator_a, Act::RecordWrite, identifier.prefix());
        EXPECT_TRUE(allowed);
        auto create = create_identifier(Registrar(*node_.registry, *allowed), {identifier, {}, {}},
                                        [](auto const&) { return storage::Reply{}; });
        if (!same_group) node_.run(std::move(first));
        std::promise<void> release, entered;
        storage::Operation gate;
        gate.apply = [&, held = release.get_future().share()](storage::Batch&, uint32_t) -> Result<void> {
            entered.set_value();
            held.wait();
            return {};
        };
        node_.engine->submit(std::move(gate), [](auto const&) {});
        entered.get_future().wait();
        if (same_group) node_.engine->submit(std::move(first), [](auto const& done) { EXPECT_TRUE(done); });
        std::promise<Code> code;
        node_.engine->submit(std::move(create), [&](Result<storage::Committed> const& done) {
            code.set_value(done ? Code::Internal : done.error().code);
        });
        release.set_value();
        return code.get_future().get();
    }
    storage::Operation add_below() {
        auto allowed = Authorised::check(*node_.admin, Act::PrefixDelegate, {});
        NewPrefix request{*ident::Prefix::parse("88.999.3212001.1"), "Enterprise C", {}, true, {}, {}, {}, {}};
        return *add_prefix(*node_.registry, *allowed, request, [](auto const&) { return storage::Reply{}; });
    }
    storage::Operation close_profile() {
        std::string document(ident::CodingProfile::nonferrous_default().json());
        document.replace(document.find("\"version\": 1"), 12, "\"version\": 2");
        document.replace(document.find("\"freeForm\": true"), 16, "\"freeForm\": false");
        auto allowed = Authorised::check(*node_.admin, Act::TemplateWrite, {});
        return *store_profile(*node_.registry, *allowed, *ident::CodingProfile::parse(document),
                              [](auto const&) { return storage::Reply{}; });
    }
    TestNode node_;
};

TEST_F(Meanwhile, APrefixRegisteredBelowIsNotWrittenUnderTheOneAbove) {
    EXPECT_EQ(put_after("88.999.3212001.1/x", add_below(), false), Code::State);
    EXPECT_EQ(node_.resolve("88.999.3212001.1/x").outcome, resolver::Outcome::absent);
}

TEST_F(Meanwhile, APrefixRegisteredBelowInTheSameGroupCounts) {
    EXPECT_EQ(put_after("88.999.3212001.1/x", add_below(), true), Code::State);
    EXPECT_EQ(put_after(std::string(kA) + "/x", close_profile(), true), Code::ProfileViolation);
}

TEST_F(Meanwhile, AProfileThatAllowsNoFreeFormCountsFromItsCommitOn) {
    EXPECT_EQ(put_after(std::string(kA) + "/x", close_profile(), false), Code::ProfileViolation);
}

}  // namespace
}  // namespace ingot::registry
