// The CBV event hash (CBV 2.0 section 8.9 as pinned down in spec/epcis-rest.md 5): one string that is the same for
// every spelling of an event, and its SHA-256. Thread safe; work proportional to the event.
#pragma once

#include <string>

#include "base/crypto.hpp"
#include "tracechain/epcis_fields.hpp"
#include "tracechain/epcis_names.hpp"

namespace ingot::tracechain {

struct PreHash {
    std::string cbv20, cbv21;
    bool equal = false;  // the event has no sensor data and no extension inside standard fields
};

// Takes any JSON object; members of unexpected shape are left out, so an unchecked event cannot break it.
PreHash make_pre_hash(EventFields const& fields, Names const& names);

// SHA-256 over the CBV 2.1 string, 0x1F, and the sorted certificationInfo values, each after the first behind another
// 0x1F (epcis-rest.md 3.3). The same for every spelling of one event; changes with anything that is hashed.
Digest make_content_digest(std::string_view pre_hash_cbv21, EventFields const& fields);

// ni:///sha-256;{64 hex}?ver=CBV2.0
std::string event_hash_name(Digest const& digest, std::string_view version);

// A number, or a string that looks like one, in plain decimal: 62.140 -> 62.14, +1e3 -> 1000, -0 -> 0. False, and
// nothing appended, for other text and for exponents beyond 1000, which stay as written.
bool append_plain_decimal(std::string_view text, std::string& out);

}  // namespace ingot::tracechain
