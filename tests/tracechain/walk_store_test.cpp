// Kept walks: every page again, who may, how long, how many, how much memory (spec/trace-semantics.md 4.1).
#include <thread>

#include "tests/tracechain/query_answers.hpp"
#include "tracechain/cursor.hpp"

namespace ingot::tracechain {
namespace {

constexpr std::optional<Code> kFine;

// An answer of so many pages that costs what the test says.
class Pages final : public PagedAnswer {
  public:
    explicit Pages(int pages, size_t bytes = 1000) : pages_(pages), bytes_(bytes) {}
    Result<TracePage> page(storage::View const&, std::string_view cursor) override {
        if (++made_ == fails_at) return fail(Code::StorageUnavailable);
        TracePage out;
        out.more = made_ < pages_;
        out.body = "page " + std::to_string(made_) + (out.more ? " next " + std::string(cursor) : "");
        return out;
    }
    size_t bytes() const override { return bytes_; }
    int fails_at = 0;

  private:
    int pages_, made_ = 0;
    size_t bytes_;
};

class WalkStoreTest : public ::testing::Test {
  protected:
    WalkStore::Asker const us{"pr_1", "upstream"}, them{"pr_2", "upstream"}, elsewhere{"pr_1", "downstream"};
    MemoryView view;
    SystemRandom random;
    Time now = from_micros(0);

