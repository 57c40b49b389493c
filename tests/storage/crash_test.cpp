// Power cuts (spec/durability.md 13, D2, D11): whatever was acknowledged is there afterwards, everything else wholly or
// not at all, no code twice, verify clean and no false alarm. INGOT_CRASH_SEEDS raises the number of seeds a mode.
#include <future>

#include "storage/file_layer.hpp"
#include "storage/verify.hpp"
#include "tests/storage/store_fixture.hpp"
#include "tests/support/crash_fs.hpp"

namespace ingot::storage::test {
namespace {

using ingot::test::CrashFs;
using ingot::test::CrashMode;

StoreOptions options_on(std::shared_ptr<rocksdb::FileSystem> files) {
    StoreOptions options;
    options.data_dir = "/data";
    options.files = std::make_shared<FileLayer>(FileLayer{std::move(files), false});
    options.write_buffer_bytes = 64 << 10;  // flushes and compactions happen
    options.origin = "node.example/v1/log";
    options.audit_key = "secret";
    return options;
}

// One client: takes numbers, stores a record and an index row for each, and remembers what was acknowledged.
class Client {
  public:
    Client(Engine& engine, Random& random, int id) : engine_(engine), random_(random), id_(id) {}

    void run(std::atomic<bool> const& stop) {
        for (int n = 0; !stop && n < 100'000; ++n) {
            auto number = std::make_shared<std::string>();
            Operation take;
            take.owner = "en_" + std::to_string(id_);
            take.route = "/v1/codes";
            take.idempotency_key = std::to_string(id_) + "-" + std::to_string(n);
            take.apply = [this, number](Batch& batch, uint32_t) -> Result<void> { return allocate(batch, *number); };
            take.reply = [number](Batch&) { return Reply{201, "text/plain", {}, {}, {}, *number}; };
            auto done = engine_.update(take);
            if (!done) return;
            std::lock_guard lock(mutex_);
            acknowledged_.emplace_back(take.idempotency_key, done->reply.body);
        }
    }
    std::vector<std::pair<std::string, std::string>> acknowledged() const {
        std::lock_guard lock(mutex_);
        return acknowledged_;
    }

  private:
    Result<void> allocate(Batch& batch, std::string& number) {
        auto counter = batch.get(Space::index, "counter");
        if (!counter) return fail(counter.error());
        number = std::to_string(counter->has_value() ? std::stoll(**counter) + 1 : 1);
        auto taken = batch.get(Space::record, "H" + number);
        if (!taken || taken->has_value()) return fail(Code::IdentifierExists, "number " + number + " twice");
        std::string value = number + std::string(200, char('a' + id_));
        batch.put(Space::index, "counter", number);
        batch.put(Space::record, "H" + number, value);
        batch.put(Space::index, "x" + number, number);
        batch.audit("\"act\":\"code.allocate\"");
        batch.leaf(make_leaf(random_, 0x0101, "88.999.1", number, Space::record, "H" + number, value));
        return {};
    }

    Engine& engine_;
    Random& random_;
    int id_;
    mutable std::mutex mutex_;
    std::vector<std::pair<std::string, std::string>> acknowledged_;
};

std::string findings_of(StoreOptions const& options) {
    VerifyOptions verify;
    verify.store = options;
    verify.deep = true;
    std::string found;
    auto totals = verify_store(verify, [&](Finding const& finding) {
        found += finding.check + " " + finding.key + finding.file + ": " + finding.found + "\n";
    });
    return totals ? found : totals.error().detail;
}

void check_survivors(Engine& engine, std::vector<std::pair<std::string, std::string>> const& acknowledged) {
    for (auto const& [key, number] : acknowledged) {
        ASSERT_TRUE(get(engine, Space::record, "H" + number)) << "acknowledged number " << number << " is lost";
        ASSERT_TRUE(get(engine, Space::index, "x" + number));
        Operation again;
        again.owner = "en_" + key.substr(0, key.find('-'));
        again.route = "/v1/codes";
        again.idempotency_key = key;
        again.apply = [](Batch&, uint32_t) -> Result<void> { return fail(Code::Internal, "ran again"); };
        auto replayed = engine.update(again);
        ASSERT_TRUE(replayed) << replayed.error().detail;
        ASSERT_EQ(replayed->reply.body, number);
    }
    auto counter = get(engine, Space::index, "counter");
    long last = counter ? std::stol(*counter) : 0;
    for (long n = 1; n <= last + 3; ++n) {
        std::string number = std::to_string(n);
        ASSERT_EQ(get(engine, Space::record, "H" + number).has_value(), n <= last) << "half an operation";
        ASSERT_EQ(get(engine, Space::index, "x" + number).has_value(), n <= last) << "half an operation";
    }
}

// Loads a store from three clients, cuts the power at a random moment, opens what is left; three lives in a row.
void run_lives(CrashMode mode, uint64_t seed) {
    std::mt19937_64 dice(seed);
    SeededRandom random(seed);
    TestClock clock;
    auto files = std::make_shared<CrashFs>();
    std::vector<std::pair<std::string, std::string>> acknowledged;
    for (int life = 0; life < 3; ++life) {
        std::shared_ptr<CrashFs> after;
        {
            auto engine = open_store(options_on(files), clock, random);
            ASSERT_TRUE(engine) << engine.error().detail;
            std::atomic<bool> stop{false};
            std::vector<std::unique_ptr<Client>> clients;
            std::vector<std::thread> threads;
            for (int id = 0; id < 3; ++id) clients.push_back(std::make_unique<Client>(**engine, random, life * 3 + id));
            for (auto& client : clients) threads.emplace_back([&client, &stop] { client->run(stop); });
            std::this_thread::sleep_for(std::chrono::microseconds(dice() % 25'000));
            for (auto& client : clients) {
                auto now = client->acknowledged();
                acknowledged.insert(acknowledged.end(), now.begin(), now.end());
            }
            after = files->crash(mode, dice);
            stop = true;
            for (auto& thread : threads) thread.join();
        }
        files = after;
        Events events;
        auto engine = open_store(options_on(files), clock, random, events.sink());
        ASSERT_TRUE(engine) << engine.error().detail;
        ASSERT_EQ((*engine)->health().state, State::open)
            << (*engine)->health().reason << ": " << (*engine)->health().detail;
        ASSERT_FALSE(events.saw("anchor-slot-damaged"));
        check_survivors(**engine, acknowledged);
        engine->reset();
        ASSERT_EQ(findings_of(options_on(files)), "");
    }
}

class PowerCut : public ::testing::TestWithParam<CrashMode> {};

TEST_P(PowerCut, LosesNothingAcknowledgedAndRaisesNoFalseAlarm) {
    char const* wanted = std::getenv("INGOT_CRASH_SEEDS");
    uint64_t seeds = wanted != nullptr ? std::strtoull(wanted, nullptr, 10) : 12;
    uint64_t first = seed_of(1000);
    for (uint64_t seed = first; seed < first + seeds; ++seed) {
        SCOPED_TRACE(std::string("INGOT_SEED=") + std::to_string(seed) + " mode " + name_of(GetParam()));
        run_lives(GetParam(), seed);
        if (HasFatalFailure()) return;
    }
}

INSTANTIATE_TEST_SUITE_P(Modes, PowerCut, ::testing::ValuesIn(ingot::test::kCrashModes),
                         [](auto const& mode) { return std::string(name_of(mode.param)); });

}  // namespace
}  // namespace ingot::storage::test
