#include "base/crypto.hpp"

#include <gtest/gtest.h>

#include <set>

#include "base/encoding.hpp"
#include "base/result.hpp"

namespace ingot {
namespace {

TEST(Crypto, KnowsThePublishedDigests) {
    EXPECT_EQ(to_hex(bytes_of(sha256(""))), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(to_hex(bytes_of(sha256("abc"))), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    Sha256 pieces;
    EXPECT_EQ(pieces.add("a").add("bc").finish(), sha256("abc"));
    EXPECT_EQ(pieces.add("abc").finish(), sha256("abc")) << "reusable after finish";
    EXPECT_EQ(crc32c("123456789"), 0xe3069283u);
    EXPECT_EQ(crc32c("6789", crc32c("12345")), 0xe3069283u);
}

TEST(Crypto, HashesAnApiKeyAsSecurityPage23Says) {
    std::string pepper, key = "ingk_abcdefghij_" + std::string(43, 'A');
    for (int i = 0; i < 32; ++i) pepper += char(i);
    EXPECT_EQ(to_hex(bytes_of(hmac_sha256(pepper, key))),
              "6a4e78986486a25ce8503f770d20cccf90f1b5b5c4918e79604be8d80423a1bd");
}

TEST(ObjectId, HoldsAUuid7InTwentySixCrockfordCharacters) {
    SystemRandom random;
    std::string id = make_object_id("al", 1'795'305'600'000, random);
    EXPECT_EQ(id.size(), 29u);
    EXPECT_EQ(id.substr(0, 3), "al_");
    EXPECT_EQ(id.find_first_not_of("0123456789abcdefghjkmnpqrstvwxyz", 3), std::string::npos);
    EXPECT_LT(make_object_id("al", 1'000, random), make_object_id("al", 1'795'305'600'000, random)) << "sorts by time";
    auto uuid = format_uuid(make_uuid7(1'795'305'600'000, random));
    EXPECT_EQ(uuid.substr(0, 13), "01a2008d-7400");
}

TEST(Codes, HaveOneSlugEach) {
    std::set<std::string_view> slugs;
    int count = 0;
#define INGOT_CODE(name, slug_text)                     \
    EXPECT_TRUE(slugs.insert(slug(Code::name)).second); \
    EXPECT_EQ(slug(Code::name), slug_text);             \
    ++count;
#include "base/codes.inc"
#undef INGOT_CODE
    EXPECT_GT(count, 100);
}

}  // namespace
}  // namespace ingot
