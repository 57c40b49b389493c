// `ingot init`: an empty folder becomes a node's data folder - configuration, development certificates, secrets, and
// the first administrator's API key (issue 2, 8).
#pragma once

#include <string>

#include "base/clock.hpp"
#include "base/crypto.hpp"
#include "base/result.hpp"

namespace ingot::app {

struct InitOptions {
    std::string data_dir;
    std::string name = "localhost";         // public host name, in the certificate beside localhost, 127.0.0.1, ::1
    std::string listen = "127.0.0.1:8443";  // ADDR:PORT
};

struct InitResult {
    std::string config_file, ca_file, admin_key_file;
};

// Makes DIR (0700) with ingot.toml, pki/, secrets/{pepper,cursor,audit,node} of 32 random bytes each and
// secrets/admin.key (0600), and the empty store. Exists when DIR is there and not empty; nothing of it is touched.
// Config for a name or address that is none.
Result<InitResult> init_node(InitOptions const& options, Clock& clock, Random& random);

// 32 bytes of DIR/NAME; Config when the file is missing, short, or readable by others.
Result<std::string> read_secret(std::string const& secrets_dir, std::string const& name);

}  // namespace ingot::app
