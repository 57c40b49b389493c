#include "app/trace_table.hpp"

#include <gtest/gtest.h>

#include "app/language.hpp"

namespace ingot::app {
namespace {

// An answer about a lot of 1,000 kg made of two, one with a Chinese name.
std::string answer(std::string const& basis_of_second, std::string const& rest = "") {
    return R"({"kind":"upstream","query":{"basis":"gross_mass"},"as_of":"2026-11-22T23:17:42.560462Z",)"
           R"("start":[{"id":"88.1/Z","quantity_kg":1000,"on_hand_kg":250.5}],)"
           R"("nodes":[{"id":"88.1/铅精矿1","share":0.75,"mass_kg":750,"hops":1,"last_time":"2026-11-13T12:00:00Z",)"
           R"("terminal":"origin"},{"id":"88.1/B","share":0.00001,"mass_kg":1234567.8,"hops":12,)"
           R"("last_time":"2026-11-13T03:30:00Z","terminal":null},{"id":"88.1/C","share":0.1,"mass_kg":1,"hops":1}],)"
           R"("events":[{"basis_used":"gross_mass"},{"basis_used":")" +
           basis_of_second +
           R"("}],"closure":{"resolved":0.75,"unknown":0.25,"masked":0,"beyond_limit":0,"pruned":0},)" +
           R"("quality":{"assumed":0},"gaps":[],"next":null)" + rest + "}";
}

void speak(std::string const& language) {
    std::vector<std::string> words{"--lang", language};
    ASSERT_TRUE(take_language(words));
}

TEST(TraceTable, NamesColumnsUnitsBasisAndWhatIsLeftOut) {
    speak("en");
    EXPECT_EQ(trace_table(answer("gross_mass"), 2),
              "88.1/Z came from: 1,000 kg, on hand 250.5 kg\n"
              "  basis asked gross_mass, used gross_mass, as of 2026-11-22T23:17:42.560462Z\n"
              "\n"
              "     SHARE                    AMOUNT  STEPS  LAST EVENT        LOT\n"
              "  75.000 %  ██████            750 kg      1  2026-11-13 12:00  88.1/铅精矿1  (origin)\n"
              "  1.00e-05  ▏         1,234,567.8 kg     12  2026-11-13 03:30  88.1/B\n"
              "  … 1 more lots; --rows shows more\n"
              "\n"
              "  resolved 0.75 · unknown 0.25 · masked 0 · beyond limit 0 · pruned 0\n");
}

TEST(TraceTable, SaysWhereAnotherBasisWasUsedAndWhereTheWalkStopped) {
    speak("en");
    std::string const table = trace_table(answer("count", R"(,"truncated":true,"quality":{"assumed":0.5})"), 25);
    EXPECT_NE(table.find("basis asked gross_mass, used count (1 events), gross_mass (1 events), as of"),
              std::string::npos)
        << table;
    EXPECT_NE(table.find("by estimate, because the events do not state this one: 50.000 %\n"), std::string::npos);
    EXPECT_NE(table.find("--max-nodes"), std::string::npos);
    EXPECT_EQ(table.find("more lots"), std::string::npos);
}

TEST(TraceTable, SpeaksChinese) {
    speak("zh");
    std::string const table = trace_table(answer("gross_mass"), 2);
    speak("en");
    EXPECT_NE(table.find("88.1/Z 来源：1,000 kg，在库 250.5 kg\n"), std::string::npos) << table;
    EXPECT_NE(table.find("步数  最近事件          批次\n"), std::string::npos) << table;
    EXPECT_NE(table.find("（源头）"), std::string::npos);
    EXPECT_NE(table.find("已追到 0.75 · 不明 0.25"), std::string::npos);
}

TEST(TraceTable, DownstreamTellsBothSharesAndWhatIsOnHand) {
    speak("en");
    std::string const table = trace_table(
        R"({"kind":"downstream","query":{"basis":"count"},"as_of":"t","start":[{"id":"88.1/A","quantity":3,"uom":"H87"}],)"
        R"("nodes":[{"id":"88.1/B\u001b[2J","exposure":0.6,"share_of_start":1,"quantity":3,"uom":"H87","on_hand":2,)"
        R"("hops":1,"last_time":"2026-11-13T12:00:00Z","terminal":null}],"events":[],"closure":{"resolved":1}})",
        25);
    EXPECT_NE(table.find("88.1/A went into: 3 H87\n"), std::string::npos) << table;
    EXPECT_NE(table.find("    IN LOT             OF START  AMOUNT  ON HAND  STEPS  LAST EVENT        LOT\n"),
              std::string::npos)
        << table;
    EXPECT_NE(table.find("  60.000 %  ████▊     100.000 %   3 H87    2 H87      1  2026-11-13 12:00  88.1/B?[2J\n"),
              std::string::npos)
        << table;
}

TEST(TraceTable, GroupsThousands) {
    struct Row {
        double value;
        int digits;
        char const* text;
    };
    Row const rows[] = {
        {1234567.5, 1, "1,234,567.5"}, {1000, 1, "1,000"}, {999.96, 1, "1,000"}, {-1234, 0, "-1,234"}, {0, 1, "0"}};
    for (auto const& row : rows) EXPECT_EQ(grouped(row.value, row.digits), row.text);
}

}  // namespace
}  // namespace ingot::app
