// What the command line says: language, tables, guesses, exit codes.
#include <gtest/gtest.h>

#include <sstream>

#include "app/capture_file.hpp"
#include "app/exit_code.hpp"
#include "app/key_file.hpp"
#include "app/language.hpp"
#include "app/nearest.hpp"
#include "app/node_client.hpp"
#include "app/progress.hpp"
#include "app/text_table.hpp"

namespace ingot::app {
namespace {

void speak(std::string const& language) {
    std::vector<std::string> words{"--lang", language};
    ASSERT_TRUE(take_language(words));
}

class MessagesTest : public testing::Test {
  protected:
    void SetUp() override { speak("en"); }
    void TearDown() override { speak("en"); }
};

TEST_F(MessagesTest, LanguageIsTakenFromAnywhereBeforeTheDoubleDash) {
    struct Row {
        std::vector<std::string> words, left;
        bool chinese;
    };
    Row const rows[] = {{{"--lang", "zh", "list"}, {"list"}, true},
                        {{"list", "--lang=en"}, {"list"}, false},
                        {{"list", "--lang", "zh", "--json"}, {"list", "--json"}, true}};
    for (auto row : rows) {
        ASSERT_TRUE(take_language(row.words));
        EXPECT_EQ(row.words, row.left);
        EXPECT_EQ(speaks_chinese(), row.chinese);
        EXPECT_EQ(say("yes", "是"), row.chinese ? "是" : "yes");
    }
    for (std::vector<std::string> words :
         {std::vector<std::string>{"--lang", "fr"}, {"--lang"}, {"--lang="}, {"--lang", "ZH"}})
        EXPECT_EQ(take_language(words).error().code, Code::Usage);
    std::vector<std::string> after{"--", "--lang", "fr"};
    EXPECT_TRUE(take_language(after));
    EXPECT_EQ(after.size(), 3u);
}

TEST_F(MessagesTest, NearestWordIsAGuessOnlyWhenItIsNear) {
    std::vector<std::string> const known{"assign", "resolve", "--class", "node.name", "up"};
    struct Row {
        std::string written, meant;
    };
    Row const rows[] = {{"asign", "assign"},
                        {"resolv", "resolve"},
                        {"--clas", "--class"},
                        {"node.nam", "node.name"},
                        {"xyzzy", ""},
                        {std::string(5000, 'a'), ""},
                        {"", ""},
                        {"ab", ""}};
    for (auto const& row : rows) EXPECT_EQ(nearest_word(row.written, known), row.meant) << row.written;
}

TEST_F(MessagesTest, WidthIsWhatATerminalShows) {
    struct Row {
        std::string text;
        size_t width;
    };
    Row const rows[] = {{"", 0},        {"abc", 3}, {"示例铅锌厂", 10}, {"（a）", 5},   {"é", 1},
                        {"e\u0301", 1}, {"…█", 2},  {"\U0001F600", 2},  {"\u200Bx", 1}, {"\xFFx", 2}};
    for (auto const& row : rows) EXPECT_EQ(display_width(row.text), row.width) << row.text;
    EXPECT_EQ(padded("铅", 4), "铅  ");
    EXPECT_EQ(padded("铅", 4, true), "  铅");
    EXPECT_EQ(padded("long", 2), "long");
}

TEST_F(MessagesTest, OthersTextCannotSteerTheTerminal) {
    EXPECT_EQ(printable("a\x1b[2Jb\tc\nd"), "a?[2Jb?c?d");
    EXPECT_EQ(printable("a\u202E\u2066\u009Bb"), "a???b");
    EXPECT_EQ(printable("铅 Pb"), "铅 Pb");
    EXPECT_EQ(printable("a\xFF"), "a?");
}

TEST_F(MessagesTest, ColumnsStandBelowEachOtherAlsoInChinese) {
    TextTable table({{"ID"}, {"名称"}, {"KG", true}}, " ");
    table.add({"1", "示例厂", "5"});
    table.add({"22", "a", "1,000"});
    EXPECT_EQ(table.print(),
              " ID  名称       KG\n"
              " 1   示例厂      5\n"
              " 22  a       1,000\n");
    EXPECT_EQ(TextTable({{"ID"}, {""}}).print(), "ID\n");
}

TEST_F(MessagesTest, ProgressGoesToATerminalOnly) {
    std::ostringstream terminal, file;
    {
        Progress shown(terminal, true), quiet(file, false);
        shown.show("1 %");
        quiet.show("1 %");
        shown.show("2 %");  // too soon after the first
    }
    EXPECT_EQ(terminal.str(), "\r\033[K1 %\r\033[K");
    EXPECT_EQ(file.str(), "");
    EXPECT_EQ(percent_of(1, 3), "33 %");
    EXPECT_EQ(percent_of(5, 3), "100 %");
    EXPECT_EQ(percent_of(5, 0), "");
}

TEST_F(MessagesTest, StatusOfANodeGivesTheExitCodeOfTheSpecification) {
    for (int status : {401, 403}) EXPECT_EQ(exit_of_status(status), kExitNotPermitted) << status;
    for (int status : {404, 409, 410, 412}) EXPECT_EQ(exit_of_status(status), kExitNo) << status;
    for (int status : {400, 405, 406, 413, 414, 415, 421, 422, 428, 431})
        EXPECT_EQ(exit_of_status(status), kExitUsage) << status;
    for (int status : {408, 429, 500, 502, 503, 504, 507})
        EXPECT_EQ(exit_of_status(status), kExitUnreachable) << status;
}

TEST_F(MessagesTest, ErrorsGiveTheExitCodeOfTheSpecification) {
    struct Row {
        Code code;
        int exit;
    };
    Row const rows[] = {{Code::StoreInUse, kExitInUse},
                        {Code::Exists, kExitInUse},
                        {Code::RefusedToOpen, kExitRefused},
                        {Code::DataDamaged, kExitRefused},
                        {Code::Unreachable, kExitUnreachable},
                        {Code::Timeout, kExitUnreachable},
                        {Code::Forbidden, kExitNotPermitted},
                        {Code::NotAuthenticated, kExitNotPermitted},
                        {Code::NoPermission, kExitNotPermitted},
                        {Code::InvalidToken, kExitNotPermitted},
                        {Code::Internal, kExitBug},
                        {Code::Usage, kExitUsage},
                        {Code::Config, kExitUsage},
                        {Code::BadJson, kExitUsage}};
    for (auto const& row : rows) EXPECT_EQ(exit_code(Error{row.code, "", ""}), row.exit) << slug(row.code);
    Error error{Code::Config, "", ""};
    error.with("exit", int64_t(kExitNotPermitted));
    EXPECT_EQ(exit_code(error), kExitNotPermitted);
}

TEST_F(MessagesTest, AProblemDocumentIsToldWithItsFaultsAndWhatToDo) {
    NodeAnswer answer;
    answer.status = 422;
    answer.body =
        R"({"title":"Breaks the coding profile","code":"profile-violation","status":422,"detail":"2 values",)"
        R"("errors":[{"pointer":"/values/class","detail":"not XX"},{"parameter":"limit","detail":"too big"}],)"
        R"("solve":"Change it"})";
    Error const error = to_error(answer);
    EXPECT_EQ(error.code, Code::ProfileViolation);
    EXPECT_EQ(exit_code(error), kExitUsage);
    EXPECT_EQ(message_of(error),
              "Breaks the coding profile: 2 values (422 profile-violation)\n  /values/class: not XX\n"
              "  limit: too big\n  Change it");
    EXPECT_EQ(message_of(to_error({502, "<html>\x1b[2J", {}})), "the node answered 502: <html>\\x1b[2J");
    EXPECT_EQ(exit_code(to_error({502, "", {}})), kExitUnreachable);
}

TEST_F(MessagesTest, AnErrorIsToldInTheLanguageOfThePerson) {
    Error const both{Code::Usage, "wrong", "错了"}, english{Code::Usage, "wrong", ""}, none{Code::NotFound, "", ""};
    EXPECT_EQ(message_of(both), "wrong");
    EXPECT_EQ(message_of(none), "Not found");
    speak("zh");
    EXPECT_EQ(message_of(both), "错了");
    EXPECT_EQ(message_of(english), "wrong");
    EXPECT_EQ(message_of(none), "没有找到");
}

TEST_F(MessagesTest, ARefusedEventIsOneLine) {
    Refusal refusal{3, 1, "urn:uuid:1", "Not an event: /eventTime is no time", "Mend it"};
    EXPECT_EQ(refusal_line(refusal), "line 3, urn:uuid:1: Not an event: /eventTime is no time; Mend it");
    refusal.line = 0;
    refusal.event_id = "";
    refusal.what = "a\nb";
    EXPECT_EQ(refusal_line(refusal), "event 1: a?b; Mend it");
    speak("zh");
    EXPECT_EQ(refusal_line({3, 1, "", "错", "改"}), "第 3 行：错；改");
}

TEST_F(MessagesTest, NdjsonIsKnownByAWholeObjectAndAnotherLine) {
    struct Row {
        char const* text;
        bool ndjson;
    };
    Row const rows[] = {{"{\"a\":1}\n{\"b\":2}\n", true}, {"\n{\"a\":1}\n\n{\"b\":2}", true},   {"{\"a\":1}\n", false},
                        {"{\n\"a\":1}\n", false},         {"[{\"a\":1},\n{\"b\":2}]\n", false}, {"", false}};
    for (auto const& row : rows) {
        std::istringstream input(row.text);
        EXPECT_EQ(looks_like_ndjson(input), row.ndjson) << row.text;
        EXPECT_EQ(input.tellg(), 0);
    }
}

TEST_F(MessagesTest, AKeyFileThatIsNotKeptGoesAway) {
    std::string const path = testing::TempDir() + "ingot-key-file-test";
    std::remove(path.c_str());
    { ASSERT_TRUE(KeyFile::create(path)); }
    {
        auto file = KeyFile::create(path);
        ASSERT_TRUE(file) << "the first one took its file away";
        ASSERT_TRUE(file->keep("ingk_x"));
    }
    EXPECT_EQ(KeyFile::create(path).error().code, Code::Exists);
    std::remove(path.c_str());
    EXPECT_EQ(KeyFile::create("/no/such/folder/key").error().code, Code::Usage);
}

}  // namespace
}  // namespace ingot::app
