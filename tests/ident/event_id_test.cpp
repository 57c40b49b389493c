#include "ident/event_id.hpp"

#include <gtest/gtest.h>

#include "tests/ident/shared_data.hpp"

namespace ingot::ident {
namespace {

std::string canonical(std::string const& uri) { return epc_canonical(uri).value_or("NONE"); }

TEST(EventId, AnswersTheSharedTable) {
    for (auto const& line : shared_lines("own/epc-ids.tsv")) {
        if (line[0] == '#') continue;
        size_t tab = line.find('\t');
        EXPECT_EQ(canonical(line.substr(0, tab)), line.substr(tab + 1)) << line;
    }
}

TEST(EventId, KeepsTheFinestLevelOnly) {
    std::string const gs1 = "https://id.gs1.org";
    EXPECT_EQ(canonical("https://x.example/01/09527001000309/22/V/10/L/21/S"), gs1 + "/01/09527001000309/21/S");
    EXPECT_EQ(canonical("https://x.example/01/09527001000309/22/V"), gs1 + "/01/09527001000309");
    EXPECT_EQ(canonical("https://x.example/01/09527001000309/235/T?10=L#f"), gs1 + "/01/09527001000309/235/T");
    EXPECT_EQ(canonical("HTTP://x.example:81/a/b/c/01/09527001000309/10/L/"), gs1 + "/01/09527001000309/10/L");
    EXPECT_EQ(canonical("https://x.example/01/52700108/10/L"), gs1 + "/01/00000052700108/10/L");
    EXPECT_EQ(canonical("https://x.example/8006/095270010003090103/10/L/21/S"), gs1 + "/8006/095270010003090103/21/S");
    EXPECT_EQ(canonical("https://x.example/01/09527001000408/01/09527001000309"), gs1 + "/01/09527001000309");
}

TEST(EventId, DoesNotVerifyCheckDigits) {
    EXPECT_EQ(canonical("https://x.example/01/09527001000300"), "https://id.gs1.org/01/09527001000300");
}

TEST(EventId, EncodesValuesAsTheEventHashDoes) {
    EXPECT_EQ(canonical("https://x.example/01/09527001000309/10/a'b;c=d!e(f)*+,:~%2f"),
              "https://id.gs1.org/01/09527001000309/10/a'b;c=d%21e%28f%29%2A%2B%2C%3A~%2F");
}

TEST(EventId, LeavesOtherTextAlone) {
    for (auto uri : {"https://x.example/8013/9527001PBING-ASY",
                     "https://x.example/415/9527001000019/8020/R",
                     "https://x.example/01/095270010003090",
                     "https://x.example/01/0952700100030A",
                     "https://x.example/01/09527001000309/10",
                     "https://x.example/01/09527001000309/254/X",
                     "https://x.example/01/09527001000309/10/A/10/B",
                     "https://x.example/8004/ABC9527001",
                     "https://x.example/01/09527001000309/10/A%00",
                     "https://x.example/01/09527001000309/10/A%zz",
                     "ftp://x.example/01/09527001000309",
                     "https://x.example",
                     "urn:epc:id:sgtin:9527001.000030",
                     "urn:epc:id:sgtin:9527001.000030.",
                     "urn:epc:id:sgtin:9527001.00003X.1",
                     "urn:epc:id:sgtin:95270.00000030.1",
                     "urn:epc:id:sgtin:9527001.000030.A B",
                     "urn:epc:id:sgtin:9527001.000030.A%41",
                     "urn:epc:idpat:sgtin:9527001.*.*",
                     "urn:epc:id:sgtin:9527001.000030.AAAAAAAAAAAAAAAAAAAAA",
                     "urn:epc:id:lgtin:9527001.000030.L",
                     "urn:epc:idpat:sscc:9527001.3000004711",
                     "urn:epc:id:xyz:1.2",
                     "urn:epc:id",
                     ""})
        EXPECT_EQ(canonical(uri), "NONE") << uri;
}

TEST(EventId, RefusesRawControlBytes) {
    EXPECT_EQ(canonical(std::string("https://x.example/01/09527001000309/10/A\0B", 42)), "NONE");
    EXPECT_EQ(canonical("https://x.example/01/09527001000309/10/A\x7F"), "NONE");
}

TEST(EventId, ReadsPatternsAndDottedSerials) {
    std::string const gs1 = "https://id.gs1.org";
    EXPECT_EQ(canonical("urn:epc:idpat:grai:9527001.00007.*"), gs1 + "/8003/09527001000071");
    EXPECT_EQ(canonical("urn:epc:idpat:upui:9527001.000030.*"), gs1 + "/01/09527001000309");
    EXPECT_EQ(canonical("urn:epc:idpat:itip:9527001.000030.01.03.*"), gs1 + "/8006/095270010003090103");
    EXPECT_EQ(canonical("urn:epc:class:lgtin:9527002.000010.A.B.C"), gs1 + "/01/09527002000100/10/A.B.C");
    EXPECT_EQ(canonical("urn:epc:id:gdti:952700100009..X"), gs1 + "/253/9527001000095X");
    EXPECT_EQ(canonical("urn:epc:id:pgln:999999999999."), gs1 + "/417/9999999999994");
}

TEST(EventId, SerialisedItemNamesItsLot) {
    EXPECT_EQ(epc_lot_of("https://x.example/01/09527001000309/10/L/21/S"), "https://id.gs1.org/01/09527001000309/10/L");
    EXPECT_EQ(epc_lot_of("https://x.example/01/09527001000309/10/L"), std::nullopt);
    EXPECT_EQ(epc_lot_of("https://x.example/01/09527001000309/21/S"), std::nullopt);
}

TEST(EventId, CanonicalIsItsOwnCanonical) {
    for (auto const& line : shared_lines("own/epc-ids.tsv")) {
        std::string id = line.substr(line.find('\t') + 1);
        if (line[0] == '#' || id == "NONE") continue;
        EXPECT_EQ(canonical(id), id);
    }
}

}  // namespace
}  // namespace ingot::ident
