// Which URIs of event data name the same thing (spec/epcis-rest.md 4; spec/trace-semantics.md 1.8). Thread safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "ident/identifier.hpp"

namespace ingot::ident {

// The canonical id of an EPC URN or Digital Link in event data: https://id.gs1.org and the path at the finest level
// (one qualifier at most, query and fragment dropped, any host accepted, check digits not verified).
// Nothing: not a GS1 id, compare the text as is.
std::optional<std::string> epc_canonical(std::string_view uri);

// A serialised item captured with its lot, /01/G/10/L/21/S, also says "S belongs to lot L": that lot's canonical id.
std::optional<std::string> epc_lot_of(std::string_view uri);

struct LotKey {
    enum class Kind { Node, Gs1, Uri };
    Kind kind = Kind::Uri;
    std::string canonical;                      // the key for equality: folded identifier, GS1 key path, or URI
    std::string display;                        // how answers show `id`: identifier as written, GS1 key path, or URI
    bool class_only = false;                    // a GTIN (or ITIP) without lot and serial: a class of things, not a lot
    bool opaque_urn = false;                    // a URN no rule converts: warning identifier-opaque
    bool has_suffix = true;                     // false: a prefix record (a party)
    std::optional<Identifier> identifier = {};  // Kind::Node only
};

struct CanonContext {
    std::vector<std::string> own_hosts;    // names of this node, without port
    std::vector<std::string> alias_hosts;  // trace.alias_hosts
};

// canon(uri) of trace-semantics.md 1.8, for EPCIS documents. Code::InvalidIdentifier for text without a scheme and
// for malformed identifiers and escapes.
Result<LotKey> canon(std::string_view uri, CanonContext const& context);

// The same for parameters of /v1, where a bare prefix/suffix, prefix, or GS1 key path is fine too.
Result<LotKey> canon_parameter(std::string_view text, CanonContext const& context);

}  // namespace ingot::ident
