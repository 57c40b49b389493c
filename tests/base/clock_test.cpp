#include "base/clock.hpp"

#include <gtest/gtest.h>

namespace ingot {
namespace {

struct TimeCase {
    char const* text;
    char const* utc;  // nullptr: refused
};

class ParseTime : public testing::TestWithParam<TimeCase> {};

TEST_P(ParseTime, ReadsRfc3339AndNothingElse) {
    auto time = parse_time(GetParam().text);
    ASSERT_EQ(time.has_value(), GetParam().utc != nullptr) << GetParam().text;
    if (time) {
        EXPECT_EQ(format_time(*time, 6), GetParam().utc);
    }
}

INSTANTIATE_TEST_SUITE_P(
    Table, ParseTime,
    testing::Values(TimeCase{"2026-11-22T06:10:00+08:00", "2026-11-21T22:10:00.000000Z"},
                    TimeCase{"2026-11-22T00:00:00Z", "2026-11-22T00:00:00.000000Z"},
                    TimeCase{"2026-11-22T00:00:00.1234567Z", "2026-11-22T00:00:00.123456Z"},
                    TimeCase{"1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59.500000Z"},
                    TimeCase{"0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000000Z"},
                    TimeCase{"9999-12-31T23:59:59Z", "9999-12-31T23:59:59.000000Z"},
                    TimeCase{"2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000000Z"},
                    TimeCase{"2017-01-01T07:59:60+08:00", "2017-01-01T00:00:00.000000Z"},
                    TimeCase{"2024-02-29T00:00:00-00:00", "2024-02-29T00:00:00.000000Z"},
                    TimeCase{"2016-12-31T12:00:60Z", nullptr}, TimeCase{"2026-02-29T00:00:00Z", nullptr},
                    TimeCase{"2026-11-22T00:00:00", nullptr}, TimeCase{"2026-11-22 00:00:00Z", nullptr},
                    TimeCase{"2026-11-22T24:00:00Z", nullptr}, TimeCase{"2026-11-22T00:60:00Z", nullptr},
                    TimeCase{"2026-11-22T00:00:00.Z", nullptr}, TimeCase{"2026-11-22T00:00:00+0800", nullptr},
                    TimeCase{"2026-11-22T00:00:00+24:00", nullptr}, TimeCase{"2026-11-22T00:00:00Zx", nullptr},
                    TimeCase{"", nullptr}, TimeCase{"26-11-22T00:00:00Z", nullptr}));

TEST(FormatTime, CutsToTheDigitsAsked) {
    auto time = from_micros(1'795'305'600'123'999);
    EXPECT_EQ(format_time(time, 0), "2026-11-22T00:00:00Z");
    EXPECT_EQ(format_time(time, 3), "2026-11-22T00:00:00.123Z");
    EXPECT_EQ(format_time(time, 6), "2026-11-22T00:00:00.123999Z");
    EXPECT_EQ(format_http_date(time), "Sun, 22 Nov 2026 00:00:00 GMT");
}

TEST(FormatTime, ReadsBackEveryTimeItWrites) {
    for (int64_t micros = -4'000'000'000'000'000; micros < 8'000'000'000'000'000; micros += 86'399'999'983'777) {
        auto time = from_micros(micros);
        EXPECT_EQ(parse_time(format_time(time, 6)), time);
    }
}

}  // namespace
}  // namespace ingot
