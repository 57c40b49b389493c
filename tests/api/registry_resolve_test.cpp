// The limits of POST /v1/resolve (spec/security.md 13, api-conventions.md 10).
#include <nlohmann/json.hpp>

#include "api/v1/identifier_handlers.hpp"
#include "registry_api_fixture.hpp"

namespace ingot::api::v1 {
namespace {

std::string id(std::string_view suffix) { return std::string(kA) + '/' + std::string(suffix); }

TEST(Resolve, ResolveAnswersNoMoreThanAnAnswerMayHold) {
    ApiNode node;
    node.limits.answer_bytes_max = 4096;
    ASSERT_TRUE(node.put(id("large"), std::string(3000, 'x')));
    std::string body = "[\"" + id("large") + '"';
    for (int i = 0; i < 4; ++i) body += ",\"" + id("large") + '"';
    Sent sent{net::Method::Post, "/v1/resolve", body + ']'};
    auto const rows = nlohmann::json::parse(node.get(resolve_identifiers, sent).body)["results"];
    ASSERT_EQ(rows.size(), 5u);
    for (size_t i = 0; i < 5; ++i) {
        EXPECT_EQ(rows[i]["index"], i);
        EXPECT_EQ(rows[i]["status"], i < 2 ? "found" : "too-many-items") << i;
        EXPECT_EQ(rows[i].contains("error"), i >= 2);
    }
    node.limits.scan_deadline = std::chrono::milliseconds(-1);
    EXPECT_TRUE(node.get(resolve_identifiers, sent).says("\"status\":\"timeout\"")) << "past its time";
}

TEST(Resolve, LinesOfBulkBodiesAreAtMostOneMebibyte) {
    ApiNode node;
    std::string const id_line = "\"88.999.3212001/A\"";
    Sent sent{net::Method::Post, "/v1/resolve", id_line + std::string(1024 * 1024 - id_line.size(), ' ')};
    sent.fields = {{"Content-Type", "application/x-ndjson"}};
    EXPECT_EQ(node.get(resolve_identifiers, sent).status, 200);
    sent.body = "\n" + sent.body + ' ';
    auto const got = node.get(resolve_identifiers, sent);
    EXPECT_EQ(got.status, 413);
    EXPECT_TRUE(got.says("line 2 is longer than 1 MiB")) << got.body;
}

}  // namespace
}  // namespace ingot::api::v1
