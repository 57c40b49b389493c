#include "app/exit_code.hpp"

#include <iostream>

namespace ingot::app {

int exit_code(Error const& error) {
    for (auto const& extra : error.extras)
        if (auto const* code = std::get_if<int64_t>(&extra.value); code && extra.name == "exit")
            return static_cast<int>(*code);
    switch (error.code) {
        case Code::StoreInUse:
        case Code::Exists:
            return kExitInUse;
        case Code::RefusedToOpen:
        case Code::DataDamaged:
            return kExitRefused;
        case Code::Unreachable:
        case Code::Timeout:
        case Code::Busy:
            return kExitUnreachable;
        case Code::NotAuthenticated:
        case Code::InvalidToken:
        case Code::Forbidden:
        case Code::NoPermission:
            return kExitNotPermitted;
        case Code::Internal:
            return kExitBug;
        default:
            return kExitUsage;
    }
}

int report_error(Error const& error) {
    if (error.faults.empty())
        std::cerr << "ingot: " << (error.detail.empty() ? slug(error.code) : std::string_view(error.detail)) << "\n";
    for (auto const& fault : error.faults) std::cerr << "ingot: " << fault.detail << "\n";
    return exit_code(error);
}

}  // namespace ingot::app
