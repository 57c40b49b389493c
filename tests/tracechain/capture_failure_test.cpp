// What a failing store or a bug in the middle of a capture leaves: nothing, and a row that says so (5.4).
#include "tests/tracechain/capture_fixture.hpp"

namespace ingot::tracechain {
namespace {

enum class Failure : uint8_t { answers, throws };

// The batch of a step whose reads fail from the n-th on.
class FailingBatch final : public storage::Batch {
  public:
    FailingBatch(storage::Batch& inner, Failure how, int good) : inner_(inner), how_(how), good_(good) {}

    Result<std::optional<std::string>> get(storage::Space space, storage::Bytes key) const override {
        if (fails()) return fail(Code::StorageUnavailable, "the disk is gone", "磁盘不可用");
        return inner_.get(space, key);
    }
    Result<std::vector<std::optional<std::string>>> multi_get(storage::Space space,
                                                              std::span<std::string const> keys) const override {
        if (fails()) return fail(Code::StorageUnavailable, "the disk is gone", "磁盘不可用");
        return inner_.multi_get(space, keys);
    }
    Result<storage::Page> scan(storage::Range const& range) const override { return inner_.scan(range); }
    Result<std::vector<storage::Page>> multi_scan(std::span<storage::Range const> ranges) const override {
        return inner_.multi_scan(ranges);
    }
    storage::Sequence sequence() const override { return inner_.sequence(); }
    void put(storage::Space space, std::string key, std::string value) override {
        inner_.put(space, std::move(key), std::move(value));
    }
    void erase(storage::Space space, std::string key) override { inner_.erase(space, std::move(key)); }
    std::vector<std::string> untold_registry_keys() const override { return inner_.untold_registry_keys(); }
    uint64_t leaf(storage::Leaf leaf) override { return inner_.leaf(std::move(leaf)); }
    void audit(std::string members) override { inner_.audit(std::move(members)); }
    Time time() const override { return inner_.time(); }

    mutable int reads = 0;

  private:
    bool fails() const {
        if (reads++ < good_) return false;
        if (how_ == Failure::throws) throw std::bad_alloc();
        return true;
    }
    storage::Batch& inner_;
    Failure how_;
    int good_;
};

// Three events in `proceed` mode; the reads of the second one fail from the n-th on. Answers how many reads it made.
int post_three(Failure how, int good, nlohmann::json& answer) {
    Chain chain;
    chain.say({"C A:100"});
    std::vector<std::string> events;
    for (char const* name : {"B1", "B2", "B3"})
        events.push_back(chain.notation.line(std::string("X A:10 > ") + name + ":10").json);
    auto read = read_capture_body(Notation::document(events), "application/json", chain.trace->read_terms(false));
    auto operation = chain.trace->capture({std::move(*read), principal_of("1"), false, false, 1000});
    int reads = 0;
    auto const inner = operation->apply;
    operation->apply = [&, inner](storage::Batch& batch, uint32_t step) {
        FailingBatch failing(batch, how, step == 1 ? good : 1'000'000);
        struct Count {  // also when it throws
            FailingBatch& batch;
            int& out;
            bool wanted;
            ~Count() {
                if (wanted) out = batch.reads;
            }
        } const count{failing, reads, step == 1};
        return inner(failing, step);
    };
    auto committed = chain.engine->update(std::move(*operation));
    EXPECT_TRUE(committed);
    answer = nlohmann::json::parse(committed->reply.body);
    EXPECT_EQ(*storage::read_count(*chain.view(), "events"), 1u + answer["stored"].get<unsigned>());
    for (auto const& row : answer["results"]) {
        if (row["status"] != "stored") continue;
        auto const facts = storage::find_facts(*chain.view(), row["seq"]);
        EXPECT_TRUE(facts && *facts && (*facts)->event_id == row["event_id"]) << answer.dump();
    }
    return reads;
}

TEST(CaptureFailure, AnEventWhoseStepFailedIsRefusedAndTheOthersAreStored) {
    for (Failure how : {Failure::answers, Failure::throws}) {
        nlohmann::json answer;
        int const reads = post_three(how, 1'000'000, answer);
        ASSERT_EQ(answer["stored"], 3);
        ASSERT_GT(reads, 2);
        for (int good = 0; good < reads; ++good) {
            post_three(how, good, answer);
            EXPECT_EQ(answer["stored"], 2) << good << answer.dump();
            EXPECT_EQ(answer["refused"], 1) << good;
            EXPECT_EQ(answer["results"][1]["status"], "refused") << good;
            EXPECT_EQ(answer["results"][1]["error"]["status"], how == Failure::answers ? 503 : 500) << good;
            EXPECT_EQ(answer["results"][2]["seq"], 3) << good;
        }
    }
}

}  // namespace
}  // namespace ingot::tracechain
