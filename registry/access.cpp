#include "registry/access.hpp"

#include <algorithm>

namespace ingot::registry {
namespace {

// What a role may do with an act (spec/security.md 4.3).
// node: only what belongs to no enterprise, e.g. a coding profile for every prefix.
enum class Grant : uint8_t { none, own, listed, node, any };

struct Line {
    Act act;
    bool reads;
    Grant station, viewer, operator_, partner, platform_admin, security_admin;
};

using G = Grant;
constexpr Line kTable[] = {
    // act                 reads  station    viewer   operator partner  platform security
    {Act::RecordRead, true, G::own, G::own, G::own, G::none, G::none, G::none},
    {Act::EventRead, true, G::own, G::own, G::own, G::none, G::none, G::none},
    {Act::TemplateRead, true, G::own, G::own, G::own, G::none, G::none, G::none},
    {Act::RecordWrite, false, G::listed, G::none, G::own, G::none, G::none, G::none},
    {Act::RecordWithdraw, false, G::listed, G::none, G::own, G::none, G::none, G::none},
    // A partner has no grants yet; its own events are what it captures under its own prefixes.
    {Act::EventCapture, false, G::listed, G::none, G::own, G::own, G::none, G::none},
    {Act::EventCorrect, false, G::listed, G::none, G::own, G::none, G::none, G::none},
    {Act::CodeAllocate, false, G::listed, G::none, G::own, G::none, G::none, G::none},
    {Act::CodeAssign, false, G::none, G::none, G::own, G::none, G::none, G::none},
    {Act::CodeVoid, false, G::none, G::none, G::own, G::none, G::none, G::none},
    {Act::TemplateWrite, false, G::none, G::none, G::own, G::none, G::node, G::none},
    {Act::TraceRun, true, G::own, G::own, G::own, G::none, G::none, G::none},
    {Act::StatsRead, true, G::none, G::own, G::own, G::none, G::any, G::none},
    {Act::ExportRun, true, G::none, G::own, G::own, G::none, G::any, G::none},
    {Act::UserManage, false, G::none, G::none, G::none, G::none, G::none, G::any},
    {Act::PrefixDelegate, false, G::none, G::none, G::none, G::none, G::any, G::none},
    {Act::PrefixSuspend, false, G::none, G::none, G::none, G::none, G::any, G::none},
};

Line const* line_of(Act act) {
    for (Line const& line : kTable)
        if (line.act == act) return &line;
    return nullptr;
}

Grant grant_of(Line const& line, Role role) {
    switch (role) {
        case Role::platform_admin:
            return line.platform_admin;
        case Role::security_admin:
            return line.security_admin;
        case Role::operator_:
            return line.operator_;
        case Role::viewer:
            return line.viewer;
        case Role::station:
            return line.station;
        case Role::partner:
            return line.partner;
    }
    return Grant::none;
}

bool lists(Principal const& principal, Act act) {
    if (principal.acts.empty()) return true;
    return std::find(principal.acts.begin(), principal.acts.end(), name(act)) != principal.acts.end();
}

// The widest grant any of its roles gives for the act.
Grant widest(Principal const& principal, Line const& line) {
    Grant best = Grant::none;
    for (Role role : principal.roles) {
        Grant grant = grant_of(line, role);
        if (role == Role::station && grant != Grant::none)
            grant = lists(principal, line.act) ? Grant::own : Grant::none;
        if (grant == Grant::any) return Grant::any;
        if (grant != Grant::none && best != Grant::own) best = grant;
    }
    return best;
}

// Public fields of records are everyone's to read (step 7); so are the acts that are public by nature.
bool public_reading(Act act) { return act == Act::RecordRead; }

}  // namespace

std::string_view name(Act act) {
    switch (act) {
        case Act::RecordRead:
            return "record.read";
        case Act::RecordWrite:
            return "record.write";
        case Act::RecordWithdraw:
            return "record.withdraw";
        case Act::CodeAllocate:
            return "code.allocate";
        case Act::CodeAssign:
            return "code.assign";
        case Act::CodeVoid:
            return "code.void";
        case Act::TemplateRead:
            return "template.read";
        case Act::TemplateWrite:
            return "template.write";
        case Act::EventCapture:
            return "event.capture";
        case Act::EventRead:
            return "event.read";
        case Act::EventCorrect:
            return "event.correct";
        case Act::TraceRun:
            return "trace.run";
        case Act::ExportRun:
            return "export.run";
        case Act::StatsRead:
            return "stats.read";
        case Act::PrefixDelegate:
            return "prefix.delegate";
        case Act::PrefixSuspend:
            return "prefix.suspend";
        case Act::UserManage:
            return "user.manage";
        case Act::Public:
            return "public";
    }
    return "unknown";
}

Decision authorize(Principal const& principal, Act act, Resource const& resource) {
    if (act == Act::Public) return {Verdict::Allow, Visibility::public_fields, "public"};
    Line const* line = line_of(act);
    if (!line) return {Verdict::Deny, Visibility::none, "no such act"};
    if (!principal.anonymous() && !principal.active) return {Verdict::Deny, Visibility::none, "not active"};
    Grant const grant = principal.anonymous() ? Grant::none : widest(principal, *line);
    if (grant == Grant::any) return {Verdict::Allow, Visibility::record, "platform role"};
    if (grant == Grant::node && resource.prefix.empty()) return {Verdict::Allow, Visibility::record, "node-wide"};
    bool const own = !principal.enterprise.empty() && principal.enterprise == resource.owner;
    if (own && grant == Grant::own) return {Verdict::Allow, Visibility::record, "own"};
    if (public_reading(act) && resource.is_public) return {Verdict::Allow, Visibility::public_fields, "public fields"};
    if (line->reads) return {Verdict::Hide, Visibility::none, "not visible"};
    return {Verdict::Deny, Visibility::none, own ? "own, right missing" : "foreign"};
}

bool may_ever(Principal const& principal, Act act) {
    if (act == Act::Public || public_reading(act)) return principal.anonymous() || principal.active;
    Line const* line = line_of(act);
    return line && !principal.anonymous() && principal.active && widest(principal, *line) != Grant::none;
}

Result<Authorised> Authorised::check(Principal const& principal, Act act, Resource const& resource) {
    Decision const decision = authorize(principal, act, resource);
    if (decision.verdict == Verdict::Allow) return Authorised(principal, act, resource, decision.level);
    if (decision.verdict == Verdict::Hide) return fail(Code::NotFound, "there is no such thing", "没有找到");
    if (principal.anonymous())
        return fail(Code::NotAuthenticated, "this needs a login: send Authorization: Bearer <API key>",
                    "需要登录：请发送 Authorization: Bearer <API 密钥>");
    bool const own = !principal.enterprise.empty() && principal.enterprise == resource.owner;
    std::string const right(name(act));
    if (own || resource.prefix.empty()) {
        Error error{Code::NoPermission, "the right " + right + " is missing", "缺少权限 " + right};
        return fail(error.with("permission", right));
    }
    return fail(Code::Forbidden, "this prefix is not yours to change", "不是您的前缀，不能更改");
}

}  // namespace ingot::registry
