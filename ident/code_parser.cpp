// From codes back to values (spec/identifiers.md 7.1 to 7.3). Compares in the canonical form.
#include <algorithm>

#include "ident/coding_profile.hpp"
#include "ident/profile_document.hpp"

namespace ingot::ident {

class CodeParser {
  public:
    CodeParser(ProfileDocument const& document, Identifier const& identifier)
        : document_(document), identifier_(identifier), suffix_(identifier.canonical_suffix()) {}

    // Tries the suffix as one with a check character, then as one without.
    Shape parse(ParsedCode& code) {
        std::string const& join = document_.check.join;
        if (document_.check.mode == CheckMode::None) return read_body(suffix_, code) ? Shape::Match : Shape::NoMatch;
        size_t tail = join.size() + 1;
        if (suffix_.size() > tail && suffix_.substr(suffix_.size() - tail, join.size()) == join &&
            read_body(suffix_.substr(0, suffix_.size() - tail), code)) {
            code.has_check = true;
            return verifies(suffix_.substr(0, suffix_.size() - tail)) ? Shape::Match : Shape::WrongCheck;
        }
        code = {};
        if (!read_body(suffix_, code)) return Shape::NoMatch;
        return document_.check.mode == CheckMode::Optional ? Shape::Match : Shape::WrongCheck;
    }

  private:
    bool verifies(std::string_view body) const {
        CheckCharacter check;
        if (document_.check.over == CheckOver::Identifier) check.feed(identifier_.prefix().canonical());
        return check.feed(body).verifies(suffix_.back());
    }

    bool read_body(std::string_view body, ParsedCode& code) const {
        for (auto const& segment : document_.segments) {
            if (segment.kind == SegmentKind::Counter) {
                code.scope_key = scope_key_of(segment, code.values);
                return read_number(segment, body, code);
            }
            if (is_omitted(segment, code.values)) continue;
            size_t end = body.find(document_.separator);
            if (end == std::string_view::npos || !fits_segment(segment, body.substr(0, end))) return false;
            code.values[segment.name] = std::string(body.substr(0, end));
            body.remove_prefix(end + 1);
        }
        return false;
    }

    bool read_number(Segment const& counter, std::string_view text, ParsedCode& code) const {
        size_t max = longest(counter, document_.overflow);
        if (text.size() < counter.width || text.size() > max) return false;
        if (text.size() > counter.width && text[0] == '0') return false;  // widened numbers have no leading zero
        uint64_t number = 0;
        for (char c : text) {
            uint64_t digit = 36;
            if (c >= '0' && c <= '9') digit = uint64_t(c - '0');
            if (c >= 'A' && c <= 'Z') digit = uint64_t(c - 'A') + 10;
            if (digit >= counter.base) return false;
            number = number * counter.base + digit;
        }
        code.number = number;
        code.values[counter.name] = std::string(text);
        return true;
    }

    ProfileDocument const& document_;
    Identifier const& identifier_;
    std::string_view suffix_;
};

Shape CodingProfile::shape(Identifier const& identifier) const {
    if (!fits(identifier.prefix())) return Shape::NoMatch;
    ParsedCode code;
    return CodeParser(*document_, identifier).parse(code);
}

std::optional<ParsedCode> CodingProfile::parse_code(Identifier const& identifier) const {
    if (!fits(identifier.prefix())) return std::nullopt;
    ParsedCode code;
    if (CodeParser(*document_, identifier).parse(code) != Shape::Match) return std::nullopt;
    return code;
}

}  // namespace ingot::ident
