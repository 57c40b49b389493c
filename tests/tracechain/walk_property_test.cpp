// Properties of every walk over what was really captured (spec/trace-semantics.md 3.3, 3.5, 3.10): shares sum to 1,
// upstream mirrors downstream, order of arrival does not matter, refined answers are a subset of the plain superset, n
// inputs and m outputs cost n+m.
#include <random>
#include <set>

#include "tests/tracechain/chain_answers.hpp"
#include "tracechain/standard_walk.hpp"

namespace ingot::tracechain {
namespace {

struct Plan {
    struct Event {
        storage::LinkKind kind;
        int64_t minute;
        std::vector<Graph::Amount> inputs, outputs;
        std::string vessel;
    };
    std::vector<Event> events;
    std::vector<std::string> lots;
};

// Random lots, mixes, splits and vessels with enough of everything, so that mass is conserved.
Plan conserved(std::mt19937_64& random, bool vessels) {
    Plan plan;
    std::map<std::string, int64_t> stock;
    int64_t in_vessel = 0;
    auto fresh = [&](int64_t kg) {
        std::string name = "L" + std::to_string(1000 + plan.lots.size());
        plan.lots.push_back(name);
        stock[name] = kg;
        return Graph::Amount{name, kg};
    };
    for (int64_t minute = 1; minute <= 45; ++minute) {
        std::vector<Graph::Amount> inputs;
        int64_t sum = 0;
        for (auto& [name, kg] : stock) {
            if (kg == 0 || random() % 4 != 0 || inputs.size() == 4) continue;
            auto part = static_cast<int64_t>(1 + random() % static_cast<uint64_t>(kg));
            kg -= part;
            sum += part;
            inputs.push_back({name, part});
        }
        if (vessels && in_vessel > 10 && random() % 3 == 0) {
            for (auto& input : inputs) stock[input.name] += input.kg;
            auto part = static_cast<int64_t>(1 + random() % static_cast<uint64_t>(in_vessel));
            in_vessel -= part;
            plan.events.push_back({storage::LinkKind::draw, minute, {}, {fresh(part)}, "V"});
        } else if (inputs.empty() || random() % 5 == 0) {
            for (auto& input : inputs) stock[input.name] += input.kg;
            plan.events.push_back(
                {storage::LinkKind::commission, minute, {}, {fresh(1 + static_cast<int64_t>(random() % 900))}, ""});
        } else if (vessels && random() % 3 == 0) {
            in_vessel += sum;
            plan.events.push_back({storage::LinkKind::charge, minute, inputs, {}, "V"});
        } else {
            std::vector<Graph::Amount> outputs;
            int64_t first = sum > 1 ? 1 + static_cast<int64_t>(random() % static_cast<uint64_t>(sum - 1)) : sum;
            outputs.push_back(fresh(first));
            if (sum > first) outputs.push_back(fresh(sum - first));
            plan.events.push_back({storage::LinkKind::transform, minute, inputs, outputs, ""});
        }
    }
    return plan;
}

std::string line_of(Plan::Event const& event) {
    auto list = [](std::vector<Graph::Amount> const& lines) {
        std::string out;
        for (auto const& line : lines) out += (out.empty() ? "" : ",") + line.name + ":" + std::to_string(line.kg);
        return out;
    };
    std::string const in = list(event.inputs), out = list(event.outputs), at = " @" + std::to_string(event.minute);
    switch (event.kind) {
        case storage::LinkKind::commission:
            return "C " + out + at;
        case storage::LinkKind::charge:
            return "V+ " + event.vessel + " " + in + at;
        case storage::LinkKind::draw:
            return "V- " + event.vessel + " > " + out + at;
        default:
            return "X " + in + " > " + out + at;
    }
}

void capture(Chain& chain, Plan const& plan, std::vector<size_t> const& order) {
    for (size_t i : order) chain.say({line_of(plan.events[i])});
}

std::vector<size_t> in_order(Plan const& plan) {
    std::vector<size_t> order(plan.events.size());
    for (size_t i = 0; i < order.size(); ++i) order[i] = i;
    return order;
}

Asked whole(Chain const& chain, Direction direction, std::string const& lot, EventSeq as_of = UINT64_MAX) {
    return chain.ask(direction, lot, Chain::wide(0), as_of);
}

TEST(WalkProperty, SharesSumToOneAndUpstreamMirrorsDownstream) {
    std::mt19937_64 random(21);
    for (int round = 0; round < 6; ++round) {
        Plan plan = conserved(random, round % 2 == 1);
        Chain chain;
        capture(chain, plan, in_order(plan));
        std::map<std::string, Asked> ups;
        for (auto const& lot : plan.lots) ups[lot] = whole(chain, Direction::up, lot);
        for (auto const& from : plan.lots) {
            auto spread = whole(chain, Direction::down, from);
            auto const quantity = static_cast<double>(chain.lot(from).tail.supplied);
            EXPECT_NEAR(spread.closure.resolved, 1, 1e-9);
            for (auto const& [to, share] : spread.share) {
                if (to == from) continue;
                EXPECT_NEAR(ups[to].share[from], share, 1e-9) << from << " " << to;
                auto const made = static_cast<double>(chain.lot(to).tail.supplied);
                EXPECT_NEAR(share * made, spread.of_start[to] * quantity, 1) << from << " " << to;  // F.Qz = D.Qa
            }
        }
    }
}

TEST(WalkProperty, OrderOfArrivalDoesNotMatter) {
    std::mt19937_64 random(22);
    for (int round = 0; round < 4; ++round) {
        Plan plan = conserved(random, round % 2 == 1);
        auto order = in_order(plan);
        Chain first, second;
        capture(first, plan, order);
        std::shuffle(order.begin(), order.end(), random);
        capture(second, plan, order);
        for (auto const& lot : plan.lots) {
            for (Direction direction : {Direction::up, Direction::down}) {
                auto const a = whole(first, direction, lot), b = whole(second, direction, lot);
                expect_shares(b.share, a.share);
                expect_shares(b.of_start, a.of_start);
                EXPECT_NEAR(a.closure.resolved, b.closure.resolved, 1e-9);
            }
        }
    }
}

// Events come in any order and some are void later: an older as_of answers what was answered then.
TEST(WalkProperty, AnOlderAsOfAnswersWhatWasAnsweredThen) {
    std::mt19937_64 random(25);
    for (int round = 0; round < 4; ++round) {
        Plan plan = conserved(random, round % 2 == 1);
        auto order = in_order(plan);
        std::shuffle(order.begin(), order.end(), random);
        Chain chain;
        std::map<std::pair<EventSeq, std::string>, std::pair<Asked, Asked>> told;
        for (size_t i = 0; i < order.size(); ++i) {
            chain.say({line_of(plan.events[order[i]])});
            if (i % 10 == 9) chain.say({"ER " + std::to_string(chain.notation.count() - 4) + " did_not_occur"});
            if (i % 7 != 6) continue;
            EventSeq const now = *storage::read_count(*chain.view(), "events");
            for (auto const& lot : plan.lots) {
                if (!*storage::find_lot_number(*chain.view(), Chain::key(lot))) continue;
                told[{now, lot}] = {whole(chain, Direction::up, lot), whole(chain, Direction::down, lot)};
            }
        }
        for (auto const& [then, was] : told) {
            for (auto const& [direction, before] :
                 {std::pair(Direction::up, &was.first), {Direction::down, &was.second}}) {
                auto const again = whole(chain, direction, then.second, then.first);
                expect_shares(again.share, before->share);
                expect_shares(again.of_start, before->of_start);
                EXPECT_EQ(again.on_hand_kg, before->on_hand_kg) << then.second << then.first;
                EXPECT_EQ(again.gaps, before->gaps) << then.second << then.first;
                EXPECT_NEAR(again.closure.resolved, before->closure.resolved, 1e-12);
                EXPECT_NEAR(again.located.on_hand, before->located.on_hand, 1e-12);
            }
        }
    }
}

TEST(WalkProperty, RefinedAnswersAreASubsetOfThePlainSuperset) {
    std::mt19937_64 random(23);
    for (int round = 0; round < 4; ++round) {
        Plan plan = conserved(random, true);
        Chain chain;
        capture(chain, plan, in_order(plan));
        auto const view = chain.view();
        EventSeq const newest = *storage::read_count(*view, "events");
        for (auto const& lot : plan.lots) {
            for (Direction direction : {Direction::up, Direction::down}) {
                WalkTerms const terms;
                StandardSearch search(direction, terms, {newest, 0}, {{chain.lot(lot).lot}});
                ASSERT_TRUE(search.run(*view, {UINT64_MAX, UINT64_MAX, Steady::max()}));
                ASSERT_TRUE(search.finished());
                std::set<std::string> plain;
                for (ListedLot const& found : search.take_found()) plain.insert(found.id);
                for (auto const& [name, share] : whole(chain, direction, lot).share)
                    EXPECT_TRUE(name == lot || plain.contains(Chain::key(name))) << lot << " " << name;
            }
        }
    }
}

TEST(WalkProperty, ThePrunedPartIsExactlyWhatTheCompleteWalkAdds) {
    std::mt19937_64 random(24);
    Plan plan = conserved(random, true);
    Chain chain;
    capture(chain, plan, in_order(plan));
    for (auto const& lot : plan.lots) {
        auto all = whole(chain, Direction::up, lot);
        auto const cut = chain.up(lot, UINT64_MAX, 0.05);
        for (auto const& [name, share] : cut.share) EXPECT_LE(share, all.share[name] + 1e-9);
        EXPECT_LE(cut.closure.resolved, all.closure.resolved + 1e-9);
    }
}

TEST(WalkCost, InputsAndOutputsOfOneEventAddUp) {
    Chain chain;
    Plan::Event mix{storage::LinkKind::transform, 1, {}, {}, ""};
    for (int i = 0; i < 400; ++i) mix.inputs.push_back({"I" + std::to_string(i), 120});
    for (int i = 0; i < 120; ++i) mix.outputs.push_back({"O" + std::to_string(i), 400});
    for (auto const& input : mix.inputs) chain.say({line_of({storage::LinkKind::commission, 0, {}, {input}, ""})});
    chain.say({line_of(mix)});
    auto query = Chain::wide(0);
    auto const view = chain.view();
    WalkListing listing(Direction::up, query);
    WalkTerms const terms;
    Walk walk(Direction::up, query, terms, 401, listing);
    std::vector<Start> starts;
    for (auto const& output : mix.outputs) starts.push_back({chain.lot(output.name).lot});
    ASSERT_TRUE(walk.begin(*view, starts));
    ASSERT_TRUE(walk.run(*view, {}));
    EXPECT_EQ(walk.stats().edges, 520u);
    EXPECT_NEAR(walk.closure().resolved, 1, 1e-9);
}

}  // namespace
}  // namespace ingot::tracechain
