// Properties of capture over random event sequences: what is derived can be derived again, and the order of arrival
// does not matter. Every failure names its seed.
#include <random>

#include "base/encoding.hpp"
#include "tests/tracechain/capture_fixture.hpp"

namespace ingot::tracechain {
namespace {

using storage::Space;

class Plant {
  public:
    explicit Plant(uint64_t seed) : random_(seed) {}

    // A line of 7.1 at a random minute; `order_free` leaves out what depends on the order of capture by its nature: the
    // first ingot:vessel of a plain campaign turns it from its record time on (3.5).
    std::string line(bool order_free) {
        int const kind = pick(order_free ? 12 : 13);
        std::string const at = " @" + std::to_string(++time_ * 0.25 + pick(200));
        if (kind <= 1) return "C " + fresh() + ":" + kilos() + at;
        if (kind <= 3)
            return "X " + used() + ":" + kilos() + "," + used() + ":" + kilos() + " > " + fresh() + ":" + kilos() + at;
        if (kind == 4) return "V+ V" + std::to_string(pick(2)) + " " + used() + ":" + kilos() + at;
        if (kind == 5) return "V- V" + std::to_string(pick(2)) + " > " + fresh() + ":" + kilos() + at;
        if (kind == 6) return "DI " + used() + ":" + kilos() + at;
        if (kind == 7)
            return "T P" + std::to_string(pick(2)) + " " + used() + ":" + kilos() + " > " + fresh() + ":" + kilos() +
                   at;
        if (kind == 8) return "SH " + used() + ":" + kilos() + " > " + std::to_string(1 + pick(3)) + at;
        if (kind == 9) return "RC " + used() + ":" + kilos() + at;
        if (kind == 10) return "AJ " + used() + (pick(2) ? " +" : " -") + kilos() + at;
        if (kind == 11 && said_ > 3) return "ER " + std::to_string(1 + pick(said_ - 1)) + " did_not_occur";
        return "V+ P" + std::to_string(pick(2)) + " " + used() + ":" + kilos() + at;
    }
    void said(int count) { said_ = count; }
    int pick(int below) { return static_cast<int>(random_() % static_cast<uint64_t>(below)); }

  private:
    std::string fresh() {
        if (lots_ > 3 && pick(6) == 0) return used();
        return "L" + std::to_string(++lots_);
    }
    std::string used() { return "L" + std::to_string(1 + pick(std::max(lots_, 3))); }
    std::string kilos() { return std::to_string(10 * (1 + pick(40))); }

