// The audit lines of the public surface (spec/security.md 17): one for every change, bounded ones for refusals. The
// committer completes them with seq, time and chain value.
#pragma once

#include <string>
#include <string_view>

#include "api/routes.hpp"

namespace ingot::api {

// What the path of a request names; empty when it names nothing.
std::string path_object(std::map<std::string, std::string, std::less<>> const& path);

// Who changed what. `object` is what the change itself says it is about; else what the path names, else what was made.
std::string audit_line(Call const& call, Route const& route, std::string_view object, storage::Reply const& reply);

// Who was refused what and why; `count` equal refusals when more than one.
struct Refusal {
    std::string_view actor, credential, act, route, object, reason, request, address;
};
std::string audit_line(Refusal const& refusal, uint64_t count = 1);

}  // namespace ingot::api
