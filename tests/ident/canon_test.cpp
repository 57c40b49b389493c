#include <gtest/gtest.h>

#include "ident/event_id.hpp"

namespace ingot::ident {
namespace {

CanonContext const kContext{{"node.example"}, {"old.example"}};

std::string key(std::string const& uri) {
    auto lot = canon(uri, kContext);
    if (!lot) return "error " + std::string(slug(lot.error().code));
    static constexpr char const* kKinds[] = {"node ", "gs1 ", "uri "};
    return kKinds[int(lot->kind)] + lot->canonical;
}

// trace-semantics.md 1.8, the table of equal lots.
TEST(Canon, MergesTheFormsOfTheTable) {
    for (auto uri : {"urn:epc:class:lgtin:6901234.000101.MIX2", "https://id.gs1.org/01/06901234001013/10/MIX2",
                     "https://trace.example.cn/dl/01/06901234001013/10/MIX2"})
        EXPECT_EQ(key(uri), "gs1 /01/06901234001013/10/MIX2") << uri;
    for (auto uri : {"https://id.example.cn/88.101.5/class/PB-1", "hdl:88.101.5/class/PB-1",
                     "info:hdl/88.101.5/class/PB-1", "https://node.example/88.101.5/class/pb-1?x=1#y"})
        EXPECT_EQ(key(uri), "node 88.101.5/CLASS/PB-1") << uri;
    EXPECT_EQ(canon_parameter("88.101.5/class/PB-1", kContext)->canonical, "88.101.5/CLASS/PB-1");
    EXPECT_EQ(key("urn:vaa:88.101.5:obj:ING-7"), "uri urn:vaa:88.101.5:obj:ING-7");
    EXPECT_TRUE(canon("urn:vaa:88.101.5:obj:ING-7", kContext)->opaque_urn);
    EXPECT_FALSE(canon("https://a.cn/x", kContext)->opaque_urn);
}

TEST(Canon, DoesNotMergeStrangersPaths) {
    EXPECT_EQ(key("https://a.cn/1.0/x"), "uri https://a.cn/1.0/x");
    EXPECT_EQ(key("https://b.cn/1.0/x"), "uri https://b.cn/1.0/x");
    EXPECT_EQ(key("https://a.cn/20.500.1/x"), "uri https://a.cn/20.500.1/x");
    EXPECT_EQ(key("https://a.cn/88.12/x"), "uri https://a.cn/88.12/x");
    EXPECT_EQ(key("https://a.cn/0.NA/88.101.5"), "uri https://a.cn/0.NA/88.101.5");
    EXPECT_EQ(key("https://a.cn/v1/88.101.5/x"), "uri https://a.cn/v1/88.101.5/x");
}

TEST(Canon, TakesAnyPrefixFromOwnAndAliasHosts) {
    for (std::string host : {"node.example", "NODE.example:8443", "old.example", "hdl.handle.net", "doi.org"})
        EXPECT_EQ(key("https://" + host + "/20.500.1/x"), "node 20.500.1/X") << host;
    EXPECT_EQ(key("https://node.example/products/x"), "uri https://node.example/products/x");
}

TEST(Canon, DecodesOnceAndDropsQueryAndFragment) {
    EXPECT_EQ(key("https://a.cn/88.423.10010/%E9%93%85-01?a=b"), "node 88.423.10010/铅-01");
    EXPECT_EQ(key("https://a.cn/88.118.8%2FJX1#f"), "node 88.118.8/JX1");
    EXPECT_EQ(key("https://a.cn/88.118.8/a%252Fb"), "node 88.118.8/A%2FB");
    EXPECT_EQ(key("https://a.cn/88.118.8/a%zz"), "uri https://a.cn/88.118.8/a%zz");
}

TEST(Canon, PrefixWithoutSuffixIsAParty) {
    auto party = canon("https://a.cn/88.101.5", kContext);
    ASSERT_TRUE(party);
    EXPECT_EQ(party->canonical, "0.NA/88.101.5");
    EXPECT_FALSE(party->has_suffix);
    EXPECT_EQ(canon("https://node.example/0.na/88.101.5", kContext)->canonical, "0.NA/88.101.5");
    EXPECT_EQ(canon_parameter("88.101.5", kContext)->canonical, "0.NA/88.101.5");
    EXPECT_TRUE(canon("hdl:88.101.5/x", kContext)->has_suffix);
}

TEST(Canon, Gs1KeysDropVariantAndPreferSerial) {
    EXPECT_EQ(key("https://a.cn/01/06901234001013/22/V/10/L"), "gs1 /01/06901234001013/10/L");
    EXPECT_EQ(key("https://a.cn/01/06901234001013/10/L/21/S"), "gs1 /01/06901234001013/21/S");
    EXPECT_EQ(canon_parameter("/01/06901234001013/10/L", kContext)->canonical, "/01/06901234001013/10/L");
}

TEST(Canon, ClassHasNeitherLotNorSerial) {
    EXPECT_TRUE(canon("urn:epc:idpat:sgtin:6901234.000101.*", kContext)->class_only);
    EXPECT_TRUE(canon("https://a.cn/01/06901234001013/22/V", kContext)->class_only);
    EXPECT_FALSE(canon("https://a.cn/01/06901234001013/10/L", kContext)->class_only);
    EXPECT_FALSE(canon("https://a.cn/00/395270010000047114", kContext)->class_only);
}

TEST(Canon, NormalisesOtherUris) {
    EXPECT_EQ(key("HTTPS://User@A.CN:443/a%2fB?Q=%e9#F"), "uri https://User@a.cn/a%2FB?Q=%E9#F");
    EXPECT_EQ(key("http://A.cn:443/x"), "uri http://a.cn:443/x");
    EXPECT_EQ(key("http://A.cn:80"), "uri http://a.cn");
    EXPECT_EQ(key("URN:UUID:Ab-1"), "uri urn:UUID:Ab-1");
    EXPECT_EQ(key("did:web:A.cn"), "uri did:web:A.cn");
    EXPECT_EQ(key("hdl:no-suffix"), "uri hdl:no-suffix");
}

TEST(Canon, RefusesTextWithoutSchemeInDocuments) {
    for (auto text : {"88.999.3212001/X", "X", "", "urn:", "1a:b", "https://a.cn/a b", "a:\x01"})
        EXPECT_EQ(key(text), "error invalid-identifier") << text;
    EXPECT_EQ(key("urn:x:\xC0\xAF"), "error invalid-identifier");
    EXPECT_EQ(key("urn:" + std::string(2045, 'x')), "error invalid-identifier");
    EXPECT_FALSE(canon_parameter("X", kContext));
    EXPECT_FALSE(canon_parameter("/01/0690", kContext));
    EXPECT_FALSE(canon_parameter("", kContext));
}

TEST(Canon, KeyOfAKeyIsItself) {
    for (auto uri : {"HTTPS://A.CN:443/a%2fB", "urn:vaa:88.101.5:obj:ING-7", "https://a.cn/88.118.8/a%252Fb"}) {
        auto once = canon(uri, kContext);
        EXPECT_EQ(canon_parameter(once->canonical, kContext)->canonical, once->canonical) << uri;
    }
}

}  // namespace
}  // namespace ingot::ident
