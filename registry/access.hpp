// The one authorisation decision (spec/security.md 4). No I/O, no clock. Deny by default.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "registry/principal.hpp"

namespace ingot::registry {

// Acts of security.md 4.3 that routes name today.
enum class Act : uint8_t {
    RecordRead,
    RecordWrite,
    RecordWithdraw,
    CodeAllocate,
    CodeAssign,
    CodeVoid,
    TemplateRead,
    TemplateWrite,
    EventCapture,
    EventRead,
    EventCorrect,
    TraceRun,
    ExportRun,
    StatsRead,
    PrefixDelegate,
    PrefixSuspend,
    UserManage,
    Public
};
std::string_view name(Act act);  // "record.read"

enum class Verdict : uint8_t { Allow, Deny, Hide };

enum class Visibility : uint8_t { none, existence, aggregate, pseudonym, identity, public_fields, record };

// What the act is done to: a thing under a namespace prefix, or the node itself (empty prefix).
struct Resource {
    std::string_view prefix;  // canonical identifier prefix the thing stands under
    std::string_view owner;   // enterprise that holds the longest registered prefix of it; empty = nobody
    bool is_public = false;   // has public fields
};

struct Decision {
    Verdict verdict = Verdict::Deny;
    Visibility level = Visibility::none;
    std::string_view reason;  // for the audit line
};

Decision authorize(Principal const& principal, Act act, Resource const& resource);

// True when any resource at all could be allowed: decided from role and act before a body is read.
bool may_ever(Principal const& principal, Act act);

// Proof that authorize() allowed: domain functions take it instead of a bare prefix, so forgetting the check does not
// compile. Only this module makes one.
class Authorised {
  public:
    // Allow -> the proof. Hide -> NotFound. Deny -> NotAuthenticated for anonymous, NoPermission (own) or Forbidden
    // (foreign).
    static Result<Authorised> check(Principal const& principal, Act act, Resource const& resource);
    Principal const& principal() const { return *principal_; }
    Act act() const { return act_; }
    std::string const& owner() const { return owner_; }
    std::string const& prefix() const { return prefix_; }
    Visibility level() const { return level_; }

  private:
    Authorised(Principal const& principal, Act act, Resource const& resource, Visibility level)
        : principal_(&principal), act_(act), owner_(resource.owner), prefix_(resource.prefix), level_(level) {}
    Principal const* principal_;  // the request's; outlives the call
    Act act_;
    std::string owner_, prefix_;
    Visibility level_;
};

}  // namespace ingot::registry
