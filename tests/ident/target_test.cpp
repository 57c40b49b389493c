#include "ident/target.hpp"

#include <gtest/gtest.h>

namespace ingot::ident {
namespace {

// identifiers.md 4, the table of request targets: what stands after the fixed route.
TEST(Target, DecodesTheRoutingTableByteForByte) {
    EXPECT_EQ(*decode_identifier_path("88.118.8/JXDY2106023"), "88.118.8/JXDY2106023");
    EXPECT_EQ(*decode_identifier_path("88.118.8%2FJXDY2106023"), "88.118.8/JXDY2106023");
    EXPECT_EQ(*decode_identifier_path("88.1/a%2Fb"), "88.1/a/b");
    EXPECT_EQ(*decode_identifier_path("88.423.10010/%E9%93%85%E9%94%AD-01"), "88.423.10010/铅锭-01");
    EXPECT_EQ(*decode_identifier_query("88.1021.150/002"), "88.1021.150/002");
    EXPECT_EQ(*decode_identifier_path("88.1/a%252Fb"), "88.1/a%2Fb");
    for (auto bad : {"88.1/a%zz", "88.1/%C0%AF", "88.1/a%", "88.1/a%2", "88.1/a%00"}) {
        auto decoded = decode_identifier_path(bad);
        ASSERT_FALSE(decoded) << bad;
        EXPECT_EQ(decoded.error().code, Code::BadEncoding) << bad;
    }
}

TEST(Target, PlusIsAPlusSignInPathsAndQueries) {
    EXPECT_EQ(*decode_identifier_path("88.1/a+b"), "88.1/a+b");
    EXPECT_EQ(*decode_identifier_query("88.1/a+b"), "88.1/a+b");
    EXPECT_EQ(*decode_identifier_query("88.1/a%20b"), "88.1/a b");
}

TEST(Target, SnmsDecodesTwiceOnlyForDoubleEncodingClients) {
    EXPECT_EQ(*decode_snms_handle("88.118.8%252FJX1"), "88.118.8/JX1");
    EXPECT_EQ(*decode_snms_handle("88.118.8%2FJX%252F1"), "88.118.8/JX%2F1");
    EXPECT_EQ(*decode_snms_handle("88.118.8"), "88.118.8");
    EXPECT_EQ(*decode_identifier_query("88.118.8%252FJX1"), "88.118.8%2FJX1");
}

TEST(Target, ClassifiesByTheFirstPart) {
    struct Row {
        std::string target;
        TargetKind kind;
    };
    std::vector<std::string> const snms{"snms-old"};
    for (auto const& [target, kind] : {Row{"/v1/identifiers/88.1/x", TargetKind::FixedRoute},
                                       Row{"/metrics", TargetKind::FixedRoute},
                                       Row{"/healthz?x=1", TargetKind::FixedRoute},
                                       Row{"/identityv2/data/detail?handle=88.1021.150/002", TargetKind::FixedRoute},
                                       Row{"/snms-old/x", TargetKind::FixedRoute},
                                       Row{"/openapi.json", TargetKind::FixedRoute},
                                       Row{"/openapi.json/x", TargetKind::Identifier},
                                       Row{"/.well-known/gs1resolver", TargetKind::WellKnown},
                                       Row{"/01/09527001000309", TargetKind::Gs1},
                                       Row{"/8004/x", TargetKind::Gs1},
                                       Row{"/88.118.8/JXDY2106023", TargetKind::Identifier},
                                       Row{"/88.118.8%2FJXDY2106023", TargetKind::Identifier},
                                       Row{"/88.118.8%2fJX?a=b", TargetKind::Identifier},
                                       Row{"/88.111.1", TargetKind::PrefixRecord},
                                       Row{"/88.111.1/", TargetKind::Identifier},
                                       Row{"/1.2.156.3088.1", TargetKind::Oid},
                                       Row{"/0.NA/88.111.1", TargetKind::Identifier},
                                       Row{"/10.1000", TargetKind::PrefixRecord},
                                       Row{"/did:cn:88.100.1", TargetKind::Did},
                                       Row{"/products/x", TargetKind::Other},
                                       Row{"/", TargetKind::Other},
                                       Row{"//88.1/x", TargetKind::Other},
                                       Row{"", TargetKind::Other}})
        EXPECT_EQ(int(classify_target(target, snms)), int(kind)) << target;
}

TEST(Target, EmitsPathsThatReadBack) {
    for (std::string text :
         {"88.118.8/JXDY2106023", "88.1/a/b", "88.423.10010/铅锭-01", "88.1/a%2Fb", "88.1/#?&+;='"}) {
        auto identifier = Identifier::parse(text);
        std::string path = emit_path(*identifier);
        EXPECT_EQ(path.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/%"),
                  std::string::npos);
        EXPECT_EQ(*decode_identifier_path(path.substr(1)), text);
    }
    EXPECT_EQ(emit_path(*Identifier::parse("88.423.10010/铅锭-01")), "/88.423.10010/%E9%93%85%E9%94%AD-01");
    EXPECT_EQ(emit_path(*Identifier::parse("88.1/a/b")), "/88.1/a/b");
}

}  // namespace
}  // namespace ingot::ident
