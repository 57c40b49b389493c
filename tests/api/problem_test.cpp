#include "api/problem.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "api/json_guard.hpp"

namespace ingot::api {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kNames[] = {
#define INGOT_CODE(name, slug) #name,
#include "base/codes.inc"
#undef INGOT_CODE
};

// Codes of pages that later issues build; each leaves this list when its first use comes into the tree.
std::set<std::string> const kForLater = {
    "SecondFactor",      "BadSignature", "Csrf",          "Reauthenticate", "EnrolmentRefused", "NotYetPublished",
    "AlreadyPrinted",    "CopyState",    "BlockRevoked",  "AliasTaken",     "OverClaim",        "Erased",
    "TemplateViolation", "LabelLint",    "ImportColumns", "NotPublishable", "FontMissing",      "TooManyJobs"};

fs::path source_root() { return SOURCE_FOLDER; }

std::string all_sources() {
    std::stringstream all;
    for (char const* folder :
         {"base", "ident", "storage", "registry", "resolver", "tracechain", "net", "certs", "api", "app"})
        for (auto const& entry : fs::recursive_directory_iterator(source_root() / folder)) {
            auto const extension = entry.path().extension();
            if (extension != ".cpp" && extension != ".hpp") continue;
            if (entry.path().filename() == "problem.cpp") continue;  // names codes only to judge them
            if (entry.path().filename() == "metrics.cpp") continue;
            all << std::ifstream(entry.path()).rdbuf();
        }
    return all.str();
}

bool uses(std::string const& sources, std::string const& name, std::string_view text) {
    for (std::string const& written : {"Code::" + name, "\"" + std::string(text) + "\""})
        for (size_t at = sources.find(written); at != std::string::npos; at = sources.find(written, at + 1)) {
            size_t const end = at + written.size();
            if (written.back() == '"' || end >= sources.size() ||
                (!isalnum(static_cast<unsigned char>(sources[end])) && sources[end] != '_'))
                return true;
        }
    return false;
}

TEST(ProblemCodes, EveryCodeHasARowWithBothLanguagesAndAPage) {
    for (size_t i = 0; i < std::size(kNames); ++i) {
        auto const code = static_cast<Code>(i);
        ProblemRow const& row = problem_row(code);
        SCOPED_TRACE(kNames[i]);
        EXPECT_EQ(row.code, code);
        EXPECT_TRUE(row.status >= 400 && row.status < 600);
        for (auto text : {row.title_zh, row.title_en, row.solve_zh, row.solve_en}) EXPECT_FALSE(text.empty());
        EXPECT_NE(row.title_zh, row.title_en);
        EXPECT_EQ(code_of_slug(slug(code)), code);
        EXPECT_TRUE(problem_page(slug(code), Language::zh).has_value());
    }
    EXPECT_FALSE(problem_page("no-such-code", Language::en));
}

TEST(ProblemCodes, EveryCodeIsUsedOrListedForLater) {
    std::string const sources = all_sources();
    ASSERT_GT(sources.size(), 100'000u) << "the source tree was not found";
    for (size_t i = 0; i < std::size(kNames); ++i) {
        std::string const name(kNames[i]);
        bool const used = uses(sources, name, slug(static_cast<Code>(i)));
        EXPECT_NE(used, kForLater.contains(name))
            << name << (used ? " is used now: take it off the list" : " is used nowhere");
    }
}

TEST(Problem, HasTheMembersOfTheConventions) {
    Error error{Code::InvalidMember, "2 members are wrong", "2 个成员不正确"};
    error.faults = {{"/record/2000", "too-long", "at most 20", "最多 20 个字符"},
                    {"parameter:limit", "invalid-parameter", "1 to 1000", "1 到 1000"},
                    {"header:If-Match", "etag", "x", "y"}};
    error.with("position", int64_t{17}).with("share", 0.25).with("referral", std::string("https://x.example/"));
    auto const json = nlohmann::json::parse(
        problem_json(error, {Language::zh, "06937ab2-4c1e-7f00-8a2b-1d2f3a4b5c6d", "https://ingot.example:8443"}));
    EXPECT_EQ(json["type"], "https://ingot.example:8443/docs/problems/invalid-member");
    EXPECT_EQ(json["title"], "成员值不正确");
    EXPECT_EQ(json["status"], 400);
    EXPECT_EQ(json["code"], "invalid-member");
    EXPECT_EQ(json["detail"], "2 个成员不正确");
    EXPECT_EQ(json["instance"], "urn:uuid:06937ab2-4c1e-7f00-8a2b-1d2f3a4b5c6d");
    EXPECT_EQ(json["requestId"], "06937ab2-4c1e-7f00-8a2b-1d2f3a4b5c6d");
    EXPECT_EQ(json["errors"][0],
              (nlohmann::json{{"pointer", "/record/2000"}, {"code", "too-long"}, {"detail", "最多 20 个字符"}}));
    EXPECT_EQ(json["errors"][1]["parameter"], "limit");
    EXPECT_EQ(json["errors"][2]["header"], "If-Match");
    EXPECT_EQ(json["position"], 17);
    EXPECT_EQ(json["share"], 0.25);
    EXPECT_EQ(json["referral"], "https://x.example/");
    EXPECT_TRUE(json.contains("solve"));
}

TEST(Problem, AnswersInTheLanguageAskedForAndSaysWhenToComeBack) {
    Error const error{Code::Busy, "too much", "太忙"};
    auto const answer = problem(error, {Language::en, "", "https://n.example"});
    EXPECT_EQ(answer.status, 503);
    auto const json = nlohmann::json::parse(answer.body);
    EXPECT_EQ(json["detail"], "too much");
    EXPECT_EQ(json["title"], "Busy");
    EXPECT_EQ(json["retryAfterMs"], 1000);
    EXPECT_FALSE(json.contains("instance"));
    std::map<std::string, std::string> const headers(answer.headers.begin(), answer.headers.end());
    EXPECT_EQ(headers.at("Retry-After"), "1");
    EXPECT_EQ(headers.at("Content-Language"), "en");
    EXPECT_EQ(headers.at("Content-Type"), "application/problem+json");
    EXPECT_EQ(headers.at("Link"), "</docs/problems/busy>; rel=\"help\"");
}

TEST(Problem, FallsBackToTheTitleWhenNothingIsSaidInChinese) {
    auto const json = nlohmann::json::parse(problem_json({Code::State, "English only", {}}, {}));
    EXPECT_EQ(json["detail"], json["title"]);
}

TEST(Problem, ShowsAtMostTwentyFaultsAndAlwaysValidUtf8) {
    Error error{Code::InvalidMember, "bad \xFF byte", "坏 \xFF"};
    for (int i = 0; i < 30; ++i) error.faults.push_back({"/" + std::to_string(i), "x", "y", "z"});
    std::string const text = problem_json(error, {});
    ASSERT_TRUE(check_json(text));
    EXPECT_EQ(nlohmann::json::parse(text)["errors"].size(), 20u);
}

TEST(Language, IsChosenByWeight) {
    struct Row {
        std::string_view field;
        Language language;
    };
    Row const rows[] = {{"", Language::zh},
                        {"en", Language::en},
                        {"en-GB,en;q=0.9,zh;q=0.8", Language::en},
                        {"zh-CN,zh;q=0.9,en;q=0.8", Language::zh},
                        {"de, en;q=0.5", Language::en},
                        {"fr", Language::zh},
                        {"*", Language::zh},
                        {"en;q=0.3, zh;q=0.7", Language::zh},
                        {"english", Language::zh},
                        {"*", Language::zh}};
    for (auto const& row : rows) EXPECT_EQ(language_of(row.field), row.language) << row.field;
}

}  // namespace
}  // namespace ingot::api
