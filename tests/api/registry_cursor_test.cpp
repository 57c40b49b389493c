#include "api/cursor.hpp"
#include "registry_api_fixture.hpp"

namespace ingot::api {
namespace {

std::string key() {
    std::string bytes;
    for (char i = 0; i < 32; ++i) bytes += i;
    return bytes;
}

TEST(Cursor, HasTheLayoutOfTheSpecification) {
    std::string const hash = cursor_filter_hash("GET", "/v1/events", "from=2026-11-01&kind=transform", "");
    std::string const position = std::string("88.999.3212001") + '\0' + "PD";
    std::string const cursor = make_cursor(key(), hash, 1795285376, position);
    EXPECT_EQ(cursor, "ASPR0kSv84e8AAAAAGsB4YA4OC45OTkuMzIxMjAwMQBQRBGTAON-NODCy0w-1zAyzNU");
    EXPECT_EQ(*read_cursor(key(), hash, 1795285376, cursor), position);
}

TEST(Cursor, IsGoodForADayItsListAndItsOwnerOnly) {
    std::string const hash = cursor_filter_hash("GET", "/v1/codes", "", "pr_1");
    std::string const cursor = make_cursor(key(), hash, 1000, "x");
    EXPECT_TRUE(read_cursor(key(), hash, 1000 + kCursorSeconds - 1, cursor));
    EXPECT_FALSE(read_cursor(key(), hash, 1000 + kCursorSeconds, cursor));
    EXPECT_FALSE(read_cursor(key(), cursor_filter_hash("GET", "/v1/codes", "", "pr_2"), 1000, cursor));
    EXPECT_FALSE(read_cursor(key(), cursor_filter_hash("GET", "/v1/codes", "q=1", "pr_1"), 1000, cursor));
    EXPECT_FALSE(read_cursor("another key", hash, 1000, cursor));
    for (size_t i = 0; i < cursor.size(); ++i) {
        std::string changed = cursor;
        changed[i] = changed[i] == 'B' ? 'C' : 'B';
        auto read = read_cursor(key(), hash, 1000, changed);
        EXPECT_FALSE(read && *read != "x") << i;
    }
    EXPECT_EQ(read_cursor(key(), hash, 1000, "").error().code, Code::BadCursor);
}

}  // namespace
}  // namespace ingot::api
