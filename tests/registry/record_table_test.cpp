#include "storage/record_table.hpp"

#include "registry_fixture.hpp"
#include "storage/registry.pb.h"
#include "storage/registry_table.hpp"

namespace ingot::storage {
namespace {

Record full_record() {
    Record record;
    record.identifier = "88.999.1/铅锭-01/x";
    record.state = RecordState::active;
    record.version = 7;
    record.created = from_micros(1'795'305'600'000'001);
    record.changed = from_micros(1'795'305'600'000'002);
    record.changed_by = "pr_1";
    record.allocation = "al_1";
    record.profile = "nonferrous-default";
    record.profile_version = 3;
    record.template_version = "单品模板12";
    record.station = "LBL-03";
    record.free_form = record.was_public = true;
    record.reason = "misprint";
    RecordValue value;
    value.index = 2000;
    value.type = "URL";
    value.data = std::string("a\0b", 3);
    value.form = ValueForm::bytes;
    value.ttl = 0;
    value.timestamp = 1'795'305'600;
    value.visibility = ValueVisibility::owner;
    value.permissions = 0;
    value.references = {{"88.999.1/r", 300}, {"88.999.1/s", 0}};
    record.values.push_back(value);
    value.index = 2001;
    value.ttl_absolute = true;
    value.ttl = 1'800'000'000;
    record.values.push_back(value);
    return record;
}

TEST(RecordTable, ReadsBackWhatItWrote) {
    Record const record = full_record();
    std::string const key = record_key(*ident::Identifier::parse(record.identifier));
    auto read = decode_record(key, encode(record));
    ASSERT_TRUE(read);
    EXPECT_EQ(*read, record);
    Record plain;
    plain.identifier = "88.1/A";
    EXPECT_EQ(*decode_record(record_key("88.1", "A"), encode(plain)), plain);
}

TEST(RecordTable, WritesTheBytesOfItsProtobufSchema) {
    Record const record = full_record();
    pb::RecordProto message;
    ASSERT_TRUE(message.ParseFromString(encode(record)));
    EXPECT_EQ(message.identifier(), record.identifier);
    EXPECT_EQ(message.created(), to_micros(record.created));
    EXPECT_EQ(message.values(0).permissions(), 0x10u);
    EXPECT_EQ(message.values(0).references(1).handle(), "88.999.1/s");
    std::string bytes;
    ASSERT_TRUE(message.SerializeToString(&bytes));
    EXPECT_EQ(bytes, encode(record));
}

TEST(RecordTable, WritesRegistryRowsInTheBytesOfTheirSchema) {
    auto same = [](auto message, std::string const& bytes) {
        std::string again;
        return message.ParseFromString(bytes) && message.SerializeToString(&again) && again == bytes &&
               message.ByteSizeLong() == bytes.size();
    };
    Time const time = from_micros(1'795'305'600'000'000);
    PrefixRow const prefix{"88.999.1", "en_1", true, true, "https://x", "VAA",
                           2,          time,   time, "pr", {"a", "b"},  "never"};
    EnterpriseRow const enterprise{"en_1", "N", "strict", 3, time, time};
    PrincipalRow const principal{"pr_1", "N", "en_1", {1, 300}, {"code.void"}, PrincipalStatus::suspended, time};
    CredentialRow const credential{"abc", "pr_1", std::string(32, 'm'), time, time, time, "x", "y"};
    ProfileRow const profile{"{}", true, time, "pr"};
    EXPECT_TRUE(same(pb::PrefixProto(), encode(prefix)));
    EXPECT_TRUE(same(pb::EnterpriseProto(), encode(enterprise)));
    EXPECT_TRUE(same(pb::PrincipalProto(), encode(principal)));
    EXPECT_TRUE(same(pb::CredentialProto(), encode(credential)));
    EXPECT_TRUE(same(pb::CodingProfileProto(), encode(profile)));
    EXPECT_TRUE(same(pb::CounterProto(), encode_count(300)));
    EXPECT_EQ(*decode_prefix(prefix_key("88.999.1"), encode(prefix)), prefix);
    EXPECT_EQ(*decode_enterprise(enterprise_key("en_1"), encode(enterprise)), enterprise);
    EXPECT_EQ(*decode_principal(principal_key("pr_1"), encode(principal)), principal);
    EXPECT_EQ(*decode_credential(credential_key("abc"), encode(credential)), credential);
    EXPECT_EQ(*decode_profile(profile_key("*", "p", 1), encode(profile)), profile);
    EXPECT_EQ(*decode_count(encode_count(300)), 300u);
}

TEST(RecordTable, KeysAreReadBack) {
    std::string const key = record_key("88.1", "A/B");
    auto parsed = parse_record_key(key);
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->prefix, "88.1");
    EXPECT_EQ(parsed->suffix, "A/B");
    auto history = parse_history_key(history_key(key, 12));
    ASSERT_TRUE(history);
    EXPECT_EQ(history->record_key, key);
    EXPECT_EQ(history->version, 12u);
    EXPECT_LT(history_key(key, 12), history_key(key, 11)) << "newest first";
    auto profile = parse_profile_key(profile_key("88.1", "p.q", 9));
    ASSERT_TRUE(profile);
    EXPECT_EQ(profile->name, "p.q");
    EXPECT_EQ(profile->version, 9u);
    for (RegistryRow kind : kRegistryRows) EXPECT_EQ(registry_row(registry_rows(kind).begin + "x"), kind);
    EXPECT_EQ(registry_row("Rx"), RegistryRow::other);
    EXPECT_EQ(registry_row(""), RegistryRow::other);
}

TEST(RecordTable, CheckFindsEveryFlippedIdentityAndCutRow) {
    Record const record = full_record();
    std::string const key = record_key(*ident::Identifier::parse(record.identifier));
    Row row{key, encode(record)};
    EXPECT_TRUE(check_record_row(row));
    EXPECT_TRUE(check_record_row({history_key(key, 7), row.value}));
    EXPECT_FALSE(check_record_row({history_key(key, 8), row.value})) << "another version";
    EXPECT_FALSE(check_record_row({record_key("88.999.1", "Y"), row.value})) << "another's record";
    for (size_t cut = 1; cut < row.value.size(); cut += 7) {
        auto part = decode_record(key, std::string_view(row.value).substr(0, cut));
        EXPECT_TRUE(!part || *part != record) << "only a cut between values may parse";
    }
    EXPECT_FALSE(check_record_row({key, ""}));
    EXPECT_FALSE(check_registry_row({credential_key("abc"), "x"}));
    EXPECT_FALSE(check_registry_row({"Z1", "x"}));
}

TEST(RecordTable, EveryRowTheRegistryWritesPassesItsCheck) {
    TestNode node;
    ASSERT_TRUE(node.put(std::string(kA) + "/x", "1"));
    ASSERT_TRUE(node.allocate(3));
    auto view = node.engine->view();
    size_t rows = 0;
    for (auto space : {Space::record, Space::index}) {
        Range range;
        range.space = space;
        auto page = (*view)->scan(range);
        ASSERT_TRUE(page);
        for (Row const& row : page->rows) {
            bool const record = row.key[0] == 'R' || row.key[0] == 'H';
            auto checked = record ? check_record_row(row) : check_registry_row(row);
            EXPECT_TRUE(checked) << row.key << ": " << (checked ? "" : checked.error().detail);
            ++rows;
        }
    }
    EXPECT_GT(rows, 20u);
}

}  // namespace
}  // namespace ingot::storage
