#include "certs/ticket_keys.hpp"

#include <gtest/gtest.h>

#include "temporary_folder.hpp"

namespace ingot::certs {
namespace {

using namespace std::chrono_literals;

struct TicketKeyLife : testing::Test {
    HeldClock clock;
    SystemRandom random;
    TicketKeys keys{clock, random};
};

TEST_F(TicketKeyLife, SealsWithOneKeyForTwelveHours) {
    auto first = keys.current();
    clock.ticks += 12h - 1s;
    EXPECT_EQ(keys.current().name, first.name);
    clock.ticks += 1s;
    EXPECT_NE(keys.current().name, first.name);
    EXPECT_NE(keys.current().cipher_key, first.cipher_key);
}

TEST_F(TicketKeyLife, OpensWithThePreviousKeyAndAsksForRenewal) {
    auto first = keys.current();
    EXPECT_FALSE(keys.find(first.name.data())->renew);
    clock.ticks += 12h;
    auto found = keys.find(first.name.data());
    ASSERT_TRUE(found);
    EXPECT_TRUE(found->renew);
    EXPECT_EQ(found->key.mac_key, first.mac_key);
}

TEST_F(TicketKeyLife, ForgetsAKeyAfterTwoLives) {
    auto first = keys.current();
    clock.ticks += 12h;
    keys.current();
    clock.ticks += 12h;
    EXPECT_FALSE(keys.find(first.name.data()));
}

TEST_F(TicketKeyLife, KnowsNoStrangersKey) {
    std::array<unsigned char, 16> strange{};
    EXPECT_FALSE(keys.find(strange.data()));
}

TEST_F(TicketKeyLife, NeverRepeatsAnIv) { EXPECT_NE(keys.make_iv(), keys.make_iv()); }

}  // namespace
}  // namespace ingot::certs
