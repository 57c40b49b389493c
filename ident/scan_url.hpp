// Step 2 of reading a scan: an http(s) URL on a label (spec/identifiers.md 3.1). The host is ignored.
#pragma once

#include <optional>
#include <string_view>

#include "base/result.hpp"
#include "ident/gs1.hpp"
#include "ident/identifier.hpp"

namespace ingot::ident {

// Neither: the URL holds nothing we know.
struct ScannedUrl {
    std::optional<Identifier> identifier;
    std::optional<DigitalLink> gs1;
};

// (a) query or fragment parameter handle, id or identifier; (b) Digital Link; (c) path tail {prefix}/{suffix}.
// A Digital Link whose key is there but wrong is an error (dl_...), unless (c) fits.
Result<ScannedUrl> read_scanned_url(std::string_view url);

}  // namespace ingot::ident
