// Digital Links, element strings and event ids: every answer reads back to itself, every error has a place in the text.
#include "ident/event_id.hpp"
#include "ident/gs1.hpp"
#include "tests/fuzz/fuzz_check.hpp"

using namespace ingot;
using namespace ingot::ident;

static void check(Result<DigitalLink> const& link, size_t size, bool is_uri) {
    if (!link) {
        for (auto const& extra : link.error().extras)
            if (extra.name == "position") FUZZ_CHECK(size_t(std::get<int64_t>(extra.value)) <= size);
        return;
    }
    auto again = parse_digital_link("https://id.gs1.org" + link->path());
    FUZZ_CHECK(again && again->path() == link->path());
    if (is_uri) {
        auto whole = parse_digital_link(link->canonical());
        FUZZ_CHECK(whole && *whole == *link);
    }
    auto scanned = parse_element_string(link->element_string());
    FUZZ_CHECK(!scanned || scanned->element_string().size() == link->element_string().size());
}

extern "C" int LLVMFuzzerTestOneInput(uint8_t const* data, size_t size) {
    std::string_view text(reinterpret_cast<char const*>(data), size);
    check(parse_digital_link(text), size, true);
    check(parse_digital_link_target(text), size, true);
    check(parse_element_string(text), size, false);
    check(parse_bracketed_element_string(text), size, false);
    if (auto id = epc_canonical(text)) FUZZ_CHECK(epc_canonical(*id) == id);
    if (auto lot = epc_lot_of(text)) FUZZ_CHECK(epc_canonical(*lot) == lot);
    return 0;
}
