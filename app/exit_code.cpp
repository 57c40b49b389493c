#include "app/exit_code.hpp"

#include <iostream>

#include "api/problem.hpp"
#include "app/language.hpp"

namespace ingot::app {
namespace {

std::string in_language(std::string const& en, std::string const& zh) { return zh.empty() ? en : say(en, zh); }

}  // namespace

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

int exit_of_status(int status) {
    switch (status) {
        case 401:
        case 403:
            return kExitNotPermitted;
        case 404:  // not there, there already, gone, changed meanwhile: the answer is no
        case 409:
        case 410:
        case 412:
            return kExitNo;
        case 408:  // not now
        case 429:
            return kExitUnreachable;
        default:  // the rest of 4xx: what was asked cannot be used
            return status >= 400 && status < 500 ? kExitUsage : kExitUnreachable;
    }
}

std::string message_of(Error const& error) {
    std::string out;
    for (auto const& fault : error.faults)
        out += (out.empty() ? "" : "\n") + in_language(fault.detail, fault.detail_zh);
    if (!out.empty()) return out;
    out = in_language(error.detail, error.detail_zh);
    if (!out.empty()) return out;
    auto const& row = api::problem_row(error.code);
    return say(row.title_en, row.title_zh);
}

int report_error(Error const& error) {
    std::string const message = message_of(error);
    for (size_t at = 0; at < message.size();) {
        size_t const end = std::min(message.find('\n', at), message.size());
        std::string const line = message.substr(at, end - at);
        std::cerr << (line.starts_with(" ") ? "" : "ingot: ") << line << "\n";
        at = end + 1;
    }
    return exit_code(error);
}

}  // namespace ingot::app
