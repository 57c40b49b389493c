// What a route's handler sees and returns. Handlers are plain functions: parse, one domain call, render; they never
// wait, lock or retry. Read handlers answer; write handlers hand back an operation that the dispatcher gives to the
// committer, so that no thread waits for a disk.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/limits.hpp"
#include "base/result.hpp"
#include "net/http.hpp"
#include "registry/access.hpp"
#include "storage/engine.hpp"

namespace ingot::registry {
class Registry;
}
namespace ingot::resolver {
class Resolver;
}
namespace ingot::tracechain {
class Tracechain;
}

namespace ingot::api {

class Metrics;
class SystemInfo;

// Everything a handler may use. Built once in app/node.cpp; outlives every request.
struct Services {
    storage::Engine& engine;
    registry::Registry& registry;
    resolver::Resolver& resolver;
    tracechain::Tracechain& tracechain;
    Clock& clock;
    Random& random;
    Limits const& limits;
    Metrics& metrics;
    std::string node_name;  // public host name, without port
    std::string log_origin;
    SystemInfo* system = nullptr;  // api/system_info.hpp; set by app/node.cpp
    std::string cursor_key = {};   // MAC key of list cursors: the secret "cursor"
};

enum class Language : uint8_t { zh, en };

// A query parameter, decoded; names are compared without case and underscores on /v1 (api-conventions.md 3).
struct Parameter {
    std::string name;  // as sent
    std::string key;   // folded: lower case, no underscores
    std::string value;
};

// The request as a handler sees it: routed, authenticated, its parameters decoded, its act allowed in principle.
struct Call {
    net::Request const& request;
    registry::Principal const& principal;
    std::map<std::string, std::string, std::less<>> path;  // "prefix", "suffix", "tail", "id": decoded once
    std::vector<Parameter> parameters;
    Language language = Language::zh;
    Steady deadline{};
    std::string idempotency_key;  // quotes stripped, checked; empty = none
    std::string route;            // template, for labels and idempotency

    // First value of a parameter (folded name), or nothing.
    std::optional<std::string_view> parameter(std::string_view folded_name) const;
    std::vector<std::string_view> all(std::string_view folded_name) const;
    std::string_view body() const { return request.body; }
};

// An operation with its idempotency fields left empty: the dispatcher fills owner, route, key and request hash.
// `render` turns the committed reply into the answer; null = the reply as it is. `refused` is told when the committer
// refused; null = nobody wants to know.
struct Change {
    storage::Operation operation;
    std::string owner;   // enterprise the Idempotency-Key belongs to (usually the principal's)
    std::string object;  // what is changed, for the audit line; empty = what the path names, else what was made
    std::function<net::Answer(storage::Committed const&, net::Answer)> render;
    std::function<void(Error const&)> refused;
};

using ReadHandler = Result<net::Answer> (*)(Call const&, Services&);
using WriteHandler = Result<Change> (*)(Call const&, Services&);

// Compact JSON answer of a body already written.
net::Answer json_answer(int status, std::string body);

// The answer of a committed change, as it is stored for a repeat.
net::Answer answer_of(storage::Committed const& committed);

// 400 UnknownParameter for a parameter not in `allowed` (folded names); `pretty` is always allowed.
Result<void> check_parameters(Call const& call, std::initializer_list<std::string_view> allowed);

}  // namespace ingot::api
