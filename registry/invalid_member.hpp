// A member of a request that has a wrong value.
#pragma once

#include <string>
#include <utility>

#include "base/result.hpp"

namespace ingot::registry {

// InvalidMember with its one fault.
inline tl::unexpected<Error> invalid_member(std::string pointer, std::string detail, std::string detail_zh) {
    Error error{Code::InvalidMember, detail, detail_zh};
    error.faults.push_back({std::move(pointer), "invalid-member", std::move(detail), std::move(detail_zh)});
    return fail(std::move(error));
}

}  // namespace ingot::registry
