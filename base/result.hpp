// Errors are values: what the outside world can cause returns Result<T>; exceptions mean a bug or a failed start-up.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <variant>
#include <vector>

namespace ingot {

// Every error the node can name, one enumerator a code (base/codes.inc). Turned into HTTP in api/problem.cpp only.
enum class Code : uint16_t {
#define INGOT_CODE(name, slug) name,
#include "base/codes.inc"
#undef INGOT_CODE
};

// The code as programs see it, e.g. "invalid-identifier". Never renamed or reused.
std::string_view slug(Code code);

// One fault of several in a refused input.
struct Fault {
    std::string pointer;    // JSON pointer into the body; or "parameter:NAME", "header:NAME"
    std::string code;       // slug, or a finer word of the page that owns the input
    std::string detail;     // English
    std::string detail_zh;  // Chinese; empty = say the English one
};

// A machine-readable member that goes with an error: position, expected, lot, available_kg, referral ...
struct Extra {
    std::string name;
    std::variant<int64_t, double, std::string> value;
};

struct Error {
    Code code;
    std::string detail;     // English: what is wrong, where, and what would be right; names no hidden object
    std::string detail_zh;  // the same in Chinese; empty = title of the code
    std::vector<Fault> faults = {};
    std::vector<Extra> extras = {};

    Error& with(std::string name, std::variant<int64_t, double, std::string> value) {
        extras.push_back({std::move(name), std::move(value)});
        return *this;
    }
};

template <class T>
using Result = tl::expected<T, Error>;

// return fail(Code::InvalidIdentifier, "the suffix is empty", "标识后缀为空");
inline tl::unexpected<Error> fail(Code code, std::string detail = {}, std::string detail_zh = {}) {
    return tl::unexpected<Error>(Error{code, std::move(detail), std::move(detail_zh)});
}
inline tl::unexpected<Error> fail(Error error) { return tl::unexpected<Error>(std::move(error)); }

}  // namespace ingot
