// What a request says besides its body: the first line is a target, the second a cursor. Every path is routed or named
// wrong, parameters are decoded once, and no cursor but our own is read.
#include "api/cursor.hpp"
#include "api/request_checks.hpp"
#include "api/router.hpp"
#include "base/encoding.hpp"
#include "tests/fuzz/fuzz_check.hpp"

using namespace ingot;
using namespace ingot::api;

static void check_path(Router const& router, std::string_view path) {
    for (auto method : {net::Method::Get, net::Method::Post, net::Method::Put, net::Method::Options}) {
        auto match = router.match(method, path);
        if (!match) continue;
        FUZZ_CHECK(match->route == &routes()[match->index] && match->route->method == method);
        for (auto const& [name, text] : match->path) FUZZ_CHECK(is_utf8(text) && text.find('\0') == text.npos);
    }
}

extern "C" int LLVMFuzzerTestOneInput(uint8_t const* data, size_t size) {
    static Router const router(routes());
    std::string_view const text(reinterpret_cast<char const*>(data), size);
    size_t const line = text.find('\n');
    std::string_view const target = text.substr(0, line);
    std::string_view const cursor = line == text.npos ? std::string_view() : text.substr(line + 1);
    size_t const mark = target.find('?');
    check_path(router, target.substr(0, mark));
    if (mark != target.npos) {
        auto parameters = read_parameters(target.substr(mark + 1), 64);
        FUZZ_CHECK(!parameters || parameters->size() <= 64);
        if (parameters)
            for (auto const& parameter : *parameters) FUZZ_CHECK(is_utf8(parameter.name) && is_utf8(parameter.value));
    }
    std::string const key(32, 'k'), hash = cursor_filter_hash("GET", "/v1/codes", "", "pr_1");
    FUZZ_CHECK(!read_cursor(key, hash, 1000, cursor));
    auto own = read_cursor(key, hash, 1000, make_cursor(key, hash, 1000, target.substr(0, 300)));
    FUZZ_CHECK(own && *own == target.substr(0, 300));
    return 0;
}
