#include <algorithm>

#include "base/encoding.hpp"
#include "ident/identifier.hpp"

namespace ingot::ident {
namespace {

constexpr std::string_view kMeta = "META_";
constexpr size_t kTemplateNameBytesMax = 32;  // of the text after META_

// The shorter META_ names of the same prefix that may be templates.
std::vector<Identifier> possible_templates(Identifier const& identifier) {
    std::vector<Identifier> names;
    std::string_view const suffix = identifier.suffix();
    size_t const longest = std::min(suffix.size() - 1, kMeta.size() + kTemplateNameBytesMax);
    for (size_t length = longest; length > kMeta.size(); --length) {
        auto shorter = Identifier::join(identifier.prefix(), suffix.substr(0, length));
        if (shorter) names.push_back(std::move(*shorter));  // a cut inside a code point is no identifier
    }
    return names;
}

}  // namespace

Reserved reserved_name(Identifier const& identifier, AnyExists const& any_exists) {
    if (identifier.prefix().is_na()) return Reserved::None;
    std::string suffix = to_upper_ascii(identifier.suffix());
    auto begins = [&](std::string_view name) {
        return suffix.size() > name.size() && suffix.compare(0, name.size(), name) == 0;
    };
    if (suffix == "ADMIN") return Reserved::Administrator;
    if (suffix == "0.0") return Reserved::TrustRoot;
    if (suffix == "DID.JSON") return Reserved::DidDocument;
    if (begins("USER_") || begins("APP_") || begins("GROUP_")) return Reserved::Identity;
    if (begins(kMeta))
        return any_exists && any_exists(possible_templates(identifier)) ? Reserved::None : Reserved::Template;
    return Reserved::None;
}

}  // namespace ingot::ident
