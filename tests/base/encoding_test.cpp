#include "base/encoding.hpp"

#include <gtest/gtest.h>

#include <random>

namespace ingot {
namespace {

TEST(Encoding, KnowsTheVectorsOfRfc4648) {
    EXPECT_EQ(to_base64(""), "");
    EXPECT_EQ(to_base64("f"), "Zg==");
    EXPECT_EQ(to_base64("fo"), "Zm8=");
    EXPECT_EQ(to_base64("foobar"), "Zm9vYmFy");
    EXPECT_EQ(to_base64url("\xfb\xff"), "-_8");
    EXPECT_EQ(to_hex("\x01\xab"), "01ab");
    EXPECT_EQ(from_base64("Zm8="), "fo");
    EXPECT_FALSE(from_base64("Zm9="));  // stray bits
    EXPECT_FALSE(from_base64("Zm8"));
    EXPECT_FALSE(from_base64url("Zg=="));
    EXPECT_FALSE(from_hex("0"));
    EXPECT_FALSE(from_hex("0g"));
}

TEST(Encoding, ReadsBackWhatItWrites) {
    std::mt19937_64 random(7);
    for (int round = 0; round < 2000; ++round) {
        std::string bytes(random() % 40, '\0');
        for (char& c : bytes) c = char(random());
        EXPECT_EQ(from_hex(to_hex(bytes)), bytes);
        EXPECT_EQ(from_base64(to_base64(bytes)), bytes);
        EXPECT_EQ(from_base64url(to_base64url(bytes)), bytes);
        std::string number;
        uint64_t value = random();
        put_u64be(number, value);
        put_i64be(number, int64_t(value));
        EXPECT_EQ(get_u64be(number, 0), value);
        EXPECT_EQ(get_i64be(number, 8), int64_t(value));
    }
}

TEST(Encoding, KeepsNumberOrderInByteOrder) {
    int64_t const values[] = {INT64_MIN, -2, -1, 0, 1, 255, 256, INT64_MAX};
    for (size_t i = 1; i < std::size(values); ++i) {
        std::string low, high;
        put_i64be(low, values[i - 1]);
        put_i64be(high, values[i]);
        EXPECT_LT(low, high);
    }
}

TEST(Percent, DecodesOnceAndRefusesWhatIsMalformed) {
    EXPECT_EQ(percent_decode("a%252Fb"), "a%2Fb");
    EXPECT_EQ(percent_decode("a+b"), "a+b");
    EXPECT_EQ(percent_decode("%E9%93%85"), "铅");
    for (auto const* bad : {"%", "%2", "%zz", "%00", "%C0%AF", "%E9%93", "%ED%A0%80"})
        EXPECT_FALSE(percent_decode(bad)) << bad;
    EXPECT_EQ(percent_encode("88.1/a b铅", "/"), "88.1/a%20b%E9%93%85");
}

TEST(Utf8, AcceptsOnlyShortestWellFormedSequences) {
    for (auto const* good : {"", "plain", "铅锭", "\xF0\x9F\x94\xA5", "\xEF\xBF\xBD"}) EXPECT_TRUE(is_utf8(good));
    for (auto const* bad : {"\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xFF", "\xE9\x93", "\x80"})
        EXPECT_FALSE(is_utf8(bad)) << to_hex(bad);
    size_t at = 0;
    EXPECT_EQ(next_code_point("铅x", at), U'铅');
    EXPECT_EQ(at, 3u);
}

TEST(Excerpt, ShowsOutsideTextWithoutControlsAndCutShort) {
    EXPECT_EQ(excerpt("a\"b\n"), "a\\x22b\\x0a");
    EXPECT_EQ(excerpt("铅锭铅锭", 7), "铅锭…");
    EXPECT_EQ(excerpt("\xFFz"), "\\xffz");
}

}  // namespace
}  // namespace ingot
