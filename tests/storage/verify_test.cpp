// `ingot verify` finds what was planted and names it (spec/durability.md 8, D16).
#include "storage/verify.hpp"

#include "base/encoding.hpp"
#include "storage/commit_record.hpp"
#include "storage/log_keys.hpp"
#include "tests/storage/damage_fixture.hpp"

namespace ingot::storage::test {
namespace {

// Verify: one planted fault a row, each found and named.
class Verify : public Damage {
  protected:
    std::vector<Finding> verify(std::shared_ptr<CrashFs> const& files, std::string audit_key = {}) {
        VerifyOptions options;
        options.store = options_on(files);
        options.store.audit_key = std::move(audit_key);
        options.deep = true;
        std::vector<Finding> found;
        auto totals = verify_store(options, [&](Finding finding) { found.push_back(std::move(finding)); });
        EXPECT_TRUE(totals) << totals.error().detail;
        if (totals) {
            EXPECT_EQ(totals->findings, found.size());
        }
        return found;
    }
    static bool has(std::vector<Finding> const& found, std::string_view check, std::string_view part) {
        for (auto const& one : found)
            if (one.check == check &&
                (one.key.find(part) != std::string::npos || one.file.find(part) != std::string::npos))
                return true;
        return false;
    }
    // Changes a row behind the committer's back, trailer and all.
    void plant(std::shared_ptr<CrashFs> const& files, std::function<void(Batch&)> const& change) {
        auto engine = open(files);
        ASSERT_TRUE(engine);
        ASSERT_TRUE((*engine)->update(operation([&](Batch& batch) -> Result<void> {
            change(batch);
            return {};
        })));
    }
};

TEST_F(Verify, ACleanStoreHasNoFindings) {
    for (bool clean : {true, false}) {
        auto files = stopped_store(clean);
        auto before = files->files();
        EXPECT_TRUE(verify(files).empty());
        EXPECT_EQ(files->files().size() - before.size(), files->content("/data/ingot.lock").empty() ? 0u : 1u);
    }
}

TEST_F(Verify, AFlippedByteInATableIsFound) {
    auto files = stopped_store(true);
    for (auto const& path : files->files()) {
        if (!path.ends_with(".sst")) continue;
        std::string bytes = files->content(path);
        bytes[10] ^= 0x10;
        files->set_content(path, bytes);
        EXPECT_TRUE(has(verify(files), "V1", path));
        return;
    }
    FAIL() << "no table file";
}

TEST_F(Verify, EachPlantedFaultIsNamed) {
    struct Planted {
        char const *check, *part;
        std::function<void(Batch&)> fault;
    };
    Planted const rows[] = {
        {"V2", "format", [](Batch& batch) { batch.put(Space::meta, "format", "\xFF\xFF"); }},
        {"V2", "nonsense", [](Batch& batch) { batch.put(Space::meta, "nonsense", "1"); }},
        {"V7", "chain", [](Batch& batch) { batch.erase(Space::meta, chain_key(60)); }},
        {"V8", "entry/", [](Batch& batch) { batch.put(Space::record, key_of(7), "another value"); }},
        {"V9", "commit",
         [](Batch& batch) {
             std::string row = batch.get(Space::log, entry_key(3))->value_or("");
             row[20] ^= 1;
             batch.put(Space::log, entry_key(3), row);
         }},
        {"V7", "change/", [](Batch& batch) { batch.erase(Space::log, change_key(5)); }},
        {"V10", "H2000", [](Batch& batch) { batch.put(Space::record, "H2000", "no leaf"); }},
        {"V10", "H1009", [](Batch& batch) { batch.erase(Space::record, key_of(9)); }},
        {"V10", "ref/", [](Batch& batch) { batch.erase(Space::log, ref_key(4)); }},
        {"V10", "own/", [](Batch& batch) { batch.erase(Space::log, own_key("88.999.1", 4)); }},
        {"V12", "idemtime/",
         [](Batch& batch) {
             batch.put(Space::meta, idempotency_time_key(from_micros(5), "idem/en\0" + std::string(33, 'x')), "");
         }},
    };
    for (auto const& row : rows) {
        SCOPED_TRACE(std::string(row.check) + " " + row.part);
        auto files = stopped_store(true);
        plant(files, row.fault);
        EXPECT_TRUE(has(verify(files), row.check, row.part));
    }
}

TEST_F(Verify, AChangedAuditLineIsFound) {
    auto files = std::make_shared<CrashFs>();
    auto options = options_on(files);
    options.audit_key = "secret";
    {
        auto engine = open_store(options, clock_, random_);
        for (int n = 0; n < 3; ++n)
            ASSERT_TRUE((*engine)->update(operation([](Batch& batch) -> Result<void> {
                batch.audit("\"act\":\"x\"");
                return {};
            })));
    }
    EXPECT_TRUE(verify(files, "secret").empty());
    EXPECT_FALSE(verify(files, "another key").empty());
    EXPECT_TRUE(verify(files).empty()) << "without the key the chain is not judged";
    plant(files, [](Batch& batch) {
        std::string row = batch.get(Space::log, audit_key(2))->value_or("");
        row[row.find("\"x\"") + 1] = 'y';
        batch.put(Space::log, audit_key(2), row);
    });
    EXPECT_TRUE(has(verify(files, "secret"), "V11", "audit/"));
}

TEST_F(Verify, AnAuditDigestThatLeavesALineOutIsFound) {
    auto files = std::make_shared<CrashFs>();
    auto options = options_on(files);
    options.audit_key = "secret";
    {
        auto engine = open_store(options, clock_, random_);
        for (int n = 0; n < 3; ++n)
            ASSERT_TRUE((*engine)->update(operation([](Batch& batch) -> Result<void> {
                batch.audit("\"act\":\"x\"");
                return {};
            })));
    }
    auto digest_from = [&](std::string first, bool with_leaf) {
        return [this, first, with_leaf](Batch& batch) {
            std::string const row = batch.get(Space::log, audit_key(3))->value_or("");
            std::string const key = digest_statement_key(3);
            std::string const text =
                "{\"first\":" + first + ",\"last\":3,\"value\":\"" + to_hex(row.substr(row.size() - 32)) + "\"}";
            batch.put(Space::log, key, text);
            if (with_leaf) batch.leaf(make_leaf(random_, kAuditDigest, "", "3", Space::log, key, text));
        };
    };
    auto none = files->copy();
    plant(none, digest_from("1", false));
    EXPECT_TRUE(has(verify(none, "secret"), "V11", "statement/audit/")) << "no leaf covers it";
    plant(files, digest_from("1", true));
    EXPECT_TRUE(verify(files, "secret").empty());
    plant(files, digest_from("2", false));
    EXPECT_TRUE(has(verify(files, "secret"), "V11", "statement/audit/"));
}

TEST_F(Verify, OtherFoldersAddTheirOwnValueChecks) {
    auto files = stopped_store(true, 3);
    VerifyOptions options;
    options.store = options_on(files);
    int seen = 0;
    options.checks.add(Space::record, 'H', [&](Space, Bytes key, Bytes) -> Result<void> {
        ++seen;
        if (key == key_of(1)) return fail(Code::DataDamaged, "not a record");
        return {};
    });
    std::vector<Finding> found;
    auto totals = verify_store(options, [&](Finding finding) { found.push_back(std::move(finding)); });
    ASSERT_TRUE(totals);
    EXPECT_EQ(seen, 3);
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].check, "V2");
    EXPECT_EQ(found[0].key, "record H1001");
    EXPECT_EQ(found[0].found, "not a record");
}

}  // namespace
}  // namespace ingot::storage::test
