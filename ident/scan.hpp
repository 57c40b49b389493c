// Reading whatever a scanner delivers (spec/identifiers.md 3.1; spec/gs1-resolver.md 4). First match wins.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "ident/gs1.hpp"
#include "ident/identifier.hpp"

namespace ingot::ident {

enum class ScanKind {
    Identifier,    // prefix/suffix
    PrefixRecord,  // 0.NA/P or a bare prefix
    Gs1,
    Oid,
    Did,
    Ecode,
    VaaCarrier,    // ISO/IEC 15459 25S: to be looked for as an alias
    EpcUri,        // a urn:epc: that has no Digital Link form
    Url,           // an http(s) URL that holds no identifier
    SupplierCode,  // any other text: a supplier code of the caller's enterprise
};
std::string_view word(ScanKind kind);  // "identifier", "prefix-record", "gs1", ...

struct Scan {
    ScanKind kind = ScanKind::SupplierCode;
    // Identifier: folded form. Gs1: entity key path. Did: lower-case method. Ecode: "ecode:...". Others: the text.
    std::string canonical;
    std::string display;                        // what to show: the text without scanner trimmings
    std::optional<Identifier> identifier = {};  // Identifier, PrefixRecord, did:cn
    std::optional<DigitalLink> gs1 = {};        // Gs1 from a link, an element string or a plain number
    std::string symbology;                      // "]C1" when the scanner said so
    bool assumed = false;                       // a bare number taken for a GTIN or SSCC
};

// Code::ScanEmpty, Code::ScanSymbology (unknown "].." or wrong data for it), Code::InvalidIdentifier (not UTF-8, NUL,
// over 2,048 bytes), and the dl_... codes for AI data.
Result<Scan> parse_scan(std::string_view text);

// Canonical form of a supplier code, "sup:" owner prefix ":" percent-encoded code (identifiers.md 3).
// Code::InvalidIdentifier over 128 bytes or with a refused character; spaces inside are allowed.
Result<std::string> supplier_code(Prefix const& owner, std::string_view code);

// OID of X.660: arcs without leading zeros, at most 128 arcs of 39 digits, second arc at most 39 under 0 and 1.
bool is_oid(std::string_view text);

}  // namespace ingot::ident