    std::string first(WalkStore& store, std::unique_ptr<PagedAnswer> walk, WalkStore::Asker const& asker) {
        auto page = store.begin(std::move(walk), asker, view, random, now);
        EXPECT_TRUE(page);
        return page ? next_of(page->body) : "";
    }
    std::string first(WalkStore& store, int pages = 3, size_t bytes = 1000) {
        return first(store, std::make_unique<Pages>(pages, bytes), us);
    }
    static std::string next_of(std::string const& body) {
        size_t const at = body.find(" next ");
        return at == std::string::npos ? "" : body.substr(at + 6);
    }
    // Why a cursor answers no page; nothing: it does.
    std::optional<Code> why(WalkStore& store, std::string const& cursor, WalkStore::Asker const& asker) {
        auto page = store.page(cursor, asker, view, now);
        return page ? std::nullopt : std::optional(page.error().code);
    }
};

TEST_F(WalkStoreTest, ACursorAnswersTheSamePageEveryTime) {
    WalkStore store;
    std::string const second = first(store, 4);
    auto page = store.page(second, us, view, now);
    ASSERT_TRUE(page);
    std::string const third = next_of(page->body);
    EXPECT_NE(third, second);
    auto later = store.page(third, us, view, now);
    ASSERT_TRUE(later);
    auto last = store.page(next_of(later->body), us, view, now);
    ASSERT_TRUE(last);
    EXPECT_FALSE(last->more);
    for (int again = 0; again < 2; ++again) {  // in any order, also after the last
        EXPECT_EQ(store.page(third, us, view, now)->body, later->body);
        EXPECT_EQ(store.page(second, us, view, now)->body, page->body);
        EXPECT_EQ(store.page(next_of(later->body), us, view, now)->body, "page 4");
    }
}

TEST_F(WalkStoreTest, ARealWalkAnswersTheSameBytes) {
    Graph graph = diamond();
    for (uint64_t max_nodes : {10'000, 4}) {
        auto query = asking("Z");
        query.limit = 3;
        query.max_nodes = max_nodes;
        WalkStore store;
        auto page = store.begin(begin(graph, Direction::up, query), us, graph.view(), random, now);
        for (int pages = 0; page && page->more && pages < 20; ++pages) {
            std::string const cursor = Json::parse(page->body)["next"];
            page = store.page(cursor, us, graph.view(), now);
            ASSERT_TRUE(page);
            EXPECT_EQ(store.page(cursor, us, graph.view(), now)->body, page->body);
        }
        EXPECT_EQ(Json::parse(page->body)["closure"]["resolved"], 1);
    }
}

TEST_F(WalkStoreTest, TheSameCursorAtOnceIsOnePage) {
    WalkStore store;
    std::string const cursor = first(store, 40);
    std::vector<std::string> bodies(4);
    std::vector<std::thread> threads;
    for (std::string& body : bodies) {
        threads.emplace_back([&] {
            std::string next = cursor;
            while (!next.empty()) {
                auto page = store.page(next, us, view, now);
                if (!page) return;
                body += page->body;
                next = next_of(page->body);
            }
        });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_NE(bodies[0].find("page 40"), std::string::npos);
    for (std::string const& body : bodies) EXPECT_EQ(body, bodies[0]);
}

TEST_F(WalkStoreTest, LivesTenMinutesAfterItWasLastAskedFor) {
    WalkStore store;
    std::string const cursor = first(store);
    now += std::chrono::minutes(10);
    EXPECT_EQ(why(store, cursor, us), kFine);
    now += std::chrono::minutes(10);
    EXPECT_EQ(why(store, cursor, us), kFine);
    now += std::chrono::minutes(10) + std::chrono::microseconds(1);
    EXPECT_EQ(why(store, cursor, us), Code::CursorExpired);
    EXPECT_EQ(store.bytes(), 0u);
}

TEST_F(WalkStoreTest, WorksForItsOwnerAndRouteOnly) {
    WalkStore store;
    std::string const cursor = first(store);
    EXPECT_EQ(why(store, cursor, them), Code::NotFound);
    EXPECT_EQ(why(store, cursor, elsewhere), Code::NotFound);
    EXPECT_EQ(why(store, cursor, us), kFine);
}

TEST_F(WalkStoreTest, RefusesWhatIsNoCursor) {
    WalkStore store;
    std::string const cursor = first(store);  // w1.<24 letters>.2
    std::string const id = cursor.substr(0, cursor.size() - 1);
    for (std::string const& wrong :
         {std::string(), std::string("nonsense"), std::string("w1."), std::string("w1.x.2"), id, id + "1", id + "0",
          id + "-2", id + "2x", id + "4", id + "99999999999999999999", "w2" + cursor.substr(2), cursor.substr(0, 27)}) {
        EXPECT_EQ(why(store, wrong, us), Code::BadCursor) << wrong;
    }
    std::string unknown = cursor;
    unknown[3] = unknown[3] == 'A' ? 'B' : 'A';
    EXPECT_EQ(why(store, unknown, us), Code::CursorExpired);
}

TEST_F(WalkStoreTest, KeepsNothingOfAnAnswerOfOnePage) {
    WalkStore store;
    EXPECT_EQ(first(store, 1), "");
    EXPECT_EQ(store.bytes(), 0u);
}

TEST_F(WalkStoreTest, AFailedWalkIsOver) {
    WalkStore store;
    auto walk = std::make_unique<Pages>(4);
    walk->fails_at = 3;
    std::string const second = first(store, std::move(walk), us);
    auto page = store.page(second, us, view, now);
    ASSERT_TRUE(page);
    EXPECT_EQ(why(store, next_of(page->body), us), Code::StorageUnavailable);
    EXPECT_EQ(why(store, next_of(page->body), us), Code::CursorExpired);
    EXPECT_EQ(why(store, second, us), kFine);
}

TEST_F(WalkStoreTest, AnAccountKeepsSixtyFour) {
    WalkStore store;
    std::string const oldest = first(store), second = first(store),
                      others = first(store, std::make_unique<Pages>(3), them);
    EXPECT_EQ(why(store, oldest, us), kFine);  // used: now the second is the least recently used
    for (int i = 0; i < 62; ++i) first(store);
    EXPECT_EQ(why(store, second, us), kFine);  // 64 of 64
    first(store);
    EXPECT_EQ(why(store, oldest, us), Code::CursorExpired);
    EXPECT_EQ(why(store, second, us), kFine);
    EXPECT_EQ(why(store, others, them), kFine);
}

TEST_F(WalkStoreTest, AllAccountsTogetherKeepSoManyBytes) {
    WalkStoreLimits limits;
    limits.bytes_max = 100'000;
    WalkStore store(limits);
    std::string const a = first(store, 3, 30'000);
    std::string const b = first(store, std::make_unique<Pages>(3, 30'000), them);
    std::string const c = first(store, 3, 30'000);
    EXPECT_GE(store.bytes(), 90'000u);
    EXPECT_EQ(why(store, a, us), kFine);
    std::string const d = first(store, 3, 30'000);  // b is the least recently used, whoever's it is
    EXPECT_LE(store.bytes(), 100'000u);
    EXPECT_EQ(why(store, b, them), Code::CursorExpired);
    for (std::string const& kept : {a, c, d}) EXPECT_EQ(why(store, kept, us), kFine);
    EXPECT_EQ(why(store, first(store, 3, 200'000), us), Code::CursorExpired);  // larger than all there is: only it goes
    EXPECT_EQ(why(store, d, us), kFine);
}

TEST_F(WalkStoreTest, OneWalkKeepsItsNewestPagesWhenItGrowsTooLarge) {
    WalkStoreLimits limits;
    limits.walk_bytes_max = 4'000;
    WalkStore store(limits);
    std::string const second = first(store, 200, 500);
    std::string next = second, last;
    for (int i = 0; i < 100 && !next.empty(); ++i) {
        auto page = store.page(next, us, view, now);
        ASSERT_TRUE(page) << i;
        last = next;
        next = next_of(page->body);
    }
    EXPECT_LE(store.bytes(), 4'000u);
    EXPECT_EQ(why(store, last, us), kFine);
    EXPECT_EQ(why(store, second, us), Code::CursorExpired);
    EXPECT_EQ(why(store, first(store, 3, 5'000), us), Code::CursorExpired);
}

TEST_F(WalkStoreTest, RunsSoManyWalksOfAnAccountAtOnce) {
    Limits node;
    node.walks_per_principal_max = 2;
    for (size_t most : {size_t{4}, size_t{2}}) {
        WalkStore store(most == 4 ? WalkStoreLimits() : WalkStoreLimits::from(node));
        std::vector<WalkStore::Ticket> tickets;
        for (size_t i = 0; i < most; ++i) tickets.push_back(std::move(*store.enter("pr_1")));
        auto refused = store.enter("pr_1");
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, Code::RateLimit);
        EXPECT_NE(refused.error().detail.find(std::to_string(most)), std::string::npos);
        EXPECT_TRUE(store.enter("pr_2"));
        tickets.pop_back();
        EXPECT_TRUE(store.enter("pr_1"));
    }
}

}  // namespace
}  // namespace ingot::tracechain
