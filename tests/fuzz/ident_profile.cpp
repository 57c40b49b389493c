// Coding profiles: the first line is a suffix to read, the rest a document. What a profile renders it reads back.
#include <map>

#include "ident/coding_profile.hpp"
#include "tests/fuzz/fuzz_check.hpp"

using namespace ingot;
using namespace ingot::ident;

// A value that fits the segment.
static std::string value_for(Segment const& segment) {
    if (segment.kind == SegmentKind::Enum) return segment.values.begin()->first;
    if (segment.kind == SegmentKind::Station) return std::string(segment.width, 'S');
    return std::string(segment.min, segment.charset == Charset::Digit ? '7' : 'X');
}

static void check_profile(CodingProfile const& profile) {
    auto prefix = Prefix::parse(profile.prefix() == "*" ? "88.999.1" : profile.prefix());
    FUZZ_CHECK(prefix && profile.fits(*prefix));
    std::map<std::string, std::string> values;
    for (auto const& segment : profile.segments()) {
        if (segment.kind == SegmentKind::Enum || segment.kind == SegmentKind::Text ||
            segment.kind == SegmentKind::Station)
            values[segment.name] = value_for(segment);
    }
    auto renderer = profile.renderer(*prefix, values, from_micros(1'800'000'000'000'000));
    if (!renderer) return;  // a segment omitted beside these values takes none
    for (uint64_t number : {renderer->first_number(), renderer->last_number()}) {
        auto identifier = Identifier::parse_for_registration(renderer->render(number));
        FUZZ_CHECK(identifier.has_value());
        auto code = profile.parse_code(*identifier);
        FUZZ_CHECK(code && code->number == number && code->scope_key == renderer->scope_key());
    }
}

extern "C" int LLVMFuzzerTestOneInput(uint8_t const* data, size_t size) {
    std::string_view text(reinterpret_cast<char const*>(data), size);
    size_t line = text.find('\n');
    std::string_view document = line == std::string_view::npos ? text : text.substr(line + 1);
    auto profile = CodingProfile::parse(document);
    if (!profile) FUZZ_CHECK(profile.error().code != Code::ProfileViolation || !profile.error().faults.empty());
    if (profile) check_profile(*profile);
    auto identifier = Identifier::parse("88.999.1/" + std::string(text.substr(0, line)));
    if (!identifier) return 0;
    auto agrees = [&](CodingProfile const& each) {
        return each.parse_code(*identifier).has_value() == (each.shape(*identifier) == Shape::Match);
    };
    FUZZ_CHECK(agrees(CodingProfile::nonferrous_default()));
    if (profile) FUZZ_CHECK(agrees(*profile));
    return 0;
}
