#include "base/encoding.hpp"
#include "ident/identifier.hpp"

namespace ingot::ident {
namespace {

constexpr std::string_view kMeta = "META_";

// Whether some shorter META_ name of the same prefix is an existing template.
bool extends_template(Identifier const& identifier, std::function<bool(Identifier const&)> const& is_template) {
    if (!is_template) return false;
    std::string_view suffix = identifier.suffix();
    for (size_t length = suffix.size() - 1; length > kMeta.size(); --length) {
        auto shorter = Identifier::join(identifier.prefix(), suffix.substr(0, length));
        if (shorter && is_template(*shorter)) return true;  // a cut inside a code point is no identifier
    }
    return false;
}

}  // namespace

Reserved reserved_name(Identifier const& identifier, std::function<bool(Identifier const&)> const& is_template) {
    if (identifier.prefix().is_na()) return Reserved::None;
    std::string suffix = to_upper_ascii(identifier.suffix());
    auto begins = [&](std::string_view name) {
        return suffix.size() > name.size() && suffix.compare(0, name.size(), name) == 0;
    };
    if (suffix == "ADMIN") return Reserved::Administrator;
    if (suffix == "0.0") return Reserved::TrustRoot;
    if (suffix == "DID.JSON") return Reserved::DidDocument;
    if (begins("USER_") || begins("APP_") || begins("GROUP_")) return Reserved::Identity;
    if (begins(kMeta)) return extends_template(identifier, is_template) ? Reserved::None : Reserved::Template;
    return Reserved::None;
}

}  // namespace ingot::ident
