// GS1 identifiers: application identifiers, check digits, Digital Link URIs and element strings (spec/gs1-resolver.md
// 2 to 4; GS1 Digital Link URI Syntax 1.6.0, GS1 General Specifications). All functions are thread safe.
//
// Errors are the dl_... codes. Each carries Extras: `position` (0-based byte offset in the text given), `length`
// (bytes), and where they apply `ai`, `expected` (what would be right) and `solve` (a corrected path).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace ingot::ident {

// Mod 10 with weights 3,1,3,1... from the right: the digit that completes `digits`.
char gs1_check_digit(std::string_view digits);
// The two characters that complete a GMN (AI 8013); nothing if a character is outside CSET 82.
std::optional<std::string> gs1_check_pair(std::string_view text);

struct AiValue {
    std::string ai;     // "01", "3103"
    std::string value;  // decoded
    bool operator==(AiValue const&) const = default;
};

// A GS1 key with its qualifiers in the order of the standard, and data attributes.
struct DigitalLink {
    AiValue key;
    std::vector<AiValue> qualifiers;
    std::vector<AiValue> attributes;

    std::string path() const;            // /01/09527001000309/10/L2611A, values percent-encoded: the entity key
    std::string canonical() const;       // https://id.gs1.org + path + ?attributes
    std::string element_string() const;  // predefined-length AIs first, GS (0x1D) where needed
    bool operator==(DigitalLink const&) const = default;
};

struct DigitalLinkOptions {
    bool short_gtin = true;  // AI 01 with 8, 12 or 13 digits is padded to 14
    std::string stem;        // gs1.stem of a request to this node, e.g. "/dl"; no other stem is allowed there
};

// A free-standing URI: any host, any stem, the rightmost key wins.
Result<DigitalLink> parse_digital_link(std::string_view uri, DigitalLinkOptions const& options = {});
// The raw target of a request to this node: the key stands first. Positions count in the target.
Result<DigitalLink> parse_digital_link_target(std::string_view target, DigitalLinkOptions const& options = {});

// AI data as scanners deliver it after the symbology identifier; GS (0x1D) separates. The first primary key in the
// order of the key table that is present becomes the key, its qualifiers follow, the rest are attributes.
Result<DigitalLink> parse_element_string(std::string_view data);
// (01)09527001000309(10)L2611A, blanks around values allowed; a literal "(" inside a value is written "\(".
Result<DigitalLink> parse_bracketed_element_string(std::string_view text);

// A bare GTIN of 8, 12, 13 or 14 digits, or an SSCC of 18, with the right check digit.
std::optional<DigitalLink> parse_plain_key(std::string_view digits);

}  // namespace ingot::ident