    std::mt19937_64 random_;
    int lots_ = 0, time_ = 0, said_ = 0;
};

void expect_same(storage::View const& live, storage::View const& again, Space space, std::string const& prefix = "") {
    auto const wanted = Chain::rows(live, space, prefix), got = Chain::rows(again, space, prefix);
    for (auto const& [key, value] : wanted) {
        auto found = got.find(key);
        if (found == got.end()) {
            ADD_FAILURE() << "the rebuild lacks " << to_hex(key);
        } else {
            EXPECT_EQ(to_hex(found->second), to_hex(value))
                << "space " << int(space) << " key " << to_hex(key) << " " << key;
        }
    }
    EXPECT_EQ(got.size(), wanted.size());
}

TEST(CaptureRebuild, TheDerivedPartIsRebuiltByteForByte) {
    for (uint64_t seed = 1; seed <= 12; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Chain chain;
        Plant plant(seed);
        std::vector<NotedEvent> document;
        int said = 0;
        for (int i = 0; i < 70; ++i) {
            document.push_back(chain.notation.line(plant.line(false)));
            plant.said(++said);
            bool const one_site = plant.pick(3) == 0;
            if (!one_site) continue;
            std::vector<std::string> events;
            for (auto const& each : document) events.push_back(each.json);
            auto answer = chain.post(Notation::document(events), principal_of("1"), plant.pick(2) == 0);
            document.clear();
            (void)answer;  // a refused document leaves nothing to rebuild
        }
        Chain second;
        auto const live = chain.view();
        EXPECT_GT(*storage::read_count(*live, "events"), 15u);
        auto done = chain.trace->rebuild_into(*live, *second.engine);
        ASSERT_TRUE(done) << done.error().detail;
        auto const again = second.view();
        for (Space space : {Space::graph, Space::row, Space::index, Space::event}) expect_same(*live, *again, space);
        expect_same(*live, *again, Space::meta, "count/events");
        if (HasFailure()) return;
    }
}

TEST(CaptureOrder, OrderOfArrivalDoesNotMatter) {
    for (uint64_t seed = 1; seed <= 10; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Chain first, second;
        Plant plant(seed);
        std::vector<NotedEvent> events;
        for (int i = 0; i < 40; ++i) {
            plant.said(i);
            NotedEvent event = first.notation.line(plant.line(true));
            size_t const at = event.json.find("errorDeclaration");  // a declaration is not declared wrong in its turn
            bool const twice =
                at != std::string::npos && event.json.find("errorDeclaration", at + 1) != std::string::npos;
            if (!twice) events.push_back(std::move(event));
        }
        std::vector<NotedEvent> shuffled = events;
        std::shuffle(shuffled.begin(), shuffled.end(), std::mt19937_64(seed));
        for (auto const& event : events) {
            auto const answer = first.post(event);
            ASSERT_TRUE(answer) << answer.error().detail << event.json;
        }
        for (auto const& event : shuffled) {
            auto const answer = second.post(event);
            ASSERT_TRUE(answer) << answer.error().detail << event.json;
        }
        for (int i = 1; i < 40; ++i) {
            std::string const lot = "L" + std::to_string(i);
            auto const now = first.view();
            if (!*storage::find_lot_number(*now, Chain::key(lot))) continue;
            LotRow const one = first.lot(lot), two = second.lot(lot);
            EXPECT_EQ(one.tail.content, two.tail.content) << lot;
            EXPECT_EQ(one.tail.debt, two.tail.debt) << lot;
            EXPECT_EQ(settle(one), settle(two)) << lot;
            EXPECT_EQ(one.external, two.external) << lot;
            if (one.tail.states == 0) continue;
            auto const up_one = first.up(lot, UINT64_MAX, 1e-13), up_two = second.up(lot, UINT64_MAX, 1e-13);
            EXPECT_NEAR(up_one.closure.resolved, up_two.closure.resolved, 1e-9) << lot;
            for (auto const& [name, share] : up_one.share) {
                auto found = up_two.share.find(name);
                EXPECT_NEAR(found == up_two.share.end() ? 0 : found->second, share, 1e-9) << lot << " from " << name;
            }
        }
        if (HasFailure()) return;
    }
}

TEST(CaptureInvariants, ContentIsNeverNegativeAndHoldersHoldAllOfIt) {
    for (uint64_t seed = 21; seed <= 26; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Chain chain;
        Plant plant(seed);
        for (int i = 0; i < 80; ++i) {
            plant.said(i);
            (void)chain.post(chain.notation.line(plant.line(false)));
        }
        auto const now = chain.view();
        for (auto const& [key, value] : Chain::rows(*now, Space::graph, "l")) {
            if (key[0] != 'l') continue;
            auto lot = storage::decode_lot(get_u64be(key, 1), value);
            ASSERT_TRUE(lot);
            int64_t on_hand = 0;
            for (auto const& holding : settle(*lot)) {
                EXPECT_GE(holding.on_hand, 0) << lot->id;
                on_hand += holding.on_hand + holding.in_transit + holding.left;
            }
            int64_t const content = lot->tail.content.value(lot->tail.primary);
            EXPECT_GE(content, 0) << lot->id;
            EXPECT_EQ(on_hand, content) << lot->id;
            EXPECT_GE(lot->tail.debt, 0) << lot->id;
        }
    }
}

}  // namespace
}  // namespace ingot::tracechain
