// Records: creating, changing, withdrawing, voiding (spec/identifiers.md 5, 7.4, 7.6; api-conventions.md 6).
#include "registry/registration.hpp"

#include <future>
#include <set>
#include <thread>

#include "registry_fixture.hpp"

namespace ingot::registry {
namespace {

using storage::RecordState;

std::string id(std::string_view suffix) { return std::string(kA) + '/' + std::string(suffix); }

Code code_of(Result<RecordChanged> const& result) { return result ? Code::Internal : result.error().code; }

Result<RecordChanged> void_code(TestNode& node, std::string const& text) {
    auto identifier = *ident::Identifier::parse(text);
    auto allowed = node.registry->authorise_change(*node.operator_a, Act::CodeVoid, identifier.prefix());
    if (!allowed) return fail(allowed.error());
    Registrar const registrar(*node.registry, *allowed);
    std::optional<Result<RecordChanged>> row;
    std::vector<BulkItem> items = {
        [&](storage::Batch& batch) { return registrar.void_code(batch, identifier, "misprint"); }};
    auto keep = [&](size_t, Result<RecordChanged> const& done) {
        row = done;
        return std::string();
    };
    node.run(bulk_change(items, OnError::proceed, keep, [](auto const&) { return storage::Reply{}; }));
    return *row;
}

Result<storage::Committed> withdraw(TestNode& node, std::string const& text, std::string if_match) {
    auto identifier = *ident::Identifier::parse(text);
    auto allowed = node.registry->authorise_change(*node.operator_a, Act::RecordWithdraw, identifier.prefix());
    return node.engine->update(withdraw_identifier(Registrar(*node.registry, *allowed), identifier, {if_match, false},
                                                   [](auto const&) { return storage::Reply{}; }));
}

TEST(Registration, KeepsEveryVersionAndCountsThem) {
    TestNode node;
    auto first = node.put(id("x"), "one");
    ASSERT_TRUE(first);
    EXPECT_TRUE(first->created);
    EXPECT_EQ(first->record.version, 1u);
    auto second = node.put(id("x"), "two", first->etag());
    ASSERT_TRUE(second);
    EXPECT_FALSE(second->created);
    EXPECT_EQ(second->record.version, 2u);
    EXPECT_NE(second->etag(), first->etag());
    auto view = node.engine->view();
    auto page = (*view)->scan(storage::history_range(storage::record_key(kA, "X")));
    ASSERT_EQ(page->rows.size(), 2u);
    EXPECT_EQ(storage::decode_record(storage::record_key(kA, "X"), page->rows[0].value)->values[0].data, "two");
    EXPECT_EQ(storage::decode_record(storage::record_key(kA, "X"), page->rows[1].value)->values[0].data, "one");
}

TEST(Registration, ComparesWithoutCaseAndKeepsTheDisplayForm) {
    TestNode node;
    ASSERT_TRUE(node.put(id("AbC"), "1"));
    EXPECT_EQ(node.resolve(id("aBc")).record.identifier, id("AbC"));
    EXPECT_EQ(code_of(node.put(id("ABC"), "2")), Code::EtagRequired);
}

TEST(Registration, DemandsTheEtagOfWhatItReplaces) {
    TestNode node;
    auto first = node.put(id("x"), "one");
    EXPECT_EQ(code_of(node.put(id("x"), "two")), Code::EtagRequired);
    auto stale = node.put(id("x"), "two", "\"0000000000000000\"");
    ASSERT_FALSE(stale);
    EXPECT_EQ(stale.error().code, Code::EtagMismatch);
    ASSERT_EQ(stale.error().extras.size(), 1u);
    EXPECT_EQ(std::get<std::string>(stale.error().extras[0].value), first->etag());
    EXPECT_EQ(code_of(node.put(id("x"), "two", "W/" + first->etag())), Code::EtagMismatch) << "weak never matches";
    EXPECT_TRUE(node.put(id("x"), "two", "\"a\", " + first->etag()));
    EXPECT_EQ(code_of(node.put(id("new"), "1", "\"0\"")), Code::EtagMismatch);
}

TEST(Registration, LetsOneOfEightWritersWithOneEtagWin) {
    TestNode node;
    for (int round = 0; round < 10; ++round) {
        std::string const name = id("race" + std::to_string(round));
        auto first = node.put(name, "0");
        std::atomic<int> won{0}, lost{0};
        std::vector<std::thread> threads;
        for (int t = 0; t < 8; ++t)
            threads.emplace_back([&, t] {
                auto done = node.put(name, std::to_string(t), first->etag());
                if (done) ++won;
                if (!done && done.error().code == Code::EtagMismatch) ++lost;
            });
        for (auto& thread : threads) thread.join();
        EXPECT_EQ(won, 1);
        EXPECT_EQ(lost, 7);
    }
}

TEST(Registration, RefusesReservedNamesWrongCheckCharactersAndCodesNeverIssued) {
    TestNode node;
    for (char const* name : {"META_2f23b2b600", "User_1", "app_zj01", "GROUP_x", "admin", "0.0", "did.json"})
        EXPECT_EQ(code_of(node.put(id(name), "1")), Code::ReservedName) << name;
    EXPECT_EQ(code_of(node.put(id("PD.PB99994.20261122.000123-S"), "1")), Code::CheckCharacter);
    auto station = node.login(Role::station, kA);
    auto as_station = [&](char const* suffix) {
        return code_of(node.put(id(suffix), "1", {}, storage::ValueVisibility::everyone, station.get()));
    };
    EXPECT_EQ(as_station("PD.PB99994.20261122.000123-T"), Code::NotAllocated);
    EXPECT_EQ(as_station("free"), Code::Internal) << "a free-form suffix is fine";
    EXPECT_TRUE(node.put(id("PD.PB99994.20261122.000123-T"), "1")) << "an operator imports: code.assign";
}

TEST(Registration, DecidesForeignPrefixesBeforeItLooksForTheIdentifier) {
    TestNode node;
    ASSERT_TRUE(node.put(id("x"), "1"));
    auto foreign = [&](std::string const& name) {
        auto done = node.put(name, "1", {}, storage::ValueVisibility::everyone, node.operator_b.get());
        return done ? std::string() : std::string(slug(done.error().code)) + done.error().detail;
    };
    EXPECT_EQ(foreign(id("x")), foreign(id("absent")));
    EXPECT_EQ(foreign(id("x")).substr(0, 9), "forbidden");
    EXPECT_EQ(code_of(node.put("99.zz/x", "1")), Code::PrefixNotHosted);
    node.add_prefix("88.888.1", "Elsewhere", false, "https://own.example");
    auto elsewhere = node.put("88.888.1/x", "1");
    ASSERT_FALSE(elsewhere);
    EXPECT_EQ(elsewhere.error().code, Code::PrefixElsewhere);
    EXPECT_EQ(std::get<std::string>(elsewhere.error().extras.at(0).value), "https://own.example");
}

TEST(Registration, TurnsAReservedCodeIntoARecord) {
    TestNode node;
    std::string const code = node.allocate(1)->codes[0];
    EXPECT_EQ(node.resolve(code, *node.operator_a).outcome, resolver::Outcome::reserved);
    EXPECT_EQ(node.resolve(code).outcome, resolver::Outcome::absent);
    auto made = node.put(code, "http://x/1");
    ASSERT_TRUE(made) << made.error().detail;
    EXPECT_TRUE(made->created);
    EXPECT_EQ(made->record.version, 2u);
    EXPECT_FALSE(made->record.allocation.empty());
    EXPECT_EQ(node.resolve(code).outcome, resolver::Outcome::record);
}

TEST(Registration, VoidIsFinal) {
    TestNode node;
    std::string const code = node.allocate(1)->codes[0];
    auto voided = void_code(node, code);
    ASSERT_TRUE(voided);
    EXPECT_EQ(voided->record.state, RecordState::voided);
    EXPECT_EQ(code_of(void_code(node, code)), Code::Void);
    EXPECT_EQ(code_of(node.put(code, "1")), Code::Void);
    EXPECT_EQ(code_of(node.put(code, "1", voided->etag())), Code::Void);
    EXPECT_EQ(withdraw(node, code, "*").error().code, Code::Void);
    EXPECT_EQ(code_of(void_code(node, id("absent"))), Code::NotFound);
    EXPECT_EQ(node.allocate(1)->from, 2u) << "its number is not issued again";
    EXPECT_EQ(node.resolve(code).outcome, resolver::Outcome::voided) << "everyone is told";
}

TEST(Registration, RefusesToVoidWhatIsInUse) {
    Settings settings;
    auto busy = std::make_shared<std::atomic<bool>>(true);
    settings.lot_in_use = [busy](storage::View const&, ident::Identifier const&) -> Result<bool> {
        return busy->load();
    };
    TestNode node(settings);
    std::string const code = node.allocate(1)->codes[0];
    EXPECT_EQ(code_of(void_code(node, code)), Code::InUse);
    EXPECT_EQ(node.resolve(code, *node.operator_a).outcome, resolver::Outcome::reserved);
    *busy = false;
    EXPECT_TRUE(void_code(node, code));
}

TEST(Registration, LetsAWithdrawnFreeFormNameComeBackUnlessEventsMentionIt) {
    Settings settings;
    auto mentioned = std::make_shared<std::atomic<bool>>(true);
    settings.lot_mentioned = [mentioned](storage::View const&, ident::Identifier const&) -> Result<bool> {
        return mentioned->load();
    };
    TestNode node(settings);
    auto first = node.put(id("x"), "1");
    EXPECT_EQ(withdraw(node, id("x"), "").error().code, Code::EtagRequired);
    ASSERT_TRUE(withdraw(node, id("x"), first->etag()));
    EXPECT_EQ(node.resolve(id("x")).outcome, resolver::Outcome::withdrawn);
    EXPECT_EQ(withdraw(node, id("x"), "*").error().code, Code::Withdrawn);
    EXPECT_EQ(code_of(node.put(id("x"), "2")), Code::IdentifierExists);
    *mentioned = false;
    auto again = node.put(id("x"), "2");
    ASSERT_TRUE(again);
    EXPECT_EQ(again->record.version, 3u) << "versions go on";
    std::string const code = node.allocate(1)->codes[0];
    ASSERT_TRUE(node.put(code, "1"));
    ASSERT_TRUE(withdraw(node, code, "*"));
    EXPECT_EQ(code_of(node.put(code, "2")), Code::IdentifierExists) << "an issued code never comes back";
}

TEST(Registration, HidesAWithdrawnPrivateRecord) {
    TestNode node;
    ASSERT_TRUE(node.put(id("x"), "1", {}, storage::ValueVisibility::owner));
    ASSERT_TRUE(withdraw(node, id("x"), "*"));
    EXPECT_EQ(node.resolve(id("x")).outcome, resolver::Outcome::absent);
    EXPECT_EQ(node.resolve(id("x"), *node.operator_a).outcome, resolver::Outcome::withdrawn);
}

TEST(Registration, CommitsALeafOverTheStoredBytesOfEachVersion) {
    TestNode node;
    uint64_t const before = node.engine->health().tree_size;
    auto made = node.put(id("x"), "1");
    ASSERT_TRUE(made);
    EXPECT_EQ(made->log.first, before);
    EXPECT_EQ(made->log.count, 1u);
    EXPECT_EQ(made->log.header(), std::to_string(before));
    EXPECT_EQ(node.engine->health().tree_size, before + 1);
}

TEST(Registration, TellsTheRunsOfItsLeaves) {
    LeafNote note;
    EXPECT_EQ(note.header(), "");
    for (uint64_t index = 120; index < 200; ++index) note.add({index, 1});
    EXPECT_EQ(note.header(), "120-199");
    note.add({203, 1});
    note.add({300, 2});
    EXPECT_EQ(note.first, 120u);
    EXPECT_EQ(note.count, 83u);
    EXPECT_EQ(note.header(), "120-199, 203, 300-301");
    for (uint64_t index = 400; index < 490; index += 3) note.add({index, 1});
    EXPECT_EQ(note.header(), "") << "more than 32 runs are left to the rows";
}

TEST(Registration, BulkJudgesEachItemOrAll) {
    TestNode node;
    auto allowed = node.registry->authorise_change(*node.operator_a, Act::RecordWrite, *ident::Prefix::parse(kA));
    Registrar const registrar(*node.registry, *allowed);
    storage::RecordValue value;
    value.index = 1;
    value.type = "TEXT";
    auto item = [&](std::string suffix) -> BulkItem {
        return [=, record = NewRecord{*ident::Identifier::parse(id(suffix)), {value}, {}}](storage::Batch& batch) {
            return registrar.create(batch, record);
        };
    };
    auto row = [](size_t, Result<RecordChanged> const& done) {
        return done ? "created " : std::string(slug(done.error().code)) + ' ';
    };
    auto run = [&](OnError on_error, std::string& words) {
        auto done = node.engine->update(
            bulk_change({item("a"), item("ADMIN"), item("a"), item("b")}, on_error, row, [&](BulkDone const& all) {
                for (auto const& text : all.rows) words += text;
                return storage::Reply{};
            }));
        return done ? Code::Internal : done.error().code;
    };
    std::string words;
    EXPECT_EQ(run(OnError::rollback, words), Code::ReservedName);
    EXPECT_EQ(node.resolve(id("a")).outcome, resolver::Outcome::absent);
    EXPECT_EQ(run(OnError::proceed, words), Code::Internal);
    EXPECT_EQ(words, "created reserved-name identifier-exists created ");
}

// A long request in `proceed` mode runs over several commits; the leaves of others may come between its own.
TEST(Registration, ALongBulkTellsExactlyItsOwnLeaves) {
    TestNode node;
    auto allowed = node.registry->authorise_change(*node.operator_a, Act::RecordWrite, *ident::Prefix::parse(kA));
    Registrar const registrar(*node.registry, *allowed);
    auto item = [&](std::string suffix) -> BulkItem {
        return [=, record = NewRecord{*ident::Identifier::parse(id(suffix)), {}, {}}](storage::Batch& batch) {
            return registrar.create(batch, record);
        };
    };
    std::promise<void> release;
    storage::Operation gate;
    gate.apply = [held = release.get_future().share()](storage::Batch&, uint32_t) -> Result<void> {
        held.wait();
        return {};
    };
    node.engine->submit(std::move(gate), [](auto const&) {});
    std::vector<BulkItem> items;
    for (int i = 0; i < 600; ++i) items.push_back(item("b" + std::to_string(i)));
    BulkDone bulk;
    std::set<uint64_t> told, own;
    std::promise<void> done;
    auto row = [&](size_t, Result<RecordChanged> const& made) {
        own.insert(made->log.first);
        return std::string();
    };
    auto render = [&](BulkDone const& all) {
        bulk = all;
        return storage::Reply{};
    };
    auto operation = bulk_change(std::move(items), OnError::proceed, row, render);
    operation.owner = "en_a";
    node.engine->submit(std::move(operation), [&](auto const&) { done.set_value(); });
    for (int i = 0; i < 300; ++i) {
        auto small = create_identifier(registrar, {*ident::Identifier::parse(id("s" + std::to_string(i))), {}, {}},
                                       [](auto const&) { return storage::Reply{}; });
        small.owner = "en_b";
        node.engine->submit(std::move(small), [](auto const&) {});
    }
    release.set_value();
    done.get_future().wait();
    EXPECT_EQ(bulk.log.count, 600u);
    EXPECT_GT(bulk.log.runs.size(), 1u) << "the others came between";
    for (LeafRun const& run : bulk.log.runs)
        for (uint64_t i = 0; i < run.count; ++i) told.insert(run.first + i);
    EXPECT_EQ(told, own);
    EXPECT_NE(bulk.log.header().find(", "), std::string::npos) << bulk.log.header();
}

// What a bulk request keeps between its commits is given back as it was.
TEST(Registration, ABulkResumesWithTheRowsAndLeavesItHad) {
    TestNode node;
    auto allowed = node.registry->authorise_change(*node.operator_a, Act::RecordWrite, *ident::Prefix::parse(kA));
    Registrar const registrar(*node.registry, *allowed);
    std::vector<BulkItem> items;
    for (char const* suffix : {"a", "ADMIN", "b"})
        items.push_back([=, record = NewRecord{*ident::Identifier::parse(id(suffix)), {}, {}}](storage::Batch& batch) {
            return registrar.create(batch, record);
        });
    auto row = [](size_t i, Result<RecordChanged> const& made) {
        return std::to_string(i) + (made ? " at " + std::to_string(made->log.first) : "");
    };
    std::vector<BulkDone> answers;
    auto render = [&](BulkDone const& done) {
        answers.push_back(done);
        return storage::Reply{};
    };
    auto first = bulk_change(items, OnError::proceed, row, render);
    std::string kept;
    auto progress = first.progress;
    first.reply = [&, reply = first.reply](storage::Batch& batch) {
        kept = progress();
        return reply(batch);
    };
    node.run(std::move(first));
    auto again = bulk_change(items, OnError::proceed, row, render);
    ASSERT_TRUE(again.resume(kept));
    EXPECT_EQ(again.progress(), kept);
    again.apply = [](storage::Batch&, uint32_t) -> Result<void> { return {}; };
    node.run(std::move(again));
    ASSERT_EQ(answers.size(), 2u);
    EXPECT_EQ(answers[1].rows, answers[0].rows);
    EXPECT_EQ(answers[1].rows.size(), 3u);
    EXPECT_EQ(answers[1].log.runs, answers[0].log.runs);
    EXPECT_EQ(answers[1].log.time, answers[0].log.time);
    EXPECT_EQ(answers[1].log.hash, answers[0].log.hash);
    EXPECT_EQ(bulk_change(items, OnError::proceed, row, render).resume("short").error().code, Code::DataDamaged);
}

TEST(Registration, AWithdrawnNameThatComesBackStartsAnewButForItsVersions) {
    TestNode node;
    auto identifier = *ident::Identifier::parse(id("free"));
    auto allowed = node.registry->authorise_change(*node.operator_a, Act::RecordWrite, identifier.prefix());
    auto create = [&](std::string form) {
        storage::Record made;
        node.run(create_identifier(Registrar(*node.registry, *allowed), {identifier, {}, std::move(form)},
                                   [&](RecordChanged const& done) {
                                       made = done.record;
                                       return storage::Reply{};
                                   }));
        return made;
    };
    auto const first = create("form 1");
    ASSERT_TRUE(withdraw(node, id("free"), "*"));
    node.clock.set("2026-11-25T02:00:00Z");
    auto const again = create("");
    EXPECT_EQ(again.version, 3u);
    EXPECT_EQ(again.template_version, "");
    EXPECT_GT(again.created, first.created);
    EXPECT_TRUE(again.free_form);
}

// A clock that is set back: what is stamped carries the log time (spec/durability.md 12).
TEST(Registration, StampsCarryTheLogTime) {
    TestNode node;
    auto const before = node.engine->health().log_time;
    node.clock.set("1970-01-01T00:00:05Z");
    auto const put = node.put(id("x"), "1");
    ASSERT_TRUE(put);
    EXPECT_GE(put->record.created, before);
    EXPECT_GE(put->record.changed, before);
    EXPECT_GE(put->record.values.at(0).timestamp, to_micros(before) / 1'000'000);
    AllocationRequest request;
    request.values = {{"class", "EQ"}, {"product", "ISPF1"}};
    auto const codes = node.allocate(request);
    ASSERT_TRUE(codes) << codes.error().detail;
    auto const reserved = storage::find_record(**node.engine->view(), *ident::Identifier::parse(codes->codes.at(0)));
    EXPECT_GE((*reserved)->created, before);
    node.add_prefix("88.777.1", "Late");
    EXPECT_GE(node.registry->prefix_of("88.777.1")->created, before);
    auto const key = node.make_key(Role::viewer, kA);
    EXPECT_GE(node.registry->directory()->credential(key.substr(5, 10))->row.created, before);
}

}  // namespace
}  // namespace ingot::registry
