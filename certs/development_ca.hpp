// A throw-away authority and one server certificate, made by `ingot init` so that a node can start at once. Every
// subject contains DEVELOPMENT; a node with env = "production" refuses them (spec/security.md 11).
#pragma once

#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/crypto.hpp"
#include "base/result.hpp"

namespace ingot::certs {

struct DevelopmentPki {
    std::string ca_file, ca_key_file;          // DIR/ca.pem, DIR/ca.key
    std::string server_file, server_key_file;  // DIR/server.pem (leaf; the authority is the root), DIR/server.key
};

// Makes `dir` (0700) if it is missing and writes the four files, keys with mode 0600; `Exists` if one is there already.
// ECDSA P-256 with SHA-256, 128-bit random serials, UTC dates: authority 10 years, server 397 days. The server
// certificate names `hosts` (DNS names or addresses), localhost, 127.0.0.1 and ::1; it carries AKI, SKI, critical
// keyUsage, serverAuth.
Result<DevelopmentPki> make_development_pki(std::string const& dir, std::vector<std::string> const& hosts,
                                            Clock const& clock, Random& random);

}  // namespace ingot::certs
