// How the store tells the node's log and metrics what happens. The slug names the event; members are the inside of a
// JSON object ("\"seq\":4,\"reason\":\"...\""), empty if there are none. Called from any thread; must not block.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace ingot::storage {

enum class Severity { debug, info, warning, error };
using EventSink = std::function<void(Severity, std::string_view slug, std::string members)>;

// One member: "name":"text" with the text escaped, or "name":number.
std::string member(std::string_view name, std::string_view text);
std::string member(std::string_view name, uint64_t number);

}  // namespace ingot::storage
