// Identifiers and request targets: what reads prints back; the canonical form is its own canonical form.
#include "ident/identifier.hpp"
#include "ident/target.hpp"
#include "tests/fuzz/fuzz_check.hpp"

using namespace ingot::ident;

extern "C" int LLVMFuzzerTestOneInput(uint8_t const* data, size_t size) {
    std::string_view text(reinterpret_cast<char const*>(data), size);
    if (auto identifier = Identifier::parse(text)) {
        auto again = Identifier::parse(identifier->display());
        FUZZ_CHECK(again && again->display() == identifier->display() && *again == *identifier);
        auto folded = Identifier::parse(identifier->canonical());
        FUZZ_CHECK(folded && folded->canonical() == identifier->canonical());
        auto decoded = decode_identifier_path(std::string_view(emit_path(*identifier)).substr(1));
        FUZZ_CHECK(decoded && *decoded == identifier->display());
        FUZZ_CHECK(identifier->canonical_suffix().size() == identifier->suffix().size());
        if (identifier->is_prefix_record()) FUZZ_CHECK(identifier->subject_prefix().text() == identifier->suffix());
        auto always = [](std::vector<Identifier> const&) { return true; };
        (void)reserved_name(*identifier, always);
    }
    if (auto strict = Identifier::parse_for_registration(text)) FUZZ_CHECK(Identifier::parse(text).has_value());
    if (auto prefix = Prefix::parse(text))
        FUZZ_CHECK(Prefix::parse(prefix->canonical())->canonical() == prefix->canonical());
    (void)classify_target(text);
    (void)decode_snms_handle(text);
    return 0;
}
