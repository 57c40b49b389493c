// Scans and canon: canonical forms are stable, nothing is read twice in different ways.
#include "ident/event_id.hpp"
#include "ident/scan.hpp"
#include "tests/fuzz/fuzz_check.hpp"

using namespace ingot;
using namespace ingot::ident;

extern "C" int LLVMFuzzerTestOneInput(uint8_t const* data, size_t size) {
    std::string_view text(reinterpret_cast<char const*>(data), size);
    auto scan = parse_scan(text);
    if (scan && scan->identifier && scan->kind != ScanKind::Did) {
        FUZZ_CHECK(scan->canonical == scan->identifier->canonical());
        auto again = Identifier::parse(scan->display);
        FUZZ_CHECK(again && *again == *scan->identifier);
    }
    if (scan && scan->gs1) FUZZ_CHECK(scan->canonical == scan->gs1->path());
    CanonContext const context{{"node.example"}, {}};
    if (auto lot = canon_parameter(text, context)) {
        auto again = canon_parameter(lot->canonical, context);
        FUZZ_CHECK(again && again->canonical == lot->canonical && again->kind == lot->kind);
        auto shown = canon_parameter(lot->display, context);
        FUZZ_CHECK(shown && shown->canonical == lot->canonical);
    }
    if (auto lot = canon(text, context)) FUZZ_CHECK(canon_parameter(text, context)->canonical == lot->canonical);
    return 0;
}
