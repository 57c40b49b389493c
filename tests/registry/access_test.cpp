// The tenant matrix of spec/security.md 4.1 to 4.3 for the roles there are.
#include "registry/access.hpp"

#include <gtest/gtest.h>

namespace ingot::registry {
namespace {

Principal principal(Role role, std::string enterprise, std::vector<std::string> acts = {}) {
    Principal made;
    made.id = "pr_1";
    made.enterprise = std::move(enterprise);
    made.roles = {role};
    made.acts = std::move(acts);
    return made;
}

constexpr Act kActs[] = {Act::RecordRead,   Act::RecordWrite,  Act::RecordWithdraw, Act::CodeAllocate, Act::CodeAssign,
                         Act::CodeVoid,     Act::TemplateRead, Act::TemplateWrite,  Act::EventCapture, Act::EventRead,
                         Act::EventCorrect, Act::TraceRun,     Act::ExportRun,      Act::StatsRead};

// A allow, H hide, D deny; one letter for each of kActs, on a private thing of the own enterprise and of another.
struct Row {
    char const* who;
    Principal principal;
    char const* own;
    char const* foreign;
};

std::string verdicts(Principal const& who, std::string_view owner) {
    std::string text;
    for (Act act : kActs) {
        auto const verdict = authorize(who, act, {"88.1", owner, false}).verdict;
        text += verdict == Verdict::Allow ? 'A' : verdict == Verdict::Hide ? 'H' : 'D';
    }
    return text;
}

TEST(Access, FollowsTheTableOfActsForEveryRole) {
    Row const rows[] = {
        //                                                     rwxacv tt cre t es      rwxacv tt cre t es
        {"anonymous", Principal{}, "HDDDDDHDDHDHHH", "HDDDDDHDDHDHHH"},
        {"viewer", principal(Role::viewer, "en_a"), "ADDDDDADDADAAA", "HDDDDDHDDHDHHH"},
        {"operator", principal(Role::operator_, "en_a"), "AAAAAAAAAAAAAA", "HDDDDDHDDHDHHH"},
        {"station", principal(Role::station, "en_a"), "AAAADDADAAAAHH", "HDDDDDHDDHDHHH"},
        {"station that prints", principal(Role::station, "en_a", {"code.allocate"}), "HDDADDHDDHDHHH",
         "HDDDDDHDDHDHHH"},
        {"partner", principal(Role::partner, "en_a"), "HDDDDDHDAHDHHH", "HDDDDDHDDHDHHH"},
        {"platform_admin", principal(Role::platform_admin, ""), "HDDDDDHDDHDHAA", "HDDDDDHDDHDHAA"},
        {"security_admin", principal(Role::security_admin, ""), "HDDDDDHDDHDHHH", "HDDDDDHDDHDHHH"},
    };
    for (Row const& row : rows) {
        EXPECT_EQ(verdicts(row.principal, "en_a"), row.own) << row.who;
        EXPECT_EQ(verdicts(row.principal, "en_b"), row.foreign) << row.who;
        EXPECT_EQ(verdicts(row.principal, ""), row.foreign) << row.who << " on what nobody owns";
    }
}

TEST(Access, PublicRecordsAreEveryonesToReadAndNobodyElsesToChange) {
    Resource const record{"88.1", "en_a", true};
    for (auto const& who : {Principal{}, principal(Role::operator_, "en_b"), principal(Role::partner, "en_b")}) {
        auto const read = authorize(who, Act::RecordRead, record);
        EXPECT_EQ(read.verdict, Verdict::Allow);
        EXPECT_EQ(read.level, Visibility::public_fields);
        EXPECT_EQ(authorize(who, Act::RecordWrite, record).verdict, Verdict::Deny);
    }
    EXPECT_EQ(authorize(principal(Role::viewer, "en_a"), Act::RecordRead, record).level, Visibility::record);
}

TEST(Access, PlatformActsBelongToTheirRoleAlone) {
    auto const platform = principal(Role::platform_admin, ""), security = principal(Role::security_admin, "");
    for (Act act : {Act::PrefixDelegate, Act::PrefixSuspend}) {
        EXPECT_TRUE(may_ever(platform, act));
        EXPECT_FALSE(may_ever(security, act));
        EXPECT_FALSE(may_ever(principal(Role::operator_, "en_a"), act));
    }
    EXPECT_TRUE(may_ever(security, Act::UserManage));
    EXPECT_FALSE(may_ever(platform, Act::UserManage));
    EXPECT_EQ(authorize(platform, Act::TemplateWrite, {}).verdict, Verdict::Allow);
    EXPECT_EQ(authorize(platform, Act::TemplateWrite, {"88.1", "en_a"}).verdict, Verdict::Deny);
}

TEST(Access, NobodyIsAllowedAnythingWhenNotActive) {
    Principal suspended = principal(Role::operator_, "en_a");
    suspended.active = false;
    for (Act act : kActs) {
        EXPECT_NE(authorize(suspended, act, {"88.1", "en_a", true}).verdict, Verdict::Allow);
        EXPECT_FALSE(may_ever(suspended, act));
    }
}

TEST(Access, ErrorsSayWhatIsMissingAndNothingOfWhatIsHidden) {
    auto code = [](Principal const& who, Act act, Resource const& resource) {
        auto allowed = Authorised::check(who, act, resource);
        return allowed ? "allowed" : std::string(slug(allowed.error().code));
    };
    Resource const own{"88.1", "en_a"}, foreign{"88.2", "en_b"};
    EXPECT_EQ(code(Principal{}, Act::RecordWrite, foreign), "not-authenticated");
    EXPECT_EQ(code(Principal{}, Act::RecordRead, foreign), "not-found");
    EXPECT_EQ(code(principal(Role::viewer, "en_a"), Act::RecordWrite, own), "no-permission");
    EXPECT_EQ(code(principal(Role::operator_, "en_a"), Act::RecordWrite, foreign), "forbidden");
    EXPECT_EQ(code(principal(Role::operator_, "en_a"), Act::RecordWrite, own), "allowed");
}

}  // namespace
}  // namespace ingot::registry
