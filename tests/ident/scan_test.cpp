#include "ident/scan.hpp"

#include <gtest/gtest.h>

namespace ingot::ident {
namespace {

std::string read(std::string const& text) {
    auto scan = parse_scan(text);
    if (!scan) {
        std::string out(slug(scan.error().code));
        for (auto const& extra : scan.error().extras)
            if (extra.name == "position" || extra.name == "expected")
                out += " " + (extra.name == "position" ? std::to_string(std::get<int64_t>(extra.value))
                                                       : std::get<std::string>(extra.value));
        return out;
    }
    std::string out = std::string(word(scan->kind)) + " " + scan->canonical;
    if (scan->gs1)
        for (auto const& attribute : scan->gs1->attributes) out += " " + attribute.ai + "=" + attribute.value;
    return out;
}

// gs1-resolver.md 4, the table of inputs.
TEST(Scan, AnswersTheScanTable) {
    EXPECT_EQ(read("]C1010952700100030910L2611A\x1D"
                   "21B000123"),
              "gs1 /01/09527001000309/10/L2611A/21/B000123");
    EXPECT_EQ(read("]d2010952700100030917271130\x1D"
                   "10L2611A"),
              "gs1 /01/09527001000309/10/L2611A 17=271130");
    EXPECT_EQ(read("(01)09527001000309(3103)025000(10)L2611A"), "gs1 /01/09527001000309/10/L2611A 3103=025000");
    EXPECT_EQ(read("]e000395270010000047114"), "gs1 /00/395270010000047114");
    EXPECT_EQ(read("]E09527001000309"), "gs1 /01/09527001000309");
    EXPECT_EQ(read("]Q1https://node.example/01/09527001000309/10/L2611A"), "gs1 /01/09527001000309/10/L2611A");
    EXPECT_EQ(read("88.101.5/PD.PB9994.20261122.000123"), "identifier 88.101.5/PD.PB9994.20261122.000123");
    EXPECT_EQ(read("]C1010952700100030810X"), "dl_check_digit 9 5");
    EXPECT_EQ(read("]C1"), "scan-empty");
    EXPECT_EQ(read("]Z9abc"), "scan-symbology");
}

TEST(Scan, ReadsEverySymbology) {
    EXPECT_EQ(read("]J1"
                   "0109527001000309"),
              "gs1 /01/09527001000309");
    EXPECT_EQ(read("]Q3"
                   "0109527001000309"),
              "gs1 /01/09527001000309");
    EXPECT_EQ(read("]E4"
                   "52700101"),
              read("(01)00000052700101"));
    EXPECT_EQ(read("]I1"
                   "09527001000309"),
              "gs1 /01/09527001000309");
    EXPECT_EQ(read("]E0"
                   "952700100030"),
              "dl_length 3");
    EXPECT_EQ(read("]E0"
                   "9527001000308"),
              "dl_check_digit 9 3");
    for (std::string id : {"]d1", "]Q1", "]J0", "]C0", "]A0", "]X0"})
        EXPECT_EQ(read(id + "88.101.5/x"), "identifier 88.101.5/X") << id;
    EXPECT_EQ(parse_scan("]A0HX-2026-0007")->symbology, "]A0");
    EXPECT_EQ(read("]C1010952700100030910A^21B"), "dl_charset 21");
    EXPECT_EQ(read("]"), "scan-symbology");
}

TEST(Scan, ReadsStrippedAndTypedElementStrings) {
    EXPECT_EQ(read("\x1D"
                   "010952700100030910L\x1D"
                   "21S"),
              "gs1 /01/09527001000309/10/L/21/S");
    EXPECT_EQ(read("^010952700100030910L^21S"), "gs1 /01/09527001000309/10/L/21/S");
    EXPECT_EQ(read("^0109527001000308"), "dl_check_digit 9 3");
}

TEST(Scan, StripsWhatKeyboardWedgesAdd) {
    EXPECT_EQ(read(" \t88.101.5/x\r\n"), "identifier 88.101.5/X");
    EXPECT_EQ(read("  (01)09527001000300"), "dl_check_digit 9 6");
    EXPECT_EQ(read(" \r\n"), "scan-empty");
    EXPECT_EQ(read(""), "scan-empty");
}

TEST(Scan, FindsIdentifiersInUrlsOfAnyHost) {
    EXPECT_EQ(read("http://h5.example/#/sign?handle=88.118.8%2FJX1&sign=iot"), "identifier 88.118.8/JX1");
    EXPECT_EQ(read("https://h5.example/q?id=88.118.8/JX1"), "identifier 88.118.8/JX1");
    EXPECT_EQ(read("https://h5.example/q#identifier=88.118.8%2FJX1"), "identifier 88.118.8/JX1");
    EXPECT_EQ(read("https://node.example/88.118.8/JX1?lang=zh"), "identifier 88.118.8/JX1");
    EXPECT_EQ(read("https://other.example/resolve/88.118.8/a/b"), "identifier 88.118.8/A/B");
    EXPECT_EQ(read("https://other.example/88.118.8%2FJX1"), "identifier 88.118.8/JX1");
    EXPECT_EQ(read("https://other.example/88.118.8"), "prefix-record 0.NA/88.118.8");
    EXPECT_EQ(read("HTTPS://NODE.EXAMPLE/01/09527001000309"), "gs1 /01/09527001000309");
    EXPECT_EQ(read("https://shop.example/products/7?id=5/3"), "url https://shop.example/products/7?id=5/3");
}

TEST(Scan, ReportsAWrongKeyInALink) {
    auto scan = parse_scan("https://x.example/01/09527001000300");
    ASSERT_FALSE(scan);
    EXPECT_EQ(scan.error().code, Code::DlCheckDigit);
}

// identifiers.md 3 and 3.1
TEST(Scan, ReadsSchemesThatNameThemselves) {
    EXPECT_EQ(read("DID:CN:88.100.1"), "did did:cn:88.100.1");
    EXPECT_EQ(parse_scan("did:cn:88.100.1")->identifier->canonical(), "0.NA/88.100.1");
    EXPECT_EQ(read("did:cn:x"), "invalid-identifier");
    EXPECT_EQ(read("did:bid:ef2abcd"), "did did:bid:ef2abcd");
    EXPECT_EQ(read("did:"), "invalid-identifier");
    EXPECT_EQ(read("urn:epc:id:sscc:9527001.3000004711"), "gs1 /00/395270010000047114");
    EXPECT_EQ(read("urn:epc:id:xyz:1"), "epc-uri urn:epc:id:xyz:1");
    EXPECT_EQ(read("hdl:88.101.5/x"), "identifier 88.101.5/X");
    EXPECT_EQ(read("info:hdl/88.101.5/x"), "identifier 88.101.5/X");
    EXPECT_EQ(read("Ecode:100361234567890"), "ecode ecode:100361234567890");
    EXPECT_EQ(read(std::string("[)>\x1E"
                               "06\x1D"
                               "25SVAA88101\x1D"
                               "1T7\x1E\x04")),
              "vaa-carrier 25SVAA88101");
    EXPECT_EQ(read("25SVAA88101"), "vaa-carrier 25SVAA88101");
}

TEST(Scan, ReadsBareNames) {
    EXPECT_EQ(read("0.na/88.111.1"), "prefix-record 0.NA/88.111.1");
    EXPECT_EQ(read("88.111.1"), "prefix-record 0.NA/88.111.1");
    EXPECT_EQ(read("1.2.156.3088.1"), "oid 1.2.156.3088.1");
    EXPECT_EQ(read("9527001000309"), "gs1 /01/09527001000309");
    EXPECT_TRUE(parse_scan("9527001000309")->assumed);
    EXPECT_EQ(read("9527001000308"), "supplier-code 9527001000308");
    EXPECT_EQ(read("HX-2026-0007"), "supplier-code HX-2026-0007");
    EXPECT_EQ(read("1.02"), "supplier-code 1.02");
}

TEST(Scan, RefusesBytesThatAreNoText) {
    EXPECT_EQ(read(std::string("a\0b", 3)), "invalid-identifier");
    EXPECT_EQ(read("\xC0\xAF"), "invalid-identifier");
    EXPECT_EQ(read(std::string(2049, 'x')), "invalid-identifier");
}

TEST(Oid, FollowsX660) {
    for (auto text : {"0.0", "1.39", "2.999.1", "1.2.156.3088.1", "2.40"}) EXPECT_TRUE(is_oid(text)) << text;
    for (auto text : {"", "1", "3.1", "1.40", "0.40", "1.02", "1..2", "1.2.", ".1", "1.2a", "10.1"})
        EXPECT_FALSE(is_oid(text)) << text;
    std::string arcs = "2";
    for (int i = 1; i < 128; ++i) arcs += ".1";
    EXPECT_TRUE(is_oid(arcs));
    EXPECT_FALSE(is_oid(arcs + ".1"));
    EXPECT_TRUE(is_oid("2." + std::string(39, '9')));
    EXPECT_FALSE(is_oid("2." + std::string(40, '9')));
}

TEST(SupplierCode, BelongsToItsOwner) {
    auto owner = *Prefix::parse("88.999.77");
    EXPECT_EQ(*supplier_code(owner, "HX 2026/7"), "sup:88.999.77:HX%202026%2F7");
    for (std::string bad :
         {std::string(), std::string(129, 'x'), std::string(" x"), std::string("x "), std::string("a\tb")})
        EXPECT_FALSE(supplier_code(owner, bad)) << bad;
}

}  // namespace
}  // namespace ingot::ident
