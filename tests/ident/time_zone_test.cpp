// base/time_zone.hpp is tested here, beside the business dates that use it.
#include "base/time_zone.hpp"

#include <gtest/gtest.h>

namespace ingot {
namespace {

using namespace std::chrono_literals;

TEST(TimeZone, ShanghaiAndUtcNeedNoDatabase) {
    Time evening = *parse_time("2026-11-22T16:00:00Z");
    EXPECT_EQ(TimeZone::find("Asia/Shanghai")->offset_at(evening), 8h);
    EXPECT_EQ(TimeZone::find("UTC")->offset_at(evening), 0s);
    using std::chrono::November;
    EXPECT_EQ(TimeZone::find("Asia/Shanghai")->date_at(evening), std::chrono::year(2026) / November / 23);
    EXPECT_EQ(TimeZone::find("UTC")->date_at(evening), std::chrono::year(2026) / November / 22);
    EXPECT_EQ(TimeZone::find("UTC")->date_at(*parse_time("1969-12-31T23:59:59Z")), std::chrono::year(1969) / 12 / 31);
}

TEST(TimeZone, RefusesNamesThatAreNone) {
    for (auto name : {"", "Mars/Olympus", "/etc/passwd", "../etc/passwd", "Asia", "Asia/", "tzdata.zi"})
        EXPECT_FALSE(TimeZone::find(name)) << name;
}

TEST(TimeZone, FollowsSummerTimeOfTheDatabase) {
    auto berlin = TimeZone::find("Europe/Berlin");
    if (!berlin) {
        std::cout << "no tz database on this machine: summer time is not tried\n";
        return;
    }
    EXPECT_EQ(berlin->offset_at(*parse_time("2026-03-29T00:59:59Z")), 1h);
    EXPECT_EQ(berlin->offset_at(*parse_time("2026-03-29T01:00:00Z")), 2h);
    EXPECT_EQ(berlin->offset_at(*parse_time("2026-12-01T00:00:00Z")), 1h);
}

}  // namespace
}  // namespace ingot
