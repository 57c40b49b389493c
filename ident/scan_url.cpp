#include "ident/scan_url.hpp"

#include "base/encoding.hpp"

namespace ingot::ident {
namespace {

// A guess from a stranger's URL counts only with a dot inside the prefix.
std::optional<Identifier> guess(std::string_view raw) {
    auto text = percent_decode(raw);
    if (!text) return std::nullopt;
    size_t slash = text->find('/');
    if (slash == std::string::npos || text->substr(0, slash).find('.') == std::string::npos) return std::nullopt;
    auto identifier = Identifier::parse(*text);
    return identifier ? std::optional(*std::move(identifier)) : std::nullopt;
}

// (a): parameters of the query, of the fragment, and of a query inside the fragment.
std::optional<Identifier> from_parameters(std::string_view url) {
    size_t at = url.find_first_of("?#");
    while (at != std::string_view::npos) {
        size_t end = url.find_first_of("?#&", at + 1);
        std::string_view part = url.substr(at + 1, end == std::string_view::npos ? end : end - at - 1);
        std::string name = to_lower_ascii(part.substr(0, part.find('=')));
        if (part.size() > name.size() && (name == "handle" || name == "id" || name == "identifier"))
            if (auto identifier = guess(part.substr(name.size() + 1))) return identifier;
        at = end;
    }
    return std::nullopt;
}

// (c): from the first path part that is a VAA prefix, else the whole path when its first part has a dot.
std::optional<Identifier> from_path(std::string_view url) {
    url = url.substr(0, url.find_first_of("?#"));
    size_t slash = url.find('/', url.find("://") + 3);
    if (slash == std::string_view::npos) return std::nullopt;
    std::string_view path = url.substr(slash + 1);
    for (std::string_view tail = path;;) {
        size_t end = tail.find('/');
        auto decoded = percent_decode(tail.substr(0, end));
        auto identifier = decoded ? Identifier::parse(*decoded + (end == std::string_view::npos ? "" : "/x"))
                                  : fail(Code::BadEncoding);
        bool vaa = identifier && (identifier->is_prefix_record() && end == std::string_view::npos
                                      ? identifier->subject_prefix().is_vaa()
                                      : identifier->prefix().is_vaa());
        if (vaa) {
            auto whole = percent_decode(tail);
            auto found = whole ? Identifier::parse(*whole) : fail(Code::BadEncoding);
            if (found) return *std::move(found);
        }
        if (end == std::string_view::npos) break;
        tail.remove_prefix(end + 1);
    }
    return guess(path);
}

// Errors that say "this is no Digital Link" rather than "this one is wrong".
bool is_no_link(Code code) {
    return code == Code::DlNoKey || code == Code::DlAlphaRemoved || code == Code::DlEmptySegment ||
           code == Code::DlOddSegments || code == Code::DlUnknownAi || code == Code::DlIllegalChar ||
           code == Code::DlScheme || code == Code::DlHost || code == Code::DlCompressed;
}

}  // namespace

Result<ScannedUrl> read_scanned_url(std::string_view url) {
    ScannedUrl out;
    out.identifier = from_parameters(url);
    if (out.identifier) return out;
    auto link = parse_digital_link(url);
    if (link) {
        out.gs1 = *std::move(link);
        return out;
    }
    out.identifier = from_path(url);
    if (!out.identifier && !is_no_link(link.error().code)) return fail(link.error());
    return out;
}

}  // namespace ingot::ident
