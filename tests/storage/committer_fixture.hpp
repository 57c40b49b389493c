// An engine in memory, a way to hold its committer so that a group piles up, and an operation that takes a number.
#pragma once

#include <future>

#include "storage/file_layer.hpp"
#include "tests/storage/store_fixture.hpp"

namespace ingot::storage::test {

using namespace std::chrono_literals;

class CommitterTest : public ::testing::Test {
  protected:
    void open() {
        engine_.reset();
        options_.files = files_;
        auto opened = open_memory_store(clock_, random_, options_, events_.sink());
        ASSERT_TRUE(opened) << opened.error().detail;
        engine_ = std::move(*opened);
    }
    void SetUp() override { open(); }

    // Holds the committer inside an operation until released, so that a group can pile up behind it.
    std::promise<void> hold() {
        std::promise<void> release;
        auto entered = std::make_shared<std::promise<void>>();
        auto wait = entered->get_future();
        engine_->submit(operation([entered, gate = release.get_future().share()](Batch&) -> Result<void> {
                            entered->set_value();
                            gate.wait();
                            return {};
                        }),
                        [](Result<Committed> const&) {});
        wait.wait();
        return release;
    }
    std::future<Result<Committed>> submit(Operation what) {
        auto promise = std::make_shared<std::promise<Result<Committed>>>();
        auto future = promise->get_future();
        engine_->submit(std::move(what),
                        [promise](Result<Committed> result) { promise->set_value(std::move(result)); });
        return future;
    }
    // Takes the next number under `key`: a code allocation in small.
    Operation take_number(std::string key, std::string idempotency = {}, Digest hash = {}) {
        auto taken = std::make_shared<std::string>();
        Operation out = operation(
            [taken, key](Batch& batch) -> Result<void> {
                auto now = batch.get(Space::index, key);
                if (!now) return fail(now.error());
                *taken = std::to_string(now->has_value() ? std::stoi(**now) + 1 : 1);
                batch.put(Space::index, key, *taken);
                return {};
            },
            std::move(idempotency), hash);
        out.reply = [taken](Batch&) { return Reply{201, "text/plain", "/v1/" + *taken, "\"e\"", "7", *taken}; };
        return out;
    }

    TestClock clock_;
    SeededRandom random_;
    Events events_;
    StoreOptions options_;
    std::shared_ptr<FileLayer> files_ = memory_file_layer();
    std::unique_ptr<Engine> engine_;
};

}  // namespace ingot::storage::test
