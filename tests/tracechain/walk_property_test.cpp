// Properties of every walk (spec/trace-semantics.md 3.3, 3.5, 3.10): shares sum to 1, upstream mirrors downstream,
// order of arrival does not matter, refined answers are a subset of the plain superset, n inputs and m outputs cost
// n+m.
#include <random>
#include <set>

#include "tests/tracechain/walk_answers.hpp"
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

Graph capture(Plan const& plan, std::vector<size_t> const& order) {
    Graph graph;
    for (size_t i : order) {
        auto const& event = plan.events[i];
        graph.event(event.kind, Graph::kStart + event.minute * Graph::kMinute, event.inputs, event.outputs,
                    event.vessel);
    }
    return graph;
}

std::vector<size_t> in_order(Plan const& plan) {
    std::vector<size_t> order(plan.events.size());
    for (size_t i = 0; i < order.size(); ++i) order[i] = i;
    return order;
}

TEST(WalkProperty, SharesSumToOneAndUpstreamMirrorsDownstream) {
    std::mt19937_64 random(21);
    for (int round = 0; round < 8; ++round) {
        Plan plan = conserved(random, round % 2 == 1);
        Graph graph = capture(plan, in_order(plan));
        std::map<std::string, Figures> ups;
        for (auto const& lot : plan.lots) ups[lot] = up(graph, lot, 0);
        for (auto const& from : plan.lots) {
            auto spread = down(graph, from, 0);
            double quantity = static_cast<double>(graph.tail(from).supplied) / 1e6;
            EXPECT_NEAR(spread.closure.resolved, 1, 1e-9);
            for (auto const& [to, node] : spread.nodes) {
                if (to == from) continue;
                EXPECT_NEAR(ups[to].share(from), node.share, 1e-9) << from << " " << to;
                EXPECT_NEAR(node.kg, node.start_share * quantity, 1e-6) << from << " " << to;  // F.Qz = D.Qa
            }
        }
    }
}

TEST(WalkProperty, OrderOfArrivalDoesNotMatter) {
    std::mt19937_64 random(22);
    for (int round = 0; round < 5; ++round) {
        Plan plan = conserved(random, round % 2 == 1);
        auto order = in_order(plan);
        Graph first = capture(plan, order);
        std::shuffle(order.begin(), order.end(), random);
        Graph second = capture(plan, order);
        for (auto const& lot : plan.lots) {
            for (Direction direction : {Direction::up, Direction::down}) {
                auto a = walk(first, direction, {lot}, every(0));
                auto b = walk(second, direction, {lot}, every(0));
                ASSERT_EQ(a.nodes.size(), b.nodes.size()) << lot;
                for (auto const& [name, node] : a.nodes) EXPECT_NEAR(node.share, b.share(name), 1e-9) << lot << name;
                EXPECT_NEAR(a.closure.resolved, b.closure.resolved, 1e-9);
            }
        }
    }
}

TEST(WalkProperty, RefinedAnswersAreASubsetOfThePlainSuperset) {
    std::mt19937_64 random(23);
    for (int round = 0; round < 5; ++round) {
        Plan plan = conserved(random, true);
        Graph graph = capture(plan, in_order(plan));
        for (auto const& lot : plan.lots) {
            for (Direction direction : {Direction::up, Direction::down}) {
                auto refined = walk(graph, direction, {lot}, every(0));
                WalkTerms const terms;
                StandardSearch search(direction, terms, {graph.newest(), 0}, {{graph.number(lot)}});
                ASSERT_TRUE(search.run(graph.view(), {UINT64_MAX, UINT64_MAX, Steady::max()}));
                ASSERT_TRUE(search.finished());
                std::set<storage::LotNumber> plain;
                for (ListedLot const& found : search.take_found()) plain.insert(found.lot);
                for (auto const& [name, node] : refined.nodes)
                    EXPECT_TRUE(name == lot || plain.count(graph.number(name)) == 1) << lot << " " << name;
            }
        }
    }
}

TEST(WalkProperty, ThePrunedPartIsExactlyWhatTheCompleteWalkAdds) {
    std::mt19937_64 random(24);
    Plan plan = conserved(random, true);
    Graph graph = capture(plan, in_order(plan));
    for (auto const& lot : plan.lots) {
        auto whole = up(graph, lot, 0);
        auto cut = up(graph, lot, 0.05);
        for (auto const& [name, node] : cut.nodes) EXPECT_LE(node.share, whole.share(name) + 1e-9);
        EXPECT_LE(cut.closure.resolved, whole.closure.resolved + 1e-9);
    }
}

TEST(WalkCost, InputsAndOutputsOfOneEventAddUp) {
    Graph graph;
    std::vector<Graph::Amount> inputs, outputs;
    for (int i = 0; i < 400; ++i) inputs.push_back({"I" + std::to_string(i), 120});
    for (int i = 0; i < 120; ++i) outputs.push_back({"O" + std::to_string(i), 400});
    for (auto const& input : inputs) graph.event(storage::LinkKind::commission, Graph::kStart, {}, {input});
    graph.event(storage::LinkKind::transform, Graph::kStart + Graph::kMinute, inputs, outputs);
    std::vector<std::string> starts;
    for (auto const& output : outputs) starts.push_back(output.name);
    auto out = walk(graph, Direction::up, starts, every(0));
    EXPECT_EQ(out.stats.edges, 520u);
    EXPECT_NEAR(out.closure.resolved, 1, 1e-9);
}

}  // namespace
}  // namespace ingot::tracechain
