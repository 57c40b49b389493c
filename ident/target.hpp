// Identifiers in request targets: percent-encoding and routing (spec/identifiers.md 4). The caller routes on the raw
// target; nothing here resolves "." or "..", merges "//" or decodes twice (but the one SNMS exception).
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "ident/identifier.hpp"

namespace ingot::ident {

// The identifier text of a raw path tail "{prefix}/{suffix...}" (no leading "/"), percent-decoded once; "+" stays.
// Code::BadEncoding on a malformed escape, a decoded NUL, or bytes that are not UTF-8.
Result<std::string> decode_identifier_path(std::string_view raw_tail);

// The identifier text of a raw query value: one decode, and "+" stays a plus sign. Code::BadEncoding as above.
Result<std::string> decode_identifier_query(std::string_view raw_value);

// As above for SNMS: decoded a second time when the first result has no "/" but holds an escaped one.
Result<std::string> decode_snms_handle(std::string_view raw_value);

// What the first part of a request path says about the rest.
enum class TargetKind {
    FixedRoute,    // /v1 /epcis ..., /openapi.json
    WellKnown,     // /.well-known
    Gs1,           // all digits: a Digital Link
    Identifier,    // first part with a dot that is not its first character, and more parts (or %2F)
    PrefixRecord,  // one such part alone: /88.111.1
    Oid,           // one part alone whose first arc is 0, 1 or 2: /1.2.156.3088.1
    Did,           // /did:...
    Other,         // none of these
};

// Classifies a raw request target ("/..." with or without "?query"). `more_fixed` are first parts of
// snms.base_paths, without slashes.
TargetKind classify_target(std::string_view raw_target, std::span<std::string const> more_fixed = {});

// The path of an identifier on this node, "/" first: everything but A-Z a-z 0-9 - . _ ~ / is escaped.
std::string emit_path(Identifier const& identifier);

}  // namespace ingot::ident
